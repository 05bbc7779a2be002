/**
 * What the readings of `panic --direct` say together: what to cancel, what to close, what is left, and whether that is flat (S7).
 */
import { type VenueError, errorWords } from '../venue/port/error.ts'
import { isSpotSymbol } from '../market/instrument.ts'

import type { LotRule, PanicFill, PanicOrder, PanicPosition } from '../venue/bybit/read/panic-account.ts'
import { type PanicPlan, type PanicScope, coinPosition, ownedIn, panicPlan, spotSymbolsOf } from '../venue/bybit/read/panic-plan.ts'
import { isForbidden } from '../venue/bybit/stream/trade-way.ts'
import type { PanicReadings, Reading } from './panic-readings.ts'

/** An exit of this panic that was taken, or may have been. */
export interface SentExit {
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  readonly clientOrderId: string
  readonly quantity: string
  /** When its answer came, steady ms. */
  readonly atMs: number
}

export interface PanicDeeds {
  readonly sent: readonly SentExit[]
  /** Order ids that were canceled, with the steady ms of the answer. */
  readonly canceled: ReadonlyMap<string, number>
  /** Why the last close of a symbol was not taken. */
  readonly refusals: ReadonlyMap<string, VenueError>
  /** Steady ms of the last answer to a write. */
  readonly lastWriteMs: number
}

export interface PanicSight {
  readonly plan: PanicPlan & { readonly kept: PanicPlan['closes'] }
  readonly isFlat: boolean
  /** What is left and what cannot be read, in words. */
  readonly left: string
  /** The key is good for nothing: no reading will ever come. */
  readonly auth: VenueError | undefined
}

/** The list of executions may lag behind the position: an exit that was taken counts as filled until a list begun this much later lacks it. */
const FILL_LAG_MS = 3_000

const NO_DEEDS: PanicDeeds = { sent: [], canceled: new Map(), refusals: new Map(), lastWriteMs: Number.NEGATIVE_INFINITY }

/** `isPatient`: readings that have not answered yet may still come; nothing is done without them. */
export function panicSight(
  readings: PanicReadings,
  scope: PanicScope,
  idPrefixes: readonly string[],
  isPatient: boolean,
  deeds: PanicDeeds = NO_DEEDS,
  /** A close that the exchange does not take because it is worth too little. */
  isTooSmall: (close: PanicPlan['closes'][number]) => boolean = () => false,
): PanicSight {
  const { positions, orders, fills, spotOrders } = readings
  const linear = [positions, orders, ...(fills === undefined ? [] : [fills])]
  const refused = linear.every(({ answer, error }) => answer === undefined && error?.type === 'auth')
  const isForbiddenNow = isForbidden(positions.error)
  const isSeen = positions.answer !== undefined
  const areFillsSettled = fills === undefined || fills.answer !== undefined || fills.tries > 0
  const mayAct = !isPatient || (isSeen ? orders.answer !== undefined && areFillsSettled : isForbiddenNow)
  const spot = spotSight(readings, scope, idPrefixes, deeds, isPatient)
  const held = positions.answer?.value ?? writtenDown(scope)
  const exits = exitsOf(
    deeds.sent.filter((exit) => !isSpotSymbol(exit.symbol)),
    fills,
  )
  // Where an operator chose whole positions, what is left of them is what the exchange reports.
  const counted = isSeen && fills === undefined ? [] : exits
  const rules = rulesOf(readings, [...held, ...spot.positions])
  const all = panicPlan(isSeen ? scope : { type: 'owned', positions: ownedIn(scope) }, idPrefixes, {
    positions: [...held, ...spot.positions],
    orders: [...(orders.answer?.value ?? []), ...spot.orders],
    fills: [...(fills?.answer?.value ?? []), ...counted, ...spot.fills],
    rules,
  })
  const whole = { ...all, closes: all.closes.filter((close) => !isTooSmall(close)), kept: all.closes.filter(isTooSmall) }
  const isNew = (symbol: string): boolean => {
    if (!isSeen && !isSpotSymbol(symbol)) return true
    const readMs = (isSpotSymbol(symbol) ? readings.coins.answer?.atMs : positions.answer?.atMs) ?? Number.NEGATIVE_INFINITY
    return deeds.sent.every((exit) => exit.symbol !== symbol || exit.atMs < readMs)
  }
  const isOpen = (order: PanicOrder): boolean => {
    const canceledMs = deeds.canceled.get(order.orderId)
    const readMs = (isSpotSymbol(order.symbol) ? spotOrders : orders).answer?.atMs ?? Number.NEGATIVE_INFINITY
    return canceledMs === undefined || canceledMs < readMs
  }
  const plan = {
    entries: whole.entries.filter(isOpen),
    // What was refused for good where nothing is known of the position is not asked again before it is.
    closes: mayAct
      ? whole.closes.filter(
          ({ position: { symbol } }) =>
            isNew(symbol) && (isSeen || isSpotSymbol(symbol) || deeds.refusals.get(symbol)?.type !== 'invalid-request'),
        )
      : whole.closes.filter(({ position }) => isSpotSymbol(position.symbol) && isNew(position.symbol)),
    // An exit of Ballast's may go only once its position is seen to be gone.
    leftovers: isSeen ? whole.leftovers.filter(isOpen) : [],
    untouched: [...whole.untouched, ...spot.untouched],
    kept: whole.kept,
  }
  const unsettled = [...counted, ...spot.unsettled].filter((exit) => [...held, ...spot.positions].some((p) => p.symbol === exit.symbol))
  const isAfter = (reading: Reading<unknown>): boolean => reading.answer !== undefined && reading.answer.atMs > deeds.lastWriteMs
  // An entry that filled after scope.json was written is known by its execution only.
  const mayBeOurs = fills !== undefined && fills.answer === undefined ? held.filter((p) => !isSpotSymbol(p.symbol)) : []
  const isEmpty = whole.entries.length + whole.closes.length + whole.leftovers.length + unsettled.length === 0
  return {
    plan,
    isFlat: isEmpty && spot.isKnown && mayBeOurs.length === 0 && isAfter(positions) && isAfter(orders),
    left: [
      ...unreadOf(readings),
      ...whole.closes.map(({ position, quantity }) => `${position.symbol} ${quantity} left${whyOf(deeds, position.symbol)}`),
      ...(isSeen ? unsettledText(unsettled, [...held, ...spot.positions], deeds) : unverifiedText(deeds)),
      ...(isEmpty ? mayBeOurs.map((p) => `${p.symbol} ${p.size} may belong to Ballast, its executions cannot be read`) : []),
      ...spot.left,
      ...ordersText([...plan.entries, ...plan.leftovers]),
      ...(orders.answer === undefined ? ['entries may still be open'] : []),
    ].join(', '),
    auth: refused ? positions.error : undefined,
  }
}

