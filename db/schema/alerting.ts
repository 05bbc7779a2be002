/**
 * Tables of what becomes of alerts: open problems, silences, quiet hours. They are the users', and no projection of the journal.
 */
import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { AlertFilter } from '../../src/alerts/filter.ts'
import { type Json, identity, ms, wallMs, whole } from './columns.ts'

/** Alerts of one key, from the first until it is over. Times are wall-clock ms. */
export const alertProblems = pgTable(
  'alert_problems',
  {
    id: identity(),
    key: text().notNull(),
    type: text().notNull(),
    /** The worst so far. */
    severity: text().notNull(),
    symbol: text(),
    /** Of the last alert. */
    summary: text().notNull(),
    detail: jsonb().$type<Json>().notNull(),
    count: integer().notNull().default(1),
    firstAt: ms().notNull(),
    lastAt: ms().notNull(),
    firstAlertId: whole().notNull(),
    lastAlertId: whole().notNull(),
    status: text().$type<'open' | 'acked' | 'over'>().notNull().default('open'),
    ackedBy: text(),
    ackedAt: ms(),
    /** Who or what ended it. */
    endedBy: text(),
    endedAt: ms(),
    /** When it was told again last. */
    repeatedAt: ms(),
    escalatedAt: ms(),
    /** The status that its messages show. */
    shown: text().notNull().default('open'),
  },
  (t) => [uniqueIndex('alert_problems_open').on(t.key).where(sql`status <> 'over'`), index('alert_problems_last').on(t.lastAt)],
)

export const alertSilences = pgTable('alert_silences', {
  id: identity(),
  filter: jsonb().$type<AlertFilter>().notNull(),
  reason: text().notNull(),
  actor: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
  until: ms().notNull(),
})

/** What a chat has asked for beside what it is told by default. */
export const alertSubscriptions = pgTable('alert_subscriptions', {
  id: identity(),
  channel: text().notNull(),
  filter: jsonb().$type<AlertFilter>().notNull(),
  actor: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
})

/** Quiet hours of a chat; without a row those of the configuration count. */
export const chatQuiet = pgTable('chat_quiet', {
  channel: text().primaryKey(),
  /** Minutes after midnight in the zone; null: no quiet hours, whatever the configuration says. */
  fromMin: integer(),
  toMin: integer(),
  zone: text().notNull(),
  actor: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
})

/** Chats that have another address now: a group that became a supergroup. */
export const chatMoves = pgTable('chat_moves', {
  channel: text().primaryKey(),
  movedTo: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
})

/** Addresses outside that are told of alerts. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    preset: text().notNull(),
    url: text().notNull(),
    filter: jsonb().$type<AlertFilter>().notNull(),
    token: text(),
    /** Counts rotations: the secret is made from it. */
    turn: integer().notNull().default(1),
    oldUntil: ms(),
    actor: text().notNull(),
    createdAt: ms().notNull().default(wallMs),
    removedAt: ms(),
  },
  (t) => [uniqueIndex('webhooks_name').on(t.name).where(sql`removed_at is null`)],
)

/** Each message to a webhook, with what became of it. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: identity(),
    webhookId: text()
      .notNull()
      .references(() => webhooks.id),
    messageId: text().notNull(),
    type: text().notNull(),
    headers: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    body: text().notNull(),
    status: text().$type<'pending' | 'sent' | 'failed'>().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAt: ms().notNull(),
    lastStatus: integer(),
    lastError: text(),
    createdAt: ms().notNull(),
    sentAt: ms(),
  },
  (t) => [index('webhook_deliveries_due').on(t.nextAt).where(sql`status = 'pending'`)],
)

/** Alerts that users set on prices and figures of the account. */
export const priceRules = pgTable('price_rules', {
  id: identity(),
  what: text().notNull(),
  side: text().$type<'above' | 'below'>().notNull(),
  level: text().notNull(),
  isOnce: boolean().notNull(),
  isArmed: boolean().notNull().default(true),
  /** Market time up to which it was looked at. */
  seenTs: ms().notNull(),
  /** Who is told; null: every chat that is told of trades. */
  channel: text(),
  actor: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
})
