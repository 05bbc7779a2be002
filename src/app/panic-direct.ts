/**
 * `panic --direct`: flattens what Ballast owns with the exchange alone; no database, no trader, no API (S7).
 * Never waits for a disk, never stops at a failed call, and never calls flat what the exchange has not just said is flat.
 */
import { isSpotSymbol } from '../market/instrument.ts'
import { emergencyOrderIdOf } from '../trading/order.ts'
import type { VenueError } from '../venue/bybit/error.ts'
import type { LotRule, PanicAccount, PanicFill, PanicOrder, PanicPosition } from '../venue/bybit/panic-account.ts'
import { isForbidden } from '../venue/bybit/trade-way.ts'
import { type PanicPlan, type PanicScope, coinPosition, panicPlan, spotSymbolsOf } from '../venue/bybit/panic-plan.ts'
import type { Wall } from './wall.ts'

export interface PanicDirectPorts {
  readonly account: PanicAccount
  readonly scope: PanicScope
  /** Market time of the last fill that the scope holds; undefined where a person chose. */
  readonly scopeFillTs: number | undefined
  readonly tag: string
  /** Prefix of our order ids. */
  readonly idPrefix: string
  /** Answers why the record is not on disk; the record has been shown instead by then. */
  readonly record: (record: Readonly<Record<string, unknown>>) => void
  readonly wall: Wall
  readonly say: (text: string) => void
  readonly limitMs: number
}

export interface PanicDirectOutcome {
  readonly isFlat: boolean
  readonly sentence: string
  readonly elapsedMs: number
  readonly ordersSent: number
}

/** An exit of this panic, taken for filled until its executions are listed; of spot the order itself says what it has sold. */
interface SentExit extends PanicFill {
  readonly isOver: boolean
}

interface Close {
  readonly position: PanicPosition
  readonly quantity: string
}

const ROUND_MS = 250
/** Between tries while Bybit answers 403. */
const FORBIDDEN_ROUND_MS = 5_000
const SAY_EVERY_MS = 2_000
/** The list of executions may lag behind the position: an exit that was taken counts as filled for this long. */
const FILL_LAG_MS = 3_000
/** How the exchange answers a sale that is worth less, or has fewer coins, than it takes an order for. */
const TOO_SMALL = new Set(['170140', '170136'])
/** At once, so that a slow answer of one symbol does not keep the others open; within ten requests a second. */
const AT_ONCE = 5

export async function panicDirect(ports: PanicDirectPorts): Promise<PanicDirectOutcome> {
  const { account, wall, scope } = ports
  const startMs = wall.steadyMs()
  const startedAt = wall.nowMs()
  const rules = new Map<string, LotRule>()
  let ordersSent = 0
  /** Coins that are worth less than the exchange takes an order for. */
  const small = new Map<string, string>()
  const sent = new Map<string, SentExit & { readonly atMs: number }>()
  let said = Number.NEGATIVE_INFINITY
  let last = 'the exchange has not answered'
  const outcome = (isFlat: boolean, sentence: string): PanicDirectOutcome => ({
    isFlat,
    sentence,
    elapsedMs: wall.steadyMs() - startMs,
    ordersSent,
  })
  const closeAll = (sends: readonly Close[]): Promise<void> =>
    inParts(sends, async ({ position, quantity }) => {
      ordersSent += 1
      const clientOrderId = emergencyOrderIdOf(ports.tag, startedAt, ordersSent)
      const side = position.side === 'Buy' ? 'Sell' : 'Buy'
      ports.record({ type: 'close', clientOrderId, symbol: position.symbol, side, quantity, at: new Date(wall.nowMs()).toISOString() })
      const error = await account.close(position, quantity, clientOrderId)
      tellFailure(ports, `close of ${position.symbol} ${quantity}`, error)
      if (TOO_SMALL.has(error?.code ?? '')) small.set(position.symbol, quantity)
      if (error !== undefined && error.type !== 'unknown-outcome') return
      const { symbol } = position
      const atMs = wall.steadyMs()
      const fill = { symbol, side, orderLinkId: clientOrderId, execQty: quantity, execTime: '0', execType: 'Trade' }
      sent.set(clientOrderId, { ...fill, atMs, isOver: false })
    })
  ports.record({ type: 'panic-direct', at: new Date(startedAt).toISOString(), tag: ports.tag, scope })
  while (wall.steadyMs() - startMs < ports.limitMs) {
    await inParts([...sent.values()], async (exit) => {
      if (exit.isOver || !isSpotSymbol(exit.symbol)) return
      const sold = await account.soldBy(exit.symbol, exit.orderLinkId)
      if (sold !== undefined) sent.set(exit.orderLinkId, { ...exit, execQty: sold, isOver: true })
    })
    const lagging = [...sent.values()].filter((exit) => exit.isOver || wall.steadyMs() - exit.atMs < FILL_LAG_MS)
    const seen = await look(ports, rules, lagging, ordersSent === 0)
    const isSmall = ({ position, quantity }: PanicPlan['closes'][number]): boolean => small.get(position.symbol) === quantity
    const plan = 'type' in seen ? seen : { ...seen, closes: seen.closes.filter((c) => !isSmall(c)), kept: seen.closes.filter(isSmall) }
    if ('type' in plan) {
      if (plan.type === 'auth') return outcome(false, `NOT FLAT: Bybit does not accept the key (${plan.code} ${plan.detail}).`)
      last = `the exchange does not answer (${plan.code} ${plan.detail})`
      if (isForbidden(plan)) {
        // Bybit keeps this address out of HTTP, and counts each try. Reduce-only, an exit by what was written down cannot open anything.
        await closeAll(unseenCloses(scope).filter(({ position }) => ![...sent.values()].some((exit) => exit.symbol === position.symbol)))
        last = unseenSentence(plan.code, sent.size)
        ports.say(`NOT FLAT: ${last}`)
        await wall.sleep(Math.max(0, Math.min(FORBIDDEN_ROUND_MS, startMs + ports.limitMs - wall.steadyMs())))
      }
    } else {
      const isEmpty = plan.entries.length + plan.closes.length + plan.leftovers.length === 0
      if (isEmpty && plan.isSettled) return outcome(true, await flatSentence(ports, plan, plan.kept))
      last = isEmpty ? 'exits are being filled' : leftOf(plan)
      if (ordersSent > 0 && wall.steadyMs() - said >= SAY_EVERY_MS) {
        said = wall.steadyMs()
        ports.say(`NOT FLAT: ${last}, trying again`)
      }
      await cancelAll(ports, plan.entries)
      const sends = plan.closes.flatMap(({ position, parts }) => parts.map((quantity) => ({ position, quantity })))
      await closeAll(sends)
      await cancelAll(ports, plan.leftovers)
    }
    await wall.sleep(ROUND_MS)
  }
  return outcome(false, `NOT FLAT: ${last}. Stops stand at the exchange. Run it again, or close it in Bybit’s app.`)
}

