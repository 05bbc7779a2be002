/**
 * How exposure is spread: gross, net, and the Herfindahl-Hirschman index of the shares.
 */

export interface Exposure {
  readonly gross: number
  readonly net: number
  /** Sum of the squared shares of gross exposure: 1 for one symbol, 1/n for n of equal size; null without exposure. */
  readonly hhi: number | null
  /** 1 / hhi: as many symbols of equal size would be as concentrated. */
  readonly effectiveSymbols: number | null
}

/** `notionals` are signed and in one currency, a symbol each; a short is negative. */
export function exposureOf(notionals: readonly number[]): Exposure {
  const gross = notionals.reduce((sum, value) => sum + Math.abs(value), 0)
  const net = notionals.reduce((sum, value) => sum + value, 0)
  const hhi = gross > 0 ? notionals.reduce((sum, value) => sum + (value / gross) ** 2, 0) : null
  return { gross, net, hhi, effectiveSymbols: hhi === null ? null : 1 / hhi }
}
