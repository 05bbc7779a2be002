/**
 * The assessment of an entry as users read it: on the card before it is sent, and in `why` afterward.
 */
import type { AssessmentDetail } from '../../../src/risk/assessment/assessment-detail.ts'
import type { RiskReasonName } from '../../../src/risk/assessment/score.ts'
import { add } from '../../amount.ts'
import { amount, money, plainPercent, price } from './format.ts'
import { type Field, type Tone, field } from '../reply.ts'

const NAMES: Readonly<Record<RiskReasonName, string>> = {
  'trade-loss': 'loss of the trade',
  'loss-left': 'day’s loss left',
  margin: 'margin',
  liquidation: 'liquidation',
  costs: 'costs',
  concentration: 'concentration',
  correlation: 'correlation',
}
/** Of 1 in R, from where on the position loses more than the order alone. */
const ADDED_FROM = 1.005

export const toneOfRisk = ({ level }: AssessmentDetail): Tone =>
  ({ low: 'ok', medium: 'info', high: 'warn', critical: 'bad' })[level] as Tone

/** `27 of 100, medium: loss of the trade 14/20, concentration 6/10`: the heaviest first, without those that add nothing. */
function scoreText({ score, level, reasons }: AssessmentDetail): string {
  const heavy = reasons.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points)
  const because = heavy.map(({ name, weight, points }) => `${NAMES[name]} ${points}/${weight}`).join(', ')
  return `${score} of 100, ${level}${because === '' ? '' : `: ${because}`}`
}

const marginText = ({ marginAfter, marginFraction }: AssessmentDetail): string =>
  `${amount(marginAfter)} USDT${marginFraction === null ? '' : ` (${plainPercent(marginFraction, 1)} of equity)`}`

function liquidationText({ liquidationPrice, liquidationFraction, liquidationRanges }: AssessmentDetail): string {
  if (liquidationPrice === null || liquidationFraction === null) return 'not by this symbol alone'
  const ranges = liquidationRanges === null ? '' : `, ${Math.round(liquidationRanges)} ATR`
  return `est. ${price(liquidationPrice)} (${plainPercent(liquidationFraction, 1)} away${ranges})`
}

function bookText({ marginalVar95, var95After, correlation }: AssessmentDetail): string | undefined {
  if (marginalVar95 === null || var95After === null) return undefined
  const rho = correlation === null ? '' : `; correlation with what is open ${correlation > 0 ? '+' : ''}${correlation.toFixed(2)}`
  return `${money(marginalVar95)} a day, to ${amount(var95After)}${rho}`
}

const costText = ({ fees, slippage }: AssessmentDetail): string =>
  `est. ${amount(add(fees, slippage))} USDT: fees in and out ${amount(fees)}, slippage ${amount(slippage)}`

const rewardFields = ({ rewardR }: AssessmentDetail): Field[] =>
  rewardR === null ? [] : [field('Reward', `${rewardR > 0 ? '+' : ''}${rewardR.toFixed(2)} R at the targets, after fees`)]

/** All of it, for the card. */
export function assessmentFields(risk: AssessmentDetail): Field[] {
  const book = bookText(risk)
  return [
    field('Risk', scoreText(risk)),
    ...(risk.lossR === null || risk.lossR < ADDED_FROM ? [] : [field('Whole position', `-${risk.lossR.toFixed(2)} R at its stop`)]),
    ...rewardFields(risk),
    field('Margin after', marginText(risk)),
    field('Liquidation', liquidationText(risk)),
    field('Costs', costText(risk)),
    field('VaR 95', book ?? 'not known yet: too few bars'),
  ]
}

/** In two or three lines, for `why`. */
export function assessmentLines(risk: AssessmentDetail): Field[] {
  const book = bookText(risk)
  return [
    field('Risk then', scoreText(risk)),
    field('After it', `margin ${marginText(risk)}, liquidation ${liquidationText(risk)}`),
    ...(book === undefined ? [] : [field('VaR 95', book)]),
  ]
}
