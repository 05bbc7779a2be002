/**
 * One WebSocket connection's conversation: auth, ping, subscriptions and, on the trade stream, orders.
 * Never touches a socket: it is given a way to send.
 */
import { type Credentials, refusalOfSocket, refusalOfTime } from './auth.ts'
import type { Exchange } from './exchange.ts'
import { amendOrder, batch, batchItems, cancelOrder, createOrder } from './order-routes.ts'
import type { Frame } from './outbox.ts'
import type { RateLimits } from './rate-limit.ts'
import { jsonObject } from './router.ts'
import { type Answer, type Params, refuse, textOf } from './wire.ts'

export type SessionKind = 'public' | 'private' | 'trade'

export interface SessionOptions {
  readonly kind: SessionKind
  readonly id: string
  readonly exchange: Exchange
  readonly credentials: Credentials
  readonly limits: RateLimits
  readonly send: (text: string) => void
}

/** Largest sum of topic lengths on one public connection. */
const ARGS_LENGTH_MAX = 21_000
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
    if (this.kind === 'trade') return this.onTradeFrame(frame, wallNowMs)
    const op = textOf(frame, 'op') ?? ''
    switch (op) {
      case 'ping':
        return this.pong(frame, wallNowMs)
      case 'auth':
        return this.authenticate(frame, wallNowMs)
      case 'subscribe':
        return this.subscribe(frame)
      case 'unsubscribe':
        return this.unsubscribe(frame)
      default:
        this.send({ success: false, ret_msg: `error: unknown op ${op}`, ...this.head(frame), op })
    }
  }

  /** Passes a frame on when this connection asked for its topic. */
  deliver(frame: Frame): void {
    if (frame.channel !== this.kind) return
    if (this.topics.has(frame.topic)) this.options.send(frame.text)
    const categorized = `${frame.topic}.linear`
    if (frame.channel === 'private' && this.topics.has(categorized))
      this.options.send(frame.text.replace(`"topic":"${frame.topic}"`, `"topic":"${categorized}"`))
  }

  close(): void {
    for (const topic of this.topics) if (this.kind === 'public') this.options.exchange.outbox.unsubscribe(topic)
    this.topics.clear()
  }

  private send(payload: object): void {
    this.options.send(JSON.stringify(payload))
  }

  private head(frame: Params): object {
    const id = textOf(frame, 'req_id')
    return { conn_id: this.options.id, ...(id === undefined && this.kind === 'private' ? {} : { req_id: id ?? '' }) }
  }

  private pong(frame: Params, wallNowMs: number): void {
    if (this.kind === 'public') this.send({ success: true, ret_msg: 'pong', ...this.head(frame), op: 'ping' })
    else this.send({ ...this.head(frame), op: 'pong', args: [String(wallNowMs)] })
  }

  private authenticate(frame: Params, wallNowMs: number): void {
    const refusal = refusalOfSocket(argsOf(frame), this.options.credentials, wallNowMs)
    this.isAuthenticated = refusal === undefined
    this.send({ success: refusal === undefined, ret_msg: refusal?.retMsg ?? '', op: 'auth', ...this.head(frame) })
  }

  private subscribe(frame: Params): void {
    const topics = argsOf(frame).filter((topic): topic is string => typeof topic === 'string')
    const problem = this.problemOf(topics)
    this.send({ success: problem === undefined, ret_msg: problem ?? '', ...this.head(frame), op: 'subscribe' })
    if (problem !== undefined) return
    const { exchange } = this.options
    for (const topic of topics) {
      if (!this.topics.has(topic) && this.kind === 'public') exchange.outbox.subscribe(topic)
      this.topics.add(topic)
      const snapshot = this.kind === 'public' ? exchange.streams.snapshot(topic) : undefined
      if (snapshot !== undefined) this.send(snapshot)
    }
  }

  private problemOf(topics: readonly string[]): string | undefined {
    if (topics.length === 0) return 'error: args is empty'
    if (this.kind === 'public') {
      if (topics.join('').length + [...this.topics].join('').length > ARGS_LENGTH_MAX) return 'error: args are longer than 21000 characters'
      const unknown = topics.find((topic) => this.options.exchange.streams.parse(topic) === undefined)
      return unknown === undefined ? undefined : `error:handler not found,topic:${unknown}`
    }
    if (!this.isAuthenticated) return `error:topic:${topics[0]} needs auth first`
    const unknown = topics.find((topic) => !PRIVATE_TOPICS.includes(topic.split('.')[0] ?? ''))
    if (unknown !== undefined) return `error:handler not found,topic:${unknown}`
    const isMixed = topics.some((topic) => !topic.includes('.') && topics.some((other) => other.startsWith(`${topic}.`)))
    return isMixed ? 'error: all-in-one and categorised topics cannot be subscribed together' : undefined
  }

  private unsubscribe(frame: Params): void {
    for (const topic of argsOf(frame))
      if (typeof topic === 'string' && this.topics.delete(topic) && this.kind === 'public') this.options.exchange.outbox.unsubscribe(topic)
    this.send({ success: true, ret_msg: '', ...this.head(frame), op: 'unsubscribe' })
  }

  private onTradeFrame(frame: Params, wallNowMs: number): void {
    const op = textOf(frame, 'op') ?? ''
    const connId = this.options.id
    const reqId = textOf(frame, 'reqId')
    const tell = ({ retCode, retMsg, result, retExtInfo }: Answer, header?: object): void => {
      const body = header === undefined ? {} : { data: result, retExtInfo: retExtInfo ?? {}, header }
      this.send({ ...(reqId === undefined ? {} : { reqId }), retCode, retMsg, op, ...body, connId })
    }
    if (op === 'ping') {
      this.send({ ...(reqId === undefined ? {} : { reqId }), retCode: 0, retMsg: 'OK', op: 'pong', data: [String(wallNowMs)], connId })
      return
    }
    if (op === 'auth') {
      const refusal = this.isAuthenticated
        ? refuse(20001, 'Repeat auth')
        : refusalOfSocket(argsOf(frame), this.options.credentials, wallNowMs)
      if (refusal === undefined) this.isAuthenticated = true
      const { retCode, retMsg } = refusal === undefined ? { retCode: 0, retMsg: 'OK' } : asTradeCode(refusal)
      this.send({ retCode, retMsg, op: 'auth', connId })
      return
    }
    const run = TRADE_OPS[op]
    if (run === undefined) return tell(refuse(10404, `op type is not found: ${op}`), {})
    if (!this.isAuthenticated) return tell(refuse(10004, 'Auth is needed before orders'), {})
    if (reqId !== undefined && this.requestIds.has(reqId)) return tell(refuse(20006, 'reqId is duplicated'), {})
    if (reqId !== undefined) this.remember(reqId)
    const header = (typeof frame['header'] === 'object' && frame['header'] !== null ? frame['header'] : {}) as Params
    const late = refusalOfTime(textOf(header, 'X-BAPI-TIMESTAMP'), textOf(header, 'X-BAPI-RECV-WINDOW'), wallNowMs)
    if (late !== undefined) return tell(late, {})
    const [params] = argsOf(frame)
    if (typeof params !== 'object' || params === null) return tell(refuse(10001, 'params error: args'), {})
    const body = params as Params
    const count = op.endsWith('-batch') ? (batchItems(body)?.length ?? 1) : 1
    const budget = this.options.limits.take(op.endsWith('-batch') ? `/v5/${op.replace('.', '/')}` : op, count, wallNowMs)
    const reply =
      budget.granted <= 0 && count === 1
        ? refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')
        : run(this.options.exchange, body, budget.granted)
    tell(reply, { ...budget.headers, Traceid: `${connId}-${reqId ?? ''}`, Timenow: String(wallNowMs) })
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

/** The trade stream knows 10004 and 10001 only: 10003 means too many sessions there. */
const asTradeCode = ({ retCode, retMsg }: Answer): Answer => refuse(retCode === 10003 || retCode === 10002 ? 10004 : retCode, retMsg)

const argsOf = (frame: Params): readonly unknown[] => (Array.isArray(frame['args']) ? frame['args'] : [])
