/**
 * Frames of Bybit's public streams as they are published, read for a perpetual and a spot pair of one name.
 */
import { expect, test } from 'vitest'
import { instrumentIndex } from '../core/units.ts'
import { makeInstrument } from '../market/instrument.ts'
import { readFrame } from './bybit-feed.ts'

const PERPETUAL = makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
const SPOT = makeInstrument({ index: instrumentIndex(1), venue: 'bybit', symbol: 'BTCUSDT-SPOT', tickSize: '0.01', lotSize: '0.000001' })
const BY_SYMBOL = new Map([PERPETUAL, SPOT].map((i) => [i.symbol, i]))

/** What arrived, without absent fields. */
function heard(frame: object): { readonly said: unknown[]; readonly problem: string | undefined } {
  const said: unknown[] = []
  const problem = readFrame(frame, BY_SYMBOL, {
    up: () => undefined,
    down: () => undefined,
    trade: (i, price, volume, at) => said.push(['trade', i, price, volume, at]),
    candle: (i, bar, isClosed) => said.push(['candle', i, bar.close, isClosed]),
    ticker: (i, ticker, at) => said.push(['ticker', i, JSON.parse(JSON.stringify(ticker)), at]),
  })
  return { said, problem }
}

const book = (symbol: string, b: string[][], a: string[][], type = 'snapshot') => ({
  topic: `orderbook.1.${symbol}`,
  type,
  ts: 1672304484978,
  data: { s: 'BTCUSDT', b, a, u: 18521288, seq: 7961638724 },
  cts: 1672304484976,
})

test('the best prices of spot are those of its book, since its ticker has none', () => {
  const ticker = {
    topic: 'tickers.BTCUSDT-SPOT',
    ts: 1673853746003,
    type: 'snapshot',
    cs: 2588407389,
    data: { symbol: 'BTCUSDT', lastPrice: '21109.77', highPrice24h: '21426.99', usdIndexPrice: '21120.24' },
  }
  expect(heard(ticker).said).toEqual([['ticker', 1, {}, 1673853746003]])
  const top = book('BTCUSDT-SPOT', [['16493.50', '0.006']], [['16611.00', '0.029']])
  expect(heard(top).said).toEqual([['ticker', 1, { bid: 1649350, ask: 1661100 }, 1672304484978]])
})

test('a level that is taken away says no price, and the one beside it does', () => {
  const moved = book(
    'BTCUSDT-SPOT',
    [
      ['16493.50', '0'],
      ['16493.40', '1'],
    ],
    [['16611.00', '0']],
    'delta',
  )
  expect(heard(moved).said).toEqual([['ticker', 1, { bid: 1649340 }, 1672304484978]])
  expect(heard(book('BTCUSDT-SPOT', [], [['16611.00', '2']], 'delta')).said).toEqual([['ticker', 1, { ask: 1661100 }, 1672304484978]])
})

test('a print is its own symbol’s, on its own grid, and one of neither is left out', () => {
  const trade = (symbol: string) => ({
    topic: `publicTrade.${symbol}`,
    type: 'snapshot',
    ts: 1672304486868,
    data: [{ T: 1672304486865, s: 'BTCUSDT', S: 'Buy', v: '0.001', p: '16578.50', i: '20f43950', BT: false }],
  })
  expect(heard(trade('BTCUSDT-SPOT')).said).toEqual([['trade', 1, 1657850, 0.001, 1672304486865]])
  expect(heard(trade('BTCUSDT')).said).toEqual([['trade', 0, 165785, 0.001, 1672304486865]])
  expect(heard(trade('ETHUSDT-SPOT'))).toEqual({ said: [], problem: undefined })
})

test('a book that is not as documented is named and left out', () => {
  const { said, problem } = heard({ topic: 'orderbook.1.BTCUSDT-SPOT', ts: 1, data: { s: 'BTCUSDT', b: 7 } })
  expect(said).toEqual([])
  expect(problem).toBe('orderbook.1.BTCUSDT-SPOT: a frame without the documented shape')
})
