/**
 * Figures as operators read them: sign always where it matters, grouped thousands, spans of time. The dashboard bundles this file: nothing of a host in it.
 */
import { groupDigits } from '../../../src/core/decimal.ts'
import { fixed, signOf } from '../../amount.ts'

/** `64,210.5` */
export const price = (text: string | null): string => (text === null ? '–' : groupDigits(text))
/** `0.55740000` as `0.5574`. */
export const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
/** `1,234.50` */
export const amount = (text: string, decimals = 2): string => groupDigits(fixed(text, decimals))
/** `+31.18`, `-8.09`, `0.00` */
export const signed = (text: string, decimals = 2): string => {
  const shown = amount(text, decimals)
  return signOf(text) > 0 && signOf(fixed(text, decimals)) > 0 ? `+${shown}` : shown
}
/** `+31.18 USDT` */
export const money = (text: string): string => `${signed(text)} USDT`
/** `+1.20 %` of a fraction. */
export const percent = (fraction: number, decimals = 2): string => {
  const text = (fraction * 100).toFixed(decimals)
  return `${fraction > 0 && Number(text) !== 0 ? '+' : ''}${text} %`
}
export const plainPercent = (fraction: number, decimals = 2): string => `${(fraction * 100).toFixed(decimals)} %`

/** `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
