/**
 * From an input and its facts to the rows that change: pure, so that a rebuild by replay gives the same tables.
 */
import { alertSentence } from './alert-sentence.ts'
import { assertNever } from '../core/assert.ts'
import { groupDigits } from '../core/decimal.ts'
import type { InstrumentIndex, OrderId } from '../core/units.ts'
import type { KernelFact, OrderDenied, OrderSubmitted } from '../kernel/fact.ts'
import { isFlowKind } from '../kernel/flow-kind.ts'
import type { KernelInput } from '../kernel/input.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { MANUAL_OWNER } from '../trading/manual-owner.ts'
import { type Instrument, formatPrice, formatQuantity } from '../market/instrument.ts'
import { assessmentDetail } from '../risk/assessment/assessment-detail.ts'
import { type RiskRule, RISK_RULES } from '../risk/denial.ts'
import type { Order } from '../trading/order.ts'
import {
  accountRow,
  algorithmRow,
  elsewhereRow,
  flowRow,
  holdRow,
  money,
  orderRow,
  positionRow,
  strategyRow,
  tradeRow,
  riskSettingRow,
} from './state-row.ts'
import { closedAlert, openedAlert, reducedAlert } from './trade-alert.ts'
import { ledgerRow } from './ledger-row.ts'
import type { AlertRow, AlgorithmRow, RowChange } from './row.ts'

/** Rules that an entry has passed when it is sent. */
const isGate = (rule: RiskRule): boolean => !['exit-not-verified', 'execution', 'spot-order', 'no-size'].includes(rule)
const SPOT_GATES = RISK_RULES.filter(isGate)
const ENTRY_GATES = SPOT_GATES.filter((rule) => rule !== 'spot-long-only')

/** Projects one kernel; it keeps nothing of its own, so that it can start anywhere in the journal. */
export class Projector {
  private readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  /** Rows that exist before anything has happened: strategies, and the symbols that only operators trade. */
  initial(): RowChange[] {
    const running = this.kernel.runs.flatMap((run) => (run === undefined ? [] : [`${run.strategy} ${run.instrument.symbol}`]))
    const changes: RowChange[] = [{ table: 'strategies', only: running }]
    for (const instrument of this.kernel.config.instruments) this.strategyRow(instrument.index, changes)
    for (const i of this.kernel.config.manual ?? []) changes.push({ table: 'positions', row: positionRow(this.kernel, i) })
    return changes
  }

  /**
   * Changes after `input` (sequence number `seq`) and its facts were applied; the facts are at `firstFactSeq` and on.
   * The kernel is in the state after them.
   */
  project(input: KernelInput, seq: number, facts: readonly KernelFact[], firstFactSeq: number): RowChange[] {
    const changes: RowChange[] = []
    const touched = new Set<InstrumentIndex>()
    this.ofInput(input, seq, facts, changes, touched)
    const entry = ledgerRow(this.kernel, input, facts, seq)
    if (entry !== undefined) changes.push({ table: 'ledger', row: entry })
    facts.forEach((fact, k) => {
      this.ofFact(fact, firstFactSeq + k, changes, touched)
    })
    for (const i of touched) changes.push({ table: 'positions', row: positionRow(this.kernel, i) })
    changes.push({ table: 'account', row: accountRow(this.kernel) })
    return changes
  }

  /** Whether a new mark changes what operators see: what is held, and what they may enter by hand. */
  private isWatched(i: InstrumentIndex): boolean {
    return this.kernel.portfolio.venueLots(i) !== 0 || this.kernel.portfolio.ownerOf(i) === MANUAL_OWNER
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.kernel.config.instruments[i] as Instrument
  }

