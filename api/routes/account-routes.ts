/**
 * The account and its results over REST: margin and limits, profit and loss, drawdowns, and a strategy by its name.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { EquitySeries } from '../../src/portfolio/equity.ts'
import { readLoads } from '../../src/journal/strategy-load.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { bookOf } from '../commands/reports/measures-report.ts'
import { periodOf } from '../commands/groups/account-group.ts'
import { profitFactorOf } from '../commands/reports/performance.ts'
import { negate } from '../amount.ts'
import type { ApiContext } from '../context.ts'
import type { AccountRow } from '../../src/journal/row.ts'
import type { TradeSum } from '../ports/ports.ts'
import { problem } from '../problem.ts'
import { route } from '../query.ts'
import { Strategy, toStrategies } from '../shapes/account-shapes.ts'
import { decimal, instant, iso } from '../shapes/field-shapes.ts'
import { because, content, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'
import { Period } from './result-routes.ts'

export const Account = z
  .object({
    state: z.string(),
    equity: decimal(),
    wallet: decimal(),
    unrealizedPnl: decimal(),
    marginUsed: decimal(),
    grossNotional: decimal(),
    openRisk: decimal().openapi({ description: 'What is lost if all stops fill at their prices' }),
    dayPnl: decimal(),
    dayLossLeft: decimal().nullable(),
    drawdown: z.number().openapi({ description: 'From the highest equity, as a fraction' }),
    limits: z.record(z.string(), z.unknown()).nullable().openapi({ description: 'What counts now, and how much of it is left' }),
    updatedAt: instant(),
  })
  .openapi('Account')
export const toAccount = (row: AccountRow): z.infer<typeof Account> => ({
  state: row.state,
  equity: row.equity,
  wallet: row.wallet,
  unrealizedPnl: row.unrealized,
  marginUsed: row.marginUsed,
  grossNotional: row.grossNotional,
  openRisk: row.openRisk,
  dayPnl: row.dayPnl,
  dayLossLeft: row.dayLossLeft,
  drawdown: row.drawdown,
  limits: row.limits == null ? null : { ...row.limits },
  updatedAt: iso(row.updatedTs),
})

const Sum = z
  .object({
    key: z.string().openapi({ description: 'A day, a symbol or a strategy; empty for all together' }),
    trades: z.number(),
    wins: z.number(),
    net: decimal(),
    fees: decimal(),
    funding: decimal().openapi({ description: 'Received less paid' }),
    profitFactor: decimal().nullable().openapi({ description: 'Sum won over sum lost; null where nothing was lost' }),
  })
  .openapi('PnlSum')
const NOTHING: TradeSum = { key: '', count: 0, wins: 0, net: '0', fee: '0', funding: '0', gain: '0', loss: '0' }
const toSum = (sum: TradeSum): z.infer<typeof Sum> => ({
  key: sum.key,
  trades: sum.count,
  wins: sum.wins,
  net: sum.net,
  fees: sum.fee,
  funding: negate(sum.funding),
  profitFactor: profitFactorOf(sum) ?? null,
})

const Drawdown = z
  .object({
    depth: z.number().openapi({ description: 'As a fraction of the peak, flows left out' }),
    peakAt: instant(),
    bottomAt: instant(),
    recoveredAt: instant().nullable().openapi({ description: 'null: not yet' }),
  })
  .openapi('Drawdown')

/** Each fall from a peak until equity is back at it, the deepest first. */
export function fallsOf({ ts, equity }: EquitySeries): readonly z.infer<typeof Drawdown>[] {
  const falls: z.infer<typeof Drawdown>[] = []
  let peak = -Infinity
  let peakTs = 0
  let bottom = Infinity
  let bottomTs = 0
  const end = (recoveredAt: number | undefined): void => {
    if (peak > 0 && bottom < peak)
      falls.push({
        depth: 1 - bottom / peak,
        peakAt: iso(peakTs),
        bottomAt: iso(bottomTs),
        recoveredAt: recoveredAt === undefined ? null : iso(recoveredAt),
      })
  }
  for (const [row, value] of equity.entries()) {
    const instantMs = ts[row] as number
    if (value >= peak) {
      end(instantMs)
      peak = value
      peakTs = instantMs
      bottom = Infinity
    } else if (value < bottom) {
      bottom = value
      bottomTs = instantMs
    }
  }
  end(undefined)
  return falls.sort((a, b) => b.depth - a.depth)
}

