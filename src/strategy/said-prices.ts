/**
 * What a strategy said at a close as its test reads it: prices in the quote coin, signals and orders by name.
 */
import { type Ticks, ticks } from '../core/units.ts'
import { type Instrument, priceFloat } from '../market/instrument.ts'
import type { Expiry, OrderRequest } from './own-orders.ts'
import type { Signal } from './strategy.ts'

export interface TargetPrice {
  readonly price: number
  readonly share: number
}

interface ReasonRead {
  readonly rule: string
  readonly values: Readonly<Record<string, unknown>>
}

/** What was said about an order: the same words as the call, with its reason as `rule` and `values`. */
export type OrderPrices =
  | ({
      readonly does: 'enter'
      readonly name: string
      readonly side: 1 | -1
      readonly limit?: number
      readonly trigger?: number
      readonly stop: number
      readonly targets?: readonly TargetPrice[]
      readonly strength?: number
      readonly postOnly?: boolean
      readonly pairedWith?: string
    } & Expiry &
      ReasonRead)
  | ({ readonly does: 'exit'; readonly name?: string; readonly share?: number; readonly limit?: number } & Expiry & ReasonRead)
  | { readonly does: 'change'; readonly name: string; readonly limit?: number; readonly trigger?: number }
  | { readonly does: 'cancel'; readonly name: string }
  | {
      readonly does: 'protect'
      readonly stop?: number
      readonly target?: number | 'none'
      readonly trail?: { readonly by: number; readonly activation?: number } | 'none'
    }

/** A signal, with the orders that were said beside it. */
export interface SignalPrices extends ReasonRead {
  readonly side: Signal['side']
  readonly strength: number
  readonly limit?: number
  readonly stop?: number
  readonly targets?: readonly TargetPrice[]
  /** Absent where there are none. */
  readonly orders?: readonly OrderPrices[]
}

/** Orders without a signal. */
export type OrdersOnly = { readonly [Word in Exclude<keyof SignalPrices, 'orders'>]?: undefined } & {
  readonly orders: readonly OrderPrices[]
}

/** Undefined where neither a signal nor an order was said. */
export function saidPrices(
  instrument: Instrument,
  signal: Signal | undefined,
  requests: readonly OrderRequest[],
): SignalPrices | OrdersOnly | undefined {
  const orders = requests.map((request) => orderPrices(instrument, request))
  if (signal === undefined) return orders.length === 0 ? undefined : { orders }
  const { side, strength, limit, stop, targets, reason } = signal
  return {
    side,
    strength,
    ...pricesIn(instrument, { limit, stop }),
    ...(targets === undefined ? {} : { targets: targetPrices(instrument, targets) }),
    rule: reason.rule,
    values: reason.values,
    ...(orders.length === 0 ? {} : { orders }),
  }
}

function orderPrices(instrument: Instrument, request: OrderRequest): OrderPrices {
  switch (request.type) {
    case 'enter': {
      const { limit, trigger, stop, targets, reason, ...rest } = request.entry
      return {
        does: 'enter',
        ...rest,
        ...pricesIn(instrument, { limit, trigger }),
        stop: priceFloat(instrument, stop),
        ...(targets === undefined ? {} : { targets: targetPrices(instrument, targets) }),
        rule: reason.rule,
        values: reason.values,
      }
    }
    case 'exit': {
      const { limit, reason, ...rest } = request.exit
      return { does: 'exit', ...rest, ...pricesIn(instrument, { limit }), rule: reason.rule, values: reason.values }
    }
    case 'change':
      return {
        does: 'change',
        name: request.name,
        ...pricesIn(instrument, { limit: request.change.limit, trigger: request.change.trigger }),
      }
    case 'cancel':
      return { does: 'cancel', name: request.name }
    case 'protect': {
      const { stop, target, trail } = request.move
      return {
        does: 'protect',
        ...pricesIn(instrument, { stop }),
        ...(target === undefined ? {} : { target: target === 'none' ? target : priceFloat(instrument, target) }),
        ...(trail === undefined
          ? {}
          : {
              trail:
                trail === 'none'
                  ? trail
                  : { by: priceFloat(instrument, trail.by), ...pricesIn(instrument, { activation: trail.activation }) },
            }),
      }
    }
  }
}

const targetPrices = (instrument: Instrument, targets: NonNullable<Signal['targets']>): TargetPrice[] =>
  targets.map(({ price, share }) => ({ price: priceFloat(instrument, ticks(price)), share }))

/** Those that were given. */
function pricesIn<Names extends string>(
  instrument: Instrument,
  given: Readonly<Record<Names, Ticks | undefined>>,
): { readonly [Name in Names]?: number } {
  const found: { [Name in Names]?: number } = {}
  for (const name in given) {
    const price = given[name]
    if (price !== undefined) found[name] = priceFloat(instrument, price)
  }
  return found
}
