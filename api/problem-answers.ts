/**
 * The answers besides success, in the OpenAPI document: which problems a route can have, with their codes.
 */
import { CODES, type ProblemCode } from './problem.ts'

interface Operation {
  readonly security?: readonly unknown[]
  readonly parameters?: readonly unknown[]
  readonly requestBody?: unknown
  readonly responses?: Readonly<Record<string, unknown>>
}
interface Document {
  readonly paths?: Readonly<Record<string, unknown>>
  readonly components?: { readonly schemas?: object } | undefined
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
const ALL: readonly ProblemCode[] = ['forbidden_host', 'wrong_host', 'internal']
const WITH_DATABASE: readonly ProblemCode[] = ['database_down']
const WITH_KEY: readonly ProblemCode[] = ['unauthorized', 'forbidden_scope', 'forbidden_network', 'csrf_missing', 'rate_limited']
const WITH_INPUT: readonly ProblemCode[] = ['validation_failed']
const WITH_BODY: readonly ProblemCode[] = ['bad_request', 'unsupported_media_type', 'too_large']
const WITH_COMMAND: readonly ProblemCode[] = [
  'refused',
  'confirm_expired',
  'idempotency_in_flight',
  'idempotency_missing',
  'idempotency_mismatch',
  'command_failed',
]

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(CODES) },
    detail: { type: 'string' },
    instance: { type: 'string' },
    requestId: { type: 'string' },
    retryable: { type: 'boolean' },
    hint: { type: 'string' },
    refusal: {
      type: 'object',
      description: 'Why the trader refused: a code that stays, such as no-position or day-loss, and the figures that decided',
      required: ['code', 'figures'],
      properties: { code: { type: 'string' }, figures: { type: 'object' } },
    },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, message: { type: 'string' }, code: { type: 'string' } } },
    },
  },
}

export function withProblems<D extends Document>(document: D): D {
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Readonly<Record<string, Operation>>).map(([method, operation]) => [
          method,
          METHODS.some((known) => known === method) ? { ...operation, responses: answersOf(path, method, operation) } : operation,
        ]),
      ),
    ]),
  )
  const schemas = { ...document.components?.schemas, Problem: PROBLEM }
  return { ...document, paths, components: { ...document.components, schemas } }
}

function answersOf(path: string, method: string, operation: Operation): Readonly<Record<string, unknown>> {
  const codes = codesOf(path, method, operation)
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) byStatus.set(CODES[code].status, [...(byStatus.get(CODES[code].status) ?? []), code])
  const problems = [...byStatus].map(([status, ofStatus]) => [
    String(status),
    {
      description: ofStatus.map((code) => `${code}: ${CODES[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ])
  // Answers to GET carry an ETag; If-None-Match with the same one is 304.
  const seen = method === 'get' && hasJson(operation) ? { '304': { description: 'As it was: If-None-Match names its ETag' } } : {}
  return { ...Object.fromEntries(problems), ...seen, ...operation.responses }
}

/** What may be changed on condition that it is as it was read. */
const VERSIONED = [
  ['patch', '/positions/{id}/protection'],
  ['patch', '/orders/{id}'],
  ['put', '/risk/limits/{key}'],
  ['patch', '/config'],
] as const

/** A part of the account that the query names, or that there may be nothing of yet. */
const NAMES_PART = /\/(risk\/measures|denials|stats|config|ledger\/check|session)$/
const MARKET = /\/(instruments|candles|tickers|orderbook|funding)(\/|$)/

const hasJson = ({ responses }: Operation): boolean => JSON.stringify(responses?.['200'] ?? {}).includes('application/json')

function codesOf(path: string, method: string, operation: Operation): readonly ProblemCode[] {
  const hasKey = operation.security !== undefined
  const isChange = method !== 'get'
  const codes: ProblemCode[] = [...ALL, ...WITH_INPUT]
  if (hasKey) codes.push(...WITH_DATABASE, ...WITH_KEY)
  if (path.includes('{') || isChange || NAMES_PART.test(path)) codes.push('not_found')
  if (isChange) codes.push(...WITH_BODY, ...WITH_COMMAND)
  if (VERSIONED.some(([how, ending]) => method === how && path.endsWith(ending))) codes.push('version_conflict')
  if (MARKET.test(path)) codes.push('exchange_unavailable', 'not_found')
  // What has not traded in the time that was asked for cannot be compared.
  if (/\/(twin|canary)$/.test(path)) codes.push('refused', 'not_ready')
  if (isChange && path.endsWith('/signals')) codes.push('not_found')
  // A link that was used is no login.
  if (isChange && path.endsWith('/session')) codes.push('unauthorized', 'rate_limited')
  if (isChange && path.endsWith('/backtests')) codes.push('queue_down')
  return codes
}
