/**
 * An order, a parent order and a trade in the steps that an instrument counts in from now on.
 */
import { type Side, type Ticks, lots, ticks } from '../../core/units.ts'
import type { StepChange } from '../../market/instrument-terms.ts'
import type { OpenTrade } from '../../portfolio/open-trade.ts'
import type { AlgorithmSpec, AlgorithmState } from '../../trading/algorithms/algorithm.ts'
import { type Order, type Target, isStopKind } from '../../trading/order.ts'

/** A stop on the side that loses less: of a long (which it sells) up, of a short down. */
export const stopRounding = (held: Side): 'ceil' | 'floor' => (held === 1 ? 'ceil' : 'floor')
/** A target toward the price: of a long down, of a short up. */
export const targetRounding = (held: Side): 'ceil' | 'floor' => (held === 1 ? 'floor' : 'ceil')

const targetsIn = (change: StepChange, targets: readonly Target[] | undefined, held: Side): readonly Target[] | undefined =>
  targets?.map((target) => ({
    ...target,
    price: change.price(target.price, targetRounding(held)),
    ...(target.limit === undefined ? undefined : { limit: change.price(target.limit, targetRounding(held)) }),
  }))

export function orderIn(change: StepChange, order: Order): Order {
  const filled = change.quantity(order.filled)
  return {
    ...order,
    // What is left of it is what the venue can still fill in whole steps.
    lots: lots(filled + change.quantity(lots(order.lots - order.filled))),
    filled,
    limit: change.priceOrNone(order.limit, 'nearest'),
    trigger: change.priceOrNone(order.trigger, 'nearest'),
    stop: change.priceOrNone(order.stop, stopRounding(order.side)),
    targets: targetsIn(change, order.targets, order.side),
    decidedAt: change.priceOrNone(order.decidedAt, 'nearest'),
    ...(order.ending === undefined ? undefined : { ending: { ...order.ending, lots: change.quantity(order.ending.lots) } }),
  }
}

/** Where an order of Ballast's must go that is between two new steps: never worse than it was meant. Undefined: it may stay. */
export function safePrices(change: StepChange, before: Order): { readonly limit?: Ticks; readonly trigger?: Ticks } | undefined {
  const { limit, trigger, side } = before
  const toward = side === 1 ? 'floor' : 'ceil'
  // A stop sells earlier and buys earlier; a target too, which is nearer to the price.
  const held: Side = side === 1 ? -1 : 1
  const rounding = isStopKind(before.kind) ? stopRounding(held) : targetRounding(held)
  // The venue keeps the old price until it is asked: what is between two steps goes, though our records have the nearest one already.
  const of = (price: Ticks | undefined, how: 'floor' | 'ceil'): Ticks | undefined =>
    price === undefined || change.fits(price) ? undefined : change.price(price, how)
  const movedLimit = of(limit, before.class === 'protective' ? rounding : toward)
  const movedTrigger = of(trigger, before.class === 'entry' ? toward : rounding)
  if (movedLimit === undefined && movedTrigger === undefined) return undefined
  return {
    ...(movedLimit === undefined ? undefined : { limit: movedLimit }),
    ...(movedTrigger === undefined ? undefined : { trigger: movedTrigger }),
  }
}

/** Where the target that the venue holds with a position goes: toward the price, or away where that would be past it. Undefined: it may stay. */
export function safeTarget(change: StepChange, { trigger, side }: Pick<Order, 'trigger' | 'side'>, mark: Ticks): Ticks | undefined {
  if (trigger === undefined || change.fits(trigger)) return undefined
  const held: Side = side === 1 ? -1 : 1
  const toward = change.price(trigger, targetRounding(held))
  return (toward - mark) * held > 0 ? toward : change.price(trigger, targetRounding(side))
}

function specIn(change: StepChange, spec: AlgorithmSpec, side: Side): AlgorithmSpec {
  const toward = side === 1 ? 'floor' : 'ceil'
  switch (spec.type) {
    case 'iceberg':
      return { ...spec, limit: change.price(spec.limit, toward), shown: lots(Math.max(1, change.quantity(spec.shown))) }
    case 'chase':
      return { ...spec, budget: change.price(spec.budget, 'floor') }
    default:
      return { ...spec, limit: change.priceOrNone(spec.limit, toward) }
  }
}

export function algorithmIn(change: StepChange, state: AlgorithmState): AlgorithmState {
  const filled = change.quantity(state.filled)
  return {
    ...state,
    lots: lots(filled + change.quantity(lots(state.lots - state.filled))),
    filled,
    makerLots: change.quantity(state.makerLots),
    spec: specIn(change, state.spec, state.side),
    stop: change.priceOrNone(state.stop, stopRounding(state.side)),
    targets: targetsIn(change, state.targets, state.side),
    arrival: change.price(state.arrival, 'nearest'),
  }
}

/** @param held lots of the position as it counts from now on, signed */
export function convertTrade(change: StepChange, openTrade: OpenTrade, held: number): void {
  openTrade.entryLots = change.quantity(openTrade.entryLots)
  // What is open of it is the position, whatever a step has swallowed.
  openTrade.exitLots = lots(openTrade.entryLots - Math.abs(held))
  openTrade.quantityMax = lots(Math.max(change.quantity(openTrade.quantityMax), Math.abs(held)))
  openTrade.stop = change.priceOrNone(openTrade.stop, stopRounding(openTrade.side))
  // The mark of "none seen yet" is no price.
  if (openTrade.high > 0) {
    openTrade.low = change.price(openTrade.low, 'floor')
    openTrade.high = change.price(openTrade.high, 'ceil')
  } else openTrade.low = ticks(Number.MAX_SAFE_INTEGER)
}
