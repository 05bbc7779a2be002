/**
 * Pages of the past that cannot be: of another symbol, out of order, twice, off the grid. None of them is believed.
 */
import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/units.ts'
import { btc as instrument } from '../../../../test/support/kernel/risk-view.ts'
import { HistoryReader } from './history.ts'
import { Requests } from '../http/requests.ts'

const START = Date.UTC(2025, 0, 30)
const wire = instrument.symbol
const candle = (at: number): string[] => [String(at), '100', '101', '99', '100', '1', '100']

function reader(result: unknown): HistoryReader {
  const transport = {
    call: async () => ({ type: 'reply' as const, body: { retCode: 0, retMsg: 'OK', result }, limits: undefined }),
    open: () => {},
    renew: () => {},
    openMore: () => {},
    close: async () => {},
  }
  const clocks = { wallMs: () => START, steadyMs: () => performance.now(), sleep: async () => {} }
  return new HistoryReader(new Requests(transport, clocks), instrument)
}
const bars = (result: unknown) => reader(result).bars('last', MINUTE_MS, START, START + 10 * MINUTE_MS)
/** Newest first, as Bybit lists them. */
const page = [3, 2, 1, 0].map((minute) => candle(START + minute * MINUTE_MS))

test('a page as it should be is read in ascending order', async () => {
  const read = await bars({ symbol: wire, list: page })
  expect(read.ok && read.value.map((bar) => (bar.ts - START) / MINUTE_MS)).toEqual([0, 1, 2, 3])
  expect(await bars({ list: [] })).toEqual({ ok: true, value: [] })
})

test.each([
  ['of another symbol', { symbol: 'ETHUSDT', list: page }, `it is of ETHUSDT, and ${wire} was asked for`],
  ['in ascending order', { symbol: wire, list: [...page].reverse() }, 'its rows are not in order'],
  ['with a row twice', { symbol: wire, list: [page[0], ...page] }, 'its rows are not in order'],
  [
    'off its grid',
    { symbol: wire, list: page.map(([at, ...rest]) => [String(Number(at) + 1), ...rest]) },
    'is no open time of its interval',
  ],
  ['with a time that is none', { symbol: wire, list: [['NaN', '1', '1', '1', '1']] }, 'is no open time of its interval'],
])('a page %s is refused', async (_, result, words) => {
  const read = await bars(result)
  expect(read).toMatchObject({ ok: false, error: { type: 'venue-down', code: 'odd-page', detail: expect.stringContaining(words) } })
})

test.each([
  ['of another symbol', [{ symbol: 'ETHUSDT', fundingRate: '0.0001', fundingRateTimestamp: String(START) }], 'it is of ETHUSDT'],
  [
    'in ascending order',
    [0, 8].map((hour) => ({ symbol: wire, fundingRate: '0.0001', fundingRateTimestamp: String(START + hour * HOUR_MS) })),
    'its rows are not in order',
  ],
])('funding %s is refused', async (_, list, words) => {
  const read = await reader({ list }).fundings(START, START + 24 * HOUR_MS)
  expect(read).toMatchObject({ ok: false, error: { code: 'odd-page', detail: expect.stringContaining(words) } })
})

test('the first day of a history is not looked for in a page that is turned around', async () => {
  const read = await reader({ symbol: wire, list: [...page].reverse() }).firstDay('last', START, START + HOUR_MS)
  expect(read.ok).toBe(false)
})
