/**
 * What the journal kept of one strategy: its bars, its trades, and what stood in its way or reached into it. Rows go in, in their order.
 * Never decides what caused what: that is `explain.ts`.
 */
import { type InstrumentIndex, type Lots, type Side, type StrategyId, type Ts, instrumentIndex, ts } from '../../core/units.ts'
import type { KernelFact, OrderDenied, OrderSubmitted } from '../../kernel/fact.ts'
import type { ChangeRiskSetting, ClosedBar, KernelInput, StrategyMode, UniverseSelected } from '../../kernel/input.ts'
import type { Hold } from '../../kernel/state/holds.ts'
import type { Bar } from '../../market/bars.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import { isOperators } from '../../trading/order.ts'

/** A row of the journal, as far as a record is made from it. */
export type RecordedRow = { readonly kind: 'input'; readonly input: KernelInput } | { readonly kind: 'fact'; readonly fact: KernelFact }

/** A trade as it was traded. Instruments are counted in the strategy's own order, here and in all that follows. */
export interface LiveTrade {
  readonly trade: ClosedTrade
  /** When its first entry was decided: the close instant of a bar, or when a person asked. */
  readonly decidedTs: Ts
  /** Whether a person or a program of theirs opened it. */
  readonly isByHand: boolean
  /** What the entry order was sent with; undefined where no order of ours opened it. */
  readonly ordered: Lots | undefined
}
/** Something that stood from `from` on, before `to`. */
export interface Spell<T> {
  readonly what: T
  readonly from: Ts
  readonly to: Ts | undefined
}
/** A person or a program of theirs reached into a symbol; no instrument: into all. */
export interface HandAct {
  readonly instrument: InstrumentIndex | undefined
  readonly act: string
  readonly actor: string
  readonly ts: Ts
}
/** An entry that ended without a fill. */
export interface LostEntry {
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly decidedTs: Ts
  readonly outcome: 'rejected' | 'canceled' | 'expired' | 'never-arrived'
  readonly detail: string
}
export interface LiveBars {
  /** Ascending, each once. */
  readonly bars: readonly Bar[]
  /** Close instants that were decided for exits only, since the trader was away or the bar came late. */
  readonly late: ReadonlySet<number>
  readonly fundings: readonly { readonly ts: Ts; readonly rate: number }[]
}
export interface LiveRecord {
  readonly strategy: StrategyId
  /** By instrument. */
  readonly series: readonly LiveBars[]
  /** Since when the code and parameters that began last trade; undefined where the journal does not say. */
  readonly begunTs: Ts | undefined
  /** Code and parameters in words, as it began last. */
  readonly identity: string | undefined
  /** Since when prices and quantities of its symbols are counted as they are now; undefined: always. */
  readonly termsTs: Ts | undefined
  readonly closed: readonly LiveTrade[]
  readonly entries: ReadonlyMap<number, OrderSubmitted>
  readonly denials: readonly OrderDenied[]
  readonly holds: readonly Spell<Hold>[]
  readonly modes: readonly Spell<StrategyMode>[]
  readonly hands: readonly HandAct[]
  readonly lost: readonly LostEntry[]
  readonly settings: readonly ChangeRiskSetting[]
  readonly universes: readonly UniverseSelected[]
}

/** Types of rows that a record is made from; the others need not be read. */
export const RECORDED_INPUTS: readonly KernelInput['type'][] = [
  'strategy-started',
  'close-position',
  'cancel-orders',
  'place-orders',
  'change-order',
  'change-protection',
  'start-algorithm',
  'adopt-external',
  'panic',
  'outside-signal',
  'change-risk-setting',
  'universe-selected',
  'instrument-changed',
  'order-rejected',
  'order-canceled',
  'order-expired',
  'order-never-arrived',
]
export const RECORDED_FACTS: readonly KernelFact['type'][] = [
  'order-submitted',
  'order-denied',
  'hold-added',
  'hold-lifted',
  'strategy-mode-changed',
  'trade-opened',
  'trade-closed',
]

interface Series {
  readonly bars: Map<number, Bar>
  readonly late: Set<number>
  readonly fundings: Map<number, number>
}

