/**
 * What the kernel raises alerts about, as codes with their figures; the sentences are made where they are shown (journal/alert-sentence.ts).
 * Prices, quantities and money are exact texts in the steps and coins of their instrument, so that a sentence needs no books.
 */
import type { FlowKind } from '../trading/event.ts'

export interface AlertData {
  /** An entry asked for a stop farther away than the one that stands. */
  'stop.kept': { readonly stop: string; readonly asked: string }
  'order.rejected':
    | { readonly by: 'risk'; readonly rule: string }
    | {
        readonly by: 'venue'
        readonly role: 'entry' | 'exit'
        readonly orderId: number
        readonly code: string
        readonly detail: string
        /** Nothing was left to reduce: mostly a stop was quicker. */
        readonly isNothingLeft: boolean
      }
  'external.reduced': {
    readonly quantity: string
    readonly cause: string
    readonly left: string | undefined
    /** No execution says at what price. */
    readonly isPriceUnknown: boolean
    /** The strategy that is closing-only too. */
    readonly strategy: string | undefined
  }
  'external.position': { readonly side: 'long' | 'short'; readonly quantity: string; readonly cause: string; readonly isObserving: boolean }
  'external.order': { readonly side: 'BUY' | 'SELL'; readonly quantity: string; readonly price: string | undefined }
  'symbol.delisted': { readonly quantity: string; readonly isSettled: boolean }
  'symbol.delisting': { readonly status: string; readonly hasPosition: boolean }
  'stop.moved_outside':
    | { readonly change: 'tighter' | 'looser'; readonly from: string; readonly to: string }
    | { readonly change: 'removed'; readonly to: string }
  /** A signal from outside that closes could not be carried out (S15). */
  'signal.exit_dropped': { readonly source: string; readonly signal: number; readonly hold: string }
  'panic.started': { readonly actor: string }
  'risk.max_drawdown_hit': { readonly tier: 'orange' | 'red'; readonly drawdown: number; readonly limit: number }
  'risk.day_loss_hit': LossFigures
  'risk.week_loss_hit': LossFigures
  'risk.loss_streak': { readonly count: number; readonly limit: number; readonly of?: string }
  'risk.execution_storm': { readonly kind: 'rejected'; readonly count: number } | { readonly kind: 'slippage'; readonly bps: number }
  /** A limit of which so much is used; `of`: the strategy or symbol whose limit it is. */
  'risk.limit_near': {
    readonly key: 'dayLoss' | 'weekLoss' | 'drawdownOrange' | 'drawdownRed' | 'gross' | 'net' | 'openPositions'
    readonly used: string
    readonly limit: string
    /** 0.8 and more. */
    readonly part: number
    readonly of?: string
  }
  'risk.open_past_day': { readonly open: string; readonly left: string }
  'strategy.error': { readonly strategy: string; readonly failure: string }
  'strategy.changed': { readonly strategy: string }
  /** It takes no entries by itself; `code` and further figures are the strategy's own. */
  'strategy.aside': { readonly strategy: string; readonly code: string; readonly [figure: string]: number | string }
  'strategies.changed': {
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
    readonly actor: string
  }
  'reconcile.mismatch': { readonly event: string }
  'position.adl': { readonly quantity: string }
  'position.liquidated': { readonly quantity: string }
  'account.flow': FlowFigures
  'account.unexplained': FlowFigures
  'position.unprotected': { readonly act: 'close-now' | 'close-late' | 'repair'; readonly seconds: number }
  'position.dust': { readonly quantity: string; readonly coin: string }
  'position.oversold': { readonly quantity: string; readonly coin: string }
  'instrument.changed':
    | { readonly change: 'trading' }
    | { readonly change: 'limits'; readonly limits: readonly string[] }
    | {
        readonly change: 'steps'
        readonly tick: readonly [before: string, after: string]
        readonly lot: readonly [before: string, after: string]
        readonly moved: readonly {
          readonly what: 'stop' | 'target' | 'order'
          readonly orderId?: number
          readonly from?: string
          readonly to: string
        }[]
        /** A position that is no whole number of the new step: all of it, and what of it is counted. */
        readonly rest: { readonly held: string; readonly counted: string } | undefined
      }
}

/** `of`: the strategy or symbol whose limit it is; absent for the account's. */
interface LossFigures {
  readonly lost: string
  readonly limit: string
  readonly of?: string
}

/** Money that moved without a trade: its amount with a sign, as decimal text of the coin. */
export interface FlowFigures {
  readonly kind: FlowKind | 'other'
  /** The exchange's own word for it. */
  readonly named: string | undefined
  readonly amount: string
  readonly coin: string
  readonly symbol: string | undefined
  /** Of the settlement coin: peak and day move with it. */
  readonly isMoney: boolean
}

export type AlertCode = keyof AlertData
