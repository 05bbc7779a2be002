/**
 * Mark prices of a run: the last price as its own mark changes nothing, and bars without one are counted.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestsOf } from '../../test/support/talker-runs.ts'
import { instrumentIndex } from '../core/units.ts'
import { makeInstrument } from '../market/instrument.ts'
import { finerBarsOf } from '../market/finer-bars.ts'
import { type BacktestRequest, runBacktestRequest } from './backtest-run.ts'
import { MarkRows, barsWithoutMark } from './mark-rows.ts'
import { marksOf } from './simulation.ts'

const withOwnMark = (request: BacktestRequest): BacktestRequest => ({
  ...request,
  series: request.series.map((each) => ({ ...each, mark: { intervalMs: each.intervalMs, columns: each.columns } })),
})

test.each([
  ['one symbol', [] as readonly string[]],
  ['three symbols over one account', ['ETHUSDT', 'SOLUSDT-SPOT']],
])(
  'a mark that is the last price changes nothing: %s',
  (_, others) => {
    let fills = 0
    fc.assert(
      fc.property(requestsOf(others), (request) => {
        const plain = runBacktestRequest(request)
        const marked = runBacktestRequest(withOwnMark(request))
        expect(marked.result).toEqual(plain.result)
        fills += plain.result.fills.length
      }),
      { numRuns: 40, seed: 13 },
    )
    expect(fills).toBeGreaterThan(300)
  },
  60_000,
)

const columnsOf = (times: readonly number[]) => {
  const prices = new Float64Array(times.length).fill(100)
  return { ts: Float64Array.from(times), open: prices, high: prices, low: prices, close: prices, volume: prices }
}

test('the row of each bar, where there is one of its length', () => {
  const rows = new MarkRows([{ intervalMs: 10, columns: columnsOf([10, 20, 40]) }, undefined])
  expect(rows.at(0, 10, 10)).toEqual({ open: 100, high: 100, low: 100, close: 100 })
  expect(rows.at(0, 20, 20)).toBeUndefined()
  expect(rows.at(0, 30, 10)).toBeUndefined()
  expect(rows.at(0, 40, 10)).toBeDefined()
  expect(rows.at(1, 40, 10)).toBeUndefined()
})

test('bars without a mark are counted, by finer bars where these are played', () => {
  const columns = columnsOf([0, 20, 40])
  expect(barsWithoutMark({ columns, intervalMs: 20 }, { intervalMs: 20, columns: columnsOf([0, 40]) })).toBe(1)
  expect(barsWithoutMark({ columns, intervalMs: 20 }, { intervalMs: 10, columns: columnsOf([0, 20, 40]) })).toBe(3)
  const detail = finerBarsOf(columns, 20, columnsOf([0, 10, 20, 30]), 10)
  expect(barsWithoutMark({ columns, intervalMs: 20, detail }, { intervalMs: 10, columns: columnsOf([0, 10, 20]) })).toBe(2)
})

test('what a run says of its marks', () => {
  const columns = columnsOf([0, 60_000])
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
  const of = { instrument, intervalMs: 60_000, columns, funding: undefined }
  expect(marksOf([of])).toBeUndefined()
  expect(marksOf([{ ...of, mark: { intervalMs: 60_000, columns: columnsOf([0]) } }, of])).toEqual({ interval: '1m', bars: 2, without: 1 })
})
