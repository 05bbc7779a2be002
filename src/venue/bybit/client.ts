/**
 * The transport on `bybit-api`, with a guard around each fault of the client that was measured (bybit FACTS 16.3 to 16.5).
 * Never lets one of its error objects out: they hold the API secret.
 */
import { RestClientV5, WebsocketClient, type WSClientConfigurableOptions, type WsKey } from 'bybit-api'
import type { RawBody, RawLimits, RawReply, StreamHandlers, StreamName, Transport } from './transport.ts'

export interface ClientOptions {
  /** Undefined: public data only. */
  readonly credentials: { readonly key: string; readonly secret: string } | undefined
  /** REST base without a trailing slash, as `http://127.0.0.1:8090`; the streams' base follows unless given. */
  readonly restUrl: string
  readonly publicStreamUrl: string
  readonly privateStreamUrl: string
  /** Own time limit of each call, wall ms. */
  readonly timeoutMs: number
  readonly recvWindowMs: number
}

const RECONNECT_MS = 2_000
const PONG_TIMEOUT_MS = 5_000
/** Connected but not authenticated for this long: the client's dead-lock after a lost or refused auth; the connection is made anew. */
const AUTH_TIMEOUT_MS = 10_000
/** Bybit allows 500 connections in 5 minutes; we stop at a tenth and wait. */
const CONNECTIONS_MAX = 50
const CONNECTIONS_WINDOW_MS = 300_000

const SILENT_LOGGER = { trace: () => undefined, info: () => undefined, error: () => undefined }

const PATHS: Partial<Record<WsKey, StreamName>> = { v5LinearPublic: 'public', v5Private: 'private' }

class HostedStreams extends WebsocketClient {
  private readonly urls: Readonly<Record<StreamName, string>>

  constructor(urls: Readonly<Record<StreamName, string>>, options: WSClientConfigurableOptions) {
    super(options, SILENT_LOGGER)
    this.urls = urls
  }
  protected override async getWsUrl(key: WsKey): Promise<string> {
    const name = PATHS[key]
    if (name === undefined) throw new Error(`no stream for ${key}`)
    return this.urls[name]
  }
}

export class BybitClient implements Transport {
  private readonly rest: RestClientV5
  private readonly streams: HostedStreams
  private readonly options: ClientOptions
  private handlers: StreamHandlers | undefined
  private readonly connectedAt: number[] = []
  private watch: NodeJS.Timeout | undefined
  private privateConnectedAt: number | undefined
  private isAuthenticated = false
  private topics: { readonly public: readonly string[]; readonly private: readonly string[] } = { public: [], private: [] }
  private isClosed = false

  constructor(options: ClientOptions) {
    this.options = options
    const credentials = options.credentials ?? {}
    this.rest = new RestClientV5(
      { ...credentials, baseUrl: options.restUrl, parseAPIRateLimits: true, recv_window: options.recvWindowMs },
      // The client's own default is five minutes; redirects would turn a POST into a signed GET; a proxy variable would reroute loopback.
      { timeout: options.timeoutMs, maxRedirects: 0, proxy: false },
    )
    this.streams = new HostedStreams(
      { public: options.publicStreamUrl, private: options.privateStreamUrl },
      { ...credentials, pongTimeout: PONG_TIMEOUT_MS, reconnectTimeout: RECONNECT_MS, recvWindow: options.recvWindowMs },
    )
  }

