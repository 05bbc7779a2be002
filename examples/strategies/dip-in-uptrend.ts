/**
 * Buys a dip while the long trend is up, and sells into the recovery. Long only, so it works on spot pairs too.
 */
import {
  type Rsi,
  type Sma,
  defineStrategy,
  isRsiReady,
  isSmaReady,
  makeRsi,
  makeSma,
  rsiValue,
  smaValue,
  ticksFromFloat,
  updateRsi,
  updateSma,
  z,
} from 'ballast/strategy'

// Parameters: each has a range, a default and a sentence, which `ballast strategy show dip-in-uptrend` prints.
const params = z.strictObject({
  trend: z.coerce.number().int().min(10).max(1000).default(100).describe('bars of the average that says whether the trend is up'),
  rsi: z.coerce.number().int().min(2).max(100).default(5).describe('bars of the RSI that finds the dip'),
  below: z.coerce.number().min(1).max(50).default(25).describe('the RSI is a dip below this'),
  above: z.coerce.number().min(50).max(99).default(60).describe('the dip has recovered above this'),
  stopPercent: z.coerce.number().positive().max(20).default(2).describe('distance of the stop in percent of the price'),
})

// State: plain data, which Ballast writes down after each bar, so that a restart goes on where it was.
interface State {
  readonly trend: Sma
  readonly rsi: Rsi
  readonly below: number
  readonly above: number
  readonly stop: number
}

export default defineStrategy<z.infer<typeof params>, State>({
  name: 'dip-in-uptrend',
  version: 1,
  summary: 'Buys when a short RSI dips above a rising average, leaves when it has recovered.',
  params,
  protection: 'position-stop', // its positions must have a stop at the exchange
  givesStop: true, // and it says where: sizes follow from the distance
  warmup: (p) => Math.max(p.trend, p.rsi * 3), // bars before what it says is worth anything
  init: (p) => ({ trend: makeSma(p.trend), rsi: makeRsi(p.rsi), below: p.below, above: p.above, stop: p.stopPercent / 100 }),
  onBar({ bars, position, signal }, state) {
    const close = bars.close(0) // the bar that has just closed; prices are whole ticks
    updateSma(state.trend, close)
    updateRsi(state.rsi, close)
    if (!isSmaReady(state.trend) || !isRsiReady(state.rsi)) return
    const rsi = rsiValue(state.rsi)
    const values = { rsi: Math.round(rsi) } // what /why shows of this decision
    if (position > 0 && rsi > state.above) signal({ side: 0, strength: 1, reason: { rule: 'recovered', values } })
    else if (position === 0 && rsi < state.below && close > smaValue(state.trend))
      signal({
        side: 1,
        strength: 1,
        stop: ticksFromFloat(close * (1 - state.stop), 'floor'),
        reason: { rule: 'dip in an uptrend', values },
      })
    // Saying nothing keeps what is held: a signal is a level, not an order.
  },
})
