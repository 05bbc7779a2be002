/**
 * Manual orders beyond a close: entries of any kind, changes of open orders, moves of what protects a position.
 * Never enters without stop and risk check, and never takes a stop off (S5).
 */
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Side, type StrategyId, lots } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import type { TradeRisk } from '../../risk/assessment/trade-risk.ts'
import { checkEntry, checkExit } from '../../risk/check.ts'
import { checkStopMove } from '../../risk/check-loss.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { type IntentClass, type Order, type OrderIntent, type Reason, isLimitClose, isOwnStop } from '../../trading/order.ts'
import type { ParentOrders } from '../state/parent-orders.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from './order-gateway.ts'
import type { ChangeOrder, ChangeProtection, PlaceOrders, PlacedOrder } from '../input.ts'
import { type Hold, holdOn } from '../state/holds.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

export const manualReason = (values: Reason['values']): Reason => ({ rule: 'manual order', values, origin: 'operator' })

const placeReason = ({ actor, asked }: PlaceOrders): Reason =>
  manualReason({ actor, ...(asked === undefined ? undefined : { askedBy: asked.by, because: asked.because }) })

export class ManualOrders {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly orders: OrderTable
  private readonly holds: readonly Hold[]
  private readonly gateway: OrderGateway
  private readonly parentOrders: ParentOrders

  constructor({ config, portfolio, limits, orders, holds, parentOrders }: KernelContext, gateway: OrderGateway) {
    this.parentOrders = parentOrders
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.orders = orders
    this.holds = holds
    this.gateway = gateway
  }

  /** All of the orders, or none: the second of a pair that is denied takes the first back before it is sent. */
  place(input: PlaceOrders): void {
    const reason = placeReason(input)
    const group = input.orders.length > 1 ? this.orders.peekOrderId() : undefined
    for (const placed of input.orders) {
      const asked = intentOf(input, placed, reason)
      const intent: OrderIntent = { ...asked, stop: this.gateway.stopFor(asked, placed.limit ?? placed.trigger) }
      const denial = this.oppositeDenial(input.instrument, placed.side) ?? this.denialOf(intent, placed)
      if (denial === undefined) {
        this.gateway.submit(intent, undefined, group === undefined ? {} : { group })
        this.gateway.alertKeptStop(intent, placed.stop)
        continue
      }
      this.gateway.denyIntent(intent, placed.lots, denial)
      for (const order of this.orders.open(input.instrument))
        if (group !== undefined && order.group === group) this.gateway.requestCancel(order, 'the other order of its pair was denied')
      return
    }
  }

  /** What the first of the orders would be, whatever judge says of it. */
  assess(input: PlaceOrders): TradeRisk {
    const [placed] = input.orders as readonly [PlacedOrder]
    const asked = intentOf(input, placed, placeReason(input))
    return this.gateway.assess({ ...asked, stop: this.gateway.stopFor(asked, placed.limit ?? placed.trigger) }, placed.lots)
  }

  /** Why the kernel would deny it now; undefined where it would pass. Changes nothing. */
  judge(input: PlaceOrders | ChangeOrder | ChangeProtection): RiskDenial | undefined {
    switch (input.type) {
      case 'place-orders':
        for (const placed of input.orders) {
          const asked = intentOf(input, placed, placeReason(input))
          const intent: OrderIntent = { ...asked, stop: this.gateway.stopFor(asked, placed.limit ?? placed.trigger) }
          const denial = this.oppositeDenial(input.instrument, placed.side) ?? this.denialOf(intent, placed)
          if (denial !== undefined) return denial
        }
        return undefined
      case 'change-order': {
        const order = this.orders.open(input.instrument).find((o) => o.orderId === input.orderId)
        return order === undefined ? undefined : this.changeDenial(order, input)
      }
      case 'change-protection':
        return this.protectionDenial(input)
    }
  }

  /** An entry against what is held or executed in parts would net with it, and its stop would stand on the wrong side: that is a close first. */
  private oppositeDenial(i: InstrumentIndex, side: Side): RiskDenial | undefined {
    return oppositeDenial(this.config.instruments[i] as Instrument, side, this.portfolio, this.parentOrders)
  }

  private denialOf(intent: OrderIntent, placed: Pick<PlacedOrder, 'lots'>): RiskDenial | undefined {
    const hold = holdOn(this.holds, intent.strategy, intent.instrument)
    if (hold !== undefined) return heldDenial(hold)
    return checkEntry(intent, placed.lots, this.portfolio, this.limits.of(intent.instrument), this.config.costs)
  }

  /** An entry is checked again as it would be; a target only moves. */
  change(input: ChangeOrder, reasonOf: (values: Reason['values']) => Reason = manualReason): void {
    const order = this.orders.open(input.instrument).find((o) => o.orderId === input.orderId)
    if (order === undefined || order.origin !== 'ours' || order.cancelRequested) return
    const reason = reasonOf({ actor: input.actor, order: order.orderId })
    const denial = this.changeDenial(order, input)
    if (denial !== undefined) {
      this.gateway.deny(order.strategy, order.instrument, order.class, order.side, denial, reason)
      return
    }
    this.gateway.requestAmend(
      order,
      {
        ...(input.lots === undefined ? undefined : { lots: input.lots }),
        ...(input.limit === undefined ? undefined : { limit: input.limit }),
        ...(input.trigger === undefined ? undefined : { trigger: input.trigger }),
      },
      `by ${input.actor}`,
    )
  }

