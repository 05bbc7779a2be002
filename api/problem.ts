/**
 * Errors of the API as problem+json (RFC 9457), each with a code that programs can rely on.
 * Never carries a stack, a secret or the text of an internal error.
 */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { toWritten } from './verb-paths.ts'

export const CODES = {
  unauthorized: { status: 401, title: 'Not signed in', retryable: false },
  forbidden_scope: { status: 403, title: 'Not allowed for this key', retryable: false },
  forbidden_network: { status: 403, title: 'Not allowed from this address', retryable: false },
  csrf_missing: { status: 403, title: 'CSRF token missing', retryable: false },
  forbidden_host: { status: 403, title: 'Origin not allowed', retryable: false },
  wrong_host: { status: 421, title: 'Host not served here', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  refused: { status: 409, title: 'Refused', retryable: false },
  version_conflict: { status: 412, title: 'It has changed since it was read', retryable: false },
  confirm_expired: { status: 409, title: 'The confirmation has expired', retryable: false },
  idempotency_in_flight: { status: 409, title: 'The first request is still in progress', retryable: true },
  idempotency_missing: { status: 400, title: 'Idempotency-Key is missing', retryable: false },
  idempotency_mismatch: { status: 422, title: 'Idempotency-Key was used for another request', retryable: false },
  bad_request: { status: 400, title: 'Bad request', retryable: false },
  unsupported_media_type: { status: 415, title: 'The body is not sent as JSON', retryable: false },
  too_large: { status: 413, title: 'Body too large', retryable: false },
  validation_failed: { status: 422, title: 'Not valid', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Internal error', retryable: true },
  command_failed: { status: 502, title: 'The trader refused the command', retryable: false },
  exchange_unavailable: { status: 503, title: 'The exchange does not answer', retryable: true },
  database_down: { status: 503, title: 'The database does not answer', retryable: true },
  queue_down: { status: 503, title: 'The queue does not answer', retryable: true },
  not_ready: { status: 503, title: 'Not ready', retryable: true },
} as const satisfies Record<string, { readonly status: ContentfulStatusCode; readonly title: string; readonly retryable: boolean }>

export type ProblemCode = keyof typeof CODES

export interface ProblemExtra {
  readonly errors?: readonly { readonly pointer: string; readonly message: string; readonly code: string }[]
  readonly hint?: string
  /** Further members: the reply of a command. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Thrown at the HTTP edge only. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extra: ProblemExtra

  constructor(code: ProblemCode, detail: string, extra: ProblemExtra) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}

export const problem = (code: ProblemCode, detail: string, extra: ProblemExtra = {}): ProblemError => new ProblemError(code, detail, extra)

function body(c: Context, code: ProblemCode, detail: string, extra: ProblemExtra) {
  const { title, status, retryable } = CODES[code]
  const requestId: unknown = c.get('requestId')
  return {
    type: `https://ballast.invalid/problems/${code.replaceAll('_', '-')}`,
    title,
    status,
    code,
    detail,
    instance: toWritten(c.req.path),
    requestId: typeof requestId === 'string' ? requestId : '',
    retryable,
    ...(extra.errors === undefined ? {} : { errors: extra.errors }),
    ...(extra.hint === undefined ? {} : { hint: extra.hint }),
    ...extra.more,
  }
}

function send(c: Context, code: ProblemCode, detail: string, extra: ProblemExtra = {}): Response {
  // The rest of the body is not read, so that nothing after it on the connection could be.
  if (code === 'too_large') c.header('Connection', 'close')
  return c.body(JSON.stringify(body(c, code, detail, extra)), CODES[code].status, { 'Content-Type': 'application/problem+json' })
}

/** @param log gets what the caller must not see. */
export const onError =
  (log: (requestId: string, cause: unknown) => void) =>
  (cause: Error, c: Context): Response => {
    if (cause instanceof ProblemError) return send(c, cause.code, cause.message, cause.extra)
    if (cause instanceof HTTPException)
      return cause.status === 413
        ? send(c, 'too_large', 'The body may have at most 256 kB.')
        : send(c, 'bad_request', 'The body is no valid JSON.')
    log(String(c.get('requestId') ?? ''), cause)
    return send(c, 'internal', 'The request failed inside Ballast. Find the cause in the log under this request id.')
  }

export const onNotFound = (c: Context): Response =>
  send(c, 'not_found', `There is no resource at ${toWritten(c.req.path)}.`, { hint: 'All routes: /docs' })
