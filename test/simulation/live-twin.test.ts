/**
 * The live twin against a trader that traded over the wire: without anything in the way both are the same to the last digit, and what is
 * planted in the journal between them is found under its own name.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareTwin } from '../../src/backtest/twin/compare.ts'
import { LiveRecorder } from '../../src/backtest/twin/live-record.ts'
import { runTwin } from '../../src/backtest/twin/twin-run.ts'
import { type Ts, cash, strategyId, ts } from '../../src/core/units.ts'
import type { JournalRow } from '../../src/journal/journal.ts'
import type { KernelConfig } from '../../src/kernel/config.ts'
import { openStore } from '../../src/market/candles/store.ts'
import { workCanary } from '../../src/process/twin/canary-work.ts'
import { STRATEGIES } from '../../src/strategy/registry.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { SIM_COSTS } from '../../src/venue/sim/models/costs.ts'
import { generatedCandles } from '../support/generated-candles.ts'
import { backtestSame, tradeLive } from '../support/kernel/lockstep.ts'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { MINUTES_5, parityData, plan } from '../support/kernel/parity-run.ts'

const OPENING = 10_000 * 1e8
let remove = (): void => {}
let rows: readonly JournalRow[] = []
let kernel: KernelConfig
let began: Ts

beforeAll(async () => {
  const made = await parityData()
  remove = made.remove
  const store = openStore(join(made.dataDir, 'candles'))
  const first = Date.parse('2026-01-05T00:00:00Z')
  const columns = generatedCandles({ seed: 11, bars: 300, first, intervalMs: MINUTES_5, price: 640_000, crashAt: 200 })
  const meta = { venue: 'bybit', symbol: 'BTCUSDT', interval: '5m', kind: 'last' as const, intervalMs: MINUTES_5, source: 'generated' }
  store.append({ ...meta, tickSize: '0.1', lotSize: '0.001', columns })
  const plans = [plan('ema-cross', 'BTCUSDT', { fast: 5, slow: 12 })]
  const given = { dataDir: made.dataDir, symbols: ['BTCUSDT'], interval: '5m', intervalMs: MINUTES_5, plans, openingCash: '10000' }
  const memory = new MemoryStore()
  await tradeLive(given, memory.open())
  rows = memory.rows
  const { instruments } = backtestSame(given)
  const { limits, sizing, costs } = RISK_PROFILES.sim
  const [only] = plans
  if (only === undefined) throw new Error('no plan')
  const { definition, params } = only
  kernel = {
    tag: 'twin01',
    instruments,
    intervalMs: MINUTES_5,
    strategies: [{ id: strategyId('ema-cross'), definition, params, instruments: instruments.map(({ index }) => index) }],
    limits,
    sizing,
    costs,
    defaultStopFraction: undefined,
    isJournaled: false,
    allowsBudget: false,
  }
  began = ts(first)
}, 60_000)
afterAll(() => remove())

function compared(given: readonly JournalRow[], from: Ts = began) {
  const recorder = new LiveRecorder(strategyId('ema-cross'), [{ symbol: 'BTCUSDT', number: 0 }], { intervalMs: MINUTES_5 })
  for (const row of given) recorder.take(row)
  const record = recorder.record()
  const twin = runTwin({ kernel, venue: { ...SIM_COSTS, idPrefix: 't' }, openingCash: cash(OPENING), from }, record)
  expect(twin.failure).toBeUndefined()
  const { lastTs: to, trades, denials } = twin
  const { instruments } = kernel
  // The trade that is open at the end is no fact yet: both sides leave it out.
  const closed = trades.filter(({ trade }) => !trade.open)
  return compareTwin({
    record,
    instruments,
    live: record.closed,
    twin: closed,
    twinDenials: denials,
    from,
    to,
    intervalMs: MINUTES_5,
    decidesTogether: false,
  })
}
const closedTrades = () => rows.flatMap((row) => (row.kind === 'fact' && row.fact.type === 'trade-closed' ? [row.fact.trade] : []))

test('nothing in the way: the same trades to the last digit, and no difference', () => {
  const { trades, gap, live, differences } = compared(rows)
  expect(trades.live).toBeGreaterThan(8)
  expect(trades).toEqual({ live: trades.live, twin: trades.live, paired: trades.live })
  expect(differences).toEqual([])
  expect(gap).toBe(0)
  expect(live).not.toBe(0)
})

test('a worse exit price and a higher fee: each on its own line, in basis points and to the last unit', () => {
  const [, trade] = closedTrades()
  if (trade === undefined) throw new Error('too few trades')
  const worse = { ...trade, fee: cash(trade.fee + 777), exitPrice: (trade.exitPrice - 50 * trade.side) as typeof trade.exitPrice }
  const lost = cash(trade.quantity * 50 * ((kernel.instruments[0]?.cashNumerator ?? 0) / (kernel.instruments[0]?.cashDenominator ?? 1)))
  const pnl = cash(trade.pnl - 777 - lost)
  const { gap, causes, differences } = compared(
    rows.map((row) =>
      row.kind === 'fact' && row.fact.type === 'trade-closed' && row.fact.trade.number === trade.number
        ? { ...row, fact: { ...row.fact, trade: { ...worse, pnl } } }
        : row,
    ),
  )
  expect(gap).toBe(-777 - lost)
  expect(causes).toEqual([
    { code: 'slippage', count: 1, amount: cash(-lost) },
    { code: 'fee', count: 1, amount: cash(-777) },
  ])
  const slip = differences.find(({ code }) => code === 'slippage')
  expect([slip?.part, slip?.trade, slip?.worseBp?.toFixed(4)]).toEqual(['exit', trade.number, ((50 / trade.exitPrice) * 1e4).toFixed(4)])
})

/** The journal as it would be had the entry of this trade not been made: its order and its trade are not there. */
function without(number: number, instead: (row: JournalRow) => JournalRow | undefined): JournalRow[] {
  const trade = closedTrades().find((each) => each.number === number)
  return rows.flatMap((row) => {
    if (row.kind !== 'fact') return instead(row) ?? []
    const { fact } = row
    if (fact.type === 'order-submitted' && fact.command.orderId === trade?.entryOrderId) return instead(row) ?? []
    if (fact.type === 'trade-opened' && fact.number === number) return []
    return fact.type === 'trade-closed' && fact.trade.number === number ? [] : [row]
  })
}