const FALLS_MAX = 20
const notReady = () => problem('not_ready', 'The trader has not reported yet.')

export function accountRoutes(context: ApiContext) {
  const { ports } = context
  const { reads } = ports
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  const account = async (): Promise<AccountRow> => {
    const row = await reads.account()
    if (row === undefined) throw notReady()
    return row
  }
  for (const [path, summary] of [
    ['/account', 'Equity, margin, the day, and the limits that count'],
    ['/risk', 'How much of each limit is used: as GET /account'],
  ] as const)
    app.openapi(
      route({
        method: 'get',
        path,
        summary,
        tags: ['account'],
        security,
        middleware: needs('account:read'),
        responses: { 200: { description: 'Account', ...content(Account) } },
      }),
      async (c) => c.json(toAccount(await account()), 200),
    )
  app.openapi(
    route({
      method: 'get',
      path: '/pnl',
      summary: 'Result of the trades closed in a period, together and in groups, with the deepest drawdown',
      tags: ['report'],
      security,
      middleware: needs('report:read'),
      request: { query: z.object({ period: Period('7d'), groupBy: z.enum(['day', 'symbol', 'strategy']).default('day') }) },
      responses: {
        200: {
          description: 'Result',
          ...content(
            z.object({
              id: z.string(),
              from: instant(),
              to: instant(),
              total: Sum,
              groups: z.array(Sum),
              maxDrawdown: z.number().nullable().openapi({ description: 'Of equity in the period, as a fraction' }),
            }),
          ),
        },
      },
    }),
    async (c) => {
      const { period, groupBy } = c.req.valid('query')
      const { updatedTs } = await account()
      const range = periodOf(period, updatedTs) ?? { from: 0, to: updatedTs + 1 }
      const [[total], groups, shape] = await Promise.all([
        reads.tradeSums(range),
        reads.tradeSums({ ...range, by: groupBy === 'symbol' ? 'sym' : groupBy }),
        reads.equityShape({ ...range, points: 1 }),
      ])
      return c.json(
        {
          id: period,
          from: iso(range.from),
          to: iso(range.to),
          total: toSum(total ?? NOTHING),
          groups: groups.map(toSum),
          maxDrawdown: shape.drawdown ?? null,
        },
        200,
      )
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/drawdowns',
      summary: `Falls of equity from a peak until it was back, flows left out; the deepest ${FALLS_MAX} first`,
      tags: ['report'],
      security,
      middleware: needs('report:read'),
      responses: {
        200: {
          description: 'Drawdowns',
          ...content(z.object({ stride: z.enum(['day', 'hour']), data: z.array(Drawdown), nextCursor: z.null(), hasMore: z.boolean() })),
        },
      },
    }),
    async (c) => {
      const book = await bookOf(ports)
      if (book === undefined) throw notReady()
      const falls = fallsOf(book.account)
      return c.json({ stride: book.stride, data: falls.slice(0, FALLS_MAX), nextCursor: null, hasMore: falls.length > FALLS_MAX }, 200)
    },
  )
  app.openapi(
    route({
      method: 'get',
      path: '/strategies/{name}',
      summary: 'One strategy',
      tags: ['strategy'],
      security,
      middleware: needs('strategy:read'),
      request: { params: z.object({ name: z.string().max(60) }) },
      responses: { 200: { description: 'Strategy', ...content(Strategy) } },
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const [rows, holds, health] = await Promise.all([reads.strategies(), reads.holds(), reads.health()])
      const found = toStrategies(rows, holds, readLoads(health)).find((each) => each.name === name)
      if (found === undefined) throw problem('not_found', `There is no strategy ${name}. GET /strategies lists them.`)
      return c.json(found, 200)
    },
  )
  for (const action of ['on', 'off', 'close-only', 'reload'] as const)
    app.openapi(
      route({
        method: 'post',
        path: `/strategies/{name}:${action}`,
        summary: `As /strategy <name> ${action}: off and close-only at once, on and reload after a confirmation`,
        tags: ['strategy'],
        security,
        middleware: needs('strategy:write'),
        request: {
          params: z.object({ name: z.string().max(60) }),
          body: { required: false, ...content(z.strictObject({ because })) },
        },
        responses: results,
      }),
      async (c) => {
        const { name } = c.req.valid('param')
        return runOnce(context, c, 'strategy', { name, action, ...(c.req.valid('json') ?? {}) })
      },
    )
  return app
}
