CREATE TABLE "instruments" (
	"number" integer PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"tick_size" text NOT NULL,
	"lot_size" text NOT NULL,
	CONSTRAINT "instruments_symbol_unique" UNIQUE("symbol")
);
