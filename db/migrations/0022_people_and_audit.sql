CREATE TABLE "login_links" (
	"hash" text PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"name" text NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "person_settings" (
	"actor" text PRIMARY KEY NOT NULL,
	"zone" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "report_schedules" (
	"channel" text NOT NULL,
	"period" text NOT NULL,
	"minute" integer NOT NULL,
	"zone" text NOT NULL,
	"actor" text NOT NULL,
	"due_at" bigint NOT NULL,
	CONSTRAINT "report_schedules_channel_period_pk" PRIMARY KEY("channel","period")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"actor" text NOT NULL,
	"name" text NOT NULL,
	"agent" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"last_used_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"ended_at" bigint,
	CONSTRAINT "sessions_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "trade_threads" (
	"channel" text NOT NULL,
	"trade_number" bigint NOT NULL,
	"thread" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	CONSTRAINT "trade_threads_channel_trade_number_pk" PRIMARY KEY("channel","trade_number")
);
--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "who" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "prev" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "signal_sources" ADD COLUMN "expect_every_ms" bigint;--> statement-breakpoint
ALTER TABLE "signal_sources" ADD COLUMN "silent_at" bigint;--> statement-breakpoint
CREATE INDEX "audit_request" ON "audit" USING btree ("request_id");--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_seq_unique" UNIQUE("seq");--> statement-breakpoint
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$;--> statement-breakpoint
CREATE TRIGGER audit_rows_are_kept BEFORE UPDATE OR DELETE ON "audit" FOR EACH ROW EXECUTE FUNCTION audit_is_kept();--> statement-breakpoint
CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
