/**
 * The configuration over REST: each key as it counts with where its value comes from, what it may hold, and a change of one while Ballast runs.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { settingsOf } from '../commands/groups/limits-command.ts'
import { hotKeyOf } from '../commands/groups/set-command.ts'
import type { ApiContext } from '../context.ts'
import { expectVersion, versionOf } from '../entity-tag.ts'
import { listOf } from '../page.ts'
import { problem } from '../problem.ts'
import { route } from '../query.ts'
import { because, content, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const isHot = z.boolean().openapi({ description: 'Whether PATCH /config changes it while Ballast runs; the others need a restart' })
const origin = z.string().openapi({
  description: 'default, the file, variable or flag that it comes from, or who set it while Ballast ran',
  example: 'env BALLAST__API__PORT',
})
export const Setting = z
  .object({
    key: z.string().openapi({ example: 'api.port' }),
    value: z.unknown().openapi({ description: 'As it counts; of a secret only whether there is one' }),
    origin,
    isSecret: z.boolean(),
    isHot,
  })
  .openapi('Setting')
const SettingKey = z
  .object({ key: z.string(), env: z.string(), allowed: z.string(), origin, isSecret: z.boolean(), isHot })
  .openapi('SettingKey')

/** What a change is judged by. */
const versionOfKeys = (rows: readonly { readonly key: string; readonly value: unknown }[]): string =>
  versionOf(rows.map(({ key, value }) => [key, value]))

export function configRoutes(context: ApiContext) {
  const { ports } = context
  const { system, reads } = ports
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['system'], security }

  /** Keys with what operators have set over the configuration. */
  const counting = async () => {
    const [rows, account] = await Promise.all([reads.riskSettings(), reads.account()])
    const own = rows.filter(({ target }) => target === 'account')
    const inForce = settingsOf(system.riskSettings, own, { type: 'account' }, system.profile, account?.updatedTs ?? 0)
    return system.configuration.map((row) => {
      const hot = hotKeyOf(row.key)
      const isSet = own.some(({ key, value }) => key === hot?.setting && value !== null)
      const found = isSet ? inForce.find(({ key }) => key === hot?.setting) : undefined
      return { ...row, ...(found === undefined ? {} : { value: found.value, origin: found.origin }), isHot: hot !== undefined }
    })
  }

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/config',
      summary: 'The configuration as it counts, key by key, with where each value comes from; secrets are masked',
      middleware: needs('config:read'),
      request: {
        query: z.object({ key: z.string().max(60).optional().openapi({ description: 'This key, and those below it', example: 'api' }) }),
      },
      responses: { 200: { description: 'Settings', ...content(listOf(Setting)) } },
    }),
    async (c) => {
      const { key } = c.req.valid('query')
      const all = await counting()
      c.set('version', versionOfKeys(all))
      const data = all.filter((each) => key === undefined || each.key === key || each.key.startsWith(`${key}.`))
      if (data.length === 0 && all.length > 0) throw problem('not_found', `There is no key ${key}. GET /config lists all.`)
      return c.json({ data: data.map(({ envName: _env, allowed: _allowed, ...row }) => row), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/config/schema',
      summary: 'Every key of the configuration: what it may hold, its name in the environment, and where its value comes from',
      middleware: needs('config:read'),
      responses: { 200: { description: 'Keys', ...content(listOf(SettingKey)) } },
    }),
    async (c) => {
      const data = (await counting()).map(({ value: _value, envName, ...row }) => ({ ...row, env: envName }))
      return c.json({ data, nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'patch',
      path: '/config',
      summary: 'Set one key that may change while Ballast runs: a stricter value at once, a looser one after a confirmation',
      description:
        'Hot are the risk settings: `risk.dayLoss`, `risk.symbols.WIFUSDT.position`, `risk.strategies.ema-cross.capital`. Any other key is 409 with `refusal.code` needs-restart, needs-reload or unknown-key, and the key in `refusal.figures`. What is set outlives a restart; null gives it back to the configuration. With If-Match nothing is done where a key has changed since GET /config was read.',
      middleware: needs('config:write'),
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              key: z.string().min(1).max(120).openapi({ example: 'risk.dayLoss' }),
              value: z.union([z.string().min(1).max(40), z.number(), z.null()]).openapi({ example: '3%' }),
              for: z.string().max(20).optional().openapi({ description: 'Only where it loosens', example: '4h' }),
              because,
            }),
          ),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { value, ...more } = c.req.valid('json')
      expectVersion(c, versionOfKeys(await counting()), 'The configuration')
      return runOnce(context, c, 'set', { ...more, ...(value === null ? {} : { value: String(value) }) })
    },
  )
  return app
}
