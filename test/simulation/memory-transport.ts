/**
 * The path between trader and exchange in memory: latencies both ways, the client's time limit, reconnects, and frames in their order.
 */
import type { StreamName, StreamPart, StreamState } from '../../src/venue/port/streams.ts'
import type { Random } from '../../src/core/random.ts'
import { ts } from '../../src/core/units.ts'
import type { VenueClock } from '../../src/venue/port/venue.ts'
import { hmac } from '../../src/venue/sim/bybit-server/auth.ts'
import type { WireReply } from '../../src/venue/sim/bybit-server/streams/wire.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'
import { isSpotSymbol, spotSymbolOf, wireSymbolOf } from '../../src/market/instrument.ts'
import type { RawReply, StreamHandlers, Transport } from '../../src/venue/bybit/http/transport.ts'
import { type Connection, type Line, type MemoryExchange, SPEED } from './memory-exchange.ts'
import type { VirtualTime } from './virtual-time.ts'

const TIMEOUT_MS = 5_500
const RECV_WINDOW_MS = 5_000
const RECONNECT_MS = 2_000
const PING_MS = 10_000
const PONG_TIMEOUT_MS = 5_000

export class MemoryTransport implements Transport {
  private readonly host: MemoryExchange
  private readonly time: VirtualTime
  private readonly random: Random
  /** By name: joined lines have names of their own. */
  private readonly lines = new Map<string, Connection>()
  /** Subscribed; later replies are those of renewed topics. */
  private readonly up = new Set<string>()
  private handlers: StreamHandlers | undefined
  /** As the wire names them. */
  private readonly topics = new Map<string, readonly string[]>()
  private readonly parts = new Map<string, StreamPart>()
  private isClosed = false

  constructor(host: MemoryExchange, time: VirtualTime, random: Random) {
    this.host = host
    this.time = time
    this.random = random
  }

  private latency(): number {
    return 2 + this.random.below(this.random.next() < 0.02 ? 600 : 40)
  }

  call(method: 'GET' | 'POST', path: string, params: Readonly<Record<string, string | number | boolean | undefined>>): Promise<RawReply> {
    const defined = Object.entries(params).filter(([, value]) => value !== undefined)
    const query = method === 'GET' ? new URLSearchParams(Object.fromEntries(defined.map(([k, v]) => [k, String(v)]))).toString() : ''
    const body = method === 'POST' ? JSON.stringify(Object.fromEntries(defined)) : ''
    const stamp = String(this.time.nowMs)
    const headers = {
      'x-bapi-api-key': SIM_KEY,
      'x-bapi-timestamp': stamp,
      'x-bapi-recv-window': String(RECV_WINDOW_MS),
      'x-bapi-sign': hmac(SIM_SECRET, `${stamp}${SIM_KEY}${RECV_WINDOW_MS}${method === 'GET' ? query : body}`),
    }
    return new Promise((resolve) => {
      this.time.after(TIMEOUT_MS, () => resolve({ type: 'unknown', detail: `no reply within ${TIMEOUT_MS} ms` }))
      this.time.after(this.latency(), () =>
        this.host.receive({ method, path, query, headers, body }, (reply) => {
          this.time.after(this.latency(), () => resolve(rawReplyOf(reply)))
        }),
      )
    })
  }

  async clock(): Promise<VenueClock | undefined> {
    await this.time.sleep(this.latency())
    if (!this.host.isUp) return undefined
    const { now } = this.host.exchange.source
    await this.time.sleep(this.latency())
    return { now: ts(now), speed: SPEED }
  }

  open(topics: Readonly<Record<StreamName, readonly string[]>>, handlers: StreamHandlers): void {
    this.handlers = handlers
    const spot = topics.public.filter((topic) => isSpotSymbol(topic))
    const linear = topics.public.filter((topic) => !isSpotSymbol(topic))
    this.topics.set('public', linear).set('private', topics.private)
    if (spot.length > 0) {
      this.topics.set('spot', spot.map(wireSymbolOf))
      this.parts.set('public', { index: 0, count: 2, symbols: symbolsOf(linear) })
      this.parts.set('spot', { index: 1, count: 2, symbols: symbolsOf(spot) })
    }
    for (const line of this.topics.keys()) this.connect(line)
  }

  openMore(topics: readonly string[]): void {
    const isSpot = topics.some(isSpotSymbol)
    const index = this.topics.size - 1
    const name = `${isSpot ? 'spot' : 'public'} ${index}`
    this.topics.set(name, isSpot ? topics.map(wireSymbolOf) : topics)
    this.parts.set(name, { index, count: index + 1, symbols: symbolsOf(topics) })
    this.connect(name)
  }

