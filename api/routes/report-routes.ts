/**
 * GET routes of reports: statistics of closed trades.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { periodOf } from '../commands/groups/account-group.ts'
import type { ApiContext } from '../context.ts'
import { route } from '../query.ts'
import { decimal } from '../shapes/field-shapes.ts'
import { problem } from '../problem.ts'
import { onInvalid } from './common.ts'
import { Period } from './result-routes.ts'
import { PartOf, partAsked } from './part-asked.ts'

const Stats = z
  .object({
    id: z.string().openapi({ description: 'The period' }),
    count: z.number(),
    wins: z.number(),
    losses: z.number(),
    net: decimal(),
    gain: decimal(),
    loss: decimal(),
    best: decimal(),
    worst: decimal(),
    deviation: z.number().nullable(),
    maxWinStreak: z.number(),
    maxLossStreak: z.number(),
    holdingMs: z.number(),
    fee: decimal(),
    funding: decimal(),
    resultR: z.number().nullable().openapi({ description: 'Mean multiple of the planned loss' }),
    mae: z.number(),
    mfe: z.number(),
    byExit: z.array(z.object({ reason: z.string(), count: z.number(), net: decimal() })),
  })
  .openapi('Stats')

export function reportRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      path: '/stats',
      summary: 'Statistics of the trades closed in a period: all, of a strategy or of a symbol; 404 where there is none',
      tags: ['report'],
      security: [{ key: [] }],
      middleware: needs('report:read'),
      request: {
        query: z.object({
          period: Period('30d'),
          of: PartOf,
        }),
      },
      responses: { 200: { description: 'Stats', content: { 'application/json': { schema: Stats } } } },
    }),
    async (c) => {
      const { period, of } = c.req.valid('query')
      const scope = await partAsked(ports, of)
      const account = await ports.reads.account()
      if (account === undefined) throw problem('not_ready', 'The trader has not reported yet.')
      const range = periodOf(period, account.updatedTs) ?? { from: 0, to: account.updatedTs + 1 }
      const found = await ports.reads.tradeStats({ ...range, ...(scope.type === 'portfolio' ? {} : { [scope.type]: scope.name }) })
      if (found === undefined) throw problem('not_found', 'No trade was closed in this time.')
      return c.json({ id: period, ...found, byExit: [...found.byExit] }, 200)
    },
  )
  return app
}
