/**
 * Rows as the API tells them: camelCase, decimals as text, RFC 3339 times in UTC, public ids; and the schemas of it.
 * Never leaves out the id that paths take.
 */
import { z } from '@hono/zod-openapi'
import type { AccountRow, DecisionRow, EquityRow, FillRow, HoldRow, OrderRow, PositionRow, StrategyRow, TradeRow } from '../src/journal/row.ts'
import { absolute, signOf } from './amount.ts'
import { fromId, toId } from './ids.ts'
import type { Backtest, Confirmation, EventRow, PartHealth, StoredAlert } from './ports.ts'

const decimal = () => z.string().openapi({ example: '64210.5' })
const instant = () => z.string().openapi({ format: 'date-time', example: '2026-11-24T14:02:07.000Z' })
export const iso = (ms: number): string => new Date(ms).toISOString()
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms))

export const listOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row), nextCursor: z.string().nullable(), hasMore: z.boolean() })

export const Position = z
  .object({
    id: z.string(),
    symbol: z.string(),
    side: z.enum(['long', 'short']),
    quantity: decimal(),
    entryPrice: decimal().nullable(),
    markPrice: decimal(),
    unrealizedPnl: decimal(),
    stopLoss: decimal().nullable(),
    takeProfit: decimal().nullable(),
    strategy: z.string().nullable(),
    tradeNumber: z.number().nullable(),
    openedAt: instant().nullable(),
    updatedAt: instant(),
  })
  .openapi('Position')
export type Position = z.infer<typeof Position>

/** A position is known by its trade; one without a trade (external) by its symbol. */
export const positionId = (row: Pick<PositionRow, 'symbol' | 'tradeNumber'>): string => (row.tradeNumber === null ? `pos_${row.symbol}` : toId('pos', row.tradeNumber))

export const toPosition = (row: PositionRow): Position => ({
  id: positionId(row),
  symbol: row.symbol,
  side: signOf(row.quantity) < 0 ? 'short' : 'long',
  quantity: absolute(row.quantity),
  entryPrice: row.entryPrice,
  markPrice: row.markPrice,
  unrealizedPnl: row.unrealizedPnl,
  stopLoss: row.stopPrice,
  takeProfit: row.targetPrice,
  strategy: row.strategy,
  tradeNumber: row.tradeNumber,
  openedAt: isoOrNull(row.openedTs),
  updatedAt: iso(row.updatedTs),
})

const Side = z.enum(['buy', 'sell'])
const sideOf = (side: 1 | -1): 'buy' | 'sell' => (side === 1 ? 'buy' : 'sell')

export const Order = z
  .object({
    id: z.string(),
    clientOrderId: z.string(),
    venueOrderId: z.string().nullable(),
    symbol: z.string(),
    side: Side,
    type: z.string(),
    class: z.string(),
    origin: z.string(),
    quantity: decimal(),
    filledQuantity: decimal(),
    averagePrice: decimal().nullable(),
    price: decimal().nullable(),
    triggerPrice: decimal().nullable(),
    stopLoss: decimal().nullable(),
    takeProfit: decimal().nullable(),
    status: z.string(),
    isOpen: z.boolean(),
    reduceOnly: z.boolean(),
    strategy: z.string(),
    parentOrderId: z.string().nullable(),
    tradeNumber: z.number().nullable(),
    submittedAt: instant(),
    updatedAt: instant(),
  })
  .openapi('Order')
export type Order = z.infer<typeof Order>
export const toOrder = (row: OrderRow): Order => ({
  id: toId('ord', row.orderId),
  clientOrderId: row.clientOrderId,
  venueOrderId: row.venueOrderId,
  symbol: row.symbol,
  side: sideOf(row.side),
  type: row.kind,
  class: row.class,
  origin: row.origin,
  quantity: row.quantity,
  filledQuantity: row.filledQuantity,
  averagePrice: row.averagePrice,
  price: row.limitPrice,
  triggerPrice: row.triggerPrice,
  stopLoss: row.stopPrice,
  takeProfit: row.targetPrice,
  status: row.status,
  isOpen: row.isOpen,
  reduceOnly: row.reduceOnly,
  strategy: row.strategy,
  parentOrderId: row.parentOrderId === null ? null : toId('ord', row.parentOrderId),
  tradeNumber: row.tradeNumber,
  submittedAt: iso(row.submittedTs),
  updatedAt: iso(row.updatedTs),
})

