/**
 * Searches over parameters through the queue, over REST: asked for, listed, canceled; their best runs and what the choice is worth.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { problem } from '../problem.ts'
import { route } from '../query.ts'
import { BacktestShape, toBacktest } from '../shapes/account-shapes.ts'
import { queueRun, runShape } from './backtest-routes.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

export function optimizationRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['backtests'], security }
  const one = { params: z.object({ id: z.string().max(40) }) }
  const grid = z
    .record(z.string(), z.string().min(1).max(200))
    .refine((axes) => Object.keys(axes).length > 0, 'name at least one parameter')
    .openapi({ description: 'Values by parameter: first:last:step, or a list', example: { fast: '5:25:5', slow: '30,50,80' } })
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/optimizations',
      summary: 'Queue a search over parameters',
      middleware: needs('backtest:run'),
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              ...runShape,
              grid,
              sort: z.string().max(30).optional().openapi({ description: 'Metric that ranks; sharpe' }),
            }),
          ),
        },
      },
      responses: { 202: { description: 'Queued', ...content(BacktestShape) } },
    }),
    async (c) => {
      const { answer, status } = await queueRun(context, c, c.req.valid('json'), '/optimizations')
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/optimizations',
      summary: 'Searches over parameters, newest first',
      middleware: needs('backtest:run'),
      request: { query: ListQuery },
      responses: { 200: { description: 'Searches', ...content(listOf(BacktestShape)) } },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const rows = await ports.backtests.list({ limit: limit + 1, before: fromCursor(cursor), kind: 'optimization' })
      return c.json(
        page(rows, limit, (row) => row.createdAt, toBacktest),
        200,
      )
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/optimizations/{id}',
      summary: 'One search; when it is done its best runs with their figures',
      middleware: needs('backtest:run'),
      request: one,
      responses: { 200: { description: 'Search', ...content(BacktestShape) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const row = await ports.backtests.find(id)
      if (row?.spec.grid === undefined) throw problem('not_found', `There is no optimization ${id}.`)
      return c.json(toBacktest(row), 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/optimizations/{id}',
      summary: 'Cancel a search',
      middleware: needs('backtest:run'),
      request: one,
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
