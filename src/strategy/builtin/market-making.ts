/**
 * market-making: quotes on both sides of a price that leans against what is held (Avellaneda and Stoikov 2008), renewed at each close.
 * All distances are in basis points of the close: reservation = close - q gamma sigma² T, half spread = (gamma sigma² T + (2 / gamma) ln(1 + gamma / kappa)) / 2,
 * with q in orders held, sigma² the variance of returns per bar and T the horizon in bars.
 */
import { z } from 'zod'
import { type Side, type Ticks, ticks } from '../../core/units.ts'
import { type Window, isWindowFull, makeWindow, pushWindow, windowDeviation, windowMean } from '../../indicators/window.ts'
import { priceFloat } from '../../market/instrument.ts'
import type { Reason } from '../../trading/order.ts'
import type { OwnOrder } from '../own-orders.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { limitAt, rounded, stopAt } from './entry-prices.ts'
import { type PerMarket, cancelEntries, refuseSpot, stateOf } from './per-market.ts'

const params = z.strictObject({
  window: z.coerce.number().int().min(5).max(5000).default(48).describe('bars of the variance'),
  gamma: z.coerce.number().positive().max(1).default(0.01).describe('aversion to risk, per basis point'),
  kappa: z.coerce.number().positive().max(10).default(0.1).describe('how fast fills become rarer with distance, per basis point'),
  horizon: z.coerce.number().positive().max(1000).default(1).describe('bars over which what is held is a risk'),
  minHalfBps: z.coerce
    .number()
    .min(0)
    .max(1000)
    .default(5)
    .describe('least distance of a quote from the reservation price in basis points'),
  maxOrders: z.coerce.number().int().min(1).max(20).default(4).describe('orders held at most on one side'),
  stop: z.coerce.number().min(0.05).max(50).default(1.5).describe('stop from the first quote in %'),
  maxBars: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(96)
    .describe('bars after which what is held is closed at market, 0 for never'),
})
type Params = z.infer<typeof params>

interface Book {
  /** Returns in basis points. */
  readonly returns: Window
  close: number
  /** Lots held after the last fill that was heard of, signed, and how many quotes made them up. */
  lots: number
  orders: number
  /** Name of the quote that filled last: it counts once, however many fills it has. */
  filled: string
  /** Counts quotes, so that names are new ones. */
  round: number
}

interface State extends Params {
  readonly books: PerMarket<Book>
}

const makeBook = (window: number): Book => ({ returns: makeWindow(window), close: 0, lots: 0, orders: 0, filled: '', round: 0 })

export const marketMaking = defineStrategy<Params, State>({
  contract: 2,
  name: 'market-making',
  version: 1,
  summary: 'Quotes both sides around a price that leans against what is held (Avellaneda-Stoikov), one stop.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => p.window + 1,
  init: (p) => ({ ...p, books: {} }),
  onFill(_, { market, name, type, side, lots }, state) {
    const book = stateOf(state.books, market, () => makeBook(state.window))
    book.lots += side * lots
    if (book.lots === 0) book.orders = 0
    else if (type === 'entry' && name !== undefined && name !== book.filled) book.orders += 1
    book.filled = name ?? ''
  },
  onBar({ markets }, state) {
    for (const market of markets) {
      if (!market.hasClosed()) continue
      refuseSpot('market-making', market)
      const book = stateOf(state.books, market.name, () => makeBook(state.window))
      const close = market.bars.close(0)
      if (book.close > 0) pushWindow(book.returns, (close / book.close - 1) * 1e4)
      book.close = close
      // What was filled before this state began is one order.
      if (market.position !== book.lots) {
        book.lots = market.position
        book.orders = Math.sign(Math.abs(book.lots))
      }
      if (isWindowFull(book.returns)) quote(market, book, state)
    }
  },
})

