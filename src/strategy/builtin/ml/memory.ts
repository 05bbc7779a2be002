/**
 * What the strategy knows from bar to bar: plain data, with the run of the models behind it, which writes itself down only when it is asked for.
 */
import { RATE_ONE, rate } from '../../../core/units.ts'
import { makeAtr, updateAtr } from '../../../indicators/bands/atr.ts'
import { LineRun, type ModelLine } from '../../../ml/champion/line-run.ts'
import { stateOf } from '../per-market.ts'
import type { Market } from '../../strategy.ts'
import type { MarketState, State } from './state.ts'

/** The run of each state object that is alive: what is brought back from a journal begins from what was kept there. */
const RUNS = new WeakMap<State, { readonly run: LineRun; readonly key: string }>()

export const runOf = (state: State, { name }: Market): MarketState =>
  stateOf(state.markets, name, () => ({
    atr: makeAtr(state.params.atr),
    seenTs: 0,
    fundedTs: 0,
    prediction: null,
    expectedBps: null,
    distance: null,
  }))

/** The run that belongs to a state; undefined before its first bar. */
export const knownRun = (state: State): LineRun | undefined => RUNS.get(state)?.run

/** @throws Error where the features of its models need a symbol that the strategy does not have */
export function lineRunOf(state: State, line: ModelLine, markets: readonly Market[]): LineRun | undefined {
  const { champion, challengers } = line
  if (champion === undefined) return undefined
  const all = markets.map(({ instrument }) => instrument.symbol)
  const { symbols: trained } = champion.saved
  const symbols = trained.includes('CSV') ? all : all.filter((symbol) => trained.includes(symbol))
  const key = symbols.join(' ')
  const known = RUNS.get(state)
  if (known?.key === key) return known.run
  const kept = state.memory
  const isSame = kept !== null && kept.symbols.join(' ') === key
  // Others came to it: their features have to begin somewhere, and all begin together.
  if (known !== undefined || (kept !== null && !isSame)) for (const own of Object.values(state.markets)) own.seenTs = 0
  const run = new LineRun(champion, challengers, symbols, isSame ? kept.run : undefined)
  const missing = [...run.reads].filter((symbol) => !all.includes(symbol))
  if (missing.length > 0)
    throw new Error(
      `the features of ${line.name} read ${missing.join(', ')}: give it ${missing.length === 1 ? 'that symbol' : 'those symbols'}, too`,
    )
  if (symbols.length === 0)
    throw new Error(`${line.name} was fitted on ${trained.join(', ')}, and none of them is a symbol of this strategy`)
  const { intervalMs } = champion.saved
  const bars = markets[0]?.bars.intervalMs
  if (bars !== intervalMs)
    throw new Error(`${line.name} was fitted on bars of ${intervalMs / 1_000} s, and these are of ${(bars ?? 0) / 1_000} s`)
  RUNS.set(state, { run, key })
  Object.defineProperty(state, 'memory', {
    enumerable: true,
    configurable: true,
    get: (): State['memory'] => ({ symbols, run: run.snapshot() }),
  })
  return run
}

export interface Instant {
  readonly closeTs: number
  /** Bars that closed then, by how many bars ago. */
  readonly bars: readonly { readonly market: Market; readonly back: number }[]
}

/** What has closed since the call before, in the order of time; the first time all that can be read. Each bar is seen once. */
export function newBars(markets: readonly Market[], state: State): Instant[] {
  const instants = new Map<number, { market: Market; back: number }[]>()
  for (const market of markets) {
    const own = runOf(state, market)
    const { bars } = market
    let back = 0
    while (back < bars.count && bars.openTs(back) > own.seenTs) back += 1
    for (back -= 1; back >= 0; back -= 1) {
      const closeTs = bars.closeTs(back)
      const known = instants.get(closeTs)
      if (known === undefined) instants.set(closeTs, [{ market, back }])
      else known.push({ market, back })
      updateAtr(own.atr, bars.high(back), bars.low(back), bars.close(back))
    }
    own.seenTs = bars.openTs(0)
  }
  return [...instants].sort(([a], [b]) => a - b).map(([closeTs, bars]) => ({ closeTs, bars }))
}

/** Settlements since the call before, where a feature asks for them. */
export function followFunding(run: LineRun, markets: readonly Market[], state: State): void {
  for (const market of markets) {
    const { symbol } = market.instrument
    const own = runOf(state, market)
    const newest = market.funding
    if (newest === undefined || newest.at <= own.fundedTs || !run.reads.has(symbol)) continue
    const settled = market.fundings(FUNDINGS_READ).filter(({ at }) => at > own.fundedTs)
    for (const { at, rate: part } of settled.reverse()) run.fund(symbol, at, rate(Math.round(part * RATE_ONE)))
    own.fundedTs = newest.at
  }
}

const FUNDINGS_READ = 300
