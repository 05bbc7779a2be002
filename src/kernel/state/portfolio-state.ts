/**
 * The view that risk has of one account's books: what is open, owed and left of each limit.
 */
import { growList } from '../../core/column.ts'
import { addSafe } from '../../core/decimal.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type Rate,
  type Side,
  type StrategyId,
  type Ticks,
  type Ts,
  cash,
  lots,
  strategyId,
} from '../../core/units.ts'
import type { Instrument, InstrumentStatus } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import type { OpenTrade } from '../../portfolio/open-trade.ts'
import type { Exposure, LossScope, OpenEntry, PortfolioView } from '../../portfolio/view.ts'
import type { RiskLimits } from '../../risk/limits.ts'
import { maintenanceIn, rateOf } from '../../risk/planned-loss.ts'
import { DAY, WEEK, limitOf, lossLeft, lossOf, resultOf } from '../../risk/loss-window.ts'
import type { MoneyLimit } from '../../core/money-limit.ts'
import { openLotsOf } from '../../trading/order.ts'
import type { ElsewherePosition } from '../../trading/report.ts'
import { EntryPace, type EntryPaceSnapshot } from './entry-pace.ts'
import { type ExposureBooks, grossOf, grossSum, marginSum, netSum, openRiskOf } from './exposure.ts'
import type { OrderTable } from './order-table.ts'
import type { ReturnWindow } from './return-window.ts'
import { AccountBooks, type BooksSnapshot } from './account-books.ts'

const NONE: readonly Instrument[] = []
const EXTERNAL_OWNER = strategyId('external')

/** JSON-safe copy of all of it. */
export interface PortfolioSnapshot extends BooksSnapshot, EntryPaceSnapshot {
  readonly statuses: readonly (InstrumentStatus | null)[]
  readonly elsewhere: readonly ElsewherePosition[]
}

/** What the portfolio is made with. */
export interface PortfolioParts {
  readonly instruments: readonly Instrument[]
  readonly owners: readonly (StrategyId | undefined)[]
  readonly orders: OrderTable
  readonly leverageOf: (i: InstrumentIndex) => number
  /** Margin mode, and the leverage of symbols that are not traded here, where the venue does not say their margin. */
  readonly accountRules: () => Pick<RiskLimits, 'leverage' | 'marginMode'>
  /** Whether anything asks for the average true range. */
  readonly needsAtr: boolean
  readonly returns: ReturnWindow
  readonly intervalMs: number
}

export class PortfolioState extends AccountBooks implements PortfolioView, ExposureBooks {
  readonly intervalMs: number
  /** Positions in symbols that are not traded here: they take margin all the same. */
  elsewhere: readonly ElsewherePosition[] = []
  /** As the venue has reported since; null: as the instrument says. */
  private readonly statuses: (InstrumentStatus | null)[]
  private readonly owners: readonly (StrategyId | undefined)[]
  readonly leverageOf: PortfolioParts['leverageOf']
  private readonly accountRules: PortfolioParts['accountRules']
  private readonly pace: EntryPace

  constructor({ instruments, owners, orders, leverageOf, accountRules, needsAtr, returns, intervalMs }: PortfolioParts) {
    super(instruments, orders, needsAtr, returns)
    this.owners = owners
    this.leverageOf = leverageOf
    this.accountRules = accountRules
    this.intervalMs = intervalMs
    this.statuses = new Array<InstrumentStatus | null>(instruments.length).fill(null)
    this.pace = new EntryPace(instruments.length)
  }

  override grow(): void {
    super.grow()
    growList(this.statuses, this.instruments.length, () => null)
    this.pace.grow(this.instruments.length)
  }

  barTs(i: InstrumentIndex): Ts | undefined {
    return this.marks.barTs(i)
  }

  spreadTicks(i: InstrumentIndex): number {
    return this.marks.spreadTicks(i)
  }

  atrTicks(i: InstrumentIndex): number {
    return this.marks.atrTicks(i)
  }

