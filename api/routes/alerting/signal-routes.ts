/**
 * Signals from outside over REST: what came in, and who may send. Sources are made, rotated and removed as by `/signal`, after a confirmation.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../../auth.ts'
import { sourceShape } from '../../commands/signals/source-args.ts'
import { resultText } from '../../commands/signals/signal-words.ts'
import type { ApiContext } from '../../context.ts'
import { route } from '../../query.ts'
import { decimal, instant, iso, isoOrNull } from '../../shapes/field-shapes.ts'
import { readSignal } from '../../../src/signals-in/read-signal.ts'
import { refusalSentence } from '../../../src/signals-in/refusal-sentence.ts'
import { SOURCE_MODES } from '../../../src/signals-in/signal.ts'
import { fromId, toId } from '../../ids.ts'
import { problem } from '../../problem.ts'
import { ListQuery, fromCursor, listOf, page } from '../../page.ts'
import { SIGNAL_VERDICTS, type SignalRow, type SignalSource } from '../../ports/signal-ports.ts'
import { content, results, runOnce, security } from '../command-answer.ts'
import { onInvalid } from '../common.ts'

export const Signal = z
  .object({
    id: z.string(),
    number: z.number().int(),
    source: z.string(),
    status: z.enum(SIGNAL_VERDICTS),
    code: z.string().nullable().openapi({ description: 'Why it was refused' }),
    symbol: z.string().nullable(),
    wish: z.string().nullable(),
    body: z.string().openapi({ description: 'As it came, up to 4,000 characters' }),
    sentAt: instant().nullable().openapi({ description: 'As it says' }),
    receivedAt: instant(),
    duplicateOf: z.string().nullable(),
    result: z.string().openapi({ description: 'What became of it, in words' }),
  })
  .openapi('Signal')
const toSignal = (row: SignalRow): z.infer<typeof Signal> => ({
  id: toId('sig', row.id),
  number: row.id,
  source: row.source,
  status: row.verdict,
  code: row.code,
  symbol: row.symbol,
  wish: row.wish,
  body: row.body,
  sentAt: isoOrNull(row.sentAt),
  receivedAt: iso(row.receivedAt),
  duplicateOf: row.duplicateOf === null ? null : toId('sig', row.duplicateOf),
  result: resultText(row),
})

export const Source = z
  .object({
    id: z.string(),
    name: z.string(),
    format: z.string(),
    strategy: z.string(),
    market: z.string(),
    symbols: z.array(z.string()).nullable(),
    mode: z.string(),
    side: z.string().nullable(),
    stop: z.string().nullable(),
    maxAgeSec: z.number(),
    notionalMax: decimal().nullable(),
    networks: z.array(z.string()).nullable(),
    expectEverySec: z.number().nullable().openapi({ description: 'Its silence beyond that is an alert' }),
    createdAt: instant(),
    oldUntil: instant().nullable().openapi({ description: 'Until then the address before the last rotation works too' }),
    lastAt: instant().nullable(),
  })
  .openapi('SignalSource')
const toSource = ({
  maxAgeMs,
  expectEveryMs,
  symbols,
  networks,
  createdAt,
  oldUntil,
  lastAt,
  ...source
}: SignalSource): z.infer<typeof Source> => ({
  ...source,
  maxAgeSec: maxAgeMs / 1_000,
  expectEverySec: expectEveryMs === null ? null : expectEveryMs / 1_000,
  symbols: symbols === null ? null : [...symbols],
  networks: networks === null ? null : [...networks],
  createdAt: iso(createdAt),
  oldUntil: isoOrNull(oldUntil),
  lastAt: isoOrNull(lastAt),
})

const BODY_MAX = 16_384
const SignalSent = z.looseObject({ source: z.string().min(1).max(40) }).openapi('SignalSent')
const SignalTaken = z
  .object({ id: z.string(), status: z.enum(['accepted', 'duplicate']), mode: z.enum(SOURCE_MODES) })
  .openapi('SignalTaken')

export function signalRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['signals'], security }
  const { overlap: _overlap, ...newSource } = sourceShape
  const named = z.object({ name: z.string().max(40) })

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/signals',
      summary: 'Signals that came in, newest first, with what became of each',
      middleware: needs('trade:read'),
      request: { query: ListQuery },
      responses: { 200: { description: 'Signals', ...content(listOf(Signal)) } },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const rows = await ports.signals.rows.list({ limit: limit + 1, before: fromCursor(cursor) })
      return c.json(
        page(rows, limit, (row) => row.id, toSignal),
        200,
      )
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/signals/{id}',
      summary: 'One signal, with what became of it',
      middleware: needs('trade:read'),
      request: { params: z.object({ id: z.string().max(40).openapi({ example: 'sig_0000000002A' }) }) },
      responses: { 200: { description: 'Signal', ...content(Signal) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const number = fromId('sig', id)
      const [row] = number === undefined ? [] : await ports.signals.rows.list({ limit: 1, before: number + 1, after: number - 1 })
      if (row === undefined) throw problem('not_found', `There is no signal ${id}.`)
      return c.json(toSignal(row), 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/signals',
      summary: 'Send a signal in the name of a source, as by its webhook: kept, judged by its rules, then carried out',
      description:
        'The body is in the format of the source, with `source` beside it. A signal that is refused is 422, and one that came before is a duplicate.',
      middleware: needs('signal:write'),
      request: { body: { required: true, ...content(SignalSent) } },
      responses: { 202: { description: 'Kept', ...content(SignalTaken) } },
    }),
    async (c) => {
      const { source: name, ...fields } = c.req.valid('json')
      const known = (await ports.signals.sources.list()).find((each) => each.name === name)
      const source = known === undefined ? undefined : await ports.signals.intake.open(known.id)
      if (source === undefined) throw problem('not_found', `There is no source ${name}. GET /signal-sources lists them.`)
      const text = JSON.stringify(fields)
      const read = readSignal(source.format, { type: 'json', value: fields }, source.market)
      const { id, judgment } = await ports.signals.intake.receiveSignal(source, { read, body: text, atMs: ports.wallNow() })
      if (judgment.type === 'refused')
        throw problem('validation_failed', refusalSentence(judgment.refusal), {
          errors: [{ pointer: '/', message: refusalSentence(judgment.refusal), code: judgment.refusal.code }],
          more: { signal: toId('sig', id) },
        })
      return judgment.type === 'duplicate'
        ? c.json({ id: toId('sig', judgment.of), status: 'duplicate' as const, mode: source.mode }, 202)
        : c.json({ id: toId('sig', id), status: 'accepted' as const, mode: source.mode }, 202)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/signal-sources',
      summary: 'Sources of signals, without their secrets',
      middleware: needs('webhooks:manage'),
      responses: { 200: { description: 'Sources', ...content(listOf(Source)) } },
    }),
    async (c) => c.json({ data: (await ports.signals.sources.list()).map(toSource), nextCursor: null, hasMore: false }, 200),
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/signal-sources',
      summary: 'Make a source, after a confirmation, whose answer has its address, once',
      middleware: needs('webhooks:manage'),
      request: { body: { required: true, ...content(z.strictObject(newSource)) } },
      responses: results,
    }),
    async (c) => {
      const body = c.req.valid('json')
      return runOnce(context, c, 'signal', { action: 'add', ...body })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/signal-sources/{name}:rotate',
      summary: 'Give a source another address, after a confirmation; the one before works for the overlap',
      middleware: needs('webhooks:manage'),
      request: { params: named, body: { required: false, ...content(z.strictObject({ overlap: sourceShape.overlap })) } },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const args = { action: 'rotate', name, ...(c.req.valid('json') ?? {}) }
      return runOnce(context, c, 'signal', args)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/signal-sources/{name}',
      summary: 'Remove a source, after a confirmation',
      middleware: needs('webhooks:manage'),
      request: { params: named },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      return runOnce(context, c, 'signal', { action: 'remove', name })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/signal-sources/{name}:test',
      summary: 'What a body would do, by the format, symbols and limits of a source; nothing is sent',
      middleware: needs('webhooks:manage'),
      request: {
        params: named,
        body: {
          required: true,
          ...content(z.strictObject({ body: z.string().min(1).max(BODY_MAX).openapi({ example: 'long BTC 1% sl=2%' }) })),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      return runOnce(context, c, 'signal', { action: 'test', name, body: c.req.valid('json').body })
    },
  )
  return app
}
