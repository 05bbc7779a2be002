/**
 * Looks at three intervals: the trend of the hours, a breakout of the quarter hours, and the base bars for the exit.
 */
import { type RevealedBars, defineStrategy, priceFloat, ticksFromFloat, z } from 'ballast/strategy'

const params = z.strictObject({
  trend: z.coerce.number().int().min(2).max(500).default(12).describe('hours whose mean says which way the market goes'),
  range: z.coerce.number().int().min(2).max(200).default(8).describe('quarter hours whose range has to be left'),
})

/** Mean close of the newest bars of an interval. */
function mean(bars: RevealedBars, count: number): number {
  let sum = 0
  for (let back = 0; back < count; back += 1) sum += bars.close(back)
  return sum / count
}

export default defineStrategy<z.infer<typeof params>, { readonly trend: number; readonly range: number }>({
  contract: 2, // one decision for all symbols and intervals
  name: 'hourly-trend',
  version: 1,
  summary: 'Follows breakouts of quarter hours in the direction of the hours, long and short.',
  params,
  protection: 'position-stop',
  givesStop: true,
  // How many closed bars of each it reads. Before they are there it is not called; a restart brings them back.
  intervals: (p) => ({ '15m': p.range + 1, '1h': p.trend }),
  warmup: () => 0, // what the intervals need is added by itself
  init: (p) => ({ trend: p.trend, range: p.range }),
  onBar({ bars, higher, hasClosed, position, signal, instrument }, state) {
    const hours = higher('1h')
    const trend = mean(hours, state.trend)
    const side = hours.close(0) > trend ? 1 : -1
    const values = { hour: priceFloat(instrument, hours.close(0)), trend: priceFloat(instrument, trend) }

    // The exit looks at each base bar: a signal is a level, so repeating flat changes nothing.
    if (position !== 0 && position > 0 !== (side === 1)) {
      signal({ side: 0, strength: 1, reason: { rule: 'the hours have turned', values } })
      return
    }
    if (position !== 0 || !hasClosed('15m')) return

    const quarters = higher('15m')
    let high = 0
    let low = Number.POSITIVE_INFINITY
    for (let back = 1; back <= state.range; back += 1) {
      high = Math.max(high, quarters.high(back))
      low = Math.min(low, quarters.low(back))
    }
    const close = bars.close(0)
    if (side === 1 ? close <= high : close >= low) return
    // The range once more beyond its other end is what has to hold.
    const stop = side === 1 ? ticksFromFloat(2 * low - high, 'floor') : ticksFromFloat(2 * high - low, 'ceil')
    if (stop <= 0) return
    signal({ side, strength: 1, stop, reason: { rule: side === 1 ? 'above the range' : 'below the range', values } })
  },
})
