/**
 * One symbol of a strategy of contract 2 with its series, as the strategy sees it.
 */
import { RATE_ONE, type Lots, type Rate, type Ticks, type Ts, ticks, ts } from '../core/units.ts'
import type { Bars, RevealedBars } from '../market/bars.ts'
import type { FundingRates, SettledFunding } from '../market/funding-rates.ts'
import { HigherBars } from '../market/higher-bars.ts'
import type { Instrument } from '../market/instrument.ts'
import { RecentBars } from '../market/recent-bars.ts'
import { type Standing, WISHES_MAX, checkChange, checkEntry, checkExit, checkName, checkProtection } from './order-gate.ts'
import type { Entry, Exit, MarketBooks, OrderChange, OrderRequest, OwnOrder, OwnTrade, ProtectionMove } from './own-orders.ts'
import { SignalError, checkSignal, placed } from './signal-gate.ts'
import type { Market, Signal } from './strategy.ts'

/** A symbol of the strategy and the base bars that are revealed of it. */
export interface MarketSource {
  readonly instrument: Instrument
  readonly bars: Bars
  /** Absent where nobody knows any: a rehearsal. */
  readonly fundings?: FundingRates | undefined
}

/** What the exchange quoted when a bar closed, where it was heard. */
export interface QuoteAtClose {
  /** Ticks between best bid and ask; a model's need not be whole. */
  readonly spreadTicks?: number | undefined
  readonly mark?: Ticks | undefined
  /** Of a perpetual: the rate that would be settled next. */
  readonly predicted?: Rate | undefined
}

/** What is shared by all markets of one call: what was said, and what they may see of the records. */
export interface Call {
  readonly count: number
  readonly requests: OrderRequest[]
  readonly books: MarketBooks
  /** What a call on a market threw, kept where the strategy swallows it. */
  refused: unknown
  /** Whether it has looked at funding settlements. */
  asksFunding: boolean
}

interface Series {
  readonly name: string
  readonly bars: HigherBars
  /** Instant of the call at which it closed last. */
  closedTs: number
}

/** One symbol with its series; the strategy sees it as a {@link Market}. */
export class SetMarket implements Market {
  readonly name: string
  instrument: Instrument
  readonly bars: RevealedBars
  readonly base: Bars
  readonly history: number
  readonly series: readonly Series[]
  now: Ts = ts(0)
  /** Which of the set it is. */
  readonly at: number
  said: Signal | undefined = undefined
  /** Instant at which its newest base bar closed. */
  closedTs = 0
  /** Of its newest base bar. */
  quote: QuoteAtClose | undefined
  private readonly known: FundingRates | undefined
  private readonly set: Call

  constructor(
    set: Call,
    at: number,
    name: string,
    { instrument, bars, fundings }: MarketSource,
    history: number,
    intervals: ReadonlyMap<string, readonly [number, number]>,
  ) {
    this.set = set
    this.at = at
    this.name = name
    this.instrument = instrument
    this.base = bars
    this.known = fundings
    this.bars = new RecentBars(bars, history)
    this.history = history
    this.series = [...intervals].map(([text, [intervalMs, count]]) => ({
      name: text,
      bars: new HigherBars(bars.intervalMs, intervalMs, count),
      closedTs: 0,
    }))
  }

  // Functions of their own: a strategy may take them out of its context.
  readonly higher = (interval: string): RevealedBars => this.find(interval).bars

  readonly hasClosed = (interval?: string): boolean => (interval === undefined ? this.closedTs : this.find(interval).closedTs) === this.now

  readonly signal = (signal: Signal): void => {
    try {
      this.said = checkSignal(signal, this.bars.close(0), this.signal)
    } catch (thrown) {
      this.set.refused = thrown
      throw thrown
    }
  }

  get position(): Lots {
    return this.set.books.position(this.at)
  }
  get isSelected(): boolean {
    return this.isReady && this.set.books.isSelected(this.at)
  }
  get trade(): OwnTrade | undefined {
    return this.set.books.trade(this.at)
  }
  get orders(): readonly OwnOrder[] {
    return this.set.books.orders(this.at)
  }

