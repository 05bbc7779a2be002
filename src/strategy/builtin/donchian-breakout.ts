/**
 * donchian-breakout: enters when a close leaves the channel of the last `entry` bars, leaves when it breaks the channel of `exit` bars.
 */
import { z } from 'zod'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { type Extreme, highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from '../../indicators/bands/extreme.ts'
import { flagParam } from './flag-param.ts'
import { priceFloat, ticksFromFloat } from '../../market/instrument.ts'
import { defineStrategy } from '../strategy.ts'

const params = z
  .object({
    entry: z.coerce.number().int().min(2).max(5000).default(20).describe('bars of the channel that an entry breaks'),
    exit: z.coerce.number().int().min(1).max(5000).default(10).describe('bars of the channel that an exit breaks'),
    atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
    stopAtr: z.coerce.number().positive().max(50).default(3).describe('distance of the stop in ATRs'),
    short: flagParam(true).describe('allow short positions'),
  })
  .strict()

interface State {
  readonly entry: Extreme
  readonly exit: Extreme
  readonly atr: Atr
  readonly stopAtr: number
  readonly canShort: boolean
}

export const donchianBreakout = defineStrategy<z.infer<typeof params>, State>({
  name: 'donchian-breakout',
  version: 1,
  summary: 'Enters on a break of the channel of recent highs and lows, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.entry, p.exit, p.atr * 3),
  init: (p) => ({
    entry: makeExtreme(p.entry),
    exit: makeExtreme(p.exit),
    atr: makeAtr(p.atr),
    stopAtr: p.stopAtr,
    canShort: p.short,
  }),
  onBar(context, state) {
    const { bars } = context
    const close = bars.close(0)
    const isReady = isExtremeReady(state.entry) && isExtremeReady(state.exit) && isAtrReady(state.atr)
    const channel = { high: highest(state.entry), low: lowest(state.entry) }
    const exit = { high: highest(state.exit), low: lowest(state.exit) }
    updateExtreme(state.entry, bars.high(0), bars.low(0))
    updateExtreme(state.exit, bars.high(0), bars.low(0))
    updateAtr(state.atr, bars.high(0), bars.low(0), close)
    if (!isReady) return
    const atr = state.atr.value
    if (close > channel.high && context.position <= 0) {
      context.signal({
        side: 1,
        strength: 1,
        stop: ticksFromFloat(close - state.stopAtr * atr, 'floor'),
        reason: {
          rule: 'close above the channel',
          values: {
            close: priceFloat(context.instrument, close),
            channelHigh: priceFloat(context.instrument, channel.high),
            atr: priceFloat(context.instrument, atr),
          },
        },
      })
    } else if (close < channel.low && context.position >= 0 && (state.canShort || context.position > 0)) {
      context.signal({
        side: state.canShort ? -1 : 0,
        strength: 1,
        ...(state.canShort ? { stop: ticksFromFloat(close + state.stopAtr * atr, 'ceil') } : {}),
        reason: {
          rule: 'close below the channel',
          values: {
            close: priceFloat(context.instrument, close),
            channelLow: priceFloat(context.instrument, channel.low),
            atr: priceFloat(context.instrument, atr),
          },
        },
      })
    } else if ((context.position > 0 && close < exit.low) || (context.position < 0 && close > exit.high)) {
      context.signal({
        side: 0,
        strength: 1,
        reason: {
          rule: 'close broke the exit channel',
          values: {
            close: priceFloat(context.instrument, close),
            exitHigh: priceFloat(context.instrument, exit.high),
            exitLow: priceFloat(context.instrument, exit.low),
          },
        },
      })
    }
  },
})