  private connect(name: string): void {
    this.time.after(this.latency(), () => {
      if (this.isClosed) return
      let heardMs = this.time.nowMs
      const line = this.host.connect(kindOf(name), {
        texts: (batch) => {
          heardMs = this.time.nowMs
          for (const text of batch) this.onText(name, text)
        },
        closed: () => this.lost(name, line),
      })
      if (line === undefined) {
        this.tell(name, 'down', 'connection refused')
        this.time.after(RECONNECT_MS, () => this.connect(name))
        return
      }
      this.lines.set(name, line)
      const say = (frame: object): void => line.session.onText(JSON.stringify(frame), this.time.nowMs)
      if (name === 'private') {
        const expires = this.time.nowMs + 10_000
        say({ op: 'auth', args: [SIM_KEY, expires, hmac(SIM_SECRET, `GET/realtime${expires}`)] })
      }
      say({ op: 'subscribe', args: this.topics.get(name) })
      const ping = (): void => {
        if (!line.isOpen || this.isClosed) return
        const askedMs = this.time.nowMs
        say({ op: 'ping' })
        this.time.after(PONG_TIMEOUT_MS, () => {
          if (line.isOpen && heardMs < askedMs) this.host.drop(line)
        })
        this.time.after(PING_MS, ping)
      }
      this.time.after(PING_MS, ping)
    })
  }

  renew(topics: readonly string[]): void {
    for (const [name, own] of this.topics) {
      if (name === 'private') continue
      const args = topics
        .filter((topic) => isSpotSymbol(topic) === (kindOf(name) === 'spot'))
        .map(wireSymbolOf)
        .filter((topic) => own.includes(topic))
      const line = args.length === 0 ? undefined : this.lines.get(name)
      for (const op of ['unsubscribe', 'subscribe']) line?.session.onText(JSON.stringify({ op, args }), this.time.nowMs)
    }
  }

  private lost(name: string, line: Connection | undefined): void {
    if (this.isClosed || this.lines.get(name) !== line) return
    this.lines.delete(name)
    this.up.delete(name)
    this.tell(name, 'down', 'connection lost, reconnecting')
    this.time.after(RECONNECT_MS, () => this.connect(name))
  }

  private tell(name: string, state: StreamState, detail: string): void {
    this.handlers?.state(streamOf(name), state, detail, this.parts.get(name))
  }

  private onText(name: string, text: string): void {
    const frame = JSON.parse(text) as { topic?: unknown; op?: unknown; success?: unknown }
    if (typeof frame.topic === 'string')
      this.handlers?.frame(streamOf(name), kindOf(name) === 'spot' ? { ...frame, topic: spotSymbolOf(frame.topic) } : frame)
    else if (frame.op === 'subscribe' && frame.success === true && !this.up.has(name)) {
      this.up.add(name)
      this.tell(name, 'up', 'subscribed')
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const line of this.lines.values()) this.host.drop(line)
    this.lines.clear()
  }
}

const kindOf = (name: string): Line => (name === 'private' ? 'private' : name.startsWith('spot') ? 'spot' : 'public')
const streamOf = (name: string): StreamName => (name === 'private' ? 'private' : 'public')
const symbolsOf = (topics: readonly string[]): string[] => [...new Set(topics.map((topic) => topic.slice(topic.lastIndexOf('.') + 1)))]

/** What the real client makes of a reply. */
function rawReplyOf(reply: WireReply | 'reset' | 'refused'): RawReply {
  if (reply === 'refused') return { type: 'not-sent', detail: 'ECONNREFUSED' }
  if (reply === 'reset') return { type: 'unknown', detail: 'ECONNRESET' }
  if (reply.status !== 200) return { type: 'http', status: reply.status, detail: `HTTP ${reply.status}` }
  const body = jsonOf(reply.body)
  if (body === undefined) return { type: 'unknown', detail: 'reply is not JSON' }
  if (typeof body.retCode !== 'number') return { type: 'unknown', detail: 'reply has no retCode' }
  const { headers } = reply
  const [max, remaining, reset] = ['X-Bapi-Limit', 'X-Bapi-Limit-Status', 'X-Bapi-Limit-Reset-Timestamp'].map((name) => headers[name])
  return {
    type: 'reply',
    body: { retCode: body.retCode, retMsg: String(body.retMsg ?? ''), result: body.result },
    limits:
      max === undefined || remaining === undefined || reset === undefined
        ? undefined
        : { max: Number(max), remaining: Number(remaining), resetAtMs: Number(reset) },
  }
}

function jsonOf(text: string): { retCode?: unknown; retMsg?: unknown; result?: unknown } | undefined {
  try {
    return JSON.parse(text) as { retCode?: unknown; retMsg?: unknown; result?: unknown }
  } catch {
    return undefined
  }
}
