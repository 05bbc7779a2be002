/**
 * What raises and who receives alerts, over REST: rules that users set (`/alert`), and which chat is sent what (`/subscribe`, and the
 * configuration's notify.routes). Changed by the commands of those names.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { filterText } from '../../../src/alerts/filter.ts'
import { RULE_SIDES } from '../../../src/alerts/price-rule.ts'
import { ADDRESS_HINT, readSubscription } from '../../../src/alerts/subscriptions.ts'
import { type ApiEnv, needs } from '../../auth.ts'
import type { ApiContext } from '../../context.ts'
import type { StoredPriceRule } from '../../ports/alert-ports.ts'
import { problem } from '../../problem.ts'
import { route } from '../../query.ts'
import { decimal } from '../../shapes/field-shapes.ts'
import { all, content, results, rowNumber, runOnce, security } from '../command-answer.ts'
import { onInvalid } from '../common.ts'

const Rule = z
  .object({
    number: z.number().int().openapi({ description: 'To remove it by' }),
    what: z.string().openapi({ description: 'A symbol, pnl (of the day) or equity', example: 'BTCUSDT' }),
    side: z.enum(RULE_SIDES),
    level: decimal(),
    once: z.boolean(),
    isArmed: z.boolean().openapi({ description: 'False after it fired, until the other side was seen' }),
    channel: z.string().nullable().openapi({ description: 'Null: every chat that receives trade alerts' }),
    by: z.string(),
  })
  .openapi('AlertRule')
const toRule = ({ id, what, side, level, isOnce, isArmed, channel, actor }: StoredPriceRule): z.infer<typeof Rule> => ({
  number: id,
  what,
  side,
  level,
  once: isOnce,
  isArmed,
  channel,
  by: actor,
})

const Route = z
  .object({
    number: z.number().int().nullable().openapi({ description: 'To remove it by; null: of the configuration' }),
    channel: z.string().openapi({ description: 'A chat, its end alone for a key that is not an admin’s', example: 'telegram:-100123/77' }),
    filter: z.string().openapi({ description: 'As it is typed', example: 'fills sym:BTC' }),
    origin: z.enum(['configuration', 'command']),
    by: z.string().nullable(),
  })
  .openapi('AlertRoute')

const SHOWN_END = 4
function endOf(channel: string): string {
  const [platform = '', ...address] = channel.split(':')
  return `${platform}:…${address.join(':').slice(-SHOWN_END)}`
}

export function ruleRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['alerts'], security }

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/alert-rules',
      summary: 'Alerts that users set on a price, the result of the day or equity',
      middleware: needs('alerts:read'),
      responses: { 200: { description: 'Rules', ...content(all(Rule)) } },
    }),
    async (c) => c.json({ data: (await ports.prices.list()).map(toRule), nextCursor: null, hasMore: false as const }, 200),
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/alert-rules',
      summary: 'Alert when a price, the result of the day or equity passes a level',
      middleware: needs('alerts:write'),
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              what: z.string().min(1).max(40).openapi({ description: 'A symbol, pnl or equity', example: 'BTC' }),
              side: z.enum(RULE_SIDES),
              level: decimal()
                .regex(/^-?\d{1,12}(\.\d{1,12})?$/, 'use a number such as 70000 or -200')
                .openapi({ example: '70000' }),
              once: z.boolean().optional(),
              to: z
                .string()
                .max(60)
                .optional()
                .openapi({ description: `One chat alone, for admins: ${ADDRESS_HINT}` }),
            }),
          ),
        },
      },
      responses: results,
    }),
    (c) => runOnce(context, c, 'alert', c.req.valid('json')),
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/alert-rules/{id}',
      summary: 'Remove a rule',
      middleware: needs('alerts:write'),
      request: { params: z.object({ id: rowNumber('GET /alert-rules') }) },
      responses: results,
    }),
    async (c) => {
      const id = Number(c.req.valid('param').id)
      if (!(await ports.prices.list()).some((rule) => rule.id === id)) throw problem('not_found', `There is no alert rule ${id}.`)
      return runOnce(context, c, 'alert', { del: id })
    },
  )

  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/routes',
      summary: 'Which chat receives which alerts beside its defaults: by the configuration, and as chats have subscribed',
      middleware: needs('alerts:read'),
      responses: { 200: { description: 'Routes', ...content(all(Route)) } },
    }),
    async (c) => {
      const isAdmin = c.get('key').role === 'admin'
      const configured = ports.system.configuration.find(({ key }) => key === 'notify.routes')?.value
      const data: z.infer<typeof Route>[] = [
        ...(Array.isArray(configured) ? configured : []).flatMap((text) => {
          const read = readSubscription(String(text))
          return read.ok ? [{ number: null, ...read.value, origin: 'configuration' as const, by: null }] : []
        }),
        ...(await ports.alerts.subscriptions()).map(({ id, actor, ...rest }) => ({
          number: id,
          ...rest,
          origin: 'command' as const,
          by: actor,
        })),
      ].map((row) => ({ ...row, channel: isAdmin ? row.channel : endOf(row.channel), filter: filterText(row.filter) }))
      return c.json({ data, nextCursor: null, hasMore: false as const }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/routes',
      summary: 'Send a chat the alerts that a filter names; another chat than your own is an admin’s to change',
      middleware: needs('alerts:write'),
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              to: z
                .string()
                .min(1)
                .max(60)
                .openapi({ description: `The chat: ${ADDRESS_HINT}`, example: 'telegram:-100123/77' }),
              filter: z.string().min(1).max(200).openapi({ description: 'As typed in chat', example: 'fills sym:BTC' }),
            }),
          ),
        },
      },
      responses: results,
    }),
    (c) => {
      const { to, filter } = c.req.valid('json')
      return runOnce(context, c, 'subscribe', { what: filter, to })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/routes/{id}',
      summary: 'End a route that a chat has subscribed to; one of the configuration is changed there',
      middleware: needs('alerts:write'),
      request: { params: z.object({ id: rowNumber('GET /routes') }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const found = (await ports.alerts.subscriptions()).find((each) => each.id === Number(id))
      if (found === undefined) throw problem('not_found', `There is no route ${id}.`)
      return runOnce(context, c, 'unsubscribe', { id, to: found.channel })
    },
  )
  return app
}
