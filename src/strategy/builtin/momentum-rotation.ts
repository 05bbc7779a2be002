/**
 * momentum-rotation: holds those of its symbols that have risen most over some time, and changes them on a schedule (Jegadeesh and Titman 1993).
 */
import { z } from 'zod'
import { parseDuration } from '../../core/duration.ts'
import type { RevealedBars } from '../../market/bars.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { rounded, stopAt } from './entry-prices.ts'
import { flagParam } from './flag-param.ts'

const params = z.strictObject({
  interval: z.enum(['15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d']).default('4h').describe('bars that it looks at'),
  lookback: z.coerce.number().int().min(1).max(1000).default(42).describe('bars over which the rise is measured'),
  every: z.coerce.number().int().min(1).max(1000).default(6).describe('bars between two changes, on the UTC grid'),
  hold: z.coerce.number().int().min(1).max(50).default(2).describe('symbols held at most on each side'),
  minRise: z.coerce.number().min(0).max(500).default(0).describe('least rise in % of what is held'),
  atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range, a plain mean'),
  stopAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the stop in ATRs'),
  short: flagParam(false).describe('sell what has fallen most, too'),
})
type Params = z.infer<typeof params>

interface State extends Params {
  /** Number of the span of `every` bars in which it changed last. */
  span: number
}

export const momentumRotation = defineStrategy<Params, State>({
  contract: 2,
  name: 'momentum-rotation',
  version: 1,
  summary: 'Holds the symbols that have risen most, changed on a schedule, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  intervals: (p) => ({ [p.interval]: Math.max(p.lookback, p.atr) + 1 }),
  warmup: () => 0,
  init: (p) => ({ ...p, span: -1 }),
  onBar({ markets, now }, state) {
    const { interval, every } = state
    const span = Math.floor(now / (every * (parseDuration(interval) ?? 1)))
    if (span === state.span || !markets.some(({ hasClosed }) => hasClosed(interval))) return
    const selected = markets.filter(({ isSelected }) => isSelected)
    if (!selected.every(({ hasClosed }) => hasClosed(interval))) return
    state.span = span
    for (const market of markets) if (!market.isSelected && market.position !== 0) leave(market)
    rotate(selected, state)
  },
})

function rotate(markets: readonly Market[], state: State): void {
  const { interval, lookback, hold, minRise, short } = state
  const riseOf = (market: Market): number => {
    const bars = market.higher(interval)
    return (bars.close(0) / bars.close(lookback) - 1) * 100
  }
  const ranked = markets.map((market) => ({ market, rise: riseOf(market) })).sort((a, b) => b.rise - a.rise)
  ranked.forEach(({ market, rise }, k) => {
    const isTop = k < hold && rise > minRise
    const isBottom = short && k >= ranked.length - hold && rise < -minRise
    place(market, isTop ? 1 : isBottom ? -1 : 0, k + 1, rise, state)
  })
}

function leave({ signal }: Market): void {
  signal({ side: 0, strength: 1, reason: { rule: 'not in the universe', values: {} } })
}

function place(market: Market, side: 1 | -1 | 0, rank: number, rise: number, { interval, atr, stopAtr }: State): void {
  const { instrument, bars, position, signal } = market
  if (Math.sign(position) === side) return
  const values = { rank, risePercent: rounded(rise, 2), close: priceFloat(instrument, bars.close(0)) }
  if (side === 0) signal({ side, strength: 1, reason: { rule: 'not among the strongest', values } })
  else {
    const range = meanRange(market.higher(interval), atr)
    const stop = stopAt(bars.close(0), side, stopAtr * range)
    const rule = side === 1 ? 'among the strongest' : 'among the weakest'
    signal({ side, strength: 1, stop, reason: { rule, values: { ...values, atr: priceFloat(instrument, range) } } })
  }
}

function meanRange(bars: RevealedBars, count: number): number {
  let sum = 0
  for (let k = 0; k < count; k++) {
    const before = bars.close(k + 1)
    sum += Math.max(bars.high(k), before) - Math.min(bars.low(k), before)
  }
  return sum / count
}
