/**
 * The instruments in the version that counts now: other limits are taken over, and other steps convert all that counts in the old ones.
 * Never asks the venue, and never keeps a row in two kinds of steps: before the change all is in the old ones, after it in the new.
 */
import { type InstrumentIndex, type Lots, type Ticks, lots, ticks } from '../core/units.ts'
import type { Bars } from '../market/bars.ts'
import { type Instrument, formatPrice, formatQuantity, shownPrice } from '../market/instrument.ts'
import { type InstrumentTerms, StepChange, changedLimits, hasSameSteps, withTerms } from '../market/instrument-terms.ts'
import type { InstrumentChanged } from '../trading/event.ts'
import { type Order, isPositionStop } from '../trading/order.ts'
import type { ParentOrders } from './state/parent-orders.ts'
import type { PendingCloses } from './state/pending-closes.ts'
import { safePrices } from './orders/convert-order.ts'
import type { OrderGateway } from './orders/order-gateway.ts'
import type { OrderTable } from './state/order-table.ts'
import type { PortfolioState } from './state/portfolio-state.ts'
import type { StrategyRun } from './state/strategy-run.ts'
import type { StrategyStarts } from './handlers/strategy-starts.ts'

interface Converted {
  readonly change: StepChange
  /** Lots of the venue's position before, signed. */
  readonly heldBefore: Lots
  readonly stopBefore: Ticks | undefined
  /** Open orders of ours as they were. */
  readonly orders: readonly Order[]
}

export class InstrumentVersions {
  private readonly instruments: Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly algorithms: ParentOrders
  private readonly closes: PendingCloses
  private readonly gateway: OrderGateway
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bars: readonly Bars[]
  private readonly starts: StrategyStarts
  /** As the journal has them; null: as the instrument was when the journal began. */
  private readonly terms: (InstrumentTerms | null)[]
  /** What the change has done that is being booked, for whoever decides on it. */
  private converted: Converted | undefined
  private limits: readonly string[] = []

  /** @param instruments the kernel's own list: every part of it reads an instrument there when it needs it */
  constructor(
    instruments: Instrument[],
    portfolio: PortfolioState,
    orders: OrderTable,
    algorithms: ParentOrders,
    closes: PendingCloses,
    gateway: OrderGateway,
    runs: readonly (StrategyRun | undefined)[],
    bars: readonly Bars[],
    starts: StrategyStarts,
  ) {
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
    this.algorithms = algorithms
    this.closes = closes
    this.gateway = gateway
    this.runs = runs
    this.bars = bars
    this.starts = starts
    this.terms = instruments.map(() => null)
  }

  fold({ instrument: i, terms }: InstrumentChanged): void {
    const before = this.instruments[i]
    if (before === undefined || terms === undefined) return
    const after = withTerms(before, terms)
    this.use(i, after)
    this.terms[i] = terms
    if (hasSameSteps(before, after)) {
      this.limits = changedLimits(before, after)
      return
    }
    const change = new StepChange(before, after)
    this.converted = {
      change,
      heldBefore: this.portfolio.venueLots(i),
      stopBefore: this.portfolio.stopOf(i),
      orders: this.orders.open(i).filter((order) => order.origin === 'ours'),
    }
    this.portfolio.convert(change)
    this.orders.convert(change)
    this.algorithms.convert(change)
    this.closes.convert(change)
    this.gateway.forgetAsked(i)
    this.bars[i]?.convert(change.priceFactor)
    // What a strategy knows is in ticks where nobody else can tell: it begins anew, from the bars in new steps.
    const run = this.runs[i]
    if (run === undefined) return
    run.restart()
    this.starts.giveUp(run.strategy)
  }

  decide({ instrument: i }: InstrumentChanged): void {
    const { converted, limits } = this
    this.forget()
    const { symbol } = this.instruments[i] as Instrument
    if (limits.length > 0)
      this.gateway.alert('instrument.changed', 'P4', i, `Bybit changed ${limits.join(', ')} of ${symbol}; taken over at once.`)
    if (converted === undefined) return
    const moved = this.moveToSteps(i, converted)
    const { change, heldBefore } = converted
    this.gateway.alert('instrument.changed', 'P3', i, `${stepsText(change)} ${moved}${restText(change, heldBefore)}`.trim())
  }

  /** What stands between two steps at the venue goes to the safe one. Answers what was moved, in words. */
  private moveToSteps(i: InstrumentIndex, { change, stopBefore, orders }: Converted): string {
    const stop = this.portfolio.stopOf(i)
    const isByOrder = change.after.category === 'spot'
    const moved: string[] = []
    if (stop !== undefined && stopBefore !== undefined && !change.fits(stopBefore) && this.portfolio.positionLots(i) !== 0) {
      moved.push(`its stop ${shownPrice(change.before, stopBefore)} → ${shownPrice(change.after, stop)}`)
      if (!isByOrder) this.gateway.requestProtection(i, { stop }, 'steps changed')
    }
    for (const before of orders) {
      // The stop of the whole position is moved with it.
      const prices = isPositionStop(before) && !isByOrder ? undefined : safePrices(change, before)
      const order = prices === undefined ? undefined : this.orders.find(i, before.orderId, before.venueOrderId)
      if (prices === undefined || order === undefined) continue
      this.gateway.requestAmend(order, prices, 'steps changed')
      moved.push(`order #${order.orderId} to ${shownPrice(change.after, prices.limit ?? prices.trigger ?? ticks(0))}`)
    }
    return moved.length === 0 ? '' : `Moved to the safe side: ${moved.join(', ')}. `
  }

  forget(): void {
    this.converted = undefined
    this.limits = []
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

function stepsText({ before, after }: StepChange): string {
  const one = lots(1)
  const tick = (instrument: Instrument): string => formatPrice(instrument, ticks(1))
  const parts = [
    ...(tick(before) === tick(after) ? [] : [`price ${tick(before)} → ${tick(after)}`]),
    ...(formatQuantity(before, one) === formatQuantity(after, one)
      ? []
      : [`quantity ${formatQuantity(before, one)} → ${formatQuantity(after, one)}`]),
  ]
  return `Bybit changed the steps of ${after.symbol} (${parts.join(', ')}). Ballast counts in the new ones from here on; its strategy begins anew from the candles.`
}

function restText(change: StepChange, held: Lots): string {
  if (change.isWhole(held)) return ''
  const { before, after } = change
  const kept = formatQuantity(after, lots(Math.abs(change.quantity(held))))
  return `The position of ${formatQuantity(before, lots(Math.abs(held)))} is no whole number of the new step: ${kept} is counted and can be closed, the rest stays at the exchange.`
}
