/**
 * What was handed to the trader, one action a command: how far it is. A program that has lost its answer looks here.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiEnv } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { fromId, toId } from '../ids.ts'
import type { StoredAction } from '../ports/action-ports.ts'
import { problem } from '../problem.ts'
import { route } from '../query.ts'
import { instant, iso, isoOrNull } from '../shapes/field-shapes.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const STATES = { pending: 'queued', taken: 'running', done: 'done', refused: 'refused', failed: 'failed' } as const
const Action = z
  .object({
    id: z.string(),
    command: z.string(),
    status: z.enum(['queued', 'running', 'done', 'refused', 'failed']).openapi({
      description: 'queued, running, then done; refused: a rule forbade it and nothing changed; failed: it could not be carried out',
    }),
    isOver: z.boolean(),
    text: z.string().nullable().openapi({ description: 'What the trader says of it' }),
    orders: z.array(z.string()).openapi({ description: 'Orders that were made for it: follow each with GET /orders/{id}' }),
    askedAt: instant(),
    startedAt: instant().nullable(),
    endedAt: instant().nullable(),
  })
  .openapi('Action')
const toAction = ({ id, command, status, outcome, askedAt, takenAt, doneAt }: StoredAction): z.infer<typeof Action> => ({
  id: toId('act', id),
  command,
  status: STATES[status],
  isOver: outcome !== null,
  text: outcome?.text ?? null,
  orders: (outcome?.orders ?? []).map((order) => toId('ord', order)),
  askedAt: iso(askedAt),
  startedAt: isoOrNull(takenAt),
  endedAt: isoOrNull(doneAt),
})

export function actionRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      path: '/actions/{id}',
      summary: 'How far an action is, to the key that asked for it and to an admin',
      tags: ['commands'],
      security,
      request: { params: z.object({ id: z.string().max(40).openapi({ example: 'act_0000000002A' }) }) },
      responses: { 200: { description: 'Action', ...content(Action) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const number = fromId('act', id)
      const row = number === undefined ? undefined : await ports.actions.find(number)
      const key = c.get('key')
      if (row === undefined || (row.apiKeyId !== key.id && key.role !== 'admin')) throw problem('not_found', `There is no action ${id}.`)
      return c.json(toAction(row), 200)
    },
  )
  return app
}