/** What is written down as ours, where nothing can be read. Coins are not among it: a sale of them is not reduce-only. */
function unseenCloses(scope: PanicScope): readonly Close[] {
  if (scope.type === 'chosen') return []
  return scope.positions
    .filter(({ symbol, size }) => !isSpotSymbol(symbol) && Number(size) > 0)
    .map(({ symbol, side, size }) => ({
      position: { symbol, side: side === 'long' ? 'Buy' : 'Sell', size, positionIdx: 0, stopLoss: '' },
      quantity: size,
    }))
}

const unseenSentence = (code: string, taken: number): string =>
  `Bybit refuses this address (${code}), so nothing can be read; ${taken === 0 ? 'no exit was taken' : `${taken === 1 ? 'one exit was' : `${taken} exits were`} taken over the trade WebSocket, entries may stand`}`

/** One reading of the account, and what is to be done about it. */
export async function look(
  ports: Pick<PanicDirectPorts, 'account' | 'scope' | 'scopeFillTs' | 'idPrefix' | 'say'>,
  rules: Map<string, LotRule>,
  lagging: readonly SentExit[] = [],
  canMissFills = false,
): Promise<(PanicPlan & { readonly isSettled: boolean }) | VenueError> {
  const { account, scope, scopeFillTs } = ports
  const [positions, orders, fills, spot] = await Promise.all([
    account.positions(),
    account.openOrders(),
    scopeFillTs === undefined ? undefined : account.fillsSince(scopeFillTs),
    lookAtSpot(ports, rules, canMissFills),
  ])
  if (!positions.ok) return positions.error
  if (!orders.ok) return orders.error
  if ('type' in spot) return spot
  for (const { symbol } of positions.value) {
    if (rules.has(symbol)) continue
    const rule = await account.lotRule(symbol)
    // Without it a position is closed in one order, which fits unless it is very large.
    if (rule.ok) rules.set(symbol, rule.value)
  }
  // What this panic has closed is among the fills: without them a second close could take what is not ours.
  if (fills?.ok === false && !canMissFills) return fills.error
  if (fills?.ok === false) ports.say(`fills after the last position change cannot be read (${fills.error.detail}): going by scope.json`)
  const sent = scopeFillTs === undefined ? [] : lagging
  const over = sent.filter((exit) => exit.isOver)
  const listed = [...(fills?.ok === true ? fills.value : []), ...spot.fills]
  const known = [...listed.filter((f) => !over.some((exit) => exit.orderLinkId === f.orderLinkId)), ...over]
  const unseen = sent.filter((exit) => !known.some((f) => f.orderLinkId === exit.orderLinkId))
  const held = [...positions.value, ...spot.positions]
  const view = { positions: held, orders: [...orders.value, ...spot.orders], fills: [...known, ...unseen], rules }
  const plan = panicPlan(scope, ports.idPrefix, view)
  return {
    ...plan,
    untouched: [...plan.untouched, ...(spot.isRead ? [] : ['orders of spot (cannot be read)'])],
    isSettled: !unseen.some((fill) => held.some((p) => p.symbol === fill.symbol)),
  }
}

