/**
 * What is reported of a trade in the terminal and in alerts: opened, reduced, closed, with quantity and price.
 */
import { formatFixed, groupDigits } from '../core/decimal.ts'
import { type Cash, CASH_SCALE, type Lots, type Side, lots } from '../core/units.ts'
import type { TradeReduced } from '../kernel/fact.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type Instrument, formatPrice, formatQuantity, shownPrice } from '../market/instrument.ts'
import type { OpenTrade } from '../portfolio/open-trade.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import { averagePriceText, averageTicks } from './state-row.ts'

const sideWord = (side: Side): string => (side === 1 ? 'long' : 'short')
const instrumentOf = (kernel: Kernel, trade: { readonly instrument: number }): Instrument =>
  kernel.config.instruments[trade.instrument] as Instrument

/** `+31.18`, `-8.09` */
export const signedMoney = (amount: Cash | number): string =>
  `${amount > 0 ? '+' : ''}${groupDigits(formatFixed(amount, CASH_SCALE, 2))}`.replace(/^\+(0\.00)$/, '$1')

/** `OPENED long 0.05 BTCUSDT @ 64,210.5` */
export function openedText(kernel: Kernel, openTrade: OpenTrade): string {
  const instrument = instrumentOf(kernel, openTrade)
  const price = formatPrice(instrument, averageTicks(openTrade.entryNotional, openTrade.entryLots, instrument))
  return textOf('OPENED', openTrade.side, instrument, openTrade.entryLots, price)
}

/** `REDUCED long 0.02 BTCUSDT @ 64,250, operator` */
export function reducedText(kernel: Kernel, part: TradeReduced): string {
  const instrument = instrumentOf(kernel, part)
  const price = averagePriceText(instrument, part.notional, part.lots)
  return `${textOf('REDUCED', part.side, instrument, part.lots, price)}, ${part.reason}`
}

/** `CLOSED long 0.05 BTCUSDT @ 64,880.1, stop` */
export function closedText(kernel: Kernel, trade: ClosedTrade): string {
  const instrument = instrumentOf(kernel, trade)
  const price = averagePriceText(instrument, trade.exitPrice)
  return `${textOf('CLOSED', trade.side, instrument, trade.quantity, price)}, ${trade.exitReason}`
}

/** `0.03 left, stop 63,000` */
export function leftText(kernel: Kernel, part: TradeReduced): string {
  const instrument = instrumentOf(kernel, part)
  const stop = kernel.portfolio.stopOf(part.instrument)
  return `${formatQuantity(instrument, part.left)} left, ${stop === undefined ? 'no stop' : `stop ${shownPrice(instrument, stop)}`}`
}

const textOf = (word: string, side: Side, instrument: Instrument, quantity: Lots, price: string): string =>
  `${word} ${sideWord(side)} ${formatQuantity(instrument, lots(quantity))} ${instrument.symbol} @ ${groupDigits(price)}`