  private ofInput(
    input: KernelInput,
    seq: number,
    facts: readonly KernelFact[],
    changes: RowChange[],
    touched: Set<InstrumentIndex>,
  ): void {
    switch (input.type) {
      case 'order-accepted':
      case 'order-rejected':
      case 'order-triggered':
      case 'order-amended':
      case 'order-canceled':
      case 'order-expired':
      case 'order-never-arrived':
        this.orderRow(input.instrument, input.orderId, input.venueOrderId, changes)
        touched.add(input.instrument)
        return
      case 'order-filled': {
        const order = this.orderRow(input.instrument, input.orderId, input.venueOrderId, changes)
        touched.add(input.instrument)
        if (order?.parentOrderId !== undefined) this.algorithmRow(order.parentOrderId, changes)
        if (order === undefined || !order.tradeIds.includes(input.tradeId)) return
        const instrument = this.instrument(input.instrument)
        changes.push({
          table: 'fills',
          row: {
            seq,
            tradeId: input.tradeId,
            orderId: order.orderId,
            symbol: instrument.symbol,
            side: input.side,
            price: formatPrice(instrument, input.price),
            quantity: formatQuantity(instrument, input.lots),
            fee: money(input.fee.amount),
            // What was paid in coins is counted at the price of the fill.
            feeCoin: input.fee.lotParts === undefined ? input.fee.coin : instrument.quoteCoin,
            liquidity: input.liquidity,
            strategy: order.strategy,
            tradeNumber: this.tradeNumberOf(input.instrument, facts),
            ts: input.ts,
          },
        })
        this.openTradeRow(input.instrument, changes)
        return
      }
      case 'order-adopted':
        this.orderRow(input.instrument, undefined, input.venueOrderId, changes)
        touched.add(input.instrument)
        return
      case 'bars-closed':
        for (const row of input.bars) if (this.isWatched(row.instrument)) touched.add(row.instrument)
        for (const i of new Set(input.bars.map((row) => row.instrument))) this.strategyRow(i, changes)
        return
      case 'strategy-started':
        for (const { instrument } of this.kernel.starts.runsOf(input.strategy)) this.strategyRow(instrument.index, changes)
        return
      case 'time-advanced':
        for (const instrument of this.kernel.config.instruments) if (this.isWatched(instrument.index)) touched.add(instrument.index)
        return
      case 'position-adjusted':
      case 'funding-settled':
        touched.add(input.instrument)
        this.openTradeRow(input.instrument, changes)
        return
      case 'adopt-external':
      case 'ignore-external':
        touched.add(input.instrument)
        return
      case 'elsewhere-seen':
        for (const { symbol, quantity, markPrice } of input.positions)
          changes.push({ table: 'positions', row: elsewhereRow(symbol, quantity, markPrice, input.ts) })
        for (const symbol of input.gone) changes.push({ table: 'positions', row: elsewhereRow(symbol, '0', '0', input.ts) })
        return
      case 'wallet-adjusted':
        // The venue's log is read again and again: the row of a flow that is known stays as it is.
        if (isFlowKind(input.cause)) changes.push({ table: 'flows', row: flowRow(input, seq) })
        return
      case 'strategies-changed':
        changes.push(...this.initial())
        return
      case 'universe-selected':
        for (const { instrument } of input.rows) this.strategyRow(instrument, changes)
        return
      case 'instrument-changed':
      case 'cancel-leftover':
      case 'notice':
      case 'add-hold':
      case 'lift-hold':
      case 'close-position':
      case 'cancel-orders':
      case 'place-orders':
      case 'change-order':
      case 'change-protection':
      case 'change-risk-setting':
      case 'outside-signal':
      case 'start-algorithm':
      case 'steer-algorithm':
      case 'panic':
      case 'set-strategy-mode':
      case 'strategy-hung':
      case 'protection-missing':
      case 'reconciled':
        return
      default:
        assertNever(input)
    }
  }

