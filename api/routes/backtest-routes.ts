/**
 * Backtests over REST: queued, listed, canceled; their result with its trades and equity.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { route } from '../query.ts'
import { MODEL_NAMES } from '../../src/venue/sim/models/model-names.ts'
import type { Context } from 'hono'
import type { Backtest, BacktestRequest, BacktestTrade } from '../ports/ports.ts'
import { instant, iso, symbolName } from '../shapes/field-shapes.ts'
import { problem } from '../problem.ts'
import { BacktestShape, toBacktest } from '../shapes/account-shapes.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { content, security } from './command-answer.ts'
import { onInvalid, once } from './common.ts'

const REPORT_POLICY = "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

const BacktestTradeShape = z
  .object({
    number: z.number(),
    symbol: z.string(),
    side: z.enum(['long', 'short']),
    entryTime: instant(),
    entryPrice: z.string(),
    exitTime: instant(),
    exitPrice: z.string(),
    quantity: z.string(),
    fee: z.string(),
    funding: z.string(),
    pnl: z.string(),
    exitReason: z.string(),
  })
  .openapi('BacktestTrade')
const toBacktestTrade = (trade: BacktestTrade): z.infer<typeof BacktestTradeShape> => ({
  ...trade,
  entryTime: iso(trade.entryTime),
  exitTime: iso(trade.exitTime),
})

/** What a run is asked with. */
export const runShape = {
  strategy: z.string().min(1).max(60),
  symbol: symbolName(z.string().min(1).max(30)),
  interval: z.string().max(10).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  models: z.partialRecord(z.enum(MODEL_NAMES), z.union([z.string().max(40), z.number()]).transform(String)).optional(),
}
type Run = z.infer<z.ZodObject<typeof runShape>> & Pick<BacktestRequest, 'grid' | 'sort'>

/** Queues it once for each Idempotency-Key. @throws a problem where it cannot be queued */
export async function queueRun(context: ApiContext, c: Context<ApiEnv>, body: Run, path: string) {
  const { body: answer, status } = await once(context, c, body, false, async () => {
    const { from, to, ...rest } = body
    const queued = await context.ports.backtests.enqueue(
      { ...rest, from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to) },
      `key:${c.get('key').id}`,
    )
    if (typeof queued === 'string') throw problem('validation_failed', queued)
    if ('type' in queued) throw problem('queue_down', `Not queued: ${queued.detail}. Trading does not need the queue.`)
    c.header('Location', `/api/v1${path}/${queued.id}`)
    return { status: 202 as const, body: toBacktest(queued) }
  })
  return { answer, status }
}

export function backtestRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'post',
      path: '/backtests',
      summary: 'Queue a backtest',
      tags: ['backtests'],
      security,
      middleware: needs('backtest:run'),
      request: {
        body: {
          required: true,
          ...content(z.strictObject(runShape)),
        },
      },
      responses: { 202: { description: 'Queued', ...content(BacktestShape) } },
    }),
    async (c) => {
      const { answer, status } = await queueRun(context, c, c.req.valid('json'), '/backtests')
      return c.json(answer, status)
    },
  )
  const reading = needs('report:read')
  app.openapi(
    route({
      method: 'get',
      path: '/backtests',
      summary: 'Backtests, newest first',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { query: ListQuery },
      responses: { 200: { description: 'Backtests', ...content(listOf(BacktestShape)) } },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      return c.json(
        page(
          await ports.backtests.list({ limit: limit + 1, before: fromCursor(cursor), kind: 'backtest' }),
          limit,
          (row) => row.createdAt,
          toBacktest,
        ),
        200,
      )
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/backtests/{id}',
      summary: 'One backtest',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: { 200: { description: 'Backtest', ...content(BacktestShape) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const row = await ports.backtests.find(id)
      if (row === undefined) throw problem('not_found', `There is no backtest ${id}.`)
      return c.json(toBacktest(row), 200)
    },
  )
  app.openapi(
    route({
      method: 'delete',
      path: '/backtests/{id}',
      summary: 'Cancel a backtest',
      tags: ['backtests'],
      security,
      middleware: needs('backtest:run'),
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: { 200: { description: 'Canceled', ...content(z.object({ id: z.string(), status: z.literal('canceled') })) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      if (!(await ports.backtests.cancel(id))) throw problem('refused', `${id} is not running.`)
      return c.json({ id, status: 'canceled' as const }, 200)
    },
  )
  const one = z.object({ id: z.string().max(40) })
  const done = async (id: string): Promise<Backtest> => {
    const row = await ports.backtests.find(id)
    if (row === undefined) throw problem('not_found', `There is no backtest ${id}.`)
    if (row.status !== 'done') throw problem('not_found', `Backtest ${id} has no result: it is ${row.status}.`)
    return row
  }
  const notHere = (id: string) =>
    problem('not_found', `The files of backtest ${id} are not on this machine.`, {
      hint: 'They are where its worker ran, for the last 200 backtests. Run it again to have them here',
    })
  app.openapi(
    route({
      method: 'get',
      path: '/backtests/{id}/report.html',
      summary: 'The report as one page, which opens offline too',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: one },
      responses: { 200: { description: 'The page', content: { 'text/html': { schema: z.string() } } } },
    }),
    async (c) => {
      const { id } = await done(c.req.valid('param').id)
      const html = ports.backtests.page(id)
      if (html === undefined) throw notHere(id)
      // A page of its own: what stands in it has no part in the session of the dashboard.
      return c.body(html, 200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': REPORT_POLICY })
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/backtests/{id}/report.json',
      summary: 'Its figures, as in the page',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: one },
      responses: { 200: { description: 'Figures', ...content(z.record(z.string(), z.unknown())) } },
    }),
    async (c) => c.json((await done(c.req.valid('param').id)).result ?? {}, 200),
  )
  app.openapi(
    route({
      method: 'get',
      path: '/backtests/{id}/trades',
      summary: 'Its trades, newest first',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: one, query: ListQuery },
      responses: { 200: { description: 'Trades', ...content(listOf(BacktestTradeShape)) } },
    }),
    async (c) => {
      const { id } = await done(c.req.valid('param').id)
      const rows = ports.backtests.runRows(id)
      if (rows === undefined) throw notHere(id)
      const { limit, cursor } = c.req.valid('query')
      const before = fromCursor(cursor) ?? Number.POSITIVE_INFINITY
      const newest = rows.trades.filter(({ number }) => number < before).sort((a, b) => b.number - a.number)
      return c.json(
        page(newest.slice(0, limit + 1), limit, ({ number }) => number, toBacktestTrade),
        200,
      )
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/backtests/{id}/equity',
      summary: 'Its equity at the close of bars, oldest first; 10,000 points at most',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: one },
      responses: {
        200: { description: 'Equity', ...content(z.object({ data: z.array(z.object({ at: instant(), equity: z.string() })) })) },
      },
    }),
    async (c) => {
      const { id } = await done(c.req.valid('param').id)
      const rows = ports.backtests.runRows(id)
      if (rows === undefined) throw notHere(id)
      return c.json({ data: rows.equity.map(([at, equity]) => ({ at: iso(at), equity })) }, 200)
    },
  )
  return app
}
