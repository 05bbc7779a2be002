/**
 * What an order is: the intent that asks for it, the order that risk accepted, and the one table of its legal transitions.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Rate, Side, StrategyId, Ticks, Ts } from '../core/units.ts'

export const ORDER_KINDS = [
  'market',
  'limit',
  'stop-market',
  'stop-limit',
  'take-profit-market',
  'take-profit-limit',
  'trailing-stop',
] as const
export type OrderKind = (typeof ORDER_KINDS)[number]

/** A stop triggers on a move against its side's wish (a buy on a rise), a take-profit on one with it. */
/** Of a conditional order that takes a profit. */
export const isTargetKind = (kind: OrderKind): boolean => kind === 'take-profit-market' || kind === 'take-profit-limit'
export const isStopKind = (kind: OrderKind): boolean => kind === 'stop-market' || kind === 'stop-limit' || kind === 'trailing-stop'

/** entry adds risk; reduce, protective and flatten take it off and pass every limit once verified against the position (S2). */
export const INTENT_CLASSES = ['entry', 'reduce', 'protective', 'flatten'] as const
export type IntentClass = (typeof INTENT_CLASSES)[number]

export const TIMES_IN_FORCE = ['gtc', 'ioc', 'fok', 'post-only'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

export type PriceSource = 'mark' | 'last'

/** A budget is money to spend, fee included; the matcher resolves it to lots at the fill. */
export type OrderSize = { readonly lots: Lots } | { readonly budget: Cash }

/** Why a strategy or a user wants an order: a name and the values that were seen. */
export interface Reason {
  readonly rule: string
  readonly values: Readonly<Record<string, number | string | boolean>>
  /** A person or a program of theirs asked for it; absent: a strategy or a rule of Ballast. */
  readonly origin?: 'operator'
}

/** Journals of before `origin` tell an operator's close by this name of its rule; no strategy may use it (`strategy/signal-gate.ts`). */
export const OPERATOR_CLOSE = 'operator close'
export const isOperators = ({ origin, rule }: Reason): boolean => origin === 'operator' || rule === OPERATOR_CLOSE

/**
 * A take-profit that travels with the entry: its price and its part of the filled quantity, in (0, 1]. With a limit it is a limit order
 * from its trigger on, else a market order. It covers the whole position and follows its size, unless it is for what its entry filled.
 */
export interface Target {
  readonly price: Ticks
  readonly share: number
  readonly limit?: Ticks | undefined
  readonly covers?: 'position' | 'entry'
}

/** The targets that a venue holds with the entry: one for all that fills. Several, or parts, are orders of our own. */
export const venueTargets = (targets: readonly Target[] | undefined): readonly Target[] | undefined =>
  targets?.length === 1 && targets[0]?.share === 1 ? targets : undefined

/** Whether a target is one for the whole position, as a venue holds one of. */
export const isWholeTarget = (target: Target): boolean => target.share === 1 && target.limit === undefined && target.covers !== 'entry'

export interface OrderIntent {
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly class: IntentClass
  readonly side: Side
  readonly kind: OrderKind
  readonly size: OrderSize
  readonly limit?: Ticks | undefined
  readonly trigger?: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly trailBy?: Ticks
  /** Stop and targets live at the venue from the instant in which the entry fills. */
  readonly stop?: Ticks | undefined
  readonly targets?: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly expiresAt?: Ts
  /** A child of a parent order that was checked as a whole. */
  readonly isChild?: boolean
  /** Sent in parts: what the venue takes at once does not bound the whole. */
  readonly isWorked?: boolean
  /** The strategy's own name of it: by that it is told apart from others of the same moment. */
  readonly name?: string | undefined
  readonly reason: Reason
}

/** An open order is one that may still fill. */
export const ORDER_STATUSES = [
  'submitted', // journaled and perhaps sent; the venue has not answered
  'accepted', // the venue has given it an id; for a conditional order: waiting for its trigger
  'triggered',
  'partially-filled',
  'filled',
  'canceled',
  'rejected',
  'expired',
  'never-arrived', // looked up after an unknown outcome and not found (S6)
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/**
 * The one transition table. A status may always repeat itself (venue events come twice). What is not here is an odd event:
 * an event for a finished order is late and ignored when it says nothing new, else the symbol is quarantined (S13).
 */
export const ORDER_TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  submitted: ['accepted', 'triggered', 'partially-filled', 'filled', 'canceled', 'rejected', 'expired', 'never-arrived'],
  accepted: ['triggered', 'partially-filled', 'filled', 'canceled', 'rejected', 'expired'],
  triggered: ['partially-filled', 'filled', 'canceled', 'rejected', 'expired'],
  'partially-filled': ['filled', 'canceled', 'expired'],
  filled: [],
  canceled: ['filled', 'partially-filled'], // a fill that raced the cancel and is reported late: the execution is the truth
  rejected: [],
  expired: ['filled', 'partially-filled'],
  'never-arrived': ['accepted', 'triggered', 'partially-filled', 'filled', 'canceled', 'rejected', 'expired'], // the venue spoke after all
}

export const isOpenStatus = (status: OrderStatus): boolean =>
  status === 'submitted' || status === 'accepted' || status === 'triggered' || status === 'partially-filled'

/** Where an order came from. attached-*: the venue made it from the stop or target of our entry. panic-direct: sent past the trader (S7). */
export const ORDER_ORIGINS = [
  'ours',
  'attached-stop',
  'attached-target',
  'external',
  'panic-direct',
  'liquidation',
  'adl',
  'delivery',
] as const
export type OrderOrigin = (typeof ORDER_ORIGINS)[number]

/** An order as the kernel knows it. Mutable in place by the kernel's fold only: control-plane objects are reused, not copied. */
export interface Order {
  readonly orderId: OrderId
  readonly clientOrderId: string
  venueOrderId: string | undefined
  readonly origin: OrderOrigin
  /** The entry of a target or stop, or the algorithm that it is a child of. */
  readonly parentOrderId: OrderId | undefined
  /** Orders of one group are one or the other: the first that fills takes the others off. */
  readonly group?: OrderId | undefined
  /** What its strategy calls it; absent where it has given no name. */
  readonly name?: string | undefined
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly class: IntentClass
  readonly side: Side
  readonly kind: OrderKind
  /** 0 while a budget is not resolved. */
  lots: Lots
  readonly budget: Cash | undefined
  filled: Lots
  /** Sum of fill notionals, from which the average price follows. */
  filledNotional: Cash
  /** Sum of their fees; an order of an earlier Ballast does not know it. */
  filledFee?: Cash
  limit: Ticks | undefined
  trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly stop: Ticks | undefined
  readonly targets: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly reason: Reason
  /** The mark when it was decided on; undefined where Ballast did not. */
  readonly decidedAt?: Ticks | undefined
  /** Loss if the stop fills at its price; undefined where no stop was planned. */
  readonly plannedLoss: Cash | undefined
  status: OrderStatus
  /** How it ends and with what, from when the venue has reported so until the last execution of it is reported. */
  ending?: { readonly lots: Lots; readonly status: 'filled' | 'canceled' } | undefined
  /** Execution ids that were booked: a fill is booked once. */
  readonly tradeIds: string[]
  /** True from the journaled wish to cancel until the venue's word. */
  cancelRequested: boolean
  readonly submittedTs: Ts
  updatedTs: Ts
  /** The venue's time of the last change of its prices or quantity; absent before the first. */
  amendedTs?: Ts | undefined
  readonly expiresAt: Ts | undefined
}

/** The price that a fill's slippage is measured from: the trigger of a conditional order, the mark of a market order, none of a limit. */
export function decisionPriceOf(order: Pick<Order, 'kind' | 'limit' | 'trigger' | 'decidedAt'>): Ticks | undefined {
  if (order.limit !== undefined) return undefined
  return order.trigger ?? (order.kind === 'market' ? order.decidedAt : undefined)
}

/** An exit that a user, a strategy or the trader sent to make a position smaller: not its stop or target. */
export const isOwnExit = (order: Pick<Order, 'origin' | 'class'>): boolean =>
  order.origin === 'ours' && (order.class === 'reduce' || order.class === 'flatten')

/** A close of a user that waits for its price: it holds up no other exit, and any of them takes it back. */
export const isLimitClose = (order: Pick<Order, 'origin' | 'class' | 'kind' | 'parentOrderId'>): boolean =>
  order.origin === 'ours' && order.class === 'reduce' && order.kind === 'limit' && order.parentOrderId === undefined

/** Whether it sells what no other exit may sell too: where nothing is reduce-only, those of `panic --direct` count as well (spot). */
export const isSpotExit = (order: Pick<Order, 'origin' | 'class'>): boolean => isOwnExit(order) || order.origin === 'panic-direct'

/** A stop that the venue does not hold with the position, and that is an order of Ballast's therefore (spot). */
export const isOwnStop = (order: Pick<Order, 'origin' | 'class' | 'kind'>): boolean =>
  order.origin === 'ours' && order.class === 'protective' && order.kind === 'stop-market'

/** The stop of a position, whoever holds it. */
export const isPositionStop = (order: Pick<Order, 'origin' | 'class' | 'kind'>): boolean =>
  (order.origin === 'attached-stop' && order.kind !== 'trailing-stop') || isOwnStop(order)

/** What may still fill, and what has filled at the venue and was not reported yet. */
export const openLotsOf = (order: Pick<Order, 'lots' | 'filled' | 'ending'>): number => (order.ending?.lots ?? order.lots) - order.filled

/** Fee that was paid (positive) or received (negative), and on which side of the book we stood. */
export interface Fee {
  readonly coin: string
  /** In the settle coin; its worth at the price of the fill where it was paid in coins. */
  readonly amount: Cash
  /** What was paid in the coin that was bought, in millionths of a lot (spot buys); absent where money was paid. */
  readonly lotParts?: number | undefined
  readonly rate: Rate
}
export type Liquidity = 'maker' | 'taker'

const BASE36_PREFIX = 'b1-'

/** `b1-${tag}-${orderId in base 36}`: the id that goes over the wire; the tag (6 chars) belongs to the data directory (S6). */
export const clientOrderIdOf = (tag: string, id: OrderId): string => `${BASE36_PREFIX}${tag}-${id.toString(36)}`

/**
 * A tag of before a restore: numbers below `below` are orders that the records know. The others were given after the backup; the records may
 * give the same numbers to other orders since, under the new tag.
 */
export interface EarlierTag {
  readonly tag: string
  readonly below: number
}

/** Which Ballast sent this id: ours by tag (of now or of before a restore), another Ballast, or somebody else. */
export function ownerOfClientOrderId(
  clientOrderId: string,
  tag: string,
  earlier: readonly EarlierTag[] = [],
): 'ours' | 'another-ballast' | 'external' {
  if (!clientOrderId.startsWith(BASE36_PREFIX)) return 'external'
  const isOf = (each: string): boolean => clientOrderId.startsWith(`${BASE36_PREFIX}${each}-`)
  return isOf(tag) || earlier.some((each) => isOf(each.tag)) ? 'ours' : 'another-ballast'
}

/** The end of the numbers that count under the tag of this id: all under the tag of now, those that the records know under an earlier one. */
export const numbersBelow = (clientOrderId: string, earlier: readonly EarlierTag[]): number =>
  earlier.find(({ tag }) => clientOrderId.startsWith(`${BASE36_PREFIX}${tag}-`))?.below ?? Number.POSITIVE_INFINITY

/** `b1-${tag}-e${wall-clock ms in base 36}-${n}`: an exit of `panic --direct`, which knows no OrderId (S7). */
export const emergencyOrderIdOf = (tag: string, wallMs: number, n: number): string => `${BASE36_PREFIX}${tag}-e${wallMs.toString(36)}-${n}`

export const isEmergencyOrderId = (clientOrderId: string): boolean => /^b1-[a-z0-9]+-e[a-z0-9]+-\d+$/.test(clientOrderId)
