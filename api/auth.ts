/**
 * Who may call the API: bearer keys with scopes, and the check of each request.
 */
import { createMiddleware } from 'hono/factory'
import type { Role, Scope } from './commands/command.ts'
import { problem } from './problem.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[]
  readonly autoConfirm: boolean
}

export interface ApiKeys {
  find(token: string): Promise<ApiKey | undefined>
  noteUse(id: string): Promise<void>
  /** Those of these ids that are no keys any more: revoked or expired. */
  over(ids: readonly string[]): Promise<readonly string[]>
}

/** A key with this scope (the bots') says for whom it asks. */
export const ACT_AS = 'act-as'

export interface ApiEnv {
  Variables: { key: ApiKey; requestId: string }
}

export const bearerOf = (header: string | undefined): string | undefined => /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1]

export const allows = (key: ApiKey, scope: Scope): boolean => key.scopes.includes('admin') || key.scopes.includes(scope)

/** @param log gets what keeps a use from being noted */
export const authenticate = (keys: ApiKeys, log: (text: string) => void) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearerOf(c.req.header('authorization'))
    const key = token === undefined ? undefined : await keys.find(token)
    if (key === undefined)
      throw problem('unauthorized', 'An API key is required: Authorization: Bearer tk_…', {
        hint: 'The admin key is in admin.key in the data directory; create others with: ballast key new',
      })
    c.set('key', key)
    // A disk that is full must not keep anybody from looking.
    await keys
      .noteUse(key.id)
      .catch((cause: unknown) => log(`could not record the use of a key: ${cause instanceof Error ? cause.message : String(cause)}`))
    await next()
  })

export const needs = (scope: Scope) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (!allows(c.get('key'), scope)) throw problem('forbidden_scope', `This key lacks the scope ${scope}.`)
    await next()
  })

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
