/**
 * Times, symbols and costs as operators read them; the plain figures among them are those of figures.ts.
 */
import { isSpotSymbol, spotSymbolOf, wireSymbolOf } from '../../../src/market/instrument.ts'
import { amount, signed } from './figures.ts'
import { timeIn } from './local-time.ts'
import { localTime, zoneNow } from './zone.ts'

export { amount, duration, money, percent, plainPercent, price, signed, trimmed } from './figures.ts'

/** `14:02:07 UTC` or, on another day, `2026-11-24 14:02 UTC`; in the zone of who is answered. */
export const time = (at: number | null, now: number): string => timeIn(zoneNow(), at, now)

/** `2026-01-05 00:17:18 UTC`, and of the simulator that it is its own: it is never that of the wall. */
export const asOf = (at: number, profile: string): string => {
  const { date, time: clock, offset } = localTime(at)
  return `${profile === 'sim' ? 'sim time ' : ''}${date} ${clock} ${offset}`
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
