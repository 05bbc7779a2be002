/**
 * An assessment as it comes back from a decision that is kept, and as the API reports it.
 */
import { z } from 'zod'
import { RISK_LEVELS } from '../../../src/portfolio/measures/risk-level.ts'
import type { AssessmentDetail } from '../../../src/risk/assessment/assessment-detail.ts'
import { REASON_WEIGHTS, type RiskReasonName } from '../../../src/risk/assessment/score.ts'

const fraction = () => z.number().nullable()
/** Decimal text. */
const money = () => z.string().nullable()

export const AssessmentShape = z.object({
  score: z.number().describe('0 to 100; the points of the reasons add up to it'),
  level: z.enum(RISK_LEVELS),
  reasons: z.array(z.object({ name: z.enum(Object.keys(REASON_WEIGHTS) as RiskReasonName[]), weight: z.number(), points: z.number() })),
  quantity: z.string(),
  lossAtStop: money().describe('Planned loss of the order; null without a stop'),
  lossR: fraction().describe('Loss of the whole position at its stop, in planned losses of the order'),
  rewardR: fraction().describe('What all targets bring after fees, in planned losses of the order'),
  marginAfter: z.string(),
  marginFraction: fraction().describe('Of the equity that margin stands on'),
  liquidationPrice: money().describe('Null where this symbol alone cannot liquidate the account'),
  liquidationFraction: fraction().describe('Distance from the mark price, as a fraction of it'),
  liquidationRanges: fraction().describe('The same in average true ranges'),
  fees: z.string(),
  slippage: z.string(),
  marginalVar95: money().describe('What it adds to the VaR 95 of a day; null where too few bars are known'),
  var95After: money(),
  correlation: fraction().describe('With everything else that is open'),
}) satisfies z.ZodType<AssessmentDetail>