  isExternalIgnored(i: InstrumentIndex): boolean {
    return this.externals.isIgnored(i)
  }

  instrumentStatus(i: InstrumentIndex): InstrumentStatus {
    return this.statuses[i] ?? (this.instruments[i] as Instrument).status
  }

  /** As the journal has it; undefined where nothing was ever reported. */
  toldStatus(i: InstrumentIndex): InstrumentStatus | undefined {
    return this.statuses[i] ?? undefined
  }

  setStatus(i: InstrumentIndex, status: InstrumentStatus): void {
    this.statuses[i] = status
  }

  /** What the venue holds in the symbol: ours and what is not. */
  venueLots(i: InstrumentIndex): Lots {
    return lots(this.positionLots(i) + this.externalLots(i))
  }
  get marginEquity(): Cash {
    const all = this.equityWithExternals
    // In isolated margin what a position has won is no margin for another one.
    return this.accountRules().marginMode === 'isolated' ? cash(all - this.gains()) : all
  }

  private gains(): number {
    let sum = 0
    for (const { index, category } of this.instruments) if (category !== 'spot') sum += Math.max(0, this.unrealizedBy[index] as number)
    return sum
  }

  private get equityWithExternals(): Cash {
    if (this.externals.isEmpty) return this.equity
    const loss = this.externals.loss(
      this.instruments,
      (i) => this.mark(i),
      (i) => this.unrealizedOf(i),
    )
    return cash(this.equity + loss)
  }

  openEntryLots(i: InstrumentIndex, side: Side): Lots {
    return this.orders.openEntryLots(i, side)
  }

  ownerOf(i: InstrumentIndex): StrategyId | undefined {
    return this.owners[i]
  }

  /** Who answers for a position in the symbol: its strategy, else none. */
  ownerOrExternal(i: InstrumentIndex): StrategyId {
    return this.owners[i] ?? EXTERNAL_OWNER
  }

  openTrade(i: InstrumentIndex): OpenTrade | undefined {
    return this.trades.of(i)
  }
  get grossNotional(): Cash {
    let sum: number = grossSum(this, this.instruments)
    for (const { notional } of this.elsewhere) sum = addSafe(sum, notional)
    return cash(sum)
  }

  /** As they count now. */
  private spots(): readonly Instrument[] {
    return this.spotIndexes.length === 0 ? NONE : this.spotIndexes.map((i) => this.instruments[i] as Instrument)
  }
  get spotNotional(): Cash {
    return grossSum(this, this.spots())
  }

  notionalIn(i: InstrumentIndex): Cash {
    return cash(grossOf(this, this.instruments[i] as Instrument))
  }

  maintenanceBeside(i: InstrumentIndex, unread: Rate): Cash {
    let sum = 0
    for (let k = 0; k < this.instruments.length; k++) {
      const instrument = this.instruments[k] as Instrument
      if (k !== i && instrument.category !== 'spot') sum += maintenanceIn(instrument, cash(grossOf(this, instrument)), unread)
    }
    for (const { notional, maintenance } of this.elsewhere) sum += maintenance ?? rateOf(notional, unread)
    return cash(sum)
  }

  /** Contracts take their margin, coins their whole price. */
  get marginUsed(): Cash {
    let sum = marginSum(this, this.instruments, this.leverageOf)
    for (const { notional, margin } of this.elsewhere) sum += margin ?? Math.ceil(notional / this.accountRules().leverage)
    return cash(sum)
  }
  get openRisk(): Cash {
    return openRiskOf(this, this.instruments, this.leverageOf)
  }

  eachOpenTrade(): Iterable<OpenTrade> {
    return this.trades.all()
  }

  othersHeld(): Iterable<readonly [number, Lots]> {
    return this.externals.held()
  }

