/**
 * How soon a lost connection may be tried again: each failure doubles the wait, chance spreads it, and a budget caps all of them together.
 */
/** Bybit: 500 new connections in 5 minutes per address. A fifth of it, since other programs may share the address. */
export const CONNECTIONS_MAX = 100
export const CONNECTIONS_WINDOW_MS = 300_000

/** Beside them, for exits over the trade WebSocket: a reserve that no stream can use up (S2), and still far from the ban. */
export const TRADE_CONNECTIONS_MAX = 200

const FIRST_MS = 2_000
const LONGEST_MS = 60_000

/** Wall-clock ms before the next attempt after so many failed ones; `random` in [0, 1) spreads lines that fell together. */
export function backoffMs(failures: number, random: number): number {
  if (failures <= 0) return 0
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(most / 2 + (random * most) / 2)
}

export class ConnectionBudget {
  private readonly times: number[] = []
  private readonly most: number

  constructor(most = CONNECTIONS_MAX) {
    this.most = most
  }

  /** Wall-clock ms until another connection may be opened; 0 = now. */
  waitMs(nowMs: number): number {
    while (this.times.length > 0 && (this.times[0] as number) <= nowMs - CONNECTIONS_WINDOW_MS) this.times.shift()
    return this.times.length < this.most ? 0 : (this.times[this.times.length - this.most] as number) + CONNECTIONS_WINDOW_MS - nowMs + 1
  }

  note(nowMs: number): void {
    this.times.push(nowMs)
  }
}
