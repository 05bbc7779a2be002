/**
 * Tables of keys, people, one-time codes, and of what was done with them. Times are ms since 1970.
 */
import { boolean, integer, jsonb, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { type Json, ms, whole, identity, wallMs } from './columns.ts'

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