export const Fill = z
  .object({
    id: z.string(),
    tradeId: z.string().openapi({ description: "Bybit's execId" }),
    orderId: z.string(),
    symbol: z.string(),
    side: Side,
    price: decimal(),
    quantity: decimal(),
    fee: decimal(),
    feeCoin: z.string(),
    liquidity: z.string(),
    strategy: z.string(),
    tradeNumber: z.number().nullable(),
    ts: instant(),
  })
  .openapi('Fill')
export type Fill = z.infer<typeof Fill>
export const toFill = (row: FillRow): Fill => ({
  id: toId('fil', row.seq),
  tradeId: row.tradeId,
  orderId: toId('ord', row.orderId),
  symbol: row.symbol,
  side: sideOf(row.side),
  price: row.price,
  quantity: row.quantity,
  fee: row.fee,
  feeCoin: row.feeCoin,
  liquidity: row.liquidity,
  strategy: row.strategy,
  tradeNumber: row.tradeNumber,
  ts: iso(row.ts),
})

export const Trade = z
  .object({
    id: z.string(),
    number: z.number(),
    symbol: z.string(),
    side: z.enum(['long', 'short']),
    strategy: z.string(),
    quantity: decimal(),
    entryPrice: decimal(),
    entryAt: instant(),
    exitPrice: decimal().nullable(),
    exitAt: instant().nullable(),
    exitReason: z.string().nullable(),
    fee: decimal(),
    funding: decimal(),
    pnl: decimal(),
    resultR: decimal().nullable(),
    mae: decimal(),
    mfe: decimal(),
    entryOrderId: z.string(),
    isOpen: z.boolean(),
  })
  .openapi('Trade')
export type Trade = z.infer<typeof Trade>
export const toTrade = (row: TradeRow): Trade => ({
  id: toId('trd', row.number),
  number: row.number,
  symbol: row.symbol,
  side: row.side === 1 ? 'long' : 'short',
  strategy: row.strategy,
  quantity: row.quantity,
  entryPrice: row.entryPrice,
  entryAt: iso(row.entryTs),
  exitPrice: row.exitPrice,
  exitAt: isoOrNull(row.exitTs),
  exitReason: row.exitReason,
  fee: row.fee,
  funding: row.funding,
  pnl: row.pnl,
  resultR: row.resultR,
  mae: row.mae,
  mfe: row.mfe,
  entryOrderId: toId('ord', row.entryOrderId),
  isOpen: row.isOpen,
})

export const Decision = z
  .object({
    id: z.string(),
    kind: z.enum(['order', 'denial']),
    orderId: z.string().nullable(),
    strategy: z.string(),
    symbol: z.string(),
    class: z.string(),
    side: Side,
    rule: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    ts: instant(),
  })
  .openapi('Decision')
export const toDecision = (row: DecisionRow): z.infer<typeof Decision> => ({
  id: toId('evt', row.seq),
  kind: row.kind,
  orderId: row.orderId === null ? null : toId('ord', row.orderId),
  strategy: row.strategy,
  symbol: row.symbol,
  class: row.class,
  side: sideOf(row.side),
  rule: row.rule,
  detail: row.detail,
  ts: iso(row.ts),
})

export const Why = z
  .object({ trade: Trade, entry: z.object({ order: Order.nullable(), decision: Decision.nullable() }), exit: z.object({ order: Order.nullable(), decision: Decision.nullable() }), fills: z.array(Fill) })
  .openapi('Why')

export const Equity = z
  .object({ id: z.string(), ts: instant(), equity: decimal(), wallet: decimal(), dayPnl: decimal(), drawdown: z.number() })
  .openapi('Equity')
