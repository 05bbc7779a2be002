/**
 * Entries over REST: what one would be, sending one, and those that were refused.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { CommandOutcome } from '../../src/kernel/trader-command.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { AssessmentShape } from '../commands/words/assessment-shape.ts'
import { calledBy } from '../commands/called.ts'
import type { CommandContext } from '../commands/command.ts'
import { type Denial, denialOf, refusedScope } from '../commands/words/denials.ts'
import { OpenArgs, WhatIfArgs, openCommandOf } from '../commands/entry-by-hand.ts'
import { askedBy } from '../commands/groups/control-group.ts'
import type { Reply } from '../commands/reply.ts'
import type { ApiContext } from '../context.ts'
import { expectVersion } from '../entity-tag.ts'
import { SymbolAsked, route } from '../query.ts'
import { decimal, instant, iso, symbolName } from '../shapes/field-shapes.ts'
import { fromId, toId } from '../ids.ts'
import { versionOfOrder } from '../shapes/trade-shapes.ts'
import { ListQuery, fromCursor, listOf, page } from '../page.ts'
import { problem } from '../problem.ts'
import { Result, because, content, requestOf, results, runAsked, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const Figures = z.record(z.string(), z.union([z.string(), z.number()]))
const Preview = z
  .object({
    passes: z.boolean(),
    text: z.string().openapi({ description: 'Why it would be refused; empty where it would pass' }),
    denial: z.object({ rule: z.string(), figures: Figures }).nullable(),
    figures: z.array(z.object({ name: z.string(), value: z.string() })).openapi({ description: 'As on the card' }),
    risk: AssessmentShape.nullable(),
  })
  .openapi('OrderPreview')
const toPreview = ({ status, text, denial, figures, risk }: CommandOutcome): z.infer<typeof Preview> => ({
  passes: status === 'done',
  text,
  denial: denial === undefined ? null : { rule: denial.rule, figures: { ...denial.figures } },
  figures: (figures ?? []).map((each) => ({ ...each })),
  risk: risk === undefined ? null : { ...risk, reasons: risk.reasons.map((each) => ({ ...each })) },
})

const DenialShape = z
  .object({
    id: z.string(),
    strategy: z.string(),
    symbol: symbolName(z.string()),
    class: z.string(),
    side: z.enum(['buy', 'sell']),
    rule: z.string(),
    text: z.string(),
    figures: Figures,
    wanted: z.object({ quantity: decimal().nullable(), price: decimal(), stop: decimal().nullable() }).nullable(),
    ts: instant(),
  })
  .openapi('Denial')
const toDenial = ({ row, rule, text, figures, wanted }: Denial): z.infer<typeof DenialShape> => ({
  id: toId('evt', row.seq),
  strategy: row.strategy,
  symbol: row.symbol,
  class: row.class,
  side: row.side === 1 ? 'buy' : 'sell',
  rule,
  text,
  figures: { ...figures },
  wanted: wanted === undefined ? null : { quantity: wanted.quantity ?? null, price: wanted.price, stop: wanted.stop ?? null },
  ts: iso(row.ts),
})

const OrderId = z.object({ id: z.string().max(40).openapi({ example: 'ord_0000000002A' }) })
const Decimal = z
  .string()
  .max(30)
  .regex(/^\d+(\.\d+)?$/, 'a plain decimal as text')
const Amend = z
  .strictObject({ price: Decimal.optional(), triggerPrice: Decimal.optional(), quantity: Decimal.optional(), because })
  .refine(({ because: _why, ...body }) => Object.values(body).some((value) => value !== undefined), 'pass price, triggerPrice or quantity')

const refusedText = ({ title, text }: Reply): string =>
  text === undefined ? title : title.endsWith('.') ? `${title} ${text}` : `${title}: ${text}`

export function orderRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  const askedIn = (c: Context<ApiEnv>): CommandContext => {
    const { actor, requestId } = requestOf(c, undefined, undefined)
    return { ports, actor: { ...actor, name: calledBy(actor) }, requestId, commands: runner.commands }
  }
  const orderOf = async (id: string) => {
    const number = fromId('ord', id)
    const row = number === undefined ? undefined : await ports.reads.order(number)
    if (row === undefined) throw problem('not_found', `There is no order ${id}.`)
    return row
  }
  const previewOf = async (asked: CommandContext, args: z.infer<typeof WhatIfArgs>): Promise<z.infer<typeof Preview>> => {
    const command = await openCommandOf(asked, args, `/whatif ${args.side} {} ${args.size}`)
    if ('title' in command) throw problem('refused', refusedText(command), { more: { reply: command } })
    const judged = await ports.control.preview(command, askedBy(asked))
    if (judged === undefined) throw problem('not_ready', 'The trader has not responded.')
    return toPreview(judged)
  }

  app.openapi(
    route({
      method: 'post',
      path: '/orders:preview',
      summary: 'What an entry would be: figures, assessment, and the rule that would deny it; nothing is sent',
      tags: ['control'],
      security,
      middleware: needs('trade:read'),
      request: { body: { required: true, ...content(WhatIfArgs) } },
      responses: { 200: { description: 'Preview', ...content(Preview) } },
    }),
    async (c) => {
      return c.json(await previewOf(askedIn(c), c.req.valid('json')), 200)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/orders',
      summary: 'Open a position by hand, after a confirmation; with `dryRun=true` as POST /orders:preview',
      tags: ['control'],
      security,
      middleware: needs('trade:write'),
      request: {
        query: z.object({ dryRun: z.enum(['true', 'false'], { error: 'use true or false' }).optional() }),
        body: { required: true, ...content(OpenArgs.safeExtend({ because })) },
      },
      responses: { ...results, 200: { description: 'Done, or the preview', ...content(z.union([Result, Preview])) } },
    }),
    async (c) => {
      const content = c.req.valid('json')
      const { because: why, ...args } = content
      if (c.req.valid('query').dryRun === 'true') return c.json(await previewOf(askedIn(c), args), 200)
      const { body: answer, status } = await runAsked(context, c, { command: 'open', args, content, needsKey: true, because: why })
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      method: 'patch',
      path: '/orders/{id}',
      summary: 'Change price, trigger or quantity of an open order in place, after a confirmation',
      description: 'With If-Match nothing is done where the order has changed or filled since it was read.',
      tags: ['trade'],
      security,
      middleware: needs('trade:write'),
      request: { params: OrderId, body: { required: true, ...content(Amend) } },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const body = c.req.valid('json')
      expectVersion(c, versionOfOrder(await orderOf(id)), `Order ${id}`)
      const { price, triggerPrice, quantity } = body
      const args = {
        id,
        ...(price === undefined ? {} : { limit: price }),
        ...(triggerPrice === undefined ? {} : { trigger: triggerPrice }),
        ...(quantity === undefined ? {} : { qty: quantity }),
      }
      const { body: answer, status } = await runAsked(context, c, { command: 'amend', args, content: { id, body }, because: body.because })
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      method: 'delete',
      path: '/orders/{id}',
      summary: 'Cancel an entry order or a limit close, at once; protective stops are refused',
      tags: ['trade'],
      security,
      middleware: needs('trade:reduce'),
      request: { params: OrderId },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      await orderOf(id)
      const { body: answer, status } = await runAsked(context, c, { command: 'cancel', args: { what: id }, content: { id } })
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/orders:cancelAll',
      summary: 'Cancel all open entries, or those of a symbol, after a confirmation; protective stops stay',
      tags: ['trade'],
      security,
      middleware: needs('trade:reduce'),
      request: { body: { required: false, ...content(z.strictObject({ symbol: SymbolAsked.optional(), because })) } },
      responses: results,
    }),
    async (c) => {
      const { symbol, because: why } = c.req.valid('json') ?? {}
      return runOnce(context, c, 'cancel', { what: symbol ?? 'all', because: why })
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/denials',
      summary: 'Orders that were refused, newest first: rule, figures, and what would have been sent',
      tags: ['control'],
      security,
      middleware: needs('trade:read'),
      request: {
        query: ListQuery.extend({
          of: z.string().min(1).max(60).optional().openapi({ description: 'A symbol or a strategy, `manual` for entries by hand' }),
        }),
      },
      responses: { 200: { description: 'Denials', ...content(listOf(DenialShape)) } },
    }),
    async (c) => {
      const { limit, cursor, of } = c.req.valid('query')
      const scope = await refusedScope({ ports }, of)
      if ('problem' in scope) throw problem('not_found', refusedText(scope.problem))
      const rows = await ports.reads.decisions({ ...scope.query, limit: limit + 1, before: fromCursor(cursor), kind: 'denial' })
      return c.json(
        page(
          rows,
          limit,
          (row) => row.seq,
          (row) => toDenial(denialOf(row)),
        ),
        200,
      )
    },
  )
  return app
}
