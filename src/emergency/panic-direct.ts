/**
 * `panic --direct`: flattens what Ballast owns with the exchange alone; no database, no trader, no API (S7).
 */
import { type VenueError, errorWords } from '../venue/port/error.ts'
import { emergencyOrderIdOf } from '../trading/order.ts'

import type { PanicAccount, PanicPosition } from '../venue/bybit/read/panic-account.ts'
import type { PanicPlan, PanicScope } from '../venue/bybit/read/panic-plan.ts'
import { FORBIDDEN_RETRY_MS, PanicReadings } from './panic-readings.ts'
import { type SentExit, panicSight } from './panic-sight.ts'
import type { WallClock } from '../system/wall-clock.ts'

export interface PanicDirectPorts {
  readonly account: PanicAccount
  readonly scope: PanicScope
  /** Market time of the last fill that the scope holds; undefined where an operator chose. */
  readonly scopeFillTs: number | undefined
  readonly tag: string
  /** Prefix of our order ids. */
  readonly idPrefixes: readonly string[]
  /** Answers why the record is not on disk; the record has been shown instead by then. */
  readonly record: (record: Readonly<Record<string, unknown>>) => void
  readonly wallClock: WallClock
  readonly say: (text: string) => void
  readonly limitMs: number
}

export interface PanicDirectOutcome {
  readonly isFlat: boolean
  readonly sentence: string
  readonly elapsedMs: number
  readonly ordersSent: number
}

interface Close {
  readonly position: PanicPosition
  readonly quantity: string
}

const ROUND_MS = 250
const SAY_EVERY_MS = 2_000
/** A line that was said is said again only after this long. */
const REPEAT_EVERY_MS = 15_000
/** What is not read by then is done without: with the round that is under way, the closes have left within five seconds. */
const READING_LIMIT_MS = 4_000
/** How the exchange answers a sale that is worth less, or has fewer coins, than it takes an order for. */
const TOO_SMALL = new Set(['170140', '170136'])
/** At once, so that a slow answer of one symbol does not keep the others open; within ten requests a second. */
const AT_ONCE = 5

