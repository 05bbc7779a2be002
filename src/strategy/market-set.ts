/**
 * The symbols of one strategy of contract 2 with their series, and the context that it sees at a close instant.
 */
import { parseDuration } from '../core/duration.ts'
import { type Lots, type Ticks, type Ts, ts } from '../core/units.ts'
import { type RevealedBars, rowOf } from '../market/bars.ts'
import type { SettledFunding } from '../market/funding-rates.ts'
import type { HigherBarsState } from '../market/higher-bars.ts'
import { type Instrument, categoryOf } from '../market/instrument.ts'
import { type MarketBooks, type OrderRequest, type OwnOrder, type OwnTrade, NO_BOOKS } from './own-orders.ts'
import { type Call, type MarketSource, type QuoteAtClose, SetMarket } from './set-market.ts'
import type { Market, MarketsContext, Signal, StrategyDefinition } from './strategy.ts'

/** What the series of one symbol were, for a snapshot: rows of the base bars that may be read, and each higher interval. */
export interface SeriesState {
  readonly base: readonly (readonly number[])[]
  readonly higher: readonly HigherBarsState[]
  /** What was quoted when the newest base bar closed. */
  readonly quote?: QuoteAtClose
}

/** The context of a strategy: that of its first market, and all of them. */
class SetContext implements MarketsContext {
  /** Those that can be read. */
  markets: readonly SetMarket[]
  private readonly all: readonly SetMarket[]
  private readonly first: SetMarket

  constructor(set: MarketSet, markets: readonly SetMarket[]) {
    this.markets = markets
    this.all = markets
    this.first = markets[0] as SetMarket
    this.higher = this.first.higher
    this.hasClosed = this.first.hasClosed
    this.signal = this.first.signal
    this.bars = this.first.bars
    this.name = this.first.name
    this.enter = this.first.enter
    this.exit = this.first.exit
    this.change = this.first.change
    this.cancel = this.first.cancel
    this.protect = this.first.protect
    this.fundings = this.first.fundings
    this.set = set
  }

  readonly name: string
  readonly bars: RevealedBars
  readonly higher: Market['higher']
  readonly hasClosed: Market['hasClosed']
  readonly signal: Market['signal']
  readonly enter: Market['enter']
  readonly exit: Market['exit']
  readonly change: Market['change']
  readonly cancel: Market['cancel']
  readonly protect: Market['protect']
  readonly fundings: Market['fundings']
  private readonly set: MarketSet

  get capital(): number {
    return this.set.books.capital()
  }
  get trade(): OwnTrade | undefined {
    return this.first.trade
  }
  get orders(): readonly OwnOrder[] {
    return this.first.orders
  }
  get now(): Ts {
    return this.first.now
  }
  get instrument(): Instrument {
    return this.first.instrument
  }
  get position(): Lots {
    return this.first.position
  }
  get isSelected(): boolean {
    return this.first.isSelected
  }
  get funding(): SettledFunding | undefined {
    return this.first.funding
  }
  get predictedFunding(): number | undefined {
    return this.first.predictedFunding
  }
  get mark(): Ticks {
    return this.first.mark
  }
  get spreadBps(): number | undefined {
    return this.first.spreadBps
  }

  readonly market = (name: string): Market => {
    const found = this.all.find((market) => market.name === name)
    if (found !== undefined) return found
    throw new RangeError(`there is no market '${name}': ${this.all.map((market) => market.name).join(', ')}`)
  }
}

export class MarketSet implements Call {
  readonly context: SetContext
  /** What a call on a market threw, kept where the strategy swallows it. */
  refused: unknown
  asksFunding = false
  /** What it has said about orders in this call, in order. */
  readonly requests: OrderRequest[] = []
  books: MarketBooks = NO_BOOKS
  private readonly markets: readonly SetMarket[]
  private isReady = false

  /** @throws Error where roles and symbols, or intervals and base, do not fit */
  constructor(definition: StrategyDefinition, params: unknown, sources: readonly MarketSource[]) {
    const problem = symbolsProblem(
      definition,
      sources.map(({ instrument }) => instrument.symbol),
    )
    if (problem !== undefined) throw new Error(problem)
    const intervals = intervalsOf(definition, params, sources[0]?.bars.intervalMs ?? 0)
    const history = Math.max(1, definition.history?.(params) ?? 1)
    this.markets = sources.map(
      (source, k) => new SetMarket(this, k, definition.symbols?.[k] ?? source.instrument.symbol, source, history, intervals),
    )
    this.context = new SetContext(this, this.markets)
  }

  get count(): number {
    return this.markets.length
  }

  private at(k: number): SetMarket {
    return this.markets[k] as SetMarket
  }

  /** The newest base bar of a market is a revealed one, and this was quoted when it closed. */
  see(k: number, quote?: QuoteAtClose): void {
    this.at(k).see(quote)
  }

