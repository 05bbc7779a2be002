/**
 * GET routes of risk: measures of the account, of each strategy and of each symbol, and stress scenarios.
 */
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { SCENARIO_NAMES } from '../../src/risk/stress/scenarios.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { type MeasuredScope, bookOf, partsOf, reportOf } from '../commands/measures-report.ts'
import { stressReportOf } from '../commands/stress-report.ts'
import type { ApiContext } from '../context.ts'
import { symbolName } from '../field-shapes.ts'
import { listOf } from '../page.ts'
import { problem } from '../problem.ts'
import { MeasuresShape, StressShape, toMeasures, toStress } from '../risk-shapes.ts'
import { onInvalid } from './common.ts'

export function riskRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    createRoute({
      method: 'get',
      path: '/risk/measures',
      summary: 'Risk measures and level of the account, then of each strategy and symbol; or of one of them',
      tags: ['account'],
      security: [{ key: [] }],
      middleware: needs('account:read'),
      request: {
        query: z
          .object({ strategy: z.string().min(1).max(60).optional(), symbol: symbolName(z.string().min(1).max(30)).optional() })
          .refine((query) => query.strategy === undefined || query.symbol === undefined, 'pass either strategy or symbol'),
      },
      responses: { 200: { description: 'Measures', content: { 'application/json': { schema: listOf(MeasuresShape) } } } },
    }),
    async (c) => {
      const { strategy, symbol } = c.req.valid('query')
      const book = await bookOf(ports)
      if (book === undefined) throw problem('not_ready', 'The trader has not reported yet.')
      const parts = partsOf(book)
      const asked = (type: 'strategy' | 'symbol', name: string, known: readonly string[]): MeasuredScope => {
        if (!known.includes(name))
          throw problem('not_found', `There is no ${type} ${name} that trades or has traded. Known: ${known.join(', ') || 'none'}.`)
        return { type, name }
      }
      const configured = await ports.reads.strategies()
      const strategies = [...new Set([...parts.strategies, ...configured.map((row) => row.strategy)])].sort()
      const symbols = [...new Set([...parts.symbols, ...configured.map((row) => row.symbol)])].sort()
      const scopes: readonly MeasuredScope[] =
        strategy !== undefined
          ? [asked('strategy', strategy, strategies)]
          : symbol !== undefined
            ? [asked('symbol', symbol, symbols)]
            : [
                { type: 'portfolio' },
                ...strategies.map((name) => ({ type: 'strategy' as const, name })),
                ...symbols.map((name) => ({ type: 'symbol' as const, name })),
              ]
      return c.json({ data: scopes.map((scope) => toMeasures(reportOf(book, scope))), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    createRoute({
      method: 'get',
      path: '/risk/stress',
      summary: 'What each stress scenario would do to the open positions',
      tags: ['account'],
      security: [{ key: [] }],
      middleware: needs('account:read'),
      request: { query: z.object({ scenario: z.enum(SCENARIO_NAMES, { error: `use ${SCENARIO_NAMES.join(', ')}` }).optional() }) },
      responses: { 200: { description: 'Scenarios', content: { 'application/json': { schema: listOf(StressShape) } } } },
    }),
    async (c) => {
      const { scenario } = c.req.valid('query')
      const report = await stressReportOf(ports)
      if (report === undefined) throw problem('not_ready', 'The trader has not reported yet.')
      const results = report.results.filter((result) => scenario === undefined || result.scenario === scenario)
      return c.json({ data: results.map((result) => toStress(report, result)), nextCursor: null, hasMore: false }, 200)
    },
  )
  return app
}