  private ofFact(fact: KernelFact, seq: number, changes: RowChange[], touched: Set<InstrumentIndex>): void {
    switch (fact.type) {
      case 'order-submitted':
        this.orderRow(fact.command.instrument, fact.command.orderId, undefined, changes)
        changes.push({ table: 'decisions', row: this.submittedDecision(fact, seq) })
        this.strategyRow(fact.command.instrument, changes)
        return
      case 'order-denied':
        changes.push({
          table: 'decisions',
          row: {
            seq,
            kind: 'denial',
            orderId: null,
            strategy: fact.strategy,
            symbol: this.instrument(fact.instrument).symbol,
            class: fact.class,
            side: fact.side,
            rule: fact.rule,
            detail: { reason: fact.reason, figures: fact.figures, ...this.wantedDetail(fact) },
            ts: fact.ts,
          },
        })
        this.strategyRow(fact.instrument, changes)
        return
      case 'cancel-requested':
        this.orderRow(fact.instrument, fact.orderId, undefined, changes)
        return
      case 'amend-requested':
        this.orderRow(fact.instrument, fact.orderId, undefined, changes)
        return
      case 'algorithm-started':
        this.algorithmRow(fact.order.id, changes)
        return
      case 'algorithm-changed':
        this.algorithmRow(fact.id, changes)
        return
      case 'algorithm-ended': {
        const row = algorithmRow(this.kernel, fact.state)
        changes.push({ table: 'algorithms', row })
        changes.push({
          table: 'alerts',
          row: this.alert(
            seq,
            'algorithm.ended',
            row.filledQuantity === row.quantity ? 'P4' : 'P3',
            row.symbol,
            endedText(row),
            { ...row },
            fact.ts,
          ),
        })
        return
      }
      case 'stop-requested':
        touched.add(fact.instrument)
        return
      case 'external-adopted':
      case 'external-ignored':
      case 'dust-left':
      case 'stop-adopted':
        touched.add(fact.instrument)
        return
      case 'hold-added':
        changes.push({ table: 'holds', row: holdRow(fact.hold, (i) => this.instrument(i).symbol) })
        return
      case 'risk-setting-changed':
        changes.push({ table: 'riskSettings', row: riskSettingRow(fact.setting) })
        return
      case 'hold-lifted':
        changes.push({ table: 'holds', remove: fact.holdId })
        return
      case 'strategy-state':
      case 'close-wanted':
      case 'exit-aimed':
        return
      case 'strategy-mode-changed':
        for (const run of this.kernel.runs)
          if (run !== undefined && run.strategy === fact.strategy) this.strategyRow(run.instrument.index, changes)
        changes.push({
          table: 'alerts',
          row: this.alert(
            seq,
            fact.mode === 'errored' ? 'strategy.auto_disabled' : 'strategy.mode',
            'P4',
            null,
            `${fact.strategy} is ${fact.mode} (${fact.cause})`,
            {},
            fact.ts,
          ),
        })
        return
      case 'trade-opened': {
        this.openTradeRow(fact.instrument, changes)
        const openTrade = this.kernel.portfolio.openTrade(fact.instrument)
        if (openTrade !== undefined) changes.push({ table: 'alerts', row: openedAlert(this.kernel, fact, openTrade, seq) })
        return
      }
      case 'trade-reduced':
        changes.push({ table: 'alerts', row: reducedAlert(this.kernel, fact, seq) })
        return
      case 'trade-closed': {
        const row = tradeRow(this.kernel, fact.trade)
        changes.push({ table: 'trades', row }, { table: 'alerts', row: closedAlert(this.kernel, fact, row, seq) })
        touched.add(fact.trade.instrument)
        return
      }
      case 'equity-sampled':
        changes.push({
          table: 'equity',
          row: {
            ts: fact.ts,
            equity: money(fact.equity),
            wallet: money(fact.wallet),
            dayPnl: money(fact.dayPnl),
            drawdown: fact.drawdown,
            flows: fact.flows === undefined ? null : money(fact.flows),
          },
        })
        return
      case 'alert-raised': {
        const symbol = fact.instrument === undefined ? null : this.instrument(fact.instrument).symbol
        changes.push({
          table: 'alerts',
          row: this.alert(
            seq,
            fact.alert,
            fact.severity,
            symbol,
            alertSentence(fact, symbol ?? ''),
            fact.data === undefined ? {} : { ...fact.data },
            fact.ts,
          ),
        })
        return
      }
      default:
        assertNever(fact)
    }
  }

  private alert(
    seq: number,
    type: string,
    severity: string,
    symbol: string | null,
    summary: string,
    detail: Readonly<Record<string, unknown>>,
    ts: number,
  ): AlertRow {
    return { seq, type, severity, symbol, summary, detail, ts }
  }

