/**
 * Rows of the projections from the kernel's state: orders, positions, trades, strategies, holds, the account.
 */
import { formatDecimal } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, type InstrumentIndex, type Lots, type Ticks, type Ts, cash } from '../core/units.ts'
import { type SettingOverride, targetKey } from '../kernel/state/effective-limits.ts'
import { type Hold, type HoldScope, tradingState } from '../kernel/state/holds.ts'
import { limitAt } from '../core/money-limit.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { StrategyRun } from '../kernel/state/strategies/strategy-run.ts'
import { type Instrument, formatPrice, formatQuantity, lotFloat, ticksFromFloat } from '../market/instrument.ts'
import { type Position, averageEntry } from '../portfolio/position.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import { type AlgorithmState, summaryOf } from '../trading/algorithms/algorithm.ts'
import type { WalletAdjusted } from '../trading/event.ts'
import { type Order, isOpenStatus, isOwnStop, isPositionStop } from '../trading/order.ts'
import type {
  AccountLimits,
  AccountRow,
  AlgorithmRow,
  FlowRow,
  HoldRow,
  OrderRow,
  PositionRow,
  RiskSettingRow,
  StrategyRow,
  TradeRow,
  UniverseStanding,
} from './row.ts'

export const money = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)

const instrumentOf = (kernel: Kernel, i: InstrumentIndex): Instrument => kernel.config.instruments[i] as Instrument

/** The order as it stands. */
export function orderRow(kernel: Kernel, order: Order): OrderRow {
  const instrument = instrumentOf(kernel, order.instrument)
  const price = (ticks: Order['limit']): string | null => (ticks === undefined || ticks === null ? null : formatPrice(instrument, ticks))
  const openTrade = kernel.portfolio.openTrade(order.instrument)
  return {
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId ?? null,
    origin: order.origin,
    parentOrderId: order.parentOrderId ?? null,
    strategy: order.strategy,
    symbol: instrument.symbol,
    class: order.class,
    side: order.side,
    kind: order.kind,
    quantity: formatQuantity(instrument, order.lots),
    filledQuantity: formatQuantity(instrument, order.filled),
    averagePrice: order.filled === 0 ? null : formatPrice(instrument, averageTicks(order.filledNotional, order.filled, instrument)),
    limitPrice: price(order.limit),
    triggerPrice: price(order.trigger),
    stopPrice: price(order.stop),
    targetPrice: price(order.targets?.[0]?.price),
    status: order.status,
    isOpen: isOpenStatus(order.status),
    reduceOnly: order.reduceOnly,
    tradeNumber: openTrade?.number ?? null,
    submittedTs: order.submittedTs,
    updatedTs: order.updatedTs,
  }
}

/** The position of a symbol with its stop and target at the venue; flat rows stay. */
export function positionRow(kernel: Kernel, i: InstrumentIndex): PositionRow {
  const { portfolio, orders } = kernel
  const instrument = instrumentOf(kernel, i)
  const position = portfolio.positions[i] as Position
  const openTrade = portfolio.openTrade(i)
  const open = orders.open(i)
  const stop = open.find(isPositionStop)?.trigger
  const targets = open.filter((o) => o.origin === 'attached-target' || (o.class === 'protective' && o.origin === 'ours' && !isOwnStop(o)))
  // The next one on the way.
  const target = nearestTo(portfolio.mark(i), targets)
  const isFlat = position.lots === 0
  return {
    symbol: instrument.symbol,
    quantity: formatQuantity(instrument, position.lots),
    entryPrice: isFlat ? null : priceText(instrument, averageEntry(position, instrument)),
    markPrice: formatPrice(instrument, portfolio.mark(i)),
    unrealizedPnl: money(portfolio.unrealizedOf(i)),
    stopPrice: isFlat || stop === undefined ? null : formatPrice(instrument, stop),
    targetPrice: isFlat || target === undefined ? null : formatPrice(instrument, target),
    strategy: openTrade?.strategy ?? null,
    tradeNumber: openTrade?.number ?? null,
    openedTs: openTrade?.entryTs ?? null,
    externalQuantity: formatQuantity(instrument, portfolio.externalLots(i)),
    isExternalIgnored: portfolio.isExternalIgnored(i),
    updatedTs: portfolio.now,
  }
}

/** What somebody holds in a symbol that is not traded here. */
export const elsewhereRow = (symbol: string, quantity: string, markPrice: string, at: Ts): PositionRow => ({
  symbol,
  quantity: '0',
  entryPrice: null,
  markPrice,
  unrealizedPnl: '0',
  stopPrice: null,
  targetPrice: null,
  strategy: null,
  tradeNumber: null,
  openedTs: null,
  externalQuantity: quantity,
  // No entry of Ballast's can come there: nobody has to say anything about it.
  isExternalIgnored: true,
  updatedTs: at,
})

