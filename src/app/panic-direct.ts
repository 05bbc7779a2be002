/**
 * `panic --direct`: flattens what Ballast owns with the exchange alone; no database, no trader, no API (S7).
 * Never waits for a disk, never stops at a failed call, and never calls flat what the exchange has not just said is flat.
 */
import { emergencyOrderIdOf } from '../trading/order.ts'
import type { VenueError } from '../venue/bybit/error.ts'
import type { LotRule, PanicAccount, PanicFill } from '../venue/bybit/panic-account.ts'
import { type PanicPlan, type PanicScope, panicPlan } from '../venue/bybit/panic-plan.ts'
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

const ROUND_MS = 250
const SAY_EVERY_MS = 2_000
/** The list of executions may lag behind the position: an exit that was taken counts as filled for this long. */
const FILL_LAG_MS = 3_000
/** At once, so that a slow answer of one symbol does not keep the others open; within ten requests a second. */
const AT_ONCE = 5

export async function panicDirect(ports: PanicDirectPorts): Promise<PanicDirectOutcome> {
  const { account, wall, scope } = ports
  const startMs = wall.steadyMs()
  const startedAt = wall.nowMs()
  const rules = new Map<string, LotRule>()
  let ordersSent = 0
  const sent = new Map<string, PanicFill & { readonly atMs: number }>()
  let said = Number.NEGATIVE_INFINITY
  let last = 'the exchange has not answered'
  const outcome = (isFlat: boolean, sentence: string): PanicDirectOutcome => ({
    isFlat,
    sentence,
    elapsedMs: wall.steadyMs() - startMs,
    ordersSent,
  })
  ports.record({ type: 'panic-direct', at: new Date(startedAt).toISOString(), tag: ports.tag, scope })
  while (wall.steadyMs() - startMs < ports.limitMs) {
    const lagging = [...sent.values()].filter((fill) => wall.steadyMs() - fill.atMs < FILL_LAG_MS)
    const plan = await look(ports, rules, lagging, ordersSent === 0)
    if ('type' in plan) {
      if (plan.type === 'auth') return outcome(false, `NOT FLAT: Bybit does not accept the key (${plan.code} ${plan.detail}).`)
      last = `the exchange does not answer (${plan.code} ${plan.detail})`
    } else {
      const isEmpty = plan.entries.length + plan.closes.length + plan.leftovers.length === 0
      if (isEmpty && plan.isSettled) return outcome(true, await flatSentence(ports, plan))
      last = isEmpty ? 'exits are being filled' : leftOf(plan)
      if (ordersSent > 0 && wall.steadyMs() - said >= SAY_EVERY_MS) {
        said = wall.steadyMs()
        ports.say(`NOT FLAT: ${last}, trying again`)
      }
      await cancelAll(ports, plan.entries)
      const sends = plan.closes.flatMap(({ position, parts }) => parts.map((quantity) => ({ position, quantity })))
      await inParts(sends, async ({ position, quantity }) => {
        ordersSent += 1
        const clientOrderId = emergencyOrderIdOf(ports.tag, startedAt, ordersSent)
        const side = position.side === 'Buy' ? 'Sell' : 'Buy'
        ports.record({ type: 'close', clientOrderId, symbol: position.symbol, side, quantity, at: new Date(wall.nowMs()).toISOString() })
        const error = await account.close(position, quantity, clientOrderId)
        tellFailure(ports, `close of ${position.symbol} ${quantity}`, error)
        if (error !== undefined && error.type !== 'unknown-outcome') return
        const { symbol } = position
        const atMs = wall.steadyMs()
        sent.set(clientOrderId, { symbol, side, orderLinkId: clientOrderId, execQty: quantity, execTime: '0', execType: 'Trade', atMs })
      })
      await cancelAll(ports, plan.leftovers)
    }
    await wall.sleep(ROUND_MS)
  }
  return outcome(false, `NOT FLAT: ${last}. Stops stand at the exchange. Run it again, or close it in Bybit’s app.`)
}

/** One reading of the account, and what is to be done about it. */
export async function look(
  ports: Pick<PanicDirectPorts, 'account' | 'scope' | 'scopeFillTs' | 'idPrefix' | 'say'>,
  rules: Map<string, LotRule>,
  lagging: readonly PanicFill[] = [],
  canMissFills = false,
): Promise<(PanicPlan & { readonly isSettled: boolean }) | VenueError> {
  const { account, scope, scopeFillTs } = ports
  const [positions, orders, fills] = await Promise.all([
    account.positions(),
    account.openOrders(),
    scopeFillTs === undefined ? undefined : account.fillsSince(scopeFillTs),
  ])
  if (!positions.ok) return positions.error
  if (!orders.ok) return orders.error
  for (const { symbol } of positions.value) {
    if (rules.has(symbol)) continue
    const rule = await account.lotRule(symbol)
    // Without it a position is closed in one order, which fits unless it is very large.
    if (rule.ok) rules.set(symbol, rule.value)
  }
  // What this panic has closed is among the fills: without them a second close could take what is not ours.
  if (fills?.ok === false && !canMissFills) return fills.error
  if (fills?.ok === false) ports.say(`fills after the last position change cannot be read (${fills.error.detail}): going by scope.json`)
  const known = fills?.ok === true ? fills.value : []
  const unseen = scopeFillTs === undefined ? [] : lagging.filter((l) => !known.some((f) => f.orderLinkId === l.orderLinkId))
  const plan = panicPlan(scope, ports.idPrefix, { positions: positions.value, orders: orders.value, fills: [...known, ...unseen], rules })
  return { ...plan, isSettled: !unseen.some((fill) => positions.value.some((p) => p.symbol === fill.symbol)) }
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

async function flatSentence(ports: PanicDirectPorts, plan: PanicPlan): Promise<string> {
  const at = new Date(ports.wall.nowMs()).toISOString().slice(11, 19)
  const coins = await ports.account.spotCoins()
  const untouched = [
    ...plan.untouched,
    ...(coins.ok ? coins.value.map(({ coin, amount }) => `spot ${amount} ${coin}`) : ['spot (cannot be read)']),
  ]
  return `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}. Not touched: ${untouched.length === 0 ? 'nothing else is there' : untouched.join(', ')}.`
}
