/**
 * What a request says of how it came: its host, its origin, its sender and whether by TLS. Headers of a proxy are believed of that proxy alone (S17).
 */
import type { HttpBindings } from '@hono/node-server'
import { isWithin } from './commands/signals/networks.ts'
import { problem } from './problem.ts'

export interface Edge {
  /** Host names that a request may be addressed to. */
  readonly hosts: readonly string[]
  /** Pages elsewhere that may ask, as `https://desk.example.org`; pages of the hosts of this machine always may. */
  readonly origins: readonly string[]
  /** Networks of proxies whose X-Forwarded-* count. */
  readonly proxies: readonly string[]
  readonly hasTls: boolean
}

/** What of a request is looked at. */
interface Asked {
  readonly env: Partial<HttpBindings> | undefined
  readonly req: { readonly url: string; header(name: string): string | undefined }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1'])
const V4_MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

export const peerOf = (c: Asked): string | undefined => c.env?.incoming?.socket.remoteAddress?.replace(V4_MAPPED, '')

const isProxy = (peer: string | undefined, { proxies }: Edge): boolean => peer !== undefined && isWithin(peer, proxies)

/** The last of a list that proxies add to: what the nearest one has seen itself. */
const last = (header: string | undefined): string | undefined => header?.split(',').at(-1)?.trim()

const forwarded = (c: Asked, edge: Edge, name: string): string | undefined =>
  isProxy(peerOf(c), edge) ? last(c.req.header(name)) : undefined

/** The sender's address: behind a named proxy what that has seen. */
export const addressOf = (c: Asked, edge: Edge): string | undefined =>
  forwarded(c, edge, 'x-forwarded-for')?.replace(V4_MAPPED, '') ?? peerOf(c)

export const isSecure = (c: Asked, edge: Edge): boolean => edge.hasTls || forwarded(c, edge, 'x-forwarded-proto') === 'https'

const hostNameOf = (url: string): string | undefined => {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, '')
  } catch {
    // `null` and the like: a page without an origin of its own.
    return undefined
  }
}

/** A page elsewhere must not reach this port by a name of its own (DNS rebinding), nor from another origin. @throws 421, 403 */
export function checkEdge(c: Asked, edge: Edge): void {
  const named = forwarded(c, edge, 'x-forwarded-host')
  const host = hostNameOf(named === undefined ? c.req.url : `http://${named}`)
  if (host === undefined || !edge.hosts.includes(host))
    throw problem('wrong_host', `This server does not serve the host ${(host ?? '').slice(0, 100)}.`, {
      hint: 'Names that it serves are in api.hosts of the configuration.',
    })
  const origin = c.req.header('origin')
  if (origin === undefined || edge.origins.includes(origin)) return
  const from = hostNameOf(origin)
  // A page of this machine, from whatever port.
  if (from !== undefined && LOOPBACK.has(from) && edge.hosts.includes(from) && LOOPBACK.has(host)) return
  throw problem('forbidden_host', 'This server refuses requests from pages of another origin.', {
    hint: 'Origins that may ask are in api.origins of the configuration.',
  })
}
