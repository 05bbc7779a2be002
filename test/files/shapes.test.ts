/**
 * Each row of docs/files.md as a small file of our own: the same four bars in the shape of each source, read to the same columns.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { zoneOf } from '../../src/files/zone.ts'
import { type CandleFile, readDataFiles } from '../../src/market/candles/candle-file.ts'
import type { FileWishes } from '../../src/market/candles/file-wishes.ts'

const FOLDER = new URL('../fixtures/files/', import.meta.url).pathname
const START = Date.UTC(2025, 2, 3)
const BARS = [
  [94_100.5, 94_180, 94_050.5, 94_120],
  [94_120, 94_190.5, 94_100, 94_175.5],
  [94_175.5, 94_175.5, 94_020, 94_033],
  [94_033, 94_099.5, 94_001, 94_080.5],
]
const VOLUMES = [2.5, 1.25, 4, 0.75]

interface Shape {
  readonly interval?: string
  readonly wishes?: FileWishes
  readonly hasVolume?: boolean
  /** Words that the notes say. */
  readonly notes?: readonly string[]
}

const zone = (name: string): FileWishes => ({ offsetMs: zoneOf(name) })
const BACKWARDS = 'read backwards'
const none = { hasVolume: false }

/** By fixture; what is not said is: bars of 1m, with their volume, without a wish, without a note. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'binance-spot.csv': { notes: ['no header: read as Binance'] },
  'binance-usdm.csv': {},
  'binance-coinm.csv': { notes: ["'volume' counts contracts of 100: the volume is 'quote_volume'"] },
  'binance-merged.csv': { notes: ['from line 4 on the times are in µs'] },
  'bybit-v5.json': { notes: ['no header: read as Bybit', BACKWARDS] },
  'bybit-v5.csv': { notes: [BACKWARDS] },
  'bybit-archive.csv': none,
  'bybit-metatrader.csv': { wishes: zone('UTC+3'), notes: ['no header'] },
  'bybit-ws.csv': { notes: ['1 row that the file calls unfinished left out'] },
  'okx-spot.csv': {},
  'okx-swap.csv': { notes: ['1 row that the file calls unfinished left out'] },
  'okx-v5.json': { notes: ['no header: read as OKX', BACKWARDS] },
  'kraken-ohlcvt.csv': { notes: ['no header: read as Kraken OHLCVT'] },
  'kraken-rest.json': { notes: ['no header: read as Kraken'] },
  'bitfinex.csv': { notes: [BACKWARDS] },
  'bitfinex.json': { notes: ['no header: read as Bitfinex', BACKWARDS] },
  'coinbase.json': { notes: ['no header: read as Coinbase', BACKWARDS] },
  'bitstamp.json': {},
  'bitstamp-history.csv': {},
  'kucoin.csv': { notes: ['no header: read as KuCoin', BACKWARDS] },
  'gate-spot.csv': { notes: ['no header: read as Gate'] },
  'htx.json': { notes: [BACKWARDS] },
  'bitmex-bucketed.csv': { notes: ['the stamps are the ends of the bars'] },
  'cryptodatadownload.csv': { notes: [BACKWARDS] },
  'coingecko.json': { interval: '4h', wishes: { stamp: 'end' }, ...none, notes: ['no header'] },
  'coinmarketcap.csv': { interval: '1d', ...none, notes: ["'volume' counts money and not coins", BACKWARDS] },
  'tradingview.csv': {},
  'tradingview-udf.json': {},
  'mt5.csv': { wishes: zone('UTC+2') },
  'mt4.csv': { wishes: zone('Europe/Helsinki'), notes: ['no header: read as MetaTrader'] },
  'yfinance.csv': { interval: '1d', notes: ['Yahoo counts that of coin pairs in money'] },
  'stooq.csv': { interval: '5m' },
  'tardis.csv': {},
  'databento.csv': {},
  'databento-text.csv': {},
  'polygon.csv': {},
  'polygon.json': {},
  'freqtrade.json': { notes: ['no header'] },
  'jesse.csv': {},
  'ccxt.csv': {},
  'pandas.csv': {},
  'histdata.csv': { wishes: zone('America/New_York'), notes: ['no header'] },
  'spreadsheet.csv': {},
  'investing.csv': { interval: '1d', notes: [BACKWARDS] },
  'dukascopy.csv': {},
  'excel-serial.csv': { interval: '1d' },
  'coinapi.csv': {},
  'close-time.csv': { notes: ["the stamps are the ends of the bars ('close_time')"] },
  'packed.csv.zst': {},
  'packed.csv.xz': {},
  'packed.csv.bz2': {},
  'packed.zip': {},
}
const STEPS: Readonly<Record<string, number>> = { '1m': 60_000, '5m': 300_000, '4h': 14_400_000, '1d': 86_400_000 }

async function read(fixture: string, wishes: FileWishes = {}): Promise<CandleFile> {
  const file = await readDataFiles([join(FOLDER, fixture)], wishes)
  if (!file.ok) throw new Error(`${file.error.sentence} ${file.error.next}`)
  if (file.value.type !== 'candles') throw new Error('not candles')
  return file.value
}

async function refusal(fixture: string, wishes: FileWishes = {}): Promise<string> {
  const file = await readDataFiles([join(FOLDER, fixture)], wishes)
  return file.ok ? 'was read' : `${file.error.sentence} ${file.error.next}`
}

describe('candles', () => {
  test.each(Object.entries(SHAPES))('candles: %s', async (fixture, { interval = '1m', wishes, hasVolume = true, notes = [] }) => {
    const file = await read(fixture, wishes)
    expect(file.interval).toBe(interval)
    const step = STEPS[interval] as number
    expect([...file.columns.ts]).toEqual(BARS.map((_, at) => START + at * step))
    const { open, high, low, close, volume } = file.columns
    const tick = Number(file.tickSize)
    expect(BARS.map((_, at) => [open, high, low, close].map((column) => (column[at] as number) * tick))).toEqual(BARS)
    expect([file.hasVolume, [...volume]]).toEqual([hasVolume, hasVolume ? VOLUMES : [0, 0, 0, 0]])
    expect(file.notes.length).toBe(notes.length)
    for (const [at, words] of notes.entries()) expect(file.notes[at]).toContain(words)
    expect(file.gaps).toBe(0)
  })
})

describe('funding rates', () => {
  test.each(['binance-funding.csv', 'bybit-funding.csv', 'okx-funding.csv'])(
    '%s: settlements at their minute, eight hours apart',
    async (fixture) => {
      const file = await readDataFiles([join(FOLDER, fixture)])
      if (!file.ok || file.value.type !== 'funding') throw new Error('was not read as funding')
      expect([...file.value.ts]).toEqual([0, 1, 2].map((at) => START + at * 28_800_000))
      expect([...file.value.rate]).toEqual([1_000_000, -213_500, 881_100])
    },
  )
})

describe('refused by name', () => {
  test.each([
    ['binance-aggtrades.csv', 'aggregated trades (aggTrades)'],
    ['bybit-metatrader.csv', '--zone UTC+3'],
    ['mt5.csv', '--zone'],
    ['histdata.csv', '--zone America/New_York'],
    ['coingecko.json', '--stamp end'],
  ])('refused by name: %s says %s', async (fixture, words) => {
    expect(await refusal(fixture)).toContain(words)
  })
})

test('docs/files.md has a row for each of these files, and no row for another', () => {
  const docs = readFileSync(new URL('../../docs/files.md', import.meta.url), 'utf8')
  const named = new Set([...docs.matchAll(/`([a-z0-9-]+(?:\.[a-z0-9]+)+)`/g)].map((match) => match[1] as string))
  const fixtures = readdirSync(FOLDER)
  expect(fixtures.filter((fixture) => !named.has(fixture))).toEqual([])
  expect([...named].filter((name) => /\.(?:csv|json|zst|xz|bz2|zip)$/.test(name) && !fixtures.includes(name))).toEqual([])
  const tested = new Set([...Object.keys(SHAPES), 'binance-funding.csv', 'bybit-funding.csv', 'okx-funding.csv', 'binance-aggtrades.csv'])
  expect(fixtures.filter((fixture) => !tested.has(fixture))).toEqual([])
})
