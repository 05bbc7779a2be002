/**
 * A typed client of the REST API: `fetch` and the generated types, nothing else. Copy this file and rest-types.ts into a program of your own.
 */
import type { Operations, Problem } from './rest-types.ts'

export type OperationName = keyof Operations
export type AnswerTo<Name extends OperationName> = Operations[Name]['answer']

type Part<Name extends OperationName, Key extends string> = Key extends keyof Operations[Name] ? Pick<Operations[Name], Key> : object
/** What an operation takes: `path`, `query` and `body` as the document has them. */
export type Request<Name extends OperationName> = Part<Name, 'path'> &
  Part<Name, 'query'> &
  Part<Name, 'body'> & {
    /** The request counts once for 24 h under one key. Opening and closing need it. */
    readonly idempotencyKey?: string
    /** ETag of what was read: nothing is done where it has changed since. */
    readonly ifMatch?: string
  }
type Args<Name extends OperationName> =
  object extends Request<Name> ? [name: Name, request?: Request<Name>] : [name: Name, request: Request<Name>]

/** As the document has it, where Ballast answered; a command's refusal has its `reply` besides. */
export type RestProblem = Partial<Problem> & Readonly<Record<string, unknown>>

/** A refusal: `code` stays the same, the message is a sentence, `problem` is all of the answer. `unreachable`: nobody answered. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly status: number
  readonly code: string
  readonly problem: RestProblem

  constructor(status: number, code: string, detail: string, problem: RestProblem = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.problem = problem
  }
}

export interface RestOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string
  /** Of `ballast api keys create`. */
  readonly token: string
  readonly timeoutMs?: number | undefined
  readonly headers?: Readonly<Record<string, string>>
}
export interface RestClient {
  /**
   * @example await call('POST /positions/{id}/close', { path: { id: 'BTCUSDT' }, body: { fraction: '0.5' }, idempotencyKey: 'a1' })
   * @throws RestError
   */
  call<Name extends OperationName>(...args: Args<Name>): Promise<AnswerTo<Name>>
  /** With its ETag, for `ifMatch`. */
  read<Name extends OperationName>(...args: Args<Name>): Promise<{ readonly answer: AnswerTo<Name>; readonly etag: string | undefined }>
}

/** What any request is made of, whatever its operation. */
export interface AnyRequest {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly idempotencyKey?: string | undefined
  readonly ifMatch?: string | undefined
}
export interface AnyAnswer {
  /** Parsed where it is JSON, else text; undefined where it is empty. */
  readonly answer: unknown
  readonly etag: string | undefined
}

const TIMEOUT_MS = 20_000

/** Where an operation is asked: its path with what it names, and its query. @example restPath('/trades', { query: { limit: 5 } }) // '/api/v1/trades?limit=5' */
export function restPath(pattern: string, { path = {}, query = {} }: Pick<AnyRequest, 'path' | 'query'>): string {
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(path[name])))
  const asked = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(asked.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return `/api/v1${filled}${search === '' ? '' : `?${search}`}`
}

/** One request, without types. @param path with its query, from `/api/v1` on @throws RestError */
export async function sendRest(
  { baseUrl, token, timeoutMs = TIMEOUT_MS, headers = {} }: RestOptions,
  method: string,
  path: string,
  { body, idempotencyKey, ifMatch }: Omit<AnyRequest, 'path' | 'query'> = {},
): Promise<AnyAnswer> {
  let response: Response
  let text: string
  try {
    response = await fetch(`${baseUrl.replace(/\/+$/, '')}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
  } catch (cause) {
    throw new RestError(0, 'unreachable', `Ballast does not answer at ${baseUrl} (${reasonOf(cause)}).`)
  }
  const answer = parsed(text, response.headers.get('content-type') ?? '')
  if (response.ok) return { answer, etag: response.headers.get('etag') ?? undefined }
  const problem = (typeof answer === 'object' && answer !== null ? answer : {}) as RestProblem
  throw new RestError(
    response.status,
    typeof problem.code === 'string' ? problem.code : 'unknown',
    typeof problem.detail === 'string' ? problem.detail : `The server answered ${response.status}, but not as Ballast does.`,
    problem,
  )
}

function parsed(text: string, contentType: string): unknown {
  if (text === '') return undefined
  if (!contentType.includes('json')) return text
  try {
    return JSON.parse(text)
  } catch {
    // Not ours: a proxy or another program answers there.
    return text
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return 'no answer in time'
  const inner: unknown = cause.cause
  return inner instanceof Error && 'code' in inner ? String(inner.code) : cause.message
}

export function restClient(options: RestOptions): RestClient {
  const send = (name: string, request: AnyRequest): Promise<AnyAnswer> => {
    const [method = 'GET', pattern = ''] = name.split(' ')
    return sendRest(options, method, restPath(pattern, request), request)
  }
  // The document says what each operation answers; the API checks what it takes.
  return {
    call: async (name, request: AnyRequest = {}) => (await send(name, request)).answer as never,
    read: async (name, request: AnyRequest = {}) => (await send(name, request)) as never,
  }
}
