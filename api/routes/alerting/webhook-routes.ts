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
import { all, content, results, rowNumber, runOnce, security } from '../command-answer.ts'
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
const LOG_MAX = 200

export function webhookRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['webhooks'], security, middleware: needs('webhooks:manage') }
  const { overlap: _overlap, ...newWebhook } = webhookShape
  const byName = z.object({ name: z.string().max(40) })
  const named = async (name: string): Promise<Webhook> => {
    const found = (await ports.webhooks.list()).find((each) => each.name === name.toLowerCase())
    if (found === undefined) throw problem('not_found', `There is no webhook ${name}. GET /webhooks lists them.`)
    return found
  }
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/webhooks',
      summary: 'Webhooks, without their secrets',
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
      request: { params: byName },
      responses: { 200: { description: 'Messages', ...content(all(Message)) } },
    }),
    async (c) => {
      const { name } = await named(c.req.valid('param').name)
      const rows = await ports.webhooks.deliveries(name, LOG_MAX)
      return c.json({ data: rows.map(toMessage), nextCursor: null, hasMore: false as const }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks',
      summary: 'Make a webhook, after a confirmation, whose answer has its secret, once',
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
      method: 'patch',
      path: '/webhooks/{name}',
      summary: 'Change address, token or filter of a webhook, after a confirmation; what is left out stays',
      request: {
        params: byName,
        body: { required: true, ...content(z.strictObject({ url: webhookShape.url, token: webhookShape.token, what: webhookShape.what })) },
      },
      responses: results,
    }),
    async (c) => {
      const { name } = await named(c.req.valid('param').name)
      return runOnce(context, c, 'webhook', { action: 'set', name, ...c.req.valid('json') })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/webhooks/{name}',
      summary: 'Remove a webhook, after a confirmation',
      request: { params: byName },
      responses: results,
    }),
    async (c) => {
      const { name } = await named(c.req.valid('param').name)
      return runOnce(context, c, 'webhook', { action: 'remove', name })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{name}:test',
      summary: 'Send a message that says that it is a test',
      request: { params: byName },
      responses: results,
    }),
    async (c) => {
      const { name } = await named(c.req.valid('param').name)
      return runOnce(context, c, 'webhook', { action: 'test', name })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{name}:rotate',
      summary: 'Give a webhook another secret, after a confirmation, whose answer has it once; both sign for the overlap',
      request: { params: byName, body: { required: false, ...content(z.strictObject({ overlap: webhookShape.overlap })) } },
      responses: results,
    }),
    async (c) => {
      const { name } = await named(c.req.valid('param').name)
      return runOnce(context, c, 'webhook', { action: 'rotate', name, ...(c.req.valid('json') ?? {}) })
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'post',
      path: '/webhooks/{name}/deliveries/{id}:replay',
      summary: 'Send a message of a webhook again, under the same webhook-id',
      request: { params: byName.extend({ id: rowNumber('GET /webhooks/{name}/deliveries') }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { name } = await named(c.req.valid('param').name)
      const isOurs = (await ports.webhooks.deliveries(name, LOG_MAX)).some((row) => row.id === Number(id))
      if (!isOurs) throw problem('not_found', `The webhook ${name} has no message ${id}.`)
      return runOnce(context, c, 'webhook', { action: 'replay', id: Number(id) })
    },
  )
  return app
}