export type Equity = z.infer<typeof Equity>
export const toEquity = (row: EquityRow): Equity => ({ id: toId('eqt', row.ts), ts: iso(row.ts), equity: row.equity, wallet: row.wallet, dayPnl: row.dayPnl, drawdown: row.drawdown })

export const Balance = z
  .object({ id: z.string(), coin: z.string(), wallet: decimal(), equity: decimal(), unrealizedPnl: decimal(), marginUsed: decimal(), updatedAt: instant() })
  .openapi('Balance')
export const toBalance = (row: AccountRow): z.infer<typeof Balance> => ({
  id: 'USDT',
  coin: 'USDT',
  wallet: row.wallet,
  equity: row.equity,
  unrealizedPnl: row.unrealized,
  marginUsed: row.marginUsed,
  updatedAt: iso(row.updatedTs),
})

export const Strategy = z
  .object({ id: z.string(), name: z.string(), definition: z.string(), version: z.number(), mode: z.string(), symbols: z.array(z.string()), lastSignalAt: instant().nullable() })
  .openapi('Strategy')
export function toStrategies(rows: readonly StrategyRow[]): z.infer<typeof Strategy>[] {
  return [...new Set(rows.map((row) => row.strategy))].map((name) => {
    const own = rows.filter((row) => row.strategy === name)
    const signals = own.flatMap((row) => (row.lastSignalTs === null ? [] : [row.lastSignalTs]))
    return {
      id: name,
      name,
      definition: own[0]?.definition ?? '',
      version: own[0]?.version ?? 0,
      mode: own[0]?.mode ?? '',
      symbols: own.map((row) => row.symbol),
      lastSignalAt: signals.length === 0 ? null : iso(Math.max(...signals)),
    }
  })
}

const HoldShape = z.object({ id: z.string(), scope: z.string(), effect: z.string(), cause: z.string(), actor: z.string(), reason: z.string(), since: instant(), until: instant().nullable() })
const toHold = (row: HoldRow): z.infer<typeof HoldShape> => ({
  id: row.holdId,
  scope: row.scope,
  effect: row.effect,
  cause: row.cause,
  actor: row.actor,
  reason: row.reason,
  since: iso(row.since),
  until: isoOrNull(row.until),
})

export const Status = z
  .object({
    profile: z.string(),
    state: z.enum(['running', 'paused', 'reducing', 'halted', 'starting']),
    since: instant().nullable(),
    equity: decimal(),
    dayPnl: decimal(),
    openRisk: decimal(),
    strategies: z.object({ up: z.number(), total: z.number() }),
    streams: z.record(z.string(), z.string()),
    lastFillAt: instant().nullable(),
    reconciledAt: instant().nullable(),
    barsClosedAt: instant().nullable(),
    holds: z.array(HoldShape),
    version: z.string(),
  })
  .openapi('Status')
export type Status = z.infer<typeof Status>

export interface StatusSource {
  readonly account: AccountRow | undefined
  readonly holds: readonly HoldRow[]
  readonly strategies: readonly StrategyRow[]
  readonly health: readonly PartHealth[]
  readonly profile: string
  readonly version: string
}
const STREAM = 'stream-'
/** The last close instant whose outputs are all sent and answered, as the trader says it; else the journal's. */
function barsClosedAt({ account, health }: StatusSource): number | null {
  const told = Number(health.find((part) => part.part === 'bars')?.detail)
  return Number.isFinite(told) && told > 0 ? told : (account?.barsClosedAt ?? null)
}
export function toStatus(source: StatusSource): Status {
  const { account, strategies, health } = source
  const names = [...new Set(strategies.map((row) => row.strategy))]
  const reconcile = health.find((part) => part.part === 'reconcile' && part.status === 'ok')
  const state = account?.state
  return {
    profile: source.profile,
    state: state === 'running' || state === 'paused' || state === 'reducing' || state === 'halted' ? state : 'starting',
    // 0: in this state from the beginning.
    since: account === undefined || account.stateSince <= 0 ? null : iso(account.stateSince),
    equity: account?.equity ?? '0',
    dayPnl: account?.dayPnl ?? '0',
    openRisk: account?.openRisk ?? '0',
    strategies: { up: names.filter((name) => strategies.some((row) => row.strategy === name && row.mode === 'running')).length, total: names.length },
    streams: Object.fromEntries(health.filter((part) => part.part.startsWith(STREAM)).map((part) => [part.part.slice(STREAM.length), part.status === 'ok' ? 'up' : part.status])),
    lastFillAt: isoOrNull(account?.lastFillAt ?? null),
    reconciledAt: isoOrNull(reconcile?.updatedAt ?? null),
    barsClosedAt: isoOrNull(barsClosedAt(source)),
    holds: source.holds.map(toHold),
    version: source.version,
  }
}

