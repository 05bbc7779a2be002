/**
 * Tables of the journal, of who may write it, and of how each part is. Times are ms since 1970.
 */
import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core'
import { ms, whole, wallMs } from './columns.ts'

/** Inputs and facts in one sequence without holes. */
export const journal = pgTable(
  'journal',
  {
    seq: whole().primaryKey(),
    kind: text().$type<'input' | 'fact'>().notNull(),
    type: text().notNull(),
    version: smallint().notNull(),
    /** The input that led to a fact; null for an input. */
    causeSeq: whole(),
    ts: ms().notNull(),
    payload: jsonb().notNull(),
    epoch: whole().notNull(),
  },
  // `/audit` and the allocator look for these among millions.
  (t) => [index('journal_risk_settings').on(t.seq).where(sql`type = 'risk-setting-changed'`)],
)

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

/** How each part is: `stream-public`, `reconcile`, `worker`. Written by the part itself. Wall-clock time. */
export const health = pgTable('health', {
  part: text().primaryKey(),
  status: text().$type<'ok' | 'warn' | 'down'>().notNull(),
  detail: text().notNull(),
  updatedAt: ms().notNull().default(wallMs),
})

export const meta = pgTable('meta', { key: text().primaryKey(), value: jsonb().notNull() })
