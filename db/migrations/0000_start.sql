CREATE TABLE "account" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"state" text NOT NULL,
	"state_since" bigint NOT NULL,
	"equity" numeric NOT NULL,
	"wallet" numeric NOT NULL,
	"unrealized" numeric NOT NULL,
	"day_pnl" numeric NOT NULL,
	"day_loss" numeric NOT NULL,
	"drawdown" double precision NOT NULL,
	"open_risk" numeric NOT NULL,
	"gross_notional" numeric NOT NULL,
	"margin_used" numeric NOT NULL,
	"bars_closed_at" bigint,
	"last_fill_at" bigint,
	"updated_ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alerts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"seq" bigint,
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"symbol" text,
	"summary" text NOT NULL,
	"detail" jsonb NOT NULL,
	"ts" bigint NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	CONSTRAINT "alerts_seq" UNIQUE("seq")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"auto_confirm" boolean DEFAULT false NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"expires_at" bigint,
	"last_used_at" bigint,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ts" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"actor" text NOT NULL,
	"surface" text NOT NULL,
	"command" text NOT NULL,
	"args" jsonb NOT NULL,
	"role" text NOT NULL,
	"decision" text NOT NULL,
	"confirm_id" text,
	"result" text,
	"request_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "backtests" (
	"id" text PRIMARY KEY NOT NULL,
	"spec_hash" text NOT NULL,
	"spec" jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"result" jsonb,
	"report" text,
	"error" text,
	"actor" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"started_at" bigint,
	"finished_at" bigint
);
--> statement-breakpoint
CREATE TABLE "chat_users" (
	"platform" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	CONSTRAINT "chat_users_platform_user_id_pk" PRIMARY KEY("platform","user_id")
);
--> statement-breakpoint
CREATE TABLE "commands" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "commands_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"args" jsonb NOT NULL,
	"actor" text NOT NULL,
	"surface" text NOT NULL,
	"role" text NOT NULL,
	"request_id" text NOT NULL,
	"api_key_id" text,
	"idempotency_key" text,
	"status" text DEFAULT 'pending' NOT NULL,
	"outcome" jsonb,
	"asked_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"taken_at" bigint,
	"done_at" bigint,
	CONSTRAINT "commands_idempotency" UNIQUE("api_key_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "confirmations" (
	"id" text PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"role" text NOT NULL,
	"chat" text,
	"surface" text NOT NULL,
	"command" text NOT NULL,
	"args" jsonb NOT NULL,
	"snapshot" jsonb NOT NULL,
	"preview" jsonb NOT NULL,
	"profile" text NOT NULL,
	"data_dir_id" text NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"answered_by" text,
	"answered_at" bigint
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"order_id" bigint,
	"strategy" text NOT NULL,
	"symbol" text NOT NULL,
	"class" text NOT NULL,
	"side" smallint NOT NULL,
	"rule" text,
	"detail" jsonb NOT NULL,
	"ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"alert_id" bigint,
	"channel" text NOT NULL,
	"severity" text NOT NULL,
	"payload" jsonb,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"last_error" text,
	"message_ref" text,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"sent_at" bigint,
	CONSTRAINT "deliveries_alert_channel" UNIQUE("alert_id","channel")
);
--> statement-breakpoint
CREATE TABLE "equity" (
	"ts" bigint PRIMARY KEY NOT NULL,
	"equity" numeric NOT NULL,
	"wallet" numeric NOT NULL,
	"day_pnl" numeric NOT NULL,
	"drawdown" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fills" (
	"seq" bigint NOT NULL,
	"trade_id" text NOT NULL,
	"order_id" bigint NOT NULL,
	"symbol" text NOT NULL,
	"side" smallint NOT NULL,
	"price" numeric NOT NULL,
	"quantity" numeric NOT NULL,
	"fee" numeric NOT NULL,
	"fee_coin" text NOT NULL,
	"liquidity" text NOT NULL,
	"strategy" text NOT NULL,
	"trade_number" bigint,
	"ts" bigint NOT NULL,
	CONSTRAINT "fills_trade_id_symbol_pk" PRIMARY KEY("trade_id","symbol")
);
--> statement-breakpoint
CREATE TABLE "health" (
	"part" text PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"detail" text NOT NULL,
	"updated_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"hold_id" text PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"effect" text NOT NULL,
	"cause" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"since" bigint NOT NULL,
	"until" bigint
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"api_key_id" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"status" integer,
	"body" jsonb,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	CONSTRAINT "idempotency_api_key_id_key_pk" PRIMARY KEY("api_key_id","key")
);
--> statement-breakpoint
CREATE TABLE "journal" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"type" text NOT NULL,
	"version" smallint NOT NULL,
	"cause_seq" bigint,
	"ts" bigint NOT NULL,
	"payload" jsonb NOT NULL,
	"epoch" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lease" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"renewed_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "meta" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"order_id" bigint PRIMARY KEY NOT NULL,
	"client_order_id" text NOT NULL,
	"venue_order_id" text,
	"origin" text NOT NULL,
	"parent_order_id" bigint,
	"strategy" text NOT NULL,
	"symbol" text NOT NULL,
	"class" text NOT NULL,
	"side" smallint NOT NULL,
	"kind" text NOT NULL,
	"quantity" numeric NOT NULL,
	"filled_quantity" numeric NOT NULL,
	"average_price" numeric,
	"limit_price" numeric,
	"trigger_price" numeric,
	"stop_price" numeric,
	"target_price" numeric,
	"status" text NOT NULL,
	"is_open" boolean NOT NULL,
	"reduce_only" boolean NOT NULL,
	"trade_number" bigint,
	"submitted_ts" bigint NOT NULL,
	"updated_ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "positions" (
	"symbol" text PRIMARY KEY NOT NULL,
	"quantity" numeric NOT NULL,
	"entry_price" numeric,
	"mark_price" numeric NOT NULL,
	"unrealized_pnl" numeric NOT NULL,
	"stop_price" numeric,
	"target_price" numeric,
	"strategy" text,
	"trade_number" bigint,
	"opened_ts" bigint,
	"updated_ts" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"code_version" integer NOT NULL,
	"state" jsonb NOT NULL,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "strategies" (
	"strategy" text NOT NULL,
	"symbol" text NOT NULL,
	"definition" text NOT NULL,
	"version" integer NOT NULL,
	"mode" text NOT NULL,
	"last_signal_ts" bigint,
	CONSTRAINT "strategies_strategy_symbol_pk" PRIMARY KEY("strategy","symbol")
);
--> statement-breakpoint
CREATE TABLE "trades" (
	"number" bigint PRIMARY KEY NOT NULL,
	"strategy" text NOT NULL,
	"symbol" text NOT NULL,
	"side" smallint NOT NULL,
	"entry_ts" bigint NOT NULL,
	"entry_price" numeric NOT NULL,
	"exit_ts" bigint,
	"exit_price" numeric,
	"quantity" numeric NOT NULL,
	"fee" numeric NOT NULL,
	"funding" numeric NOT NULL,
	"pnl" numeric NOT NULL,
	"result_r" numeric,
	"exit_reason" text,
	"entry_order_id" bigint NOT NULL,
	"mae" numeric NOT NULL,
	"mfe" numeric NOT NULL,
	"is_open" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_alert_id_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alerts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alerts_created" ON "alerts" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "backtests_created" ON "backtests" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "backtests_spec" ON "backtests" USING btree ("spec_hash");--> statement-breakpoint
CREATE INDEX "commands_pending" ON "commands" USING btree ("id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "confirmations_pending" ON "confirmations" USING btree ("expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "decisions_order" ON "decisions" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "decisions_symbol" ON "decisions" USING btree ("symbol","seq");--> statement-breakpoint
CREATE INDEX "deliveries_pending" ON "deliveries" USING btree ("channel","id") WHERE status = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "fills_seq" ON "fills" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "fills_order" ON "fills" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "fills_trade" ON "fills" USING btree ("trade_number");--> statement-breakpoint
CREATE INDEX "orders_open" ON "orders" USING btree ("symbol") WHERE is_open;--> statement-breakpoint
CREATE INDEX "orders_client" ON "orders" USING btree ("client_order_id");--> statement-breakpoint
CREATE INDEX "trades_exit" ON "trades" USING btree ("exit_ts");--> statement-breakpoint
CREATE INDEX "trades_symbol" ON "trades" USING btree ("symbol","number");