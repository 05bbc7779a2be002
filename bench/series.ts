/**
 * The bars that benchmarks run on: the real 1,033,226 one-minute bars of Bitfinex BTCUSD where they are found, else a generated million.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Random } from '../src/core/random.ts'
import type { BarColumns } from '../src/market/bars.ts'
import { readCandles } from '../src/market/candles/candle-file.ts'

export interface BenchSeries {
  readonly name: string
  /** Where the file lies; undefined for a generated series. */
  readonly file: string | undefined
  readonly columns: BarColumns
  readonly intervalMs: number
  readonly tickSize: string
  readonly lotSize: string
}

const FILE = 'bitfinex-BTCUSD-1m.csv.gz'
const MINUTE_MS = 60_000
const GENERATED_BARS = 1_000_000

export async function benchSeries(): Promise<BenchSeries> {
  const root = process.env['BALLAST_SHARED'] ?? resolve('..', 'shared')
  const file = [join(root, 'data', FILE), join(root, FILE)].find((path) => existsSync(path))
  if (file === undefined) return generated()
  const read = await readCandles([file])
  if (!read.ok) throw new Error(read.error.sentence)
  const { columns, intervalMs, tickSize, lotSize, bars } = read.value
  return { name: `bitfinex BTCUSD 1m, ${bars.toLocaleString('en-US')} real bars`, file, columns, intervalMs, tickSize, lotSize }
}

/** A random walk of one seed, in ticks of 0.1. */
function generated(): BenchSeries {
  const random = new Random(7)
  const column = (): Float64Array => new Float64Array(GENERATED_BARS)
  const columns = { ts: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let price = 500_000
  for (let k = 0; k < GENERATED_BARS; k++) {
    const open = price
    price = Math.max(1_000, Math.round(price * (1 + 0.001 * random.normal())))
    columns.ts[k] = 1_600_000_000_000 + k * MINUTE_MS
    columns.open[k] = open
    columns.close[k] = price
    columns.high[k] = Math.max(open, price) + Math.round(50 * random.next())
    columns.low[k] = Math.min(open, price) - Math.round(50 * random.next())
    columns.volume[k] = 1 + random.next()
  }
  const name = `generated random walk, ${GENERATED_BARS.toLocaleString('en-US')} bars (the real file was not found)`
  return { name, file: undefined, columns, intervalMs: MINUTE_MS, tickSize: '0.1', lotSize: '0.000001' }
}
