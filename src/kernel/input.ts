/**
 * What goes into the kernel: events of the venue, bars, time, and what operators and watchdogs ask. Each is journaled before the kernel sees it.
 */
import type { InstrumentIndex, Lots, OrderId, Rate, Side, StrategyId, Ticks, Ts } from '../core/units.ts'
import type { Bar } from '../market/bars.ts'
import type { Wish } from '../signals-in/signal.ts'
import type { Measure, UniverseRules, Verdict } from '../strategy/universe/universe.ts'
import type { Execution } from '../trading/algorithms/execution.ts'
import type { Trail, VenueEvent } from '../trading/event.ts'
import type { ElsewherePosition } from '../trading/report.ts'
import type { OrderKind, Target, TimeInForce } from '../trading/order.ts'
import type { SettingOverride } from './state/effective-limits.ts'
import type { Hold } from './state/holds.ts'
import type { AlertSeverity } from './state/alert-severity.ts'

export interface ClosedBar {
  readonly instrument: InstrumentIndex
  readonly bar: Bar
  /** Ticks between best bid and ask at the close, where known. */
  readonly spreadTicks?: number
  /** Mark price at the close, where the exchange gave one. */
  readonly mark?: Ticks
  /** Funding rate that the exchange announced then for the next settlement. */
  readonly predicted?: Rate
}

/** A funding settlement of a perpetual, as the exchange lists it: of the market, not of a position. */
export interface FundingKnown {
  readonly instrument: InstrumentIndex
  readonly ts: Ts
  readonly rate: Rate
}

/** live: just closed. late: closed while we were away, exits only. warmup: history before the first start, no orders. */
export type BarsMode = 'live' | 'late' | 'warmup'

