CREATE TABLE "price_rules" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "price_rules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"what" text NOT NULL,
	"side" text NOT NULL,
	"level" text NOT NULL,
	"is_once" boolean NOT NULL,
	"is_armed" boolean DEFAULT true NOT NULL,
	"seen_ts" bigint NOT NULL,
	"channel" text,
	"actor" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
