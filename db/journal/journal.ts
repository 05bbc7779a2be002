/**
 * The journal in PostgreSQL. One append is one statement: it moves the counter in the lease's row, writes the rows and the projections, and
 * shows listeners. Never writes under an epoch that has passed, and never leaves a hole in the sequence.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '../../src/core/assert.ts'
import { type Result, err, ok } from '../../src/core/result.ts'
import { KERNEL_CODE_VERSION, type KernelSnapshot } from '../../src/kernel/snapshot.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import {
  type Journal,
  type JournalError,
  type JournalLoad,
  type JournalRow,
  PAYLOAD_VERSION,
  type Registered,
} from '../../src/journal/journal.ts'
import type { RowChange } from '../../src/journal/row.ts'
import type { Queryable, Sql } from '../client.ts'
import { messageOf } from '../error.ts'
import { toJson } from '../json.ts'
import { LEASE_NAME, type Lease } from './lease.ts'
import { projectionParts } from './projections.ts'

/** Carries the last sequence number of each append of facts. */
export const EVENTS_CHANNEL = 'ballast_events'

const SNAPSHOTS_KEPT = 3
const BATCH = 5_000
/** How long a lost answer is looked up before the database counts as gone. */
const LOOKUP_MS = 1_500
const LOOKUP_PAUSE_MS = 50

/** Of what the database holds, as it writes it: the order of keys is its own. */
const HASH_OF = (state: string): string => `encode(sha256(convert_to(${state}::text, 'UTF8')), 'hex')`

const HELD = `with held as (update lease set seq = seq + $2::bigint, renewed_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
  where name = '${LEASE_NAME}' and epoch = $1::bigint and seq = $3::bigint returning seq - $2::bigint as base)`
const ROW_COLUMNS = 'seq, kind, type, version, cause_seq, ts, payload, epoch'
const INPUTS = `${HELD}, rows as (insert into journal (${ROW_COLUMNS})
  select held.base + r.at, 'input', r.doc ->> 'type', ${PAYLOAD_VERSION}, null, (r.doc ->> 'ts')::bigint, r.doc, $1::bigint
  from held, jsonb_array_elements($4::text::jsonb) with ordinality as r(doc, at))
  select base from held`
const FACTS = `${HELD}, rows as (insert into journal (${ROW_COLUMNS})
  select held.base + r.at, 'fact', r.doc #>> '{f,type}', ${PAYLOAD_VERSION}, (r.doc ->> 'c')::bigint, (r.doc #>> '{f,ts}')::bigint, r.doc -> 'f', $1::bigint
  from held, jsonb_array_elements($4::text::jsonb) with ordinality as r(doc, at))`
const TOLD = `select base, pg_notify('${EVENTS_CHANNEL}', (base + $2::bigint)::text) from held`

export class PostgresJournal implements Journal {
  private readonly sql: Sql
  private readonly epoch: number
  private seq: number
  private isAppending = false
  /** An append that was reported as failed and may have been written: its repetition finds out. */
  private doubt: { readonly count: number; readonly content: string } | undefined

  constructor(sql: Sql, lease: Lease) {
    this.sql = sql
    this.epoch = lease.epoch
    this.seq = lease.seq
  }

  /** Sequence number of the last row. */
  get lastSeq(): number {
    return this.seq
  }

  async appendInputs(inputs: readonly KernelInput[]): Promise<Result<number, JournalError>> {
    if (inputs.length === 0) return ok(this.seq + 1)
    const first = this.seq + 1
    const written = await this.append(INPUTS, inputs.length, [toJson(inputs)])
    return written.ok ? ok(first) : written
  }

  async appendFacts(
    facts: readonly { readonly causeSeq: number; readonly fact: KernelFact }[],
    changes: readonly RowChange[],
  ): Promise<Result<number, JournalError>> {
    if (facts.length === 0 && changes.length === 0) return ok(this.seq)
    const parts = projectionParts(changes, 'held, ', 5)
    const text = [FACTS, ...parts.map((part, at) => `, p${at} as (${part.text})`), TOLD].join('\n')
    const written = await this.append(text, facts.length, [
      toJson(facts.map(({ causeSeq, fact }) => ({ c: causeSeq, f: fact }))),
      ...parts.map((p) => p.parameter),
    ])
    return written.ok ? ok(this.seq) : written
  }

