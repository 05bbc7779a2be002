/**
 * Kinds of money that moved without a trade, with their words, and the amount as it is shown.
 * The figure is always the one that was booked.
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
  trade: 'external trade',
  funding: 'external funding',
  liquidation: 'external liquidation',
  deleveraging: 'external deleveraging',
  delivery: 'external delivery',
  other: 'other',
  unexplained: 'unexplained',
}

export const isFlowKind = (cause: WalletAdjusted['cause']): cause is FlowKind => cause in FLOW_WORDS

/** With its sign, as decimal text of the coin. */
export function flowAmount({ amount, change }: WalletAdjusted): string {
  const plain = amount === 0 && change !== undefined ? change : formatDecimal(amount, CASH_SCALE)
  return plain.startsWith('-') ? plain : `+${plain}`
}
