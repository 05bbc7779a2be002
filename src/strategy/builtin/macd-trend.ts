/**
 * macd-trend: enters when the MACD line crosses its signal line in the direction of a long average, leaves at the opposite cross.
 */
import { z } from 'zod'
import { type Ema, isEmaReady, makeEma, updateEma } from '../../indicators/averages/ema.ts'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { type Macd, isMacdReady, macdLine, macdSignal, makeMacd, updateMacd } from '../../indicators/oscillators/macd.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type StrategyContext, defineStrategy } from '../strategy.ts'
import { stopAt } from './entry-prices.ts'
import { flagParam } from './flag-param.ts'

const params = z
  .strictObject({
    fast: z.coerce.number().int().min(1).max(5000).default(12).describe('bars of the fast average'),
    slow: z.coerce.number().int().min(2).max(5000).default(26).describe('bars of the slow average'),
    signal: z.coerce.number().int().min(1).max(5000).default(9).describe('bars of the signal line'),
    trend: z.coerce.number().int().min(0).max(5000).default(200).describe('bars of the average that gives the direction, 0 for none'),
    atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
    stopAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the stop in ATRs'),
    short: flagParam(true).describe('allow short positions'),
  })
  .refine((p) => p.fast < p.slow, { message: 'fast must be smaller than slow' })

interface State {
  readonly macd: Macd
  readonly trend: Ema | null
  readonly atr: Atr
  readonly stopAtr: number
  readonly canShort: boolean
  /** Side of the MACD line to its signal line after the last bar: 1, -1, or 0 before both exist. */
  side: number
}

export const macdTrend = defineStrategy<z.infer<typeof params>, State>({
  name: 'macd-trend',
  version: 1,
  summary: 'Follows crosses of the MACD with its signal line in the direction of a long average, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max((p.slow + p.signal) * 3, p.trend * 2, p.atr * 3),
  init: (p) => ({
    macd: makeMacd(p.fast, p.slow, p.signal),
    trend: p.trend === 0 ? null : makeEma(p.trend),
    atr: makeAtr(p.atr),
    stopAtr: p.stopAtr,
    canShort: p.short,
    side: 0,
  }),
  onBar(context, state) {
    const { bars } = context
    const close = bars.close(0)
    updateMacd(state.macd, close)
    if (state.trend !== null) updateEma(state.trend, close)
    updateAtr(state.atr, bars.high(0), bars.low(0), close)
    if (!isMacdReady(state.macd) || !isAtrReady(state.atr) || (state.trend !== null && !isEmaReady(state.trend))) return
    const lead = macdLine(state.macd) - macdSignal(state.macd)
    const before = state.side
    // A tie is no cross.
    if (lead !== 0) state.side = lead > 0 ? 1 : -1
    if (before === 0 || state.side === before) return
    follow(context, state, state.side === 1 ? 1 : -1, close)
  },
})

function follow(context: StrategyContext, state: State, side: 1 | -1, close: number): void {
  const price = (ticks: number): number => priceFloat(context.instrument, ticks)
  const values = {
    macd: price(macdLine(state.macd)),
    signal: price(macdSignal(state.macd)),
    ...(state.trend === null ? {} : { trend: price(state.trend.value) }),
    close: price(close),
    atr: price(state.atr.value),
  }
  const isWithTrend = state.trend === null || (close - state.trend.value) * side > 0
  if (isWithTrend && (side === 1 || state.canShort)) {
    const rule = side === 1 ? 'macd crossed above its signal' : 'macd crossed below its signal'
    context.signal({ side, strength: 1, stop: stopAt(close, side, state.stopAtr * state.atr.value), reason: { rule, values } })
  } else if (context.position * side < 0)
    context.signal({ side: 0, strength: 1, reason: { rule: 'macd crossed against the position', values } })
}
