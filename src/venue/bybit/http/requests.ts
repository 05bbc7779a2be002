/**
 * Requests to Bybit within its limits, and their replies as results: parsed where they succeed, sorted by what to do where not.
 * Never sends past the budget, and never retries a write: one that HTTP 403 kept out goes once over the trade WebSocket, if it is an exit (S2).
 */
import { COUNTRY_CODE, type VenueError } from '../../port/error.ts'
import { z } from 'zod'
import { type Result, err, ok } from '../../../core/result.ts'
import { RequestBudget, type RequestClass } from './budget.ts'
import { errorOf } from './error.ts'
import { TRADE_OPS, isForbidden, tradeErrorOf } from '../stream/trade-way.ts'
import type { RawReply, RequestParams, TradeOp, Transport } from './transport.ts'

export const listOf = <T extends z.ZodType>(row: T) => z.object({ list: z.array(row), nextPageCursor: z.string().nullish() })
/** A list that ends is read to its end, however long an absence was; one whose cursor comes again has none. */
const PAGES_MAX = 20_000
/** A page that the exchange asked to wait with is asked again this often: a long list must not start from scratch each time. */
const PAGE_TRIES = 6
const PAGE_WAIT_MAX_MS = 2_000
/** Bybit counts the requests of an endpoint by the second. */
const ENDPOINT_WINDOW_MS = 1_000
const READ_TRIES = 3
const READ_WAIT_MS = 250
/** A ban that ends sooner is waited for. */
const BAN_WAIT_MAX_MS = 60_000

export interface RequestClocks {
  /** For what the exchange reports as an instant. */
  readonly wallMs: () => number
  /** Never jumps: rates, bans and waits. */
  readonly steadyMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

export class Requests {
  private readonly transport: Transport
  private readonly wallMs: () => number
  private readonly steadyMs: () => number
  private readonly sleep: (ms: number) => Promise<void>
  private readonly budget = new RequestBudget()
  /** Why nothing is asked for now, where it is another reason than too many requests. */
  private refusal: VenueError | undefined
  /** When an endpoint that had nothing left may be read again, steady ms. */
  private readonly freeAtMs = new Map<string, number>()
  /** Called with how each request ended; of market requests only failures. */
  heard: (error: VenueError | undefined) => void = () => {}

  constructor(transport: Transport, { wallMs, steadyMs, sleep }: RequestClocks) {
    this.transport = transport
    this.wallMs = wallMs
    this.steadyMs = steadyMs
    this.sleep = sleep
  }

  async request(kind: RequestClass, method: 'GET' | 'POST', path: string, params: RequestParams): Promise<Result<unknown, VenueError>> {
    const op = kind === 'exit' && method === 'POST' && this.hasTrade ? TRADE_OPS[path] : undefined
    for (;;) {
      const now = this.steadyMs()
      const ban = this.budget.banMs(now)
      if (ban > 0 && op !== undefined) return this.trade(op, params)
      // Who sends writes waits by himself: what waited here would hold back an exit that has another way.
      if (ban > BAN_WAIT_MAX_MS || (ban > 0 && (kind === 'exit' || kind === 'entry')))
        return err(
          this.refusal === undefined
            ? { type: 'retry-after', code: 'ip-ban', detail: 'the exchange refuses this address for now', waitMs: ban }
            : { ...this.refusal, type: 'retry-after', waitMs: ban },
        )
      const wait = ban > 0 ? ban : Math.max(this.budget.waitMs(kind, now), method === 'GET' ? (this.freeAtMs.get(path) ?? 0) - now : 0)
      if (wait <= 0) break
      await this.sleep(wait)
    }
    this.budget.note(kind, this.steadyMs())
    const reply = await this.transport.call(method, path, params)
    if (method === 'GET') this.noteLeft(path, reply)
    const error = errorOf(reply, method === 'POST', this.wallMs())
    // The market answers in a maintenance too: it says nothing about trading.
    if (error !== undefined || !isPublic(path)) this.heard(error)
    if (error === undefined) {
      this.refusal = undefined
      return ok(reply.type === 'reply' ? reply.body.result : undefined)
    }
    if (isForbidden(error)) {
      this.refusal = error.code === COUNTRY_CODE ? error : undefined
      this.budget.ban(this.steadyMs() + error.waitMs)
      // It is certain that it was not taken: it may go another way at once.
      if (op !== undefined) return this.trade(op, params)
    }
    return err(error)
  }

