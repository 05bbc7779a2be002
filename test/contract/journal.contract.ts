/**
 * What every journal must do, whatever it is made of.
 */
import { expect, test } from 'vitest'
import { ts } from '../../src/core/units.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { RowChange } from '../../src/journal/row.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import { ScriptedTrader, makeScriptedKernel } from '../support/kernel/scripted-trader.ts'
import { strategyRowOf } from '../support/strategy-row.ts'

export interface JournalHarness {
  /** Empties everything and takes the lease. */
  fresh(): Promise<Journal>
  /** Another trader takes the lease over. */
  takeOver(): Promise<Journal>
  table(name: RowChange['table']): Promise<readonly Readonly<Record<string, unknown>>[]>
}

const advanced = (at: number): KernelInput => ({ type: 'time-advanced', ts: ts(at), marks: [1, 2.5, 0] })
const alerted = (at: number, summary: string): KernelFact => ({
  type: 'alert-raised',
  alert: 'system.test',
  severity: 'P3',
  instrument: undefined,
  summary,
  ts: ts(at),
})
const hold = (id: string): RowChange => ({
  table: 'holds',
  row: { holdId: id, scope: 'account', effect: 'no-entries', cause: 'operator', actor: 'cli', reason: 'test', since: 1, until: null },
})
const alertRow = (seq: number, summary: string): RowChange => ({
  table: 'alerts',
  row: { seq, type: 'system.test', severity: 'P3', symbol: null, summary, detail: { a: 1 }, ts: 5 },
})

const value = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly detail: string } },
): T => {
  if (!result.ok) throw new Error(result.error.detail)
  return result.value
}
/** As JSON keeps it: without undefined. */
const plain = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T

