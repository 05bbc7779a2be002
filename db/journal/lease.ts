/**
 * The lease: which trader owns the account. Its epoch is in every append, so that a trader that lost it can write nothing more.
 */
import { hostname } from 'node:os'
import { type Result, err, ok } from '../../src/core/result.ts'
import type { Sql } from '../client.ts'
import { messageOf } from '../error.ts'

export const LEASE_NAME = 'trader'
/** A holder that has not renewed for this long is taken for dead. */
export const LEASE_STALE_MS = 5_000

export interface LeaseHolder {
  readonly host: string
  readonly pid: number
}

export interface Lease {
  readonly epoch: number
  /** Last sequence number of the journal. */
  readonly seq: number
}

/** held: a living trader has it. */
export type LeaseError =
  | { readonly type: 'held'; readonly holder: LeaseHolder; readonly ageMs: number; readonly detail: string }
  | { readonly type: 'unavailable'; readonly detail: string }

export const thisProcess = (): LeaseHolder => ({ host: hostname(), pid: process.pid })

interface LeaseRow extends LeaseHolder {
  readonly epoch: number
  readonly ageMs: number
}

/** Takes the lease where it is free, stale, or held by a process of this machine that has ended. */
export async function acquireLease(sql: Sql, holder: LeaseHolder = thisProcess()): Promise<Result<Lease, LeaseError>> {
  try {
    const [before] = await sql<LeaseRow[]>`
      select epoch, host, pid, (extract(epoch from clock_timestamp()) * 1000)::bigint - renewed_at as "ageMs" from lease where name = ${LEASE_NAME}`
    if (before !== undefined && before.ageMs <= LEASE_STALE_MS && !isGone(before, holder)) return err(held(before))
    // Conditional on the epoch that was read: of two that find it stale, one wins.
    const [row] = await sql<{ epoch: number; seq: number }[]>`
      insert into lease (name, epoch, seq, host, pid, renewed_at)
      values (${LEASE_NAME}, 1, (select coalesce(max(seq), 0) from journal), ${holder.host}, ${holder.pid}, (extract(epoch from clock_timestamp()) * 1000)::bigint)
      on conflict (name) do update set epoch = lease.epoch + 1, host = excluded.host, pid = excluded.pid, renewed_at = excluded.renewed_at
        where lease.epoch = ${before?.epoch ?? 0}
      returning epoch, seq`
    if (row !== undefined) return ok({ epoch: row.epoch, seq: row.seq })
    return err(held(before ?? { ...holder, epoch: 0, ageMs: 0 }))
  } catch (cause) {
    return err({ type: 'unavailable', detail: messageOf(cause) })
  }
}

/** Says that the holder lives. Answers false when the lease has passed to another. Each append renews too. */
export async function renewLease(sql: Sql, epoch: number): Promise<Result<boolean, LeaseError>> {
  try {
    const rows = await sql`
      update lease set renewed_at = (extract(epoch from clock_timestamp()) * 1000)::bigint where name = ${LEASE_NAME} and epoch = ${epoch} returning 1`
    return ok(rows.length > 0)
  } catch (cause) {
    return err({ type: 'unavailable', detail: messageOf(cause) })
  }
}

/** Gives it back at an orderly stop, so that the next trader need not wait. A database that is gone already lets it run out instead. */
export async function releaseLease(sql: Sql, epoch: number): Promise<Result<void, LeaseError>> {
  try {
    await sql`update lease set renewed_at = 0 where name = ${LEASE_NAME} and epoch = ${epoch}`
    return ok(undefined)
  } catch (cause) {
    return err({ type: 'unavailable', detail: messageOf(cause) })
  }
}

function isGone(row: LeaseRow, holder: LeaseHolder): boolean {
  if (row.host !== holder.host) return false
  // The same pid on the same machine is ourselves, or a container that was restarted.
  if (row.pid === holder.pid) return true
  try {
    process.kill(row.pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ESRCH'
  }
}

const held = (row: LeaseRow): LeaseError => ({
  type: 'held',
  holder: { host: row.host, pid: row.pid },
  ageMs: row.ageMs,
  detail: `Another trader owns this database (process ${row.pid} on ${row.host}, seen ${Math.max(0, Math.round(row.ageMs / 1000))} s ago).`,
})