  /**
   * Prepares a call at the newest close instant. Answers false where something that was declared cannot be read yet: then there is none.
   * @param books what it may see of the records
   * @param isPartial whether it decides about those of its symbols that can be read, before the others can: it has a universe of them
   */
  begin(books: MarketBooks, isPartial = false): boolean {
    const { markets, context } = this
    const isWhole = this.canBegin
    if (!isWhole && !(isPartial && this.canBeginSome)) return false
    if (!isWhole) context.markets = markets.filter((market) => market.isReady)
    else if (context.markets !== markets) context.markets = markets
    let now = 0
    for (let k = 0; k < markets.length; k++) now = Math.max(now, this.at(k).closedTs)
    for (let k = 0; k < markets.length; k++) {
      const market = this.at(k)
      market.now = ts(now)
      market.said = undefined
    }
    this.books = books
    this.refused = undefined
    this.requests.length = 0
    return true
  }

  /** Whether all that was declared can be read. */
  get canBegin(): boolean {
    this.isReady ||= this.markets.every((market) => market.isReady)
    return this.isReady
  }

  private get canBeginSome(): boolean {
    return this.markets.some((market) => market.isReady)
  }

  /** Base bars of one market that have to close before the first call; 0 where it waits for others. */
  barsMissing(k: number, isPartial = false): number {
    return this.canBegin || (isPartial && this.canBeginSome) ? 0 : this.at(k).barsMissing
  }

  nameOf(k: number): string {
    return this.at(k).name
  }

  signalOf(k: number): Signal | undefined {
    return this.at(k).said
  }

  /** Whether a base bar of it closed at the instant of the call. */
  hasClosed(k: number): boolean {
    return this.at(k).closedTs === this.at(k).now
  }

  use(k: number, instrument: Instrument): void {
    this.at(k).instrument = instrument
  }

  /** Its series, which count in other steps from now on; its base bars are converted by who holds them. */
  convert(k: number, factor: number): void {
    this.at(k).convert(factor)
  }

  clear(): void {
    this.isReady = false
    for (const market of this.markets) market.clear()
  }

  seriesOf(k: number): SeriesState {
    const { base, history, series, quote } = this.at(k)
    return {
      base: Array.from({ length: Math.min(base.cursor, history) }, (_, at) =>
        rowOf(base, base.cursor - Math.min(base.cursor, history) + at),
      ),
      higher: series.map(({ bars }) => bars.snapshot()),
      ...(quote === undefined ? undefined : { quote }),
    }
  }

  /** Base rows are pushed where they are not there; an interval that is not declared any more is left out. */
  restoreSeries(k: number, { base: rows, higher, quote }: SeriesState): void {
    const market = this.at(k)
    market.quote = quote
    const { base, series } = market
    for (const [at = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] of rows) {
      if (base.cursor > 0 && at <= (base.tsColumn[base.cursor - 1] as number)) continue
      base.append(at, open, high, low, close, volume)
      base.reveal()
    }
    if (base.cursor > 0) market.closedTs = (base.tsColumn[base.cursor - 1] as number) + base.intervalMs
    for (const { bars } of series) {
      const saved = higher.find(({ intervalMs }) => intervalMs === bars.intervalMs)
      if (saved !== undefined) bars.restore(saved)
    }
  }
}

/** Why a strategy cannot have these symbols, or undefined. */
export function symbolsProblem({ name, symbols: roles, categories }: StrategyDefinition, symbols: readonly string[]): string | undefined {
  if (roles === undefined) return undefined
  if (roles.length !== symbols.length) return `${name} needs ${roles.length} symbols (${roles.join(', ')}), not ${symbols.length}.`
  const at = symbols.findIndex((symbol, k) => categories?.[k] !== undefined && categoryOf(symbol) !== categories[k])
  if (at < 0) return undefined
  const wanted = categories?.[at] === 'spot' ? 'a spot pair (BTCUSDT-SPOT)' : 'a perpetual (BTCUSDT)'
  return `${name} takes ${wanted} for '${roles[at]}', and ${symbols[at]} is none.`
}

/** Length and count of each declared interval. @throws Error for one that the base cannot make */
export function intervalsOf(
  { name, intervals }: StrategyDefinition,
  params: unknown,
  baseMs: number,
): ReadonlyMap<string, readonly [intervalMs: number, count: number]> {
  const found = new Map<string, readonly [number, number]>()
  for (const [text, count] of Object.entries(intervals?.(params) ?? {})) {
    const intervalMs = parseDuration(text)
    if (intervalMs === undefined) throw new Error(`${name}: '${text}' is not an interval, write it as 15m, 4h, 1d or 1w`)
    if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX)
      throw new Error(`${name}: ${count} bars of ${text} cannot be read: a whole number from 1 to ${COUNT_MAX}`)
    if (intervalMs <= baseMs || intervalMs % baseMs !== 0)
      throw new Error(
        `${name}: bars of ${text} cannot be made from bars of ${baseMs / 1_000} s: use a shorter base interval that divides it`,
      )
    found.set(text, [intervalMs, count])
  }
  return found
}

const COUNT_MAX = 10_000

/** Base bars that have to be seen before the first call can be worth anything. */
export function warmupBarsOf(definition: StrategyDefinition, params: unknown, baseMs: number): number {
  let most = definition.warmup(params)
  if (definition.contract !== 2) return most
  // One more: the first one that is seen has begun before.
  for (const [intervalMs, count] of intervalsOf(definition, params, baseMs).values())
    most = Math.max(most, ((count + 1) * intervalMs) / baseMs)
  return most
}