test('an entry that risk denied, one that nothing explains, one of a bar that came late', () => {
  const [, trade] = closedTrades()
  if (trade === undefined) throw new Error('too few trades')
  const denied = compared(
    without(trade.number, (row) => {
      if (row.kind !== 'fact' || row.fact.type !== 'order-submitted') return row
      const { strategy, reason, ts: at } = row.fact
      const { instrument, side } = row.fact.command
      const figures = { positions: 3, limit: 3 }
      return {
        ...row,
        fact: { type: 'order-denied', strategy, instrument, class: 'entry', side, rule: 'open-positions', figures, reason, ts: at },
      }
    }),
  )
  expect(denied.differences.map(({ code, part, amount, figures }) => [code, part, amount, figures.rule])).toEqual([
    ['denied', 'missing', 0 - trade.pnl, 'open-positions'],
  ])
  const nothing = compared(without(trade.number, (row) => (row.kind === 'fact' ? undefined : row)))
  expect(nothing.causes).toEqual([{ code: 'unexplained', count: 1, amount: 0 - trade.pnl }])
  const decided = rows.find(
    (row) => row.kind === 'fact' && row.fact.type === 'order-submitted' && row.fact.command.orderId === trade.entryOrderId,
  )
  const at = decided?.kind === 'fact' ? decided.fact.ts : 0
  const late = compared(
    without(trade.number, (row) => {
      if (row.kind === 'fact') return undefined
      return row.input.type === 'bars-closed' && row.input.ts === at ? { ...row, input: { ...row.input, mode: 'late' } } : row
    }),
  )
  expect(late.causes).toEqual([{ code: 'missed-bar', count: 1, amount: 0 - trade.pnl }])
})

test('bars of before the window are shown to it and not traded: the twin begins in the middle with the same decisions', () => {
  const trade = closedTrades()[5]
  if (trade === undefined) throw new Error('too few trades')
  const { trades, differences } = compared(rows, ts(trade.entryTs + MINUTES_5))
  expect(trades.paired).toBe(trades.live)
  expect(trades.live).toBeGreaterThan(2)
  // It begins with the cash of the opening and not with that of the account then: quantities may differ, decisions do not.
  expect(
    differences.filter(
      ({ code }) => code !== 'size' && code !== 'slippage' && code !== 'fee' && code !== 'knock-on' && code !== 'carried-in',
    ),
  ).toEqual([])
})

describe('a canary over the same journal', () => {
  const look = (params: object, code = STRATEGIES) => {
    const recorder = new LiveRecorder(strategyId('ema-cross'), [{ symbol: 'BTCUSDT', number: 0 }], { intervalMs: MINUTES_5 })
    for (const row of rows) recorder.take(row)
    const { strategies, ...config } = kernel
    const [only] = strategies
    if (only === undefined) throw new Error('no strategy')
    const { definition, ...strategy } = only
    const given = { modules: [], definition: definition.name, kernel: { ...config, strategy }, record: recorder.record() }
    const stretch = { openingCash: cash(OPENING), from: began, to: ts(began + 300 * MINUTES_5) }
    const seen = workCanary(STRATEGIES, code, { ...given, ...stretch, candidate: { modules: [], params: definition.params.parse(params) } })
    if (typeof seen === 'string') throw new Error(seen)
    return seen
  }

  test('the same parameters: no bar differs, nothing is decided, and both made what the account made', () => {
    const { verdict, count, running, shadow } = look({ fast: 5, slow: 12 })
    expect([verdict, count]).toEqual(['go-on', 0])
    expect(shadow).toEqual(running)
    expect(running.trades).toBeGreaterThan(8)
  })

  test('other parameters: they differ, and asked again it says the same', () => {
    const seen = look({ fast: 8, slow: 30 })
    expect(seen.count).toBeGreaterThan(50)
    expect(seen.shadow).not.toEqual(seen.running)
    expect(look({ fast: 8, slow: 30 })).toEqual(seen)
  })

  test('a new version that throws is rolled back, and says where', () => {
    const known = STRATEGIES.get('ema-cross')
    if (known === undefined) throw new Error('ema-cross is built in')
    const broken: typeof known = {
      ...known,
      onBar: () => {
        throw new Error('out of luck')
      },
    }
    const { verdict, shadow, running } = look({ fast: 5, slow: 12 }, new Map([...STRATEGIES, ['ema-cross', broken]]))
    expect([verdict, shadow.trades]).toEqual(['roll-back', 0])
    expect(shadow.failure).toContain('out of luck')
    expect(running.failure).toBeNull()
  })
})