export class LiveRecorder {
  private readonly strategy: StrategyId
  private readonly symbols: readonly string[]
  private readonly own: ReadonlyMap<number, InstrumentIndex>
  private readonly intervalMs: number
  private readonly series: readonly Series[]
  private readonly entries = new Map<number, OrderSubmitted>()
  private readonly opened = new Set<number>()
  private readonly ended = new Map<number, Pick<LostEntry, 'outcome' | 'detail'>>()
  private readonly trades: ClosedTrade[] = []
  private readonly denials: OrderDenied[] = []
  private readonly holds: { what: Hold; from: Ts; to: Ts | undefined }[] = []
  private readonly modes: { what: StrategyMode; from: Ts; to: Ts | undefined }[] = []
  private readonly hands: HandAct[] = []
  private readonly settings: ChangeRiskSetting[] = []
  private readonly universes: UniverseSelected[] = []
  private begunTs: Ts | undefined
  private identity: string | undefined
  private termsTs: Ts | undefined

  /** @param symbols of the strategy in its order, each with its number in the journal */
  constructor(
    strategy: StrategyId,
    symbols: readonly { readonly symbol: string; readonly number: number }[],
    { intervalMs }: { readonly intervalMs: number },
  ) {
    this.strategy = strategy
    this.symbols = symbols.map(({ symbol }) => symbol)
    this.own = new Map(symbols.map(({ number }, at) => [number, instrumentIndex(at)]))
    this.intervalMs = intervalMs
    this.series = symbols.map(() => ({ bars: new Map(), late: new Set(), fundings: new Map() }))
  }

  take(row: RecordedRow): void {
    if (row.kind === 'input') this.takeInput(row.input)
    else this.takeFact(row.fact)
  }

  record(): LiveRecord {
    return {
      strategy: this.strategy,
      series: this.series.map(({ bars, late, fundings }) => ({
        bars: [...bars.values()].sort((a, b) => a.ts - b.ts),
        late,
        fundings: [...fundings].map(([at, rate]) => ({ ts: ts(at), rate })).sort((a, b) => a.ts - b.ts),
      })),
      begunTs: this.begunTs,
      identity: this.identity,
      termsTs: this.termsTs,
      closed: this.trades.map((trade) => liveTrade(trade, this.entries)),
      entries: this.entries,
      denials: this.denials,
      holds: this.holds,
      modes: this.modes,
      hands: this.hands,
      lost: [...this.entries].flatMap(([id, order]): LostEntry[] => {
        const end = this.ended.get(id)
        if (end === undefined || this.opened.has(id)) return []
        const { instrument, side } = order.command
        return [{ instrument, side, decidedTs: order.ts, ...end }]
      }),
      settings: this.settings,
      universes: this.universes,
    }
  }

  private at(instrument: InstrumentIndex): InstrumentIndex | undefined {
    return this.own.get(instrument)
  }

  private takeInput(input: KernelInput): void {
    switch (input.type) {
      case 'bars-closed':
        for (const row of input.bars) this.takeBar(row, input.mode === 'late')
        // Shown before the first start, and traded by nobody.
        if (input.mode === 'warmup') this.begunTs = ts(Math.max(this.begunTs ?? 0, input.ts))
        for (const each of input.fundings ?? []) {
          const i = this.at(each.instrument)
          if (i !== undefined) this.series[i]?.fundings.set(each.ts, each.rate)
        }
        return
      case 'strategy-started':
        if (input.strategy !== this.strategy) return
        for (const row of input.history ?? []) this.takeBar(row, false)
        if (input.isAnew || input.identity !== this.identity) this.begunTs = input.ts
        this.identity = input.identity
        return
      case 'cancel-orders': {
        const order = input.orderId === undefined ? undefined : this.entries.get(input.orderId)
        if (input.orderId === undefined) this.hands.push({ instrument: undefined, act: input.type, actor: input.actor, ts: input.ts })
        // What is kept of the order counts its instrument in the strategy's own order already.
        else if (order !== undefined)
          this.hands.push({ instrument: order.command.instrument, act: input.type, actor: input.actor, ts: input.ts })
        return
      }
      case 'close-position':
      case 'change-order':
      case 'change-protection':
      case 'adopt-external':
      case 'place-orders':
      case 'start-algorithm':
        this.takeHand(input.type, input.instrument, input.actor, input.ts)
        return
      case 'outside-signal':
        this.takeHand(input.type, input.instrument, input.source, input.ts)
        return
      case 'panic':
        this.takeHand('panic', input.instrument, input.actor, input.ts)
        return
      case 'change-risk-setting': {
        const { target } = input.setting
        const isOwn =
          target.type === 'account' ||
          (target.type === 'strategy' ? target.strategy === this.strategy : this.symbols.includes(target.symbol))
        if (isOwn) this.settings.push(input)
        return
      }
      case 'universe-selected':
        if (input.strategy !== this.strategy) return
        this.universes.push({
          ...input,
          rows: input.rows.flatMap((row) => {
            const i = this.at(row.instrument)
            return i === undefined ? [] : [{ ...row, instrument: i }]
          }),
        })
        return
      case 'instrument-changed':
        if (this.at(input.instrument) !== undefined && input.terms !== undefined) this.termsTs = input.ts
        return
      case 'order-rejected':
        if (input.orderId !== undefined)
          this.ended.set(input.orderId, { outcome: 'rejected', detail: `${input.code} ${input.detail}`.trim() })
        return
      case 'order-canceled':
        if (input.orderId !== undefined) this.ended.set(input.orderId, { outcome: 'canceled', detail: input.cause })
        return
      case 'order-expired':
        if (input.orderId !== undefined) this.ended.set(input.orderId, { outcome: 'expired', detail: '' })
        return
      case 'order-never-arrived':
        if (input.orderId !== undefined) this.ended.set(input.orderId, { outcome: 'never-arrived', detail: '' })
        return
      default:
    }
  }

