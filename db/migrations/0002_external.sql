ALTER TABLE "positions" ADD COLUMN "external_quantity" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "positions" ADD COLUMN "is_external_ignored" boolean DEFAULT false NOT NULL;