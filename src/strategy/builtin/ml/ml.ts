/**
 * ml: trades what the champion of a line of models expects of the next bars, beyond what it costs; `ballast ml fit --save` makes the models.
 * Without a model, with one that has expired, on rows unlike those that it was trained on, and after drift it takes no entries; exits go on.
 */
import type { Side } from '../../../core/units.ts'
import { isAtrReady } from '../../../indicators/bands/atr.ts'
import { priceFloat } from '../../../market/instrument.ts'
import { type LineRun, type ModelLine, type Prediction, labelBars } from '../../../ml/champion/line-run.ts'
import { titleOf } from '../../../ml/champion/saved-model.ts'
import { strongestParts } from './parts.ts'
import { type Market, type MarketsContext, type StrategyDefinition, defineStrategy } from '../../strategy.ts'
import { rounded, stopAt } from '../entry-prices.ts'
import { asideOf, noteOutlier } from './aside.ts'
import { followFunding, lineRunOf, newBars, runOf } from './memory.ts'
import { reportOf } from './report.ts'
import { type MarketState, type MlParams, type State, params } from './state.ts'

export const ML = 'ml'

/** @param lines by name: what the parameter `model` may mean */
export function mlStrategy(lines: ReadonlyMap<string, ModelLine>): StrategyDefinition {
  const lineOf = (p: MlParams): ModelLine => lines.get(p.model) ?? { name: p.model, champion: undefined, challengers: [] }
  const membersOf = (p: MlParams) => {
    const { champion, challengers } = lineOf(p)
    return champion === undefined ? [] : [champion, ...challengers]
  }
  const definition: StrategyDefinition = defineStrategy<MlParams, State>({
    contract: 2,
    name: ML,
    version: 1,
    summary: 'Trades what the champion of a line of models expects beyond its costs, stop in ATRs.',
    params,
    protection: 'position-stop',
    givesStop: true,
    warmup: (p) => Math.max(p.atr * 3, ...membersOf(p).map(({ warmupBars }) => warmupBars)),
    history: (p) => Math.max(1, ...membersOf(p).map(labelBars)),
    init: (p) => ({ params: p, markets: {}, aside: null, memory: null }),
    onBar: (context, state) => onBar(context, state, lineOf(state.params)),
    bind: (p) => {
      const hashes = membersOf(p).map(({ hash }) => hash.slice(0, 12))
      return { ...definition, codeHash: hashes.length === 0 ? 'no model' : hashes.join('+') }
    },
    aside: ({ aside }) => aside,
    report: (state) => reportOf(state, lineOf(state.params)),
  })
  return definition
}

function onBar(context: MarketsContext, state: State, line: ModelLine): void {
  const { now, markets } = context
  const run = lineRunOf(state, line, markets)
  const predictions = follow(run, context, state)
  state.aside = asideOf(state, line, run, now)
  for (const market of markets) {
    if (!market.hasClosed()) continue
    const own = runOf(state, market)
    decide(market, own, predictions.get(market), state, run)
  }
}

/** Feeds the run with what has closed since the call before. Answers the predictions of those that closed now. */
function follow(run: LineRun | undefined, { markets, now }: MarketsContext, state: State): Map<Market, Prediction> {
  const found = new Map<Market, Prediction>()
  if (run?.needsFunding === true) followFunding(run, markets, state)
  // Without a model they are counted all the same: its stop is in their ranges.
  for (const { closeTs, bars } of newBars(markets, state)) {
    if (run === undefined) continue
    for (const { market, back } of bars) {
      const { bars: b, instrument } = market
      run.take(instrument.symbol, b.openTs(back), b.open(back), b.high(back), b.low(back), b.close(back), b.volume(back))
    }
    run.settle(closeTs)
    for (const { market } of bars) {
      if (!isPredicted(run, market)) continue
      const own = runOf(state, market)
      const predicted = run.predict(market.instrument.symbol, closeTs, market.bars)
      own.expectedBps = predicted === undefined ? null : expectedBps(run, predicted.value)
      own.prediction = predicted?.value ?? null
      if (predicted === undefined) continue
      noteOutlier(state, own, run, predicted)
      if (closeTs === now) found.set(market, predicted)
    }
  }
  return found
}

/** Others are only read. A file of candles knows no symbol: its models trade any. */
const isPredicted = ({ champion: { saved } }: LineRun, { instrument }: Market): boolean =>
  saved.symbols.includes(instrument.symbol) || saved.symbols.includes('CSV')

/** What a long position is expected to make before costs. */
function expectedBps({ champion: { saved } }: LineRun, value: number): number | null {
  switch (saved.says) {
    case 'probability':
      return saved.meanMove === null ? null : (2 * value - 1) * saved.meanMove * 1e4
    case 'return':
      return value * 1e4
    case 'none':
      return null
  }
}

function decide(market: Market, own: MarketState, prediction: Prediction | undefined, state: State, run: LineRun | undefined): void {
  const { position, trade, bars, signal } = market
  const { leaveBps, maxBars, margin, costBps, stopAtr, short } = state.params
  const side = Math.sign(position)
  const leave = (rule: string): void => signal({ side: 0, strength: 1, reason: { rule, values: valuesOf(market, own, run) } })
  if (side !== 0 && maxBars > 0 && (trade?.bars ?? 0) >= maxBars) {
    leave('held for long enough')
    return
  }
  const expected = prediction === undefined ? null : own.expectedBps
  if (expected === null) return
  const direction: Side | 0 = expected > margin * costBps ? 1 : expected < -margin * costBps && short ? -1 : 0
  const mayEnter = direction !== 0 && direction !== side && state.aside === null && isAtrReady(own.atr)
  if (mayEnter) {
    const rule = direction === 1 ? 'expects more than its costs' : 'expects a fall of more than its costs'
    const stop = stopAt(bars.close(0), direction, stopAtr * own.atr.value)
    signal({ side: direction, strength: 1, stop, reason: { rule, values: valuesOf(market, own, run) } })
  } else if (side !== 0 && expected * side < leaveBps) leave('expects no more in its direction')
}

/** The prediction, and under its name what each of the strongest features was and added to the score. */
const valuesOf = ({ instrument, bars }: Market, own: MarketState, run: LineRun | undefined) => ({
  model: run === undefined ? 'none' : titleOf(run.champion.saved),
  ...(own.prediction === null ? {} : { prediction: rounded(own.prediction, 6) }),
  ...(own.expectedBps === null ? {} : { expectedBps: rounded(own.expectedBps, 2) }),
  close: priceFloat(instrument, bars.close(0)),
  atr: priceFloat(instrument, own.atr.value),
  ...(run === undefined
    ? {}
    : Object.fromEntries(strongestParts(run, instrument.symbol, PARTS_SAID).map(({ name, value, part }) => [name, partText(value, part)]))),
})

const PARTS_SAID = 3

/** As `-0.00123 adds -0.41`. */
const partText = (value: number, part: number): string => `${short(value)} adds ${part > 0 ? '+' : ''}${short(part)}`
const short = (value: number): string => String(Number(value.toPrecision(3)))
