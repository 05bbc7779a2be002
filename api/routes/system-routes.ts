/**
 * The installation over REST: the configuration with where each value comes from, what it may hold, and the last lines of the log.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { listOf } from '../page.ts'
import { problem } from '../problem.ts'
import { route, whole } from '../query.ts'
import { instant, iso } from '../shapes/field-shapes.ts'
import { LOG_LEVELS, type LogLine } from '../ports/log-ports.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

export const Setting = z
  .object({
    key: z.string().openapi({ example: 'api.port' }),
    value: z.unknown().openapi({ description: 'As it counts; of a secret only whether there is one' }),
    origin: z
      .string()
      .openapi({ description: 'default, or the file, variable or flag that it comes from', example: 'env BALLAST__API__PORT' }),
    isSecret: z.boolean(),
    isHot: z.boolean().openapi({ description: 'Whether it may change while Ballast runs; the others need a restart' }),
  })
  .openapi('Setting')

export const LogShape = z.object({ id: z.string(), ts: instant(), level: z.enum(LOG_LEVELS), text: z.string() }).openapi('LogLine')
export const toLog = ({ id, ts, level, text }: LogLine): z.infer<typeof LogShape> => ({ id: String(id), ts: iso(ts), level, text })

export function systemRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { method: 'get' as const, tags: ['system'], security }
  app.openapi(
    route({
      ...common,
      path: '/config',
      summary: 'The configuration as it counts, key by key, with where each value comes from; secrets are masked',
      middleware: needs('config:read'),
      request: {
        query: z.object({ key: z.string().max(60).optional().openapi({ description: 'This key, and those below it', example: 'api' }) }),
      },
      responses: { 200: { description: 'Settings', ...content(listOf(Setting)) } },
    }),
    (c) => {
      const { key } = c.req.valid('query')
      const all = ports.system.configuration
      const data = all.filter((each) => key === undefined || each.key === key || each.key.startsWith(`${key}.`))
      if (data.length === 0 && all.length > 0) throw problem('not_found', `There is no key ${key}. GET /config lists all.`)
      // None changes while Ballast runs; what does are risk settings and strategies, which have routes of their own.
      return c.json(
        { data: data.map(({ envName: _env, allowed: _allowed, ...row }) => ({ ...row, isHot: false })), nextCursor: null, hasMore: false },
        200,
      )
    },
  )
  app.openapi(
    route({
      ...common,
      path: '/config/schema',
      summary: 'Every key of the configuration: what it may hold, and its name in the environment',
      middleware: needs('config:read'),
      responses: {
        200: {
          description: 'Keys',
          ...content(
            listOf(z.object({ key: z.string(), env: z.string(), allowed: z.string(), isSecret: z.boolean() }).openapi('SettingKey')),
          ),
        },
      },
    }),
    (c) =>
      c.json(
        {
          data: ports.system.configuration.map(({ key, envName, allowed, isSecret }) => ({ key, env: envName, allowed, isSecret })),
          nextCursor: null,
          hasMore: false,
        },
        200,
      ),
  )
  app.openapi(
    route({
      ...common,
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
