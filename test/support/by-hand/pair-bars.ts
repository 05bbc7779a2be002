/**
 * Two made-up series for the table of the pairs: right swings, left is ten times as dear and follows with small noise.
 */
import type { PriceBar } from '../../../src/strategy/sdk.ts'

export type { PriceBar } from '../../../src/strategy/sdk.ts'

const bar = (price: number): PriceBar => [price, price, price, price]
const swing = Array.from({ length: 60 }, (_, k) => 100 + 5 * Math.sin(k / 6))
const NOISE = [0.001, -0.0012, 0.0009, -0.0008, 0.0011, -0.001]

export const keptPairs = {
  right: swing.map(bar),
  /** Thirty bars that follow, then these factors of what following would be. */
  leftWith: (tail: readonly number[]): PriceBar[] => [
    ...swing.slice(0, 40).map((price, k) => bar(10 * price * (1 + (NOISE[k % NOISE.length] as number)))),
    ...tail.map((factor, k) => bar(10 * (swing[40 + k] as number) * factor)),
  ],
}
