/**
 * API keys: which there are, a new one, another secret for one, an end to one. A key that is no admin’s hands on no more than it has (S17).
 * Never answers a secret but in the one answer that made it, which is kept nowhere: the same request again makes another.
 */
import { DAY_MS } from '../../src/core/units.ts'
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { FILE_KEY_NAME } from '../../src/core/key-names.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { type Granted, KEY_PRESETS, KEY_PRESET_NAMES, grantProblem, handOnProblem, roleOfScopes } from '../commands/access/key-scopes.ts'
import { entryOf } from '../commands/audit-entry.ts'
import { SCOPES } from '../commands/command.ts'
import { calledBy } from '../commands/called.ts'
import { networkOf } from '../commands/signals/networks.ts'
import { resolveSymbol } from '../commands/symbol.ts'
import { type ApiContext, actorOfKey } from '../context.ts'
import { route } from '../query.ts'
import { decimal, instant, iso, isoOrNull } from '../shapes/field-shapes.ts'
import { listOf } from '../page.ts'
import type { KeyState } from '../ports/ports.ts'
import { problem } from '../problem.ts'
import { content, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const HOUR_MS = 3_600_000
const DAYS_DEFAULT = 90
const DAYS_MAX = 3_650
const OVERLAP_DEFAULT_HOURS = 24
const OVERLAP_MAX_HOURS = 168
const LIST_MAX = 50

const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.string(),
    scopes: z.array(z.string()),
    networks: z.array(z.string()).nullable().openapi({ description: 'networks that it may come from; null: any' }),
    symbols: z.array(z.string()).nullable().openapi({ description: 'what it may open; null: nothing' }),
    dailyNotional: decimal().nullable(),
    spentToday: decimal().nullable().openapi({ description: 'notional of its entries since midnight UTC, of a key with a daily notional' }),
    autoConfirm: z.boolean(),
    createdBy: z.string().nullable(),
    createdAt: instant(),
    expiresAt: instant().nullable(),
    lastUsedAt: instant().nullable(),
    rotatedUntil: instant().nullable().openapi({ description: 'until then the secret before the last rotation works, too' }),
    revokedAt: instant().nullable(),
  })
  .openapi('ApiKey')
const toKey = ({ actor, oldUntil, ...row }: KeyState): z.infer<typeof Key> => ({
  ...row,
  scopes: [...row.scopes],
  networks: row.networks === null ? null : [...row.networks],
  symbols: row.symbols === null ? null : [...row.symbols],
  createdBy: actor,
  createdAt: iso(row.createdAt),
  expiresAt: isoOrNull(row.expiresAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
  rotatedUntil: isoOrNull(oldUntil),
  revokedAt: isoOrNull(row.revokedAt),
})

const days = z.number().int().min(1).max(DAYS_MAX).default(DAYS_DEFAULT).openapi({ description: 'days until it expires' })
const NewKey = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w][\w .-]{0,39}$/, 'up to 40 letters, digits, dots, dashes')
      .refine((name) => name.toLowerCase() !== FILE_KEY_NAME, 'admin is the name of the key in admin.key'),
    preset: z.enum(KEY_PRESET_NAMES).optional().openapi({ description: 'Permissions by name, instead of `scopes`' }),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
    days,
    networks: z.array(z.string().max(50)).min(1).max(LIST_MAX).optional().openapi({ description: 'CIDR, such as 10.0.0.0/8' }),
    symbols: z.array(z.string().min(1).max(30)).min(1).max(LIST_MAX).optional(),
    dailyNotional: decimal()
      .regex(/^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,8})?$/, 'an amount in USDT such as 5000')
      .optional(),
    autoConfirm: z.boolean().default(false).openapi({ description: 'A panic by this key needs no second request' }),
  })
  .refine(({ preset, scopes }) => (preset === undefined) !== (scopes === undefined), 'give preset or scopes, and not both')

const Made = z.object({ id: z.string(), token: z.string(), name: z.string(), role: z.string(), expiresAt: instant() })

