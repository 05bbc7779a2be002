CREATE TABLE "signal_sources" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"format" text NOT NULL,
	"strategy" text NOT NULL,
	"market" text NOT NULL,
	"symbols" jsonb,
	"mode" text NOT NULL,
	"stop" text,
	"max_age_ms" bigint NOT NULL,
	"notional_max" numeric,
	"networks" jsonb,
	"hash" text NOT NULL,
	"old_hash" text,
	"old_until" bigint,
	"turn" integer DEFAULT 1 NOT NULL,
	"actor" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"removed_at" bigint
);
--> statement-breakpoint
CREATE TABLE "signals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "signals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source_id" text NOT NULL,
	"verdict" text NOT NULL,
	"code" text,
	"figures" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"body" text NOT NULL,
	"symbol" text,
	"wish" text,
	"twin_key" text,
	"sent_at" bigint,
	"command_id" bigint,
	"duplicate_of" bigint,
	"received_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "signals_twin" ON "signals" USING btree ("source_id","twin_key");--> statement-breakpoint
CREATE INDEX "signals_newest" ON "signals" USING btree ("source_id","symbol","sent_at");