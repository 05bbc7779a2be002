/**
 * Why a venue did not do what it was asked, by what the caller must do about it; and the codes that a trader acts on by name.
 * Never says that nothing happened where that is not certain: `unknown-outcome` is to be looked up (S6).
 */

export type VenueError =
  | { readonly type: 'retry-after'; readonly code: string; readonly detail: string; readonly waitMs: number }
  | { readonly type: 'unknown-outcome'; readonly code: string; readonly detail: string }
  | { readonly type: 'invalid-request'; readonly code: string; readonly detail: string }
  | { readonly type: 'duplicate'; readonly code: string; readonly detail: string }
  | { readonly type: 'gone'; readonly code: string; readonly detail: string }
  | { readonly type: 'unchanged'; readonly code: string; readonly detail: string }
  | { readonly type: 'insufficient-funds'; readonly code: string; readonly detail: string }
  | { readonly type: 'auth'; readonly code: string; readonly detail: string }
  | { readonly type: 'clock'; readonly code: string; readonly detail: string }
  | { readonly type: 'market-state'; readonly code: string; readonly detail: string }
  | { readonly type: 'venue-down'; readonly code: string; readonly detail: string }

export type VenueErrorType = VenueError['type']

/** HTTP 403 "access too frequent": all HTTP rests for ten minutes. */
export const FORBIDDEN_WAIT_MS = 600_000

/** Code of an address whose country is not served: no ban that ends. */
export const COUNTRY_CODE = 'country'
export const COUNTRY_NEXT = 'A server elsewhere is needed; waiting does not help.'

/** The trade WebSocket did not take a write, whatever the write was. */
export const TRADE_REFUSED = 'trade-websocket'

/** Code and text of an error for operators; that nothing was sent is no code of the venue's. */
export const errorWords = ({ code, detail }: Pick<VenueError, 'code' | 'detail'>): string =>
  code === 'not-sent' ? detail : `${code} ${detail}`
