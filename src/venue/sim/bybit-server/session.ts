/**
 * One WebSocket connection's conversation: auth, ping, subscriptions and, on the trade stream, orders.
 */
import { type Category, isSpotSymbol, spotSymbolOf } from '../../../market/instrument.ts'
import { type Credentials, refusalOfSocket, refusalOfTime } from './auth.ts'
import type { Exchange } from './exchange.ts'
import { amendOrder, batch, batchItems, cancelOrder, createOrder } from './routes/order-routes.ts'
import { type FaultSwitch, forgedAnswer } from './fault-switch.ts'
import type { Frame } from './streams/frame-queue.ts'
import type { RateLimits } from './rate-limit.ts'
import { jsonObject, symbolOf } from './router.ts'
import { type Answer, type Params, refuse, textOf } from './streams/wire.ts'

export type SessionKind = 'public' | 'private' | 'trade'

export interface SessionOptions {
  readonly kind: SessionKind
  /** Of a public stream; linear where it is absent. */
  readonly category?: Category
  readonly id: string
  readonly exchange: Exchange
  readonly credentials: Credentials
  readonly limits: RateLimits
  /** `topic` is empty for replies. */
  readonly send: (text: string, topic: string) => void
  readonly faults: FaultSwitch
  /** Runs something after a while, with the wall-clock time that it is then. */
  readonly later: (ms: number, run: (wallNowMs: number) => void) => void
}

/** Largest sum of topic lengths on one public connection. */
const ARGS_LENGTH_MAX = 21_000
/** Most topics in one subscribe of a public spot connection. */
const SPOT_ARGS_MAX = 10
const SPOT_TOPICS = ['kline', 'orderbook', 'tickers', 'publicTrade', 'priceLimit']
const PRIVATE_TOPICS = ['order', 'execution', 'position', 'wallet', 'greeks', 'dcp']
const REQUEST_IDS_KEPT = 10_000

export class Session {
  readonly kind: SessionKind
  private readonly options: SessionOptions
  private readonly topics = new Set<string>()
  private readonly requestIds = new Set<string>()
  private isAuthenticated = false

  constructor(options: SessionOptions) {
    this.options = options
    this.kind = options.kind
  }

  onText(text: string, wallNowMs: number): void {
    const frame = jsonObject(text)
    if (frame === undefined) {
      this.send({ success: false, ret_msg: 'error: not a JSON object', conn_id: this.options.id, op: '' })
      return
    }
    if (this.kind === 'trade') this.onTradeFrame(frame, wallNowMs)
    else this.onStreamFrame(frame, wallNowMs)
  }

  private onStreamFrame(frame: Params, wallNowMs: number): void {
    const op = textOf(frame, 'op') ?? ''
    switch (op) {
      case 'ping':
        this.pong(frame, wallNowMs)
        break
      case 'auth':
        this.authenticate(frame, wallNowMs)
        break
      case 'subscribe':
        this.subscribe(frame)
        break
      case 'unsubscribe':
        this.unsubscribe(frame)
        break
      default:
        this.send({ success: false, ret_msg: `error: unknown op ${op}`, ...this.head(frame), op })
    }
  }

  /** Passes a frame on when this connection asked for its topic. */
  deliver(frame: Frame): void {
    if (frame.channel !== this.kind) return
    if (this.topics.has(frame.topic)) this.options.send(frame.text, frame.topic)
    const categorized = `${frame.topic}.${frame.category ?? 'linear'}`
    if (frame.channel === 'private' && this.topics.has(categorized))
      this.options.send(frame.text.replace(`"topic":"${frame.topic}"`, `"topic":"${categorized}"`), categorized)
  }

  /** Whether a topic of the symbol is subscribed. */
  carries(symbol: string): boolean {
    for (const topic of this.topics) if (topic.endsWith(`.${symbol}`)) return true
    return false
  }

  close(): void {
    for (const topic of this.topics) if (this.kind === 'public') this.options.exchange.outbox.unsubscribe(topic)
    this.topics.clear()
  }

  private send(payload: object): void {
    this.options.send(JSON.stringify(payload), '')
  }

  private head(frame: Params): object {
    const id = textOf(frame, 'req_id')
    return { conn_id: this.options.id, ...(id === undefined && this.kind === 'private' ? {} : { req_id: id ?? '' }) }
  }

