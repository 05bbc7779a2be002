/**
 * Requests made from the OpenAPI document: as it says, and spoilt. None is answered by an error of ours or a status that the document does
 * not have; none does anything that its answer does not say.
 */
import fc from 'fast-check'
import { expect } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import type { ApiKey } from '../../../api/auth.ts'
import { ok } from '../../../src/core/result.ts'
import { instrumentIndex } from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { makeWorld } from '../command-world.ts'
import { type Described, type Request, operationsOf, requestsOf } from './openapi-requests.ts'

const LOOKS = ['market:read', 'account:read', 'trade:read', 'strategy:read', 'report:read', 'alerts:read']
const KEYS: Readonly<Record<string, ApiKey>> = {
  admin: { id: 'a', name: 'admin', role: 'admin', scopes: ['admin'], autoConfirm: false, networks: null },
  reader: { id: 'b', name: 'reader', role: 'viewer', scopes: LOOKS, autoConfirm: false, networks: null },
}

const world = makeWorld()
world.preview = { status: 'done', text: '' }
const failures: string[] = []
const kept = new Map<string, { readonly hash: string; readonly status: number; readonly body: unknown }>()
const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol, k) =>
  makeInstrument({ index: instrumentIndex(k), venue: 'sim', symbol, tickSize: '0.1', lotSize: '0.001' }),
)
const app = makeApp({
  ports: { ...world.ports, portfolio: { ...world.ports.portfolio, instruments: async () => ok(instruments) } },
  runner: world.runner,
  keys: { find: async (token) => KEYS[token], noteUse: async () => {}, over: async () => [] },
  idempotency: {
    begin: async (id, key, hash) => {
      const found = kept.get(`${id} ${key}`)
      if (found === undefined) return { type: 'new' }
      return found.hash === hash ? { type: 'replay', status: found.status, body: found.body } : { type: 'mismatch' }
    },
    finish: async () => {},
    abandon: async () => {},
  },
  database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
  edge: { hosts: ['127.0.0.1'], origins: [], proxies: [], hasTls: false },
  log: (text) => failures.push(text),
})
const described = (await (await app.request('http://127.0.0.1/openapi.json')).json()) as Described
export const operations = operationsOf(described)

/** What no schema of a query says, and the answer does: how two fields go together, and what only the account knows. */
const TOGETHER =
  /to has to be later|at most 90 days|nextCursor of the previous page|Idempotency-Key|does not trade|period: use 1d|matches several|There is no trade #|is spot, and has no funding|body: /

const send = async (request: Request): Promise<void> => {
  const { operation, url, body, contentType, idempotencyKey, isAdmin, isRight } = request
  const before = world.sent.length
  const changes = () => world.sent.slice(before).filter(({ name }) => name !== 'reconcile')
  failures.length = 0
  const response = await app.request(url, {
    method: operation.method,
    headers: {
      Authorization: `Bearer ${isAdmin ? 'admin' : 'reader'}`,
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await response.body?.cancel()
  const text = isStream ? '' : await response.text()
  const shown = `${operation.method} ${url} ${body ?? ''} → ${response.status} ${text.slice(0, 600)} ${failures.join(' ').slice(0, 1_500)}`
  expect(response.status, shown).toBeLessThan(500)
  expect(operation.statuses, shown).toContain(String(response.status))
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const answer = (isJson && text !== '' ? JSON.parse(text) : {}) as Readonly<Record<string, unknown>>
  if (response.status >= 400)
    expect([typeof answer.code, typeof answer.detail, answer.status], shown).toEqual(['string', 'string', response.status])
  // A command is sent by who may, where the answer names it, and by no read.
  if (changes().length > 0) expect([isAdmin, operation.method === 'GET', Array.isArray(answer.actions)], shown).toEqual([true, false, true])
  if (isRight && body === undefined && response.status === 422 && answer.reply === undefined)
    expect(String(answer.detail), shown).toMatch(TOGETHER)
}

/**
 * Sends about `requests` requests, as many of each operation.
 * @returns what was found, a sentence for each operation at most
 */
export async function fuzzRequests(requests: number): Promise<readonly string[]> {
  const each = Math.ceil(requests / operations.length)
  const found: string[] = []
  for (const operation of operations) {
    await fc
      .assert(fc.asyncProperty(requestsOf(operation, described), send), { numRuns: each, seed: 11, endOnFailure: true })
      .catch((cause: Error) => found.push(cause.cause instanceof Error ? cause.cause.message : cause.message))
    // Cards that nobody answers, and what was sent, are not looked through for ever.
    world.cards.clear()
    world.audit.length = 0
    world.sent.length = 0
  }
  return found
}
