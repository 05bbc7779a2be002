/**
 * GET routes over the projections.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, REQUESTS_PER_MINUTE, needs } from '../auth.ts'
import type { Scope } from '../commands/command.ts'
import type { ApiContext } from '../context.ts'
import { EventAfter, EventTypes, SPAN_PROBLEM, SymbolAsked, instantAsked, isSpan, route, symbolAsked } from '../query.ts'
import type { TradeRow } from '../../src/journal/row.ts'
import { fromId } from '../ids.ts'
import { problem } from '../problem.ts'
import {
  Alert,
  Balance,
  Equity,
  Event,
  Flow,
  Status,
  Strategy,
  toAlert,
  toBalance,
  toEquity,
  toEvent,
  toFlow,
  toStrategies,
} from '../shapes/account-shapes.ts'
import { iso } from '../shapes/field-shapes.ts'
import { ListQuery, fromCursor, listOf, numberOf, page } from '../page.ts'
import { Fill, Order, Trade, Why, toDecision, toFill, toOrder, toTrade, versionOfOrder } from '../shapes/trade-shapes.ts'
import { onInvalid, statusOf } from './common.ts'
import { heardHealth } from '../commands/silence.ts'
import { readLoads } from '../../src/journal/strategy-load.ts'

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
})
export function readRoutes({ ports }: ApiContext) {
  const { reads, system, wallNow } = ports
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const get = <P extends string, R extends z.ZodType>(path: P, scope: Scope, summary: string, schema: R) => ({
    method: 'get' as const,
    path,
    summary,
    tags: [scope.split(':')[0] as string],
    security: [{ key: [] }],
    middleware: needs(scope),
    responses: json(schema, summary),
  })

  app.openapi(route(get('/status', 'account:read', 'State, equity, day and streams', Status)), async (c) =>
    c.json(await statusOf(ports), 200),
  )
  app.openapi(
    route({
      method: 'get',
      path: '/me',
      summary: 'The key of this request: what it may do, and how often',
      tags: ['system'],
      security: [{ key: [] }],
      responses: json(
        z.object({
          id: z.string(),
          name: z.string(),
          role: z.string(),
          scopes: z.array(z.string()),
          networks: z.array(z.string()).nullable(),
          autoConfirm: z.boolean(),
          requestsPerMinute: z.number(),
        }),
        'The key',
      ),
    }),
    (c) => {
      const { id, name, role, scopes, networks, autoConfirm } = c.get('key')
      return c.json(
        {
          id,
          name,
          role,
          scopes: [...scopes],
          networks: networks === null ? null : [...networks],
          autoConfirm,
          requestsPerMinute: REQUESTS_PER_MINUTE,
        },
        200,
      )
    },
  )
  app.openapi(
    route(
      get(
        '/health',
        'account:read',
        'Each component with its health',
        listOf(z.object({ id: z.string(), status: z.string(), detail: z.string(), updatedAt: z.string() })),
      ),
    ),
    async (c) =>
      c.json(
        {
          data: heardHealth(await reads.health(), wallNow()).map((part) => ({
            id: part.part,
            status: part.status,
            detail: part.detail,
            updatedAt: iso(part.updatedAt),
          })),
          nextCursor: null,
          hasMore: false,
        },
        200,
      ),
  )

  app.openapi(
    route({
      ...get('/orders', 'trade:read', 'Orders, newest first', listOf(Order)),
      request: { query: ListQuery.extend({ symbol: SymbolAsked.optional(), status: z.enum(['open', 'closed', 'all']).default('all') }) },
    }),
    async (c) => {
      const { limit, cursor, symbol: named, status } = c.req.valid('query')
      const symbol = await symbolAsked(ports, named)
      const rows = await reads.orders({
        limit: limit + 1,
        before: fromCursor(cursor),
        symbol,
        isOpen: status === 'all' ? undefined : status === 'open',
      })
      return c.json(
        page(rows, limit, (row) => row.orderId, toOrder),
        200,
      )
    },
  )
  app.openapi(
    route({ ...get('/orders/{id}', 'trade:read', 'One order', Order), request: { params: z.object({ id: z.string().max(40) }) } }),
    async (c) => {
      const { id } = c.req.valid('param')
      const orderId = fromId('ord', id)
      const row = orderId === undefined ? undefined : await reads.order(orderId)
      if (row === undefined) throw problem('not_found', `There is no order ${id}.`)
      c.set('version', versionOfOrder(row))
      return c.json(toOrder(row), 200)
    },
  )

  app.openapi(
    route({
      ...get('/trades', 'trade:read', 'Trades, newest first', listOf(Trade)),
      request: {
        query: ListQuery.extend({
          symbol: SymbolAsked.optional(),
          strategy: z.string().max(60).optional(),
          status: z.enum(['open', 'closed', 'all']).default('all'),
        }),
      },
    }),
    async (c) => {
      const { limit, cursor, symbol: named, strategy, status } = c.req.valid('query')
      const symbol = await symbolAsked(ports, named)
      const rows = await reads.trades({
        limit: limit + 1,
        before: fromCursor(cursor),
        symbol,
        strategy,
        isOpen: status === 'all' ? undefined : status === 'open',
      })
      const notes = await ports.portfolio.notes.find(rows.map(({ number }) => number))
      return c.json(
        page(
          rows,
          limit,
          (row) => row.number,
          (row) => toTrade(row, notes.get(row.number)),
        ),
        200,
      )
    },
  )
  const tradeOf = async (id: string) => {
    const number = numberOf('trd', id)
    const row = number === undefined ? undefined : await reads.trade(number)
    if (row === undefined) throw problem('not_found', `There is no trade ${id}.`)
    return row
  }
  const shownTrade = async (row: TradeRow) => toTrade(row, (await ports.portfolio.notes.find([row.number])).get(row.number))
  app.openapi(
    route({ ...get('/trades/{id}', 'trade:read', 'One trade', Trade), request: { params: z.object({ id: z.string().max(40) }) } }),
    async (c) => c.json(await shownTrade(await tradeOf(c.req.valid('param').id)), 200),
  )
  app.openapi(
    route({
      ...get('/trades/{id}/why', 'trade:read', 'Why a trade was opened and closed', Why),
      request: { params: z.object({ id: z.string().max(40) }) },
    }),
    async (c) => {
      const trade = await tradeOf(c.req.valid('param').id)
      const fills = [...(await reads.fills({ limit: 500, tradeNumber: trade.number }))].reverse()
      const exitOrderId = fills.filter((fill) => fill.side !== trade.side).at(-1)?.orderId
      const sideOf = async (orderId: number | undefined) => {
        if (orderId === undefined) return { order: null, decision: null }
        const [order, [decision]] = await Promise.all([reads.order(orderId), reads.decisions({ limit: 1, orderId })])
        return { order: order === undefined ? null : toOrder(order), decision: decision === undefined ? null : toDecision(decision) }
      }
      const [entry, exit] = await Promise.all([sideOf(trade.entryOrderId), sideOf(exitOrderId)])
      return c.json({ trade: await shownTrade(trade), entry, exit, fills: fills.map(toFill) }, 200)
    },
  )

  app.openapi(
    route({
      ...get('/fills', 'trade:read', 'Fills of Ballast’s orders, newest first', listOf(Fill)),
      request: {
        query: ListQuery.extend({
          symbol: SymbolAsked.optional(),
          orderId: z
            .string()
            .regex(/^ord_[0-7][0-9A-HJKMNP-TV-Z]{10}$/, 'use the id of an order such as ord_0000000002A')
            .optional(),
        }),
      },
    }),
    async (c) => {
      const { limit, cursor, symbol: named, orderId } = c.req.valid('query')
      const symbol = await symbolAsked(ports, named)
      const rows = await reads.fills({
        limit: limit + 1,
        before: fromCursor(cursor),
        symbol,
        orderId: orderId === undefined ? undefined : fromId('ord', orderId),
      })
      return c.json(
        page(rows, limit, (row) => row.seq, toFill),
        200,
      )
    },
  )
  app.openapi(route(get('/balances', 'account:read', 'Wallet by coin', listOf(Balance))), async (c) => {
    const account = await reads.account()
    return c.json({ data: account === undefined ? [] : [toBalance(account)], nextCursor: null, hasMore: false }, 200)
  })
  app.openapi(
    route({
      ...get('/flows', 'account:read', 'Money that moved without a trade, newest first', listOf(Flow)),
      request: { query: ListQuery },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const rows = await reads.flows({ limit: limit + 1, before: fromCursor(cursor) })
      return c.json(
        page(rows, limit, (row) => row.seq, toFlow),
        200,
      )
    },
  )
  app.openapi(
    route({
      ...get('/equity', 'account:read', 'Equity samples: ascending from `from`, else newest first', listOf(Equity)),
      request: {
        query: ListQuery.extend({
          from: instantAsked('from this instant on, oldest first').optional(),
          to: instantAsked('before this instant').optional(),
        }).refine(isSpan, SPAN_PROBLEM),
      },
    }),
    async (c) => {
      const { limit, cursor, from, to } = c.req.valid('query')
      const after = fromCursor(cursor)
      const isCurve = from !== undefined
      const rows = await reads.equity(
        isCurve ? { limit: limit + 1, from: after === undefined ? from : after + 1, to } : { limit: limit + 1, before: after, to },
      )
      return c.json(
        page(rows, limit, (row) => row.ts, toEquity),
        200,
      )
    },
  )
  app.openapi(route(get('/strategies', 'strategy:read', 'Strategies with their symbols', listOf(Strategy))), async (c) => {
    const [rows, holds, health] = await Promise.all([reads.strategies(), reads.holds(), reads.health()])
    const loads = readLoads(health)
    return c.json({ data: toStrategies(rows, holds, loads), nextCursor: null, hasMore: false }, 200)
  })
  app.openapi(
    route({ ...get('/alerts', 'alerts:read', 'Alerts, newest first', listOf(Alert)), request: { query: ListQuery } }),
    async (c) => {
      const { limit, cursor } = c.req.valid('query')
      return c.json(
        page(await reads.alerts({ limit: limit + 1, before: fromCursor(cursor) }), limit, (row) => row.id, toAlert),
        200,
      )
    },
  )
  app.openapi(
    route({
      ...get('/events', 'trade:read', 'The event log: newest first, or ascending after `since_id`', listOf(Event)),
      request: { query: ListQuery.extend({ since_id: EventAfter.optional(), types: EventTypes.optional() }) },
    }),
    async (c) => {
      const { limit, cursor, since_id: since, types } = c.req.valid('query')
      const position = fromCursor(cursor)
      const isForward = since !== undefined
      const after = isForward ? (position ?? since) : undefined
      const rows = await reads.events({ limit: limit + 1, after, before: isForward ? undefined : position, types })
      return c.json(
        page(rows, limit, (row) => row.seq, toEvent),
        200,
      )
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/version',
      summary: 'Version',
      tags: ['system'],
      responses: json(z.object({ version: z.string(), profile: z.string() }), 'Version'),
    }),
    (c) => c.json({ version: system.version, profile: system.profile }, 200),
  )
  app.openapi(
    route({
      method: 'get',
      path: '/time',
      summary: 'Server time',
      tags: ['system'],
      responses: json(z.object({ time: z.string() }), 'Time'),
    }),
    (c) => c.json({ time: iso(ports.wallNow()) }, 200),
  )
  return app
}