/** Moves the quotes that are open and places those that are not; on the side that takes risk off it is an exit. */
function quote(market: Market, book: Book, params: Params): void {
  const { instrument, bars, position, orders, trade, cancel, exit } = market
  const isTooLong = trade !== undefined && params.maxBars > 0 && trade.bars >= params.maxBars
  for (const { name, type, isEnding } of orders) if (!isEnding && (type === 'exit' || isTooLong)) cancel(name)
  if (isTooLong) {
    exit({ reason: { rule: 'held long enough', values: { bars: trade.bars } } })
    return
  }
  const close = bars.close(0)
  const held = Math.sign(position) * book.orders
  const { shiftBps, halfBps, sigmaBps } = spreadOf(book.returns, held, params)
  const values = {
    close: priceFloat(instrument, close),
    reservation: priceFloat(instrument, close * (1 + shiftBps / 1e4)),
    halfSpreadBps: rounded(halfBps, 2),
    sigmaBps: rounded(sigmaBps, 2),
    ordersHeld: held,
  }
  // Never at the close or through it: that would be no quote.
  const priceAt = (side: Side): Ticks => {
    const price = limitAt(close * (1 + (shiftBps - side * halfBps) / 1e4), side)
    return side === 1 ? ticks(Math.max(1, Math.min(price, close - 1))) : ticks(Math.max(price, close + 1))
  }
  book.round += 1
  if (position !== 0) {
    const side = position > 0 ? -1 : 1
    exit({ name: `out-${book.round}`, limit: priceAt(side), reason: { rule: 'quote that takes risk off', values } })
  }
  // Stops of quotes do not move with them: those that have come too near or too far begin anew at the next close.
  const isOff = (order: OwnOrder): boolean => {
    if (order.type !== 'entry' || order.stop === undefined || position !== 0) return false
    const percent = ((priceAt(order.side) - order.stop) * order.side * 100) / priceAt(order.side)
    return percent < params.stop / 2 || percent > params.stop * 2
  }
  if (orders.some(isOff)) cancelEntries(market)
  else for (const side of [1, -1] as const) place(market, book, side, priceAt(side), values, params)
}

function place(market: Market, { round, orders: count }: Book, side: Side, limit: Ticks, values: Reason['values'], params: Params): void {
  const { position, trade, orders, enter, change, cancel } = market
  const mayAdd = position === 0 || (position * side > 0 && count < params.maxOrders)
  const open = orders.find((order) => order.type === 'entry' && order.side === side && !order.isEnding)
  // What is held keeps its stop, and what is added has the same.
  const stop = trade?.stop ?? stopAt(limit, side, (limit * params.stop) / 100)
  if (!mayAdd || (limit - stop) * side <= 0) {
    if (open !== undefined) cancel(open.name)
    return
  }
  if (open !== undefined) {
    if (open.limit !== limit) change(open.name, { limit })
    return
  }
  const other = orders.find((order) => order.type === 'entry' && order.side !== side)
  // One that is on its way out would stand against it.
  if (other?.isEnding === true) return
  const pairedWith = other?.name ?? `bid-${round}`
  const pair = position === 0 && (side === -1 || other !== undefined) ? { pairedWith } : {}
  const name = `${side === 1 ? 'bid' : 'ask'}-${round}`
  enter({ name, side, limit, stop, strength: 1 / params.maxOrders, postOnly: true, ...pair, reason: { rule: 'quote', values } })
}

function spreadOf(returns: Window, held: number, { gamma, kappa, horizon, minHalfBps }: Params) {
  const sigmaBps = windowDeviation(returns, windowMean(returns))
  const risk = gamma * sigmaBps * sigmaBps * horizon
  const halfBps = Math.max(minHalfBps, (risk + (2 / gamma) * Math.log(1 + gamma / kappa)) / 2)
  // What is held is offered at the close at worst.
  const shiftBps = Math.max(-halfBps, Math.min(halfBps, -held * risk))
  return { shiftBps, halfBps, sigmaBps }
}
