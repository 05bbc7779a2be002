/**
 * Money that moves without a trade on the simulated account: its owner's transfers, and what the exchange gives and takes.
 */
import { parseDecimal } from '../../../../core/decimal.ts'
import { CASH_SCALE, type Lots, cash, lots } from '../../../../core/units.ts'
import { parseQuantity } from '../../../../market/instrument.ts'
import type { Position } from '../../../../portfolio/position.ts'
import type { Exchange } from '../exchange.ts'
import { coinText, partsOf } from './coin-text.ts'
import { cashText } from '../streams/wire.ts'

export interface WalletMove {
  readonly coin: string
  /** Signed decimal text. */
  readonly amount: string
  /** As Bybit's transaction log names it: TRANSFER_IN, BONUS, INTEREST and about ninety more. */
  readonly type: string
}

const AMOUNT = /^-?\d+(\.\d+)?$/
const TYPE = /^[A-Z][A-Z_]{0,60}$/
const COIN = /^[A-Z0-9]{1,20}$/

/** Moves it, logs it and reports it; answers what is wrong, or undefined. */
export function moveWallet(exchange: Exchange, { coin, amount, type }: WalletMove): string | undefined {
  const { account, venue, source } = exchange
  if (!AMOUNT.test(amount) || !TYPE.test(type) || !COIN.test(coin))
    return 'The body must be {"coin": "USDT", "amount": "-2000", "type": "TRANSFER_OUT"}: a coin, a signed amount, and a type of the transaction log.'
  const units = parseDecimal(amount, CASH_SCALE, 'nearest')
  if (units === undefined || units === 0) return `${amount} is not an amount that this wallet counts in.`
  const pair = exchange.instruments.find((i) => i.category === 'spot' && i.baseCoin === coin)
  if (coin === account.coin) {
    venue.deposit(cash(units), coin, source.now, () => {})
    account.noteMove(type, coin, cashText(units), cashText(venue.money()), source.now)
  } else if (pair !== undefined) {
    const quantity = parseQuantity(pair, amount)
    if (quantity === undefined) return `${amount} ${coin} is no whole number of lots of ${pair.symbol}.`
    const problem = moveCoins(exchange, pair.index, quantity)
    if (problem !== undefined) return problem
    const held = coinText(pair, partsOf((venue.positions[pair.index] as Position).lots, venue.spare(pair.index)))
    account.noteMove(type, coin, amount, held, source.now)
  } else {
    const balance = cash((account.otherCoins.get(coin) ?? 0) + units)
    account.otherCoins.set(coin, balance)
    account.noteMove(type, coin, cashText(units), cashText(balance), source.now)
  }
  return undefined
}

function moveCoins({ venue, source }: Exchange, i: Parameters<Exchange['venue']['depositCoins']>[0], quantity: Lots): string | undefined {
  if (quantity > 0) venue.depositCoins(i, quantity, source.now, () => {})
  else if (venue.withdrawCoins(i, lots(0 - quantity), source.now, () => {}) !== undefined)
    return 'There are not so many coins that no open order holds.'
  return undefined
}
