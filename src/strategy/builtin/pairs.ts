/**
 * pairs: two symbols whose prices move together; where they are far apart the dear one is sold and the cheap one bought, until they are not.
 * The hedge ratio is the slope of a rolling regression of log prices (Engle and Granger 1987; Gatev, Goetzmann and Rouwenhorst 2006).
 */
import { z } from 'zod'
import { type Line, type Regression, lineOf, makeRegression, updateRegression } from '../../indicators/rolling-regression.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { rounded, stopAt } from './entry-prices.ts'

const params = z
  .strictObject({
    window: z.coerce.number().int().min(20).max(5000).default(576).describe('bars of the regression'),
    entry: z.coerce.number().positive().max(10).default(2.5).describe('deviations of the spread at which it enters'),
    exit: z.coerce.number().min(0).max(5).default(0.5).describe('deviations at which it leaves'),
    stopZ: z.coerce.number().positive().max(20).default(4.5).describe('deviations at which it gives up'),
    maxBars: z.coerce.number().int().min(0).max(100_000).default(576).describe('bars after which it gives up, 0 for never'),
    correlation: z.coerce.number().min(0).max(1).default(0.8).describe('least correlation of the log prices'),
    stop: z.coerce.number().min(0.1).max(50).default(4).describe('stop of each leg in % of its price'),
  })
  .refine((p) => p.exit < p.entry, { message: 'exit must be smaller than entry' })
  .refine((p) => p.entry < p.stopZ, { message: 'entry must be smaller than stopZ' })
type Params = z.infer<typeof params>

/** The spread as it was measured at the entry: a trade is not judged by a line that follows the prices. */
interface Spread {
  readonly slope: number
  readonly intercept: number
  readonly deviation: number
  /** 1: left is held long, right short. */
  readonly side: number
  bars: number
}

interface State extends Params {
  readonly regression: Regression
  held: Spread | null
  /** After a stop it waits until the spread has been back. */
  isArmed: boolean
  /** Counts entries, so that names are new ones. */
  number: number
}

/** A slope outside makes one leg a rounding error of the other. */
const SLOPE_MIN = 0.1
const SLOPE_MAX = 10

export const pairs = defineStrategy<Params, State>({
  contract: 2,
  name: 'pairs',
  version: 1,
  summary: 'Trades two symbols that move together back to each other: left against right by a rolling hedge ratio.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['left', 'right'],
  warmup: (p) => p.window,
  init: (p) => ({ ...p, regression: makeRegression(p.window), held: null, isArmed: true, number: 0 }),
  onBar({ market }, state) {
    const [left, right] = [market('left'), market('right')]
    if (!left.hasClosed() || !right.hasClosed()) return
    const [x, y] = [logOf(right), logOf(left)]
    updateRegression(state.regression, x, y)
    const isHeld = left.position !== 0 || right.position !== 0
    if (isHeld && (left.position === 0 || right.position === 0)) {
      leave([left, right], 'the other leg is gone', {})
      state.held = null
      state.isArmed = false
      return
    }
    if (state.held !== null && isHeld) watch([left, right], state, state.held, x, y)
    else if (isHeld) leave([left, right], 'the spread of its entry is not known', {})
    else {
      state.held = null
      seek(left, right, state, x, y)
    }
  },
})

const logOf = ({ instrument, bars }: Market): number => Math.log(priceFloat(instrument, bars.close(0)))

const scoreOf = ({ slope, intercept, deviation }: Pick<Line, 'slope' | 'intercept' | 'deviation'>, x: number, y: number): number =>
  (y - intercept - slope * x) / deviation

function seek(left: Market, right: Market, state: State, x: number, y: number): void {
  const line = lineOf(state.regression)
  if (line === undefined || !(line.deviation > 0)) return
  const z = scoreOf(line, x, y)
  if (!state.isArmed && Math.abs(z) <= state.exit) state.isArmed = true
  const { slope, correlation } = line
  const isPair = correlation >= state.correlation && slope >= SLOPE_MIN && slope <= SLOPE_MAX
  if (!state.isArmed || !isPair || Math.abs(z) < state.entry || Math.abs(z) >= state.stopZ) return
  const side = z > 0 ? -1 : 1
  state.number += 1
  state.held = { slope, intercept: line.intercept, deviation: line.deviation, side, bars: 0 }
  const rule = side === 1 ? 'left cheap against right' : 'left dear against right'
  const reason = { rule, values: { z: rounded(z), hedgeRatio: rounded(slope), correlation: rounded(correlation) } }
  // Values of the legs stand as 1 to the hedge ratio: at one stop distance in % sizing by risk gives both the same.
  for (const [market, legSide, weight] of [[left, side, 1] as const, [right, side === 1 ? -1 : 1, slope] as const]) {
    const close = market.bars.close(0)
    const stop = stopAt(close, legSide, (close * state.stop) / 100)
    market.enter({ name: `${market.name}-${state.number}`, side: legSide, stop, strength: weight / Math.max(1, slope), reason })
  }
}

function watch(markets: readonly Market[], state: State, held: Spread, x: number, y: number): void {
  held.bars += 1
  const z = scoreOf(held, x, y)
  const values = { z: rounded(z), hedgeRatio: rounded(held.slope), bars: held.bars }
  // Beyond the middle is back, too.
  if (z * held.side >= -state.exit) leave(markets, 'back together', values)
  else if (Math.abs(z) >= state.stopZ) leave(markets, 'too far apart', values)
  else if (state.maxBars > 0 && held.bars >= state.maxBars) leave(markets, 'held long enough', values)
  else return
  state.isArmed = z * held.side >= -state.exit
}

function leave(markets: readonly Market[], rule: string, values: Readonly<Record<string, number>>): void {
  for (const { position, exit } of markets) if (position !== 0) exit({ reason: { rule, values } })
}
