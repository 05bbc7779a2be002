/**
 * An order as an operator asks for it: kind, prices, distances and size from words, and the order in words again.
 */
import { formatDecimal, mulDivFloor, parseDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash, type Lots, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import type { OpenCommand } from '../../kernel/trader-command.ts'
import type { PlacedOrder } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, formatPrice, formatQuantity, notionalOf, parsePrice, parseQuantity, shownPrice } from '../../market/instrument.ts'
import { plannedLossOf } from '../../risk/planned-loss.ts'
import { type CommandRefusal, commandRefusal, isRefusal } from '../../trading/command-refusal.ts'
import type { OrderKind } from '../../trading/order.ts'

export const sideWord = (side: Side): string => (side === 1 ? 'BUY' : 'SELL')
export const notAPrice = (given: string, instrument: Instrument): CommandRefusal =>
  commandRefusal('price-invalid', { given, symbol: instrument.symbol, step: formatPrice(instrument, ticks(1)) })

export const wrongSide = (target: Ticks, from: Ticks, instrument: Instrument): CommandRefusal =>
  commandRefusal('target-side', { target: shownPrice(instrument, target), from: shownPrice(instrument, from) })

/** Kind and prices of what is asked: a trigger above a buy's price is a stop, below it a take-profit. */
export function orderOf(
  command: OpenCommand,
  instrument: Instrument,
  side: Side,
  mark: Ticks,
): Omit<PlacedOrder, 'lots' | 'expiresAt'> | CommandRefusal {
  const limit = command.limit === undefined ? undefined : priceAt(command.limit, instrument, mark, side, -1)
  if (isRefusal(limit)) return limit
  const trigger = command.trigger === undefined ? undefined : priceAt(command.trigger, instrument, mark, side, 1)
  if (isRefusal(trigger)) return trigger
  const kind = kindOf(limit, trigger, side, mark)
  const from = limit ?? trigger ?? mark
  const stop = command.stop === undefined ? undefined : priceAt(command.stop, instrument, from, side, -1)
  if (isRefusal(stop)) return stop
  const targets: { price: Ticks; share: number }[] = []
  for (const text of command.targets ?? []) {
    const price = priceAt(text, instrument, from, side, 1)
    if (isRefusal(price)) return price
    if ((price - from) * side <= 0) return wrongSide(price, from, instrument)
    targets.push({ price, share: 1 / (command.targets ?? []).length })
  }
  const timeInForce = command.timeInForce ?? 'gtc'
  return { side, kind, limit, trigger, stop, targets: targets.length === 0 ? undefined : targets, timeInForce }
}

export function kindOf(limit: Ticks | undefined, trigger: Ticks | undefined, side: Side, mark: Ticks): Exclude<OrderKind, 'trailing-stop'> {
  if (trigger === undefined) return limit === undefined ? 'market' : 'limit'
  const isStop = (trigger - mark) * side > 0
  if (limit === undefined) return isStop ? 'stop-market' : 'take-profit-market'
  return isStop ? 'stop-limit' : 'take-profit-limit'
}

/** The other order of a pair: triggered at a price, with the same quantity, and its stop as far away. */
export function orOrder(text: string, instrument: Instrument, first: PlacedOrder, mark: Ticks): PlacedOrder | CommandRefusal {
  const trigger = priceAt(text, instrument, mark, first.side, 1)
  if (isRefusal(trigger)) return trigger
  const from = first.limit ?? first.trigger ?? mark
  const stop = first.stop === undefined ? undefined : ticks(trigger + first.stop - from)
  return {
    ...first,
    kind: kindOf(undefined, trigger, first.side, mark) === 'stop-market' ? 'stop-market' : 'take-profit-market',
    limit: undefined,
    trigger,
    stop,
    targets: first.targets?.map((t) => ({ ...t, price: ticks(trigger + t.price - from) })),
    timeInForce: 'gtc',
  }
}