export function describeJournal(harness: JournalHarness): void {
  test('rows of strategies that run no more go', async () => {
    const journal = await harness.fresh()
    const row = (strategy: string, symbol: string): RowChange => ({
      table: 'strategies',
      row: strategyRowOf(strategy, symbol),
    })
    await journal.appendFacts([], [row('a', 'BTCUSDT'), row('a', 'ETHUSDT'), row('b', 'SOLUSDT')])
    await journal.appendFacts([], [{ table: 'strategies', only: ['a ETHUSDT', 'c XRPUSDT'] }, row('a', 'ETHUSDT'), row('c', 'XRPUSDT')])
    const left = (await harness.table('strategies')).map((r) => `${String(r['strategy'])} ${String(r['symbol'])}`)
    expect(left.sort()).toEqual(['a ETHUSDT', 'c XRPUSDT'])
  })

  test('a symbol keeps its number for life, new ones come after all others, and only the owner gives numbers', async () => {
    const journal = await harness.fresh()
    const row = (symbol: string) => ({ symbol, tickSize: '0.1', lotSize: '0.001' })
    const names = async (wanted: readonly string[], by: Journal = journal): Promise<string[]> =>
      value(await by.register(wanted.map(row))).map((r) => r.symbol)
    expect(await names(['BTCUSDT', 'ETHUSDT'])).toEqual(['BTCUSDT', 'ETHUSDT'])
    expect(await names(['SOLUSDT', 'ETHUSDT'])).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
    expect(value(await journal.register([{ symbol: 'ETHUSDT', tickSize: '9', lotSize: '9' }]))[1]).toEqual(row('ETHUSDT'))
    const next = await harness.takeOver()
    expect(await journal.register([row('XRPUSDT')])).toMatchObject({ ok: false, error: { type: 'lease-lost' } })
    expect(await names(['XRPUSDT'], next)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'])
  })

  test('sequence numbers continue without a hole over inputs and facts', async () => {
    const journal = await harness.fresh()
    expect(value(await journal.appendInputs([advanced(1), advanced(2)]))).toBe(1)
    expect(
      value(
        await journal.appendFacts(
          [
            { causeSeq: 1, fact: alerted(1, 'a') },
            { causeSeq: 2, fact: alerted(2, 'b') },
          ],
          [],
        ),
      ),
    ).toBe(4)
    expect(value(await journal.appendInputs([advanced(3)]))).toBe(5)
    const { tail, snapshot } = value(await journal.load())
    expect(snapshot).toBeUndefined()
    expect(tail).toEqual(
      plain([
        { kind: 'input', seq: 1, input: advanced(1) },
        { kind: 'input', seq: 2, input: advanced(2) },
        { kind: 'fact', seq: 3, causeSeq: 1, fact: alerted(1, 'a') },
        { kind: 'fact', seq: 4, causeSeq: 2, fact: alerted(2, 'b') },
        { kind: 'input', seq: 5, input: advanced(3) },
      ]),
    )
  })

  test('changes without facts move no sequence number', async () => {
    const journal = await harness.fresh()
    expect(value(await journal.appendFacts([], [hold('h')]))).toBe(0)
    expect(value(await journal.appendInputs([advanced(1)]))).toBe(1)
    expect(await harness.table('holds')).toHaveLength(1)
  })

  test('of several changes of one row in an append the last counts; a removed hold is gone', async () => {
    const journal = await harness.fresh()
    value(
      await journal.appendFacts([], [hold('a'), hold('b'), { table: 'holds', remove: 'a' }, { table: 'holds', remove: 'b' }, hold('b')]),
    )
    expect((await harness.table('holds')).map((row) => row.holdId)).toEqual(['b'])
    value(await journal.appendFacts([], [{ table: 'holds', remove: 'b' }]))
    expect(await harness.table('holds')).toEqual([])
  })

  test('an alert is reported once, however often its row comes', async () => {
    const journal = await harness.fresh()
    value(await journal.appendFacts([], [alertRow(1, 'first')]))
    value(await journal.appendFacts([], [alertRow(1, 'again'), alertRow(2, 'second')]))
    expect((await harness.table('alerts')).map((row) => row.summary)).toEqual(['first', 'second'])
  })

  test('a trader whose lease has passed can write nothing', async () => {
    const old = await harness.fresh()
    value(await old.appendInputs([advanced(1)]))
    const next = await harness.takeOver()
    const refusals = [
      await old.appendInputs([advanced(2)]),
      await old.appendFacts([{ causeSeq: 1, fact: alerted(1, 'x') }], [hold('stolen')]),
      await old.saveSnapshot(1, makeScriptedKernel().snapshot()),
    ]
    expect(refusals.map((r) => (r.ok ? 'written' : r.error.type))).toEqual(['lease-lost', 'lease-lost', 'lease-lost'])
    expect(await harness.table('holds')).toEqual([])
    expect(value(await next.appendInputs([advanced(3)]))).toBe(2)
    expect(value(await next.load()).tail).toHaveLength(2)
  })

  test('the newest snapshot of this code version is loaded with the rows after it; three are kept', async () => {
    const journal = await harness.fresh()
    const state = makeScriptedKernel().snapshot()
    for (let seq = 1; seq <= 6; seq++) value(await journal.appendInputs([advanced(seq)]))
    for (const seq of [1, 2, 3, 4]) value(await journal.saveSnapshot(seq, { ...state, now: ts(seq) }))
    value(await journal.saveSnapshot(5, { ...state, codeVersion: state.codeVersion + 1 }))
    const loaded = value(await journal.load())
    expect(loaded.snapshot).toEqual({ seq: 4, state: plain({ ...state, now: ts(4) }) })
    expect(loaded.tail.map((row) => row.seq)).toEqual([5, 6])
    for (const seq of [5, 6]) value(await journal.saveSnapshot(seq, { ...state, codeVersion: state.codeVersion + 1 }))
    value(await journal.saveSnapshot(7, { ...state, codeVersion: state.codeVersion + 1 }))
    expect(value(await journal.load()).snapshot).toBeUndefined()
  })

  test('text that a database refuses loses the refused characters and nothing else', async () => {
    const journal = await harness.fresh()
    value(await journal.appendFacts([{ causeSeq: 0, fact: alerted(1, `a\u0000b \\u0000 "ü" \u2028`) }], []))
    const [row] = value(await journal.load()).tail
    const summary = row?.kind === 'fact' && row.fact.type === 'alert-raised' ? (row.fact.summary ?? '').replaceAll('\u0000', '') : ''
    expect(summary).toBe('ab \\u0000 "ü" \u2028')
  })

  test('a day of trading comes back as it was written, and its tables hold what the kernel holds', async () => {
    const journal = await harness.fresh()
    const trader = new ScriptedTrader(journal)
    await trader.begin()
    await trader.play(120)
    const { tail } = value(await journal.load())
    expect(tail).toHaveLength(trader.steps.reduce((n, step) => n + 1 + step.facts.length, 0))
    expect(tail.filter((row) => row.kind === 'input').map((row) => row.kind === 'input' && row.input)).toEqual(
      plain(trader.steps.map((s) => s.input)),
    )
    expect(tail.flatMap((row) => (row.kind === 'fact' ? [row.fact] : []))).toEqual(plain(trader.steps.flatMap((s) => s.facts)))
    const fills = trader.steps.filter((s) => s.input.type === 'order-filled')
    expect(fills.length).toBeGreaterThan(10)
    expect(await harness.table('fills')).toHaveLength(fills.length)
    const closed = trader.steps.flatMap((s) => s.facts).filter((fact) => fact.type === 'trade-closed')
    expect((await harness.table('trades')).filter((row) => row.isOpen === false)).toHaveLength(closed.length)
    const open = trader.kernel.config.instruments.filter((i) => trader.kernel.portfolio.positionLots(i.index) !== 0)
    expect((await harness.table('positions')).filter((row) => Number(row.quantity) !== 0)).toHaveLength(open.length)
    const orders = trader.kernel.config.instruments.flatMap((i) => trader.kernel.orders.open(i.index).map((o) => Number(o.orderId)))
    expect(
      (await harness.table('orders'))
        .filter((row) => row.isOpen)
        .map((row) => Number(row.orderId))
        .sort((a, b) => a - b),
    ).toEqual(orders.sort((a, b) => a - b))
  })
}
