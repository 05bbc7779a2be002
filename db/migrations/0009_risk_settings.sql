CREATE TABLE "risk_settings" (
	"target" text NOT NULL,
	"key" text NOT NULL,
	"value" text,
	"actor" text NOT NULL,
	"since" bigint NOT NULL,
	"until" bigint,
	CONSTRAINT "risk_settings_target_key_pk" PRIMARY KEY("target","key")
);
--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "limits" jsonb;