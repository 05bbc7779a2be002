/**
 * Signals from outside over REST: what came in, and who may send. Sources are made, rotated and removed as by `/signal`, after a confirmation.
 */
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { sourceShape } from '../commands/signals/source-args.ts'
import { resultText } from '../commands/signals/signal-words.ts'
import type { ApiContext } from '../context.ts'
import { decimal, instant, iso, isoOrNull } from '../shapes/field-shapes.ts'
import { toId } from '../ids.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { SIGNAL_VERDICTS, type SignalRow, type SignalSource } from '../ports/signal-ports.ts'
import { content, requestOf, results, security } from './command-answer.ts'
import { answerCommand, onInvalid, once } from './common.ts'

const Signal = z
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

const Source = z
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

export function signalRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['signals'], security }
  const { overlap: _overlap, ...newSource } = sourceShape
  const named = z.object({ name: z.string().max(40) })

  app.openapi(
    createRoute({
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
    createRoute({
      ...common,
      method: 'get',
      path: '/signal-sources',
      summary: 'Sources of signals, without their secrets',
      middleware: needs('strategy:read'),
      responses: { 200: { description: 'Sources', ...content(listOf(Source)) } },
    }),
    async (c) => c.json({ data: (await ports.signals.sources.list()).map(toSource), nextCursor: null, hasMore: false }, 200),
  )
  app.openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/signal-sources',
      summary: 'Make a source, after a confirmation, whose answer has its address, once',
      middleware: needs('admin'),
      request: { body: { required: true, ...content(z.strictObject(newSource)) } },
      responses: results,
    }),
    async (c) => {
      const body = c.req.valid('json')
      const { body: answer, status } = await once(context, c, body, false, async (key) =>
        answerCommand(await runner.runArgs('signal', { action: 'add', ...body }, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )
  app.openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/signal-sources/{name}/rotate',
      summary: 'Give a source another address, after a confirmation; the one before works for the overlap',
      middleware: needs('admin'),
      request: { params: named, body: { required: false, ...content(z.strictObject({ overlap: sourceShape.overlap })) } },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const args = { action: 'rotate', name, ...(c.req.valid('json') ?? {}) }
      const { body: answer, status } = await once(context, c, args, false, async (key) =>
        answerCommand(await runner.runArgs('signal', args, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )
  app.openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/signal-sources/{name}',
      summary: 'Remove a source, after a confirmation',
      middleware: needs('admin'),
      request: { params: named },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const { body: answer, status } = await once(context, c, { name }, false, async (key) =>
        answerCommand(await runner.runArgs('signal', { action: 'remove', name }, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )
  return app
}
