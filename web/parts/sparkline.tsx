/**
 * A small line of equity.
 */
import { HEIGHT, WIDTH, pointsOf } from '../data/points.ts'

export const Sparkline = ({ values, label }: { readonly values: readonly number[]; readonly label: string }) => (
  <svg class="sparkline" viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" role="img" aria-label={label}>
    <polyline points={pointsOf(values)} fill="none" vector-effect="non-scaling-stroke" />
  </svg>
)
