/**
 * Request budgets per endpoint, as a rolling second of wall-clock time.
 */

/** Requests a second of a linear account without VIP level (Bybit, rate-limit page). */
const LIMITS: Readonly<Record<string, number>> = {
  '/v5/order/create': 10,
  '/v5/order/amend': 10,
  '/v5/order/cancel': 10,
  '/v5/order/cancel-all': 10,
  '/v5/order/create-batch': 10,
  '/v5/order/cancel-batch': 10,
  '/v5/order/realtime': 50,
  '/v5/order/history': 50,
  '/v5/execution/list': 50,
  '/v5/position/list': 50,
  '/v5/position/closed-pnl': 50,
  '/v5/position/set-leverage': 10,
  '/v5/position/switch-mode': 10,
  '/v5/position/trading-stop': 10,
  '/v5/account/wallet-balance': 50,
  '/v5/account/info': 50,
  '/v5/account/transaction-log': 25,
  '/v5/account/fee-rate': 5,
  '/v5/user/query-api': 10,
  'order.create': 10,
  'order.amend': 10,
  'order.cancel': 10,
}
const WINDOW_MS = 1_000
/** Requests of one address over all endpoints. */
const ADDRESS_LIMIT = 600
const ADDRESS_WINDOW_MS = 5_000

export interface Budget {
  /** Requests of the asked ones that fit. */
  readonly granted: number
  readonly headers: Readonly<Record<string, string>>
}

export class RateLimits {
  private readonly isOn: boolean
  /** Instants of the requests of the last second, by endpoint. */
  private readonly uses = new Map<string, number[]>()

  private readonly addressUses: number[] = []

  constructor(isOn: boolean) {
    this.isOn = isOn
  }

  /** Counts a request of the one address; false when it is too much, as long as the last five seconds are full. */
  takeAddress(wallNowMs: number): boolean {
    if (!this.isOn) return true
    const uses = this.addressUses
    while (uses.length > 0 && (uses[0] as number) <= wallNowMs - ADDRESS_WINDOW_MS) uses.shift()
    if (uses.length >= ADDRESS_LIMIT) return false
    uses.push(wallNowMs)
    return true
  }

  /** Takes up to `count` requests of an endpoint's budget. */
  spend(endpoint: string, count: number, wallNowMs: number): Budget {
    const limit = LIMITS[endpoint]
    if (limit === undefined) return { granted: count, headers: {} }
    const uses = this.uses.get(endpoint) ?? []
    this.uses.set(endpoint, uses)
    while (uses.length > 0 && (uses[0] as number) <= wallNowMs - WINDOW_MS) uses.shift()
    const granted = this.isOn ? Math.min(count, limit - uses.length) : count
    if (this.isOn) for (let k = 0; k < granted; k++) uses.push(wallNowMs)
    const resetAt = granted < count ? (uses[0] ?? wallNowMs) + WINDOW_MS : wallNowMs
    return {
      granted,
      headers: {
        'X-Bapi-Limit': String(limit),
        'X-Bapi-Limit-Status': String(limit - uses.length),
        'X-Bapi-Limit-Reset-Timestamp': String(resetAt),
      },
    }
  }
}