  exposure(strategy: StrategyId | undefined): Exposure {
    const instruments = strategy === undefined ? this.instruments : this.instruments.filter(({ index }) => this.owners[index] === strategy)
    let gross: number = grossSum(this, instruments)
    let netLong: number = netSum(this, instruments, 1)
    let netShort: number = netSum(this, instruments, -1)
    if (strategy === undefined)
      for (const { notional, quantity } of this.elsewhere) {
        const sign = quantity.startsWith('-') ? -1 : 1
        gross = addSafe(gross, notional)
        netLong += sign * notional
        netShort -= sign * notional
      }
    return { gross: cash(gross), netLong: cash(netLong), netShort: cash(netShort) }
  }
  get dayLoss(): Cash {
    return this.lossOf('day')
  }

  /** Money that the UTC day has won or lost. */
  get dayResult(): Cash {
    return resultOf(this.watch.day, this.equity)
  }

  lossOf(window: 'day' | 'week', scope?: LossScope): Cash {
    if (scope === undefined || scope.type === 'account') return lossOf(this.watch[window], this.equity)
    return this.results.lossOf(this.symbolsOf(scope), window, (i) => this.unrealizedOf(i))
  }

  lossLimit(window: 'day' | 'week', limit: MoneyLimit): Cash {
    return limitOf(this.watch[window], this.equity, limit)
  }

  lossLeft(window: 'day' | 'week', limit: MoneyLimit, scope?: LossScope): number {
    const { watch, equity } = this
    if (scope === undefined || scope.type === 'account')
      return lossLeft(watch[window], equity, limit, watch.lastTs, window === 'day' ? DAY : WEEK)
    return this.lossLimit(window, limit) - this.lossOf(window, scope)
  }

  private symbolsOf(scope: LossScope): readonly InstrumentIndex[] {
    if (scope.type === 'symbol') return [scope.instrument]
    return this.instruments.map(({ index }) => index).filter((i) => scope.type === 'account' || this.owners[i] === scope.strategy)
  }

  returnsOf(i: InstrumentIndex): Float64Array | undefined {
    return this.returns.returnsOf(i)
  }

  correlation(i: InstrumentIndex, j: InstrumentIndex): number | undefined {
    return this.returns.correlation(i, j)
  }

  lastExitTs(i: InstrumentIndex): Ts | undefined {
    return this.results.lastExitTs(i)
  }

  stopOf(i: InstrumentIndex): Ticks | undefined {
    return this.trades.of(i)?.stop
  }

  costOf(i: InstrumentIndex): Cash {
    return (this.positions[i] as Position).cost
  }

  openEntries(i: InstrumentIndex): OpenEntry[] {
    const list: OpenEntry[] = []
    for (const order of this.orders.open(i)) {
      const left = openLotsOf(order)
      if (order.class !== 'entry' || order.origin !== 'ours' || left <= 0) continue
      list.push({ side: order.side, lots: lots(left), price: order.limit ?? order.trigger ?? this.mark(i), stop: order.stop })
    }
    return list
  }

  symbolsAtStake(): InstrumentIndex[] {
    const list: InstrumentIndex[] = []
    for (const { index: i } of this.instruments)
      if (this.positionLots(i) !== 0 || this.orders.openEntryLots(i, 1) !== 0 || this.orders.openEntryLots(i, -1) !== 0) list.push(i)
    return list
  }
  get ordersLastSecond(): number {
    return this.pace.inLastSecond(this.now)
  }
  get ordersLastMinute(): number {
    return this.pace.inLastMinute(this.now)
  }

  lastEntryTs(i: InstrumentIndex, side: Side): Ts | undefined {
    return this.pace.lastTs(i, side)
  }

  noteEntry(i: InstrumentIndex, side: Side, at: Ts): void {
    this.pace.note(i, side, at)
  }

  override snapshot(): PortfolioSnapshot {
    return { ...super.snapshot(), ...this.pace.snapshot(), statuses: [...this.statuses], elsewhere: [...this.elsewhere] }
  }

  override restore(from: PortfolioSnapshot): void {
    super.restore(from)
    this.pace.restore(from)
    this.elsewhere = from.elsewhere ?? []
    this.statuses.forEach((_, i) => {
      this.statuses[i] = from.statuses?.[i] ?? null
    })
  }
}
