/**
 * How an order is to be worked, as a user or a configuration writes it: `twap:30m`, `vwap:2h:24`, `pov:10%:1h`, `iceberg:0.05`, `chase:5bp:60s`.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/units.ts'

export type Execution =
  | { readonly type: 'twap'; readonly overMs: number; readonly slices: number }
  | { readonly type: 'vwap'; readonly overMs: number; readonly slices: number }
  /** Share in (0, 1). */
  | { readonly type: 'pov'; readonly share: number; readonly overMs: number }
  /** Quantity that is shown, as decimal text in the base coin. */
  | { readonly type: 'iceberg'; readonly shown: string }
  | { readonly type: 'chase'; readonly budgetBps: number; readonly forMs: number }

/** Market time between two steps of a live trader is 5 s: no slice may be shorter. */
const SLICE_MS_MIN = 5_000
const SLICE_MS_USUAL = 30_000
const SLICES_MAX = 500
const OVER_MS_MAX = DAY_MS

const DURATION = /^(\d{1,4})(s|m|h)$/
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS }

export const EXECUTION_FORMS = 'twap:30m, vwap:2h, pov:10%:1h, iceberg:0.05 or chase:5bp:60s'

/** The execution, or what is wrong with the text, as a sentence. */
export function parseExecution(text: string): Execution | string {
  const [name = '', first = '', second, ...more] = text.trim().toLowerCase().split(':')
  if (more.length > 0) return `'${text}' has too many parts: use ${EXECUTION_FORMS}.`
  switch (name) {
    case 'twap':
    case 'vwap':
      return scheduled(name, first, second)
    case 'pov':
      return participation(first, second)
    case 'iceberg':
      if (second !== undefined || !/^\d+(\.\d+)?$/.test(first) || Number(first) === 0)
        return `iceberg needs the visible quantity: use iceberg:0.05.`
      return { type: 'iceberg', shown: first }
    case 'chase':
      return chase(first, second)
    default:
      return `'${name}' is not an execution algorithm: use ${EXECUTION_FORMS}.`
  }
}

function durationOf(text: string | undefined): number | undefined {
  const match = DURATION.exec(text ?? '')
  const ms = match === null ? 0 : Number(match[1]) * (UNITS[match[2] as string] as number)
  return ms >= SLICE_MS_MIN && ms <= OVER_MS_MAX ? ms : undefined
}

function scheduled(type: 'twap' | 'vwap', over: string, slicesText: string | undefined): Execution | string {
  const overMs = durationOf(over)
  if (overMs === undefined) return `${type} needs a time from 5s to 24h: use ${type}:30m.`
  const most = Math.min(SLICES_MAX, Math.floor(overMs / SLICE_MS_MIN))
  if (slicesText === undefined) return { type, overMs, slices: Math.max(1, Math.min(most, Math.round(overMs / SLICE_MS_USUAL))) }
  const slices = /^\d{1,4}$/.test(slicesText) ? Number(slicesText) : 0
  return slices >= 1 && slices <= most ? { type, overMs, slices } : `${type} over ${over} takes 1 to ${most} slices of 5 s at least.`
}

function participation(shareText: string, over: string | undefined): Execution | string {
  const match = /^(\d{1,2}(?:\.\d{1,2})?)%$/.exec(shareText)
  const share = match === null ? 0 : Number(match[1]) / 100
  const overMs = over === undefined ? HOUR_MS : durationOf(over)
  if (share <= 0 || share >= 1 || overMs === undefined) return 'pov needs a share of the volume and a time: use pov:10%:1h.'
  return { type: 'pov', share, overMs }
}

function chase(budget: string, time: string | undefined): Execution | string {
  const match = /^(\d{1,3}(?:\.\d{1,2})?)bp$/.exec(budget)
  const forMs = durationOf(time)
  if (match === null || forMs === undefined) return 'chase needs a budget in basis points and a time: use chase:5bp:60s.'
  return { type: 'chase', budgetBps: Number(match[1]), forMs }
}
