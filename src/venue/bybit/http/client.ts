/**
 * The transport on `bybit-api`, with a guard around each fault of the client that was measured.
 * Never lets one of its error objects out: they hold the API secret.
 */
import type { StreamName, StreamPart } from '../../port/streams.ts'
import { RestClientV5 } from 'bybit-api'
import { assert } from '../../../core/assert.ts'
import { type Category, isSpotSymbol } from '../../../market/instrument.ts'
import { ConnectionBudget, TRADE_CONNECTIONS_MAX } from '../stream/reconnect.ts'
import { HEARTBEAT, type Heartbeat, StreamLine } from '../stream/stream-line.ts'
import { writeOnce } from '../stream/trade-socket.ts'
import type { RawBody, RawLimits, RawReply, RequestParams, StreamHandlers, Transport } from './transport.ts'

export interface ClientOptions {
  /** Undefined: public data only. */
  readonly credentials: { readonly key: string; readonly secret: string } | undefined
  /** REST base without a trailing slash, as `http://127.0.0.1:8090`; the streams' base follows unless given. */
  readonly restUrl: string
  /** Of linear perpetuals. */
  readonly publicStreamUrl: string
  /** Undefined: where the other public stream is, at its own path. */
  readonly spotStreamUrl?: string | undefined
  readonly privateStreamUrl: string
  /** Undefined where there is none: demo. */
  readonly tradeStreamUrl?: string | undefined
  /** Own time limit of each call, wall-clock ms. */
  readonly timeoutMs: number
  readonly recvWindowMs: number
  readonly heartbeat?: Heartbeat
  readonly symbolsPerConnection?: number
}

/** Symbols of one public connection: few enough that a lost one leaves the others trading, and that its topics fit into 21,000 characters. */
export const SYMBOLS_PER_CONNECTION = 50

export class BybitClient implements Transport {
  private readonly rest: RestClientV5
  private readonly options: ClientOptions
  private readonly budget = new ConnectionBudget()
  readonly trade: Transport['trade']
  private handlers: StreamHandlers | undefined
  private publicLines = 0
  private readonly lines: { readonly topics: ReadonlySet<string>; readonly line: StreamLine }[] = []

  constructor(options: ClientOptions) {
    this.options = options
    this.trade = tradeOf(options)
    this.rest = new RestClientV5(
      { ...options.credentials, baseUrl: options.restUrl, parseAPIRateLimits: true, recv_window: options.recvWindowMs },
      // The client's own default is five minutes; redirects would turn a POST into a signed GET; a proxy variable would reroute loopback.
      { timeout: options.timeoutMs, maxRedirects: 0, proxy: false },
    )
  }

  async call(method: 'GET' | 'POST', path: string, params: RequestParams): Promise<RawReply> {
    const isPrivate = !path.startsWith('/v5/market/') && path !== '/v5/system/status'
    const defined = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined))
    // The client has a time limit of its own kind; this one holds whatever it does.
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<RawReply>((resolve) => {
      timer = setTimeout(
        () => resolve({ type: 'unknown', detail: `no reply within ${this.options.timeoutMs} ms` }),
        this.options.timeoutMs + 500,
      )
    })
    const reply = this.callClient(method, path, isPrivate, defined).then(toReply, toFailure)
    const answer = await Promise.race([reply, limit])
    clearTimeout(timer)
    return answer
  }

  private async callClient(method: 'GET' | 'POST', path: string, isPrivate: boolean, params: Record<string, unknown>): Promise<unknown> {
    if (method === 'POST') return this.rest.postPrivate(path, params)
    return isPrivate ? this.rest.getPrivate(path, params) : this.rest.get(path, params)
  }

  open(topics: { readonly public: readonly string[]; readonly private: readonly string[] }, handlers: StreamHandlers): void {
    this.handlers = handlers
    this.openMore(topics.public)
    if (topics.private.length > 0) this.line('private', 'linear', topics.private, undefined, handlers)
  }

  openMore(topics: readonly string[]): void {
    const { handlers } = this
    assert(handlers !== undefined, 'streams are opened first')
    const most = this.options.symbolsPerConnection ?? SYMBOLS_PER_CONNECTION
    const [spot, linear] = [topics.filter(isSpotSymbol), topics.filter((topic) => !isSpotSymbol(topic))]
    const parts = [
      ...partTopics(linear, most).map((part) => ({ ...part, category: 'linear' as const })),
      ...partTopics(spot, most).map((part) => ({ ...part, category: 'spot' as const })),
    ]
    const first = this.publicLines
    this.publicLines += parts.length
    parts.forEach(({ symbols, topics: own, category }, k) => {
      this.line('public', category, own, { index: first + k, count: this.publicLines, symbols }, handlers)
    })
  }

  private line(
    name: StreamName,
    category: Category,
    topics: readonly string[],
    part: StreamPart | undefined,
    handlers: StreamHandlers,
  ): void {
    const { credentials, privateStreamUrl, recvWindowMs, heartbeat } = this.options
    const line = new StreamLine(
      {
        name,
        category,
        url: name === 'private' ? privateStreamUrl : this.publicUrl(category),
        topics,
        credentials: name === 'private' ? credentials : undefined,
        recvWindowMs,
        heartbeat: heartbeat ?? HEARTBEAT,
        budget: this.budget,
      },
      {
        frame: (frame) => handlers.frame(name, frame),
        state: (state, detail) => handlers.state(name, state, detail, part),
      },
    )
    this.lines.push({ topics: new Set(topics), line })
  }

  private publicUrl(category: Category): string {
    const { publicStreamUrl, spotStreamUrl } = this.options
    return category === 'linear' ? publicStreamUrl : (spotStreamUrl ?? publicStreamUrl.replace(/\/linear$/, '/spot'))
  }

  renew(topics: readonly string[]): void {
    for (const { topics: own, line } of this.lines) {
      const renewed = topics.filter((topic) => own.has(topic))
      if (renewed.length > 0) line.renew(renewed)
    }
  }

  async close(): Promise<void> {
    for (const { line } of this.lines) line.close()
  }
}

