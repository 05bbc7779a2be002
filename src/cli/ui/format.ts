/**
 * Numbers and times as users read them.
 */
import { groupDigits } from '../../core/decimal.ts'

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1,033,226` */
export const formatCount = (value: number): string => GROUPED.format(value)

/** `2018-01-01 00:00` in UTC. */
export const formatTime = (instant: number): string => new Date(instant).toISOString().slice(0, 16).replace('T', ' ')

/** `12.34 %` of a fraction; a dash where there is none. */
export const formatPercent = (fraction: number | null, decimals = 2): string =>
  fraction === null ? '–' : `${(fraction * 100).toFixed(decimals)} %`

/** `1,234.57`: two decimals; a dash where there is none. */
export const formatRatio = (value: number | null, decimals = 2): string => (value === null ? '–' : groupDigits(value.toFixed(decimals)))
