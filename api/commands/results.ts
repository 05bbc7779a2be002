/**
 * How what was asked has ended: what its orders have filled, and whether the exchange has confirmed a stop, waited for a few seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandOutcome } from '../../src/kernel/trader-command.ts'
import type { FillRow, OrderRow, PositionRow, TradeRow } from '../../src/journal/row.ts'
import { absolute, add, divide, multiply, negate, signOf, subtract } from '../amount.ts'
import type { Reads } from '../ports/ports.ts'
import { amount, coinOf, money, price, trimmed } from './words/format.ts'
import { type Field, field } from './reply.ts'

/** How long an answer waits for fills and stops; after that it shows what there is. */
const RESULT_MS = 4_000
const LOOK_MS = 150
const PRICE_DECIMALS = 8

export interface Result {
  readonly title: string
  /** Everything has ended, and something was filled. */
  readonly isFilled: boolean
}

/** Calls until it answers, or until the time is over. */
export async function soon<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  const untilMs = performance.now() + RESULT_MS
  for (;;) {
    const found = await look()
    if (found !== undefined || performance.now() >= untilMs) return found
    await sleep(LOOK_MS)
  }
}

const isOver = (orders: readonly (OrderRow | undefined)[]): boolean => orders.every((order) => order !== undefined && !order.isOpen)

interface Ended {
  readonly orders: readonly (OrderRow | undefined)[]
  readonly fills: readonly FillRow[]
  readonly isOver: boolean
}

async function endOf(reads: Reads, ids: readonly number[]): Promise<Ended> {
  const read = (): Promise<(OrderRow | undefined)[]> => Promise.all(ids.map((id) => reads.order(id)))
  const done = await soon(async () => {
    const orders = await read()
    return isOver(orders) ? orders : undefined
  })
  const orders = done ?? (await read())
  const fills = await Promise.all(ids.map((orderId) => reads.fills({ orderId, limit: 200 })))
  return { orders, fills: fills.flat(), isOver: isOver(orders) }
}

const quantityOf = (fills: readonly FillRow[]): string => add('0', ...fills.map((fill) => fill.quantity))
const averageOf = (fills: readonly FillRow[]): string =>
  divide(add('0', ...fills.map((fill) => multiply(fill.quantity, fill.price))), quantityOf(fills), PRICE_DECIMALS)

function feeText(fills: readonly FillRow[]): string {
  const coins = [...new Set(fills.map((fill) => fill.feeCoin))]
  return coins
    .map((coin) => {
      const fee = add('0', ...fills.filter((fill) => fill.feeCoin === coin).map((row) => row.fee))
      return coin === 'USDT' ? `fee ${amount(fee)}` : `fee ${fee} ${coin}`
    })
    .join(' and ')
}

const shown = (text: string): string => price(trimmed(text))

const refusalOf = ({ orders }: Ended): string =>
  [...new Set(orders.flatMap((order) => (order === undefined ? [] : [order.status])))].join(', ')

/** `Closed 179.1 XRP @ 0.5574, fee 0.05, -0.18 USDT; 179.1 left, stop 0.5471` */
export async function closeResult(
  reads: Reads,
  symbol: string,
  before: PositionRow | undefined,
  outcome: CommandOutcome,
): Promise<Result | undefined> {
  const ids = outcome.orders ?? []
  if (outcome.status !== 'done' || ids.length === 0) return undefined
  const ended = await endOf(reads, ids)
  const { fills } = ended
  if (fills.length === 0)
    return { title: ended.isOver ? `Not closed: the order was ${refusalOf(ended)}` : 'Close sent, not filled yet', isFilled: false }
  const quantity = trimmed(quantityOf(fills))
  const average = averageOf(fills)
  const after = (await reads.positions()).find((position) => position.symbol === symbol)
  const paid = add('0', ...fills.filter((fill) => fill.feeCoin === 'USDT').map((fill) => fill.fee))
  const result =
    before?.entryPrice == null
      ? undefined
      : subtract(
          multiply(
            quantity,
            signOf(before.quantity) > 0 ? subtract(average, before.entryPrice) : negate(subtract(average, before.entryPrice)),
          ),
          paid,
        )
  const rest =
    after === undefined
      ? 'flat'
      : `${absolute(after.quantity)} left, ${after.stopPrice === null ? 'no stop confirmed yet' : `stop ${price(after.stopPrice)}`}`
  const part = ended.isOver ? 'Closed' : 'Closed so far'
  return {
    title: `${part} ${quantity} ${coinOf(symbol)} @ ${shown(average)}, ${feeText(fills)}${result === undefined ? '' : `, ${money(result)}`}; ${rest}`,
    isFilled: ended.isOver,
  }
}

