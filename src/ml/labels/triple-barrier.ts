/**
 * The triple-barrier label (López de Prado 2018, Advances in Financial Machine Learning, 3.4): which is touched first, an upper barrier, a
 * lower one, both in units of the volatility known at the bar, or the end of the horizon.
 */
import { isWindowFull, makeWindow, pushWindow, windowDeviation, windowMean } from '../../indicators/window.ts'
import type { BarColumns } from '../../market/bars.ts'
import { type MakeLabels, emptyLabels, setLabel } from './label.ts'

export interface BarrierRules {
  /** Bars until the third barrier. */
  readonly horizon: number
  /** Distance of the upper and of the lower barrier, in volatilities of the horizon. */
  readonly up: number
  readonly down: number
  /** Bars that the volatility is taken over. */
  readonly period: number
  /** At the third barrier: the side of the return there, or no label. */
  readonly timeout: 'side' | 'none'
}

/**
 * 1 where the upper barrier is touched first, 0 where the lower one is. A bar that touches both counts as the lower: the order within
 * it is not known, and the worse one is taken, as in a backtest.
 */
export const tripleBarrier =
  (rules: BarrierRules): MakeLabels =>
  (bars) => {
    const { close } = bars
    const labels = emptyLabels(close.length)
    const returns = makeWindow(rules.period)
    for (let bar = 0; bar + rules.horizon < close.length; bar += 1) {
      if (bar > 0) pushWindow(returns, Math.log((close[bar] as number) / (close[bar - 1] as number)))
      if (!isWindowFull(returns)) continue
      const reach = windowDeviation(returns, windowMean(returns)) * Math.sqrt(rules.horizon)
      if (!(reach > 0)) continue
      const [value, end, exit] = touched(bars, bar, reach, rules)
      setLabel(labels, bar, value, end, exit / (close[bar] as number) - 1)
    }
    return labels
  }

function touched(
  { high, low, close }: BarColumns,
  bar: number,
  reach: number,
  rules: BarrierRules,
): [value: number, end: number, exit: number] {
  const from = close[bar] as number
  const top = from * (1 + rules.up * reach)
  const bottom = from * (1 - rules.down * reach)
  const last = bar + rules.horizon
  for (let ahead = bar + 1; ahead <= last; ahead += 1) {
    if ((low[ahead] as number) <= bottom) return [0, ahead, bottom]
    if ((high[ahead] as number) >= top) return [1, ahead, top]
  }
  const exit = close[last] as number
  if (rules.timeout === 'none' || exit === from) return [Number.NaN, last, exit]
  return [exit > from ? 1 : 0, last, exit]
}
