/**
 * What is doubtful about a backtest, said before its figures: few trades, costs, luck, one sample.
 * Never says that a strategy is good: it only says what speaks against believing the figures.
 */
import type { Study, StudyRequest } from './study.ts'

export interface Doubt {
  readonly code:
    | 'few-trades'
    | 'costs'
    | 'no-costs'
    | 'short-span'
    | 'in-sample'
    | 'loses'
    | 'not-significant'
    | 'behind-benchmark'
    | 'denials'
    | 'open-at-end'
    | 'gaps-in-stops'
  readonly text: string
}

export interface Verdict {
  readonly doubts: readonly Doubt[]
  /** Share of gross profit that fees, funding and slippage took; null without gross profit. */
  readonly costShare: number | null
}

const TRADES_MIN = 30
const DAYS_MIN = 180
const DAY_MS = 86_400_000

export function verdictOf(study: Study, request: StudyRequest): Verdict {
  const { metrics, result } = study
  const doubts: Doubt[] = []
  const trades = metrics.trades ?? 0
  const add = (code: Doubt['code'], text: string): void => {
    doubts.push({ code, text })
  }
  const costs = (metrics.fees ?? 0) + (metrics.funding ?? 0)
  const net = result.trades.reduce((sum, t) => sum + t.pnl, 0) / 1e8
  const gross = net + costs
  const costShare = gross > 0 ? costs / gross : null
  if ((metrics.totalReturn ?? 0) < 0) add('loses', `it loses ${percent(-(metrics.totalReturn ?? 0))} of the opening cash`)
  if (trades < TRADES_MIN) add('few-trades', `${trades} trades are too few to tell skill from luck (at least ${TRADES_MIN})`)
  if (costShare !== null && costShare > 0.3) add('costs', `costs eat ${percent(Math.min(costShare, 9.99))} of the gross profit`)
  else if (gross <= 0 && trades > 0) add('costs', `it loses before costs, and pays ${costs.toFixed(2)} on top`)
  if (request.takerRate === 0 || request.slippage.type === 'none')
    add('no-costs', request.takerRate === 0 ? 'no fees were charged' : 'no slippage was charged')
  const first = study.equity.ts[0] ?? 0
  const last = study.equity.ts[study.equity.ts.length - 1] ?? 0
  const days = (last - first) / DAY_MS
  if (days < DAYS_MIN) add('short-span', `${Math.round(days)} days of data see one kind of market only`)
  if (metrics.probabilisticSharpe !== null && metrics.probabilisticSharpe < 0.95 && (metrics.totalReturn ?? 0) > 0)
    add('not-significant', `the chance that its Sharpe is above zero is ${percent(metrics.probabilisticSharpe)}, below 95 %`)
  if (typeof metrics.benchmarkReturn === 'number' && (metrics.totalReturn ?? 0) < metrics.benchmarkReturn)
    add('behind-benchmark', `buy and hold made ${percent(metrics.benchmarkReturn)}`)
  const denied = [...result.denials.values()].reduce((sum, n) => sum + n, 0)
  if (denied > 0) add('denials', `${denied} entries were denied (${[...result.denials].map(([rule, n]) => `${rule} ${n}`).join(', ')})`)
  add('in-sample', 'in-sample only: no data was held back')
  return { doubts, costShare }
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`
