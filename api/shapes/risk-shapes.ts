/**
 * Risk measures as the API reports them: fractions and ratios as numbers, null where there is too little data; money as text.
 */
import { z } from '@hono/zod-openapi'
import { SCENARIO_NAMES } from '../../src/risk/stress/scenarios.ts'
import type { StressResult } from '../../src/risk/stress/stress.ts'
import { RISK_LEVELS } from '../../src/portfolio/measures/risk-level.ts'
import { reasonText } from '../commands/words/measure-words.ts'
import type { MeasuresReport } from '../commands/reports/measures-report.ts'
import { trimmed } from '../commands/words/format.ts'
import type { StressReport } from '../commands/reports/stress-report.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from './field-shapes.ts'

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

const Move = z.object({
  symbol: symbolName(z.string()),
  move: z.number().openapi({ description: 'Change of the price, as a fraction' }),
  price: decimal(),
  pnl: decimal(),
})
export const StressShape = z
  .object({
    id: z.enum(SCENARIO_NAMES),
    loss: decimal().openapi({ description: 'Positive = lost, if no stop holds' }),
    lossFraction: number(),
    lossAtStops: decimal().nullable().openapi({ description: 'With stops filled at their prices; null where none can fill' }),
    marginRatioBefore: number(),
    marginRatioAfter: number().openapi({ description: 'Bybit liquidates at 1; null where no equity is left' }),
    liquidation: z
      .object({
        symbol: symbolName(z.string()),
        price: decimal(),
        part: z.number().openapi({ description: 'How much of the scenario has happened then, 0 to 1' }),
      })
      .nullable(),
    moves: z.array(Move),
    ts: instant(),
    notes: z.array(z.string()).openapi({ description: 'What was assumed, in words' }),
  })
  .openapi('Stress')

const MONEY_DECIMALS = 2
const cents = (value: number): string => value.toFixed(MONEY_DECIMALS)
const PRICE_DIGITS = 10
/** Decimal text of an estimated price, without an exponent. */
const priced = (value: number): string => trimmed(value.toFixed(PRICE_DIGITS))

export function toStress({ ts, notes }: StressReport, result: StressResult): z.infer<typeof StressShape> {
  const { liquidation } = result
  return {
    id: result.scenario,
    loss: cents(result.loss),
    lossFraction: result.lossFraction,
    lossAtStops: result.lossAtStops === null ? null : cents(result.lossAtStops),
    marginRatioBefore: result.marginRatioBefore,
    marginRatioAfter: result.marginRatioAfter,
    liquidation: liquidation === null ? null : { ...liquidation, price: priced(liquidation.price) },
    moves: result.moves.map(({ symbol, move, price, pnl }) => ({ symbol, move, price: priced(price), pnl: cents(pnl) })),
    ts: iso(ts),
    notes: [...notes],
  }
}

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
      gross: cents(exposure.gross),
      net: cents(exposure.net),
      hhi: exposure.hhi,
      effectiveSymbols: exposure.effectiveSymbols,
    },
    measures,
    notes: [...notes],
  }
}