  async saveSnapshot(seq: number, state: KernelSnapshot): Promise<Result<void, JournalError>> {
    try {
      const rows = await this.sql.unsafe(
        `insert into snapshots (seq, code_version, state)
         select $2::bigint, $3::int, given.state || jsonb_build_object('hash', ${HASH_OF('given.state')})
         from lease, (select $4::text::jsonb as state) as given where name = '${LEASE_NAME}' and epoch = $1::bigint
         on conflict (seq) do update set code_version = excluded.code_version, state = excluded.state returning seq`,
        [this.epoch, seq, state.codeVersion, toJson(state)],
        { prepare: true },
      )
      if (rows.length === 0) return err(this.lost('the epoch has passed'))
      await this.sql`delete from snapshots where code_version > 0 and seq not in (
        select seq from snapshots where code_version > 0 order by seq desc limit ${SNAPSHOTS_KEPT})`
      return ok(undefined)
    } catch (cause) {
      return err({ type: 'unavailable', detail: messageOf(cause) })
    }
  }

  async register(wanted: readonly Registered[]): Promise<Result<readonly Registered[], JournalError>> {
    try {
      return await this.sql.begin(async (tx) => {
        const [held] = await tx<{ epoch: number }[]>`select epoch from lease where name = ${LEASE_NAME} for update`
        if (held?.epoch !== this.epoch) return err(this.lost('the epoch has passed'))
        const known = await readInstruments(tx)
        const added = wanted.filter((w) => !known.some((k) => k.symbol === w.symbol))
        for (const [at, { symbol, tickSize, lotSize }] of added.entries())
          await tx`insert into instruments (number, symbol, tick_size, lot_size) values (${known.length + at}, ${symbol}, ${tickSize}, ${lotSize})`
        return ok([...known, ...added])
      })
    } catch (cause) {
      return err({ type: 'unavailable', detail: messageOf(cause) })
    }
  }

  async load(before?: number): Promise<Result<JournalLoad, JournalError>> {
    try {
      // One that an earlier Ballast wrote has no hash, and is believed.
      const kept = await this.sql<{ seq: number; fits: boolean }[]>`
        select seq, jsonb_typeof(state) = 'object' and (not state ? 'hash' or state ->> 'hash' = ${this.sql.unsafe(HASH_OF("(state - 'hash')"))}) as fits
        from snapshots where code_version = ${KERNEL_CODE_VERSION} and ${before === undefined ? this.sql`true` : this.sql`seq < ${before}`}
        order by seq desc`
      const good = kept.find(({ fits }) => fits)
      const damaged = kept.filter(({ seq, fits }) => !fits && seq > (good?.seq ?? 0)).map(({ seq }) => seq)
      const [found] =
        good === undefined
          ? []
          : await this.sql<
              { seq: number; state: KernelSnapshot }[]
            >`select seq, state - 'hash' as state from snapshots where seq = ${good.seq}`
      const tail: JournalRow[] = []
      for await (const rows of readJournal(this.sql, found?.seq ?? 0)) for (const row of rows) tail.push(row)
      return ok({ snapshot: found === undefined ? undefined : { seq: found.seq, state: found.state }, tail, damaged })
    } catch (cause) {
      return err({ type: 'unavailable', detail: messageOf(cause) })
    }
  }

  async setAside(seq: number): Promise<Result<void, JournalError>> {
    try {
      // No code has a version below nought.
      await this.sql`update snapshots set code_version = -code_version where seq = ${seq} and code_version > 0`
      return ok(undefined)
    } catch (cause) {
      return err({ type: 'unavailable', detail: messageOf(cause) })
    }
  }