/** `Bought 358.2 XRP @ 0.5574, fee 0.11 USDT; 358.2 held, stop 0.5471` */
export async function openResult(
  reads: Reads,
  symbol: string,
  side: 'long' | 'short',
  outcome: CommandOutcome,
): Promise<Result | undefined> {
  const ids = outcome.orders ?? []
  if (outcome.status !== 'done' || ids.length === 0) return undefined
  const ended = await endOf(reads, ids)
  const { fills } = ended
  if (fills.length === 0)
    return { title: ended.isOver ? `Not filled: the order was ${refusalOf(ended)}` : 'Sent, not filled yet', isFilled: false }
  const stop = await soon(async () =>
    (await reads.positions()).find((position) => position.symbol === symbol && position.stopPrice !== null),
  )
  const held = stop ?? (await reads.positions()).find((position) => position.symbol === symbol)
  const rest =
    held === undefined
      ? ''
      : `; ${absolute(held.quantity)} held, ${held.stopPrice === null ? 'stop not confirmed yet' : `stop ${price(held.stopPrice)}`}`
  return {
    title: `${side === 'long' ? 'Bought' : 'Sold'}${ended.isOver ? '' : ' so far'} ${trimmed(quantityOf(fills))} ${coinOf(symbol)} @ ${shown(averageOf(fills))}, ${feeText(fills)}${rest}`,
    isFilled: ended.isOver,
  }
}

/** `2 of 2 canceled`; where some stand yet, or have filled meanwhile, that too. */
export async function cancelResult(reads: Reads, ids: readonly number[]): Promise<Result | undefined> {
  if (ids.length === 0) return undefined
  const { orders, fills } = await endOf(reads, ids)
  const of = (status: string): number => orders.filter((order) => order?.status === status).length
  const open = orders.filter((order) => order === undefined || order.isOpen).length
  const notes = [
    ...(open === 0 ? [] : [`${open} not confirmed by Bybit yet`]),
    ...(of('filled') === 0 ? [] : [`${of('filled')} filled before the cancel arrived`]),
    ...(fills.length > 0 && of('filled') === 0 ? [`${trimmed(quantityOf(fills))} filled before the cancel`] : []),
  ]
  const canceled = orders.length - open - of('filled')
  return { title: [`${canceled} of ${ids.length} canceled`, ...notes].join('; '), isFilled: open === 0 }
}

/** What the trades that a panic closed have made, and together. */
export async function panicFields(reads: Reads, before: readonly PositionRow[]): Promise<Field[]> {
  const numbers = before.flatMap(({ tradeNumber }) => tradeNumber ?? [])
  if (numbers.length === 0) return []
  const read = (): Promise<(TradeRow | undefined)[]> => Promise.all(numbers.map((number) => reads.trade(number)))
  const over = (rows: readonly (TradeRow | undefined)[]): boolean => rows.every((row) => row?.isOpen === false)
  const ended = await soon(async () => {
    const rows = await read()
    return over(rows) ? rows : undefined
  })
  const trades = (ended ?? (await read())).flatMap((row) => (row?.isOpen === false ? [row] : []))
  return [
    ...trades.map((row) => {
      const held = before.find(({ tradeNumber }) => tradeNumber === row.number)?.quantity ?? row.quantity
      const side = row.side === 1 ? 'long' : 'short'
      const exit = `@ ${shown(row.exitPrice ?? '')}`
      // A part was closed before: price and result are of the whole trade.
      const closed =
        signOf(subtract(absolute(held), row.quantity)) === 0
          ? `${row.quantity} closed ${exit}`
          : `${absolute(held)} closed, the last of ${row.quantity}, on average ${exit}`
      return field(row.symbol, `${side} ${closed}, ${money(row.pnl)}`)
    }),
    ...(trades.length === 0 ? [] : [field('Result', `${money(add('0', ...trades.map((row) => row.pnl)))}, including fees`)]),
  ]
}

/** The target as the exchange has it after a change of it: undefined where it is what was asked for. */
export async function unconfirmedTarget(reads: Reads, symbol: string, asked: string): Promise<string | undefined> {
  const target = async (): Promise<string | null> => (await reads.positions()).find((p) => p.symbol === symbol)?.targetPrice ?? null
  const isIt = (is: string | null): boolean => (asked === 'off' ? is === null : is !== null && signOf(subtract(is, asked)) === 0)
  const found = await soon(async () => (isIt(await target()) ? true : undefined))
  return found === true ? undefined : ((await target()) ?? 'none')
}

/** The stop as the exchange has it after a move of it: undefined where it is the one that was asked for. */
export async function unconfirmedStop(reads: Reads, symbol: string, asked: string): Promise<string | undefined> {
  const isIt = (stop: string | null | undefined): boolean => stop != null && signOf(subtract(stop, asked)) === 0
  const position = async (): Promise<PositionRow | undefined> => (await reads.positions()).find((p) => p.symbol === symbol)
  const found = await soon(async () => (isIt((await position())?.stopPrice) ? true : undefined))
  if (found === true) return undefined
  return (await position())?.stopPrice ?? 'none'
}
