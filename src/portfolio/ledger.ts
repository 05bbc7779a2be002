/**
 * Double-entry ledger in Cash: every movement has a counter-account, so the accounts always sum to zero.
 */
import { addSafe } from '../core/decimal.ts'
import { type Cash, cash } from '../core/units.ts'

export const LEDGER_ACCOUNTS = [
  'wallet',
  'capital',
  'trading',
  'fees',
  'funding',
  'external',
  'flows',
  'unexplained',
  'adjustments',
] as const
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number]

/** Balances by account. The wallet is what the venue holds for us; the others are where it came from, with the opposite sign. */
export interface Ledger {
  wallet: Cash
  capital: Cash
  trading: Cash
  fees: Cash
  funding: Cash
  /** What external activity made and lost in this wallet: a flow, no result of Ballast's. */
  external: Cash
  /** What came and went without a trade of this account: transfers, bonus, interest and the like. */
  flows: Cash
  /** What nobody could explain. It waits for a user, and is no result either. */
  unexplained: Cash
  adjustments: Cash
}

export const emptyLedger = (): Ledger => ({
  wallet: cash(0),
  capital: cash(0),
  trading: cash(0),
  fees: cash(0),
  funding: cash(0),
  external: cash(0),
  flows: cash(0),
  unexplained: cash(0),
  adjustments: cash(0),
})

/** Moves money into the wallet (a negative amount: out of it) against the named account. @throws InvariantError past the range of Cash. */
export function postToWallet(ledger: Ledger, against: Exclude<LedgerAccount, 'wallet'>, amount: Cash): void {
  ledger.wallet = cash(addSafe(ledger.wallet, amount))
  ledger[against] = cash(addSafe(ledger[against], 0 - amount))
}

/** Zero, always; what the property test and the trader's own check look at. */
export const ledgerSum = (ledger: Ledger): number =>
  ledger.wallet +
  ledger.capital +
  ledger.trading +
  ledger.fees +
  ledger.funding +
  ledger.external +
  ledger.flows +
  ledger.unexplained +
  ledger.adjustments