  private changeDenial(order: Order, change: ChangeOrder): RiskDenial | undefined {
    if (isOwnStop(order)) return { rule: 'spot-order', figures: { problem: 'stop-of-position' } }
    const total = change.lots ?? order.lots
    if (order.class !== 'entry' && !isLimitClose(order)) return undefined
    const intent: OrderIntent = {
      strategy: order.strategy,
      instrument: order.instrument,
      class: order.class,
      side: order.side,
      kind: order.kind,
      size: { lots: total },
      ...withPrices(change.limit ?? order.limit, change.trigger ?? order.trigger),
      triggerBy: order.triggerBy,
      stop: order.stop,
      timeInForce: order.timeInForce,
      isChild: true,
      reason: order.reason,
    }
    if (isLimitClose(order)) return checkExit(intent, lots(total - order.filled), this.portfolio)
    // The order as it is counts already: it is left out while the changed one is judged.
    const open = order.lots
    order.lots = order.filled
    const denial = this.denialOf(intent, { lots: lots(total - order.filled) })
    order.lots = open
    return denial
  }

  /** Answers whether it was passed on: false where it was denied. */
  protect(input: ChangeProtection): boolean {
    const i = input.instrument
    const denial = this.protectionDenial(input)
    if (denial === undefined) {
      this.gateway.requestProtection(i, { stop: input.stop, target: input.target, trail: input.trail }, `by ${input.actor}`)
      return true
    }
    const side = this.portfolio.positionLots(i) > 0 ? -1 : 1
    this.gateway.deny(this.portfolio.ownerOrExternal(i), i, 'protective', side, denial, {
      rule: 'protection',
      values: { actor: input.actor },
    })
    return false
  }

  private protectionDenial(input: ChangeProtection): RiskDenial | undefined {
    const i = input.instrument
    const held: number = this.portfolio.positionLots(i)
    const instrument = this.config.instruments[i] as Instrument
    if (held === 0) return { rule: 'exit-not-verified', figures: { held: '0' } }
    if (input.trail !== undefined && instrument.category === 'spot')
      return { rule: 'spot-order', figures: { problem: 'spot-trailing-stop' } }
    const mark = this.portfolio.mark(i)
    const wrong = [
      ['stop', input.stop, -1],
      ['target', input.target === 'none' ? undefined : input.target, 1],
      ['activation', input.trail === undefined || input.trail === 'none' ? undefined : input.trail.activation, 1],
    ] as const
    for (const [leg, price, away] of wrong) {
      if (price === undefined || (price - mark) * away * (held > 0 ? 1 : -1) > 0) continue
      return { rule: 'stop-side', figures: { [leg]: formatPrice(instrument, price), price: formatPrice(instrument, mark) } }
    }
    return input.stop === undefined ? undefined : checkStopMove(this.portfolio, i, input.stop, this.limits.of(i), this.config.costs)
  }
}

const withPrices = (limit: OrderIntent['limit'] | undefined, trigger: OrderIntent['trigger'] | undefined) => ({
  ...(limit === undefined ? undefined : { limit }),
  ...(trigger === undefined ? undefined : { trigger }),
})

function intentOf(
  input: { readonly strategy: StrategyId; readonly instrument: InstrumentIndex },
  placed: PlacedOrder,
  reason: Reason,
): OrderIntent {
  return {
    strategy: input.strategy,
    instrument: input.instrument,
    class: 'entry' satisfies IntentClass,
    side: placed.side,
    kind: placed.kind,
    size: { lots: placed.lots },
    ...withPrices(placed.limit, placed.trigger),
    triggerBy: 'mark',
    stop: placed.stop,
    targets: placed.targets,
    timeInForce: placed.timeInForce,
    ...(placed.expiresAt === undefined ? undefined : { expiresAt: placed.expiresAt }),
    reason,
  }
}

export function oppositeDenial(
  instrument: Instrument,
  side: Side,
  portfolio: PortfolioState,
  parentOrders: ParentOrders,
): RiskDenial | undefined {
  const held: number = portfolio.positionLots(instrument.index)
  if (held * side < 0)
    return {
      rule: 'opposite-side',
      figures: { symbol: instrument.symbol, held: formatQuantity(instrument, lots(held)), next: 'close it first' },
    }
  const worked = parentOrders.on(instrument.index).find((a) => a.class === 'entry' && a.side !== side)
  return worked === undefined
    ? undefined
    : { rule: 'opposite-side', figures: { symbol: instrument.symbol, worked: `#${worked.id}`, next: 'cancel it first' } }
}

export const heldDenial = (hold: Hold): RiskDenial => ({
  rule: 'hold',
  figures: { hold: hold.id, cause: hold.cause, by: hold.actor, reason: hold.reason },
})
