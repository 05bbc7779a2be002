/**
 * Who may call the API: bearer keys with scopes, and the check of each request.
 */
import { createMiddleware } from 'hono/factory'
import type { HttpBindings } from '@hono/node-server'
import { getCookie } from 'hono/cookie'
import type { Role, Scope } from './commands/command.ts'
import { isWithin, senderAddress } from './commands/signals/networks.ts'
import type { LiveSession, Sessions } from './ports/access-ports.ts'
import { type Edge, addressOf } from './edge.ts'
import { problem } from './problem.ts'
import { scopesOfRole } from './commands/access/key-scopes.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[]
  readonly autoConfirm: boolean
  /** Networks that it may come from; null: any. */
  readonly networks: readonly string[] | null
  /** Of a person in a browser, who is no key: whose login it is. */
  readonly session?: LiveSession
}

/** Whether a key may be used from an address; undefined where the address is not known. */
export const mayComeFrom = ({ networks }: Pick<ApiKey, 'networks'>, address: string | undefined): boolean =>
  networks === null || (address !== undefined && isWithin(senderAddress(address, undefined, 0), networks))

export interface ApiKeys {
  find(token: string): Promise<ApiKey | undefined>
  noteUse(id: string): Promise<void>
  /** Those of these ids that are no keys any more: revoked or expired. */
  over(ids: readonly string[]): Promise<readonly string[]>
}

export interface ApiEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    key: ApiKey
    requestId: string
    /** Of what a change of the answered row would be judged by. */
    version?: string
    /** It will not change any more: its Cache-Control is the route's. */
    isCacheable?: boolean
  }
}

export const bearerOf = (header: string | undefined): string | undefined => /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1]

export const allows = (key: ApiKey, scope: Scope): boolean => key.scopes.includes('admin') || key.scopes.includes(scope)

export const SESSION_COOKIE = 'ballast_session'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A person in a browser as a key that may what their role may. */
const keyOfSession = (session: LiveSession): ApiKey => ({
  id: `session-${session.id}`,
  name: session.name,
  role: session.role,
  scopes: scopesOfRole(session.role),
  autoConfirm: false,
  networks: null,
  session,
})

/** @param log gets what keeps a use from being noted */
export const authenticate = (keys: ApiKeys, sessions: Sessions, edge: Edge, log: (text: string) => void) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const noteUse = (use: Promise<void>): Promise<void> =>
      // A disk that is full must not keep anybody from looking.
      use.catch((cause: unknown) => log(`could not record the use of a key: ${cause instanceof Error ? cause.message : String(cause)}`))
    const token = bearerOf(c.req.header('authorization'))
    const cookie = token === undefined ? getCookie(c, SESSION_COOKIE) : undefined
    const session = cookie === undefined ? undefined : await sessions.find(cookie)
    if (session !== undefined) {
      // A form on another site sends the cookie of some browsers, and never this header.
      if (!SAFE_METHODS.has(c.req.method) && c.req.header('x-csrf-token') !== session.csrf)
        throw problem('csrf_missing', 'Send the X-CSRF-Token of GET /api/v1/session with this request.')
      c.set('key', keyOfSession(session))
      await noteUse(sessions.noteUse(session.id))
      return next()
    }
    const key = token === undefined ? undefined : await keys.find(token)
    if (key === undefined)
      throw problem('unauthorized', 'An API key is required: Authorization: Bearer tk_…', {
        hint: 'The admin key is in admin.key in the data directory; create others with: ballast api keys create',
      })
    c.set('key', key)
    const address = addressOf(c, edge)
    if (!mayComeFrom(key, address))
      throw problem('forbidden_network', `This key may not be used from ${address ?? 'an unknown address'}.`, {
        hint: 'Create one for this network: ballast api keys create --cidr',
      })
    await noteUse(keys.noteUse(key.id))
    await next()
  })

export const needs = (scope: Scope) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (!allows(c.get('key'), scope)) throw problem('forbidden_scope', `This key lacks the scope ${scope}.`)
    await next()
  })

/** Of one key. */
export const REQUESTS_PER_MINUTE = 30_000
const WINDOW_MS = 60_000

/** Requests in a minute for each key; what is left is reported in each answer. */
export function limitRate(quota: number, now: () => number) {
  const used = new Map<string, { from: number; count: number }>()
  return createMiddleware<ApiEnv>(async (c, next) => {
    const id = c.get('key').id
    const at = now()
    let entry = used.get(id)
    if (entry === undefined || at - entry.from >= WINDOW_MS) {
      entry = { from: at, count: 0 }
      used.set(id, entry)
    }
    entry.count += 1
    const resetSec = Math.ceil((entry.from + WINDOW_MS - at) / 1000)
    c.header('RateLimit-Policy', `"default";q=${quota};w=${WINDOW_MS / 1000}`)
    c.header('RateLimit', `"default";r=${Math.max(0, quota - entry.count)};t=${resetSec}`)
    if (entry.count > quota) {
      c.header('Retry-After', String(resetSec))
      throw problem('rate_limited', `More than ${quota} requests per minute.`)
    }
    await next()
  })
}
