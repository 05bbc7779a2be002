/**
 * Orders that a strategy of contract 2 names, and moves of what protects its positions.
 * Never enters past holds, sizing or risk, never without a stop, and never against what is held or may still be entered.
 */
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Lots, type Ticks, type Ts, lots, ts } from '../../core/units.ts'
import { type Instrument, formatQuantity } from '../../market/instrument.ts'
import { checkEntry } from '../../risk/check.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import type { Entry, Exit, Expiry, OrderChange, OrderRequest, ProtectionMove } from '../../strategy/own-orders.ts'
import type { Order, OrderIntent, OrderKind, Reason } from '../../trading/order.ts'
import { holdOn } from '../state/holds.ts'
import type { MarketRun } from '../state/strategies/markets-run.ts'
import type { Brackets } from './brackets.ts'
import type { EntrySizing } from './entry-sizing.ts'
import { type ManualOrders, heldDenial, oppositeDenial } from './manual-orders.ts'
import type { OrderGateway } from './order-gateway.ts'
import type { PositionCloser } from './position-closer.ts'

export interface StrategyOrderParts {
  readonly gateway: OrderGateway
  readonly closer: PositionCloser
  readonly placing: ManualOrders
  readonly brackets: Brackets
  readonly sizing: EntrySizing
}

/** What takes risk off comes first, live and backtested alike. */
const ORDER: Readonly<Record<OrderRequest['type'], number>> = { cancel: 0, protect: 1, exit: 2, change: 3, enter: 4 }

export class StrategyOrders {
  private readonly context: KernelContext
  private readonly parts: StrategyOrderParts

  constructor(context: KernelContext, parts: StrategyOrderParts) {
    this.context = context
    this.parts = parts
  }

  /** Cancels what has come to its end. */
  expire(runs: readonly MarketRun[]): void {
    const { orders, portfolio } = this.context
    for (const run of runs)
      for (const order of orders.open(run.instrument.index))
        if (order.name !== undefined && order.expiresAt !== undefined && portfolio.now >= order.expiresAt)
          this.parts.gateway.requestCancel(order, 'expired')
  }

  /** @param canEnter false for bars that came late: what adds risk is denied */
  carryOut(runs: readonly MarketRun[], requests: readonly OrderRequest[], canEnter: boolean): void {
    const sorted = requests.length > 1 ? [...requests].sort((a, b) => ORDER[a.type] - ORDER[b.type]) : requests
    for (const request of sorted) {
      const run = runs[request.market] as MarketRun
      switch (request.type) {
        case 'enter':
          this.enter(run, request.entry, canEnter)
          break
        case 'exit':
          this.exit(run, request.exit)
          break
        case 'change':
          this.change(run, request.name, request.change, canEnter)
          break
        case 'cancel':
          this.cancel(run, request.name)
          break
        case 'protect':
          this.protect(run, request.move)
      }
    }
  }

  private enter(run: MarketRun, entry: Entry, canEnter: boolean): void {
    const { portfolio, limits, config } = this.context
    const { gateway } = this.parts
    const i = run.instrument.index
    const price = entry.limit ?? entry.trigger ?? portfolio.mark(i)
    const stop = gateway.stopFor({ instrument: i, side: entry.side, stop: entry.stop }, price)
    const intent = (quantity: Lots): OrderIntent => ({
      strategy: run.strategy,
      instrument: i,
      class: 'entry',
      side: entry.side,
      kind: kindOf(entry),
      ...prices(entry),
      size: { lots: quantity },
      triggerBy: 'mark',
      stop,
      targets: entry.targets,
      timeInForce: entry.postOnly === true ? 'post-only' : 'gtc',
      ...this.expiry(entry),
      name: entry.name,
      reason: named(entry.reason, entry.name),
    })
    const refusal = this.refusal(run, entry, canEnter)
    if (refusal !== undefined) {
      gateway.denyIntent(intent(lots(0)), lots(0), refusal)
      return
    }
    const sized = this.parts.sizing.size(run.instrument, entry.side, price, stop)
    if ('rule' in sized) {
      gateway.denyIntent(intent(lots(0)), lots(0), sized)
      return
    }
    const quantity = lots(Math.floor(sized.estimate * (entry.strength ?? 1) + 1e-9))
    const denial = checkEntry(intent(quantity), quantity, portfolio, limits.of(i), config.costs)
    if (denial !== undefined) {
      gateway.denyIntent(intent(quantity), quantity, denial)
      return
    }
    gateway.submit(intent(quantity), sized.detail, { group: this.groupOf(i, entry) ?? this.context.orders.peekOrderId() })
  }

