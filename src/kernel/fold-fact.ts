/**
 * Recovery's half of the kernel: a journaled fact is booked as it was decided.
 * Never decides again: what a fact does not say did not happen.
 */
import { assertNever } from '../core/assert.ts'
import type { AlgorithmBook } from './algorithm-book.ts'
import type { Books } from './books.ts'
import type { Desk } from './desk.ts'
import type { KernelFact } from './fact.ts'
import type { Guard } from './guard.ts'
import type { OrderBook } from './order-book.ts'
import type { StrategyRun } from './strategy-run.ts'

type Runs = readonly (StrategyRun | undefined)[]

export function foldFact(
  fact: KernelFact,
  desk: Desk,
  guard: Guard,
  orders: OrderBook,
  algorithms: AlgorithmBook,
  runs: Runs,
  books: Books,
): void {
  switch (fact.type) {
    case 'order-submitted':
      desk.foldSubmitted(fact)
      return
    case 'cancel-requested': {
      const order = orders.find(fact.instrument, fact.orderId, undefined)
      if (order !== undefined) order.cancelRequested = true
      return
    }
    case 'hold-added':
      guard.foldHold(fact.hold)
      return
    case 'hold-lifted':
      guard.foldLift(fact.holdId)
      return
    case 'strategy-state': {
      const run = runs[fact.instrument]
      if (run !== undefined && run.strategy === fact.strategy) run.restore(fact.state, fact.deadSide)
      return
    }
    case 'strategy-mode-changed':
      for (const run of runs)
        if (run !== undefined && run.strategy === fact.strategy) {
          run.mode = fact.mode
          run.modeCause = fact.cause
        }
      return
    case 'order-denied':
      desk.noteOpinion(fact.instrument, fact.class, fact.reason, fact.ts)
      algorithms.noteDenied(fact.parentOrderId, fact.ts)
      return
    case 'stop-requested':
      desk.foldStop(fact.instrument, fact.stop)
      return
    case 'stop-adopted':
      books.adoptStop(fact.instrument, fact.stop)
      return
    case 'external-adopted':
      books.adoptExternal(fact)
      return
    case 'close-wanted':
      desk.closes.set(fact.instrument, fact.close)
      return
    case 'dust-left':
      books.dustLeft(fact)
      return
    case 'external-ignored':
      books.ignoreExternal(fact.instrument)
      return
    case 'algorithm-started':
      orders.reserve(fact.order.id)
      algorithms.start(fact.order)
      return
    case 'algorithm-changed':
      algorithms.change(fact.id, fact.status, fact.cause)
      return
    case 'algorithm-ended':
      algorithms.end(fact.id)
      return
    case 'amend-requested':
    case 'trade-opened':
    case 'trade-reduced':
    case 'trade-closed':
    case 'equity-sampled':
    case 'alert-raised':
      return
    default:
      assertNever(fact)
  }
}
