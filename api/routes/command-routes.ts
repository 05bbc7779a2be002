/**
 * Routes that do something: all of them run a command of the registry.
 */
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { mayAnswer } from '../commands/access/confirm-command.ts'
import { findCommand } from '../commands/parse.ts'
import { coinOf } from '../commands/words/format.ts'
import { type ApiContext, actorOfKey } from '../context.ts'
import { symbolName } from '../shapes/field-shapes.ts'
import { fromId } from '../ids.ts'
import { problem } from '../problem.ts'
import { BacktestShape, ConfirmationShape, toBacktest, toConfirmation } from '../shapes/account-shapes.ts'
import { ListQuery, fromCursor, listOf, numberOf, page } from '../page.ts'
import { positionId } from '../shapes/trade-shapes.ts'
import { As, content, requestOf, results, security } from './command-answer.ts'
import { answerCommand, onInvalid, once } from './common.ts'

export function commandRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  app.openapi(
    createRoute({
      method: 'get',
      path: '/commands',
      summary: 'List all commands',
      tags: ['commands'],
      security,
      responses: { 200: { description: 'Commands', ...content(listOf(z.record(z.string(), z.unknown()))) } },
    }),
    (c) =>
      c.json(
        {
          data: runner.commands.map((command) => ({
            id: command.name,
            name: command.name,
            aliases: [...command.aliases],
            group: command.group,
            summary: command.summary,
            usage: command.usage,
            examples: [...command.examples],
            role: command.role,
            scope: command.scope,
            changes: command.action !== undefined,
            args: z.toJSONSchema(command.args, { unrepresentable: 'any', io: 'input' }),
          })),
          nextCursor: null,
          hasMore: false,
        },
        200,
      ),
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/commands',
      summary: 'Run a command line, as typed in chat: `close BTC 50%`',
      tags: ['commands'],
      security,
      request: { body: { required: true, ...content(z.strictObject({ line: z.string().min(1).max(500), as: As.optional() })) } },
      responses: results,
    }),
    async (c) => {
      const { line, as } = c.req.valid('json')
      const run = async (key: string | undefined) => answerCommand(await runner.runLine(line, requestOf(c, as, key)))
      // What only looks may be done as often as it is asked, and needs nothing written.
      const isRead = runner.named(line)?.action === undefined
      const { body: answer, status } = await (isRead ? run(undefined) : once(context, c, { line, as }, false, run))
      return c.json(answer, status)
    },
  )
  app.openapi(
    createRoute({
      method: 'post',
      path: '/commands/{name}',
      summary: 'Run a command with named arguments, or with `text` as typed in chat',
      tags: ['commands'],
      security,
      request: {
        params: z.object({ name: z.string().max(40) }),
        body: {
          required: false,
          ...content(
            z.strictObject({ args: z.record(z.string(), z.unknown()).optional(), text: z.string().max(400).optional(), as: As.optional() }),
          ),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const body = c.req.valid('json') ?? {}
      const { body: answer, status } = await once(context, c, body, false, async (key) => {
        const request = requestOf(c, body.as, key)
        return answerCommand(
          await (body.args === undefined
            ? runner.runLine(`${name} ${body.text ?? ''}`, request)
            : runner.runArgs(name, body.args, request)),
        )
      })
      return c.json(answer, status)
    },
  )

  const control = (name: 'pause' | 'resume' | 'halt' | 'panic' | 'reconcile', args: z.ZodType, summary: string): void => {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/control/${name}`,
        summary,
        tags: ['control'],
        security,
        request: { body: { required: name === 'halt', ...content(args) } },
        responses: results,
      }),
      async (c) => {
        const body = (c.req.valid('json') as object | undefined) ?? {}
        const { body: answer, status } = await once(context, c, body, false, async (key) =>
          answerCommand(await runner.runArgs(name, body, requestOf(c, undefined, key))),
        )
        return c.json(answer, status)
      },
    )
  }
  const Target = z.string().max(60).optional().openapi({ description: 'all, a strategy or a symbol' })
  const Panicked = z.string().max(60).optional().openapi({ description: 'all, or a symbol' })
  const Reason = z.string().max(200).optional()
  control('pause', z.strictObject({ target: Target, for: z.string().optional(), reason: Reason }), 'Stop new entries; exits continue')
  control('resume', z.strictObject({ target: Target }), 'Lift holds, after a confirmation')
  control('halt', z.strictObject({ reason: z.string().min(1).max(200) }), 'Stop all orders except requested exits')
  control('panic', z.strictObject({ target: Panicked, reason: Reason }), 'Close everything or one symbol and halt it, after a confirmation')
  control(
    'reconcile',
    z.strictObject({ action: z.enum(['show', 'fix']).optional() }),
    'Compare with Bybit; fix applies the proposed corrections, after a confirmation',
  )

  const Decimal = z.string().regex(/^\d+(\.\d+)?$/, 'a plain decimal as text')
  app.openapi(
    createRoute({
      method: 'post',
      path: '/positions/{id}/close',
      summary: 'Close all or part of a position, after a confirmation',
      tags: ['control'],
      security,
      request: {
        params: z.object({ id: z.string().max(40) }),
        body: {
          required: false,
          ...content(
            z
              .strictObject({
                fraction: Decimal.optional(),
                quantity: Decimal.optional(),
                limit: Decimal.or(z.literal('best'))
                  .optional()
                  .openapi({ description: 'a price, or best for the best price on the closing side' }),
              })
              .refine((b) => b.fraction === undefined || b.quantity === undefined, 'pass either fraction or quantity'),
          ),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const body = c.req.valid('json') ?? {}
      const { limit } = body
      const position = (await ports.reads.positions()).find(
        (row) => positionId(row) === id || row.symbol === id || (row.tradeNumber !== null && row.tradeNumber === numberOf('pos', id)),
      )
      if (position === undefined) throw problem('not_found', `There is no open position ${id}.`)
      const amount =
        body.fraction === undefined
          ? body.quantity === undefined
            ? 'all'
            : `${body.quantity}${coinOf(position.symbol)}`
          : `${percentOf(body.fraction)}%`
      const { body: answer, status } = await once(context, c, { id, body }, true, async (key) =>
        answerCommand(
          await runner.runArgs(
            'close',
            { what: position.symbol, amount, ...(limit === undefined ? {} : { limit }) },
            requestOf(c, undefined, key),
          ),
        ),
      )
      return c.json(answer, status)
    },
  )
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/orders/{id}',
      summary: 'Cancel an entry order; protective stops are refused',
      tags: ['control'],
      security,
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      if (fromId('ord', id) === undefined) throw problem('not_found', `There is no order ${id}.`)
      const { body: answer, status } = await once(context, c, { id }, false, async (key) =>
        answerCommand(await runner.runArgs('cancel', { what: id }, requestOf(c, undefined, key))),
      )
      return c.json(answer, status)
    },
  )

  app.openapi(
    createRoute({
      method: 'get',
      path: '/confirmations',
      summary: 'List pending confirmations',
      tags: ['confirmations'],
      security,
      responses: { 200: { description: 'Cards', ...content(listOf(ConfirmationShape)) } },
    }),
    async (c) => {
      const actor = actorOfKey(c.get('key'), 'rest')
      const rows = (await ports.confirmations.pending()).filter(
        (row) => row.actor === actor.id || mayAnswer(row, findCommand(runner.commands, row.command), actor),
      )
      return c.json({ data: rows.map(toConfirmation), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    createRoute({
      method: 'post',
      path: '/confirmations/{id}',
      summary: 'Answer a confirmation once, in time, as its requester or an admin; 202 with `again` if it asks again',
      tags: ['confirmations'],
      security,
      request: {
        params: z.object({ id: z.string().max(40) }),
        body: {
          required: true,
          ...content(z.strictObject({ decision: z.enum(['yes', 'no']), word: z.string().max(40).optional(), as: As.optional() })),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { decision, word, as } = c.req.valid('json')
      const { body: answer, status } = await once(context, c, { id, decision, as }, false, async (key) =>
        answerCommand(await runner.answer(id, decision, requestOf(c, as, key), word)),
      )
      return c.json(answer, status)
    },
  )

  app.openapi(
    createRoute({
      method: 'post',
      path: '/backtests',
      summary: 'Queue a backtest',
      tags: ['backtests'],
      security,
      middleware: needs('backtest:run'),
      request: {
        body: {
          required: true,
          ...content(
            z.strictObject({
              strategy: z.string().min(1).max(60),
              symbol: symbolName(z.string().min(1).max(30)),
              interval: z.string().max(10).optional(),
              from: z.iso.datetime({ offset: true }).optional(),
              to: z.iso.datetime({ offset: true }).optional(),
              params: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
            }),
          ),
        },
      },
      responses: { 202: { description: 'Queued', ...content(BacktestShape) } },
    }),
    async (c) => {
      const body = c.req.valid('json')
      const { body: answer, status } = await once(context, c, body, false, async () => {
        const queued = await ports.backtests.enqueue(
          {
            strategy: body.strategy,
            symbol: body.symbol,
            interval: body.interval,
            from: body.from === undefined ? undefined : Date.parse(body.from),
            to: body.to === undefined ? undefined : Date.parse(body.to),
            params: body.params,
          },
          `key:${c.get('key').id}`,
        )
        if (typeof queued === 'string') throw problem('validation_failed', queued)
        if ('type' in queued) throw problem('queue_down', `Not queued: ${queued.detail}. Trading does not need the queue.`)
        c.header('Location', `/api/v1/backtests/${queued.id}`)
        return { status: 202 as const, body: toBacktest(queued) }
      })
      return c.json(answer, status)
    },
  )
  const reading = needs('report:read')
  app.openapi(
    createRoute({
      method: 'get',
      path: '/backtests',
      summary: 'Backtests, newest first',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { query: ListQuery },
      responses: { 200: { description: 'Backtests', ...content(listOf(BacktestShape)) } },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      return c.json(
        page(await ports.backtests.list({ limit: limit + 1, before: fromCursor(cursor) }), limit, (row) => row.createdAt, toBacktest),
        200,
      )
    },
  )
  app.openapi(
    createRoute({
      method: 'get',
      path: '/backtests/{id}',
      summary: 'One backtest',
      tags: ['backtests'],
      security,
      middleware: reading,
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: { 200: { description: 'Backtest', ...content(BacktestShape) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const row = await ports.backtests.find(id)
      if (row === undefined) throw problem('not_found', `There is no backtest ${id}.`)
      return c.json(toBacktest(row), 200)
    },
  )
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/backtests/{id}',
      summary: 'Cancel a backtest',
      tags: ['backtests'],
      security,
      middleware: needs('backtest:run'),
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: { 200: { description: 'Canceled', ...content(z.object({ id: z.string(), status: z.literal('canceled') })) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      if (!(await ports.backtests.cancel(id))) throw problem('refused', `${id} is not running.`)
      return c.json({ id, status: 'canceled' as const }, 200)
    },
  )
  return app
}

/** `50` of `0.5`, exact. */
function percentOf(fraction: string): string {
  const [whole = '0', decimals = ''] = fraction.split('.')
  const digits = `${whole}${decimals.padEnd(2, '0').slice(0, 2)}`.replace(/^0+(?=\d)/, '')
  const rest = decimals.slice(2).replace(/0+$/, '')
  return rest === '' ? digits : `${digits}.${rest}`
}
