/**
 * One stream connection that is kept: heartbeat, reconnects that back off, and the subscription after each of them.
 */
import type { StreamName, StreamState } from '../../port/streams.ts'
import { type WSClientConfigurableOptions, WebsocketClient } from 'bybit-api'
import { type Category, spotSymbolOf, wireSymbolOf } from '../../../market/instrument.ts'
import { type ConnectionBudget, backoffMs } from './reconnect.ts'

export interface Heartbeat {
  readonly pingMs: number
  /** Without any frame for this long after a ping the connection is dead, whatever the socket says (S19). */
  readonly pongTimeoutMs: number
}

export const HEARTBEAT: Heartbeat = { pingMs: 10_000, pongTimeoutMs: 5_000 }

export interface LineOptions {
  readonly name: StreamName
  /** Of a public line: each category has its own address, under which symbols are named without saying which. */
  readonly category: Category
  readonly url: string
  /** With Ballast's symbols, as in the frames that come back. */
  readonly topics: readonly string[]
  /** Of the private stream. */
  readonly credentials: { readonly key: string; readonly secret: string } | undefined
  readonly recvWindowMs: number
  readonly heartbeat: Heartbeat
  /** Shared by all connections of the process. */
  readonly budget: ConnectionBudget
}

export interface LineHandlers {
  frame(frame: unknown): void
  state(state: StreamState, detail: string): void
}

/** An attempt that has not led to a subscription by then is given up: a hung handshake, a lost auth (the client's dead-lock), a lost reply. */
const UP_TIMEOUT_MS = 10_000
const WATCH_MS = 1_000
/** A connection that held for this long was a good one: the next loss is the first again. */
const STEADY_MS = 30_000
/** Topics that the client puts into one subscribe frame, of spot as few as the exchange takes; each frame is confirmed for itself. */
const TOPICS_PER_FRAME = { linear: 500, spot: 10 } as const
/** The client's own pause before it asks for the URL again; the real wait is in `turn`. */
const CLIENT_PAUSE_MS = 100

const SILENT_LOGGER = { trace: () => undefined, info: () => undefined, error: () => undefined }

class HostedClient extends WebsocketClient {
  private readonly turn: () => Promise<string>

  constructor(turn: () => Promise<string>, options: WSClientConfigurableOptions) {
    super(options, SILENT_LOGGER)
    this.turn = turn
  }
  /** Asked before each connection, the first and every later one: the one place to hold it back. */
  protected override getWsUrl(): Promise<string> {
    return this.turn()
  }
}

export class StreamLine {
  private readonly options: LineOptions
  private readonly handlers: LineHandlers
  private readonly client: HostedClient
  private readonly key: 'v5Private' | 'v5LinearPublic' | 'v5SpotPublic'
  private readonly frames: number
  private readonly watch: NodeJS.Timeout
  private pause: NodeJS.Timeout | undefined
  private failures = 0
  private attemptAtMs: number | undefined
  private upAtMs: number | undefined
  private confirmed = 0
  private isClosed = false

  constructor(options: LineOptions, handlers: LineHandlers) {
    this.options = options
    this.handlers = handlers
    this.key = options.name === 'private' ? 'v5Private' : options.category === 'spot' ? 'v5SpotPublic' : 'v5LinearPublic'
    this.frames = Math.ceil(options.topics.length / TOPICS_PER_FRAME[options.category])
    this.client = new HostedClient(() => this.turn(), {
      ...options.credentials,
      pingInterval: options.heartbeat.pingMs,
      pongTimeout: options.heartbeat.pongTimeoutMs,
      reconnectTimeout: CLIENT_PAUSE_MS,
      recvWindow: options.recvWindowMs,
    })
    this.listen()
    this.subscribe(options.topics)
    this.watch = setInterval(() => this.giveUpLate(), WATCH_MS)
    this.watch.unref()
  }

