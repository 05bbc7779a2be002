/**
 * Candles made by a seed: a random walk with volatility that clusters, whole ticks, and a crash where one is wanted.
 */
import { Random } from '../../src/core/random.ts'

export interface GeneratedSpec {
  readonly seed: number
  readonly bars: number
  /** Open time of the first bar, ms UTC. */
  readonly first: number
  readonly intervalMs: number
  /** First price in ticks. */
  readonly price: number
  /** Bar that falls by a tenth and recovers half of it. */
  readonly crashAt?: number
}

/** Columns ts, open, high, low, close, volume; prices in ticks. */
export function generatedCandles(spec: GeneratedSpec): Float64Array[] {
  const random = new Random(spec.seed)
  const [ts, open, high, low, close, volume] = Array.from({ length: 6 }, () => new Float64Array(spec.bars)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let price = spec.price
  let spread = 0.002
  for (let k = 0; k < spec.bars; k++) {
    spread = 0.0005 + 0.85 * (spread - 0.0005) + 0.0004 * Math.abs(random.normal())
    const isCrash = k === spec.crashAt
    const from = price
    const to = Math.max(10, Math.round(isCrash ? from * 0.95 : from * (1 + spread * random.normal())))
    ts[k] = spec.first + k * spec.intervalMs
    open[k] = from
    close[k] = to
    high[k] = Math.max(from, to) + Math.round(from * spread * Math.abs(random.normal()) * 0.5)
    low[k] = Math.max(
      1,
      isCrash ? Math.round(from * 0.9) : Math.min(from, to) - Math.round(from * spread * Math.abs(random.normal()) * 0.5),
    )
    volume[k] = 10 + random.below(1_000)
    price = to
  }
  return [ts, open, high, low, close, volume]
}
