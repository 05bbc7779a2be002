/**
 * Positions over REST: what is open, closing it, and moving what protects it. A stop is moved and never removed (S5).
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { PositionRow } from '../../src/journal/row.ts'
import { signOf } from '../amount.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { symbolIn } from '../commands/symbol.ts'
import { coinOf } from '../commands/words/format.ts'
import type { ApiContext } from '../context.ts'
import { expectVersion, versionOf } from '../entity-tag.ts'
import { listOf, numberOf } from '../page.ts'
import { problem } from '../problem.ts'
import { SymbolAsked, route, symbolAsked } from '../query.ts'
import { Position, positionId, toPosition } from '../shapes/trade-shapes.ts'
import { because, content, results, runAsked, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const Decimal = z
  .string()
  .max(30)
  .regex(/^\d+(\.\d+)?$/, 'a plain decimal as text')
const PositionId = z.object({
  id: z.string().max(40).openapi({ description: 'pos_…, a symbol, or the number of its trade', example: 'BTCUSDT' }),
})
const Close = z
  .strictObject({
    fraction: Decimal.optional().openapi({ description: 'above 0, up to 1', example: '0.5' }),
    quantity: Decimal.optional().openapi({ description: 'in the base coin' }),
    because,
    limit: z
      .string()
      .max(30)
      .regex(/^(best|\d+(\.\d+)?)$/, 'use a price, or best')
      .optional()
      .openapi({ description: 'a price, or best for the best price on the closing side; without it at market' }),
  })
  .refine((b) => b.fraction === undefined || b.quantity === undefined, 'pass either fraction or quantity')
const Protection = z
  .strictObject({
    stopLoss: z
      .string()
      .max(30)
      .regex(/^([+-]?\d+(\.\d+)?%|\d+(\.\d+)?|be)$/, 'use a price, a percent off the mark such as 2%, or be for the entry price')
      .optional()
      .openapi({ description: 'a price, a percent off the mark, or be for the entry price', example: '63000' }),
    takeProfit: z
      .string()
      .max(30)
      .regex(/^([+-]?\d+(\.\d+)?%|\d+(\.\d+)?)$/, 'use a price, or a percent off the mark such as 4%')
      .nullable()
      .optional()
      .openapi({ description: 'a price or a percent off the mark; null removes it' }),
    trailing: z
      .string()
      .max(20)
      .regex(/^\d+(\.\d+)?%?$/, 'use a distance such as 1% or 250')
      .nullable()
      .optional()
      .openapi({ description: 'a distance such as 1% or 250; null ends it, and the stop stays' }),
    because,
  })
  .refine(
    ({ because: _why, ...body }) => Object.values(body).filter((value) => value !== undefined).length === 1,
    'pass one of stopLoss, takeProfit and trailing: each is judged, and confirmed, by itself',
  )

/** What a change of its protection is judged by. */
const versionOfPosition = (row: PositionRow): string =>
  versionOf([row.symbol, row.quantity, row.entryPrice, row.stopPrice, row.targetPrice, row.tradeNumber, row.strategy])

export function positionRoutes(context: ApiContext) {
  const { ports } = context
  const { reads } = ports
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  const positionOf = async (id: string): Promise<PositionRow> => {
    const rows = await reads.positions()
    const named = rows.find(
      (each) => positionId(each) === id || each.symbol === id || (each.tradeNumber !== null && each.tradeNumber === numberOf('pos', id)),
    )
    // As it is typed elsewhere: BTC, btc/usdt.
    const symbol =
      named === undefined
        ? symbolIn(
            rows.map((each) => each.symbol),
            id,
          )
        : undefined
    const row = named ?? rows.find((each) => each.symbol === symbol)
    if (row === undefined) throw problem('not_found', `There is no open position ${id}.`)
    return row
  }

  app.openapi(
    route({
      method: 'get',
      path: '/positions',
      summary: 'Open positions',
      tags: ['trade'],
      security,
      middleware: needs('trade:read'),
      request: { query: z.object({ symbol: SymbolAsked.optional() }) },
      responses: { 200: { description: 'Open positions', ...content(listOf(Position)) } },
    }),
    async (c) => {
      const symbol = await symbolAsked(ports, c.req.valid('query').symbol)
      const rows = (await reads.positions(true)).filter((row) => signOf(row.quantity) !== 0 || signOf(row.externalQuantity) !== 0)
      return c.json(
        { data: rows.filter((row) => symbol === undefined || row.symbol === symbol).map(toPosition), nextCursor: null, hasMore: false },
        200,
      )
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/positions/{id}',
      summary: 'One open position; its ETag stands for what a change of its protection is judged by',
      tags: ['trade'],
      security,
      middleware: needs('trade:read'),
      request: { params: PositionId },
      responses: { 200: { description: 'Position', ...content(Position) } },
    }),
    async (c) => {
      const row = await positionOf(c.req.valid('param').id)
      c.set('version', versionOfPosition(row))
      return c.json(toPosition(row), 200)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/positions/{id}/close',
      summary: 'Close all or part of a position, after a confirmation; reduce-only',
      tags: ['trade'],
      security,
      middleware: needs('trade:reduce'),
      request: { params: PositionId, body: { required: false, ...content(Close) } },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const body = c.req.valid('json') ?? {}
      const { limit } = body
      const { symbol } = await positionOf(id)
      const amount =
        body.fraction === undefined
          ? body.quantity === undefined
            ? 'all'
            : `${body.quantity}${coinOf(symbol)}`
          : `${percentOf(body.fraction)}%`
      const args = { what: symbol, amount, ...(limit === undefined ? {} : { limit }) }
      const { body: answer, status } = await runAsked(context, c, {
        command: 'close',
        args,
        content: { id, body },
        needsKey: true,
        because: body.because,
      })
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      method: 'patch',
      path: '/positions/{id}/protection',
      summary: 'Move the stop, the target or the trail of a position: a tighter stop at once, the rest after a confirmation',
      description:
        'A looser stop needs the scope trade:write besides. With If-Match nothing is done where the position has changed since it was read.',
      tags: ['trade'],
      security,
      middleware: needs('trade:reduce'),
      request: { params: PositionId, body: { required: true, ...content(Protection) } },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const body = c.req.valid('json')
      const row = await positionOf(id)
      expectVersion(c, versionOfPosition(row), `Position ${id}`)
      const { symbol } = row
      const { stopLoss, takeProfit, trailing } = body
      const asked =
        stopLoss !== undefined
          ? { command: 'sl', args: { symbol, to: stopLoss } }
          : takeProfit !== undefined
            ? { command: 'tp', args: { symbol, to: takeProfit ?? 'off' } }
            : { command: 'sl', args: { symbol, to: 'trail', trail: trailing ?? 'off' } }
      const { body: answer, status } = await runAsked(context, c, { ...asked, content: { id, body }, because: body.because })
      return c.json(answer, status)
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
