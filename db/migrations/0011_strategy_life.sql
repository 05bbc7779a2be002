ALTER TABLE "strategies" ADD COLUMN "bars_missing" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "strategies" ADD COLUMN "last_decision_ts" bigint;--> statement-breakpoint
ALTER TABLE "strategies" ADD COLUMN "params" jsonb;--> statement-breakpoint
ALTER TABLE "strategies" ADD COLUMN "changed_by" text;--> statement-breakpoint
ALTER TABLE "strategies" ADD COLUMN "changed_at" bigint;