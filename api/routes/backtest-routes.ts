/**
 * Backtests over REST: queued, listed, canceled; their result with its trades and equity.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { route } from '../query.ts'
import { symbolName } from '../shapes/field-shapes.ts'
import { problem } from '../problem.ts'
import { BacktestShape, toBacktest } from '../shapes/account-shapes.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { content, security } from './command-answer.ts'
import { onInvalid, once } from './common.ts'

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
          ...content(
            z.strictObject({
              strategy: z.string().min(1).max(60),
              symbol: symbolName(z.string().min(1).max(30)),
              interval: z.string().max(10).optional(),
              from: z.iso.datetime({ offset: true }).optional(),
              to: z.iso.datetime({ offset: true }).optional(),
              params: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
            }),
          ),
        },
      },
      responses: { 202: { description: 'Queued', ...content(BacktestShape) } },
    }),
    async (c) => {
      const body = c.req.valid('json')
      const { body: answer, status } = await once(context, c, body, false, async () => {
        const queued = await ports.backtests.enqueue(
          {
            strategy: body.strategy,
            symbol: body.symbol,
            interval: body.interval,
            from: body.from === undefined ? undefined : Date.parse(body.from),
            to: body.to === undefined ? undefined : Date.parse(body.to),
            params: body.params,
          },
          `key:${c.get('key').id}`,
        )
        if (typeof queued === 'string') throw problem('validation_failed', queued)
        if ('type' in queued) throw problem('queue_down', `Not queued: ${queued.detail}. Trading does not need the queue.`)
        c.header('Location', `/api/v1/backtests/${queued.id}`)
        return { status: 202 as const, body: toBacktest(queued) }
      })
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
        page(await ports.backtests.list({ limit: limit + 1, before: fromCursor(cursor) }), limit, (row) => row.createdAt, toBacktest),
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
  return app
}
