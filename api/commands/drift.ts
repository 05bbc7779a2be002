/**
 * What an asker saw of a market, and what of it is no longer so when the card is answered (S3).
 */
import { z } from 'zod'
import { absolute, compare, divide, multiply, signOf, subtract } from '../amount.ts'
import type { Reads } from '../ports/ports.ts'
import { price, signed } from './words/format.ts'

const Sight = z.object({
  symbol: z.string(),
  /** Signed, Ballast's own. */
  position: z.string(),
  /** Signed, what others hold in the symbol. */
  external: z.string(),
  /** The mark; 0 where there was none. */
  price: z.string(),
  /** Ids of our open orders in it: for the record, they may come and go. */
  orders: z.array(z.number()),
})
/** A market as the asker saw it. */
export type Sight = z.infer<typeof Sight>

/** What a confirmation keeps: what to do, and what was seen when it was asked. */
export const Snapshot = z.object({
  todo: z.record(z.string(), z.unknown()),
  seen: z.array(Sight),
  /** Whether it may lose more money than doing nothing. */
  addsRisk: z.boolean(),
  /** Set where it takes the yes of somebody else: what the asker is called. */
  secondTo: z.string().optional(),
  /** What its buttons say. */
  labels: z.object({ yes: z.string(), no: z.string() }).optional(),
})

export interface Change {
  readonly symbol: string
  /** side: long became short. position: its size is another. */
  readonly what: 'side' | 'position' | 'price'
  readonly from: string
  readonly to: string
  /** How far the price went, signed; null where it is not about a price. */
  readonly driftBps: number | null
}

const ORDERS_MAX = 500

export async function sightOf(reads: Reads, symbols: readonly string[]): Promise<Sight[]> {
  if (symbols.length === 0) return []
  const [positions, orders] = await Promise.all([reads.positions(true), reads.orders({ limit: ORDERS_MAX, isOpen: true })])
  return symbols.map((symbol) => {
    const row = positions.find((position) => position.symbol === symbol)
    return {
      symbol,
      position: row?.quantity ?? '0',
      external: row?.externalQuantity ?? '0',
      price: row?.markPrice ?? '0',
      orders: orders.filter((order) => order.symbol === symbol && order.origin === 'ours').map((order) => order.orderId),
    }
  })
}

/**
 * What must be asked again. For what adds risk that is any other position, and a price that went farther than `maxDriftBps`;
 * for what reduces risk only a position that turned: confirmation slows risk, never safety.
 */
export function changesSince(seen: readonly Sight[], now: readonly Sight[], addsRisk: boolean, maxDriftBps: number): Change[] {
  const changes: Change[] = []
  for (const before of seen) {
    const after = now.find(({ symbol }) => symbol === before.symbol)
    if (after === undefined) continue
    const { symbol } = before
    const positions = [
      [before.position, after.position],
      [before.external, after.external],
    ] as const
    for (const [from, to] of positions) {
      const hasTurned = signOf(from) * signOf(to) < 0
      if (hasTurned) changes.push({ symbol, what: 'side', from, to, driftBps: null })
      else if (addsRisk && compare(from, to) !== 0) changes.push({ symbol, what: 'position', from, to, driftBps: null })
    }
    const move = subtract(after.price, before.price)
    if (!addsRisk || signOf(before.price) <= 0 || signOf(after.price) <= 0) continue
    if (compare(multiply(absolute(move), '10000'), multiply(before.price, String(maxDriftBps))) <= 0) continue
    const driftBps = Number(divide(multiply(move, '10000'), before.price, 1))
    changes.push({ symbol, what: 'price', from: before.price, to: after.price, driftBps })
  }
  return changes
}

const held = (quantity: string): string =>
  signOf(quantity) === 0 ? 'flat' : `${signOf(quantity) > 0 ? 'long' : 'short'} ${absolute(quantity)}`

const wordsOf = ({ what, from, to, driftBps }: Change): string => {
  if (what === 'price') return `price moved ${signed(String((driftBps ?? 0) / 100), 1)} % since you asked: ${price(from)} → ${price(to)}`
  return what === 'side'
    ? `the position changed side since you asked: ${held(from)} → ${held(to)}`
    : `the position changed since you asked: ${held(from)} → ${held(to)}`
}

/** `BTCUSDT: price moved +0.7 % since you asked: 64,210 → 64,660.` */
export const changeSentence = (changes: readonly Change[]): string =>
  changes.map((change) => `${change.symbol}: ${wordsOf(change)}.`).join(' ')