  private get isSpot(): boolean {
    return this.kind === 'public' && this.options.category === 'spot'
  }

  /** As the exchange names it inside: spot topics end in -SPOT. */
  private inside(topic: string): string {
    return this.isSpot ? spotSymbolOf(topic) : topic
  }

  private pong(frame: Params, wallNowMs: number): void {
    // Spot does not echo req_id here.
    if (this.isSpot) this.send({ success: true, ret_msg: 'pong', conn_id: this.options.id, op: 'ping' })
    else if (this.kind === 'public') this.send({ success: true, ret_msg: 'pong', ...this.head(frame), op: 'ping' })
    else this.send({ ...this.head(frame), op: 'pong', args: [String(wallNowMs)] })
  }

  private authenticate(frame: Params, wallNowMs: number): void {
    const refusal = refusalOfSocket(argsOf(frame), this.options.credentials, wallNowMs)
    this.isAuthenticated = refusal === undefined
    this.send({ success: refusal === undefined, ret_msg: refusal?.retMsg ?? '', op: 'auth', ...this.head(frame) })
  }

  private subscribe(frame: Params): void {
    const asked = argsOf(frame).filter((topic): topic is string => typeof topic === 'string')
    const problem = this.problemOf(asked)
    const topics = asked.map((topic) => this.inside(topic))
    const { exchange } = this.options
    // Before the reply, so that a fault of the symbol's connection holds from the reply on.
    for (const topic of problem === undefined ? topics : []) {
      if (!this.topics.has(topic) && this.kind === 'public') exchange.outbox.subscribe(topic)
      this.topics.add(topic)
    }
    const done = this.isSpot ? 'subscribe' : ''
    this.send({ success: problem === undefined, ret_msg: problem ?? done, ...this.head(frame), op: 'subscribe' })
    if (problem !== undefined || this.kind !== 'public') return
    for (const topic of topics) {
      const snapshot = exchange.streams.snapshot(topic)
      if (snapshot !== undefined) this.send(snapshot)
    }
  }

  private problemOf(topics: readonly string[]): string | undefined {
    if (topics.length === 0) return 'error: args is empty'
    if (this.kind === 'public') {
      if (topics.join('').length + [...this.topics].join('').length > ARGS_LENGTH_MAX) return 'error: args are longer than 21000 characters'
      if (this.isSpot && topics.length > SPOT_ARGS_MAX) return 'error: args size >10'
      const unknown = topics.find((topic) => !this.hasTopic(topic))
      return unknown === undefined ? undefined : `error:handler not found,topic:${unknown}`
    }
    if (!this.isAuthenticated) return `error:topic:${topics[0]} needs auth first`
    const unknown = topics.find((topic) => !PRIVATE_TOPICS.includes(topic.split('.')[0] ?? ''))
    if (unknown !== undefined) return `error:handler not found,topic:${unknown}`
    const isMixed = topics.some((topic) => !topic.includes('.') && topics.some((other) => other.startsWith(`${topic}.`)))
    return isMixed ? 'error: all-in-one and categorised topics cannot be subscribed together' : undefined
  }

  private hasTopic(topic: string): boolean {
    if (isSpotSymbol(topic) || (this.isSpot && !SPOT_TOPICS.includes(topic.split('.')[0] ?? ''))) return false
    return this.options.exchange.streams.parse(this.inside(topic)) !== undefined
  }

  private unsubscribe(frame: Params): void {
    for (const asked of argsOf(frame)) {
      if (typeof asked !== 'string') continue
      const topic = this.inside(asked)
      if (this.topics.delete(topic) && this.kind === 'public') this.options.exchange.outbox.unsubscribe(topic)
    }
    this.send({ success: true, ret_msg: '', ...this.head(frame), op: 'unsubscribe' })
  }

  private onTradeFrame(frame: Params, wallNowMs: number): void {
    const op = textOf(frame, 'op') ?? ''
    const connId = this.options.id
    const reqId = textOf(frame, 'reqId')
    const echo = reqId === undefined ? {} : { reqId }
    if (op === 'ping') this.send({ ...echo, retCode: 0, retMsg: 'OK', op: 'pong', data: [String(wallNowMs)], connId })
    else if (op === 'auth') this.send({ ...this.tradeAuth(frame, wallNowMs), op, connId })
    else this.tradeOrder(frame, op, reqId, wallNowMs)
  }

