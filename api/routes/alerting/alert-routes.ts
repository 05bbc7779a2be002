/**
 * Alerts over REST: what is open, and what is silenced. Acknowledged, resolved and silenced by the commands of those names.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { filterText } from '../../../src/alerts/filter.ts'
import { type AlertProblem, PROBLEM_STATES } from '../../../src/alerts/problem.ts'
import type { StoredSilence } from '../../ports/alert-ports.ts'
import { ALERT_SEVERITIES } from '../../../src/kernel/state/alert-severity.ts'
import { actionsOf, kindOf } from '../../../src/alerts/catalogue.ts'
import { type ApiEnv, needs } from '../../auth.ts'
import type { ApiContext } from '../../context.ts'
import { problem } from '../../problem.ts'
import { route } from '../../query.ts'
import { instant, iso, isoOrNull } from '../../shapes/field-shapes.ts'
import { all, content, results, rowNumber, runOnce, security } from '../command-answer.ts'
import { onInvalid } from '../common.ts'

export const Problem = z
  .object({
    number: z.number().int().openapi({ description: 'To acknowledge or resolve it by' }),
    type: z.string(),
    severity: z.string().openapi({ description: 'The worst so far, P1 to P5' }),
    status: z.enum(PROBLEM_STATES),
    key: z.string().openapi({ description: 'Alerts with the same key are one problem' }),
    symbol: z.string().nullable(),
    summary: z.string().openapi({ description: 'Of the last alert' }),
    details: z.record(z.string(), z.unknown()),
    count: z.number().int(),
    since: instant(),
    lastAt: instant(),
    ackedBy: z.string().nullable(),
    ackedAt: instant().nullable(),
    next: z.string().nullable().openapi({ description: 'What to do' }),
    actions: z.array(z.object({ label: z.string(), command: z.string() })),
  })
  .openapi('AlertProblem')
const toProblem = (row: AlertProblem): z.infer<typeof Problem> => ({
  number: row.id,
  type: row.type,
  severity: row.severity,
  status: row.status,
  key: row.key,
  symbol: row.symbol,
  summary: row.summary,
  details: row.detail,
  count: row.count,
  since: iso(row.firstAt),
  lastAt: iso(row.lastAt),
  ackedBy: row.ackedBy,
  ackedAt: isoOrNull(row.ackedAt),
  next: kindOf(row.type)?.next ?? null,
  actions: actionsOf(row).map(({ label, line }) => ({ label, command: line })),
})

export const Silence = z
  .object({
    number: z.number().int(),
    filter: z.string().openapi({ description: 'As it is typed: `sym:BTC sev:P3`' }),
    reason: z.string(),
    by: z.string(),
    since: instant(),
    until: instant(),
  })
  .openapi('AlertSilence')
const toSilence = ({ id, filter, reason, actor, createdAt, until }: StoredSilence): z.infer<typeof Silence> => ({
  number: id,
  filter: filterText(filter),
  reason,
  by: actor,
  since: iso(createdAt),
  until: iso(until),
})

export function alertRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { method: 'get' as const, tags: ['alerts'], security, middleware: needs('alerts:read') }
  const changes = { tags: ['alerts'], security, middleware: needs('alerts:write') }
  app.openapi(
    route({
      ...common,
      path: '/alerts/open',
      summary: 'Problems that are open or acknowledged, the worst first',
      responses: { 200: { description: 'Problems', ...content(all(Problem)) } },
    }),
    async (c) => c.json({ data: (await ports.alerts.problems()).map(toProblem), nextCursor: null, hasMore: false as const }, 200),
  )
  app.openapi(
    route({
      ...common,
      path: '/silences',
      summary: 'Silences that stand, the one that ends first first',
      responses: { 200: { description: 'Silences', ...content(all(Silence)) } },
    }),
    async (c) => c.json({ data: (await ports.alerts.silences()).map(toSilence), nextCursor: null, hasMore: false as const }, 200),
  )
  for (const [command, summary] of [
    ['ack', 'Acknowledge a problem: it is not sent again until it is worse'],
    ['resolve', 'Resolve a problem that does not resolve itself'],
  ] as const)
    app.openapi(
      route({
        ...changes,
        method: 'post',
        path: `/alerts/{id}:${command}`,
        summary,
        request: { params: z.object({ id: rowNumber('GET /alerts/open') }) },
        responses: results,
      }),
      async (c) => {
        const id = Number(c.req.valid('param').id)
        if (!(await ports.alerts.problems()).some((each) => each.id === id)) throw problem('not_found', `There is no open alert ${id}.`)
        return runOnce(context, c, command, { id })
      },
    )
  app.openapi(
    route({
      ...changes,
      method: 'post',
      path: '/alerts:test',
      summary: 'Send a sample of an alert to whoever would receive it',
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              type: z.string().min(1).max(60).openapi({ example: 'position.unprotected' }),
              severity: z.enum(ALERT_SEVERITIES).optional(),
            }),
          ),
        },
      },
      responses: results,
    }),
    (c) => runOnce(context, c, 'alerts', { action: 'test', ...c.req.valid('json') }),
  )
  app.openapi(
    route({
      ...changes,
      method: 'post',
      path: '/silences',
      summary: 'Silence what a filter names for a time; a P1 at most for an hour, by an admin',
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              filter: z.string().min(1).max(200).openapi({ description: 'As typed in chat', example: 'sym:DOGE sev:P3' }),
              for: z.string().max(10).openapi({ example: '2h' }),
              reason: z.string().max(100).optional(),
            }),
          ),
        },
      },
      responses: results,
    }),
    (c) => {
      const { filter, ...more } = c.req.valid('json')
      return runOnce(context, c, 'silence', { what: filter, ...more })
    },
  )
  app.openapi(
    route({
      ...changes,
      method: 'delete',
      path: '/silences/{id}',
      summary: 'End a silence',
      request: { params: z.object({ id: rowNumber('GET /silences') }) },
      responses: results,
    }),
    async (c) => {
      const id = Number(c.req.valid('param').id)
      if (!(await ports.alerts.silences()).some((each) => each.id === id)) throw problem('not_found', `There is no silence ${id}.`)
      return runOnce(context, c, 'unsilence', { id })
    },
  )
  return app
}
