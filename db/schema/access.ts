/**
 * Tables of keys, people, one-time codes, and of what was done with them. Times are ms since 1970.
 */
import { boolean, index, integer, jsonb, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { type Json, ms, whole, identity, wallMs } from './columns.ts'

/** Only added to: a trigger refuses changes and removals, and each row holds the hash of the one before it (db/access/audit-chain.ts). */
export const audit = pgTable(
  'audit',
  {
    id: identity(),
    ts: ms().notNull().default(wallMs),
    actor: text().notNull(),
    /** What the person or key was called then. */
    who: text(),
    surface: text().notNull(),
    command: text().notNull(),
    args: jsonb().$type<Json>().notNull(),
    role: text().notNull(),
    decision: text().notNull(),
    confirmId: text(),
    result: text(),
    requestId: text().notNull(),
    /** From 1 without gaps; null in rows from before there was a chain. */
    seq: whole().unique(),
    prev: text(),
    hash: text(),
  },
  (t) => [index('audit_request').on(t.requestId)],
)

export const apiKeys = pgTable('api_keys', {
  id: text().primaryKey(),
  /** SHA-256 of the secret, in hex; the secret itself is kept nowhere. */
  hash: text().notNull(),
  name: text().notNull(),
  role: text().notNull(),
  scopes: jsonb().$type<readonly string[]>().notNull(),
  /** Networks that it may come from; null: any. */
  networks: jsonb().$type<readonly string[]>(),
  /** What it may open, and for how much in a day (UTC); null: nothing. */
  symbols: jsonb().$type<readonly string[]>(),
  dailyNotional: numeric(),
  /** The secret before it was rotated counts until then. */
  oldHash: text(),
  oldUntil: ms(),
  /** Who made it. */
  actor: text(),
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

/** Logins of browsers. Of the cookie only the hash is kept; what its person may do is looked up with each request. */
export const sessions = pgTable('sessions', {
  id: text().primaryKey(),
  hash: text().notNull().unique(),
  /** Whose it is: `telegram:501`, or `key:1a2b3c4d`. */
  actor: text().notNull(),
  name: text().notNull(),
  /** The browser's own word for itself. */
  agent: text().notNull(),
  createdAt: ms().notNull().default(wallMs),
  lastUsedAt: ms().notNull().default(wallMs),
  expiresAt: ms().notNull(),
  endedAt: ms(),
})

/** One-time links that begin a session. */
export const loginLinks = pgTable('login_links', {
  hash: text().primaryKey(),
  actor: text().notNull(),
  name: text().notNull(),
  expiresAt: ms().notNull(),
  usedAt: ms(),
})

/** What people chose for themselves, on every surface. */
export const personSettings = pgTable('person_settings', {
  actor: text().primaryKey(),
  /** Of times shown to them, as Europe/Vienna. */
  zone: text().notNull(),
})

/** Reports that a chat gets on a schedule. */
export const reportSchedules = pgTable(
  'report_schedules',
  {
    channel: text().notNull(),
    period: text().$type<'daily' | 'weekly' | 'monthly'>().notNull(),
    /** Of the day in its zone. */
    minute: integer().notNull(),
    zone: text().notNull(),
    actor: text().notNull(),
    /** When it is due next: moved on in the transaction that tells it. */
    dueAt: ms().notNull(),
  },
  (t) => [primaryKey({ columns: [t.channel, t.period] })],
)
