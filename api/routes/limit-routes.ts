/**
 * Risk settings over REST: read with their origin, and set as `/risk set` does: a stricter one at once, a looser one after a confirmation.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { CommandScope } from '../../src/kernel/trader-command.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { type RiskSettingsShown, settingsOf } from '../commands/groups/limits-command.ts'
import type { ApiContext } from '../context.ts'
import { expectVersion, versionOf } from '../entity-tag.ts'
import { route } from '../query.ts'
import { shownChange } from '../commands/groups/limit-changes.ts'
import type { RiskChange } from '../ports/ports.ts'
import { instant, iso, isoOrNull } from '../shapes/field-shapes.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { because, content, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

export const Limit = z
  .object({
    id: z.string().openapi({ description: 'target and setting, as `account dayLoss`' }),
    target: z.string().openapi({ example: 'symbol BTCUSDT' }),
    key: z.string().openapi({ example: 'dayLoss' }),
    value: z.string().openapi({ example: '5%' }),
    origin: z.string().openapi({ description: 'profile, configuration, or who set it' }),
  })
  .openapi('Limit')

export const RiskChangeShape = z
  .object({
    id: z.string(),
    ts: instant(),
    target: z.string().openapi({ example: 'symbol BTCUSDT' }),
    key: z.string().openapi({ example: 'dayLoss' }),
    from: z.string().nullable().openapi({ description: 'As it counted before; null where nothing was set' }),
    to: z.string().nullable(),
    actor: z.string().openapi({ description: 'Who changed it', example: '@ann' }),
    origin: z.string().openapi({ description: 'By which way', example: 'Telegram' }),
    until: instant().nullable().openapi({ description: 'When it goes back by itself' }),
  })
  .openapi('RiskChange')

export function toRiskChange(row: RiskChange, configured: RiskSettingsShown): z.infer<typeof RiskChangeShape> {
  const { isFromConfigured: _from, isToConfigured: _to, surface: _surface, seq, ts, until, ...change } = shownChange(row, configured)
  return { id: String(seq), ...change, ts: iso(ts), until: isoOrNull(until) }
}

/** What a change of a limit is judged by: all of them, since the strictest counts. */
const versionOfLimits = (rows: readonly z.infer<typeof Limit>[]): string => versionOf(rows.map(({ id, value }) => [id, value]))

export function limitRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  const listed = async (): Promise<z.infer<typeof Limit>[]> => {
    const { reads, system } = ports
    const [rows, account] = await Promise.all([reads.riskSettings(), reads.account()])
    const named = (type: 'strategy' | 'symbol', configured: object): string[] => [
      ...new Set([
        ...Object.keys(configured),
        ...rows.filter(({ target }) => target.startsWith(`${type} `)).map(({ target }) => target.slice(type.length + 1)),
      ]),
    ]
    const scopes: CommandScope[] = [
      { type: 'account' },
      ...named('strategy', system.riskSettings.strategies).map((strategy): CommandScope => ({ type: 'strategy', strategy })),
      ...named('symbol', system.riskSettings.symbols).map((symbol): CommandScope => ({ type: 'symbol', symbol })),
    ]
    return scopes.flatMap((scope) => {
      const target = scope.type === 'account' ? 'account' : `${scope.type} ${scope.type === 'strategy' ? scope.strategy : scope.symbol}`
      return settingsOf(system.riskSettings, rows, scope, system.profile, account?.updatedTs ?? 0).map((each) => ({
        id: `${target} ${each.key}`,
        target,
        ...each,
      }))
    })
  }

  app.openapi(
    route({
      method: 'get',
      path: '/risk/limits',
      summary: 'Risk settings of the account, its strategies and symbols, with their origin',
      tags: ['account'],
      security,
      middleware: needs('account:read'),
      responses: { 200: { description: 'Settings', ...content(listOf(Limit)) } },
    }),
    async (c) => {
      const data = await listed()
      c.set('version', versionOfLimits(data))
      return c.json({ data, nextCursor: null, hasMore: false }, 200)
    },
  )

  app.openapi(
    route({
      method: 'get',
      path: '/risk/limits/changes',
      summary: 'Changes of risk settings, newest first: who, when, from what to what, and by which way',
      tags: ['account'],
      security,
      middleware: needs('account:read'),
      request: { query: ListQuery },
      responses: { 200: { description: 'Changes', ...content(listOf(RiskChangeShape)) } },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const rows = await ports.reads.riskChanges({ limit: limit + 1, before: fromCursor(cursor) })
      return c.json(
        page(
          rows,
          limit,
          (row) => row.seq,
          (row) => toRiskChange(row, ports.system.riskSettings),
        ),
        200,
      )
    },
  )

  app.openapi(
    route({
      method: 'put',
      path: '/risk/limits/{key}',
      summary: 'Set a risk setting; null gives it back to the configuration. A looser one asks for a confirmation',
      description: 'With If-Match nothing is done where any risk setting has changed since GET /risk/limits was read.',
      tags: ['control'],
      security,
      middleware: needs('config:write'),
      request: {
        params: z.object({ key: z.string().max(40).openapi({ example: 'dayLoss' }) }),
        body: {
          required: true,
          ...content(
            z.strictObject({
              value: z.string().max(40).nullable().openapi({ example: '3%' }),
              target: z.string().max(60).optional().openapi({ description: 'account, a strategy or a symbol' }),
              for: z.string().max(20).optional().openapi({ description: 'only where it loosens', example: '4h' }),
              because,
            }),
          ),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { key } = c.req.valid('param')
      const { value, ...more } = c.req.valid('json')
      expectVersion(c, versionOfLimits(await listed()), 'A risk setting')
      const args = value === null ? { action: 'reset', key, ...more } : { action: 'set', key, value, ...more }
      return runOnce(context, c, 'limits', args)
    },
  )
  return app
}
