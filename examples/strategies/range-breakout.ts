/**
 * Goes with a close beyond the range of the bars before, both ways, with a stop in ATRs and two targets.
 */
import { type Atr, defineStrategy, isAtrReady, makeAtr, ticksFromFloat, updateAtr, z } from 'ballast/strategy'

const params = z.strictObject({
  range: z.coerce.number().int().min(5).max(500).default(48).describe('bars whose range has to be left'),
  atr: z.coerce.number().int().min(2).max(200).default(14).describe('bars of the average true range'),
  stopAtr: z.coerce.number().positive().max(20).default(2).describe('distance of the stop in ATRs'),
  targetAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the first target in ATRs; the second is twice as far'),
})

interface State {
  readonly atr: Atr
  readonly range: number
  readonly stopAtr: number
  readonly targetAtr: number
}

export default defineStrategy<z.infer<typeof params>, State>({
  name: 'range-breakout',
  version: 1,
  summary: 'Enters on a close outside of the range of the bars before, takes half at a first target and the rest at a second.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.range + 1, p.atr * 3),
  history: (p) => p.range + 1, // it looks back: after a restart these bars are read from the exchange again
  init: (p) => ({ atr: makeAtr(p.atr), range: p.range, stopAtr: p.stopAtr, targetAtr: p.targetAtr }),
  onBar({ bars, position, signal }, state) {
    const close = bars.close(0)
    updateAtr(state.atr, bars.high(0), bars.low(0), close)
    if (!isAtrReady(state.atr) || position !== 0) return // stop and targets end the trade
    let high = 0
    let low = Number.POSITIVE_INFINITY
    for (let back = 1; back <= state.range; back += 1) {
      high = Math.max(high, bars.high(back))
      low = Math.min(low, bars.low(back))
    }
    const side = close > high ? 1 : close < low ? -1 : 0
    if (side === 0) return
    const atr = state.atr.value
    signal({
      side,
      strength: 1,
      // Away from the price, so that rounding never brings the stop nearer than was asked.
      stop: ticksFromFloat(close - side * state.stopAtr * atr, side === 1 ? 'floor' : 'ceil'),
      targets: [1, 2].map((times) => ({ price: ticksFromFloat(close + side * times * state.targetAtr * atr, 'nearest'), share: 0.5 })),
      reason: { rule: side === 1 ? 'above the range' : 'below the range', values: { atr: Math.round(atr), bars: state.range } },
    })
  },
})
