/**
 * The audit over REST: who did what, on which surface, with what outcome, and whether the record is as it was written.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { brokenSentence } from '../commands/access/audit-command.ts'
import type { ApiContext } from '../context.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { instant, iso } from '../shapes/field-shapes.ts'
import { instantAsked, route } from '../query.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

export const AuditRow = z
  .object({
    id: z.string().openapi({ description: 'Its number in the chain', example: '42' }),
    ts: instant(),
    actor: z.string().openapi({ example: 'telegram:501' }),
    who: z.string().nullable().openapi({ description: 'What the person or key was called then' }),
    role: z.string(),
    surface: z.string(),
    command: z.string(),
    args: z.record(z.string(), z.unknown()).openapi({ description: 'Without secrets' }),
    decision: z.string().openapi({ description: 'begun (its outcome is unknown), asked, done, refused, forbidden, rejected, …' }),
    result: z.string().nullable(),
    confirmationId: z.string().nullable(),
    requestId: z.string(),
    hash: z.string().openapi({ description: 'SHA-256 over this row and the hash of the one before' }),
  })
  .openapi('AuditRow')

const Verdict = z.object({
  isWhole: z.boolean(),
  rows: z.number().int(),
  olderRows: z.number().int().openapi({ description: 'From before there was a chain' }),
  head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
  broken: z.object({ seq: z.number().int(), how: z.string(), sentence: z.string() }).nullable(),
})

export function auditRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['audit'], security, middleware: needs('audit:read') }

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/audit',
      summary: 'Who did what on which surface, newest first',
      request: {
        query: ListQuery.extend({
          user: z.string().min(1).max(80).optional().openapi({ description: 'name or id of a person or key' }),
          since: instantAsked('rows from then on').optional(),
          reads: z.enum(['true', 'false']).default('false').openapi({ description: 'also what only looked' }),
        }),
      },
      responses: { 200: { description: 'Rows', ...content(listOf(AuditRow)) } },
    }),
    async (c) => {
      const { limit, cursor, user, since, reads } = c.req.valid('query')
      const rows = await ports.audit.list({
        limit: limit + 1,
        before: fromCursor(cursor),
        user,
        since,
        hasReads: reads === 'true',
      })
      return c.json(
        page(
          rows,
          limit,
          (row) => row.seq,
          ({ seq, ts, who, result, confirmId, ...row }) => ({
            ...row,
            id: String(seq),
            ts: iso(ts),
            who: who ?? null,
            args: { ...row.args },
            result: result ?? null,
            confirmationId: confirmId ?? null,
          }),
        ),
        200,
      )
    },
  )

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/audit/verification',
      summary: 'Whether each row follows the one before, and which is the first that does not',
      responses: { 200: { description: 'Verdict', ...content(Verdict) } },
    }),
    async (c) => {
      const check = await ports.audit.verify()
      const { rows, older, head, broken } = check
      const verdict = broken === undefined ? null : { seq: broken.seq, how: broken.how, sentence: brokenSentence(check) ?? '' }
      return c.json({ isWhole: broken === undefined, rows, olderRows: older, head: head ?? null, broken: verdict }, 200)
    },
  )
  return app
}
