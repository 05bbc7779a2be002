CREATE TABLE "alert_problems" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alert_problems_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"symbol" text,
	"summary" text NOT NULL,
	"detail" jsonb NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"first_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"first_alert_id" bigint NOT NULL,
	"last_alert_id" bigint NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"acked_by" text,
	"acked_at" bigint,
	"ended_by" text,
	"ended_at" bigint,
	"repeated_at" bigint,
	"escalated_at" bigint,
	"shown" text DEFAULT 'open' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_silences" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alert_silences_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"filter" jsonb NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"until" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_moves" (
	"channel" text PRIMARY KEY NOT NULL,
	"moved_to" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chat_quiet" (
	"channel" text PRIMARY KEY NOT NULL,
	"from_min" integer,
	"to_min" integer,
	"zone" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "alert_problems_open" ON "alert_problems" USING btree ("key") WHERE status <> 'over';--> statement-breakpoint
CREATE INDEX "alert_problems_last" ON "alert_problems" USING btree ("last_at");