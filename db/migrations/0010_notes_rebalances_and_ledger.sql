CREATE TABLE "ledger" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"reference" text NOT NULL,
	"symbol" text,
	"cause" text NOT NULL,
	"wallet" numeric NOT NULL,
	"capital" numeric NOT NULL,
	"trading" numeric NOT NULL,
	"fees" numeric NOT NULL,
	"funding" numeric NOT NULL,
	"external" numeric NOT NULL,
	"flows" numeric NOT NULL,
	"unexplained" numeric NOT NULL,
	"adjustments" numeric NOT NULL,
	"ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rebalances" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rebalances_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"actor" text NOT NULL,
	"todo" jsonb NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"progress" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"market_ts" bigint NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"finished_at" bigint
);
--> statement-breakpoint
CREATE TABLE "trade_notes" (
	"trade_number" bigint PRIMARY KEY NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"actor" text NOT NULL,
	"updated_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
