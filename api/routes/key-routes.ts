/**
 * API keys: which there are, a new one, an end to one. For admins.
 * Never answers a secret but in the one answer that made it, which is kept nowhere: the same request again makes another key.
 */
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { ROLES } from '../commands/command.ts'
import { SCOPES_OF } from '../commands/groups/key-command.ts'
import { type ApiContext, actorOfKey } from '../context.ts'
import { instant, iso, isoOrNull } from '../field-shapes.ts'
import { listOf } from '../page.ts'
import type { KeyState } from '../ports.ts'
import { content, requestOf, results, security } from './command-answer.ts'
import { answerCommand, onInvalid, once } from './common.ts'

const DAY_MS = 86_400_000
const DAYS_DEFAULT = 90
const DAYS_MAX = 3_650
/** Of the key in admin.key: a second one of that name would look like it. */
const FILE_KEY_NAME = 'admin'

const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.string(),
    scopes: z.array(z.string()),
    createdAt: instant(),
    expiresAt: instant().nullable(),
    lastUsedAt: instant().nullable(),
    revokedAt: instant().nullable(),
  })
  .openapi('ApiKey')
const toKey = (row: KeyState): z.infer<typeof Key> => ({
  ...row,
  scopes: [...row.scopes],
  createdAt: iso(row.createdAt),
  expiresAt: isoOrNull(row.expiresAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
  revokedAt: isoOrNull(row.revokedAt),
})

const NewKey = z.strictObject({
  name: z
    .string()
    .regex(/^[\w][\w .-]{0,39}$/, 'up to 40 letters, digits, dots, dashes')
    .refine((name) => name.toLowerCase() !== FILE_KEY_NAME, 'admin is the name of the key in admin.key'),
  role: z.enum(ROLES).openapi({ description: 'Permissions; a trader key can close positions and control trading, but not open' }),
  days: z.number().int().min(1).max(DAYS_MAX).default(DAYS_DEFAULT).openapi({ description: 'days until it expires' }),
})

export function keyRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['keys'], security }

  app.openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/keys',
      summary: 'API keys, newest first, without their secrets',
      middleware: needs('admin'),
      responses: { 200: { description: 'Keys', ...content(listOf(Key)) } },
    }),
    async (c) => c.json({ data: (await ports.keys.list()).map(toKey), nextCursor: null, hasMore: false }, 200),
  )
  app.openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/keys',
      summary: 'Create a key; its token is returned only once, and Idempotency-Key is not used',
      middleware: needs('admin'),
      request: { body: { required: true, ...content(NewKey) } },
      responses: {
        201: {
          description: 'Made',
          ...content(z.object({ id: z.string(), token: z.string(), name: z.string(), role: z.string(), expiresAt: instant() })),
        },
      },
    }),
    async (c) => {
      const { name, role, days } = c.req.valid('json')
      const expiresAt = ports.wallNow() + days * DAY_MS
      const asker = actorOfKey(c.get('key'), c.req.header('x-ballast-surface') === 'cli' ? 'cli' : 'rest')
      const { id, token } = await ports.keys.create({ name, role, scopes: SCOPES_OF[role], expiresAt })
      await ports.audit.write({
        actor: asker.id,
        surface: asker.surface,
        command: 'key new',
        args: { name, role, days },
        role: asker.role ?? 'none',
        decision: 'done',
        result: `Key ${id} created`,
        requestId: c.get('requestId'),
      })
      return c.json({ id, token, name, role, expiresAt: iso(expiresAt) }, 201)
    },
  )
  app.openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/keys/{id}',
      summary: 'Revoke a key, after a confirmation; its open connections close within seconds',
      middleware: needs('admin'),
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { body: answer, status } = await once(context, c, { id }, false, async (key) =>
        answerCommand(await runner.runArgs('key', { action: 'revoke', id }, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )
  return app
}