  get funding(): SettledFunding | undefined {
    this.set.asksFunding = true
    return this.known?.before(this.now)
  }
  readonly fundings = (count: number): readonly SettledFunding[] => {
    this.set.asksFunding = true
    return this.known?.last(this.now, count) ?? []
  }

  get predictedFunding(): number | undefined {
    const predicted = this.quote?.predicted
    return predicted === undefined ? undefined : predicted / RATE_ONE
  }
  get mark(): Ticks {
    return this.quote?.mark ?? this.bars.close(0)
  }
  get spreadBps(): number | undefined {
    const spread = this.quote?.spreadTicks
    return spread === undefined ? undefined : (spread / this.bars.close(0)) * 1e4
  }

  readonly enter = (entry: Entry): void =>
    this.say(this.enter, () => ({ type: 'enter', market: this.at, entry: checkEntry(entry, this.standing()) }))

  readonly exit = (exit: Exit): void =>
    this.say(this.exit, () => ({ type: 'exit', market: this.at, exit: checkExit(exit, this.standing()) }))

  readonly change = (name: string, change: OrderChange): void =>
    this.say(this.change, () => {
      checkChange(name, change)
      return { type: 'change', market: this.at, name, change }
    })

  readonly cancel = (name: string): void =>
    this.say(this.cancel, () => {
      checkName('name', name)
      return { type: 'cancel', market: this.at, name }
    })

  readonly protect = (move: ProtectionMove): void =>
    this.say(this.protect, () => {
      checkProtection(move)
      return { type: 'protect', market: this.at, move }
    })

  private standing(): Standing {
    return { open: this.orders, said: this.set.requests.filter(({ market }) => market === this.at), close: this.bars.close(0) }
  }

  /** What is wrong is reported at the line that said it. */
  private say(method: (...words: never[]) => void, make: () => OrderRequest): void {
    const { set } = this
    try {
      set.requests.push(make())
      if (set.requests.length > WISHES_MAX * set.count) throw new SignalError(`more than ${WISHES_MAX} orders at one decision`)
    } catch (thrown) {
      set.refused = placed(thrown, method)
      throw set.refused
    }
  }

  private find(interval: string): Series {
    const { series } = this
    for (let k = 0; k < series.length; k++) if ((series[k] as Series).name === interval) return series[k] as Series
    throw new RangeError(`bars of ${interval} were requested: declare them in 'intervals', as { '${interval}': 50 }`)
  }

  see(quote: QuoteAtClose | undefined): void {
    const { base, series } = this
    this.quote = quote
    this.closedTs = (base.tsColumn[base.cursor - 1] as number) + base.intervalMs
    for (let k = 0; k < series.length; k++) {
      const each = series[k] as Series
      if (each.bars.see(base)) each.closedTs = this.closedTs
    }
  }

  get isReady(): boolean {
    return this.bars.count >= this.history && this.series.every(({ bars }) => bars.count >= bars.capacity)
  }

  /** Base bars until {@link isReady}: a higher bar that has begun counts whole. */
  get barsMissing(): number {
    const { base, bars, history, series } = this
    return series.reduce(
      (most, { bars: higher }) => Math.max(most, ((higher.capacity - higher.count) * higher.intervalMs) / base.intervalMs),
      history - bars.count,
    )
  }

  /** Prices count in other steps from now on. */
  convert(factor: number): void {
    for (const { bars } of this.series) bars.convert(factor)
    const { quote } = this
    if (quote === undefined) return
    this.quote = {
      ...quote,
      spreadTicks: quote.spreadTicks === undefined ? undefined : quote.spreadTicks * factor,
      mark: quote.mark === undefined ? undefined : ticks(Math.round(quote.mark * factor)),
    }
  }

  clear(): void {
    this.closedTs = 0
    this.quote = undefined
    for (const each of this.series) {
      each.bars.clear()
      each.closedTs = 0
    }
  }
}
