/**
 * The trend-scanning label (López de Prado 2020, Machine Learning for Asset Managers, 5.4): of the lines through the next closes, from a
 * shortest to a longest span, the one whose slope has the largest t-value; the label is the side of that slope.
 */
import { type MakeLabels, emptyLabels, setLabel } from './label.ts'

/**
 * 1 of a rise, 0 of a fall. The label is known at the end of the longest span that was looked at and not of the chosen one, since the
 * choice knows all of them; the return is that over the chosen span.
 * @param shortest closes after the bar, 2 or more; @param longest at least as many
 */
export const trendScan =
  (shortest: number, longest: number): MakeLabels =>
  ({ close }) => {
    const logs = close.map(Math.log)
    const labels = emptyLabels(close.length)
    for (let bar = 0; bar + longest < close.length; bar += 1) {
      let best = 0
      let side = 0
      let span = 0
      for (let length = shortest; length <= longest; length += 1) {
        const t = slopeT(logs, bar, length + 1)
        if (Math.abs(t) > best) {
          best = Math.abs(t)
          side = Math.sign(t)
          span = length
        }
      }
      const exit = side === 0 ? longest : span
      setLabel(
        labels,
        bar,
        side === 0 ? Number.NaN : side > 0 ? 1 : 0,
        bar + longest,
        (close[bar + exit] as number) / (close[bar] as number) - 1,
      )
    }
    return labels
  }

/** t-value of the slope of a line through `count` values; 0 where nothing moves, infinite of a straight line. */
function slopeT(values: Float64Array, from: number, count: number): number {
  const middle = (count - 1) / 2
  const first = values[from] as number
  let mean = 0
  for (let k = 0; k < count; k += 1) mean += ((values[from + k] as number) - first) / count
  let together = 0
  let total = 0
  for (let k = 0; k < count; k += 1) {
    const distance = (values[from + k] as number) - first - mean
    together += (k - middle) * distance
    total += distance * distance
  }
  const spread = (count * (count * count - 1)) / 12
  const slope = together / spread
  if (slope === 0) return 0
  const errors = Math.max(0, total - slope * together)
  const deviation = Math.sqrt(errors / (count - 2) / spread)
  return deviation === 0 ? Math.sign(slope) * Number.POSITIVE_INFINITY : slope / deviation
}
