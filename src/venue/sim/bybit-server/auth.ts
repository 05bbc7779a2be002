/**
 * Who may call: signatures over what was really sent, and time stamps checked against wall-clock time.
 * Never says which part of a signature was wrong, and never writes a secret anywhere.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Answer, type WireRequest, refuse } from './streams/wire.ts'

export interface Credentials {
  readonly key: string
  readonly secret: string
}

const RECV_WINDOW_DEFAULT_MS = 5_000
/** A stamp this far ahead is refused whatever the window. */
const AHEAD_MS = 1_000

/** Refusal of a signed REST request, or undefined when it may pass. HTTP 401 is for requests that carry no key at all. */
export function refusalOfRequest(request: WireRequest, credentials: Credentials, wallNowMs: number): Answer | 'no-key' | undefined {
  const key = request.headers['x-bapi-api-key']
  const stamp = request.headers['x-bapi-timestamp']
  const sign = request.headers['x-bapi-sign']
  if (key === undefined || stamp === undefined || sign === undefined) return 'no-key'
  if (key !== credentials.key) return refuse(10003, 'API key is invalid.')
  const window = request.headers['x-bapi-recv-window']
  const late = refusalOfTime(stamp, window, wallNowMs)
  if (late !== undefined) return late
  const payload = request.method === 'GET' ? request.query : request.body
  const expected = hmac(credentials.secret, stamp + key + (window ?? '') + payload)
  return isSame(expected, sign) ? undefined : refuse(10004, 'error sign! please check how the signature is made.')
}

/** The time rule: server - window <= stamp < server + 1 s. */
export function refusalOfTime(stamp: string | undefined, window: string | undefined, wallNowMs: number): Answer | undefined {
  const at = stamp !== undefined && /^\d{1,15}$/.test(stamp) ? Number(stamp) : Number.NaN
  const windowMs = window !== undefined && /^\d{1,9}$/.test(window) ? Number(window) : RECV_WINDOW_DEFAULT_MS
  if (wallNowMs - windowMs <= at && at < wallNowMs + AHEAD_MS) return undefined
  return refuse(
    10002,
    `invalid request, please check your server timestamp or recv_window param. req_timestamp[${stamp ?? ''}],server_timestamp[${wallNowMs}],recv_window[${windowMs}]`,
  )
}

/** Checks the arguments of a WebSocket auth frame: [key, expires, signature of `GET/realtime` + expires]. */
export function refusalOfSocket(args: readonly unknown[], credentials: Credentials, wallNowMs: number): Answer | undefined {
  const [key, expires, sign] = args
  if (typeof key !== 'string' || (typeof expires !== 'number' && typeof expires !== 'string') || typeof sign !== 'string')
    return refuse(10001, 'Params Error')
  if (key !== credentials.key) return refuse(10003, 'API key is invalid.')
  if (!(Number(expires) > wallNowMs)) return refuse(10002, 'Request expired: expires must be later than the server time.')
  return isSame(hmac(credentials.secret, `GET/realtime${expires}`), sign) ? undefined : refuse(10004, 'Invalid sign')
}

export const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex')

function isSame(expected: string, given: string): boolean {
  const a = Buffer.from(expected)
  const b = Buffer.from(given)
  return a.length === b.length && timingSafeEqual(a, b)
}
