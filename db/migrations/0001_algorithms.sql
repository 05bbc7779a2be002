CREATE TABLE "algorithms" (
	"id" bigint PRIMARY KEY NOT NULL,
	"strategy" text NOT NULL,
	"symbol" text NOT NULL,
	"type" text NOT NULL,
	"class" text NOT NULL,
	"side" smallint NOT NULL,
	"quantity" numeric NOT NULL,
	"filled_quantity" numeric NOT NULL,
	"status" text NOT NULL,
	"cause" text NOT NULL,
	"arrival_price" numeric NOT NULL,
	"average_price" numeric,
	"shortfall_bps" double precision,
	"maker_share" double precision,
	"participation" double precision,
	"fees" numeric NOT NULL,
	"children" integer NOT NULL,
	"started_ts" bigint NOT NULL,
	"updated_ts" bigint NOT NULL,
	"is_active" boolean NOT NULL
);
--> statement-breakpoint
CREATE INDEX "algorithms_active" ON "algorithms" USING btree ("id") WHERE is_active;