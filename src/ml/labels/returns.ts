/**
 * Labels of a fixed horizon: the return, its direction, and how much the price moved about.
 */
import type { BarColumns } from '../../market/bars.ts'
import { type Labels, type MakeLabels, emptyLabels, setLabel } from './label.ts'

/** ln(close `bars` later / close). */
export const nextReturn =
  (horizon: number): MakeLabels =>
  (bars) =>
    fixed(bars, horizon, (growth) => Math.log(growth))

/** 1 where the price rose by more than `band` within `horizon` bars, 0 where it fell by more, none in between. */
export const direction =
  (horizon: number, band: number): MakeLabels =>
  (bars) =>
    fixed(bars, horizon, (growth) => (growth - 1 > band ? 1 : growth - 1 < -band ? 0 : Number.NaN))

function fixed({ close }: BarColumns, horizon: number, labelOf: (growth: number) => number): Labels {
  const labels = emptyLabels(close.length)
  for (let bar = 0; bar + horizon < close.length; bar += 1) {
    const growth = (close[bar + horizon] as number) / (close[bar] as number)
    setLabel(labels, bar, labelOf(growth), bar + horizon, growth - 1)
  }
  return labels
}

/** Standard deviation (ddof 0) of the next `horizon` log returns, per bar. It says no side, so that no position goes with it. */
export const nextVolatility =
  (horizon: number): MakeLabels =>
  ({ close }) => {
    const labels = emptyLabels(close.length)
    for (let bar = 0; bar + horizon < close.length; bar += 1) {
      let sum = 0
      let squares = 0
      for (let ahead = bar + 1; ahead <= bar + horizon; ahead += 1) {
        const step = Math.log((close[ahead] as number) / (close[ahead - 1] as number))
        sum += step
        squares += step * step
      }
      const variance = Math.max(0, squares / horizon - (sum / horizon) ** 2)
      setLabel(labels, bar, Math.sqrt(variance), bar + horizon, Number.NaN)
    }
    return labels
  }