  /** An order over the socket, with what a fault plan makes of it. */
  private tradeOrder(frame: Params, op: string, reqId: string | undefined, wallNowMs: number): void {
    const { faults, id: connId } = this.options
    const [params] = argsOf(frame)
    const verdict = faults.onRequest({ op, symbol: isParams(params) ? symbolOf(params) : undefined }, wallNowMs)
    this.after(verdict.requestDelayMs, wallNowMs, (nowMs) => {
      const done = verdict.isDone ? this.tradeReply(frame, op, reqId, nowMs) : undefined
      const reply = verdict.reply.type === 'true' ? done?.reply : forgedAnswer(verdict)
      if (reply === undefined) return
      const { retCode, retMsg, result, retExtInfo } = reply
      const header = { ...done?.headers, Traceid: `${connId}-${reqId ?? ''}`, Timenow: String(nowMs) }
      const echo = reqId === undefined ? {} : { reqId }
      this.after(verdict.replyDelayMs, nowMs, () =>
        this.send({ ...echo, retCode, retMsg, op, data: result, retExtInfo: retExtInfo ?? {}, header, connId }),
      )
    })
  }

  private after(ms: number, wallNowMs: number, run: (wallNowMs: number) => void): void {
    if (ms <= 0) run(wallNowMs)
    else this.options.later(ms, run)
  }

  private tradeAuth(frame: Params, wallNowMs: number): { retCode: number; retMsg: string } {
    if (this.isAuthenticated) return { retCode: 20001, retMsg: 'Repeat auth' }
    const refusal = refusalOfSocket(argsOf(frame), this.options.credentials, wallNowMs)
    this.isAuthenticated = refusal === undefined
    if (refusal === undefined) return { retCode: 0, retMsg: 'OK' }
    // This stream knows 10004 and 10001 only: 10003 means too many sessions here.
    return { retCode: refusal.retCode === 10001 ? 10001 : 10004, retMsg: refusal.retMsg }
  }

  private tradeReply(frame: Params, op: string, reqId: string | undefined, wallNowMs: number): { reply: Answer; headers?: object } {
    const { exchange, limits } = this.options
    const run = TRADE_OPS[op]
    if (run === undefined) return { reply: refuse(10404, `op type is not found: ${op}`) }
    if (!this.isAuthenticated) return { reply: refuse(10004, 'Auth is needed before orders') }
    if (reqId !== undefined && this.requestIds.has(reqId)) return { reply: refuse(20006, 'reqId is duplicated') }
    if (reqId !== undefined) this.remember(reqId)
    const header = isParams(frame['header']) ? frame['header'] : {}
    const late = refusalOfTime(textOf(header, 'X-BAPI-TIMESTAMP'), textOf(header, 'X-BAPI-RECV-WINDOW'), wallNowMs)
    if (late !== undefined) return { reply: late }
    const [params] = argsOf(frame)
    if (!isParams(params)) return { reply: refuse(10001, 'params error: args') }
    const isBatch = op.endsWith('-batch')
    // Batches share their budget with HTTP.
    const { granted, headers } = limits.spend(
      isBatch ? `/v5/${op.replace('.', '/')}` : op,
      isBatch ? (batchItems(params)?.length ?? 1) : 1,
      wallNowMs,
    )
    if (granted <= 0 && !isBatch) return { reply: refuse(10006, 'Too many visits. Exceeded the API Rate Limit.'), headers }
    return { reply: run(exchange, params, granted), headers }
  }

  private remember(reqId: string): void {
    this.requestIds.add(reqId)
    if (this.requestIds.size <= REQUEST_IDS_KEPT) return
    const [oldest] = this.requestIds
    if (oldest !== undefined) this.requestIds.delete(oldest)
  }
}

const TRADE_OPS: Readonly<Record<string, (exchange: Exchange, params: Params, granted: number) => Answer>> = {
  'order.create': createOrder,
  'order.amend': amendOrder,
  'order.cancel': cancelOrder,
  'order.create-batch': (exchange, params, granted) => batch(exchange, params, granted, createOrder),
  'order.cancel-batch': (exchange, params, granted) => batch(exchange, params, granted, cancelOrder),
}

const isParams = (value: unknown): value is Params => typeof value === 'object' && value !== null && !Array.isArray(value)

const argsOf = (frame: Params): readonly unknown[] => (Array.isArray(frame['args']) ? frame['args'] : [])
