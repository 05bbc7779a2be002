/**
 * Tables that are made from the journal: they mirror src/journal/row.ts field by field. Amounts are numeric (text in the program), times are ms since 1970.
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { AccountLimits, UniverseStanding } from '../../src/journal/row.ts'
import { type Json, ms, whole } from './columns.ts'

export const orders = pgTable(
  'orders',
  {
    orderId: whole().primaryKey(),
    clientOrderId: text().notNull(),
    venueOrderId: text(),
    origin: text().notNull(),
    parentOrderId: whole(),
    strategy: text().notNull(),
    symbol: text().notNull(),
    class: text().notNull(),
    side: smallint().$type<1 | -1>().notNull(),
    kind: text().notNull(),
    quantity: numeric().notNull(),
    filledQuantity: numeric().notNull(),
    averagePrice: numeric(),
    limitPrice: numeric(),
    triggerPrice: numeric(),
    stopPrice: numeric(),
    targetPrice: numeric(),
    status: text().notNull(),
    isOpen: boolean().notNull(),
    reduceOnly: boolean().notNull(),
    tradeNumber: whole(),
    submittedTs: ms().notNull(),
    updatedTs: ms().notNull(),
  },
  (t) => [index('orders_open').on(t.symbol).where(sql`is_open`), index('orders_client').on(t.clientOrderId)],
)

export const decisions = pgTable(
  'decisions',
  {
    seq: whole().primaryKey(),
    kind: text().$type<'order' | 'denial'>().notNull(),
    orderId: whole(),
    strategy: text().notNull(),
    symbol: text().notNull(),
    class: text().notNull(),
    side: smallint().$type<1 | -1>().notNull(),
    rule: text(),
    detail: jsonb().$type<Json>().notNull(),
    ts: ms().notNull(),
  },
  (t) => [index('decisions_order').on(t.orderId), index('decisions_symbol').on(t.symbol, t.seq)],
)

export const fills = pgTable(
  'fills',
  {
    seq: whole().notNull(),
    tradeId: text().notNull(),
    orderId: whole().notNull(),
    symbol: text().notNull(),
    side: smallint().$type<1 | -1>().notNull(),
    price: numeric().notNull(),
    quantity: numeric().notNull(),
    fee: numeric().notNull(),
    feeCoin: text().notNull(),
    liquidity: text().notNull(),
    strategy: text().notNull(),
    tradeNumber: whole(),
    ts: ms().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tradeId, t.symbol] }),
    uniqueIndex('fills_seq').on(t.seq),
    index('fills_order').on(t.orderId),
    index('fills_trade').on(t.tradeNumber),
  ],
)

export const flows = pgTable(
  'flows',
  {
    seq: whole().notNull(),
    flowId: text().primaryKey(),
    kind: text().notNull(),
    coin: text().notNull(),
    /** Text: coins of others have more decimals than any amount of the records. */
    amount: text().notNull(),
    symbol: text(),
    isBooked: boolean().notNull(),
    ts: ms().notNull(),
  },
  (t) => [index('flows_seq').on(t.seq)],
)

/** Balances of the ledger after each input that may have moved money: the difference of two rows is an entry. */
export const ledger = pgTable('ledger', {
  seq: whole().primaryKey(),
  type: text().notNull(),
  reference: text().notNull(),
  symbol: text(),
  cause: text().notNull(),
  wallet: numeric().notNull(),
  capital: numeric().notNull(),
  trading: numeric().notNull(),
  fees: numeric().notNull(),
  funding: numeric().notNull(),
  external: numeric().notNull(),
  flows: numeric().notNull(),
  unexplained: numeric().notNull(),
  adjustments: numeric().notNull(),
  ts: ms().notNull(),
})

export const positions = pgTable('positions', {
  symbol: text().primaryKey(),
  quantity: numeric().notNull(),
  entryPrice: numeric(),
  markPrice: numeric().notNull(),
  unrealizedPnl: numeric().notNull(),
  stopPrice: numeric(),
  targetPrice: numeric(),
  strategy: text(),
  tradeNumber: whole(),
  openedTs: ms(),
  /** Signed, what somebody else holds in the symbol. */
  externalQuantity: numeric().notNull().default('0'),
  isExternalIgnored: boolean().notNull().default(false),
  updatedTs: ms().notNull(),
})

