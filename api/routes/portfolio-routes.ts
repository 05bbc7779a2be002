/**
 * Rebalancing over REST: the plan as data, carrying it out as the command does, and what was done before.
 */
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { calledBy } from '../commands/called.ts'
import type { CommandContext } from '../commands/command.ts'
import { draft } from '../commands/groups/rebalance-group.ts'
import { RebalanceArgs } from '../commands/rebalance/args.ts'
import type { ApiContext } from '../context.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from '../field-shapes.ts'
import { listOf } from '../page.ts'
import type { Rebalance } from '../portfolio-ports.ts'
import { problem } from '../problem.ts'
import { content, requestOf, results, security } from './command-answer.ts'
import { answerCommand, onInvalid, once } from './common.ts'

const Weights = z.record(z.string(), z.number()).openapi({ description: 'Fractions of equity by symbol; a short is negative' })
const Plan = z
  .object({
    equity: decimal(),
    current: Weights,
    target: Weights,
    orders: z.array(
      z.object({
        symbol: symbolName(z.string()),
        side: z.enum(['buy', 'sell']),
        isReduction: z.boolean(),
        quantity: decimal(),
        notional: decimal(),
        cost: decimal(),
      }),
    ),
    turnover: z.number().openapi({ description: 'Sum of the notionals as a fraction of equity' }),
    cost: decimal(),
    after: Weights,
    leftOut: z.array(z.object({ symbol: symbolName(z.string()), reason: z.string(), text: z.string() })),
  })
  .openapi('RebalancePlan')

const Row = z
  .object({
    id: z.string(),
    status: z.enum(['running', 'done', 'stopped']),
    actor: z.string(),
    progress: z.array(z.string()),
    createdAt: instant(),
    finishedAt: instant().nullable(),
  })
  .openapi('Rebalance')
const toRow = ({ id, status, actor, progress, createdAt, finishedAt }: Rebalance): z.infer<typeof Row> => ({
  id: String(id),
  status,
  actor,
  progress: [...progress],
  createdAt: iso(createdAt),
  finishedAt: isoOrNull(finishedAt),
})

const LIST_MAX = 50
/** What a plan may be asked with: the verbs of the command are none of it. */
const PlanArgs = RebalanceArgs.refine(({ what }) => what !== 'status' && what !== 'stop', 'a plan needs weights or a method')

export function portfolioRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const body = { body: { required: true, ...content(PlanArgs) } }

  app.openapi(
    createRoute({
      method: 'post',
      path: '/rebalance/preview',
      summary: 'Plan a rebalance: orders, cost and weights after; nothing is sent',
      tags: ['portfolio'],
      security,
      middleware: needs('trade:read'),
      request: body,
      responses: { 200: { description: 'Plan', ...content(Plan) } },
    }),
    async (c) => {
      const { actor, requestId } = requestOf(c, undefined, undefined)
      const commandContext: CommandContext = { ports, actor: { ...actor, name: calledBy(actor) }, requestId, commands: runner.commands }
      const drafted = await draft(commandContext, c.req.valid('json'))
      if (!('answer' in drafted))
        throw problem('refused', [drafted.title, drafted.text].filter((text) => text !== undefined).join(': '), {
          more: { reply: drafted },
        })
      const { answer } = drafted
      return c.json({ ...answer, orders: [...answer.orders], leftOut: [...answer.leftOut] }, 200)
    },
  )
  app.openapi(
    createRoute({
      method: 'post',
      path: '/rebalance',
      summary: 'Rebalance, after a confirmation; reductions first, within what was shown',
      tags: ['portfolio'],
      security,
      request: body,
      responses: results,
    }),
    async (c) => {
      const args = c.req.valid('json')
      const { body: answer, status } = await once(context, c, args, true, async (key) =>
        answerCommand(await runner.runArgs('rebalance', args, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )
  app.openapi(
    createRoute({
      method: 'get',
      path: '/rebalances',
      summary: 'The last rebalances, newest first, with what was left undone',
      tags: ['portfolio'],
      security,
      middleware: needs('trade:read'),
      responses: { 200: { description: 'Rebalances', ...content(listOf(Row)) } },
    }),
    async (c) => c.json({ data: (await ports.portfolio.rebalances.list(LIST_MAX)).map(toRow), nextCursor: null, hasMore: false }, 200),
  )
  return app
}