  async call(
    method: 'GET' | 'POST',
    path: string,
    params: Readonly<Record<string, string | number | boolean | undefined>>,
  ): Promise<RawReply> {
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
    this.topics = topics
    const { streams } = this
    streams.on('update', (frame: { wsKey?: string }) => {
      const name = PATHS[frame.wsKey as WsKey]
      // The client swallows what a handler throws: ours must not throw, and if it does the process must know.
      if (name !== undefined) {
        try {
          handlers.frame(name, frame)
        } catch (thrown) {
          setImmediate(() => {
            throw thrown
          })
        }
      }
    })
    streams.on('open', ({ wsKey }) => this.connected(wsKey))
    streams.on('reconnected', ({ wsKey }) => this.connected(wsKey))
    streams.on('authenticated', (event: unknown) => {
      // A refused auth is emitted as `authenticated` too: only success counts.
      const reply = event as { wsKey?: string; success?: boolean; retCode?: number }
      if (reply.wsKey === 'v5Private' && (reply.success === true || reply.retCode === 0)) this.isAuthenticated = true
    })
    streams.on('response', (event: unknown) => {
      const reply = event as { wsKey?: string; op?: string; success?: boolean }
      const name = PATHS[reply.wsKey as WsKey]
      // Data can be missed until the subscription stands: `up` means subscribed.
      if (name !== undefined && reply.op === 'subscribe' && reply.success === true) handlers.state(name, 'up', 'subscribed')
    })
    streams.on('reconnect', ({ wsKey }) => {
      // Heals the client's auth dead-lock: the pending auth of a dead socket would block every later one.
      streams.getWsStore().removeAuthenticationInProgressPromise(wsKey)
      this.disconnected(wsKey, 'connection lost, reconnecting')
    })
    streams.on('close', ({ wsKey }) => this.disconnected(wsKey, 'closed'))
    streams.on('exception', (event: unknown) => {
      const reply = event as { wsKey?: string; op?: string; ret_msg?: string }
      const name = PATHS[reply.wsKey as WsKey]
      if (name !== undefined && reply.op === 'subscribe')
        handlers.state(name, 'down', `subscription refused: ${String(reply.ret_msg ?? '').slice(0, 200)}`)
    })
    this.subscribe('public')
    this.subscribe('private')
    this.watch = setInterval(() => this.healAuth(), 1_000)
    this.watch.unref()
  }

  private subscribe(name: StreamName): void {
    const topics = this.topics[name]
    if (topics.length === 0) return
    Promise.all(this.streams.subscribeV5([...topics], 'linear', name === 'private')).catch(() => {
      this.handlers?.state(name, 'down', 'subscription failed')
    })
  }

  private connected(wsKey: string): void {
    const name = PATHS[wsKey as WsKey]
    if (name === undefined) return
    const now = Date.now()
    this.connectedAt.push(now)
    while ((this.connectedAt[0] ?? now) < now - CONNECTIONS_WINDOW_MS) this.connectedAt.shift()
    if (name === 'private') {
      this.privateConnectedAt = now
      this.isAuthenticated = false
    }
    if (this.connectedAt.length > CONNECTIONS_MAX) {
      this.handlers?.state(name, 'down', 'too many reconnects: pausing for a minute, within the exchange’s limit')
      this.streams.close(wsKey as WsKey, true)
      setTimeout(() => {
        if (!this.isClosed) this.subscribe(name)
      }, 60_000).unref()
    }
  }

  private disconnected(wsKey: string, detail: string): void {
    const name = PATHS[wsKey as WsKey]
    if (name === undefined) return
    if (name === 'private') {
      this.privateConnectedAt = undefined
      this.isAuthenticated = false
    }
    this.handlers?.state(name, 'down', detail)
  }

  /** Connected, pinging, silent: the client never tries to authenticate again by itself. */
  private healAuth(): void {
    if (this.privateConnectedAt === undefined || this.isAuthenticated) return
    if (Date.now() - this.privateConnectedAt < AUTH_TIMEOUT_MS) return
    this.privateConnectedAt = undefined
    this.handlers?.state('private', 'down', 'no authentication within 10 s: connecting anew')
    this.streams.close('v5Private', true)
    setTimeout(() => {
      if (!this.isClosed) this.subscribe('private')
    }, RECONNECT_MS).unref()
  }

  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.watch)
    this.streams.closeAll(true)
  }
}

/** HTTP 200 whose body has no integer retCode (HTML, empty, cut short) tells nothing about the request. */
function toReply(body: unknown): RawReply {
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

/** Takes status and code out of what the client threw, and nothing else: the object holds the secret and the signature. */
function toFailure(thrown: unknown): RawReply {
  if (typeof thrown !== 'object' || thrown === null) return { type: 'unknown', detail: 'request failed' }
  const { code, status } = thrown as { code?: unknown; status?: unknown }
  if (typeof code === 'string' && NOT_SENT.has(code)) return { type: 'not-sent', detail: code }
  if (typeof code === 'string') return { type: 'unknown', detail: code }
  const http = typeof code === 'number' ? code : typeof status === 'number' ? status : undefined
  if (http === undefined || http === 200) return { type: 'unknown', detail: 'reply was cut short' }
  return { type: 'http', status: http, detail: `HTTP ${http}` }
}
