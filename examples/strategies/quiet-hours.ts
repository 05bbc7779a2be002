/**
 * Waits with a limit order below the lower Bollinger band during quiet hours, and sells at the middle or when the hours are over.
 */
import { type Bollinger, defineStrategy, makeBollinger, ticksFromFloat, updateBollinger, z } from 'ballast/strategy'

const HOUR_MS = 3_600_000

const params = z
  .strictObject({
    from: z.coerce.number().int().min(0).max(23).default(0).describe('first hour, UTC'),
    to: z.coerce.number().int().min(1).max(24).default(7).describe('hour at which it ends, UTC'),
    period: z.coerce.number().int().min(5).max(500).default(24).describe('bars of the Bollinger bands'),
    width: z.coerce.number().positive().max(10).default(2).describe('standard deviations between middle and band'),
    stopPercent: z.coerce.number().positive().max(20).default(1.5).describe('distance of the stop in percent of the entry'),
  })
  .refine((p) => p.from < p.to, { message: 'from must be smaller than to' }) // what a start refuses, in words

interface State {
  readonly bands: Bollinger
  readonly from: number
  readonly to: number
  readonly stop: number
}

export default defineStrategy<z.infer<typeof params>, State>({
  name: 'quiet-hours',
  version: 1,
  summary: 'Buys below the lower band in quiet hours with a resting limit order, sells at the middle.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => p.period * 2,
  init: (p) => ({ bands: makeBollinger(p.period, p.width), from: p.from, to: p.to, stop: p.stopPercent / 100 }),
  onBar({ bars, now, position, signal }, state) {
    const close = bars.close(0)
    updateBollinger(state.bands, close)
    const { middle, reach } = state.bands
    if (Number.isNaN(middle)) return
    const hour = Math.floor(now / HOUR_MS) % 24
    const isQuiet = hour >= state.from && hour < state.to
    const values = { hour }
    if (position > 0 && (close >= middle || !isQuiet))
      signal({ side: 0, strength: 1, reason: { rule: isQuiet ? 'back at the middle' : 'the hours are over', values } })
    else if (position === 0 && isQuiet) {
      // At this price or better; the order rests at the exchange until the strategy says something else.
      const limit = ticksFromFloat(middle - reach, 'floor')
      const stop = ticksFromFloat(limit * (1 - state.stop), 'floor')
      signal({ side: 1, strength: 1, limit, stop, reason: { rule: 'below the band', values } })
    } else if (position === 0) signal({ side: 0, strength: 1, reason: { rule: 'not now', values } }) // takes a resting entry off
  },
})
