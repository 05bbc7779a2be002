/**
 * Tables of alerts and of the messages that go out. Times are ms since 1970.
 */
import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { type Json, ms, whole, identity, wallMs } from './columns.ts'

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
    status: text().$type<'pending' | 'held' | 'refused' | 'sent' | 'failed' | 'dropped'>().notNull().default('pending'),
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

/** The thread of a trade in a channel of Discord, where all that becomes of the trade is told. */
export const tradeThreads = pgTable(
  'trade_threads',
  {
    channel: text().notNull(),
    tradeNumber: whole().notNull(),
    thread: text().notNull(),
    createdAt: ms().notNull().default(wallMs),
  },
  (t) => [primaryKey({ columns: [t.channel, t.tradeNumber] })],
)
