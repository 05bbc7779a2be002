/**
 * What the commands and the API need of the rest: reads, control of the trader, confirmations, audit, keys, jobs, pictures.
 */
import type { AllocatorMethod, AllocatorRules } from '../../src/portfolio/allocator/plan.ts'
import type { PeriodUnit } from '../../src/portfolio/results/calendar-periods.ts'
import type { ConfiguredSettings } from '../../src/risk/settings/rules.ts'
import type { CommandOutcome, PreviewedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'
import type {
  AccountRow,
  AlgorithmRow,
  AlertRow,
  DecisionRow,
  EquityRow,
  FillRow,
  FlowRow,
  HoldRow,
  RiskSettingRow,
  OrderRow,
  PositionRow,
  StrategyRow,
  TradeRow,
} from '../../src/journal/row.ts'
import type { ModelName } from '../../src/venue/sim/models/model-names.ts'
import type { EquitySeries } from '../../src/portfolio/equity.ts'
import type { Image } from '../commands/reply.ts'

export type Json = Readonly<Record<string, unknown>>

/** Newest first; `before` is the key of the last row that was seen. */
export interface Page {
  readonly limit: number
  readonly before?: number | undefined
}
export interface OrderQuery extends Page {
  readonly symbol?: string | undefined
  readonly isOpen?: boolean | undefined
  readonly tradeNumber?: number | undefined
}
export interface FillQuery extends Page {
  readonly symbol?: string | undefined
  readonly orderId?: number | undefined
  readonly tradeNumber?: number | undefined
}
export interface TradeQuery extends Page {
  readonly symbol?: string | undefined
  readonly strategy?: string | undefined
  readonly isOpen?: boolean | undefined
  /** Exits within [from, to), ms of market time. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}
export interface GridQuery {
  readonly from: number
  readonly strideMs: number
}
export interface SumQuery {
  readonly from: number
  readonly to: number
  readonly by?: 'day' | 'sym' | 'strategy' | undefined
}
export interface TradeSum {
  /** `2026-01-31`, a symbol, a strategy; empty without groups. */
  readonly key: string
  readonly count: number
  readonly wins: number
  readonly net: string
  readonly fee: string
  readonly funding: string
  /** Sum of what won, and of what lost, above zero. */
  readonly gain: string
  readonly loss: string
}
export interface StatsQuery {
  readonly from: number
  readonly to: number
  readonly strategy?: string | undefined
  readonly symbol?: string | undefined
}
/** Of closed trades; money as decimal text, unless it is a mean or a deviation. */
export interface TradeStats {
  readonly count: number
  readonly wins: number
  readonly losses: number
  readonly net: string
  /** Sum of what won, and of what lost, above zero. */
  readonly gain: string
  readonly loss: string
  readonly best: string
  readonly worst: string
  /** Deviation with ddof 1; null of a single trade. */
  readonly deviation: number | null
  readonly maxWinStreak: number
  readonly maxLossStreak: number
  readonly holdingMs: number
  readonly fee: string
  readonly funding: string
  /** Mean multiple of the planned loss; null where none was planned. */
  readonly resultR: number | null
  /** Means of the worst loss and the best profit on the way. */
  readonly mae: number
  readonly mfe: number
  /** Most often first. */
  readonly byExit: readonly { readonly reason: string; readonly count: number; readonly net: string }[]
}
export interface DecisionQuery extends Page {
  readonly symbol?: string | undefined
  readonly strategy?: string | undefined
  readonly orderId?: number | undefined
  readonly kind?: 'order' | 'denial' | undefined
  readonly class?: string | undefined
  /** Those of this one are left out. */
  readonly exceptStrategy?: string | undefined
}
export interface EquityQuery extends Page {
  readonly from?: number | undefined
  readonly to?: number | undefined
}
/** What trades closed within a stride brought, of a strategy in a symbol. */
export interface GridResult {
  /** The last exit within it, ms. */
  readonly ts: number
  readonly strategy: string
  readonly symbol: string
  /** Net of fees and funding. */
  readonly pnl: number
}
/** The last equity of a stride, at the end of the stride. */
export interface GridEquity {
  readonly ts: number
  readonly equity: string
  readonly flows: string | null
}
export interface PartHealth {
  readonly part: string
  readonly status: 'ok' | 'warn' | 'down'
  readonly detail: string
  /** Wall-clock ms. */
  readonly updatedAt: number
}
export interface StoredAlert extends AlertRow {
  readonly id: number
}
/** A row of the event log: a fact or an alert, by its journal sequence number. */
export interface EventRow {
  readonly seq: number
  readonly type: string
  readonly ts: number
  readonly payload: Json
}
export interface Reads {
  account(): Promise<AccountRow | undefined>
  /** Without flat ones unless asked. */
  positions(includeFlat?: boolean): Promise<readonly PositionRow[]>
  orders(query: OrderQuery): Promise<readonly OrderRow[]>
  order(orderId: number): Promise<OrderRow | undefined>
  fills(query: FillQuery): Promise<readonly FillRow[]>
  /** Money that moved without a trade. */
  flows(query: Page): Promise<readonly FlowRow[]>
  trades(query: TradeQuery): Promise<readonly TradeRow[]>
  trade(number: number): Promise<TradeRow | undefined>
  /** All closed trades whose exits lie within [from, to), summed; in groups where one is named, else in one row or none. */
  tradeSums(query: SumQuery): Promise<readonly TradeSum[]>
  /** All closed trades whose exits lie within [from, to); undefined where there is none. */
  tradeStats(query: StatsQuery): Promise<TradeStats | undefined>
  /** Over all of the equity within [from, to): the deepest fall from a peak as a fraction, flows left out, undefined below two values, and a curve of at most `points`. */
  equityShape(query: {
    readonly from: number
    readonly to: number
    readonly points: number
  }): Promise<{ readonly drawdown: number | undefined; readonly curve: readonly EquityRow[] }>
  decisions(query: DecisionQuery): Promise<readonly DecisionRow[]>
  /** Ascending when `from` is given, so that a curve can be drawn; else the newest first. */
  equity(query: EquityQuery): Promise<readonly EquityRow[]>
  /** Instant of the first equity that is kept. */
  equitySince(): Promise<number | undefined>
  /** Equity from an instant on, by strides of market time, oldest first; a stride without a row is left out. */
  equityGrid(query: GridQuery): Promise<readonly GridEquity[]>
  resultGrid(query: GridQuery): Promise<readonly GridResult[]>
  strategies(): Promise<readonly StrategyRow[]>
  /** Parent orders in progress, newest first; finished ones too when asked. */
  algorithms(query: { readonly isActive?: boolean | undefined; readonly limit: number }): Promise<readonly AlgorithmRow[]>
  holds(): Promise<readonly HoldRow[]>
  /** Risk settings that were changed while Ballast ran. */
  riskSettings(): Promise<readonly RiskSettingRow[]>
  /** Every change of a risk setting, newest first. */
  riskChanges(query: Page): Promise<readonly RiskChange[]>
  alerts(query: Page): Promise<readonly StoredAlert[]>
  events(
    query: Page & { readonly after?: number | undefined; readonly types?: readonly string[] | undefined },
  ): Promise<readonly EventRow[]>
  health(): Promise<readonly PartHealth[]>
  /** Whether the database answers. */
  ping(): Promise<boolean>
}

/** Who asked for what is sent to the trader. */
export interface AskedBy {
  readonly actor: string
  readonly surface: string
  readonly role: string
  readonly requestId: string
  readonly apiKeyId?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly onAction?: ((id: number) => void) | undefined
}

export interface Control {
  /** Hands a command to the trader and waits for its word; undefined: it is queued, the trader has not answered in time. */
  send(command: TraderCommand, by: AskedBy): Promise<CommandOutcome | undefined>
  /** What the trader would say of it now, before anybody is asked; undefined: it has not answered in time. */
  preview(command: PreviewedCommand, by: AskedBy): Promise<CommandOutcome | undefined>
}

export type ConfirmationStatus = 'pending' | 'approved' | 'rejected' | 'expired' | 'void'
export interface Confirmation {
  readonly id: string
  readonly actor: string
  readonly role: string
  readonly chat: string | null
  readonly surface: string
  readonly command: string
  readonly args: Json
  /** What will be done, as it was shown, and what was seen of the market then. */
  readonly snapshot: Json
  /** The card. */
  readonly preview: Json
  readonly profile: string
  readonly dataDirId: string
  /** Wall-clock ms. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly status: ConfirmationStatus
}
export interface NewConfirmation extends Omit<Confirmation, 'id' | 'createdAt' | 'expiresAt' | 'status'> {
  readonly ttlMs: number
}

export interface Confirmations {
  create(row: NewConfirmation): Promise<Confirmation>
  find(id: string): Promise<Confirmation | undefined>
  pending(): Promise<readonly Confirmation[]>
  /** Answers false when it was not pending any more or its time was over: of two answers one counts. */
  settle(id: string, status: 'approved' | 'rejected', by: string): Promise<boolean>
}

/** A risk setting was changed; values are texts of settings, null: what the configuration says. */
export interface RiskChange {
  readonly seq: number
  /** Market time. */
  readonly ts: number
  /** `account`, `strategy ema-cross`, `symbol BTCUSDT`. */
  readonly target: string
  readonly key: string
  readonly from: string | null
  readonly to: string | null
  readonly actor: string
  /** By which it was asked; null where nobody asked, or the record of that is gone. */
  readonly surface: string | null
  readonly until: number | null
}

export interface AuditEntry {
  readonly actor: string
  /** What the person or key is called. */
  readonly who?: string | undefined
  readonly surface: string
  readonly command: string
  readonly args: Json
  readonly role: string
  readonly decision: string
  readonly confirmId?: string | undefined
  readonly result?: string | undefined
  readonly requestId: string
}
export interface Audit {
  write(entry: AuditEntry): Promise<void>
  /** Of what only looked: it is answered whether or not this can be kept, so that it never throws. */
  note(entry: AuditEntry): Promise<void>
  /** Newest first. What began and has its outcome in a later row is left out, and so are readings unless they are asked for. */
  list(query: AuditQuery): Promise<readonly AuditRow[]>
  verify(): Promise<ChainCheck>
}
/** A row of the chain. */
export interface AuditRow extends AuditEntry {
  readonly seq: number
  /** Wall-clock ms. */
  readonly ts: number
  readonly hash: string
}
export interface AuditQuery {
  readonly limit: number
  readonly before?: number | undefined
  /** Name or id of a person or key. */
  readonly user?: string | undefined
  /** Wall-clock ms. */
  readonly since?: number | undefined
  readonly hasReads?: boolean | undefined
}
/** Where a chain ends. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}
/** Whether each row of the audit follows the one before it. */
export interface ChainCheck {
  readonly rows: number
  /** Rows from before there was a chain: nothing vouches for them. */
  readonly older: number
  readonly head: ChainHead | undefined
  /** The newest row that the data directory notes; undefined: none. */
  readonly noted: ChainHead | undefined
  /** The first row that is not as it was written. */
  readonly broken: { readonly seq: number; readonly how: BrokenRow; readonly row: AuditRow | undefined } | undefined
}
/** `cut`: rows that the data directory knows of are gone. `rewritten`: they are others. `unnumbered`: a row that no chain holds. */
export type BrokenRow = 'changed' | 'missing' | 'misplaced' | 'unnumbered' | 'cut' | 'rewritten'

export interface NewKey {
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
  readonly autoConfirm?: boolean
  /** Wall-clock ms. */
  readonly expiresAt?: number | null
  /** Networks that it may come from; without them any. */
  readonly networks?: readonly string[] | null
  /** What it may open, and for how much in a day (UTC), in USDT; without both nothing. */
  readonly symbols?: readonly string[] | null
  readonly dailyNotional?: string | null
  /** Who makes it. */
  readonly actor?: string
}
/** A key without its secret, which is kept nowhere. */
export interface KeyState {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
  readonly networks: readonly string[] | null
  readonly symbols: readonly string[] | null
  readonly dailyNotional: string | null
  /** Notional of its entries since midnight UTC; null of a key without a daily notional. */
  readonly spentToday: string | null
  readonly autoConfirm: boolean
  /** Who made it; null of one that a start has made. */
  readonly actor: string | null
  /** Wall-clock ms, all of them. Until then the secret before it was rotated counts, too. */
  readonly oldUntil: number | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}
export interface Keys {
  /** Newest first; revoked ones too. */
  list(): Promise<readonly KeyState[]>
  /** Answers the token: the only time that it is seen. */
  create(key: NewKey): Promise<{ readonly id: string; readonly token: string }>
  /** Another secret under the same id, answered once; the one before counts for the overlap. Undefined where there is no such key to rotate. */
  rotate(id: string, overlapMs: number, expiresAt: number): Promise<string | undefined>
  /** False where there is no such key, or it was revoked before. */
  revoke(id: string): Promise<boolean>
}

export type CodeVerdict =
  | { readonly type: 'right' }
  /** `left`: how many more may be wrong before they are locked. */
  | { readonly type: 'wrong'; readonly left: number }
  /** It was right once: a code counts one time. */
  | { readonly type: 'used' }
  | { readonly type: 'locked'; readonly untilMs: number }
  | { readonly type: 'none' }

/** One-time codes (RFC 6238) of users in chats; enrolled at the terminal only (S17). */
export interface Codes {
  /** `lockedUntilMs`: wall-clock ms; undefined where they are not locked. */
  state(actor: string): Promise<{ readonly isEnrolled: boolean; readonly lockedUntilMs: number | undefined }>
  /** Judges a code, once: what was right is used up, and the fifth wrong one locks them. */
  check(actor: string, code: string): Promise<CodeVerdict>
}

export type BacktestStatus = 'queued' | 'running' | 'done' | 'failed' | 'canceled'
export interface Backtest {
  readonly id: string
  readonly spec: Json
  readonly status: BacktestStatus
  /** Part that is done, 0 to 1. */
  readonly progress: number
  readonly result: Json | null
  readonly error: string | null
  readonly actor: string
  /** Wall-clock ms. */
  readonly createdAt: number
  readonly finishedAt: number | null
}
export interface BacktestRequest {
  readonly strategy: string
  readonly symbol: string
  readonly interval?: string | undefined
  /** ms. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly params: Readonly<Record<string, string>>
  /** Models of the simulation that are on, in words: `{latency: '250ms'}`. */
  readonly models?: Readonly<Partial<Record<ModelName, string>>> | undefined
  /** Of an optimization: values by parameter, `5:29:2` or `5,10,20`. */
  readonly grid?: Readonly<Record<string, string>> | undefined
  /** Of an optimization: the metric that ranks its runs. */
  readonly sort?: string | undefined
}
export type BacktestKind = 'backtest' | 'optimization'
/** Nothing was queued: the same may be asked again later. */
export interface QueueIsDown {
  readonly type: 'queue-down'
  readonly detail: string
}
export interface Backtests {
  /** Answers a sentence where it cannot be queued (unknown strategy or series, queue full). */
  enqueue(request: BacktestRequest, actor: string): Promise<Backtest | string | QueueIsDown>
  find(id: string): Promise<Backtest | undefined>
  list(query: Page & { readonly kind: BacktestKind }): Promise<readonly Backtest[]>
  cancel(id: string): Promise<boolean>
  /** The report of one that is done, as an HTML page; undefined where its files are not here: run by another machine, or long ago. */
  page(id: string): string | undefined
  runRows(id: string): BacktestRunRows | undefined
}

/** Amounts in the quote coin; times in ms. */
export interface BacktestTrade {
  readonly number: number
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly entryTime: number
  readonly entryPrice: string
  readonly exitTime: number
  readonly exitPrice: string
  readonly quantity: string
  readonly fee: string
  readonly funding: string
  readonly pnl: string
  readonly exitReason: string
}

/** What a run left besides its figures. */
export interface BacktestRunRows {
  readonly trades: readonly BacktestTrade[]
  /** Ms and the quote coin; 10,000 points at most. */
  readonly equity: readonly (readonly [ts: number, equity: string])[]
}

export interface PnlPicture {
  readonly title: string
  readonly equity: readonly EquityRow[]
  readonly trades: readonly TradeRow[]
}
export interface MeasuresChart {
  readonly title: string
  /** What a row of the series is of. */
  readonly stride: 'day' | 'hour'
  readonly series: EquitySeries
}
export interface ChartRequest {
  readonly symbol: string
  readonly interval: string
  readonly bars: number
  readonly fills: readonly FillRow[]
  readonly position: PositionRow | undefined
}
/** Candles in quote units, named by their start, closed ones only, oldest first; undefined where the exchange gives none. */
export type CandleReader = (
  symbol: string,
  interval: string,
  bars: number,
) => Promise<
  readonly { readonly ts: number; readonly open: number; readonly high: number; readonly low: number; readonly close: number }[] | undefined
>
export interface PeriodsPicture {
  readonly title: string
  /** Of each row, as its bar is labelled. */
  readonly names: readonly string[]
  /** Oldest first. */
  readonly rows: readonly { readonly result: string | null; readonly timeWeighted: number | null }[]
}
export interface Charts {
  /** Result of each period and what they came to; undefined where there is too little to draw. */
  periods(picture: PeriodsPicture): Promise<Image | undefined>
  pnl(picture: PnlPicture): Promise<Image | undefined>
  /** Equity, drawdown and returns with their value at risk; undefined where there is too little to draw. */
  measures(picture: MeasuresChart): Promise<Image | undefined>
  /** A sentence where there is nothing to draw. */
  candles(request: ChartRequest): Promise<Image | string>
}

export interface ConfiguredValue {
  readonly key: string
  readonly value: unknown
  /** `default`, or what it comes from: `file c.json`, `env BALLAST__API__PORT`. */
  readonly origin: string
  readonly isSecret: boolean
  readonly envName: string
  /** What it may hold, in words. */
  readonly allowed: string
}

/** Facts about the running system that no table holds. */
export interface SystemFacts {
  /** Where a browser finds the API: `http://127.0.0.1:8080`. */
  readonly webAddress: string
  readonly profile: string
  readonly version: string
  readonly startedAtMs: number
  /** The tag of the data directory. */
  readonly dataDirId: string
  readonly exchange: string
  /** Whether entries by hand may come from a chat. */
  readonly allowsChatEntry: boolean
  /** Risk settings as the configuration has them, before anybody changed one while Ballast ran. */
  readonly riskSettings: ConfiguredSettings
  /** Part of a position's value that it needs as maintenance margin. */
  readonly maintenanceRate: number
  /** Every key of the configuration with its value; of a secret only whether there is one. */
  readonly configuration: readonly ConfiguredValue[]
  /** How capital is shared among strategies; `off`: only when somebody asks. */
  readonly allocator: Omit<AllocatorRules, 'method'> & { readonly method: AllocatorMethod | 'off'; readonly every: PeriodUnit }
}
