/**
 * The typed client of the API, for the terminal and the bots.
 */
import type { CommandStatus, ResultCode } from './commands/run/result.ts'
import { randomUUID } from 'node:crypto'
import { type Result, err, ok } from '../src/core/result.ts'
import type { PlanAnswer } from './commands/rebalance/sight.ts'
import type { Reply } from './commands/reply.ts'
import type { Change } from './commands/drift.ts'
import type { ActAs } from './context.ts'
import type { Alert, Equity, Status } from './shapes/account-shapes.ts'
import type { Fill, Order, Position, Trade } from './shapes/trade-shapes.ts'

export interface ApiFailure {
  /** unreachable: nobody answers. rejected: the server said no. */
  readonly type: 'unreachable' | 'rejected'
  readonly status: number
  /** Code of the problem, or `unreachable`. */
  readonly code: string
  readonly detail: string
  /** What a command answered with its refusal. */
  readonly reply?: Reply
  readonly commandStatus?: CommandStatus
  /** Why the trader refused. */
  readonly refusal?: { readonly code: string; readonly figures: Readonly<Record<string, unknown>> }
}

export interface CommandAnswer {
  readonly status: CommandStatus
  readonly code: ResultCode
  readonly command: string | null
  readonly reply: Reply
  readonly confirmation?: {
    readonly id: string
    readonly expiresAt: string
    readonly preview: Readonly<Record<string, unknown>>
    readonly word: string | null
    readonly code: boolean
    readonly waitsForSecond?: boolean
  }
  /** What was shown has changed: nothing was done, and `confirmation` asks once more. */
  readonly again?: { readonly replaces: string; readonly changes: readonly Change[] }
}
export interface NewKeyAnswer {
  readonly id: string
  readonly token: string
  readonly name: string
  readonly role: string
  readonly expiresAt: string
}
export interface List<Row> {
  readonly data: readonly Row[]
  readonly nextCursor: string | null
  readonly hasMore: boolean
}
/** For whom a service key asks, and when the user sent it (wall-clock ms). */
export type OnBehalf = ActAs & { readonly askedAtMs?: number | undefined }

export interface ApiClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string
  readonly token: string
  readonly surface?: 'cli'
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 20_000

export class ApiClient {
  private readonly options: ApiClientOptions

  constructor(options: ApiClientOptions) {
    this.options = options
  }

  status(): Promise<Result<Status, ApiFailure>> {
    return this.get('/api/v1/status')
  }
  positions(): Promise<Result<List<Position>, ApiFailure>> {
    return this.get('/api/v1/positions')
  }
  orders(query = ''): Promise<Result<List<Order>, ApiFailure>> {
    return this.get(`/api/v1/orders${query}`)
  }
  trades(query = ''): Promise<Result<List<Trade>, ApiFailure>> {
    return this.get(`/api/v1/trades${query}`)
  }
  fills(query = ''): Promise<Result<List<Fill>, ApiFailure>> {
    return this.get(`/api/v1/fills${query}`)
  }
  equity(query = ''): Promise<Result<List<Equity>, ApiFailure>> {
    return this.get(`/api/v1/equity${query}`)
  }
  alerts(query = ''): Promise<Result<List<Alert>, ApiFailure>> {
    return this.get(`/api/v1/alerts${query}`)
  }

  /** A line as users type it. */
  runLine(line: string, as?: OnBehalf, idempotencyKey: string = randomUUID()): Promise<Result<CommandAnswer, ApiFailure>> {
    return this.request('POST', '/api/v1/commands', { line, ...(as === undefined ? {} : { as }) }, idempotencyKey)
  }
  /** A command with named arguments: they may be longer than a line. */
  runArgs(name: string, args: object, idempotencyKey: string = randomUUID()): Promise<Result<CommandAnswer, ApiFailure>> {
    return this.request('POST', `/api/v1/commands/${encodeURIComponent(name)}`, { args }, idempotencyKey)
  }
  /** What would be traded, and nothing sent. */
  planRebalance(args: object): Promise<Result<PlanAnswer, ApiFailure>> {
    return this.request('POST', '/api/v1/rebalance/preview', args)
  }
  answer(confirmationId: string, decision: 'yes' | 'no', word?: string, as?: OnBehalf): Promise<Result<CommandAnswer, ApiFailure>> {
    return this.request('POST', `/api/v1/confirmations/${encodeURIComponent(confirmationId)}`, {
      decision,
      ...(word === undefined ? {} : { word }),
      ...(as === undefined ? {} : { as }),
    })
  }

  /** The token of the answer is never reported again. */
  makeKey(key: object): Promise<Result<NewKeyAnswer, ApiFailure>> {
    return this.request('POST', '/api/v1/keys', key)
  }

  /** The token of the answer is never reported again. */
  rotateKey(id: string, how: { readonly days: number; readonly overlapHours: number }): Promise<Result<NewKeyAnswer, ApiFailure>> {
    return this.request('POST', `/api/v1/keys/${encodeURIComponent(id)}:rotate`, how)
  }

  /** A file, as text. */
  async text(path: string): Promise<Result<string, ApiFailure>> {
    return this.request('GET', path, undefined, undefined, (text) => text)
  }

  get<T>(path: string): Promise<Result<T, ApiFailure>> {
    return this.request('GET', path)
  }

  private async request<T>(
    method: string,
    path: string,
    body?: object,
    idempotencyKey?: string,
    read?: (text: string) => T,
  ): Promise<Result<T, ApiFailure>> {
    const { baseUrl, token, surface, timeoutMs } = this.options
    let response: Response
    let text: string
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(surface === undefined ? {} : { 'X-Ballast-Surface': surface }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS),
      })
      text = await response.text()
    } catch (cause) {
      return err({
        type: 'unreachable',
        status: 0,
        code: 'unreachable',
        detail: `Ballast does not answer at ${baseUrl} (${reasonOf(cause)}).`,
      })
    }
    if (response.ok && read !== undefined) return ok(read(text))
    const parsed = parse(text)
    if (response.ok && parsed !== undefined) return ok(parsed as T)
    return err(failureOf(response.status, parsed))
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return 'no answer in time'
  const inner: unknown = cause.cause
  return inner instanceof Error && 'code' in inner ? String(inner.code) : cause.message
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not ours: a proxy or another program answers there.
    return undefined
  }
}

function failureOf(status: number, body: unknown): ApiFailure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  return {
    type: 'rejected',
    status,
    code: typeof problem.code === 'string' ? problem.code : 'unknown',
    detail: typeof problem.detail === 'string' ? problem.detail : `The server answered ${status}, but not as Ballast does.`,
    ...(typeof problem.reply === 'object' && problem.reply !== null
      ? { reply: problem.reply as Reply, commandStatus: commandStatusOf(problem) }
      : {}),
  }
}

/** `status` of a problem is HTTP's; the command's is beside it. */
const commandStatusOf = (problem: Readonly<Record<string, unknown>>): CommandStatus =>
  typeof problem.commandStatus === 'string' ? (problem.commandStatus as CommandStatus) : 'refused'