  private takeFact(fact: KernelFact): void {
    switch (fact.type) {
      case 'order-submitted': {
        const i = this.at(fact.command.instrument)
        if (fact.strategy !== this.strategy || fact.class !== 'entry' || i === undefined) return
        this.entries.set(fact.command.orderId, { ...fact, command: { ...fact.command, instrument: i } })
        return
      }
      case 'order-denied': {
        const i = this.at(fact.instrument)
        if (fact.strategy === this.strategy && i !== undefined) this.denials.push({ ...fact, instrument: i })
        return
      }
      case 'hold-added':
        this.takeHold(fact.hold)
        return
      case 'hold-lifted':
        for (const hold of this.holds) if (hold.what.id === fact.holdId && hold.to === undefined) hold.to = fact.ts
        return
      case 'strategy-mode-changed': {
        if (fact.strategy !== this.strategy) return
        const last = this.modes.at(-1)
        if (last !== undefined && last.to === undefined) last.to = fact.ts
        this.modes.push({ what: fact.mode, from: fact.ts, to: undefined })
        return
      }
      case 'trade-opened':
        this.opened.add(fact.orderId)
        return
      case 'trade-closed': {
        const i = this.at(fact.trade.instrument)
        if (fact.trade.strategy === this.strategy && i !== undefined) this.trades.push({ ...fact.trade, instrument: i })
        return
      }
      default:
    }
  }

  private takeHold(hold: Hold): void {
    const { scope } = hold
    if (scope.type === 'strategy' && scope.strategy !== this.strategy) return
    const i = scope.type === 'symbol' ? this.at(scope.instrument) : undefined
    if (scope.type === 'symbol' && i === undefined) return
    const what = i === undefined ? hold : { ...hold, scope: { type: 'symbol' as const, instrument: i } }
    // The same hold told again goes on.
    if (!this.holds.some((known) => known.what.id === hold.id && known.to === undefined))
      this.holds.push({ what, from: hold.since, to: undefined })
  }

  private takeHand(act: string, instrument: InstrumentIndex | undefined, actor: string, at: Ts): void {
    const i = instrument === undefined ? undefined : this.at(instrument)
    if (instrument === undefined || i !== undefined) this.hands.push({ instrument: i, act, actor, ts: at })
  }

  private takeBar({ instrument, bar }: ClosedBar, isLate: boolean): void {
    const i = this.at(instrument)
    const series = i === undefined ? undefined : this.series[i]
    if (series === undefined || series.bars.has(bar.ts)) return
    series.bars.set(bar.ts, bar)
    if (isLate) series.late.add(bar.ts + this.intervalMs)
  }
}

/** A trade with what its entry order says. */
export function liveTrade(trade: ClosedTrade, entries: ReadonlyMap<number, OrderSubmitted>): LiveTrade {
  const order = trade.entryOrderId === undefined ? undefined : entries.get(trade.entryOrderId)
  return {
    trade,
    decidedTs: order?.ts ?? trade.entryTs,
    isByHand: order === undefined || isOperators(order.reason),
    ordered: order === undefined || order.command.lots === 0 ? undefined : order.command.lots,
  }
}