  /** The trade that a fill belongs to: the one it ended, else the one that is open. */
  private tradeNumberOf(i: InstrumentIndex, facts: readonly KernelFact[]): number | null {
    for (const fact of facts) if (fact.type === 'trade-closed' && fact.trade.instrument === i) return fact.trade.number
    return this.kernel.portfolio.openTrade(i)?.number ?? null
  }

  private wantedDetail({ instrument: i, wanted }: OrderDenied) {
    if (wanted === undefined) return {}
    const instrument = this.instrument(i)
    const { lots, price, stop } = wanted
    return {
      wanted: {
        quantity: formatQuantity(instrument, lots),
        price: formatPrice(instrument, price),
        stop: stop === undefined ? null : formatPrice(instrument, stop),
      },
    }
  }

  private submittedDecision(fact: OrderSubmitted, seq: number) {
    const { command } = fact
    const instrument = this.instrument(command.instrument)
    const stop = fact.stop ?? command.stop
    return {
      seq,
      kind: 'order' as const,
      orderId: command.orderId,
      strategy: fact.strategy,
      symbol: instrument.symbol,
      class: fact.class,
      side: command.side,
      rule: null,
      detail: {
        reason: fact.reason,
        mark: formatPrice(instrument, fact.mark),
        quantity: formatQuantity(instrument, command.lots),
        stop: stop === undefined ? null : formatPrice(instrument, stop),
        targets: (fact.targets ?? command.targets ?? []).map((t) => ({ price: formatPrice(instrument, t.price), share: t.share })),
        sizing: fact.sizing ?? [],
        plannedLoss: fact.plannedLoss === undefined ? null : money(fact.plannedLoss),
        ...(fact.risk === undefined ? {} : { risk: assessmentDetail(fact.risk, instrument) }),
        gates: fact.class !== 'entry' ? ['exit-not-verified'] : instrument.category === 'spot' ? SPOT_GATES : ENTRY_GATES,
      },
      ts: fact.ts,
    }
  }

  private orderRow(i: InstrumentIndex, id: OrderId | undefined, venueOrderId: string | undefined, changes: RowChange[]): Order | undefined {
    const order = this.kernel.orders.find(i, id, venueOrderId)
    if (order !== undefined) changes.push({ table: 'orders', row: orderRow(this.kernel, order) })
    return order
  }

  /** Nothing for a parent that is an entry, or that is over: its end wrote its last row. */
  private algorithmRow(id: OrderId, changes: RowChange[]): void {
    const state = this.kernel.parentOrders.find(id)
    if (state !== undefined) changes.push({ table: 'algorithms', row: algorithmRow(this.kernel, state) })
  }

  private openTradeRow(i: InstrumentIndex, changes: RowChange[]): void {
    const openTrade = this.kernel.portfolio.openTrade(i)
    if (openTrade === undefined) return
    const open = this.kernel.portfolio.openTrades().find((t) => t.number === openTrade.number)
    if (open !== undefined) changes.push({ table: 'trades', row: tradeRow(this.kernel, open) })
  }

  private strategyRow(i: InstrumentIndex, changes: RowChange[]): void {
    const row = strategyRow(this.kernel, i)
    if (row !== undefined) changes.push({ table: 'strategies', row })
  }
}

/** `TWAP BUY 0.500 BTCUSDT done: average 64,120.35, 2.1 bp worse than 64,106.9 at the start, 12 orders`. */
function endedText(row: AlgorithmRow): string {
  const head = `${row.type.toUpperCase()} ${row.side === 1 ? 'BUY' : 'SELL'} ${row.quantity} ${row.symbol}`
  if (row.averagePrice === null || row.shortfallBps === null) return `${head} ended unfilled: ${row.cause}`
  const how = `average ${groupDigits(row.averagePrice)}, ${Math.abs(row.shortfallBps).toFixed(1)} bp ${row.shortfallBps > 0 ? 'worse' : 'better'} than ${groupDigits(row.arrivalPrice)} at the start, ${row.children} orders`
  return row.filledQuantity === row.quantity
    ? `${head} done: ${how}`
    : `${head} ended partially filled, ${row.filledQuantity} (${row.cause}): ${how}`
}
