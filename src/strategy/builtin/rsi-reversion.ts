/**
 * rsi-reversion: buys when the RSI leaves oversold upward, sells short when it leaves overbought downward, exits at the middle.
 */
import { z } from 'zod'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { type Rsi, isRsiReady, makeRsi, rsiValue, updateRsi } from '../../indicators/oscillators/rsi.ts'
import { flagParam } from './flag-param.ts'
import { priceFloat, ticksFromFloat } from '../../market/instrument.ts'
import { type StrategyContext, defineStrategy } from '../strategy.ts'

const params = z
  .object({
    period: z.coerce.number().int().min(2).max(500).default(14).describe('bars of the RSI'),
    oversold: z.coerce.number().min(1).max(49).default(30).describe('long entries when the RSI was below this'),
    overbought: z.coerce.number().min(51).max(99).default(70).describe('short entries when the RSI was above this'),
    middle: z.coerce.number().min(30).max(70).default(50).describe('the exit'),
    atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
    stopAtr: z.coerce.number().positive().max(50).default(4).describe('distance of the stop in ATRs'),
    short: flagParam(true).describe('allow short positions'),
  })
  .strict()

interface State {
  readonly rsi: Rsi
  readonly atr: Atr
  readonly oversold: number
  readonly overbought: number
  readonly middle: number
  readonly stopAtr: number
  readonly canShort: boolean
  previous: number
}

export const rsiReversion = defineStrategy<z.infer<typeof params>, State>({
  name: 'rsi-reversion',
  version: 1,
  summary: 'Fades extremes of the RSI back to the middle, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.period, p.atr) * 4,
  init: (p) => ({
    rsi: makeRsi(p.period),
    atr: makeAtr(p.atr),
    oversold: p.oversold,
    overbought: p.overbought,
    middle: p.middle,
    stopAtr: p.stopAtr,
    canShort: p.short,
    previous: 50,
  }),
  onBar(context, state) {
    const { bars } = context
    const close = bars.close(0)
    updateRsi(state.rsi, close)
    updateAtr(state.atr, bars.high(0), bars.low(0), close)
    if (!isRsiReady(state.rsi) || !isAtrReady(state.atr)) return
    const rsi = rsiValue(state.rsi)
    const { previous } = state
    state.previous = rsi
    if (context.position > 0 ? rsi >= state.middle : context.position < 0 && rsi <= state.middle) {
      context.signal({ side: 0, strength: 1, reason: { rule: 'rsi back at the middle', values: valuesOf(context, state, previous) } })
    } else if (context.position === 0 && previous < state.oversold && rsi >= state.oversold) {
      const stop = ticksFromFloat(close - state.stopAtr * state.atr.value, 'floor')
      context.signal({ side: 1, strength: 1, stop, reason: { rule: 'rsi left oversold', values: valuesOf(context, state, previous) } })
    } else if (context.position === 0 && state.canShort && previous > state.overbought && rsi <= state.overbought) {
      const stop = ticksFromFloat(close + state.stopAtr * state.atr.value, 'ceil')
      context.signal({ side: -1, strength: 1, stop, reason: { rule: 'rsi left overbought', values: valuesOf(context, state, previous) } })
    }
  },
})

const valuesOf = (context: StrategyContext, state: State, previous: number) => ({
  rsi: Number(state.previous.toFixed(2)),
  previous: Number(previous.toFixed(2)),
  atr: priceFloat(context.instrument, state.atr.value),
})
