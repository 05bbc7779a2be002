/**
 * Capital of strategies over REST: the plan as data, and carrying it out as the command does.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { ALLOCATOR_METHODS } from '../../src/portfolio/allocator/plan.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { capitalObstacle, capitalPlanOf, whyOf } from '../commands/allocator/capital.ts'
import type { ApiContext } from '../context.ts'
import { route } from '../query.ts'
import { problem } from '../problem.ts'
import { content, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const Method = z.enum(ALLOCATOR_METHODS)
const part = (description: string) => z.number().openapi({ description: `${description}, as a fraction` })
const Plan = z
  .object({
    method: Method,
    moves: z.boolean().openapi({ description: 'Whether anything would change' }),
    obstacle: z.string().nullable().openapi({ description: 'Why capital would not move now, such as a hold' }),
    strategies: z.array(
      z.object({
        strategy: z.string(),
        now: part('Capital now'),
        next: part('Capital after one move'),
        target: part('Capital after all moves'),
        weight: part('Weight by the method alone'),
        penalty: part('What the drawdown leaves of the weight'),
        drawdown: part('Drawdown of its own capital'),
        isNew: z.boolean(),
        why: z.string(),
      }),
    ),
  })
  .openapi('AllocatorPlan')

export function allocatorRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      path: '/allocator',
      summary: 'Plan how capital would be shared among strategies; nothing is changed',
      tags: ['portfolio'],
      security,
      middleware: needs('account:read'),
      request: { query: z.object({ method: Method.optional() }) },
      responses: { 200: { description: 'Plan', ...content(Plan) } },
    }),
    async (c) => {
      const found = await capitalPlanOf(ports, c.req.valid('query').method)
      if (!found.ok) throw problem('refused', found.error)
      const { plan, rules } = found.value
      const strategies = plan.shares.map((share) => ({ ...share, why: whyOf(share, rules) }))
      return c.json({ method: rules.method, moves: plan.moves, obstacle: (await capitalObstacle(ports)) ?? null, strategies }, 200)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/allocator',
      summary: 'Move capital among strategies, after a confirmation; what is taken before what is given',
      tags: ['portfolio'],
      security,
      request: { body: { required: false, ...content(z.strictObject({ method: Method.optional() })) } },
      responses: results,
    }),
    async (c) => {
      const args = c.req.valid('json') ?? {}
      return runOnce(context, c, 'allocator', args, true)
    },
  )
  return app
}
