/**
 * The request budget of one process against Bybit's limits, with a reserve that only exits may use (S2).
 * All times are of a clock that never jumps: a wall clock that is set back would hold orders for as long as it went back.
 */
/** Bybit: 600 requests in 5 s per IP over all REST hosts. */
const IP_MAX = 600
const WINDOW_MS = 5_000
/** Requests of each window that are kept for exits. */
const EXIT_RESERVE = 50
/** Part of the window that reads of data may use. */
const DATA_SHARE = 0.3
/** Bybit: 10 order requests in 1 s for linear; two of them are kept for exits. */
const ORDERS_MAX = 10
const ORDERS_EXIT_RESERVE = 2
const ORDER_WINDOW_MS = 1_000

export type RequestClass = 'exit' | 'entry' | 'account' | 'data'

export class RequestBudget {
  private readonly sent: number[] = []
  private readonly data: number[] = []
  private readonly orders: number[] = []
  private bannedUntilMs = 0

  /** Ms until HTTP takes anything again; 0 = it does. */
  banMs(steadyMs: number): number {
    return Math.max(0, this.bannedUntilMs - steadyMs)
  }

  /** Ms to wait before a request of this class may go, of its rate alone; 0 = now. */
  waitMs(kind: RequestClass, steadyMs: number): number {
    trim(this.sent, steadyMs - WINDOW_MS)
    trim(this.data, steadyMs - WINDOW_MS)
    trim(this.orders, steadyMs - ORDER_WINDOW_MS)
    const most = kind === 'exit' ? IP_MAX : IP_MAX - EXIT_RESERVE
    let wait = untilBelow(this.sent, most, WINDOW_MS, steadyMs)
    if (kind === 'data') wait = Math.max(wait, untilBelow(this.data, Math.floor(IP_MAX * DATA_SHARE), WINDOW_MS, steadyMs))
    if (kind === 'entry') wait = Math.max(wait, untilBelow(this.orders, ORDERS_MAX - ORDERS_EXIT_RESERVE, ORDER_WINDOW_MS, steadyMs))
    if (kind === 'exit') wait = Math.max(wait, untilBelow(this.orders, ORDERS_MAX, ORDER_WINDOW_MS, steadyMs))
    return wait
  }

  note(kind: RequestClass, steadyMs: number): void {
    this.sent.push(steadyMs)
    if (kind === 'data') this.data.push(steadyMs)
    if (kind === 'entry' || kind === 'exit') this.orders.push(steadyMs)
  }

  /** The exchange refused the IP: nothing goes over HTTP until then. */
  ban(untilMs: number): void {
    this.bannedUntilMs = Math.max(this.bannedUntilMs, untilMs)
  }
}

function trim(times: number[], before: number): void {
  let k = 0
  while (k < times.length && (times[k] as number) <= before) k += 1
  if (k > 0) times.splice(0, k)
}

const untilBelow = (times: readonly number[], most: number, windowMs: number, steadyMs: number): number =>
  times.length < most ? 0 : (times[times.length - most] as number) + windowMs - steadyMs + 1
