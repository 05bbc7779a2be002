/**
 * GET routes of risk: measures of the account, of each strategy and of each symbol, and stress scenarios.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { SCENARIO_NAMES } from '../../src/risk/stress/scenarios.ts'
import { type ApiEnv, needs } from '../auth.ts'
import { type MeasuredScope, bookOf, partsOf, reportOf } from '../commands/reports/measures-report.ts'
import { stressReportOf } from '../commands/reports/stress-report.ts'
import type { ApiContext } from '../context.ts'
import { route } from '../query.ts'
import { listOf } from '../page.ts'
import { problem } from '../problem.ts'
import { MeasuresShape, StressShape, toMeasures, toStress } from '../shapes/risk-shapes.ts'
import { onInvalid } from './common.ts'
import { PartOf, partAsked } from './part-asked.ts'

export function riskRoutes({ ports }: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  app.openapi(
    route({
      method: 'get',
      path: '/risk/measures',
      summary: 'Risk measures and level of the account, then of each strategy and symbol; or of one of them',
      tags: ['account'],
      security: [{ key: [] }],
      middleware: needs('account:read'),
      request: {
        query: z.object({ of: PartOf }),
      },
      responses: { 200: { description: 'Measures', content: { 'application/json': { schema: listOf(MeasuresShape) } } } },
    }),
    async (c) => {
      const { of } = c.req.valid('query')
      const asked = await partAsked(ports, of)
      const book = await bookOf(ports)
      if (book === undefined) throw problem('not_ready', 'The trader has not reported yet.')
      const parts = partsOf(book)
      const scopes: readonly MeasuredScope[] =
        of === undefined
          ? [
              asked,
              ...parts.strategies.map((name) => ({ type: 'strategy' as const, name })),
              ...parts.symbols.map((name) => ({ type: 'symbol' as const, name })),
            ]
          : [asked]
      return c.json({ data: scopes.map((scope) => toMeasures(reportOf(book, scope))), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
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
