/**
 * What is decided on closed bars, in one order for live trading and backtests: equity, breakers, algorithms, then each strategy.
 */
import type { Algorithms } from '../orders/algorithms.ts'
import type { BarsClosed, BarsMode, ClosedBar } from '../input.ts'
import { type Cash, type InstrumentIndex, type Ts, DAY_MS, instrumentIndex } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import { confirmedTier, watchEquity } from '../../risk/breaker.ts'
import { isEquityUnbounded, needsAtr } from '../../risk/limits.ts'
import type { QuoteAtClose } from '../../strategy/set-market.ts'
import type { Signal } from '../../strategy/strategy.ts'
import type { KernelContext } from '../context.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { Signals } from '../orders/signals.ts'
import type { StrategyOrders } from '../orders/strategy-orders.ts'
import { MarketRun, type MarketsRun } from '../state/strategies/markets-run.ts'
import { OwnBooks } from '../state/own-books.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import { SignalRun } from '../state/strategies/signal-run.ts'
import type { StrategyRun } from '../state/strategies/strategy-run.ts'
import type { StrategyRuns } from '../state/strategies/strategy-runs.ts'
import type { LossBreakers } from './loss-breakers.ts'
import type { NearLimits } from './near-limits.ts'
import type { OperatorCommands } from './operator-commands.ts'
import type { SafetyControls } from './safety-controls.ts'
import type { StormBreakers } from './storm-breakers.ts'
import type { StrategyModes } from './strategy-modes.ts'

/** What a backtest does between the decisions of one close instant. */
export interface BetweenDecisions {
  /** Breakers have decided, and there are holds. */
  afterBreakers(): void
  /** Facts wait that lead to orders. */
  carryOut(): void
}

export interface BarDecisionParts {
  readonly gateway: OrderGateway
  readonly algorithms: Algorithms
  readonly losses: LossBreakers
  readonly storms: StormBreakers
  readonly near: NearLimits
  readonly safety: SafetyControls
  readonly operator: OperatorCommands
  readonly modes: StrategyModes
  readonly signals: Signals
  readonly strategyOrders: StrategyOrders
  readonly strategyRuns: StrategyRuns
}

export class BarDecisions {
  private readonly context: KernelContext
  private readonly parts: BarDecisionParts
  private readonly portfolio: PortfolioState
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly factBuffer: FactBuffer
  /** What each strategy over several symbols may see of the records. */
  private readonly books = new Map<MarketsRun, OwnBooks>()
  /** Whether a strategy decides for several symbols at once: else no bar pays for that. */
  hasMarketRuns = false
  private readonly watchesLimits: boolean
  /** False where neither a limit, nor sizing, nor a journal asks for drawdown or day loss: then no bar pays for them. */
  private readonly watchesEquity: boolean
  /** Whether bars are looked at by others than the strategy: by limits, a journal, or the average true range. */
  private readonly watchesBars: boolean

  constructor(context: KernelContext, parts: BarDecisionParts) {
    const { config, portfolio, runs, factBuffer } = context
    this.context = context
    this.parts = parts
    this.portfolio = portfolio
    this.runs = runs
    this.factBuffer = factBuffer
    this.watchesLimits = !isEquityUnbounded(config.limits)
    this.watchesEquity = config.isJournaled || config.sizing.type === 'risk' || this.watchesLimits
    this.watchesBars = config.isJournaled || this.watchesLimits || needsAtr(config.limits)
    this.strategiesChanged()
  }

  /** Other strategies trade from here on. */
  strategiesChanged(): void {
    this.hasMarketRuns = this.runs.some((run) => run instanceof MarketRun)
    const { context, books } = this
    const markets = this.parts.strategyRuns.markets()
    for (const known of books.keys()) if (!markets.includes(known)) books.delete(known)
    for (const each of markets) if (!books.has(each)) books.set(each, new OwnBooks(context, each.runs))
  }

  // A backtest reveals and marks them itself, without an object per bar; the live driver gives rows. Both then close the instant.

  /** A bar of `i` has been revealed: it is the mark now. `quote` is what a strategy sees beside it. */
  mark(i: InstrumentIndex, quote?: QuoteAtClose): void {
    const bars = this.context.bars[i] as Bars
    this.portfolio.markBar(i, bars)
    if (this.context.parentOrders.active.length !== 0) this.context.parentOrders.noteVolume(i, bars.volumeColumn[bars.cursor - 1] as number)
    if (!this.hasMarketRuns) return
    const run = this.runs[i]
    if (run instanceof MarketRun) run.of.see(run.at, quote)
  }

  /**
   * Decides a close instant, in its one order for live trading and backtests: equity, breakers, algorithms, then each strategy. All its bars
   * are revealed and marked.
   *
   * @param members instruments whose bars closed, of which the first `count` count
   * @param between what a backtest does between the decisions: its venue takes orders at once, where live they leave after all of them
   */
  closeInstant(members: ArrayLike<number>, count: number, at: Ts, between?: BetweenDecisions): void {
    this.settle(at)
    this.decideBreakers()
    if (between !== undefined && this.context.holds.length !== 0) between.afterBreakers()
    this.decideAlgorithms()
    if (between !== undefined && this.factBuffer.count !== 0) between.carryOut()
    for (let k = 0; k < count; k++) {
      if (this.hasMarketRuns && this.isFollowed(members, count, k)) continue
      this.decide(instrumentIndex(members[k] as number), 'live')
      if (between !== undefined && this.factBuffer.count !== 0) between.carryOut()
    }
  }

