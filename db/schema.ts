/**
 * The tables. Projections mirror src/journal/row.ts field by field; amounts are numeric (text in the program), times are ms since 1970.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
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
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

import type { AccountLimits } from '../src/journal/row.ts'

type Json = Readonly<Record<string, unknown>>

const ms = () => bigint({ mode: 'number' })
const whole = () => bigint({ mode: 'number' })
const identity = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity()
/** The database's wall clock, in ms. */
const wallMs = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Inputs and facts in one sequence without holes. */
export const journal = pgTable('journal', {
  seq: whole().primaryKey(),
  kind: text().$type<'input' | 'fact'>().notNull(),
  type: text().notNull(),
  version: smallint().notNull(),
  /** The input that led to a fact; null for an input. */
  causeSeq: whole(),
  ts: ms().notNull(),
  payload: jsonb().notNull(),
  epoch: whole().notNull(),
})

export const snapshots = pgTable('snapshots', {
  seq: whole().primaryKey(),
  codeVersion: integer().notNull(),
  state: jsonb().notNull(),
  createdAt: ms().notNull().default(wallMs),
})

/** Who owns the account, and the journal's counter: both change in the statement that appends. */
export const lease = pgTable('lease', {
  name: text().primaryKey(),
  epoch: whole().notNull(),
  seq: whole().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  renewedAt: ms().notNull(),
})

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

/** Alerts for users. `seq` is null where it did not come from the journal (a part that is down). */
export const alerts = pgTable(
  'alerts',
  {
    id: identity(),
    seq: whole().unique('alerts_seq'),
    type: text().notNull(),
    severity: text().notNull(),
    symbol: text(),
    summary: text().notNull(),
    detail: jsonb().$type<Json>().notNull(),
    ts: ms().notNull(),
    createdAt: ms().notNull().default(wallMs),
  },
  (t) => [index('alerts_created').on(t.createdAt)],
)

/** The outbox: one row for each message to one chat. Delivered at least once, in order within a channel. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: identity(),
    /** Null for a reply or a report. */
    alertId: whole().references(() => alerts.id),
    /** `telegram:-100133:11`, `discord:4455`. */
    channel: text().notNull(),
    severity: text().notNull(),
    /** The Reply to render; null where the alert itself is rendered. */
    payload: jsonb().$type<Json>(),
    status: text().$type<'pending' | 'sent' | 'failed' | 'dropped'>().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAt: ms().notNull().default(wallMs),
    lastError: text(),
    /** Id of the message at the platform, for edits. */
    messageRef: text(),
    createdAt: ms().notNull().default(wallMs),
    sentAt: ms(),
  },
  (t) => [
    unique('deliveries_alert_channel').on(t.alertId, t.channel),
    index('deliveries_pending').on(t.channel, t.id).where(sql`status = 'pending'`),
  ],
)

/** What operators and programs ask of the trader. */
export const commands = pgTable(
  'commands',
  {
    id: identity(),
    name: text().notNull(),
    args: jsonb().$type<Json>().notNull(),
    actor: text().notNull(),
    surface: text().notNull(),
    role: text().notNull(),
    requestId: text().notNull(),
    apiKeyId: text(),
    idempotencyKey: text(),
    status: text().$type<'pending' | 'taken' | 'done' | 'refused' | 'failed'>().notNull().default('pending'),
    outcome: jsonb().$type<Json>(),
    askedAt: ms().notNull().default(wallMs),
    takenAt: ms(),
    doneAt: ms(),
  },
  (t) => [
    unique('commands_idempotency').on(t.apiKeyId, t.idempotencyKey),
    index('commands_pending').on(t.id).where(sql`status = 'pending'`),
  ],
)

/** Replies of requests that carried an Idempotency-Key, kept for a day. */
export const idempotency = pgTable(
  'idempotency',
  {
    apiKeyId: text().notNull(),
    key: text().notNull(),
    bodyHash: text().notNull(),
    /** Null while the first request is in flight. */
    status: integer(),
    body: jsonb().$type<Json>(),
    createdAt: ms().notNull().default(wallMs),
  },
  (t) => [primaryKey({ columns: [t.apiKeyId, t.key] })],
)

export const confirmations = pgTable(
  'confirmations',
  {
    id: text().primaryKey(),
    actor: text().notNull(),
    role: text().notNull(),
    chat: text(),
    surface: text().notNull(),
    command: text().notNull(),
    args: jsonb().$type<Json>().notNull(),
    /** What the asker saw: positions, prices, orders. */
    snapshot: jsonb().$type<Json>().notNull(),
    preview: jsonb().$type<Json>().notNull(),
    profile: text().notNull(),
    dataDirId: text().notNull(),
    createdAt: ms().notNull().default(wallMs),
    expiresAt: ms().notNull(),
    status: text().$type<'pending' | 'approved' | 'rejected' | 'expired' | 'void'>().notNull().default('pending'),
    answeredBy: text(),
    answeredAt: ms(),
  },
  (t) => [index('confirmations_pending').on(t.expiresAt).where(sql`status = 'pending'`)],
)

export const audit = pgTable('audit', {
  id: identity(),
  ts: ms().notNull().default(wallMs),
  actor: text().notNull(),
  surface: text().notNull(),
  command: text().notNull(),
  args: jsonb().$type<Json>().notNull(),
  role: text().notNull(),
  decision: text().notNull(),
  confirmId: text(),
  result: text(),
  requestId: text().notNull(),
})

