/**
 * The instruments in the version that counts now: other limits are taken over, and other steps convert all that counts in the old ones.
 */
import { growList } from '../core/column.ts'
import type { KernelContext } from './context.ts'
import type { AlertData } from './alert.ts'
import { type InstrumentIndex, type Lots, type Ticks, lots, ticks } from '../core/units.ts'
import type { Bars } from '../market/bars.ts'
import { type Instrument, formatPrice, formatQuantity, shownPrice } from '../market/instrument.ts'
import { type InstrumentTerms, StepChange, changedLimits, hasSameSteps, withTerms } from '../market/instrument-terms.ts'
import type { InstrumentChanged } from '../trading/event.ts'
import { type Order, isPositionStop } from '../trading/order.ts'
import type { ParentOrders } from './state/parent-orders.ts'
import type { ExitAims } from './state/exit-aims.ts'
import type { PendingCloses } from './state/pending-closes.ts'
import { safePrices, safeTarget } from './orders/convert-order.ts'
import type { OrderGateway } from './orders/order-gateway.ts'
import type { OrderTable } from './state/order-table.ts'
import type { PortfolioState } from './state/portfolio-state.ts'
import { MarketRun } from './state/strategies/markets-run.ts'
import type { StrategyRun } from './state/strategies/strategy-run.ts'
import type { StrategyStarts } from './handlers/strategy-starts.ts'

interface Converted {
  readonly change: StepChange
  /** Lots of the venue's position before, signed. */
  readonly heldBefore: Lots
  readonly stopBefore: Ticks | undefined
  /** Open orders as they were: those of Ballast's, and targets that the venue holds with a position. */
  readonly orders: readonly Order[]
}

/** Limits that are others now, by name; and what other steps converted. */
export interface ChangedTerms {
  readonly limits: readonly string[]
  readonly converted?: Converted
}

type Moved = Extract<AlertData['instrument.changed'], { readonly change: 'steps' }>['moved'][number]

export class InstrumentVersions {
  private readonly instruments: Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly parentOrders: ParentOrders
  private readonly closes: PendingCloses
  private readonly exitAims: ExitAims
  private readonly gateway: OrderGateway
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bars: readonly Bars[]
  private readonly starts: StrategyStarts
  /** As the journal has them; null: as the instrument was when the journal began. */
  private readonly terms: (InstrumentTerms | null)[]

  constructor(
    { instruments, portfolio, orders, parentOrders, closes, exitAims, runs, bars }: KernelContext,
    gateway: OrderGateway,
    starts: StrategyStarts,
  ) {
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
    this.parentOrders = parentOrders
    this.closes = closes
    this.exitAims = exitAims
    this.gateway = gateway
    this.runs = runs
    this.bars = bars
    this.starts = starts
    this.terms = instruments.map(() => null)
  }

  /** The list of instruments has become longer. */
  grow(): void {
    growList(this.terms, this.instruments.length, () => null)
  }

  /** Answers what the change has done, for whoever decides on it. */
  fold({ instrument: i, terms }: InstrumentChanged): ChangedTerms | undefined {
    const before = this.instruments[i]
    if (before === undefined || terms === undefined) return undefined
    const after = withTerms(before, terms)
    this.use(i, after)
    this.terms[i] = terms
    if (hasSameSteps(before, after)) return { limits: changedLimits(before, after) }
    const change = new StepChange(before, after)
    const converted: Converted = {
      change,
      heldBefore: this.portfolio.venueLots(i),
      stopBefore: this.portfolio.stopOf(i),
      orders: this.orders.open(i).filter(({ origin }) => origin === 'ours' || origin === 'attached-target'),
    }
    this.portfolio.convert(change)
    this.orders.convert(change)
    this.parentOrders.convert(change)
    this.closes.convert(change)
    this.exitAims.convert(change)
    this.gateway.forgetAsked(i)
    this.bars[i]?.convert(change.priceFactor)
    // What a strategy knows is in ticks where nobody else can show: it starts from scratch, from the bars in new steps.
    const run = this.runs[i]
    if (run !== undefined) {
      if (run instanceof MarketRun) run.of.set?.convert(run.at, change.priceFactor)
      run.restart()
      this.starts.giveUp(run.strategy)
    }
    return { limits: [], converted }
  }

  decide({ instrument: i }: InstrumentChanged, { limits, converted }: ChangedTerms): void {
    if (limits.length > 0) this.gateway.alert('instrument.changed', 'P4', i, { change: 'limits', limits })
    if (converted === undefined) return
    const moved = this.moveToSteps(i, converted)
    const { change, heldBefore } = converted
    const { before, after } = change
    this.gateway.alert('instrument.changed', 'P3', i, {
      change: 'steps',
      tick: [formatPrice(before, ticks(1)), formatPrice(after, ticks(1))],
      lot: [formatQuantity(before, lots(1)), formatQuantity(after, lots(1))],
      moved,
      rest: change.isWhole(heldBefore)
        ? undefined
        : {
            held: formatQuantity(before, lots(Math.abs(heldBefore))),
            counted: formatQuantity(after, lots(Math.abs(change.quantity(heldBefore)))),
          },
    })
  }

  /** What is between two steps at the venue goes to the safe one. Answers what was moved. */
  private moveToSteps(i: InstrumentIndex, { change, stopBefore, orders }: Converted): Moved[] {
    const stop = this.portfolio.stopOf(i)
    const isByOrder = change.after.category === 'spot'
    const moved: Moved[] = []
    if (stop !== undefined && stopBefore !== undefined && !change.fits(stopBefore) && this.portfolio.positionLots(i) !== 0) {
      moved.push({ what: 'stop', from: shownPrice(change.before, stopBefore), to: shownPrice(change.after, stop) })
      if (!isByOrder) this.gateway.requestProtection(i, { stop }, 'steps changed')
    }
    for (const before of orders) {
      if (before.origin === 'attached-target') {
        const target = safeTarget(change, before, this.portfolio.mark(i))
        if (target === undefined) continue
        this.gateway.requestProtection(i, { stop: undefined, target }, 'steps changed')
        moved.push({ what: 'target', from: shownPrice(change.before, before.trigger ?? ticks(0)), to: shownPrice(change.after, target) })
        continue
      }
      // The stop of the whole position is moved with it.
      const prices = isPositionStop(before) && !isByOrder ? undefined : safePrices(change, before)
      const order = prices === undefined ? undefined : this.orders.find(i, before.orderId, before.venueOrderId)
      if (prices === undefined || order === undefined) continue
      this.gateway.requestAmend(order, prices, 'steps changed')
      moved.push({ what: 'order', orderId: order.orderId, to: shownPrice(change.after, prices.limit ?? prices.trigger ?? ticks(0)) })
    }
    return moved
  }

  private use(i: InstrumentIndex, instrument: Instrument): void {
    this.instruments[i] = instrument
    this.runs[i]?.use(instrument)
  }

  snapshot(): readonly (InstrumentTerms | null)[] {
    return [...this.terms]
  }

  /** Before anything else is restored: the rest counts in these steps. */
  restore(from: readonly (InstrumentTerms | null)[] | undefined): void {
    this.instruments.forEach((instrument, i) => {
      const terms = from?.[i] ?? null
      this.terms[i] = terms
      if (terms !== null) this.use(instrument.index, withTerms(instrument, terms))
    })
  }
}