  /** Shows the bars of an instant to strategies, as bars of before a start: no order follows. They are revealed and marked. */
  warmInstant(members: ArrayLike<number>, count: number): void {
    for (let k = 0; k < count; k++)
      if (!this.hasMarketRuns || !this.isFollowed(members, count, k)) this.decide(instrumentIndex(members[k] as number), 'warmup')
  }

  /** Whether another symbol of the same decision is still to come: it is made with the last of them. */
  private isFollowed(members: ArrayLike<number>, count: number, k: number): boolean {
    const run = this.runs[members[k] as number]
    if (!(run instanceof MarketRun)) return false
    for (let next = k + 1; next < count; next++) {
      const other = this.runs[members[next] as number]
      if (other instanceof MarketRun && other.of === run.of) return true
    }
    return false
  }

  /** All bars of a close instant are marked: equity of that instant. */
  settle(at: Ts): void {
    if (this.watchesEquity) this.portfolio.watchEquity(at, this.context.limits.account.drawdown)
    this.parts.near.settle()
  }

  /** Lets algorithms continue. */
  decideAlgorithms(): void {
    if (this.context.parentOrders.active.length !== 0) this.parts.algorithms.stepAll()
  }

  /** Lets breakers and the owner of `i` decide on the bar that was revealed last. */
  private decide(i: InstrumentIndex, mode: BarsMode): void {
    const run = this.runs[i]
    if (run === undefined || run.mode === 'errored' || this.context.config.isSafe === true) return
    const { deciding } = this.context.config
    if (deciding !== undefined) deciding(run.strategy)
    if (run instanceof SignalRun) this.actOnSignal(run, run.onBar(this.portfolio.now, this.portfolio.positionLots(i)), mode)
    else if (run instanceof MarketRun) this.decideMarkets(run.of, mode)
    if (deciding !== undefined) deciding(undefined)
  }

  /**
   * The strategy of `i` where nobody but it has anything to decide on the next bar: such bars may be given to it one after the other, with
   * {@link passBars} after the last of them. Undefined where more is looked at on each bar.
   */
  loneRun(i: InstrumentIndex): SignalRun | undefined {
    const { config, holds, parentOrders, factBuffer } = this.context
    if (this.watchesBars || holds.length !== 0 || parentOrders.active.length !== 0 || factBuffer.count !== 0) return undefined
    if (config.isSafe === true || config.deciding !== undefined) return undefined
    const run = this.runs[i]
    return run instanceof SignalRun && run.mode !== 'errored' ? run : undefined
  }

  /** Bars of `i` have been revealed between these prices; as {@link mark} after each of them. */
  passBars(i: InstrumentIndex, lowest: number, highest: number): void {
    this.portfolio.markBars(i, this.context.bars[i] as Bars, lowest, highest)
  }

  /** As {@link settle} of an instant whose marks have not been set. */
  settleAt(at: Ts, equity: Cash): void {
    if (this.watchesEquity) watchEquity(this.portfolio.watch, equity, at, this.context.limits.account.drawdown)
  }

  /** One decision for all symbols of a strategy. */
  private decideMarkets(markets: MarketsRun, mode: BarsMode): void {
    const [first] = markets.runs
    const books = this.books.get(markets)
    if (first === undefined || books === undefined) return
    this.parts.strategyOrders.expire(markets.runs)
    const isAsked = markets.decide(books)
    if (markets.failure !== undefined) {
      this.parts.modes.fail(first.strategy, markets.failure)
      return
    }
    if (mode === 'warmup' || !isAsked) return
    if (mode === 'live' && this.context.config.isJournaled) this.tellAside(markets, first)
    for (const run of markets.runs) {
      const signal = markets.set?.signalOf(run.at)
      if (signal !== undefined) this.parts.signals.placeSignal(run, signal, mode === 'live')
      else if (markets.set?.hasClosed(run.at) === true) run.deadSide = 0
    }
    const requests = markets.set?.requests ?? []
    if (requests.length > 0) this.parts.strategyOrders.carryOut(markets.runs, requests, mode === 'live')
  }

  /** Once when a reason begins; one that comes and goes is told once a day. */
  private tellAside(markets: MarketsRun, { strategy, definition, state }: MarketRun): void {
    const aside = definition.aside?.(state) ?? null
    const code = aside?.code ?? null
    const told = markets.toldAsides ?? { now: null, at: {} }
    if (code === told.now) return
    const { now } = this.portfolio
    const isDue = code !== null && now - (told.at[code] ?? Number.NEGATIVE_INFINITY) >= DAY_MS
    markets.toldAsides = { now: code, at: isDue ? { ...told.at, [code]: now } : told.at }
    if (isDue) this.parts.gateway.alert('strategy.aside', 'P3', undefined, { strategy, code, ...aside?.values })
  }

