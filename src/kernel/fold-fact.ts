/**
 * Recovery's half of the kernel: a journaled fact is booked as it was decided.
 */
import { assertNever } from '../core/assert.ts'
import type { ExitAims } from './state/exit-aims.ts'
import type { PendingCloses } from './state/pending-closes.ts'
import type { ParentOrders } from './state/parent-orders.ts'
import type { Bookkeeper } from './handlers/bookkeeper.ts'
import type { OrderGateway } from './orders/order-gateway.ts'
import type { KernelFact } from './fact.ts'
import type { NearLimit, NearLimits } from './handlers/near-limits.ts'
import type { SafetyControls } from './handlers/safety-controls.ts'
import type { EffectiveLimits } from './state/effective-limits.ts'
import type { OrderTable } from './state/order-table.ts'
import { MarketRun } from './state/strategies/markets-run.ts'
import type { StrategyRun } from './state/strategies/strategy-run.ts'

/** The parts of a kernel that facts are booked in. */
export interface FactBooks {
  readonly gateway: OrderGateway
  readonly safety: SafetyControls
  readonly orders: OrderTable
  readonly parentOrders: ParentOrders
  readonly closes: PendingCloses
  readonly exitAims: ExitAims
  readonly runs: readonly (StrategyRun | undefined)[]
  readonly bookkeeper: Bookkeeper
  readonly limits: EffectiveLimits
  readonly near: NearLimits
}

export function foldFact(
  fact: KernelFact,
  { gateway, safety, orders, parentOrders, closes, exitAims, runs, bookkeeper, limits, near }: FactBooks,
): void {
  switch (fact.type) {
    case 'order-submitted':
      gateway.foldSubmitted(fact)
      return
    case 'cancel-requested': {
      const order = orders.find(fact.instrument, fact.orderId, undefined)
      if (order !== undefined) order.cancelRequested = true
      return
    }
    case 'hold-added':
      safety.foldHold(fact.hold)
      return
    case 'risk-setting-changed':
      limits.set(fact.setting)
      return
    case 'hold-lifted':
      safety.foldLift(fact.holdId)
      return
    case 'strategy-state': {
      const run = runs[fact.instrument]
      if (run === undefined || run.strategy !== fact.strategy) return
      run.restore(fact.state, fact.deadSide)
      if (run instanceof MarketRun) run.of.foldBeside(fact)
      return
    }
    case 'strategy-mode-changed':
      for (const run of runs)
        if (run !== undefined && run.strategy === fact.strategy) {
          run.mode = fact.mode
          run.modeCause = fact.cause
          if (fact.mode === 'errored' && run instanceof MarketRun) run.of.notices.takeNotices()
        }
      return
    case 'order-denied':
      gateway.noteSignal(fact.instrument, fact.class, fact.reason, fact.ts)
      gateway.noteDenied(fact.instrument, fact.name, fact.rule)
      parentOrders.noteDenied(fact.parentOrderId, fact.ts)
      return
    case 'stop-requested':
      gateway.foldStop(fact.instrument, fact.stop)
      return
    case 'stop-adopted':
      bookkeeper.adoptStop(fact.instrument, fact.stop)
      return
    case 'external-adopted':
      bookkeeper.adoptExternal(fact)
      return
    case 'exit-aimed':
      exitAims.set(fact.aim)
      return
    case 'close-wanted':
      closes.set(fact.instrument, fact.close)
      return
    case 'dust-left':
      bookkeeper.dustLeft(fact)
      return
    case 'external-ignored':
      bookkeeper.ignoreExternal(fact.instrument)
      return
    case 'algorithm-started':
      orders.reserve(fact.order.id)
      parentOrders.start(fact.order)
      return
    case 'algorithm-changed':
      parentOrders.change(fact.id, fact.status, fact.cause)
      return
    case 'algorithm-ended':
      parentOrders.end(fact.id)
      return
    case 'amend-requested':
    case 'trade-opened':
    case 'trade-reduced':
    case 'trade-closed':
    case 'equity-sampled':
      return
    case 'alert-raised':
      if (fact.alert === 'risk.limit_near' && fact.data !== undefined) near.fold(fact.data as NearLimit)
      return
    default:
      assertNever(fact)
  }
}
