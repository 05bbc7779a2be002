/**
 * The last lines of the log over REST.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { listOf } from '../page.ts'
import { route, whole } from '../query.ts'
import { instant, iso } from '../shapes/field-shapes.ts'
import { LOG_LEVELS, type LogLine } from '../ports/log-ports.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

export const LogShape = z.object({ id: z.string(), ts: instant(), level: z.enum(LOG_LEVELS), text: z.string() }).openapi('LogLine')
export const toLog = ({ id, ts, level, text }: LogLine): z.infer<typeof LogShape> => ({ id: String(id), ts: iso(ts), level, text })

export function logRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      tags: ['system'],
      security,
      path: '/logs',
      summary: 'The last lines that the process of API, worker and bots has logged, newest first; secrets are left out',
      middleware: needs('audit:read'),
      request: {
        query: z.object({
          limit: whole(1, 500, 'maximum number of lines').default(100),
          level: z.enum(LOG_LEVELS).optional().openapi({ description: 'this level and worse' }),
        }),
      },
      responses: { 200: { description: 'Lines', ...content(listOf(LogShape)) } },
    }),
    (c) => {
      const { limit, level } = c.req.valid('query')
      const least = level === undefined ? 0 : LOG_LEVELS.indexOf(level)
      const rows = ports.log.last().filter((line) => LOG_LEVELS.indexOf(line.level) >= least)
      return c.json({ data: rows.slice(-limit).reverse().map(toLog), nextCursor: null, hasMore: false }, 200)
    },
  )
  return app
}
