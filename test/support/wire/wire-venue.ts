/**
 * The adapter and the wire simulator in one process: every command and every frame goes through signatures, JSON and the private stream.
 */
import type { Exchange } from '../../../src/venue/sim/bybit-server/exchange.ts'
import { hmac } from '../../../src/venue/sim/bybit-server/auth.ts'
import { FaultSwitch } from '../../../src/venue/sim/bybit-server/fault-switch.ts'
import { RateLimits } from '../../../src/venue/sim/bybit-server/rate-limit.ts'
import { handle } from '../../../src/venue/sim/bybit-server/router.ts'
import { Session } from '../../../src/venue/sim/bybit-server/session.ts'
import { SIM_KEY, SIM_SECRET } from '../../../src/venue/sim/sim-key.ts'
import { expectFrameShape, expectReplyShape } from './wire-schema.ts'
import type { RawBody, RawReply, StreamHandlers, Transport } from '../../../src/venue/bybit/http/transport.ts'

const CREDENTIALS = { key: SIM_KEY, secret: SIM_SECRET }
const WALL_MS = 1_750_003_200_000

/** Paths and topics whose messages were held against their documented shape, by all transports of a test file. */
export const SHAPES_SEEN = new Set<string>()

export class WireTransport implements Transport {
  private readonly exchange: Exchange
  private readonly faults: FaultSwitch
  private readonly limits = new RateLimits(false)
  private session: Session | undefined

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.faults = new FaultSwitch(() => exchange.source.now)
  }

  async call(
    method: 'GET' | 'POST',
    path: string,
    params: Readonly<Record<string, string | number | boolean | undefined>>,
  ): Promise<RawReply> {
    const defined = Object.entries(params).filter(([, value]) => value !== undefined)
    const query = method === 'GET' ? new URLSearchParams(Object.fromEntries(defined.map(([k, v]) => [k, String(v)]))).toString() : ''
    const body = method === 'POST' ? JSON.stringify(Object.fromEntries(defined)) : ''
    const headers = {
      'x-bapi-api-key': SIM_KEY,
      'x-bapi-timestamp': String(WALL_MS),
      'x-bapi-recv-window': '5000',
      'x-bapi-sign': hmac(SIM_SECRET, `${WALL_MS}${SIM_KEY}5000${method === 'GET' ? query : body}`),
    }
    const context = { exchange: this.exchange, credentials: CREDENTIALS, limits: this.limits, faults: this.faults }
    const reply = handle(context, { method, path, query, headers, body }, WALL_MS)
    this.flush()
    const parsed = JSON.parse(reply.body) as RawBody
    expectReplyShape(path, parsed)
    SHAPES_SEEN.add(path)
    return { type: 'reply', body: parsed, limits: undefined }
  }

  open(topics: { readonly public: readonly string[]; readonly private: readonly string[] }, handlers: StreamHandlers): void {
    this.session = new Session({
      kind: 'private',
      id: 'wire',
      exchange: this.exchange,
      credentials: CREDENTIALS,
      limits: this.limits,
      faults: this.faults,
      later: (_ms, run) => run(WALL_MS),
      send: (text) => {
        const frame = JSON.parse(text) as { topic?: unknown }
        if (typeof frame.topic !== 'string') return
        expectFrameShape({ ...frame, topic: frame.topic })
        SHAPES_SEEN.add(frame.topic)
        handlers.frame('private', frame)
      },
    })
    const expires = WALL_MS + 10_000
    this.session.onText(JSON.stringify({ op: 'auth', args: [SIM_KEY, expires, hmac(SIM_SECRET, `GET/realtime${expires}`)] }), WALL_MS)
    this.session.onText(JSON.stringify({ op: 'subscribe', args: topics.private }), WALL_MS)
  }

  /** It has no public topics. */
  renew(): void {}
  openMore(): void {}

  /** Hands on what the exchange has reported since the last time. */
  flush(): void {
    for (const frame of this.exchange.outbox.takeFrames()) this.session?.deliver(frame)
  }

  async close(): Promise<void> {
    this.session?.close()
  }
}
