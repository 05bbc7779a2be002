CREATE TABLE "codes" (
	"actor" text PRIMARY KEY NOT NULL,
	"secret" text NOT NULL,
	"last_step" bigint NOT NULL,
	"wrong" integer DEFAULT 0 NOT NULL,
	"locked_until" bigint,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