export async function panicDirect(ports: PanicDirectPorts): Promise<PanicDirectOutcome> {
  const { account, wallClock, scope, idPrefixes } = ports
  const startMs = wallClock.steadyMs()
  const startedAt = wallClock.nowMs()
  const readings = new PanicReadings(ports)
  let ordersSent = 0
  /** Coins that are worth less than the exchange takes an order for. */
  const small = new Map<string, string>()
  const sent: SentExit[] = []
  const canceled = new Map<string, number>()
  const refusals = new Map<string, VenueError>()
  /** When a symbol whose close was refused may be asked again. */
  const dueMs = new Map<string, number>()
  let lastWriteMs = Number.NEGATIVE_INFINITY
  let said = Number.NEGATIVE_INFINITY
  let saidLine = ''
  let last = 'the exchange has not answered'
  const outcome = (isFlat: boolean, sentence: string): PanicDirectOutcome => ({
    isFlat,
    sentence,
    elapsedMs: wallClock.steadyMs() - startMs,
    ordersSent,
  })
  const close = async ({ position, quantity }: Close): Promise<void> => {
    ordersSent += 1
    const clientOrderId = emergencyOrderIdOf(ports.tag, startedAt, ordersSent)
    const { symbol } = position
    const side = position.side === 'Buy' ? 'Sell' : 'Buy'
    ports.record({ type: 'close', clientOrderId, symbol, side, quantity, at: new Date(wallClock.nowMs()).toISOString() })
    const error = await account.close(position, quantity, clientOrderId)
    lastWriteMs = wallClock.steadyMs()
    tellFailure(ports, `close of ${symbol} ${quantity}`, error)
    if (TOO_SMALL.has(error?.code ?? '')) small.set(symbol, quantity)
    if (error === undefined) refusals.delete(symbol)
    else refusals.set(symbol, error)
    if (error?.type === 'retry-after') dueMs.set(symbol, lastWriteMs + Math.min(error.waitMs, FORBIDDEN_RETRY_MS))
    if (error === undefined || error.type === 'unknown-outcome') sent.push({ symbol, side, clientOrderId, quantity, atMs: lastWriteMs })
  }
  const cancel = async ({ symbol, orderId, orderLinkId }: PanicPlan['entries'][number]): Promise<void> => {
    ports.record({ type: 'cancel', symbol, orderId, clientOrderId: orderLinkId, at: new Date(wallClock.nowMs()).toISOString() })
    const error = await account.cancel(symbol, orderId)
    lastWriteMs = wallClock.steadyMs()
    if (error === undefined || error.type === 'gone') canceled.set(orderId, lastWriteMs)
    else tellFailure(ports, `cancel of an order on ${symbol}`, error)
  }
  ports.record({ type: 'panic-direct', at: new Date(startedAt).toISOString(), tag: ports.tag, scope })
  while (wallClock.steadyMs() - startMs < ports.limitMs) {
    await readings.round(sent)
    const isPatient = wallClock.steadyMs() - startMs < READING_LIMIT_MS
    const deeds = { sent, canceled, refusals, lastWriteMs }
    const isSmall = ({ position, quantity }: PanicPlan['closes'][number]): boolean => small.get(position.symbol) === quantity
    const { plan, isFlat, left, auth } = panicSight(readings, scope, idPrefixes, isPatient, deeds, isSmall)
    if (auth !== undefined) return outcome(false, `NOT FLAT: Bybit rejected the API key (${auth.code} ${auth.detail}).`)
    if (isFlat) return outcome(true, await flatSentence(ports, plan, plan.kept))
    last = left === '' ? 'reading the account again' : left
    if ((ordersSent > 0 || !isPatient) && wallClock.steadyMs() - said >= (last === saidLine ? REPEAT_EVERY_MS : SAY_EVERY_MS)) {
      said = wallClock.steadyMs()
      saidLine = last
      ports.say(`NOT FLAT: ${last}, trying again`)
    }
    await inParts(plan.entries, cancel)
    const due = plan.closes.filter(({ position }) => (dueMs.get(position.symbol) ?? Number.NEGATIVE_INFINITY) <= wallClock.steadyMs())
    await inParts(
      due.flatMap(({ position, parts }) => parts.map((quantity) => ({ position, quantity }))),
      close,
    )
    await inParts(plan.leftovers, cancel)
    await wallClock.sleep(ROUND_MS)
  }
  return outcome(false, `NOT FLAT: ${last}. Stops stay at the exchange. Run it again, or close the rest in Bybit’s app.`)
}

/** Each of {@link AT_ONCE} lanes takes the next one as soon as its last is answered: one that hangs holds up one lane. */
async function inParts<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

function tellFailure(ports: PanicDirectPorts, what: string, error: VenueError | undefined): void {
  if (error !== undefined) ports.say(`${what}: ${errorWords(error)}`)
}

async function flatSentence(ports: PanicDirectPorts, plan: Pick<PanicPlan, 'untouched'>, tooSmall: PanicPlan['closes']): Promise<string> {
  const at = new Date(ports.wallClock.nowMs()).toISOString().slice(11, 19)
  const [coins, inverse] = await Promise.all([ports.account.spotCoins(), ports.account.inversePositions()])
  const untouched = [
    ...plan.untouched,
    ...(inverse.ok ? inverse.value : ['inverse contracts (cannot be read)']),
    ...(coins.ok ? coins.value.map(({ coin, amount }) => `spot ${amount} ${coin}`) : ['spot (cannot be read)']),
  ]
  const kept = tooSmall.map(({ position, quantity }) => ` Below the minimum order size: ${position.symbol} ${quantity}.`).join('')
  return `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}.${kept} Not touched: ${untouched.length === 0 ? 'nothing else open' : untouched.join(', ')}.`
}