  private refusal(run: MarketRun, entry: Entry, canEnter: boolean): RiskDenial | undefined {
    const { holds, portfolio, orders, instruments, parentOrders, universes } = this.context
    const i = run.instrument.index
    const hold = holdOn(holds, run.strategy, i)
    if (hold !== undefined) return heldDenial(hold)
    if (run.mode !== 'running') return { rule: 'strategy-off', figures: { mode: run.mode } }
    const out = universes.outOf(run)
    if (out !== undefined) return { rule: 'universe', figures: { verdict: out } }
    if (!canEnter) return { rule: 'stale-data', figures: { problem: 'late-bar' } }
    const instrument = instruments[i] as Instrument
    const held = oppositeDenial(instrument, entry.side, portfolio, parentOrders)
    if (held !== undefined) return held
    if (instrument.category === 'spot' && entry.trigger !== undefined)
      return {
        rule: 'spot-order',
        figures: { problem: 'spot-stop-entry' },
      }
    // Two entries against each other would leave it to chance which of them is held, unless the first that fills takes the other off.
    const group = this.groupOf(i, entry)
    const against = orders
      .open(i)
      .find((order) => isEntry(order) && order.side !== entry.side && (group === undefined || order.group !== group))
    if (against === undefined) return undefined
    return {
      rule: 'opposite-side',
      figures: { symbol: instrument.symbol, order: `#${against.orderId}`, next: 'pair them (pairedWith), or cancel that one first' },
    }
  }

  /** Of the order that it is paired with, while that is open. */
  private groupOf(i: InstrumentIndex, { pairedWith }: Entry): Order['group'] {
    return pairedWith === undefined ? undefined : this.find(i, pairedWith)?.group
  }

  private exit(run: MarketRun, { name, share, limit, reason, ...expiry }: Exit): void {
    const { holds, portfolio } = this.context
    const { gateway, closer } = this.parts
    const i = run.instrument.index
    const held: number = portfolio.positionLots(i)
    const hold = holdOn(holds, run.strategy, i)
    if (hold?.effect === 'no-orders' || held === 0) {
      const denial: RiskDenial =
        hold?.effect === 'no-orders'
          ? heldDenial(hold)
          : { rule: 'exit-not-verified', figures: { held: formatQuantity(run.instrument, lots(0)) } }
      gateway.deny(run.strategy, i, 'reduce', held > 0 ? -1 : 1, denial, reason, undefined, undefined, name)
      return
    }
    const part =
      share === undefined || share === 1 ? undefined : lots(Math.max(run.instrument.lotsMin, Math.floor(Math.abs(held) * share + 1e-9)))
    if (limit === undefined || name === undefined) closer.close(i, part, 'reduce', reason)
    else closer.closeAtLimit(i, part, limit, named(reason, name), { name, ...this.expiry(expiry) })
  }

  private change(run: MarketRun, name: string, change: OrderChange, canEnter: boolean): void {
    const order = this.find(run.instrument.index, name)
    // It may have ended meanwhile, which the strategy hears of.
    if (order === undefined || (isEntry(order) && !canEnter)) return
    if ((change.limit ?? order.limit) === order.limit && (change.trigger ?? order.trigger) === order.trigger) return
    const { instrument, orderId } = order
    this.parts.placing.change(
      { type: 'change-order', instrument, orderId, ...prices(change), actor: run.strategy, ts: this.context.portfolio.now },
      changeReason,
    )
  }

  private cancel(run: MarketRun, name: string): void {
    const order = this.find(run.instrument.index, name)
    if (order !== undefined) this.parts.gateway.requestCancel(order, 'by its strategy')
  }

  private protect(run: MarketRun, { stop, target, trail }: ProtectionMove): void {
    const { portfolio } = this.context
    const i = run.instrument.index
    if (portfolio.positionLots(i) === 0) return
    // Repeating what stands asks the exchange for nothing.
    const moved: Ticks | undefined = stop === portfolio.stopOf(i) ? undefined : stop
    if (moved === undefined && target === undefined && trail === undefined) return
    const trailing = trail === undefined || trail === 'none' ? trail : { by: trail.by, activation: trail.activation }
    const input = {
      type: 'change-protection',
      instrument: i,
      stop: moved,
      target,
      trail: trailing,
      actor: run.strategy,
      ts: portfolio.now,
    } as const
    if (this.parts.placing.protect(input)) this.parts.brackets.followMove(i, target)
  }

  private find(i: InstrumentIndex, name: string): Order | undefined {
    return this.context.orders.open(i).find((order) => order.name === name && !order.cancelRequested)
  }

  /** On the grid of the base bars: live and backtested it is looked at when they close. */
  private expiry({ bars, until }: Expiry): { readonly expiresAt?: Ts } {
    const { config, portfolio } = this.context
    if (bars !== undefined) return { expiresAt: ts(portfolio.now + bars * config.intervalMs) }
    return until === undefined ? {} : { expiresAt: ts(Math.ceil(until / config.intervalMs) * config.intervalMs) }
  }
}

const changeReason = (values: Reason['values']): Reason => ({ rule: 'change of an order', values })

const isEntry = (order: Order): boolean => order.class === 'entry' && order.origin === 'ours'

/** Everybody who reads the reason reads the name. */
const named = (reason: Reason, name: string): Reason => ({ rule: reason.rule, values: { ...reason.values, order: name } })

function kindOf({ limit, trigger }: Entry): OrderKind {
  if (trigger !== undefined) return limit === undefined ? 'stop-market' : 'stop-limit'
  return limit === undefined ? 'market' : 'limit'
}

const prices = ({ limit, trigger }: { readonly limit?: Ticks; readonly trigger?: Ticks }) => ({
  ...(limit === undefined ? undefined : { limit }),
  ...(trigger === undefined ? undefined : { trigger }),
})
