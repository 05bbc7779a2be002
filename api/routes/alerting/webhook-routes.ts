/**
 * Webhooks that go out, over REST: who is told, and the log. Made, tried, rotated and removed as by `/webhook`.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { filterText } from '../../../src/alerts/filter.ts'
import { type ApiEnv, needs } from '../../auth.ts'
import { webhookShape } from '../../commands/alerts/webhook-command.ts'
import type { ApiContext } from '../../context.ts'
import { route } from '../../query.ts'
import { instant, iso, isoOrNull } from '../../shapes/field-shapes.ts'
import { DELIVERY_STATES, type Webhook, type WebhookDelivery } from '../../ports/webhook-ports.ts'
import { problem } from '../../problem.ts'
import { content, results, runAsked, runOnce, security } from '../command-answer.ts'
import { onInvalid } from '../common.ts'

const Shown = z
  .object({
    name: z.string(),
    preset: z.string(),
    url: z.string().openapi({ description: 'Its host and its last characters: the rest may be a secret' }),
    filter: z.string(),
    createdAt: instant(),
    oldUntil: instant().nullable().openapi({ description: 'Until then messages are signed by the secret before the last rotation too' }),
  })
  .openapi('Webhook')
const toShown = ({ name, preset, shownUrl, filter, createdAt, oldUntil }: Webhook): z.infer<typeof Shown> => ({
  name,
  preset,
  url: shownUrl,
  filter: filterText(filter),
  createdAt: iso(createdAt),
  oldUntil: isoOrNull(oldUntil),
})
const Message = z
  .object({
    number: z.number().int().openapi({ description: 'To replay it by' }),
    webhook: z.string(),
    messageId: z.string().openapi({ description: '`webhook-id`: the same at each attempt and replay' }),
    type: z.string(),
    status: z.enum(DELIVERY_STATES),
    attempts: z.number().int(),
    nextAt: instant(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: instant(),
    sentAt: instant().nullable(),
  })
  .openapi('WebhookMessage')
const toMessage = ({ id, nextAt, createdAt, sentAt, ...row }: WebhookDelivery): z.infer<typeof Message> => ({
  number: id,
  ...row,
  nextAt: iso(nextAt),
  createdAt: iso(createdAt),
  sentAt: isoOrNull(sentAt),
})
const all = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), nextCursor: z.null(), hasMore: z.literal(false) })
const LOG_MAX = 200

export function webhookRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['webhooks'], security }
  const { overlap: _overlap, ...newWebhook } = webhookShape
  const named = z.object({ name: z.string().max(40) })
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/webhooks',
      summary: 'Webhooks, without their secrets',
      middleware: needs('alerts:read'),
      responses: { 200: { description: 'Webhooks', ...content(all(Shown)) } },
    }),
    async (c) => c.json({ data: (await ports.webhooks.list()).map(toShown), nextCursor: null, hasMore: false as const }, 200),
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/webhooks/{name}/deliveries',
      summary: `Messages of a webhook, newest first, up to ${LOG_MAX}`,
      middleware: needs('alerts:read'),
      request: { params: named },
      responses: { 200: { description: 'Messages', ...content(all(Message)) } },
    }),
    async (c) => {
      const rows = await ports.webhooks.deliveries(c.req.valid('param').name, LOG_MAX)
      return c.json({ data: rows.map(toMessage), nextCursor: null, hasMore: false as const }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks',
      summary: 'Make a webhook, after a confirmation, whose answer has its secret, once',
      middleware: needs('admin'),
      request: {
        body: { required: true, ...content(z.strictObject(newWebhook)) },
      },
      responses: results,
    }),
    async (c) => {
      const body = c.req.valid('json')
      return runOnce(context, c, 'webhook', { action: 'add', ...body })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/webhooks/{name}',
      summary: 'Remove a webhook, after a confirmation',
      middleware: needs('admin'),
      request: { params: named },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      return runOnce(context, c, 'webhook', { action: 'remove', name })
    },
  )
  for (const [action, summary] of [
    ['test', 'Send a message that says that it is a test'],
    ['rotate', 'Give a webhook another secret, after a confirmation, whose answer has it once'],
  ] as const)
    app.openapi(
      route({
        ...common,
        method: 'post',
        path: `/webhooks/{name}/${action}`,
        summary,
        middleware: needs('admin'),
        request: { params: named },
        responses: results,
      }),
      async (c) => {
        const { name } = c.req.valid('param')
        const { body: answer, status } = await runAsked(context, c, { command: 'webhook', args: { action, name }, content: { name } })
        return c.json(answer, status)
      },
    )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{name}/deliveries/{number}/replay',
      summary: 'Send a message of a webhook again, under the same webhook-id',
      middleware: needs('admin'),
      request: { params: named.extend({ number: z.string().regex(/^[1-9]\d{0,8}$/, 'use the number of a message') }) },
      responses: results,
    }),
    async (c) => {
      const { name, number } = c.req.valid('param')
      const isOurs = (await ports.webhooks.deliveries(name, LOG_MAX)).some(({ id }) => id === Number(number))
      if (!isOurs) throw problem('not_found', `The webhook ${name} has no message ${number}.`)
      const args = { action: 'replay', id: number }
      const { body: answer, status } = await runAsked(context, c, { command: 'webhook', args, content: args })
      return c.json(answer, status)
    },
  )
  return app
}