export const apiKeys = pgTable('api_keys', {
  id: text().primaryKey(),
  /** SHA-256 of the secret, in hex; the secret itself is kept nowhere. */
  hash: text().notNull(),
  name: text().notNull(),
  role: text().notNull(),
  scopes: jsonb().$type<readonly string[]>().notNull(),
  /** Whether a panic is done without a second request (S17). */
  autoConfirm: boolean().notNull().default(false),
  createdAt: ms().notNull().default(wallMs),
  expiresAt: ms(),
  lastUsedAt: ms(),
  revokedAt: ms(),
})

export const chatUsers = pgTable(
  'chat_users',
  {
    platform: text().notNull(),
    userId: text().notNull(),
    role: text().notNull(),
    name: text().notNull(),
    createdAt: ms().notNull().default(wallMs),
  },
  (t) => [primaryKey({ columns: [t.platform, t.userId] })],
)

/** One-time codes of operators in chats: the secret is sealed, the key lies in the data directory. */
export const codes = pgTable('codes', {
  actor: text().primaryKey(),
  secret: text().notNull(),
  /** The newest step whose code was used: neither it nor one before it counts again. */
  lastStep: whole().notNull(),
  wrong: integer().notNull().default(0),
  lockedUntil: ms(),
  createdAt: ms().notNull().default(wallMs),
})

export const backtests = pgTable(
  'backtests',
  {
    id: text().primaryKey(),
    /** Of spec, data and code version: the same work is not done twice. */
    specHash: text().notNull(),
    spec: jsonb().$type<Json>().notNull(),
    status: text().$type<'queued' | 'running' | 'done' | 'failed' | 'canceled'>().notNull().default('queued'),
    progress: doublePrecision().notNull().default(0),
    result: jsonb().$type<Json>(),
    /** Path of the report below the data directory. */
    report: text(),
    error: text(),
    actor: text().notNull(),
    createdAt: ms().notNull().default(wallMs),
    startedAt: ms(),
    finishedAt: ms(),
  },
  (t) => [index('backtests_created').on(t.createdAt), index('backtests_spec').on(t.specHash)],
)

/** What users wrote about a trade: theirs, so that rebuilding the projections leaves it alone. */
export const tradeNotes = pgTable('trade_notes', {
  tradeNumber: whole().primaryKey(),
  note: text().notNull().default(''),
  tags: jsonb().$type<readonly string[]>().notNull().default([]),
  actor: text().notNull(),
  updatedAt: ms().notNull().default(wallMs),
})

/** Rebalances that were confirmed: what was to be done, how far it is, and what was left undone. */
export const rebalances = pgTable('rebalances', {
  id: identity(),
  actor: text().notNull(),
  todo: jsonb().$type<Json>().notNull(),
  status: text().$type<'running' | 'done' | 'stopped'>().notNull().default('running'),
  /** One sentence a step, the newest last. */
  progress: jsonb().$type<readonly string[]>().notNull().default([]),
  /** Market time at which it began: what the calendar counts from. */
  marketTs: ms().notNull(),
  createdAt: ms().notNull().default(wallMs),
  finishedAt: ms(),
})

/** Who may send signals by a webhook. Of secrets only hashes are kept; a removed one stays for the signals that name it. */
export const signalSources = pgTable('signal_sources', {
  id: text().primaryKey(),
  name: text().notNull(),
  format: text().notNull(),
  strategy: text().notNull(),
  market: text().notNull(),
  /** Null: all that its strategy owns. */
  symbols: jsonb().$type<readonly string[]>(),
  mode: text().$type<'paper' | 'trade'>().notNull(),
  /** Of an entry that brings none: `2%`. */
  stop: text(),
  maxAgeMs: whole().notNull(),
  notionalMax: numeric(),
  /** Networks that it may send from; null: any. */
  networks: jsonb().$type<readonly string[]>(),
  hash: text().notNull(),
  /** The secret before it was rotated counts until then. */
  oldHash: text(),
  oldUntil: ms(),
  /** Counts rotations: the signing key is another one after each. */
  turn: integer().notNull().default(1),
  actor: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
  removedAt: ms(),
})

/** Every body that a source has sent, and what it was taken for. What became of it is said by its command. */
export const signals = pgTable(
  'signals',
  {
    id: identity(),
    sourceId: text().notNull(),
    verdict: text().$type<'accepted' | 'paper' | 'duplicate' | 'refused'>().notNull(),
    /** Code of a refusal. */
    code: text(),
    figures: jsonb().$type<Json>().notNull().default({}),
    body: text().notNull(),
    symbol: text(),
    wish: text(),
    twinKey: text(),
    sentAt: ms(),
    commandId: whole(),
    duplicateOf: whole(),
    receivedAt: ms().notNull().default(wallMs),
  },
  (t) => [index('signals_twin').on(t.sourceId, t.twinKey), index('signals_newest').on(t.sourceId, t.symbol, t.sentAt)],
)

/** How each part is: `stream-public`, `reconcile`, `worker`. Written by the part itself. Wall-clock time. */
export const health = pgTable('health', {
  part: text().primaryKey(),
  status: text().$type<'ok' | 'warn' | 'down'>().notNull(),
  detail: text().notNull(),
  updatedAt: ms().notNull().default(wallMs),
})

export const meta = pgTable('meta', { key: text().primaryKey(), value: jsonb().notNull() })