interface SpotView {
  readonly positions: readonly PanicPosition[]
  readonly orders: readonly PanicOrder[]
  readonly fills: readonly PanicFill[]
  readonly isRead: boolean
}

/** Spot is read even where the scope has none: an entry may have filled after it was written. Only where it has some must it be read. */
async function lookAtSpot(
  { account, scope, scopeFillTs, idPrefix, say }: Pick<PanicDirectPorts, 'account' | 'scope' | 'scopeFillTs' | 'idPrefix' | 'say'>,
  rules: Map<string, LotRule>,
  canMissFills: boolean,
): Promise<SpotView | VenueError> {
  const isNeeded = spotSymbolsOf(scope, idPrefix, []).length > 0
  const none: SpotView = { positions: [], orders: [], fills: [], isRead: false }
  const [orders, fills] = await Promise.all([
    account.openSpotOrders(),
    scopeFillTs === undefined ? undefined : account.fillsSince(scopeFillTs, 'spot'),
  ])
  if (!orders.ok) return isNeeded ? orders.error : none
  if (fills?.ok === false && isNeeded && !canMissFills) return fills.error
  if (fills?.ok === false && isNeeded) say(`fills of spot cannot be read (${fills.error.detail}): going by scope.json`)
  const known = fills?.ok === true ? fills.value : []
  const symbols = spotSymbolsOf(scope, idPrefix, known)
  const view = { orders: orders.value, fills: known, isRead: fills?.ok !== false }
  if (symbols.length === 0) return { ...view, positions: [] }
  const coins = await account.spotCoins()
  if (!coins.ok) return coins.error
  const positions: PanicPosition[] = []
  for (const symbol of symbols) {
    const rule = rules.has(symbol) ? undefined : await account.lotRule(symbol)
    if (rule?.ok === true) rules.set(symbol, rule.value)
    // Without its steps no quantity of it is taken.
    if (rule?.ok === false) return rule.error
    const position = coinPosition(symbol, rules.get(symbol) as LotRule, coins.value)
    if (position !== undefined) positions.push(position)
  }
  return { ...view, positions }
}

async function cancelAll(ports: PanicDirectPorts, orders: PanicPlan['entries']): Promise<void> {
  await inParts(orders, async ({ symbol, orderId, orderLinkId }) => {
    ports.record({ type: 'cancel', symbol, orderId, clientOrderId: orderLinkId, at: new Date(ports.wall.nowMs()).toISOString() })
    const error = await ports.account.cancel(symbol, orderId)
    if (error?.type !== 'gone') tellFailure(ports, `cancel of an order on ${symbol}`, error)
  })
}

async function inParts<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) await Promise.all(items.slice(at, at + AT_ONCE).map(run))
}

function tellFailure(ports: PanicDirectPorts, what: string, error: VenueError | undefined): void {
  if (error !== undefined) ports.say(`${what}: ${error.code} ${error.detail}`)
}

function leftOf(plan: PanicPlan): string {
  const orders = plan.entries.length + plan.leftovers.length
  return [
    ...plan.closes.map(({ position, quantity }) => `${position.symbol} ${quantity} left`),
    ...(orders > 0 ? [`${orders} ${orders === 1 ? 'order' : 'orders'} left`] : []),
  ].join(', ')
}

async function flatSentence(ports: PanicDirectPorts, plan: PanicPlan, tooSmall: PanicPlan['closes']): Promise<string> {
  const at = new Date(ports.wall.nowMs()).toISOString().slice(11, 19)
  const coins = await ports.account.spotCoins()
  const untouched = [
    ...plan.untouched,
    ...(coins.ok ? coins.value.map(({ coin, amount }) => `spot ${amount} ${coin}`) : ['spot (cannot be read)']),
  ]
  const kept = tooSmall.map(({ position, quantity }) => ` Too little to be sold: ${position.symbol} ${quantity}.`).join('')
  return `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}.${kept} Not touched: ${untouched.length === 0 ? 'nothing else is there' : untouched.join(', ')}.`
}