/** The client's own trade socket has no time limit and sends late what waited for a reconnect: each write has a connection of its own. */
function tradeOf({ credentials, tradeStreamUrl: url, timeoutMs, recvWindowMs }: ClientOptions): Transport['trade'] {
  if (credentials === undefined || url === undefined) return undefined
  const budget = new ConnectionBudget(TRADE_CONNECTIONS_MAX)
  return async (op, body) => {
    const now = performance.now()
    if (budget.waitMs(now) > 0) return { type: 'not-sent', detail: 'too many connections to the trade WebSocket' }
    budget.note(now)
    return writeOnce({ url, credentials, limitMs: timeoutMs, recvWindowMs }, op, body)
  }
}

interface TopicPart {
  readonly symbols: string[]
  readonly topics: string[]
}

/** Spreads topics over connections so that all topics of a symbol share one, in the order in which the symbols are named. */
export function partTopics(topics: readonly string[], symbolsMax: number): readonly TopicPart[] {
  const parts: TopicPart[] = []
  const bySymbol = new Map<string, TopicPart>()
  for (const topic of topics) {
    const symbol = topic.slice(topic.lastIndexOf('.') + 1)
    let part = bySymbol.get(symbol)
    if (part === undefined) {
      const last = parts[parts.length - 1]
      part = last !== undefined && last.symbols.length < symbolsMax ? last : { symbols: [], topics: [] }
      if (part !== last) parts.push(part)
      part.symbols.push(symbol)
      bySymbol.set(symbol, part)
    }
    part.topics.push(topic)
  }
  return parts
}

/** HTTP 200 whose body has no integer retCode (HTML, empty, cut short) reveals nothing about the request. */
function toReply(body: unknown): RawReply {
  if (isCountryRefused(body)) return { type: 'http', status: 200, detail: 'HTTP 200', refusal: 'country' }
  if (typeof body !== 'object' || body === null) return { type: 'unknown', detail: 'reply is not JSON' }
  const { retCode, retMsg, result, retExtInfo, time, rateLimitApi } = body as Partial<RawBody> & { rateLimitApi?: ClientLimits }
  if (typeof retCode !== 'number') return { type: 'unknown', detail: 'reply has no retCode' }
  return {
    type: 'reply',
    body: {
      retCode,
      retMsg: typeof retMsg === 'string' ? retMsg : '',
      result,
      ...(retExtInfo === undefined ? {} : { retExtInfo }),
      ...(typeof time === 'number' ? { time } : {}),
    },
    limits: limitsOf(rateLimitApi),
  }
}

interface ClientLimits {
  readonly remainingRequests?: number
  readonly maxRequests?: number
  readonly resetAtTimestamp?: number
}

function limitsOf(limits: ClientLimits | undefined): RawLimits | undefined {
  if (limits?.remainingRequests === undefined || limits.maxRequests === undefined || limits.resetAtTimestamp === undefined) return undefined
  return { remaining: limits.remainingRequests, max: limits.maxRequests, resetAtMs: limits.resetAtTimestamp }
}

const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** A page in place of JSON that says, in whatever words, that this country or region is not served. */
const COUNTRY =
  /\b(block|restrict|forbid|prohibit|not (available|allowed|permitted|supported)|unavailable)[^.<]{0,120}\b(country|region|jurisdiction|territory)/i
const PAGE_READ_MAX = 20_000

/** The client spreads a text that it takes for an object into its letters. */
function pageOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, PAGE_READ_MAX)
  if (typeof body !== 'object' || body === null || !('0' in body)) return ''
  return Object.values(body)
    .slice(0, PAGE_READ_MAX)
    .filter((letter) => typeof letter === 'string')
    .join('')
}

const isCountryRefused = (body: unknown): boolean => COUNTRY.test(pageOf(body))

/**
 * Takes status, code and what a page says of a country out of what the client threw, and nothing else: the object holds the secret and the
 * signature.
 */
function toFailure(thrown: unknown): RawReply {
  if (typeof thrown !== 'object' || thrown === null) return { type: 'unknown', detail: 'request failed' }
  const { code, status, body } = thrown as { code?: unknown; status?: unknown; body?: unknown }
  if (typeof code === 'string' && NOT_SENT.has(code)) return { type: 'not-sent', detail: code }
  if (typeof code === 'string') return { type: 'unknown', detail: code }
  const http = typeof code === 'number' ? code : typeof status === 'number' ? status : undefined
  if (http === undefined || http === 200) return { type: 'unknown', detail: 'reply was cut short' }
  return { type: 'http', status: http, detail: `HTTP ${http}`, ...(isCountryRefused(body) ? { refusal: 'country' } : undefined) }
}
