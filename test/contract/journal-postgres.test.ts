/**
 * The journal in PostgreSQL keeps the journal's contract, its lease fences, and its tables can be made again.
 */
import { afterAll, describe, expect, test, vi } from 'vitest'
import { makeClient } from '../../db/client.ts'
import { PostgresJournal } from '../../db/journal/journal.ts'
import { LEASE_STALE_MS, acquireLease, releaseLease, renewLease } from '../../db/journal/lease.ts'
import { rebuildProjections } from '../../db/journal/rebuild.ts'
import { ts } from '../../src/core/units.ts'
import type { RowChange } from '../../src/journal/row.ts'
import { ScriptedTrader, makeScriptedKernel } from '../support/kernel/scripted-trader.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'
import { describeJournal } from './journal.contract.ts'

/** A promise and what keeps it. */
const gate = (): readonly [Promise<void>, () => void] => {
  let open: () => void = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return [promise, open]
}

const temporary = await makeTemporaryDatabase()
afterAll(() => temporary?.remove(), 60_000)

describe.skipIf(temporary === undefined)('PostgreSQL', () => {
  const sql = temporary?.database.sql as NonNullable<typeof temporary>['database']['sql']
  const me = { host: 'here', pid: 1 }

  const open = async (): Promise<PostgresJournal> => {
    const lease = await acquireLease(sql, me)
    if (!lease.ok) throw new Error(lease.error.detail)
    return new PostgresJournal(sql, lease.value)
  }
  const fresh = async (): Promise<PostgresJournal> => {
    await sql`truncate journal, snapshots, lease, orders, decisions, fills, positions, trades, equity, strategies, holds, account, alerts cascade`
    return open()
  }
  const table = async (name: RowChange['table']): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const rows = await sql.unsafe(`select * from ${name} order by 1`)
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), value])),
    )
  }

  describeJournal({ fresh, takeOver: open, table })

  test('a living holder elsewhere keeps the lease; a silent one, one that gave it back, and a dead process of this machine lose it', async () => {
    await fresh()
    const elsewhere = { host: 'elsewhere', pid: 5 }
    const refused = await acquireLease(sql, elsewhere)
    expect(refused.ok ? undefined : refused.error.type).toBe('held')
    await sql`update lease set renewed_at = renewed_at - ${LEASE_STALE_MS + 1000}`
    const taken = await acquireLease(sql, elsewhere)
    expect(taken.ok && taken.value.epoch).toBe(2)
    if (!taken.ok) return
    expect(await renewLease(sql, 1)).toEqual({ ok: true, value: false })
    expect(await renewLease(sql, 2)).toEqual({ ok: true, value: true })
    expect(await releaseLease(sql, 2)).toEqual({ ok: true, value: undefined })
    expect((await acquireLease(sql, me)).ok).toBe(true)
    // No process has the largest pid that Linux can be configured to give.
    await sql`update lease set host = 'here', pid = 4194305`
    expect((await acquireLease(sql, { host: 'here', pid: 2 })).ok).toBe(true)
  })

  test('a snapshot that does not fit its hash is passed over and reported; the one before it is loaded, and one without a hash is believed', async () => {
    const journal = await fresh()
    const state = makeScriptedKernel().snapshot()
    for (const seq of [1, 2, 3]) expect((await journal.saveSnapshot(seq, { ...state, now: ts(seq) })).ok).toBe(true)
    await sql`update snapshots set state = state || '{"now": 9}'::jsonb where seq = 3`
    await sql`update snapshots set state = state - 'hash' where seq = 2`
    const loaded = await journal.load()
    expect(loaded).toMatchObject({ ok: true, value: { snapshot: { seq: 2 }, damaged: [3] } })
    expect(loaded.ok && loaded.value.snapshot?.state).toEqual(JSON.parse(JSON.stringify({ ...state, now: ts(2) })))
    for (const seq of [2, 3]) expect((await journal.setAside(seq)).ok).toBe(true)
    expect(await journal.load()).toMatchObject({ ok: true, value: { snapshot: { seq: 1 }, damaged: [] } })
    // What was set aside is kept for whoever asks why, and counts for none of the three.
    for (const seq of [4, 5, 6]) expect((await journal.saveSnapshot(seq, state)).ok).toBe(true)
    expect((await sql<{ seq: number }[]>`select seq from snapshots order by seq`).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6])
    await sql`update snapshots set state = '"torn"'::jsonb`
    expect(await journal.load()).toMatchObject({ ok: true, value: { snapshot: undefined, damaged: [6, 5, 4] } })
  })

  test('PostgreSQL of ten traders that find the lease stale at once, one gets it', async () => {
    await fresh()
    await sql`update lease set renewed_at = 0`
    const results = await Promise.all(Array.from({ length: 10 }, (_, k) => acquireLease(sql, { host: `host-${k}`, pid: k + 10 })))
    expect(results.filter((r) => r.ok)).toHaveLength(1)
  })

  test('a rebuild by replay gives the same tables', async () => {
    const trader = new ScriptedTrader(await fresh(), 11)
    await trader.begin()
    await trader.play(150)
    const names: RowChange['table'][] = [
      'orders',
      'decisions',
      'fills',
      'positions',
      'trades',
      'equity',
      'strategies',
      'holds',
      'account',
      'alerts',
    ]
    const before = new Map<string, unknown>()
    for (const name of names) before.set(name, await table(name))
    expect((before.get('fills') as unknown[]).length).toBeGreaterThan(10)
    await sql`update positions set quantity = 99`
    await sql`delete from fills where seq % 2 = 0`
    const count = await rebuildProjections(sql, makeScriptedKernel())
    expect(count).toBe(trader.steps.reduce((n, step) => n + 1 + step.facts.length, 0))
    for (const name of names) expect(await table(name), name).toEqual(before.get(name))
  })

  test('S14: an append that the server finishes after the lookup is found by its repetition, not taken for a lost lease', async () => {
    const journal = await fresh()
    const input = { type: 'time-advanced', ts: ts(1), marks: [] } as const
    const other = makeClient({ url: temporary?.database.url ?? '', max: 2 })
    const stuck = (query: string) =>
      other<
        { pid: number }[]
      >`select pid from pg_stat_activity where datname = current_database() and application_name = 'ballast' and wait_event_type = 'Lock' and query like ${query}`
    // This session stands for the append's own backend, which works on while its client has lost it: the counter is moved, not yet committed.
    const [written, rowsStand] = gate()
    const [mayCommit, commit] = gate()
    const slow = other.begin(async (tx) => {
      await tx`update lease set seq = seq + 1`
      await tx`insert into journal (seq, kind, type, version, cause_seq, ts, payload, epoch)
        values (1, 'input', 'time-advanced', 1, null, 1, ${JSON.stringify(input)}::text::jsonb, 1)`
      rowsStand()
      await mayCommit
    })
    await written
    const first = journal.appendInputs([input])
    await vi.waitFor(async () => expect(await stuck('%update lease%')).toHaveLength(1))
    await other`select pg_terminate_backend(${(await stuck('%update lease%'))[0]?.pid ?? 0})`
    expect(await first).toMatchObject({ ok: false, error: { type: 'unavailable' } })
    const repetition = journal.appendInputs([input])
    await vi.waitFor(async () => expect(await stuck('%update lease%')).toHaveLength(1))
    commit()
    await slow
    expect(await repetition).toEqual({ ok: true, value: 1 })
    expect(await journal.appendInputs([input])).toEqual({ ok: true, value: 2 })
    expect(journal.lastSeq).toBe(2)
    await other.end()
  }, 30_000)

  test('two appends at once are a broken invariant, never a lease that seems lost', async () => {
    const journal = await fresh()
    const input = { type: 'time-advanced', ts: ts(1), marks: [] } as const
    const first = journal.appendInputs([input])
    await expect(journal.appendInputs([input])).rejects.toThrow('two appends at once')
    expect(await first).toEqual({ ok: true, value: 1 })
    expect(await journal.appendInputs([input])).toEqual({ ok: true, value: 2 })
  })

  test('S14: a lost answer of a committed append is found by its repetition, not written twice', async () => {
    const journal = await fresh()
    const input = { type: 'time-advanced', ts: ts(1), marks: [] } as const
    expect(await journal.appendInputs([input])).toEqual({ ok: true, value: 1 })
    const killer = makeClient({ url: temporary?.database.url ?? '', max: 1 })
    const endOthers = () =>
      killer`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'ballast' and pid <> pg_backend_pid()`
    let failures = 0
    for (let n = 0; n < 20; n++) {
      let [answer] = await Promise.all([journal.appendInputs([input]), endOthers()])
      // The end that was asked for may reach the repetition's connection, too. What no repetition may ever hear is that the lease is lost.
      for (; !answer.ok; answer = await journal.appendInputs([input])) {
        failures += 1
        expect(answer.error).toMatchObject({ type: 'unavailable' })
      }
    }
    expect(failures).toBeGreaterThan(0)
    const [count] = await killer<{ n: number; last: number }[]>`select count(*) as n, max(seq) as last from journal`
    await killer.end()
    expect(count).toEqual({ n: 21, last: 21 })
    expect(journal.lastSeq).toBe(21)
  }, 30_000)
})
