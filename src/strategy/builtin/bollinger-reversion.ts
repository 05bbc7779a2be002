/**
 * bollinger-reversion: enters when a close comes back inside a band that the one before had left, leaves at the middle or after a time.
 */
import { z } from 'zod'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { type Bollinger, makeBollinger, updateBollinger } from '../../indicators/bands/bollinger.ts'
import { isWindowFull } from '../../indicators/window.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type StrategyContext, defineStrategy } from '../strategy.ts'
import { rounded, stopAt } from './entry-prices.ts'
import { flagParam } from './flag-param.ts'

const params = z.strictObject({
  period: z.coerce.number().int().min(2).max(5000).default(20).describe('bars of the middle and the bands'),
  multiplier: z.coerce.number().positive().max(10).default(2).describe('distance of the bands in standard deviations'),
  minReachBps: z.coerce
    .number()
    .min(0)
    .max(5000)
    .default(50)
    .describe('least distance from the close to the middle in basis points, so that the way back pays its costs'),
  maxBars: z.coerce.number().int().min(0).max(100_000).default(100).describe('bars after which it gives up, 0 for never'),
  atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
  stopAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the stop in ATRs'),
  short: flagParam(true).describe('allow short positions'),
})
type Params = z.infer<typeof params>

interface State extends Pick<Params, 'minReachBps' | 'maxBars' | 'stopAtr' | 'short'> {
  readonly bands: Bollinger
  readonly atr: Atr
  /** Side of the band that the last close was outside of: -1 below the lower one, 1 above the upper one, 0 inside. */
  outside: number
  /** Bars since it has held what it holds. */
  held: number
}

export const bollingerReversion = defineStrategy<Params, State>({
  name: 'bollinger-reversion',
  version: 1,
  summary: 'Fades closes outside the Bollinger bands back to the middle, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.period + 1, p.atr * 3),
  init: ({ minReachBps, maxBars, stopAtr, short, ...p }) => ({
    minReachBps,
    maxBars,
    stopAtr,
    short,
    bands: makeBollinger(p.period, p.multiplier),
    atr: makeAtr(p.atr),
    outside: 0,
    held: 0,
  }),
  onBar(context, state) {
    const { bars, position } = context
    const close = bars.close(0)
    const { bands, atr, outside } = state
    updateBollinger(bands, close)
    updateAtr(atr, bars.high(0), bars.low(0), close)
    state.held = position === 0 ? 0 : state.held + 1
    if (!isWindowFull(bands.window)) return
    state.outside = close < bands.middle - bands.reach ? -1 : close > bands.middle + bands.reach ? 1 : 0
    if (!isAtrReady(atr)) return
    if (position !== 0) leave(context, state, close)
    else if (outside !== 0 && state.outside === 0) enter(context, state, outside === -1 ? 1 : -1, close)
  },
})

function enter(context: StrategyContext, state: State, side: 1 | -1, close: number): void {
  const { bands, atr, stopAtr, minReachBps, short } = state
  const reachBps = (((bands.middle - close) * side) / close) * 1e4
  if ((side === -1 && !short) || reachBps < minReachBps) return
  const rule = side === 1 ? 'close back above the lower band' : 'close back below the upper band'
  const values = { ...valuesOf(context, state, close), reachBps: rounded(reachBps, 1) }
  context.signal({ side, strength: 1, stop: stopAt(close, side, stopAtr * atr.value), reason: { rule, values } })
}

function leave(context: StrategyContext, state: State, close: number): void {
  const isBack = (close - state.bands.middle) * context.position >= 0
  const isLate = state.maxBars > 0 && state.held >= state.maxBars
  if (!isBack && !isLate) return
  const values = { ...valuesOf(context, state, close), bars: state.held }
  context.signal({ side: 0, strength: 1, reason: { rule: isBack ? 'close back at the middle' : 'held long enough', values } })
}

const valuesOf = ({ instrument }: StrategyContext, { bands, atr }: State, close: number) => ({
  close: priceFloat(instrument, close),
  lower: priceFloat(instrument, bands.middle - bands.reach),
  middle: priceFloat(instrument, bands.middle),
  upper: priceFloat(instrument, bands.middle + bands.reach),
  atr: priceFloat(instrument, atr.value),
})