/** Perpetuals as they were written down. Coins are not among them: a sale of them is not reduce-only. */
const writtenDown = (scope: PanicScope): PanicPosition[] =>
  ownedIn(scope)
    .filter(({ symbol, size }) => !isSpotSymbol(symbol) && Number(size) > 0)
    .map(({ symbol, side, size }) => ({ symbol, side: side === 'long' ? 'Buy' : 'Sell', size, positionIdx: 0, stopLoss: '' }))

/** Exits that no list has, as executions. */
function exitsOf(sent: readonly SentExit[], fills: Reading<PanicFill[]> | undefined): PanicFill[] {
  const answer = fills?.answer
  return sent
    .filter((exit) => answer?.value.some((fill) => fill.orderLinkId === exit.clientOrderId) !== true)
    .filter((exit) => answer === undefined || answer.atMs < exit.atMs + FILL_LAG_MS)
    .map((exit) => fillOf(exit, exit.quantity))
}

const fillOf = ({ symbol, side, clientOrderId }: SentExit, execQty: string): PanicFill => ({
  symbol,
  side,
  orderLinkId: clientOrderId,
  execQty,
  execTime: '0',
  execType: 'Trade',
})

function rulesOf(readings: PanicReadings, positions: readonly PanicPosition[]): Map<string, LotRule> {
  // Without its rule a perpetual is closed in one order, which fits unless it is very large.
  return new Map(
    positions.flatMap(({ symbol }) => {
      const rule = readings.rule(symbol).answer?.value
      return rule === undefined ? [] : [[symbol, rule] as const]
    }),
  )
}

interface SpotSight {
  readonly positions: readonly PanicPosition[]
  readonly orders: readonly PanicOrder[]
  readonly fills: readonly PanicFill[]
  readonly unsettled: readonly PanicFill[]
  readonly untouched: readonly string[]
  readonly left: readonly string[]
  /** Nothing of spot that may be ours is unknown. */
  readonly isKnown: boolean
}