function nearestTo(mark: Ticks, targets: readonly Order[]): Ticks | undefined {
  const prices = targets.flatMap((o) => o.trigger ?? o.limit ?? [])
  return prices.sort((a, b) => Math.abs(a - mark) - Math.abs(b - mark))[0]
}

/** A trade, finished or marked. */
export function tradeRow(kernel: Kernel, trade: ClosedTrade): TradeRow {
  const instrument = instrumentOf(kernel, trade.instrument)
  const planned = trade.plannedLoss
  return {
    number: trade.number,
    strategy: trade.strategy,
    symbol: instrument.symbol,
    side: trade.side,
    entryTs: trade.entryTs,
    entryPrice: priceText(instrument, trade.entryPrice),
    exitTs: trade.open ? null : trade.exitTs,
    exitPrice: trade.open ? null : priceText(instrument, trade.exitPrice),
    quantity: formatQuantity(instrument, trade.quantity),
    fee: money(trade.fee),
    funding: money(trade.funding),
    pnl: money(trade.pnl),
    resultR: planned === undefined || planned === 0 ? null : (trade.pnl / planned).toFixed(4),
    exitReason: trade.open ? null : trade.exitReason,
    entryOrderId: trade.entryOrderId ?? 0,
    mae: money(trade.mae),
    mfe: money(trade.mfe),
    isOpen: trade.open,
  }
}

/** A parent order as it stands. */
export function algorithmRow(kernel: Kernel, state: AlgorithmState): AlgorithmRow {
  const instrument = instrumentOf(kernel, state.instrument)
  const summary = summaryOf(state, kernel.now, instrument.cashNumerator / instrument.cashDenominator, 1 / lotFloat(instrument))
  const hasFilled = state.filled > 0
  return {
    id: state.id,
    strategy: state.strategy,
    symbol: instrument.symbol,
    type: state.spec.type,
    class: state.class,
    side: state.side,
    quantity: formatQuantity(instrument, state.lots),
    filledQuantity: formatQuantity(instrument, state.filled),
    status: state.status,
    cause: state.cause,
    arrivalPrice: formatPrice(instrument, state.arrival),
    averagePrice: hasFilled ? priceText(instrument, summary.averagePrice) : null,
    shortfallBps: hasFilled ? summary.shortfallBps : null,
    makerShare: hasFilled ? summary.makerShare : null,
    participation: hasFilled ? summary.participation : null,
    fees: money(state.fees),
    children: state.children,
    startedTs: state.startedTs,
    updatedTs: kernel.now,
    isActive: state.status !== 'ended',
  }
}

/** The strategy that owns a symbol; undefined where none does. */
export function strategyRow(kernel: Kernel, i: InstrumentIndex): StrategyRow | undefined {
  const run = kernel.runs[i]
  if (run === undefined) return undefined
  return {
    strategy: run.strategy,
    symbol: run.instrument.symbol,
    definition: run.definition.name,
    version: run.definition.version,
    mode: run.mode,
    modeCause: run.modeCause,
    lastSignalTs: run.lastSignalTs,
    barsMissing: run.barsMissing,
    lastDecisionTs: run.lastDecisionTs,
    params: typeof run.params === 'object' ? { ...run.params } : {},
    changedBy: run.changed?.actor ?? null,
    changedAt: run.changed?.atMs ?? null,
    universe: universeOf(kernel, run),
    report: run.keepsState && run.definition.report !== undefined ? { ...run.definition.report(run.state) } : null,
  }
}

function universeOf({ universes }: Kernel, { strategy, instrument, universe }: StrategyRun): UniverseStanding | null {
  if (universe === undefined) return null
  const state = universes.of(strategy)
  const member = state?.members.find((each) => each.instrument === instrument.index)
  if (state === undefined || member === undefined)
    return { verdict: 'unmeasured', since: null, at: null, everyMs: universe.everyMs, measure: null }
  const { isTraded, volume, volatility = null, spreadBps = null } = member.measure
  return {
    verdict: member.verdict,
    since: member.since === 0 ? null : member.since,
    at: state.at,
    everyMs: universe.everyMs,
    measure: { isTraded, volume, volatility, spreadBps },
  }
}

