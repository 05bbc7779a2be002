/**
 * What trading rests on outside of orders, as a venue shows it: rights of the key, modes, leverage, fees, loans, the cancel-on-disconnect (S12).
 */
import type { Rate } from '../../core/units.ts'
import type { VenueError } from './error.ts'

export interface KeyCondition {
  readonly isReadOnly: boolean
  /** Orders and positions of contracts. */
  readonly mayTrade: boolean
  /** Orders of spot. */
  readonly mayTradeSpot: boolean
  readonly mayWithdraw: boolean
  readonly mayTransfer: boolean
  readonly isBoundToIp: boolean
  /** Wall-clock ms; undefined where it does not end. */
  readonly expiresAtMs: number | undefined
}

export interface SymbolCondition {
  readonly symbol: string
  readonly isHedge: boolean
  readonly isHeld: boolean
  readonly leverage: number
  readonly isReduceOnly: boolean
  readonly autoAddsMargin: boolean
}

export interface FeeCondition {
  readonly symbol: string
  readonly takerRate: Rate
}

export interface DcpCondition {
  readonly isOn: boolean
  readonly windowSec: number
}

/** A part that could not be read says why; `absent` is what this environment does not have. */
export type ConditionPart<T> =
  | { readonly type: 'read'; readonly value: T }
  | { readonly type: 'failed'; readonly error: VenueError }
  | { readonly type: 'absent' }

export interface ConditionsReading {
  readonly key: ConditionPart<KeyCondition>
  readonly marginMode: ConditionPart<string>
  readonly symbols: ConditionPart<readonly SymbolCondition[]>
  /** Coins with an open loan, with the amount as text. */
  readonly borrowed: ConditionPart<readonly { readonly coin: string; readonly amount: string }[]>
  readonly fees: ConditionPart<readonly FeeCondition[]>
  /** Of spot symbols; absent where there are none. */
  readonly spotFees: ConditionPart<readonly FeeCondition[]>
  /** Of contracts. */
  readonly dcp: ConditionPart<DcpCondition>
  readonly spotDcp: ConditionPart<DcpCondition>
}
