/**
 * Name, formula and form of each metric, as the report's table shows them; docs/metrics.md says more.
 */
import type { Metrics } from '../../portfolio/results/performance.ts'
import { countText, moneyText, percentText, ratioText } from './html.ts'

type Form = 'percent' | 'ratio' | 'money' | 'count' | 'days' | 'duration'

/** [name in the JSON, label, formula, form] */
export const METRIC_TEXTS: readonly (readonly [keyof Metrics, string, string, Form])[] = [
  ['totalReturn', 'Total return', 'last equity / first − 1', 'percent'],
  ['cagr', 'Annual return', '(last / first)^(365 / days) − 1', 'percent'],
  ['volatility', 'Volatility', 'sd(r) √P, P periods a year', 'percent'],
  ['sharpe', 'Sharpe', 'mean(r) / sd(r) √P', 'ratio'],
  ['probabilisticSharpe', 'Probabilistic Sharpe', 'chance that the true Sharpe is above 0', 'percent'],
  ['sortino', 'Sortino', 'mean(r) / √(Σ min(r, 0)² / N) √P', 'ratio'],
  ['calmar', 'Calmar', 'annual return / max drawdown', 'ratio'],
  ['maxDrawdown', 'Max drawdown', 'max(1 − equity / peak before it)', 'percent'],
  ['maxDrawdownDays', 'Longest drawdown', 'days from a peak until equity recovers', 'days'],
  ['avgDrawdown', 'Average drawdown', 'mean of the deepest point of each episode', 'percent'],
  ['ulcerIndex', 'Ulcer index', '√ mean(drawdown²)', 'percent'],
  ['recoveryFactor', 'Recovery factor', 'total return / max drawdown', 'ratio'],
  ['var95', 'VaR 95 %, daily', '−q(0.05) of r', 'percent'],
  ['cvar95', 'CVaR 95 %, daily', '−mean(r where r ≤ q(0.05))', 'percent'],
  ['omega', 'Omega', 'Σ max(r, 0) / Σ max(−r, 0)', 'ratio'],
  ['gainToPain', 'Gain to pain', 'Σ r / Σ max(−r, 0)', 'ratio'],
  ['skew', 'Skew', 'bias-corrected', 'ratio'],
  ['kurtosis', 'Excess kurtosis', 'bias-corrected, 0 for a normal distribution', 'ratio'],
  ['tailRatio', 'Tail ratio', '|q(0.95) / q(0.05)|', 'ratio'],
  ['trades', 'Trades', 'closed round trips', 'count'],
  ['winRate', 'Win rate', 'trades with pnl > 0 / trades', 'percent'],
  ['profitFactor', 'Profit factor', 'Σ wins / −Σ losses', 'ratio'],
  ['expectancy', 'Expectancy', 'mean(pnl)', 'money'],
  ['payoff', 'Payoff', 'average win / −average loss', 'ratio'],
  ['avgWin', 'Average win', 'mean of pnl > 0', 'money'],
  ['avgLoss', 'Average loss', 'mean of pnl < 0', 'money'],
  ['bestTrade', 'Best trade', 'largest pnl', 'money'],
  ['worstTrade', 'Worst trade', 'smallest pnl', 'money'],
  ['maxWinStreak', 'Longest run of wins', 'trades', 'count'],
  ['maxLossStreak', 'Longest run of losses', 'trades', 'count'],
  ['avgHoldingMs', 'Average holding', 'mean(exit − entry)', 'duration'],
  ['exposure', 'Exposure', 'share of the span with a trade open', 'percent'],
  ['turnover', 'Turnover', 'Σ (entry + exit notional) / mean equity', 'ratio'],
  ['fees', 'Fees', 'sum, positive = paid', 'money'],
  ['funding', 'Funding', 'sum, positive = paid', 'money'],
  ['slippage', 'Slippage', 'against the decision prices, inside the result', 'money'],
  ['slippageBps', 'Slippage, bp', 'slippage / money traded, in basis points', 'ratio'],
  ['kelly', 'Kelly', 'win rate − (1 − win rate) / payoff', 'percent'],
  ['sqn', 'SQN', 'mean(pnl) / sd(pnl) √trades', 'ratio'],
  ['benchmarkReturn', 'Buy and hold', 'last close / first open − 1', 'percent'],
  ['beta', 'Beta', 'cov(r, b) / var(b)', 'ratio'],
  ['alpha', 'Annual alpha', '(mean(r) − beta mean(b)) P', 'percent'],
  ['informationRatio', 'Information ratio', 'mean(r − b) / sd(r − b) √P', 'ratio'],
]

export function metricText(value: number | null | undefined, form: Form): string {
  if (value === null || value === undefined) return '–'
  switch (form) {
    case 'percent':
      return percentText(value)
    case 'ratio':
      return ratioText(value)
    case 'money':
      return moneyText(value)
    case 'count':
      return countText(value)
    case 'days':
      return `${ratioText(value, 1)} d`
    case 'duration':
      return durationText(value)
  }
}

export function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 2_880) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${(minutes / 1_440).toFixed(1)} d`
}
