/**
 * GET routes of results: days, weeks and months, what symbols and strategies made, what is open, funding.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { PERIOD_UNITS } from '../../src/portfolio/results/calendar-periods.ts'
import { negate } from '../amount.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { periodOf } from '../commands/groups/account-group.ts'
import { exposureReportOf } from '../commands/reports/exposure.ts'
import { fundingReportOf } from '../commands/reports/funding.ts'
import { performanceOf, profitFactorOf } from '../commands/reports/performance.ts'
import { PERIODS_MAX, type PeriodResult, periodResults } from '../commands/reports/periods.ts'
import type { ApiContext } from '../context.ts'
import { route, whole } from '../query.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from '../shapes/field-shapes.ts'
import type { TradeSum } from '../ports/ports.ts'
import { problem } from '../problem.ts'
import { onInvalid } from './common.ts'

export const Period = (fallback: string) =>
  z
    .string()
    .max(30)
    .default(fallback)
    .refine((text) => periodOf(text, 0) !== undefined, 'use 1d, 7d, 30d, 90d, ytd, all or 2026-01-01..2026-02-01')
    .openapi({ pattern: '^(1d|7d|30d|90d|ytd|all|\\d{4}-\\d{2}-\\d{2}\\.\\.\\d{4}-\\d{2}-\\d{2})$', example: '30d' })

const fraction = (description: string) => z.number().nullable().openapi({ description })
const Result = z
  .object({
    from: instant(),
    to: instant(),
    result: decimal().nullable().openapi({ description: 'What equity gained beside its flows; null before the records begin' }),
    timeWeighted: fraction('Return of the period, flows left out, as a fraction'),
    moneyWeighted: fraction('Internal rate of return of the period, as a fraction'),
    flows: decimal(),
    trades: z.number(),
    wins: z.number(),
    fees: decimal(),
    funding: decimal().openapi({ description: 'Received less paid' }),
    endEquity: decimal().nullable(),
  })
  .openapi('PeriodResult')
const toResult = (row: PeriodResult): z.infer<typeof Result> => ({ ...row, from: iso(row.from), to: iso(row.to) })

const Group = z
  .object({
    name: z.string(),
    trades: z.number(),
    wins: z.number(),
    result: decimal(),
    fees: decimal(),
    funding: decimal().openapi({ description: 'Received less paid' }),
    profitFactor: decimal().nullable().openapi({ description: 'Sum won over sum lost; null where nothing was lost' }),
  })
  .openapi('PerformanceGroup')
const toGroup = (sum: TradeSum): z.infer<typeof Group> => ({
  name: sum.key,
  trades: sum.count,
  wins: sum.wins,
  result: sum.net,
  fees: sum.fee,
  funding: negate(sum.funding),
  profitFactor: profitFactorOf(sum) ?? null,
})

const Part = z.object({ name: z.string(), gross: z.number(), net: z.number(), ofEquity: z.number() }).openapi('ExposurePart')

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  200: { description, content: { 'application/json': { schema } } },
})
const notReady = () => problem('not_ready', 'The trader has not reported yet.')

export function resultRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { method: 'get' as const, security: [{ key: [] }], tags: ['report'] }
  const reports = { ...common, middleware: needs('report:read') }

  app.openapi(
    route({
      ...reports,
      path: '/periods',
      summary: 'Results of the last UTC days, weeks or months, oldest first; the last one is still running',
      request: {
        query: z
          .object({ unit: z.enum(PERIOD_UNITS).default('day'), n: whole(1, PERIODS_MAX.day, 'how many of them').default(7) })
          .refine(({ unit, n }) => n <= PERIODS_MAX[unit], { path: ['n'], message: 'at most 90 days, 52 weeks or 36 months' }),
      },
      responses: json('Results', z.object({ data: z.array(Result) })),
    }),
    async (c) => {
      const { unit, n } = c.req.valid('query')
      const rows = await periodResults(ports, unit, n)
      if (rows === undefined) throw notReady()
      return c.json({ data: rows.map(toResult) }, 200)
    },
  )
  app.openapi(
    route({
      ...reports,
      path: '/performance',
      summary: 'Closed trades by symbol and by strategy, the best first, with the returns of the account',
      request: { query: z.object({ period: Period('all') }) },
      responses: json(
        'Performance',
        z.object({ id: z.string(), account: Result.nullable(), symbols: z.array(Group), strategies: z.array(Group) }),
      ),
    }),
    async (c) => {
      const { period } = c.req.valid('query')
      const found = await performanceOf(ports, period)
      if (found === undefined) throw notReady()
      const { account, symbols, strategies } = found
      return c.json(
        {
          id: period,
          account: account === null ? null : toResult(account),
          symbols: symbols.map(toGroup),
          strategies: strategies.map(toGroup),
        },
        200,
      )
    },
  )
  app.openapi(
    route({
      ...common,
      middleware: needs('account:read'),
      path: '/exposure',
      summary: 'Value of what is open by symbol, side, strategy and cluster of correlated symbols',
      responses: json(
        'Exposure in USDT; shorts are negative in net',
        z.object({
          equity: z.number(),
          gross: z.number(),
          net: z.number(),
          hhi: z.number().nullable(),
          symbols: z.array(Part),
          sides: z.array(Part),
          strategies: z.array(Part),
          clusters: z.array(Part.extend({ symbols: z.array(z.string()) })),
          assumed: z.array(z.string()).openapi({ description: 'Symbols with too few candles for a correlation, counted as 1' }),
        }),
      ),
    }),
    async (c) => {
      const report = await exposureReportOf(ports)
      if (report === undefined) throw notReady()
      const { equity } = report
      const part = <T extends { readonly gross: number }>(each: T) => ({ ...each, ofEquity: equity > 0 ? each.gross / equity : 0 })
      return c.json(
        {
          ...report,
          symbols: report.symbols.map(part),
          sides: report.sides.map(part),
          strategies: report.strategies.map(part),
          clusters: report.clusters.map((each) => ({ ...part(each), symbols: [...each.symbols] })),
          assumed: [...report.assumed],
        },
        200,
      )
    },
  )
  app.openapi(
    route({
      ...reports,
      path: '/funding',
      summary: 'Funding paid and received by symbol, and the next settlement of what is held',
      request: { query: z.object({ period: Period('30d') }) },
      responses: json(
        'Funding',
        z.object({
          data: z.array(
            z.object({
              symbol: symbolName(z.string()),
              settlements: z.number(),
              paid: decimal(),
              received: decimal(),
              next: instant().nullable(),
            }),
          ),
        }),
      ),
    }),
    async (c) => {
      const report = await fundingReportOf(ports, c.req.valid('query').period)
      if (report === undefined) throw notReady()
      return c.json({ data: report.rows.map(({ nextTs, ...row }) => ({ ...row, next: isoOrNull(nextTs) })) }, 200)
    },
  )
  return app
}