export const Alert = z
  .object({ id: z.string(), type: z.string(), severity: z.string(), symbol: z.string().nullable(), summary: z.string(), details: z.record(z.string(), z.unknown()), ts: instant() })
  .openapi('Alert')
export type Alert = z.infer<typeof Alert>
export const toAlert = (row: StoredAlert): Alert => ({ id: toId('alr', row.id), type: row.type, severity: row.severity, symbol: row.symbol, summary: row.summary, details: row.detail, ts: iso(row.ts) })

export const Event = z.object({ id: z.string(), type: z.string(), ts: instant(), data: z.record(z.string(), z.unknown()) }).openapi('Event')
export const toEvent = (row: EventRow): z.infer<typeof Event> => ({ id: toId('evt', row.seq), type: row.type, ts: iso(row.ts), data: row.payload })

export const BacktestShape = z
  .object({
    id: z.string(),
    status: z.enum(['queued', 'running', 'done', 'failed', 'canceled']),
    progress: z.number(),
    spec: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()).nullable(),
    error: z.string().nullable(),
    createdAt: instant(),
    finishedAt: instant().nullable(),
  })
  .openapi('Backtest')
export const toBacktest = (row: Backtest): z.infer<typeof BacktestShape> => ({
  id: row.id,
  status: row.status,
  progress: row.progress,
  spec: row.spec,
  result: row.result,
  error: row.error,
  createdAt: iso(row.createdAt),
  finishedAt: isoOrNull(row.finishedAt),
})

export const ConfirmationShape = z
  .object({ id: z.string(), command: z.string(), actor: z.string(), surface: z.string(), status: z.string(), createdAt: instant(), expiresAt: instant(), preview: z.record(z.string(), z.unknown()) })
  .openapi('Confirmation')
export const toConfirmation = (row: Confirmation): z.infer<typeof ConfirmationShape> => ({
  id: row.id,
  command: row.command,
  actor: row.actor,
  surface: row.surface,
  status: row.status,
  createdAt: iso(row.createdAt),
  expiresAt: iso(row.expiresAt),
  preview: row.preview,
})

// Lists

export const LIMIT_MAX = 500
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(100).openapi({ description: 'rows at most' }),
  cursor: z.string().max(40).optional().openapi({ description: 'nextCursor of the page before' }),
})

/** A cursor is opaque to its user: the number of the last row. */
export const toCursor = (last: number): string => Buffer.from(`c${last}`).toString('base64url')
export function fromCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const match = /^c(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match === null ? undefined : Number(match[1])
}

/** A page of rows of which one more than `limit` was asked for. */
export function page<Row, Shape>(rows: readonly Row[], limit: number, key: (row: Row) => number, shape: (row: Row) => Shape) {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { data: kept.map(shape), nextCursor: hasMore ? toCursor(key(last)) : null, hasMore }
}

/** The number that an id means; also plain `12` and `#12` for trades and positions. */
export function numberOf(prefix: 'trd' | 'pos' | 'ord', text: string): number | undefined {
  return fromId(prefix, text) ?? (/^#?\d{1,9}$/.test(text) ? Number(text.replace('#', '')) : undefined)
}
