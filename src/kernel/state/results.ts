/**
 * What each symbol has won and lost since the records were opened, over day and week, and how many trades in a row have lost: for limits
 * of a strategy or a symbol, whose losses are no part of equity that could be looked up.
 */
import { growList, grownColumn } from '../../core/column.ts'
import { type Cash, type InstrumentIndex, type StrategyId, type Ts, cash, instrumentIndex, ts } from '../../core/units.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import type { LossScope } from '../../portfolio/view.ts'
import { type Edge, NO_EDGE } from '../../risk/sizing-methods.ts'
import { DAY, type LossWindow, WEEK, copyWindow, makeLossWindow, seeEquity } from '../../risk/loss-window.ts'

interface SymbolResult {
  /** Realized, after fees and funding. */
  booked: Cash
  readonly day: LossWindow
  readonly week: LossWindow
}

/** JSON-safe copy of all of it. */
export interface ResultsSnapshot {
  readonly symbols: readonly (SymbolResult | null)[]
  readonly lastExitTimes: readonly number[]
  /** Losing trades in a row: of the account, then by strategy and by instrument. */
  readonly streak: number
  readonly streaksOf: readonly (readonly [StrategyId, number])[]
  readonly streaksIn: readonly number[]
  readonly edges: readonly (readonly [StrategyId, Edge])[]
}

export class Results {
  /** Undefined while nothing was ever booked: it has lost nothing. */
  private readonly symbols: (SymbolResult | undefined)[]
  private lastExits: Float64Array
  private streak = 0
  private readonly streaksOf = new Map<StrategyId, number>()
  private streaksIn: Uint32Array
  private readonly edges = new Map<StrategyId, Edge>()

  constructor(instrumentCount: number) {
    this.symbols = new Array<SymbolResult | undefined>(instrumentCount).fill(undefined)
    this.lastExits = new Float64Array(instrumentCount).fill(-1)
    this.streaksIn = new Uint32Array(instrumentCount)
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    growList(this.symbols, instrumentCount, () => undefined)
    this.lastExits = grownColumn(this.lastExits, instrumentCount, -1)
    this.streaksIn = grownColumn(this.streaksIn, instrumentCount)
  }

  /** Money that trading in the symbol has made, negative where it cost. Until the first of it the symbol's result was 0. */
  book(i: InstrumentIndex, amount: number, now: Ts): void {
    let symbol = this.symbols[i]
    if (symbol === undefined) {
      symbol = { booked: cash(0), day: makeLossWindow(), week: makeLossWindow() }
      seeEquity(symbol.day, cash(0), now, DAY)
      seeEquity(symbol.week, cash(0), now, WEEK)
      this.symbols[i] = symbol
    }
    symbol.booked = cash(symbol.booked + amount)
  }

  closed({ instrument: i, strategy, pnl, plannedLoss }: ClosedTrade, at: Ts): void {
    this.lastExits[i] = at
    if (plannedLoss !== undefined && plannedLoss > 0) this.noteEdge(strategy, pnl / plannedLoss)
    const isLoss = pnl < 0
    if (pnl === 0) return
    this.streak = isLoss ? this.streak + 1 : 0
    this.streaksIn[i] = isLoss ? (this.streaksIn[i] as number) + 1 : 0
    this.streaksOf.set(strategy, isLoss ? (this.streaksOf.get(strategy) ?? 0) + 1 : 0)
  }

  /** Closed trades of a strategy in R. */
  edgeOf(strategy: StrategyId): Edge {
    return this.edges.get(strategy) ?? NO_EDGE
  }

  private noteEdge(strategy: StrategyId, r: number): void {
    const { trades, wins, wonR, lostR } = this.edgeOf(strategy)
    this.edges.set(strategy, {
      trades: trades + 1,
      wins: wins + (r > 0 ? 1 : 0),
      wonR: wonR + Math.max(0, r),
      lostR: lostR + Math.max(0, 0 - r),
    })
  }

  /** All marks of an instant are set. */
  watch(unrealizedOf: (i: InstrumentIndex) => Cash, now: Ts): void {
    for (let k = 0; k < this.symbols.length; k++) {
      const symbol = this.symbols[k]
      if (symbol === undefined) continue
      const result = cash(symbol.booked + unrealizedOf(instrumentIndex(k)))
      seeEquity(symbol.day, result, now, DAY)
      seeEquity(symbol.week, result, now, WEEK)
    }
  }

  /** Loss of these symbols together: what one has won offsets what another has lost. */
  lossOf(instruments: readonly InstrumentIndex[], window: 'day' | 'week', unrealizedOf: (i: InstrumentIndex) => Cash): Cash {
    let sinceStart = 0
    let rolling = 0
    for (const i of instruments) {
      const symbol = this.symbols[i]
      if (symbol === undefined) continue
      const { start, samples } = symbol[window]
      const result = symbol.booked + unrealizedOf(i)
      sinceStart += start - result
      rolling += (samples[0] ?? result) - result
    }
    return cash(Math.max(0, sinceStart, rolling))
  }

  streakOf(scope: LossScope): number {
    switch (scope.type) {
      case 'account':
        return this.streak
      case 'strategy':
        return this.streaksOf.get(scope.strategy) ?? 0
      case 'symbol':
        return this.streaksIn[scope.instrument] as number
    }
  }

  /** An operator continues: the next losing trade is the first. */
  endStreak(scope: LossScope): void {
    if (scope.type === 'account') this.streak = 0
    else if (scope.type === 'strategy') this.streaksOf.set(scope.strategy, 0)
    else this.streaksIn[scope.instrument] = 0
  }

  lastExitTs(i: InstrumentIndex): Ts | undefined {
    const at = this.lastExits[i] as number
    return at < 0 ? undefined : ts(at)
  }

  snapshot(): ResultsSnapshot {
    return {
      symbols: this.symbols.map((each) => (each === undefined ? null : copyResult(each))),
      lastExitTimes: Array.from(this.lastExits),
      streak: this.streak,
      streaksOf: [...this.streaksOf],
      streaksIn: Array.from(this.streaksIn),
      edges: [...this.edges],
    }
  }

  restore(from: ResultsSnapshot): void {
    from.symbols.forEach((each, i) => {
      this.symbols[i] = each === null ? undefined : copyResult(each)
    })
    this.lastExits.set(from.lastExitTimes)
    this.streak = from.streak
    for (const [strategy, count] of from.streaksOf) this.streaksOf.set(strategy, count)
    this.streaksIn.set(from.streaksIn)
    for (const [strategy, edge] of from.edges) this.edges.set(strategy, edge)
  }
}

const copyResult = ({ booked, day, week }: SymbolResult): SymbolResult => ({ booked, day: copyWindow(day), week: copyWindow(week) })
