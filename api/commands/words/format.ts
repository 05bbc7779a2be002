/**
 * Figures as operators read them: sign always where it matters, grouped thousands, times in UTC with their age.
 */
import { groupDigits } from '../../../src/core/decimal.ts'
import { isSpotSymbol, spotSymbolOf, wireSymbolOf } from '../../../src/market/instrument.ts'
import { fixed, signOf } from '../../amount.ts'
import { localTime } from './zone.ts'

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

/** `14:02:07 UTC` or, on another day, `2026-11-24 14:02 UTC`; in the zone of who is answered. */
export function time(at: number | null, now: number): string {
  if (at === null) return '–'
  const { date, time: clock, offset } = localTime(at)
  return date === localTime(now).date ? `${clock} ${offset}` : `${date} ${clock.slice(0, 5)} ${offset}`
}

/** `2026-01-05 00:17:18 UTC`, and of the simulator that it is its own: it is never that of the wall. */
export const asOf = (at: number, profile: string): string => {
  const { date, time: clock, offset } = localTime(at)
  return `${profile === 'sim' ? 'sim time ' : ''}${date} ${clock} ${offset}`
}

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

/** A bar of ten cells for a part of a limit. */
export function gauge(part: number, width = 10): string {
  const cells = Math.max(0, Math.min(width, Math.round(part * width)))
  return `${'█'.repeat(cells)}${'░'.repeat(width - cells)}`
}

/** `BTC` of `BTCUSDT` and of `BTCUSDT-SPOT`: the coin. */
export const coinOf = (symbol: string): string => wireSymbolOf(symbol).replace(/(USDT|USDC|PERP)$/, '') || symbol

/** `BTC` of `BTCUSDT`, `BTC-SPOT` of `BTCUSDT-SPOT`, for narrow tables; what resolveSymbol understands. */
export const short = (symbol: string): string => (isSpotSymbol(symbol) ? spotSymbolOf(coinOf(symbol)) : coinOf(symbol))

/** What a trade cost beside its prices; spot has no funding. */
export const costsOf = (
  { symbol, fee, funding }: { readonly symbol: string; readonly fee: string; readonly funding: string },
  and: string,
) => (isSpotSymbol(symbol) ? `fee ${amount(fee)} USDT` : `fee ${amount(fee)}${and}funding ${signed(funding)} USDT`)
