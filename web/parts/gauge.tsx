/**
 * How much of a limit is used, and what is left of it.
 */
import { type Gauge, amount } from '../data/show.ts'

const NEAR = 0.8
const PERCENT = 100

export function GaugeBar({ gauge }: { readonly gauge: Gauge }) {
  const { name, used, most, unit, part, left } = gauge
  const decimals = unit === 'USDT' ? 0 : unit === '%' ? 1 : 0
  const percent = Math.round(part * PERCENT)
  const level = part >= 1 ? 'full' : part >= NEAR ? 'near' : 'fine'
  const suffix = unit === '' ? '' : ` ${unit}`
  return (
    <div class={`gauge gauge-${level}`}>
      <div class="gauge-head">
        <span>{name}</span>
        <span class="number">
          {level === 'fine' ? '' : '⚠ '}
          {percent} %
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: the bar of <meter> cannot be colored alike in all browsers */}
      <div
        class="gauge-track"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={PERCENT}
        aria-valuenow={Math.min(PERCENT, percent)}
        aria-valuetext={`${percent} % used`}
      >
        <div style={{ width: `${Math.min(PERCENT, percent)}%` }} />
      </div>
      <p class="quiet">
        {amount(used, decimals)} of {amount(most, decimals)}
        {suffix}, {amount(left, decimals)} left
      </p>
    </div>
  )
}
