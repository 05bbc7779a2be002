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
import { RestError, sendRest } from './clients/rest-client.ts'
import type { Alert, CommandResult, Equity, Fill, Operations, Order, Position, Status, Trade } from './clients/rest-types.ts'

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

/** As the document has it, with what only programs of Ballast know: which statuses there are, and all of a reply. */
export type CommandAnswer = Omit<CommandResult, 'status' | 'code' | 'reply' | 'again'> & {
  readonly status: CommandStatus
  readonly code: ResultCode
  readonly reply: Reply
  /** What was shown has changed: nothing was done, and `confirmation` asks once more. */
  readonly again?: { readonly replaces: string; readonly changes: readonly Change[] }
}
export type NewKeyAnswer = Operations['POST /keys']['answer']
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
    const { surface, ...options } = this.options
    const headers: Readonly<Record<string, string>> = surface === undefined ? {} : { 'X-Ballast-Surface': surface }
    try {
      const { answer } = await sendRest({ ...options, headers }, method, path, { body, idempotencyKey })
      if (read !== undefined) return ok(read(typeof answer === 'string' ? answer : JSON.stringify(answer)))
      if (typeof answer === 'object') return ok(answer as T)
      return err({ type: 'rejected', status: 200, code: 'unknown', detail: 'The server answered 200, but not as Ballast does.' })
    } catch (cause) {
      if (cause instanceof RestError) return err(failureOf(cause))
      throw cause
    }
  }
}

function failureOf({ status, code, message, problem }: RestError): ApiFailure {
  return {
    type: status === 0 ? 'unreachable' : 'rejected',
    status,
    code,
    detail: message,
    ...(typeof problem.reply === 'object' && problem.reply !== null
      ? { reply: problem.reply as Reply, commandStatus: commandStatusOf(problem) }
      : {}),
  }
}

/** `status` of a problem is HTTP's; the command's is beside it. */
const commandStatusOf = (problem: Readonly<Record<string, unknown>>): CommandStatus =>
  typeof problem.commandStatus === 'string' ? (problem.commandStatus as CommandStatus) : 'refused'