  /** Decides on what a strategy has said, or on its failure. */
  actOnSignal(run: StrategyRun, signal: Signal | undefined, mode: BarsMode): void {
    if (run.failure !== undefined) {
      this.parts.modes.fail(run.strategy, run.failure)
      return
    }
    if (mode === 'warmup') return
    if (signal === undefined) run.deadSide = 0
    else this.parts.signals.placeSignal(run, signal, mode === 'live')
  }

  decideBreakers(): void {
    if (!this.watchesLimits) return
    this.parts.losses.decide()
    this.parts.storms.decide()
    if (this.context.config.isJournaled) this.parts.near.decide()
    const limits = this.context.limits.account
    if (limits.drawdown.orange === Number.POSITIVE_INFINITY) return
    const tier = confirmedTier(this.portfolio.watch, this.portfolio.now)
    if (tier !== undefined && this.parts.safety.tripBreaker(tier) && tier === 'red') this.parts.operator.flattenAll('drawdown red')
  }

  /** Bars of an input: revealed and marked, and unless they are only booked, decided on. */
  closeBars({ bars: rows, ts: at, mode, fundings }: BarsClosed, decides: boolean): void {
    for (const each of fundings ?? []) this.context.fundings[each.instrument]?.add(each.ts, each.rate)
    if (mode === 'live') {
      const closed = rows.filter((row) => this.revealRow(row, quoteOf(row))).map((row) => row.instrument)
      this.portfolio.lastCloseTs = at
      for (const i of closed) this.noteDecision(this.runs[i], at)
      if (decides) this.closeInstant(closed, closed.length, at)
      else this.settle(at)
      if (!decides) return
    } else {
      this.foldEarlierBars(rows, mode, decides)
      this.settle(at)
      if (!decides) return
    }
    if (!this.context.config.isJournaled) return
    this.keepStates(rows.map((row) => row.instrument))
    this.parts.safety.sampleEquity()
  }

  /** Before it decides: one that fails in it was asked. A fold, which asks nobody, notes the same. */
  private noteDecision(run: StrategyRun | undefined, at: Ts): void {
    if (run !== undefined && run.mode !== 'errored' && this.context.config.isSafe !== true && run.barsMissing === 0) run.lastDecisionTs = at
  }

  /** Rows of many instants, ascending; a strategy over several symbols decides after the last of an instant. */
  private foldEarlierBars(rows: readonly ClosedBar[], mode: BarsMode, decides: boolean): void {
    let waiting = new Map<MarketsRun, InstrumentIndex>()
    rows.forEach((row, k) => {
      if (this.revealRow(row) && decides) {
        const run = this.runs[row.instrument]
        if (run instanceof MarketRun) waiting.set(run.of, row.instrument)
        else this.decide(row.instrument, mode)
      }
      if (waiting.size === 0 || rows[k + 1]?.bar.ts === row.bar.ts) return
      const now = waiting
      waiting = new Map()
      for (const i of now.values()) this.decide(i, mode)
    })
  }

  /** `isStart`: of a strategy that is stopped, too, since it has begun again. */
  keepStates(instruments: readonly InstrumentIndex[], isStart = false): void {
    const keepers = instruments.map((i) => {
      const run = this.runs[i]
      return run instanceof MarketRun ? (run.of.runs[0] as MarketRun).instrument.index : i
    })
    for (const instrument of new Set(keepers)) {
      const run = this.runs[instrument]
      if (run === undefined || (run.mode === 'errored' && !isStart)) continue
      const state = run.kept()
      if (state === undefined) {
        if (run.mode === 'errored') continue
        this.parts.modes.fail(run.strategy, run.failure ?? 'its state cannot be kept')
        continue
      }
      this.factBuffer.push({
        type: 'strategy-state',
        strategy: run.strategy,
        instrument,
        state,
        deadSide: run.deadSide,
        ...(run instanceof MarketRun ? run.of.keptBeside() : undefined),
        ts: this.portfolio.now,
      })
    }
  }

  /** Ignores bars already processed: a late frame, an overlap of a backfill, one from before a restart. */
  private revealRow(row: ClosedBar, quote?: QuoteAtClose): boolean {
    const bars = this.context.bars[row.instrument] as Bars
    const seen = this.portfolio.barTs(row.instrument)
    if (seen !== undefined && row.bar.ts + this.context.config.intervalMs <= seen) return false
    bars.push(row.bar)
    bars.reveal()
    if (row.spreadTicks !== undefined) this.portfolio.setSpread(row.instrument, row.spreadTicks)
    this.mark(row.instrument, quote)
    return true
  }
}

/** What a row of a bar that has just closed says beside it. Of a late one it would be of another time. */
function quoteOf({ spreadTicks, mark, predicted }: ClosedBar): QuoteAtClose | undefined {
  if (spreadTicks === undefined && mark === undefined && predicted === undefined) return undefined
  // No exchange has a spread of nothing: it was not heard.
  return { spreadTicks: spreadTicks === 0 ? undefined : spreadTicks, mark, predicted }
}
