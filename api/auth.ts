/**
 * Who may call the API: bearer keys with scopes, and the check of each request.
 */
import { createMiddleware } from 'hono/factory'
import type { HttpBindings } from '@hono/node-server'
import type { Role, Scope } from './commands/command.ts'
import { isWithin, senderAddress } from './commands/signals/networks.ts'
import { problem } from './problem.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[]
  readonly autoConfirm: boolean
  /** Networks that it may come from; null: any. */
  readonly networks: readonly string[] | null
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
        hint: 'The admin key is in admin.key in the data directory; create others with: ballast api keys create',
      })
    c.set('key', key)
    const address = c.env?.incoming?.socket.remoteAddress
    if (!mayComeFrom(key, address))
      throw problem('forbidden_network', `This key may not be used from ${address ?? 'an unknown address'}.`, {
        hint: 'Create one for this network: ballast api keys create --cidr',
      })
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