/** One close instant; bars in the order of their instruments. In warmup and late rows an instrument may have many, ascending. */
export interface BarsClosed {
  readonly type: 'bars-closed'
  readonly ts: Ts
  readonly mode: BarsMode
  readonly bars: readonly ClosedBar[]
  /** Settlements that were heard of since the input before, ascending in each instrument. */
  readonly fundings?: readonly FundingKnown[]
}
/** Market time continued between bars; marks by instrument, 0 where none came. */
export interface TimeAdvanced {
  readonly type: 'time-advanced'
  readonly ts: Ts
  readonly marks: readonly number[]
}
export interface AddHold {
  readonly type: 'add-hold'
  readonly hold: Hold
  readonly ts: Ts
}
/** Somebody sets a risk setting, or gives it back to the configuration: its text has been read and judged. */
export interface ChangeRiskSetting {
  readonly type: 'change-risk-setting'
  readonly setting: SettingOverride
  readonly ts: Ts
}
export interface LiftHold {
  readonly type: 'lift-hold'
  readonly holdId: string
  readonly actor: string
  readonly ts: Ts
}
/** An operator closes a position or a part of it; lots undefined = all. With a limit it waits for that price or a better one. */
export interface ClosePosition {
  readonly type: 'close-position'
  readonly instrument: InstrumentIndex
  readonly lots: Lots | undefined
  readonly limit?: Ticks | undefined
  readonly actor: string
  readonly ts: Ts
}
/** An operator cancels entries, or the one order that is named, which may be a close at a price; orderId undefined = all entries. Protective stops are never canceled by it (S5). */
export interface CancelOrders {
  readonly type: 'cancel-orders'
  readonly orderId: OrderId | undefined
  /** Running execution algorithms continues or is paused by a hold; absent: it ends with the entries. */
  readonly keepsWorked?: boolean
  readonly actor: string
  readonly ts: Ts
}
/** An order as an operator or a program asks for it. */
export interface PlacedOrder {
  readonly side: Side
  readonly kind: Exclude<OrderKind, 'trailing-stop'>
  readonly lots: Lots
  readonly limit?: Ticks | undefined
  readonly trigger?: Ticks | undefined
  readonly stop?: Ticks | undefined
  readonly targets?: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly expiresAt?: Ts | undefined
}
/** Entries of an operator or a program. Two of them are one or the other: the first that fills takes the other off. */
export interface PlaceOrders {
  readonly type: 'place-orders'
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly orders: readonly PlacedOrder[]
  readonly actor: string
  /** Of an agent: who asked for it, and why. */
  readonly asked?: { readonly by: string; readonly because: string }
  readonly ts: Ts
}
/** Changes an open order of Ballast's in place; what is not given stays. */
export interface ChangeOrder {
  readonly type: 'change-order'
  readonly instrument: InstrumentIndex
  readonly orderId: OrderId
  readonly lots?: Lots | undefined
  readonly limit?: Ticks | undefined
  readonly trigger?: Ticks | undefined
  readonly actor: string
  readonly ts: Ts
}
/** Moves what protects a position. A stop is moved, never removed (S5). */
export interface ChangeProtection {
  readonly type: 'change-protection'
  readonly instrument: InstrumentIndex
  readonly stop?: Ticks | undefined
  readonly target?: Ticks | 'none' | undefined
  readonly trail?: Trail | 'none' | undefined
  readonly actor: string
  readonly ts: Ts
}
/** What a program outside asks of the strategy of a symbol, read from a webhook (S15). */
export interface OutsideSignalInput {
  readonly type: 'outside-signal'
  /** The owner of the symbol, as its source says. */
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly wish: Wish
  /** Late or sent again: it only closes. */
  readonly mayEnter: boolean
  /** An entry is sized by the risk settings, and is no larger than this. */
  readonly lotsMax?: Lots | undefined
  readonly limit?: Ticks | undefined
  readonly stop?: Ticks | undefined
  readonly targets?: readonly Target[] | undefined
  /** An exit of a part: a share of what is held, or a quantity; absent: all of it. */
  readonly exit?: { readonly part: Rate } | { readonly lots: Lots } | undefined
  /** Number of the signal that this one repeats; absent: it is the first. */
  readonly first?: number | undefined
  /** Name of the source, and number of the signal in the list of all that came in. */
  readonly source: string
  readonly signal: number
  /** Begin of the body, as it came. */
  readonly said: string
  readonly ts: Ts
}
/** Executes an order through child orders. */
export interface StartAlgorithm {
  readonly type: 'start-algorithm'
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly class: 'entry' | 'reduce'
  readonly side: Side
  readonly lots: Lots
  readonly execution: Execution
  /** Price that no child goes beyond; an iceberg needs it. */
  readonly limit?: Ticks | undefined
  readonly stop?: Ticks | undefined
  readonly actor: string
  readonly ts: Ts
}
export interface SteerAlgorithm {
  readonly type: 'steer-algorithm'
  readonly id: OrderId
  readonly to: 'paused' | 'working' | 'ended'
  readonly actor: string
  readonly ts: Ts
}
/** An operator makes a position that is not ours one of Ballast's: it gets an owner and a stop (S8). */
export interface AdoptExternal {
  readonly type: 'adopt-external'
  readonly instrument: InstrumentIndex
  /** The owner of the symbol. */
  readonly strategy: StrategyId
  /** Absent: the default stop. */
  readonly stop: Ticks | undefined
  readonly actor: string
  readonly ts: Ts
}
/** An operator says that a position that is not ours is to stay so, and that entries continue (S8). */
export interface IgnoreExternal {
  readonly type: 'ignore-external'
  readonly instrument: InstrumentIndex
  readonly actor: string
  readonly ts: Ts
}
/** An order of Ballast's that the records call finished and the venue lists as open: it is removed. */
export interface CancelLeftover {
  readonly type: 'cancel-leftover'
  readonly instrument: InstrumentIndex
  readonly orderId: OrderId
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly actor: string
  readonly ts: Ts
}
/** What the account holds in symbols that are not traded here: all of it, and the symbols that are gone since (S8). */
export interface ElsewhereSeen {
  readonly type: 'elsewhere-seen'
  readonly positions: readonly ElsewherePosition[]
  readonly gone: readonly string[]
  readonly ts: Ts
}
/** What the trader has found out beside trading, and an operator must know: kept and reported as an alert. */
export interface Notice {
  readonly type: 'notice'
  readonly alert: string
  readonly severity: AlertSeverity
  /** The symbol that it is about, if one. */
  readonly about: InstrumentIndex | undefined
  readonly summary: string
  readonly ts: Ts
}
/** Flattens all that Ballast opened and halts; with an instrument, what it opened there, and only that symbol (S7). */
export interface PanicInput {
  readonly type: 'panic'
  readonly instrument?: InstrumentIndex | undefined
  readonly actor: string
  readonly reason: string
  readonly ts: Ts
}
export const STRATEGY_MODES = ['running', 'closing-only', 'off', 'errored'] as const
export type StrategyMode = (typeof STRATEGY_MODES)[number]
export interface SetStrategyMode {
  readonly type: 'set-strategy-mode'
  readonly strategy: StrategyId
  readonly mode: Exclude<StrategyMode, 'errored'>
  readonly actor: string
  readonly ts: Ts
}
/**
 * The trader ended while this strategy decided, or it keeps more memory than it may: it must not decide again until an operator says so (S18).
 * Without `how`: it hung.
 */
