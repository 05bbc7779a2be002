/**
 * Risk measures as the API reports them: fractions and ratios as numbers, null where there is too little data; money as text.
 */
import { z } from '@hono/zod-openapi'
import { RISK_LEVELS } from '../src/portfolio/measures/risk-level.ts'
import { reasonText } from './commands/measure-words.ts'
import type { MeasuresReport } from './commands/measures-report.ts'
import { decimal, instant, isoOrNull } from './field-shapes.ts'

const number = () => z.number().nullable()
const Confidences = z.object({ 95: number(), 99: number() })
const Tails = z.object({ historical: Confidences, gaussian: Confidences, cornishFisher: Confidences })

export const MeasuresShape = z
  .object({
    id: z.string().openapi({ description: '`portfolio`, or the name of the strategy or the symbol' }),
    scope: z.enum(['portfolio', 'strategy', 'symbol']),
    stride: z.enum(['day', 'hour']).openapi({ description: 'What one return is of, and with it VaR and CVaR' }),
    from: instant().nullable(),
    to: instant().nullable(),
    level: z.enum(RISK_LEVELS).nullable(),
    reasons: z.array(z.object({ measure: z.string(), value: z.number(), line: z.number(), level: z.enum(RISK_LEVELS), text: z.string() })),
    exposure: z.object({ gross: decimal(), net: decimal(), hhi: number(), effectiveSymbols: number() }),
    measures: z.object({
      returns: z.number(),
      volatility: number(),
      sharpe: number(),
      sortino: number(),
      deviation: number(),
      var: Tails,
      cvar: Tails,
      maxDrawdown: number(),
      currentDrawdown: number(),
      ulcerIndex: number(),
      beta: number(),
      consistency: z.object({ score: number(), positiveWeeks: number(), trendFit: number(), tailSymmetry: number() }),
    }),
    notes: z.array(z.string()).openapi({ description: 'What was missing, in words' }),
  })
  .openapi('RiskMeasures')

const MONEY_DECIMALS = 2

export function toMeasures(report: MeasuresReport): z.infer<typeof MeasuresShape> {
  const { scope, stride, measures, judgement, exposure, series, notes } = report
  return {
    id: scope.type === 'portfolio' ? 'portfolio' : scope.name,
    scope: scope.type,
    stride,
    from: isoOrNull(series.ts[0] ?? null),
    to: isoOrNull(series.ts[series.ts.length - 1] ?? null),
    level: judgement.level,
    reasons: judgement.reasons.map((reason) => ({ ...reason, text: reasonText(reason) })),
    exposure: {
      gross: exposure.gross.toFixed(MONEY_DECIMALS),
      net: exposure.net.toFixed(MONEY_DECIMALS),
      hhi: exposure.hhi,
      effectiveSymbols: exposure.effectiveSymbols,
    },
    measures,
    notes: [...notes],
  }
}
