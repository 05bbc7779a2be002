/**
 * Requests to Bybit within its limits, and their replies as results: parsed where they succeed, sorted by what to do where not.
 * Never sends past the budget, and never retries.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'
import { RequestBudget, type RequestClass } from './budget.ts'
import { FORBIDDEN_WAIT_MS, type VenueError, errorOf } from './error.ts'
import type { Transport } from './transport.ts'

type Params = Readonly<Record<string, string | number | boolean | undefined>>

export const listOf = <T extends z.ZodType>(row: T) => z.object({ list: z.array(row), nextPageCursor: z.string().optional() })
const PAGES_MAX = 200

export class Requests {
  private readonly transport: Transport
  private readonly wallMs: () => number
  private readonly sleep: (ms: number) => Promise<void>
  private readonly budget = new RequestBudget()
  /** Told how each request ended, of those to the market only what went wrong. */
  heard: (error: VenueError | undefined) => void = () => {}

  constructor(transport: Transport, wallMs: () => number, sleep: (ms: number) => Promise<void>) {
    this.transport = transport
    this.wallMs = wallMs
    this.sleep = sleep
  }

  async request(kind: RequestClass, method: 'GET' | 'POST', path: string, params: Params): Promise<Result<unknown, VenueError>> {
    for (;;) {
      const wait = this.budget.waitMs(kind, this.wallMs())
      if (wait <= 0) break
      if (wait > 60_000)
        return err({ type: 'retry-after', code: 'ip-ban', detail: 'the exchange refuses this address for now', waitMs: wait })
      await this.sleep(wait)
    }
    this.budget.note(kind, this.wallMs())
    const reply = await this.transport.call(method, path, params)
    const error = errorOf(reply, method === 'POST', this.wallMs())
    // The market answers in a maintenance too: it says nothing about trading.
    if (error !== undefined || !isPublic(path)) this.heard(error)
    if (error === undefined) return ok(reply.type === 'reply' ? reply.body.result : undefined)
    if (error.type === 'retry-after' && error.waitMs >= FORBIDDEN_WAIT_MS) this.budget.ban(this.wallMs() + error.waitMs)
    return err(error)
  }

  async read<T>(kind: RequestClass, path: string, params: Params, schema: z.ZodType<T>): Promise<Result<T, VenueError>> {
    const reply = await this.request(kind, 'GET', path, params)
    if (!reply.ok) return reply
    const parsed = schema.safeParse(reply.value)
    if (parsed.success) return ok(parsed.data)
    return err({ type: 'venue-down', code: 'odd-shape', detail: `${path}: ${firstIssue(parsed.error)}` })
  }

  /** Follows the cursor to the end. */
  async readAll<T extends z.ZodType>(kind: RequestClass, path: string, params: Params, row: T): Promise<Result<z.infer<T>[], VenueError>> {
    const rows: z.infer<T>[] = []
    let cursor: string | undefined
    for (let page = 0; page < PAGES_MAX; page++) {
      const reply = await this.read(kind, path, { ...params, cursor }, listOf(row))
      if (!reply.ok) return reply
      rows.push(...(reply.value.list as z.infer<T>[]))
      cursor = reply.value.nextPageCursor
      if (cursor === undefined || cursor === '' || reply.value.list.length === 0) return ok(rows)
    }
    return err({ type: 'venue-down', code: 'paging', detail: `${path}: more than ${PAGES_MAX} pages` })
  }
}

const isPublic = (path: string): boolean => path.startsWith('/v5/market/') || path === '/v5/system/status'

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue === undefined ? 'unexpected shape' : `${issue.path.join('.')}: ${issue.message}`
}