  private noteLeft(path: string, reply: RawReply): void {
    if (reply.type !== 'reply' || reply.limits?.remaining !== 0) return
    const waitMs = Math.min(ENDPOINT_WINDOW_MS, Math.max(0, reply.limits.resetAtMs - this.wallMs()))
    this.freeAtMs.set(path, this.steadyMs() + waitMs)
  }

  /** Whether exits have a way past HTTP. */
  get hasTrade(): boolean {
    return this.transport.trade !== undefined
  }

  private async trade(op: TradeOp, params: RequestParams): Promise<Result<unknown, VenueError>> {
    const rateMs = (): number => this.budget.waitMs('exit', this.steadyMs())
    for (let wait = rateMs(); wait > 0; wait = rateMs()) await this.sleep(wait)
    this.budget.note('exit', this.steadyMs())
    const reply: RawReply = (await this.transport.trade?.(op, params)) ?? { type: 'not-sent', detail: 'there is no trade WebSocket' }
    const error = tradeErrorOf(reply, this.wallMs())
    this.heard(error)
    return error === undefined ? ok(reply.type === 'reply' ? reply.body.result : undefined) : err(error)
  }

  async read<T>(kind: RequestClass, path: string, params: RequestParams, schema: z.ZodType<T>): Promise<Result<T, VenueError>> {
    const reply = await this.request(kind, 'GET', path, params)
    if (!reply.ok) return reply
    const parsed = schema.safeParse(reply.value)
    if (parsed.success) return ok(parsed.data)
    return err({ type: 'venue-down', code: 'odd-shape', detail: `${path}: ${firstIssue(parsed.error)}` })
  }

  /**
   * One question of several that only help together: asked again by itself while the venue fails. With all of them from the first on, a venue
   * that fails one in three would seldom answer four in a row.
   */
  async readOfSeveral<T>(kind: RequestClass, path: string, params: RequestParams, schema: z.ZodType<T>): Promise<Result<T, VenueError>> {
    for (let tries = 1; ; tries++) {
      const reply = await this.read(kind, path, params, schema)
      const isPassing = !reply.ok && (reply.error.type === 'venue-down' || reply.error.type === 'unknown-outcome')
      if (!isPassing || tries === READ_TRIES) return reply
      await this.sleep(READ_WAIT_MS)
    }
  }

  private async page<T extends z.ZodType>(kind: RequestClass, path: string, params: RequestParams, row: T) {
    for (let tries = 1; ; tries++) {
      const reply = await this.read(kind, path, params, listOf(row))
      const isBan: boolean = !reply.ok && isForbidden(reply.error)
      if (reply.ok || tries === PAGE_TRIES || reply.error.type !== 'retry-after' || isBan) return reply
      await this.sleep(Math.min(PAGE_WAIT_MAX_MS, reply.error.waitMs))
    }
  }

  /** Follows the cursor to the end. */
  async readAll<T extends z.ZodType>(
    kind: RequestClass,
    path: string,
    params: RequestParams,
    row: T,
  ): Promise<Result<z.infer<T>[], VenueError>> {
    const rows: z.infer<T>[] = []
    let cursor: string | null | undefined
    const seen = new Set<string>()
    for (let page = 0; page < PAGES_MAX; page++) {
      const reply = await this.page(kind, path, { ...params, cursor: cursor ?? undefined }, row)
      if (!reply.ok) return reply
      rows.push(...(reply.value.list as z.infer<T>[]))
      cursor = reply.value.nextPageCursor
      // Null, as some lists end, or empty.
      if (!cursor || reply.value.list.length === 0) return ok(rows)
      if (seen.has(cursor)) return err({ type: 'venue-down', code: 'paging', detail: `${path}: its pages repeat` })
      seen.add(cursor)
    }
    return err({ type: 'venue-down', code: 'paging', detail: `${path}: more than ${PAGES_MAX} pages` })
  }
}

const isPublic = (path: string): boolean => path.startsWith('/v5/market/') || path === '/v5/system/status'

/** Where the first field is that has another shape, and which. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'unexpected shape' : `${issue.path.join('.')}: ${issue.message}`
}
