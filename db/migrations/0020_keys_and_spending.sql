ALTER TABLE "api_keys" ADD COLUMN "networks" jsonb;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "symbols" jsonb;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "daily_notional" numeric;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "old_hash" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "old_until" bigint;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "actor" text;--> statement-breakpoint
ALTER TABLE "commands" ADD COLUMN "notional" numeric;--> statement-breakpoint
CREATE INDEX "commands_notional" ON "commands" USING btree ("api_key_id","asked_at") WHERE notional is not null;