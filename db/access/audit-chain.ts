/**
 * The chain of the audit: what the hash of a row is made of, and where a list of rows first departs from it.
 * A hash is SHA-256 over a JSON array of the row's fields with the hash of the row before it, so that anybody can compute it.
 */
import { createHash } from 'node:crypto'
import type { AuditEntry, AuditRow, BrokenRow, ChainHead } from '../../api/ports/ports.ts'

/** What the first row follows. */
export const CHAIN_START: ChainHead = { seq: 0, hash: '0'.repeat(64) }

export interface LinkedRow extends AuditRow {
  readonly prev: string
}

/** Keys in order: the database keeps objects in an order of its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  )
}

export function hashOf(seq: number, ts: number, entry: AuditEntry, prev: string): string {
  const fields = [
    prev,
    seq,
    ts,
    entry.actor,
    entry.who ?? null,
    entry.surface,
    entry.command,
    canonical(entry.args),
    entry.role,
    entry.decision,
    entry.confirmId ?? null,
    entry.result ?? null,
    entry.requestId,
  ]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

/** Rows after a head, in order, each with its link. */
export function chained(head: ChainHead, ts: number, entries: readonly AuditEntry[]): readonly LinkedRow[] {
  let last = head
  return entries.map((entry) => {
    const seq = last.seq + 1
    const row = { ...entry, seq, ts, prev: last.hash, hash: hashOf(seq, ts, entry, last.hash) }
    last = row
    return row
  })
}

/** Why a row does not follow the one before it; undefined where it does. */
export function breakAt(before: ChainHead, row: LinkedRow): BrokenRow | undefined {
  if (row.seq !== before.seq + 1) return 'missing'
  if (row.hash !== hashOf(row.seq, row.ts, row, row.prev)) return 'changed'
  return row.prev === before.hash ? undefined : 'misplaced'
}
