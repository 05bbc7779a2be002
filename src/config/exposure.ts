/**
 * Whether the API may listen where the configuration says: on this machine always, elsewhere only with all that S17 asks for.
 */
import { readFileSync } from 'node:fs'
import { type Result, err, ok } from '../core/result.ts'
import type { Problem } from '../core/problem.ts'
import type { Config } from './sections/config-schema.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

export interface Exposure {
  readonly tls: { readonly cert: string; readonly key: string } | undefined
}

/** What stands against it, all in one sentence. API keys are always asked for: that is no setting. */
export function exposureOf({ api }: Pick<Config, 'api'>): Result<Exposure, Problem> {
  const { host, tls: files, proxies, hosts, origins, exposed } = api
  const isSet = files.certFile !== undefined || files.keyFile !== undefined
  const tls = isSet ? readTls(files) : ok(undefined)
  if (!tls.ok) return tls
  if (isLoopback(host)) return tls.value === undefined ? ok({ tls: undefined }) : ok({ tls: tls.value })
  const missing = [
    ...(tls.value === undefined && proxies.length === 0
      ? ['TLS (api.tls.certFile and api.tls.keyFile) or the address of your proxy (api.proxies)']
      : []),
    ...(hosts.length === 0 ? ['the names by which it is reached (api.hosts)'] : []),
    ...(origins.length === 0 ? ['the origins of pages that may ask (api.origins)'] : []),
    ...(exposed ? [] : ['your word that this is meant (api.exposed: true)']),
  ]
  if (missing.length === 0) return ok({ tls: tls.value })
  return err({
    sentence: `The API does not listen on ${host}, where other machines reach it, without ${listed(missing)}.`,
    next: 'Add that to the configuration (docs/access.md), or use api.host 127.0.0.1 and a tunnel with its own authentication.',
  })
}

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`

function readTls({ certFile, keyFile }: Config['api']['tls']): Result<Exposure['tls'], Problem> {
  if (certFile === undefined || keyFile === undefined)
    return err({
      sentence: `api.tls has ${certFile === undefined ? 'no certFile' : 'no keyFile'}: TLS takes both.`,
      next: 'Set both, or neither.',
    })
  const read: string[] = []
  for (const file of [certFile, keyFile]) {
    try {
      read.push(readFileSync(file, 'utf8'))
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
      return err({ sentence: `${file} of api.tls cannot be read (${code}).`, next: 'Give the path of a PEM file that this user may read.' })
    }
  }
  return ok({ cert: read[0] ?? '', key: read[1] ?? '' })
}

/** Where a browser finds the API. */
export function webAddressOf({ api }: Pick<Config, 'api'>): string {
  if (api.url !== undefined) return api.url.replace(/\/+$/, '')
  const host = isLoopback(api.host) ? api.host : (api.hosts[0] ?? api.host)
  const scheme = api.tls.certFile === undefined ? 'http' : 'https'
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${api.port}`
}