/** The account as of the input that was applied last. */
export function accountRow(kernel: Kernel): AccountRow {
  const { portfolio, holds } = kernel
  return {
    state: tradingState(holds),
    stateSince: kernel.stateSince,
    equity: money(portfolio.equity),
    wallet: money(portfolio.ledger.wallet),
    unrealized: money(portfolio.unrealizedTotal),
    dayPnl: money(portfolio.dayResult),
    dayLoss: money(portfolio.dayLoss),
    dayLossLeft: money(cash(Math.max(0, portfolio.lossLeft('day', kernel.limits.account.dayLossMax)))),
    drawdown: portfolio.watch.drawdown,
    openRisk: money(portfolio.openRisk),
    grossNotional: money(portfolio.grossNotional),
    marginUsed: money(portfolio.marginUsed),
    limits: kernel.config.settings === undefined ? null : limitsRow(kernel),
    barsClosedAt: portfolio.lastCloseTs,
    lastFillAt: portfolio.lastFillTs,
    updatedTs: portfolio.now,
  }
}

function limitsRow({ portfolio, limits: { account } }: Kernel): AccountLimits {
  const { equity } = portfolio
  const { netLong, netShort } = portfolio.exposure(undefined)
  return {
    dayLossMax: money(portfolio.lossLimit('day', account.dayLossMax)),
    weekLoss: money(portfolio.lossOf('week')),
    weekLossMax: money(portfolio.lossLimit('week', account.weekLossMax)),
    weekLossLeft: money(cash(Math.max(0, portfolio.lossLeft('week', account.weekLossMax)))),
    grossMax: money(limitAt(account.grossMax, equity)),
    net: money(cash(Math.max(0, netLong, netShort))),
    netMax: money(limitAt(account.netMax, equity)),
    positionMax: money(limitAt(account.positionMax, equity)),
    orderMax: money(limitAt(account.orderMax, equity)),
    openPositions: portfolio.symbolsAtStake().length,
    openPositionsMax: account.openPositionsMax,
    leverage: account.leverage,
    ...(account.marginMode === 'cross'
      ? undefined
      : {
          isolated: Object.fromEntries(portfolio.symbolsAtStake().map((i) => [portfolio.instrument(i).symbol, portfolio.leverageOf(i)])),
        }),
    lossStreak: portfolio.results.streakOf({ type: 'account' }),
    lossStreakMax: Number.isFinite(account.lossStreakMax) ? account.lossStreakMax : null,
    drawdownYellow: account.drawdown.yellow,
    drawdownOrange: account.drawdown.orange,
    drawdownRed: account.drawdown.red,
  }
}

export const riskSettingRow = ({ target, key, text, actor, since, until }: SettingOverride): RiskSettingRow => ({
  target: targetKey(target),
  key,
  value: text ?? null,
  actor,
  since,
  until: until ?? null,
})

export const flowRow = (flow: WalletAdjusted, seq: number): FlowRow => ({
  seq,
  flowId: flow.flowId ?? `seq:${seq}`,
  kind: flow.cause === 'other' && flow.told !== undefined ? flow.told : flow.cause,
  coin: flow.coin,
  amount: flow.amount === 0 && flow.change !== undefined ? flow.change : money(flow.amount),
  symbol: flow.symbol ?? null,
  isBooked: flow.amount !== 0,
  ts: flow.ts,
})

/** Average price of a notional over its lots, on the grid of ticks. */
export const averageTicks = (notional: Cash, lots: Lots, instrument: Instrument) =>
  roundTicks((notional * instrument.cashDenominator) / (lots * instrument.cashNumerator))

const roundTicks = (price: number): Ticks => ticksFromFloat(price, 'nearest')

/** An average price: in ticks, or of a notional over its lots. */
export const averagePriceText = (instrument: Instrument, ofTicksOrNotional: number, quantity?: Lots): string =>
  priceText(
    instrument,
    quantity === undefined ? ofTicksOrNotional : (ofTicksOrNotional * instrument.cashDenominator) / (quantity * instrument.cashNumerator),
  )

/** A price that may lie between two ticks, with two decimals more than the tick where it does. */
function priceText(instrument: Instrument, price: number): string {
  if (Number.isInteger(price)) return formatPrice(instrument, roundTicks(price))
  const scale = instrument.priceScale + 2
  return formatDecimal(Math.round(price * instrument.tick * 100), scale)
}

export function holdRow(hold: Hold, symbolOf: (i: InstrumentIndex) => string): HoldRow {
  return {
    holdId: hold.id,
    scope: scopeText(hold.scope, symbolOf),
    effect: hold.effect,
    cause: hold.cause,
    actor: hold.actor,
    reason: hold.reason,
    since: hold.since,
    until: hold.until ?? null,
  }
}

/** `account`, `strategy:NAME`, `symbol:BTCUSDT`. */
export const scopeText = (scope: HoldScope, symbolOf: (i: InstrumentIndex) => string): string =>
  scope.type === 'account' ? 'account' : scope.type === 'strategy' ? `strategy:${scope.strategy}` : `symbol:${symbolOf(scope.instrument)}`
