/**
 * The headers of Standard Webhooks 1.0 (standardwebhooks.com): an id, a time and signatures over both and the body, by HMAC-SHA256.
 */
const TOLERANCE_MS = 300_000
const ID_MAX = 200

export interface SignedHead {
  readonly id: string
  /** What the signatures are over. */
  message(body: string): string
  /** Base64, of version 1. */
  readonly signatures: readonly string[]
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>
const one = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Undefined where the headers are missing, not readable, or of another time than now. */
export function signedHead(headers: Headers, nowMs: number): SignedHead | undefined {
  const id = one(headers, 'webhook-id')
  const timestamp = one(headers, 'webhook-timestamp')
  const given = one(headers, 'webhook-signature')
  if (id === undefined || id === '' || id.length > ID_MAX || timestamp === undefined || given === undefined) return undefined
  if (!/^\d{1,11}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > TOLERANCE_MS) return undefined
  const signatures = given.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice(3)] : []))
  return signatures.length === 0 ? undefined : { id, signatures, message: (body) => `${id}.${timestamp}.${body}` }
}
