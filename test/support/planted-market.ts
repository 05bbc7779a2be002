/**
 * Hourly candles by a seed for the tests of trust: a walk that nobody can foresee, and markets of the same volatility in which something is planted.
 */
import { HOUR_MS } from '../../src/core/units.ts'
import { Random } from '../../src/core/random.ts'
import type { BarColumns } from '../../src/market/bars.ts'

export type Planted = 'nothing' | 'trend' | 'reversion'

export interface PlantedSpec {
  readonly seed: number
  readonly bars: number
  readonly planted: Planted
  /** Of the edge: 1 is what the tests plant, 0.5 half of it, 0 nothing. */
  readonly strength: number
}

/** Of an hour, as that of ETHUSDT: 60 to 70 % a year. */
export const HOUR_VOLATILITY = 0.0075
/** Steps inside of a bar, from which its high and low come. */
const STEPS = 6
const START_TICKS = 2_000_000
const FIRST_MS = Date.UTC(2024, 0, 1)

/** A drift that changes its sign now and then, of this part of the volatility of an hour. */
const TREND_SHARE = 0.1
const TREND_HOURS = 240
/** Part of the variance that comes back, and how fast. */
const REVERTING_SHARE = 0.65
const HALF_LIFE_HOURS = 12

/** Prices in ticks. Volatility is calm and wild by turns, and each step has the tails of Student's t with 5 degrees of freedom. */
export function plantedMarket({ seed, bars, planted, strength }: PlantedSpec): BarColumns {
  const random = new Random(seed)
  const make = (): Float64Array => new Float64Array(bars)
  const columns = { ts: make(), open: make(), high: make(), low: make(), close: make(), volume: make() }
  const scale = Math.sqrt(STEPS * (5 / 3))
  const back = Math.LN2 / (HALF_LIFE_HOURS * STEPS)
  const share = planted === 'reversion' ? REVERTING_SHARE * strength : 0
  let heat = 0
  let drift = 0
  let level = 0
  let swing = 0
  for (let k = 0; k < bars; k++) {
    heat = 0.99 * heat + 0.05 * random.normal()
    if (planted === 'trend' && (k === 0 || random.next() < 1 / TREND_HOURS))
      drift = (random.next() < 0.5 ? -1 : 1) * TREND_SHARE * strength * HOUR_VOLATILITY
    const sigma = (HOUR_VOLATILITY * Math.exp(heat - 0.06)) / scale
    const open = level + swing
    let [high, low] = [open, open]
    for (let step = 0; step < STEPS; step++) {
      level += drift / STEPS + sigma * Math.sqrt(1 - share) * random.studentT(5)
      if (share > 0) swing += -back * swing + sigma * Math.sqrt(share) * random.studentT(5)
      high = Math.max(high, level + swing)
      low = Math.min(low, level + swing)
    }
    const ticks = (log: number): number => Math.max(1, Math.round(START_TICKS * Math.exp(log)))
    columns.ts[k] = FIRST_MS + k * HOUR_MS
    columns.open[k] = ticks(open)
    columns.high[k] = ticks(high)
    columns.low[k] = ticks(low)
    columns.close[k] = ticks(level + swing)
    columns.volume[k] = 100 + random.below(1_000)
  }
  return columns
}
