/**
 * Tables of what people and programs ask for: commands, confirmations, backtests, rebalances, signals. Times are ms since 1970.
 */
import { sql } from 'drizzle-orm'
import { doublePrecision, index, integer, jsonb, numeric, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { type Json, ms, whole, identity, wallMs } from './columns.ts'

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
    /** What an API key opens with it, in the settle coin: counted against the key's day. */
    notional: numeric(),
    status: text().$type<'pending' | 'taken' | 'done' | 'refused' | 'failed'>().notNull().default('pending'),
    outcome: jsonb().$type<Json>(),
    askedAt: ms().notNull().default(wallMs),
    takenAt: ms(),
    doneAt: ms(),
  },
  (t) => [
    unique('commands_idempotency').on(t.apiKeyId, t.idempotencyKey),
    index('commands_pending').on(t.id).where(sql`status = 'pending'`),
    index('commands_notional').on(t.apiKeyId, t.askedAt).where(sql`notional is not null`),
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
  /** The side that it may enter; null: both. */
  side: text().$type<'long' | 'short'>(),
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
  /** It sends at least this often; null: nobody knows. */
  expectEveryMs: whole(),
  /** Since when its silence is told; null: it is not. */
  silentAt: ms(),
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
  (t) => [
    index('signals_twin').on(t.sourceId, t.twinKey),
    index('signals_newest').on(t.sourceId, t.symbol, t.sentAt),
    index('signals_last').on(t.sourceId, t.id),
  ],
)