/** Spot is read even where the scope has none: an entry may have filled after it was written. Only where it has some must it be read. */
function spotSight(
  readings: PanicReadings,
  scope: PanicScope,
  idPrefixes: readonly string[],
  deeds: PanicDeeds,
  isPatient: boolean,
): SpotSight {
  const { spotOrders, spotFills, coins } = readings
  const sent = deeds.sent.filter((exit) => isSpotSymbol(exit.symbol))
  const over = sent.flatMap((exit) => {
    const sold = readings.sold(exit.clientOrderId)
    return sold === undefined ? [] : [fillOf(exit, sold)]
  })
  const listed = (spotFills?.answer?.value ?? []).filter((fill) => !over.some((exit) => exit.orderLinkId === fill.orderLinkId))
  const waiting =
    spotFills === undefined ? [] : exitsOf(sent, spotFills).filter((fill) => !over.some((exit) => exit.orderLinkId === fill.orderLinkId))
  const areFillsKnown = spotFills === undefined || spotFills.answer !== undefined || (sent.length === 0 && spotFills.tries > 0)
  const symbols = readings.spotSymbols
  const positions: PanicPosition[] = []
  const left: string[] = []
  const unknown = new Set<string>()
  for (const symbol of symbols) {
    const rule = readings.rule(symbol)
    const needed: readonly (readonly [string, Reading<unknown> | undefined])[] = [
      ['its orders', spotOrders],
      ['its executions', areFillsKnown ? undefined : spotFills],
      ['the wallet', coins],
      ['its steps', rule],
    ]
    const missing = needed.filter(([, reading]) => reading !== undefined && reading.answer === undefined)
    if (missing.length === 0 && rule.answer !== undefined && coins.answer !== undefined) {
      const position = coinPosition(symbol, rule.answer.value, coins.answer.value)
      if (position !== undefined) positions.push(position)
      continue
    }
    unknown.add(symbol)
    const size = ownedIn(scope).find((own) => own.symbol === symbol)?.size
    const what = missing.map(([name, reading]) => `${name} cannot be read${errorText(reading?.error)}`).join(', ')
    left.push(`${symbol}${size === undefined ? '' : ` ${size}`} left (${what})`)
  }
  const isRead = spotOrders.answer !== undefined && (spotFills === undefined || spotFills.answer !== undefined)
  const isNeeded = spotSymbolsOf(scope, idPrefixes, []).length > 0
  const haveAnswered = spotOrders.tries > 0 && (spotFills === undefined || spotFills.tries > 0)
  const isFresh =
    (symbols.length === 0 ||
      (coins.answer?.atMs ?? Number.NEGATIVE_INFINITY) > Math.max(Number.NEGATIVE_INFINITY, ...sent.map((e) => e.atMs))) &&
    (spotOrders.answer === undefined || spotOrders.answer.atMs > deeds.lastWriteMs || spotOrders.error !== undefined)
  return {
    positions,
    // Coins that cannot be sold now keep the stop that they have.
    orders: (spotOrders.answer?.value ?? []).filter((order) => !(order.side === 'Sell' && unknown.has(order.symbol))),
    fills: [...listed, ...over, ...waiting],
    unsettled: waiting,
    untouched: isRead ? [] : ['orders of spot (cannot be read)'],
    left,
    isKnown: unknown.size === 0 && isFresh && (haveAnswered || !isPatient) && (isRead || !isNeeded || areFillsKnown),
  }
}

const errorText = (error: VenueError | undefined): string => (error === undefined ? '' : ` (${errorWords(error)})`)

/** Why nothing, or not all, can be read of the perpetuals. */
function unreadOf({ positions, orders, fills }: PanicReadings): string[] {
  if (isForbidden(positions.error) && positions.answer === undefined)
    return [`Bybit refuses this address (${positions.error.code}), so nothing can be read`]
  const named = [
    ['positions', positions] as const,
    ['orders', orders] as const,
    ...(fills === undefined ? [] : [['executions', fills] as const]),
  ]
  if (named.every(([, { answer }]) => answer === undefined))
    return [`the exchange does not answer${errorText(positions.error ?? orders.error)}`]
  return named
    .filter(([, { answer, error }]) => error !== undefined || answer === undefined)
    .map(([name, { answer, error }]) => `${name} cannot be read${answer === undefined ? '' : ' any more'}${errorText(error)}`)
}

const whyOf = ({ refusals }: PanicDeeds, symbol: string): string => errorText(refusals.get(symbol))

function unsettledText(unsettled: readonly PanicFill[], held: readonly PanicPosition[], deeds: PanicDeeds): string[] {
  return [...new Set(unsettled.map(({ symbol }) => symbol))].map((symbol) => {
    const sent = unsettled.filter((fill) => fill.symbol === symbol)
    const size = held.find((p) => p.symbol === symbol)?.size ?? ''
    const [only] = sent
    const quantity = sent.length === 1 && only !== undefined && Number(only.execQty) < Number(size) ? only.execQty : size
    const why = deeds.refusals.get(symbol)
    return why === undefined
      ? `${symbol} ${quantity} left, its close is being filled`
      : `${symbol} ${quantity} left${errorText(why)}, and it is unknown if its close was accepted`
  })
}

/** Each symbol and quantity once, in one order, however often its close was sent and whichever was answered first. */
function unverifiedText({ sent }: PanicDeeds): string[] {
  const times = new Map<string, number>()
  for (const { symbol, quantity } of sent) {
    if (isSpotSymbol(symbol)) continue
    const what = `close of ${symbol} ${quantity} sent`
    times.set(what, (times.get(what) ?? 0) + 1)
  }
  return [...times].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, n]) => `${what}${n === 1 ? '' : ` ${n} times`} and not verified`)
}

const ordersText = (orders: readonly PanicOrder[]): string[] =>
  orders.length === 0 ? [] : [`${orders.length} ${orders.length === 1 ? 'order' : 'orders'} left`]