/** `64250`, or `-2%` of `from`; a percent without a sign goes the way that `away` says (1 with the position, -1 against it). */
export function priceAt(text: string, instrument: Instrument, from: Ticks, side: Side, away: 1 | -1): Ticks | CommandRefusal {
  const percent = /^([+-]?)(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text)
  if (percent !== null) {
    const millionths = parseDecimal(percent[2] as string, 4, 'nearest') ?? 0
    const sign = percent[1] === '+' ? 1 : percent[1] === '-' ? -1 : side * away
    // Rounded toward `from`: never farther than asked.
    return ticks(from + sign * mulDivFloor(from, millionths, 1_000_000))
  }
  const price = parsePrice(instrument, text)
  return price === undefined || price <= 0 ? notAPrice(text, instrument) : price
}

export function distanceOf(text: string, instrument: Instrument, mark: Ticks): Ticks | CommandRefusal {
  const percent = /^(\d{1,2}(?:\.\d{1,4})?)%$/.exec(text)
  const distance =
    percent === null
      ? parsePrice(instrument, text)
      : ticks(mulDivFloor(mark, parseDecimal(percent[1] as string, 4, 'nearest') ?? 0, 1_000_000))
  return distance === undefined || distance <= 0 ? commandRefusal('distance-invalid', { given: text }) : distance
}

/** Lots from a quantity of coins, from money, or from the part of equity that may be lost at the stop. */
export function sizeOf(
  command: Pick<OpenCommand, 'quantity' | 'notional' | 'riskPercent'>,
  instrument: Instrument,
  order: Pick<PlacedOrder, 'limit' | 'trigger' | 'stop'>,
  kernel: Kernel,
): Lots | CommandRefusal {
  const from = order.limit ?? order.trigger ?? kernel.portfolio.mark(instrument.index)
  const { quantity, notional, riskPercent } = command
  let size: Lots | undefined
  if (quantity !== undefined) size = parseQuantity(instrument, quantity, 'floor')
  else if (notional !== undefined) {
    const money = parseDecimal(notional, CASH_SCALE, 'floor')
    const one = notionalOf(instrument, from, lots(1), 'ceil')
    size = money === undefined ? undefined : lots(Math.floor(money / one))
  } else if (riskPercent !== undefined) {
    if (order.stop === undefined) return commandRefusal('size-needs-stop')
    const millionths = parseDecimal(riskPercent, 4, 'floor') ?? 0
    const budget: Cash = cash(mulDivFloor(kernel.portfolio.equity, millionths, 1_000_000))
    const one = plannedLossOf(instrument, from, order.stop, lots(1_000), kernel.config.costs)
    size = one <= 0 ? undefined : lots(mulDivFloor(budget, 1_000, one))
  }
  if (size === undefined) return commandRefusal('size-invalid', { coin: instrument.baseCoin })
  if (size < instrument.lotsMin) {
    const worth = formatDecimal(notionalOf(instrument, from, instrument.lotsMin, 'ceil'), CASH_SCALE)
    const least = formatQuantity(instrument, instrument.lotsMin)
    return commandRefusal('size-too-small', { symbol: instrument.symbol, least, worth, coin: instrument.settleCoin })
  }
  return size
}

/** `sent`: the stop that goes out with it. */
export function wordsOf(order: PlacedOrder, instrument: Instrument, sent: Ticks | undefined): string {
  const at = order.limit === undefined ? '' : ` at ${shownPrice(instrument, order.limit)}`
  const when = order.trigger === undefined ? '' : ` when ${shownPrice(instrument, order.trigger)} is reached`
  const kept = sent === order.stop ? '' : ' (the position’s stop, which is closer)'
  const stop = sent === undefined ? 'no stop' : `stop ${shownPrice(instrument, sent)}${kept}`
  const targets = (order.targets ?? []).map((t) => shownPrice(instrument, t.price)).join(', ')
  return `${sideWord(order.side)} ${formatQuantity(instrument, order.lots)} ${instrument.symbol} ${order.kind}${at}${when}, ${stop}${targets === '' ? '' : `, target ${targets}`}`
}