  private listen(): void {
    const { client, handlers } = this
    client.on('update', (frame: unknown) => {
      // The client swallows what a handler throws: ours must not throw, and if it does the process must know.
      try {
        handlers.frame(this.options.category === 'spot' ? named(frame) : frame)
      } catch (thrown) {
        setImmediate(() => {
          throw thrown
        })
      }
    })
    client.on('open', () => {
      this.confirmed = 0
    })
    client.on('reconnected', () => {
      this.confirmed = 0
    })
    client.on('response', (event: unknown) => {
      const reply = event as { op?: string; success?: boolean }
      if (reply.op === 'subscribe' && reply.success === true) this.subscribed()
    })
    client.on('reconnect', () => {
      // Heals the client's auth dead-lock: the pending auth of a dead socket would block every later one.
      client.getWsStore().removeAuthenticationInProgressPromise(this.key)
      this.down('connection lost, reconnecting')
    })
    client.on('close', () => this.down('closed'))
    client.on('exception', (event: unknown) => {
      const reply = event as { op?: string; ret_msg?: string }
      if (reply.op !== 'subscribe') return
      this.down(`subscription refused: ${String(reply.ret_msg ?? '').slice(0, 200)}`)
      // The socket stands: the watch makes it again, and with it all its topics.
      this.attemptAtMs = performance.now()
    })
  }

  /** Holds an attempt back until its time has come, and answers where to connect to. */
  private async turn(): Promise<string> {
    this.attemptAtMs = undefined
    await this.sleep(backoffMs(this.failures, Math.random()))
    const { budget } = this.options
    for (let wait = budget.waitMs(performance.now()); wait > 0; wait = budget.waitMs(performance.now())) {
      this.handlers.state('down', `too many reconnects: waiting ${Math.ceil(wait / 1_000)} s, within the exchange’s limit`)
      await this.sleep(wait)
    }
    const now = performance.now()
    budget.note(now)
    this.attemptAtMs = now
    this.failures += 1
    return this.options.url
  }

  /** Never resolves once closed: the client would connect, or try again for ever. */
  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed) return
      this.pause = setTimeout(resolve, ms)
    })
  }

  private subscribed(): void {
    // Replies to later ones are a renewed topic's.
    if (this.upAtMs !== undefined) return
    this.confirmed += 1
    if (this.confirmed < this.frames) return
    this.upAtMs = performance.now()
    this.attemptAtMs = undefined
    this.handlers.state('up', 'subscribed')
  }

  private down(detail: string): void {
    if (this.upAtMs !== undefined && performance.now() - this.upAtMs >= STEADY_MS) this.failures = 1
    this.upAtMs = undefined
    this.attemptAtMs = undefined
    if (!this.isClosed) this.handlers.state('down', detail)
  }

  private giveUpLate(): void {
    if (this.attemptAtMs === undefined || performance.now() - this.attemptAtMs < UP_TIMEOUT_MS) return
    this.down(`not subscribed within ${UP_TIMEOUT_MS / 1_000} s: reconnecting`)
    this.client.close(this.key, true)
    // The client forgets the connection and its topics when the socket has closed.
    setTimeout(() => {
      if (!this.isClosed) this.subscribe(this.options.topics)
    }, WATCH_MS).unref()
  }

  private subscribe(topics: readonly string[]): void {
    const { category, name } = this.options
    Promise.all(this.client.subscribeV5(topics.map(wireSymbolOf), category, name === 'private')).catch(() => {
      this.down('subscription failed')
    })
  }

  /** Subscribes again to topics of this line, which makes the exchange send their snapshots. A line that is down will do so anyway. */
  renew(topics: readonly string[]): void {
    if (this.upAtMs === undefined) return
    Promise.all(this.client.unsubscribeV5(topics.map(wireSymbolOf), this.options.category, false)).then(
      () => this.subscribe(topics),
      () => this.down('unsubscription failed'),
    )
  }

  close(): void {
    this.isClosed = true
    clearInterval(this.watch)
    clearTimeout(this.pause)
    this.client.closeAll(true)
  }
}

/** A frame of spot with the symbol that everything above knows: a topic ends with it. */
function named(frame: unknown): unknown {
  if (typeof frame !== 'object' || frame === null) return frame
  const { topic } = frame as { readonly topic?: unknown }
  return typeof topic === 'string' ? { ...frame, topic: spotSymbolOf(topic) } : frame
}
