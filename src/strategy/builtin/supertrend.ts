/**
 * supertrend: long when the price closes above the Supertrend line and short when it closes below, with a stop a little behind the line.
 */
import { z } from 'zod'
import { isAtrReady } from '../../indicators/bands/atr.ts'
import { type Supertrend, makeSupertrend, supertrendValue, updateSupertrend } from '../../indicators/bands/supertrend.ts'
import { priceFloat } from '../../market/instrument.ts'
import { defineStrategy } from '../strategy.ts'
import { stopAt } from './entry-prices.ts'
import { flagParam } from './flag-param.ts'

const params = z.strictObject({
  period: z.coerce.number().int().min(1).max(500).default(10).describe('bars of the average true range behind the line'),
  multiplier: z.coerce.number().positive().max(50).default(3).describe('distance of the line from the middle of a bar in ATRs'),
  buffer: z.coerce.number().min(0).max(20).default(0.5).describe('distance of the stop behind the line in ATRs'),
  short: flagParam(true).describe('allow short positions'),
})

interface State {
  readonly trend: Supertrend
  readonly buffer: number
  readonly canShort: boolean
  /** Direction after the last bar: 1, -1, or 0 before there is one. */
  direction: number
}

export const supertrend = defineStrategy<z.infer<typeof params>, State>({
  name: 'supertrend',
  version: 1,
  summary: 'Turns with the Supertrend line, stop a little behind it.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => p.period * 10,
  init: (p) => ({ trend: makeSupertrend(p.period, p.multiplier), buffer: p.buffer, canShort: p.short, direction: 0 }),
  onBar(context, state) {
    const { bars, instrument, position } = context
    const { trend, buffer, canShort } = state
    const close = bars.close(0)
    updateSupertrend(trend, bars.high(0), bars.low(0), close)
    if (!isAtrReady(trend.atr)) return
    const before = state.direction
    state.direction = trend.direction
    // The first direction is where the series began, not a turn.
    if (before === 0 || before === trend.direction) return
    const side = trend.direction === 1 ? 1 : -1
    const line = supertrendValue(trend)
    const values = {
      close: priceFloat(instrument, close),
      line: priceFloat(instrument, line),
      atr: priceFloat(instrument, trend.atr.value),
    }
    const rule = side === 1 ? 'close above the line' : 'close below the line'
    if (side === -1 && !canShort) {
      if (position > 0) context.signal({ side: 0, strength: 1, reason: { rule, values } })
      return
    }
    const stop = stopAt(close, side, (close - line) * side + buffer * trend.atr.value)
    context.signal({ side, strength: 1, stop, reason: { rule, values } })
  },
})
