/**
 * An assessment as it is kept with a decision and goes over the wire: money, prices and quantities as decimal text, rounded fractions.
 * Figures only: the words are made where they are shown.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import type { RiskLevel } from '../../portfolio/measures/risk-level.ts'
import type { RiskReason } from './score.ts'
import type { TradeRisk } from './trade-risk.ts'

/** Null: not known, or there is none; see {@link TradeRisk}. */
export interface AssessmentDetail {
  readonly score: number
  readonly level: RiskLevel
  readonly reasons: readonly RiskReason[]
  readonly quantity: string
  readonly lossAtStop: string | null
  readonly lossR: number | null
  readonly rewardR: number | null
  readonly marginAfter: string
  readonly marginFraction: number | null
  readonly liquidationPrice: string | null
  readonly liquidationFraction: number | null
  readonly liquidationRanges: number | null
  readonly fees: string
  readonly slippage: string
  readonly marginalVar95: string | null
  readonly var95After: string | null
  readonly correlation: number | null
}

const money = (amount: number): string => formatDecimal(amount, CASH_SCALE)
const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.round(value * 1e4) / 1e4

export const assessmentDetail = (risk: TradeRisk, instrument: Instrument): AssessmentDetail => ({
  score: risk.score,
  level: risk.level,
  reasons: risk.reasons,
  quantity: formatQuantity(instrument, risk.lots),
  lossAtStop: risk.lossAtStop === null ? null : money(risk.lossAtStop),
  lossR: rounded(risk.lossR),
  rewardR: rounded(risk.rewardR),
  marginAfter: money(risk.marginAfter),
  marginFraction: rounded(risk.marginFraction),
  liquidationPrice: risk.liquidation === null ? null : formatPrice(instrument, risk.liquidation.price),
  liquidationFraction: rounded(risk.liquidation?.fraction),
  liquidationRanges: rounded(risk.liquidation?.ranges),
  fees: money(risk.fees),
  slippage: money(risk.slippage),
  marginalVar95: risk.book === null ? null : money(risk.book.marginalVar95),
  var95After: risk.book === null ? null : money(risk.book.var95After),
  correlation: rounded(risk.book?.correlation),
})