export const trades = pgTable(
  'trades',
  {
    number: whole().primaryKey(),
    strategy: text().notNull(),
    symbol: text().notNull(),
    side: smallint().$type<1 | -1>().notNull(),
    entryTs: ms().notNull(),
    entryPrice: numeric().notNull(),
    exitTs: ms(),
    exitPrice: numeric(),
    quantity: numeric().notNull(),
    fee: numeric().notNull(),
    funding: numeric().notNull(),
    pnl: numeric().notNull(),
    resultR: numeric(),
    exitReason: text(),
    entryOrderId: whole().notNull(),
    mae: numeric().notNull(),
    mfe: numeric().notNull(),
    isOpen: boolean().notNull(),
  },
  (t) => [index('trades_exit').on(t.exitTs), index('trades_symbol').on(t.symbol, t.number)],
)

export const equity = pgTable('equity', {
  ts: ms().primaryKey(),
  equity: numeric().notNull(),
  wallet: numeric().notNull(),
  dayPnl: numeric().notNull(),
  drawdown: doublePrecision().notNull(),
  flows: numeric(),
})

export const strategies = pgTable(
  'strategies',
  {
    strategy: text().notNull(),
    symbol: text().notNull(),
    definition: text().notNull(),
    version: integer().notNull(),
    mode: text().notNull(),
    modeCause: text().notNull().default(''),
    lastSignalTs: ms(),
    barsMissing: integer().notNull().default(0),
    lastDecisionTs: ms(),
    params: jsonb().$type<Readonly<Record<string, unknown>>>(),
    changedBy: text(),
    changedAt: ms(),
    universe: jsonb().$type<UniverseStanding>(),
    report: jsonb().$type<Readonly<Record<string, unknown>>>(),
  },
  (t) => [primaryKey({ columns: [t.strategy, t.symbol] })],
)

/** Symbols by the number that they have in the journal's rows; a number is for life. */
export const instruments = pgTable('instruments', {
  number: integer().primaryKey(),
  symbol: text().notNull().unique(),
  tickSize: text().notNull(),
  lotSize: text().notNull(),
})

export const algorithms = pgTable(
  'algorithms',
  {
    id: whole().primaryKey(),
    strategy: text().notNull(),
    symbol: text().notNull(),
    type: text().notNull(),
    class: text().notNull(),
    side: smallint().$type<1 | -1>().notNull(),
    quantity: numeric().notNull(),
    filledQuantity: numeric().notNull(),
    status: text().notNull(),
    cause: text().notNull(),
    arrivalPrice: numeric().notNull(),
    averagePrice: numeric(),
    shortfallBps: doublePrecision(),
    makerShare: doublePrecision(),
    participation: doublePrecision(),
    fees: numeric().notNull(),
    children: integer().notNull(),
    startedTs: ms().notNull(),
    updatedTs: ms().notNull(),
    isActive: boolean().notNull(),
  },
  (t) => [index('algorithms_active').on(t.id).where(sql`is_active`)],
)

export const holds = pgTable('holds', {
  holdId: text().primaryKey(),
  scope: text().notNull(),
  effect: text().notNull(),
  cause: text().notNull(),
  actor: text().notNull(),
  reason: text().notNull(),
  since: ms().notNull(),
  until: ms(),
})

/** Risk settings that somebody changed while Ballast ran; a value that is null is the configuration's again. */
export const riskSettings = pgTable(
  'risk_settings',
  {
    target: text().notNull(),
    key: text().notNull(),
    value: text(),
    actor: text().notNull(),
    since: ms().notNull(),
    until: ms(),
  },
  (t) => [primaryKey({ columns: [t.target, t.key] })],
)

/** One row, as of the last journaled input. */
export const account = pgTable('account', {
  id: smallint().primaryKey().default(1),
  state: text().notNull(),
  stateSince: ms().notNull(),
  equity: numeric().notNull(),
  wallet: numeric().notNull(),
  unrealized: numeric().notNull(),
  dayPnl: numeric().notNull(),
  dayLoss: numeric().notNull(),
  dayLossLeft: numeric(),
  drawdown: doublePrecision().notNull(),
  openRisk: numeric().notNull(),
  grossNotional: numeric().notNull(),
  marginUsed: numeric().notNull(),
  limits: jsonb().$type<AccountLimits>(),
  barsClosedAt: ms(),
  lastFillAt: ms(),
  updatedTs: ms().notNull(),
})