  private async append(text: string, count: number, parameters: readonly string[]): Promise<Result<void, JournalError>> {
    assert(!this.isAppending, 'two appends at once: the second would stand on a sequence number that the first takes')
    this.isAppending = true
    try {
      return await this.appendAlone(text, count, parameters)
    } finally {
      this.isAppending = false
    }
  }

  private async appendAlone(text: string, count: number, parameters: readonly string[]): Promise<Result<void, JournalError>> {
    const content = parameters.join('\n')
    try {
      if (this.doubt !== undefined) {
        const settled = await this.settle(content)
        if (settled !== 'not-written') return settled
      }
      const rows = await this.sql.unsafe(text, [this.epoch, count, this.seq, ...parameters], { prepare: true })
      if (rows.length === 0) {
        // The server may have gone on with the doubtful append after the lookup; this one has waited for its row lock.
        const settled = this.doubt === undefined ? 'not-written' : await this.settle(content)
        return settled === 'not-written' ? err(this.lost(`its rows do not end at ${this.seq}`)) : settled
      }
      this.seq += count
      this.doubt = undefined
      return ok(undefined)
    } catch (cause) {
      this.doubt = { count, content }
      return this.afterFailure(cause, content)
    }
  }

  /** The connection broke or the server refused: asked until it answers or the time is over. */
  private async afterFailure(cause: unknown, content: string): Promise<Result<void, JournalError>> {
    const failure: JournalError = { type: 'unavailable', detail: messageOf(cause) }
    const deadline = performance.now() + LOOKUP_MS
    for (;;) {
      try {
        const settled = await this.settle(content)
        return settled === 'not-written' ? err(failure) : settled
      } catch {
        // Still no connection. The doubt stays until the append is repeated.
        if (performance.now() > deadline) return err(failure)
        await sleep(LOOKUP_PAUSE_MS)
      }
    }
  }

  /**
   * Whether the doubtful append was written: the counter, which moves with the rows, shows. "not-written" may still come true later, where
   * the server works on although the connection is gone; so the doubt stays until its append is repeated or another takes its place.
   */
  private async settle(content: string): Promise<Result<void, JournalError> | 'not-written'> {
    const doubt = this.doubt
    const [row] = await this.sql<Lease[]>`select epoch, seq from lease where name = ${LEASE_NAME}`
    if (row?.epoch !== this.epoch) return err(this.lost(`the epoch has passed to ${row?.epoch ?? 'nobody'}`))
    if (doubt === undefined || row.seq === this.seq) return 'not-written'
    if (row.seq !== this.seq + doubt.count || content !== doubt.content)
      return err(this.lost('rows exist that were reported as not written'))
    this.seq += doubt.count
    this.doubt = undefined
    return ok(undefined)
  }

  private lost(why: string): JournalError {
    return { type: 'lease-lost', detail: `This trader may not write any more (epoch ${this.epoch}): ${why}.` }
  }
}

interface StoredRow {
  readonly seq: number
  readonly kind: 'input' | 'fact'
  readonly causeSeq: number | null
  readonly payload: unknown
}

/** Symbols in the order of their numbers. */
export const readInstruments = async (sql: Queryable): Promise<readonly Registered[]> =>
  sql<Registered[]>`select symbol, tick_size as "tickSize", lot_size as "lotSize" from instruments order by number`

/** Rows after `seq`, ascending, in batches. */
export async function* readJournal(sql: Queryable, seq: number): AsyncGenerator<readonly JournalRow[]> {
  let after = seq
  for (;;) {
    const rows = await sql<StoredRow[]>`
      select seq, kind, cause_seq as "causeSeq", payload from journal where seq > ${after} order by seq limit ${BATCH}`
    if (rows.length === 0) return
    yield rows.map(toRow)
    after = rows.at(-1)?.seq ?? after
    if (rows.length < BATCH) return
  }
}

const toRow = (row: StoredRow): JournalRow =>
  row.kind === 'input'
    ? { kind: 'input', seq: row.seq, input: row.payload as KernelInput }
    : { kind: 'fact', seq: row.seq, causeSeq: row.causeSeq ?? row.seq, fact: row.payload as KernelFact }
