CREATE TABLE "flows" (
	"seq" bigint NOT NULL,
	"flow_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"coin" text NOT NULL,
	"amount" text NOT NULL,
	"symbol" text,
	"is_booked" boolean NOT NULL,
	"ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "flows_seq" ON "flows" USING btree ("seq");