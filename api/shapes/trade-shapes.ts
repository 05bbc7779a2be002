/**
 * What is traded, as the API reports it: positions, orders, fills, trades and the decisions behind them.
 */
import { z } from '@hono/zod-openapi'
import type { TradeNote } from '../ports/portfolio-ports.ts'
import type { DecisionRow, FillRow, OrderRow, PositionRow, TradeRow } from '../../src/journal/row.ts'
import { absolute, signOf } from '../amount.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from './field-shapes.ts'
import { versionOf } from '../entity-tag.ts'
import { toId } from '../ids.ts'

export const Position = z
  .object({
    id: z.string(),
    symbol: symbolName(z.string()),
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
    /** Signed, what in the symbol is not Ballast's. */
    externalQuantity: decimal(),
    isExternalIgnored: z.boolean(),
    updatedAt: instant(),
  })
  .openapi('Position')
export type Position = z.infer<typeof Position>

/** A position is known by its trade; one without a trade (external) by its symbol. */
export const positionId = (row: Pick<PositionRow, 'symbol' | 'tradeNumber'>): string =>
  row.tradeNumber === null ? `pos_${row.symbol}` : toId('pos', row.tradeNumber)

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
  externalQuantity: row.externalQuantity,
  isExternalIgnored: row.isExternalIgnored,
  updatedAt: iso(row.updatedTs),
})

const Side = z.enum(['buy', 'sell'])
const sideOf = (side: 1 | -1): 'buy' | 'sell' => (side === 1 ? 'buy' : 'sell')

export const Order = z
  .object({
    id: z.string(),
    clientOrderId: z.string(),
    venueOrderId: z.string().nullable(),
    symbol: symbolName(z.string()),
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
    reduceOnly: z.boolean().openapi({ description: 'Always false on spot' }),
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

/** What a change of it is judged by. */
export const versionOfOrder = (row: OrderRow): string =>
  versionOf([row.orderId, row.quantity, row.filledQuantity, row.limitPrice, row.triggerPrice, row.status])

export const Fill = z
  .object({
    id: z.string(),
    tradeId: z.string().openapi({ description: "Bybit's execId" }),
    orderId: z.string(),
    symbol: symbolName(z.string()),
    side: Side,
    price: decimal(),
    quantity: decimal(),
    fee: decimal(),
    feeCoin: z.string().openapi({ description: 'Currency of the fee. A spot buy pays it in the coin; it is converted at the fill price' }),
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
    symbol: symbolName(z.string()),
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
    note: z.string().openapi({ description: 'What users wrote about it; empty where nobody did' }),
    tags: z.array(z.string()),
  })
  .openapi('Trade')
export type Trade = z.infer<typeof Trade>
export const toTrade = (row: TradeRow, note: TradeNote | undefined): Trade => ({
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
  note: note?.note ?? '',
  tags: [...(note?.tags ?? [])],
})

export const Decision = z
  .object({
    id: z.string(),
    kind: z.enum(['order', 'denial']),
    orderId: z.string().nullable(),
    strategy: z.string(),
    symbol: symbolName(z.string()),
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
  .object({
    trade: Trade,
    entry: z.object({ order: Order.nullable(), decision: Decision.nullable() }),
    exit: z.object({ order: Order.nullable(), decision: Decision.nullable() }),
    fills: z.array(Fill),
  })
  .openapi('Why')
