/**
 * Words for money that moved without a trade.
 * Never a figure of its own: what is said is what was booked.
 */
import { formatDecimal } from '../core/decimal.ts'
import { CASH_SCALE } from '../core/units.ts'
import type { FlowKind, WalletAdjusted } from '../trading/event.ts'

export const FLOW_WORDS: Readonly<Record<FlowKind, string>> = {
  'transfer-in': 'transfer in',
  'transfer-out': 'transfer out',
  deposit: 'deposit',
  withdrawal: 'withdrawal',
  bonus: 'bonus',
  airdrop: 'airdrop',
  interest: 'interest',
  loan: 'loan',
  'fee-refund': 'fee refund',
  conversion: 'conversion',
  trade: "trade that is not Ballast's",
  funding: "funding that is not Ballast's",
  liquidation: "liquidation that is not Ballast's",
  deleveraging: "deleveraging that is not Ballast's",
  delivery: "delivery that is not Ballast's",
  other: 'other',
  unexplained: 'unexplained',
}

export const isFlowKind = (cause: WalletAdjusted['cause']): cause is FlowKind => cause in FLOW_WORDS

/** Kind, amount and coin: `transfer out: -2000 USDT`. */
export function flowText(flow: WalletAdjusted): string {
  const word = isFlowKind(flow.cause) ? FLOW_WORDS[flow.cause] : flow.cause
  const name = flow.told === undefined || flow.told === '' ? word : `${word} (${flow.told})`
  return `${name}: ${flowAmount(flow)} ${flow.coin}${flow.symbol === undefined ? '' : ` on ${flow.symbol}`}`
}

/** With its sign, as decimal text of the coin. */
export function flowAmount({ amount, change }: WalletAdjusted): string {
  const plain = amount === 0 && change !== undefined ? change : formatDecimal(amount, CASH_SCALE)
  return plain.startsWith('-') ? plain : `+${plain}`
}
