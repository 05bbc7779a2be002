/**
 * Rebalancing over REST: the plan as data, carrying it out as the command does, and what was done before.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { calledBy } from '../commands/called.ts'
import type { CommandContext } from '../commands/command.ts'
import { LOT_METHODS } from '../../src/portfolio/lots/tax-lots.ts'
import { EXPORTS, checkLedger, exportOf } from '../commands/export/books.ts'
import { csvOf } from '../commands/export/csv.ts'
import { YEAR_MAX, YEAR_MIN } from '../commands/groups/export-group.ts'
import { draft } from '../commands/groups/rebalance-group.ts'
import { RebalanceArgs } from '../commands/rebalance/args.ts'
import type { ApiContext } from '../context.ts'
import { route, whole } from '../query.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from '../shapes/field-shapes.ts'
import { listOf, numberOf } from '../page.ts'
import type { Rebalance } from '../ports/portfolio-ports.ts'
import { problem } from '../problem.ts'
import { content, requestOf, results, runOnce, security } from './command-answer.ts'
import { answerCommand, once, onInvalid } from './common.ts'

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

const Exported = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    sums: z.record(z.string(), decimal()),
    warnings: z.array(z.string()),
  })
  .openapi('Export')

const LIST_MAX = 50
/** What a plan may be asked with: the verbs of the command are none of it. */
const PlanArgs = RebalanceArgs.refine(({ what }) => what !== 'status' && what !== 'stop', 'a plan needs weights or a method')

export function portfolioRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const body = { body: { required: true, ...content(PlanArgs) } }

  app.openapi(
    route({
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
    route({
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
      return runOnce(context, c, 'rebalance', args, true)
    },
  )
  app.openapi(
    route({
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

  app.openapi(
    route({
      method: 'get',
      path: '/export/{what}',
      summary: 'Trades, tax lots or ledger entries of a year (UTC) as CSV by RFC 4180, or as JSON rows',
      tags: ['portfolio'],
      security,
      middleware: needs('report:read'),
      request: {
        params: z.object({ what: z.enum(EXPORTS) }),
        query: z.object({
          year: whole(YEAR_MIN, YEAR_MAX, 'of exits and entries, UTC; without it all').optional(),
          method: z.enum(LOT_METHODS).default('fifo'),
          format: z.enum(['csv', 'json']).default('csv'),
        }),
      },
      responses: {
        200: {
          description: 'The file; with format=json its columns, rows, sums and warnings',
          content: { 'text/csv': { schema: z.string() }, 'application/json': { schema: Exported } },
        },
      },
    }),
    async (c) => {
      const { what } = c.req.valid('param')
      const { year, method, format } = c.req.valid('query')
      const { table, sums, warnings } = await exportOf(ports, what, year, method)
      if (format === 'json')
        return c.json(
          {
            columns: [...table.columns],
            rows: table.rows.map((row) => [...row]),
            sums: Object.fromEntries(sums.map(({ name, amount }) => [name, amount])),
            warnings: [...warnings],
          },
          200,
        )
      const name = `ballast-${what}${what === 'lots' ? `-${method}` : ''}${year === undefined ? '' : `-${year}`}.csv`
      return c.body(csvOf(table), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${name}"`,
      })
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/ledger/check',
      summary: 'Whether the ledger sums to zero and ends where the account stands',
      tags: ['portfolio'],
      security,
      middleware: needs('report:read'),
      responses: {
        200: {
          description: 'Check',
          ...content(z.object({ isRight: z.boolean(), entries: z.number(), wallet: decimal(), account: decimal(), sum: decimal() })),
        },
      },
    }),
    async (c) => {
      const check = await checkLedger(ports)
      if (check === undefined) throw problem('not_found', 'Nothing was booked yet.')
      return c.json(check, 200)
    },
  )
  app.openapi(
    route({
      method: 'put',
      path: '/trades/{id}/note',
      summary: 'Write a note or tags on a trade; what is not given stays as it is',
      tags: ['trade'],
      security,
      middleware: needs('report:write'),
      request: {
        params: z.object({ id: z.string().max(40) }),
        body: {
          required: true,
          ...content(z.strictObject({ note: z.string().max(400).optional(), tags: z.array(z.string().max(24)).max(10).optional() })),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const body = c.req.valid('json')
      const number = numberOf('trd', id)
      if (number === undefined || (await ports.reads.trade(number)) === undefined) throw problem('not_found', `There is no trade ${id}.`)
      const trade = String(number)
      const { body: answer, status } = await once(context, c, { id, body }, false, async (key) => {
        const request = requestOf(c, undefined, key)
        const asNote =
          body.note === undefined ? undefined : await runner.runArgs('note', { trade, text: body.note === '' ? 'off' : body.note }, request)
        if (asNote !== undefined && (body.tags === undefined || asNote.status !== 'done')) return answerCommand(asNote)
        const tags = body.tags === undefined ? {} : { tags: body.tags.length === 0 ? 'off' : body.tags.join(',') }
        return answerCommand(await runner.runArgs('tag', { trade, ...tags }, request))
      })
      return c.json(answer, status)
    },
  )
  return app
}
