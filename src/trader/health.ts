/**
 * What a role says of its parts, for `/status`, `/health` and `readyz`.
 */
export type PartStatus = 'ok' | 'warn' | 'down'

/** Parts by name. The text of `bars` is the last close instant that is done; the time of the last good `reconcile` is when it was. */
export const PARTS = {
  publicStream: 'stream-public',
  privateStream: 'stream-private',
  books: 'books',
  reconcile: 'reconcile',
  trader: 'trader',
  bars: 'bars',
  account: 'account',
  exchange: 'exchange',
} as const

export interface HealthReporter {
  report(part: string, status: PartStatus, detail: string): void
}
