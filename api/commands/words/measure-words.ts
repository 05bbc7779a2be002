/**
 * Risk measures and what a risk level rests on, as users read them, and as programs get them.
 */
import type { Measures } from '../../../src/portfolio/measures/measures.ts'
import { CONFIDENCES } from '../../../src/portfolio/measures/tail-risk.ts'
import type { Judged, LevelReason, RiskJudgement } from '../../../src/portfolio/measures/risk-level.ts'
import { plainPercent } from './format.ts'
import { type Field, type Tone, field } from '../reply.ts'

const NAMES: Readonly<Record<Judged, string>> = {
  currentDrawdown: 'current drawdown',
  maxDrawdown: 'max drawdown',
  ulcerIndex: 'ulcer index',
  dayVar99: 'VaR 99 of a day',
  volatility: 'volatility',
  leverage: 'leverage',
  concentration: 'concentration (HHI)',
  beta: 'beta to BTC',
  consistency: 'consistency',
}
const PERCENT: ReadonlySet<Judged> = new Set(['currentDrawdown', 'maxDrawdown', 'ulcerIndex', 'dayVar99', 'volatility'])

const figure = (measure: Judged, value: number): string =>
  PERCENT.has(measure) ? plainPercent(value, 1) : measure === 'consistency' ? value.toFixed(0) : value.toFixed(2)

/** `current drawdown 12.1 %, high from 10.0 %` */
export const reasonText = ({ measure, value, line, level }: LevelReason): string =>
  `${NAMES[measure]} ${figure(measure, value)}, ${level} ${measure === 'consistency' ? 'below' : 'from'} ${figure(measure, line)}`

export const levelText = ({ level }: RiskJudgement): string => (level === null ? 'not known yet' : level.toUpperCase())

const TONES: Readonly<Record<NonNullable<RiskJudgement['level']>, Tone>> = { low: 'ok', medium: 'info', high: 'warn', critical: 'bad' }
export const toneOfLevel = ({ level }: RiskJudgement): Tone => (level === null ? 'info' : TONES[level])

export function levelFields(judgement: RiskJudgement): Field[] {
  return [
    field('Risk level', levelText(judgement)),
    ...judgement.reasons.map((reason, at) => field(at === 0 ? 'Because' : 'And', reasonText(reason))),
  ]
}

/** `period`: what VaR is of, `a day`, `an hour`, `a row`. What is not known is left out: {@link missingText} says why. */
export function measureFields(measures: Measures, period: string, benchmark = 'BTC'): Field[] {
  const { consistency: score } = measures
  const tail = (name: string, of: Measures['var']): Field[] =>
    (['historical', 'gaussian', 'cornishFisher'] as const).flatMap((method) => {
      const figures = of[method]
      return figures[95] === null && figures[99] === null
        ? []
        : [
            field(
              `${name}, ${METHODS[method]}`,
              `${CONFIDENCES.flatMap((c) => (figures[c] === null ? [] : [`${c}: ${plainPercent(figures[c])}`])).join(', ')} ${period}`,
            ),
          ]
    })
  const part = (name: string, value: number | null, say: (n: number) => string): Field[] =>
    value === null ? [] : [field(name, say(value))]
  const percent = (n: number): string => plainPercent(n)
  const ratio = (n: number): string => n.toFixed(2)
  return [
    ...tail('VaR', measures.var),
    ...tail('CVaR', measures.cvar),
    ...part('Volatility', measures.volatility, (n) => `${plainPercent(n, 1)} a year`),
    ...part('Sharpe', measures.sharpe, ratio),
    ...part('Sortino', measures.sortino, ratio),
    ...part('Max drawdown', measures.maxDrawdown, percent),
    ...part('Drawdown now', measures.currentDrawdown, percent),
    ...part('Ulcer index', measures.ulcerIndex, percent),
    ...part(`Beta to ${benchmark}`, measures.beta, ratio),
    ...part(
      'Consistency',
      score.score,
      (n) =>
        `${n.toFixed(0)} of 100: ${plainPercent(score.positiveWeeks ?? 0, 0)} of weeks won, trend ${ratio(score.trendFit ?? 0)}, tails ${ratio(score.tailSymmetry ?? 0)}`,
    ),
  ]
}

const METHODS = { historical: 'historical', gaussian: 'Gaussian', cornishFisher: 'Cornish-Fisher' } as const

/** What is null, with what it waits for; undefined where nothing is. `rows` counts returns. */
export function missingText(measures: Measures): string | undefined {
  const missing = [
    ...(measures.var.gaussian[95] === null ? ['VaR needs 20 returns'] : []),
    ...(measures.var.historical[99] === null && measures.var.historical[95] !== null ? ['historical VaR 99 needs 100 returns'] : []),
    ...(measures.var.cornishFisher[99] === null && measures.returns >= 100
      ? ['Cornish-Fisher has no quantile here: the tails are too heavy or too thin for it']
      : []),
    ...(measures.sharpe === null ? ['annual figures need 30 days'] : []),
    ...(measures.consistency.score === null ? ['consistency needs four weeks with results'] : []),
  ]
  return missing.length === 0 ? undefined : `Not shown: ${missing.join('; ')}.`
}
