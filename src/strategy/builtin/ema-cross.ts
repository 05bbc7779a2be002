/**
 * ema-cross: long when the fast exponential average crosses above the slow one, short when it crosses below, with a stop in ATRs.
 */
import { z } from 'zod'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { type Ema, isEmaReady, makeEma, updateEma } from '../../indicators/averages/ema.ts'
import { flagParam } from './flag-param.ts'
import { priceFloat, ticksFromFloat } from '../../market/instrument.ts'
import { type StrategyContext, defineStrategy } from '../strategy.ts'

const params = z
  .object({
    fast: z.coerce.number().int().min(1).max(5000).default(12).describe('bars of the fast average'),
    slow: z.coerce.number().int().min(2).max(5000).default(26).describe('bars of the slow average'),
    atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
    stopAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the stop in ATRs'),
    targetAtr: z.coerce.number().min(0).max(100).default(6).describe('distance of the target in ATRs, 0 for none'),
    short: flagParam(true).describe('allow short positions'),
  })
  .strict()
  .refine((p) => p.fast < p.slow, { message: 'fast must be smaller than slow' })

interface State {
  readonly fast: Ema
  readonly slow: Ema
  readonly atr: Atr
  readonly stopAtr: number
  readonly targetAtr: number
  readonly canShort: boolean
  /** Side of the fast average after the last bar: 1, -1, or 0 before both exist. */
  side: number
}

export const emaCross = defineStrategy<z.infer<typeof params>, State>({
  name: 'ema-cross',
  version: 1,
  summary: 'Follows crosses of two exponential averages, stop and target in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.slow, p.atr) * 3,
  init: (p) => ({
    fast: makeEma(p.fast),
    slow: makeEma(p.slow),
    atr: makeAtr(p.atr),
    stopAtr: p.stopAtr,
    targetAtr: p.targetAtr,
    canShort: p.short,
    side: 0,
  }),
  onBar(context, state) {
    const close = context.bars.close(0)
    updateEma(state.fast, close)
    updateEma(state.slow, close)
    updateAtr(state.atr, context.bars.high(0), context.bars.low(0), close)
    if (!isEmaReady(state.slow) || !isAtrReady(state.atr)) return
    const before = state.side
    state.side = state.fast.value > state.slow.value ? 1 : -1
    if (before === 0 || state.side === before) return
    enter(context, state, state.side === 1 ? 1 : -1, close)
  },
})

function enter(context: StrategyContext, state: State, side: 1 | -1, close: number): void {
  const price = (ticks: number): number => priceFloat(context.instrument, ticks)
  const values = { fast: price(state.fast.value), slow: price(state.slow.value), atr: price(state.atr.value) }
  const rule = side === 1 ? 'fast crossed above slow' : 'fast crossed below slow'
  if (side === -1 && !state.canShort) {
    if (context.position > 0) context.signal({ side: 0, strength: 1, reason: { rule, values } })
    return
  }
  const stop = ticksFromFloat(close - side * state.stopAtr * state.atr.value, side === 1 ? 'floor' : 'ceil')
  const target = ticksFromFloat(close + side * state.targetAtr * state.atr.value, 'nearest')
  context.signal({
    side,
    strength: 1,
    stop,
    ...(state.targetAtr > 0 && target > 0 ? { targets: [{ price: target, share: 1 }] } : {}),
    reason: { rule, values },
  })
}
