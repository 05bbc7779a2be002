/**
 * A POST to an address that somebody typed: never to this machine or the network that it is in, unless that was allowed by its owner.
 * What a name resolves to is judged, and that very address is connected to; redirects are not followed.
 */
import { lookup as resolve } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, type LookupFunction, isIP } from 'node:net'

const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Of IPv6 only what is given out to the public is open, and of that nothing that holds an IPv4 address. */
const OPEN_V6 = ['2000::/3']
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address)
    if (family === 0) continue
    list.addSubnet(address, Number(bits ?? (family === 6 ? 128 : 32)), family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
const closed = { v4: listOf(CLOSED_V4), v6: listOf(CLOSED_V6), open6: listOf(OPEN_V6) }

/** An address or a network, `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  return family !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)))
}

/** Whether a request may go to this address. @param allowed networks that are, whatever they are */
export function mayReach(address: string, allowed: readonly string[]): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const name = family === 6 ? 'ipv6' : 'ipv4'
  if (listOf(allowed).check(address, name)) return true
  return family === 4 ? !closed.v4.check(address, name) : closed.open6.check(address, name) && !closed.v6.check(address, name)
}

export interface GuardedRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Networks that may be reached though they are private, by http too. */
  readonly allowed: readonly string[]
}
export type GuardedAnswer =
  | { readonly type: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly type: 'failed'; readonly detail: string }

const DETAIL_MAX = 200
const failed = (detail: string): GuardedAnswer => ({ type: 'failed', detail: detail.slice(0, DETAIL_MAX) })

/** Why an address cannot be a target by its text alone; undefined where only its connection will tell. */
export function urlProblem(text: string, allowed: readonly string[]): string | undefined {
  if (!URL.canParse(text)) return 'it is no URL such as https://example.org/hook'
  const { protocol, hostname, username } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isAllowed = isIP(host) !== 0 && mayReach(host, allowed)
  if (protocol !== 'https:' && !(protocol === 'http:' && isAllowed && listOf(allowed).check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')))
    return 'it has to be https; http is for addresses of notify.webhookNetworks'
  if (username !== '') return 'it holds a user name: put secrets into the path'
  if (isIP(host) !== 0 && !isAllowed) return `${host} is in a private network: allow it by notify.webhookNetworks`
  return undefined
}

export function guardedPost({ url, headers, body, timeoutMs, allowed }: GuardedRequest): Promise<GuardedAnswer> {
  const problem = urlProblem(url, allowed)
  if (problem !== undefined) return Promise.resolve(failed(problem))
  const target = new URL(url)
  // The connection is made to what was judged here: a name cannot mean something else a moment later.
  const lookup: LookupFunction = (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (cause, addresses) => {
      if (cause !== null) return done(cause, '', 0)
      const closedOne = addresses.find(({ address }) => !mayReach(address, allowed))
      const [first] = addresses
      if (closedOne !== undefined || first === undefined)
        return done(
          new Error(`${hostname} is ${closedOne?.address ?? 'nowhere'}: a private network (notify.webhookNetworks allows it)`),
          '',
          0,
        )
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family)
    })
  }
  return new Promise((finish) => {
    const send = target.protocol === 'https:' ? requestHttps : requestHttp
    const request = send(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        lookup,
        timeout: timeoutMs,
        agent: false,
      },
      (response) => {
        response.resume()
        const after = Number(response.headers['retry-after'])
        finish({
          type: 'answered',
          status: response.statusCode ?? 0,
          retryAfterMs: Number.isFinite(after) && after >= 0 ? after * 1_000 : undefined,
        })
        response.destroy()
      },
    )
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs)
    request.on('close', () => clearTimeout(timer))
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)))
    request.on('error', (cause) => finish(failed(cause.message)))
    request.end(body)
  })
}