export function keyRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['keys'], security }

  const record = (c: Context<ApiEnv>, command: string, args: Readonly<Record<string, unknown>>, result: string) => {
    const request = { actor: askerOf(c), requestId: c.get('requestId') }
    return ports.audit.write(entryOf({ name: command, hidden: [] }, args, request, 'done', result))
  }
  /** Whoever has made one may have been somebody else. */
  const tell = (c: Context<ApiEnv>, keyId: string, what: string): Promise<void> =>
    ports.alerts.raise('apikey.created', `${what} by ${calledBy(askerOf(c))}.`, { keyId })
  const expectGranted = async (c: Context<ApiEnv>, other: Granted): Promise<void> => {
    const asking = c.get('key')
    const own = (await ports.keys.list()).find(({ id }) => id === asking.id)
    const wrong = handOnProblem({ ...asking, expiresAt: own?.expiresAt ?? null }, other)
    if (wrong !== undefined) throw problem('forbidden_scope', wrong)
  }
  const symbolsOf = async (names: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(names.map((name) => resolveSymbol({ ports }, name, '')))
    return found.map((each, k) => {
      if (!('problem' in each)) return each.symbol
      throw problem('validation_failed', `symbols: ${names[k]} is not traded here.`)
    })
  }

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/keys',
      summary: 'API keys, newest first, without their secrets',
      middleware: needs('keys:manage'),
      responses: { 200: { description: 'Keys', ...content(listOf(Key)) } },
    }),
    async (c) => c.json({ data: (await ports.keys.list()).map(toKey), nextCursor: null, hasMore: false }, 200),
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/keys',
      summary: 'Create a key; its token is returned only once, and Idempotency-Key is not used',
      middleware: needs('keys:manage'),
      request: { body: { required: true, ...content(NewKey) } },
      responses: { 201: { description: 'Made', ...content(Made) } },
    }),
    async (c) => {
      const { name, preset, scopes: given, days: valid, networks: texts, symbols: names, dailyNotional, autoConfirm } = c.req.valid('json')
      const scopes = preset === undefined ? (given ?? []) : KEY_PRESETS[preset]
      const symbols = names === undefined ? null : await symbolsOf(names)
      const networks = texts === undefined ? null : texts.map(networkIn)
      const wrong = grantProblem(scopes, { symbols, dailyNotional: dailyNotional ?? null, autoConfirm })
      if (wrong !== undefined) throw problem('validation_failed', wrong)
      const expiresAt = ports.wallNow() + valid * DAY_MS
      await expectGranted(c, { scopes, networks, autoConfirm, expiresAt })
      const role = roleOfScopes(scopes)
      const { id, token } = await ports.keys.create({
        name,
        role,
        scopes,
        expiresAt,
        networks,
        symbols,
        dailyNotional: dailyNotional ?? null,
        autoConfirm,
        actor: askerOf(c).id,
      })
      await record(c, 'key create', { ...c.req.valid('json') }, `Key ${id} created`)
      await tell(c, id, `The API key ${name} (${role}) was created`)
      return c.json({ id, token, name, role, expiresAt: iso(expiresAt) }, 201)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/keys/{id}:rotate',
      summary: 'Another secret for a key, returned only once; the one before works until the overlap ends',
      middleware: needs('keys:manage'),
      request: {
        params: z.object({ id: z.string().max(40) }),
        body: {
          required: false,
          ...content(
            z.strictObject({
              days,
              overlapHours: z
                .number()
                .min(0)
                .max(OVERLAP_MAX_HOURS)
                .default(OVERLAP_DEFAULT_HOURS)
                .openapi({ description: 'hours for which the secret before works, too' }),
            }),
          ),
        },
      },
      responses: { 200: { description: 'Rotated', ...content(Made) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { days: valid = DAYS_DEFAULT, overlapHours = OVERLAP_DEFAULT_HOURS } = c.req.valid('json') ?? {}
      const key = (await ports.keys.list()).find((row) => row.id === id)
      if (key === undefined) throw problem('not_found', `There is no key ${id}.`)
      if (key.name === FILE_KEY_NAME)
        throw problem('refused', 'This is the key of the terminal. To replace it, remove admin.key and start Ballast again.')
      const expiresAt = ports.wallNow() + valid * DAY_MS
      await expectGranted(c, { ...key, expiresAt })
      const token = await ports.keys.rotate(id, Math.round(overlapHours * HOUR_MS), expiresAt)
      if (token === undefined) throw problem('refused', `The key ${id} is revoked or has expired. Create another one.`)
      await record(c, 'key rotate', { id, days: valid, overlapHours }, `Key ${id} rotated`)
      await tell(c, id, `The API key ${key.name} (${key.role}) has another secret`)
      return c.json({ id, token, name: key.name, role: key.role, expiresAt: iso(expiresAt) }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/keys/{id}',
      summary: 'Revoke a key, after a confirmation; its open connections close within seconds',
      middleware: needs('keys:manage'),
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      return runOnce(context, c, 'key', { action: 'revoke', id })
    },
  )
  return app
}

const askerOf = (c: Context<ApiEnv>) => actorOfKey(c.get('key'), c.req.header('x-ballast-surface') === 'cli' ? 'cli' : 'rest')

function networkIn(text: string): string {
  const network = networkOf(text)
  if (network === undefined) throw problem('validation_failed', `networks: '${text}' is no network. Use 203.0.113.7 or 10.0.0.0/8.`)
  return network
}
