/**
 * The second way of a write that HTTP 403 kept out: which writes have one, and what the connection's own refusals mean (S2).
 */
import { FORBIDDEN_WAIT_MS, TRADE_REFUSED, type VenueError } from '../../port/error.ts'
import { errorOf } from '../http/error.ts'
import type { RawReply, TradeOp } from '../http/transport.ts'

/** By the path that the same write has over HTTP. */
export const TRADE_OPS: Readonly<Record<string, TradeOp>> = {
  '/v5/order/create': 'order.create',
  '/v5/order/amend': 'order.amend',
  '/v5/order/cancel': 'order.cancel',
}
const TRADE_WAIT_MS = 2_000
/** Of the connection, not of the order. 10003 means too many sessions here, and a refused key over HTTP. */
const SESSION_CODES: ReadonlySet<number> = new Set([10003, 10019, 10403, 10429, 20003])

/** Bybit keeps this address out of HTTP for minutes: what was asked was certainly not taken. */
export const isForbidden = (error: VenueError | undefined): error is VenueError & { readonly type: 'retry-after' } =>
  error?.type === 'retry-after' && error.waitMs >= FORBIDDEN_WAIT_MS

/** How a write over the trade WebSocket ended; undefined when it was taken. */
export function tradeErrorOf(reply: RawReply, wallMs: number): VenueError | undefined {
  if (reply.type === 'not-sent') return { type: 'retry-after', code: TRADE_REFUSED, detail: reply.detail, waitMs: TRADE_WAIT_MS }
  if (reply.type !== 'reply' || !SESSION_CODES.has(reply.body.retCode)) return errorOf(reply, true, wallMs)
  const detail = `${reply.body.retCode} ${reply.body.retMsg.slice(0, 200)}`
  return { type: 'retry-after', code: TRADE_REFUSED, detail, waitMs: TRADE_WAIT_MS }
}