export interface StrategyHung {
  readonly type: 'strategy-hung'
  readonly how?: 'hung' | 'crashed' | 'aborted' | 'memory'
  /** Of `memory`, MB. */
  readonly keptMb?: number
  readonly limitMb?: number
  readonly strategy: StrategyId
  readonly ts: Ts
}
/** A strategy begins in this process: code and parameters that its state belongs to, and bars that it reads back. */
export interface StrategyStarted {
  readonly type: 'strategy-started'
  readonly strategy: StrategyId
  readonly identity: string
  /** Whether the state that was kept belongs to another identity: it is given up, and the strategy sees the history first. */
  readonly isAnew: boolean
  /** Where it begins anew on these of its symbols alone: the others go on with what they know. */
  readonly only?: readonly InstrumentIndex[]
  /** Closed bars of its symbols, ascending in each, none newer than the newest that the kernel has seen. */
  readonly history: readonly ClosedBar[]
  readonly ts: Ts
}
/** Other strategies count from now on than before, or the same with other code, parameters or symbols: the kernel has been given them. A journal begins with one. */
export interface StrategiesChanged {
  readonly type: 'strategies-changed'
  /** Of each instrument from here on: what happens in it belongs to them, whoever reads it later with other strategies. */
  readonly owners: readonly (StrategyId | null)[]
  readonly added: readonly StrategyId[]
  readonly changed: readonly StrategyId[]
  readonly removed: readonly StrategyId[]
  readonly actor: string
  readonly ts: Ts
}
/** A strategy's universe was selected anew, of all its symbols: those that are out take no entries from here on. */
export interface UniverseSelected {
  readonly type: 'universe-selected'
  readonly strategy: StrategyId
  readonly rules: UniverseRules
  readonly rows: readonly UniverseRow[]
  readonly ts: Ts
}
/** What became of a symbol, and what it measured. */
export interface UniverseRow {
  readonly instrument: InstrumentIndex
  readonly verdict: Verdict
  readonly measure: Measure
}
/** The protection watchdog found a position without its stop at the venue, for this long in wall-clock time (S5); 0: with one that is elsewhere. */
export interface ProtectionMissing {
  readonly type: 'protection-missing'
  readonly instrument: InstrumentIndex
  readonly bareMs: number
  readonly ts: Ts
}
/** The account was read and agrees with the records: every execution before `upTo`, the venue's time, is booked. */
export interface Reconciled {
  readonly type: 'reconciled'
  readonly upTo: Ts
  readonly ts: Ts
}

export type KernelInput =
  | VenueEvent
  | BarsClosed
  | TimeAdvanced
  | AddHold
  | LiftHold
  | ChangeRiskSetting
  | ClosePosition
  | CancelOrders
  | PlaceOrders
  | ChangeOrder
  | ChangeProtection
  | OutsideSignalInput
  | StartAlgorithm
  | SteerAlgorithm
  | AdoptExternal
  | IgnoreExternal
  | CancelLeftover
  | ElsewhereSeen
  | Notice
  | PanicInput
  | SetStrategyMode
  | StrategyHung
  | StrategyStarted
  | StrategiesChanged
  | UniverseSelected
  | ProtectionMissing
  | Reconciled
