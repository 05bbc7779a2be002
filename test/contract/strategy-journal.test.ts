/**
 * What a live twin reads of the journal, and what is kept of a canary, against PostgreSQL itself.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CanaryRow, CanaryRows } from '../../db/reads/canaries.ts'
import { StrategyJournal } from '../../db/reads/strategy-journal.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
const MINUTE = 60_000

describe.skipIf(made === undefined)('the journal of two strategies', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  const journal = new StrategyJournal(sql)
  afterAll(async () => made?.remove())

  const rows: [kind: 'input' | 'fact', type: string, ts: number, payload: object][] = [
    ['input', 'strategy-started', 0, { strategy: 'a', history: [{ bar: 1 }] }],
    ['input', 'strategy-started', 0, { strategy: 'b', history: [] }],
    ['input', 'bars-closed', MINUTE, { mode: 'warmup' }],
    ['fact', 'equity-sampled', MINUTE, { equity: 100 }],
    ['input', 'bars-closed', 2 * MINUTE, { mode: 'live' }],
    ['fact', 'order-denied', 2 * MINUTE, { strategy: 'b' }],
    ['fact', 'order-denied', 2 * MINUTE, { strategy: 'a' }],
    ['fact', 'equity-sampled', 2 * MINUTE, { equity: 250 }],
    ['input', 'close-position', 2.5 * MINUTE, { instrument: 0 }],
    ['input', 'bars-closed', 3 * MINUTE, { mode: 'live' }],
    ['fact', 'trade-closed', 3 * MINUTE, { trade: { strategy: 'a' } }],
    ['fact', 'trade-closed', 3 * MINUTE, { trade: { strategy: 'b' } }],
    ['input', 'strategy-started', 4 * MINUTE, { strategy: 'a', history: [{ bar: 2 }] }],
  ]
  beforeAll(async () => {
    for (const [at, [kind, type, ts, payload]] of rows.entries())
      await sql`insert into journal (seq, kind, type, version, cause_seq, ts, payload, epoch)
        values (${at + 1}, ${kind}, ${type}, 1, ${kind === 'fact' ? at : null}, ${ts}, ${JSON.stringify(payload)}::text::jsonb, 1)`
  })

  const all = async (from: AsyncGenerator<readonly { readonly seq: number }[]>): Promise<number[]> => {
    const seqs: number[] = []
    for await (const batch of from) seqs.push(...batch.map(({ seq }) => seq))
    return seqs
  }

  test('rows by type: those of the strategy, and those of nobody; without the bars that a start carries', async () => {
    const types = ['strategy-started', 'order-denied', 'close-position', 'trade-closed']
    expect(await all(journal.landmarks(types, 'a'))).toEqual([1, 7, 9, 11, 13])
    for await (const [first] of journal.landmarks(types, 'a'))
      expect(first?.kind === 'input' ? first.input : undefined).toEqual({ strategy: 'a' })
  })

  test('bars from an instant on, and the first; the last start whole; equity as it was', async () => {
    expect(await all(journal.bars(3 * MINUTE))).toEqual([3, 10])
    expect(await all(journal.bars(0))).toEqual([3, 3, 5, 10])
    expect((await journal.lastStart('a')).map(({ seq }) => seq)).toEqual([13])
    expect(await Promise.all([0, MINUTE, 2.9 * MINUTE].map((at) => journal.equityAt(at)))).toEqual([100, 100, 250])
  })

  test('a decision of a canary is told once, and not of one that began anew meanwhile', async () => {
    const canaries = new CanaryRows(sql)
    const row: CanaryRow = {
      strategy: 'a',
      params: { fast: '9' },
      module: null,
      identity: 'a 1',
      startedTs: 5,
      startedBy: 'cli',
      told: null,
    }
    await canaries.put(row)
    expect(await canaries.find('a')).toEqual(row)
    const tell = () => canaries.tell(row, 'promote', 'It earns more.', { strategy: 'a' }, 9)
    expect(await Promise.all([tell(), tell()])).toEqual(expect.arrayContaining([true, false]))
    expect((await canaries.find('a'))?.told).toBe('promote')
    await canaries.put({ ...row, startedTs: 6 })
    expect(await tell()).toBe(false)
    expect(await sql`select count(*)::int as n from alerts where type = 'strategy.canary'`).toEqual([{ n: 1 }])
    expect([await canaries.remove('a'), await canaries.remove('a'), (await canaries.list()).length]).toEqual([true, false, 0])
  })
})
