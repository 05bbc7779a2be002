/**
 * Changed candles are candles still: whole ticks, a range that holds open and close; what a variant shall keep it keeps.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generatedCandles } from '../../../test/support/generated-candles.ts'
import type { BarColumns } from '../../market/bars.ts'
import { type PathVariant, variedColumns } from './path-variants.ts'

function columnsOf(seed: number, bars: number): BarColumns {
  const [ts, open, high, low, close, volume] = generatedCandles({
    seed,
    bars,
    first: Date.UTC(2025, 0, 1),
    intervalMs: 60_000,
    price: 500_000,
  }) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  return { ts, open, high, low, close, volume }
}
const variants = fc.oneof(
  fc.record({ type: fc.constant('noise' as const), seed: fc.nat(1_000), share: fc.double({ min: 0, max: 2, noNaN: true }) }),
  fc.record({ type: fc.constant('permutation' as const), seed: fc.nat(1_000) }),
) satisfies fc.Arbitrary<PathVariant>

test('bars stay bars: times as they were, whole ticks of one and more, open and close within the range', () => {
  fc.assert(
    fc.property(variants, fc.nat(50), fc.integer({ min: 1, max: 60 }), (variant, at, bars) => {
      const columns = columnsOf(at, bars)
      const varied = variedColumns(columns, variant, at)
      expect(varied.ts).toEqual(columns.ts)
      for (let bar = 0; bar < bars; bar += 1) {
        const [open, high, low, close] = [varied.open, varied.high, varied.low, varied.close].map((column) => column[bar] as number) as [
          number,
          number,
          number,
          number,
        ]
        for (const price of [open, high, low, close]) expect(Number.isInteger(price) && price >= 1).toBe(true)
        expect(low).toBeLessThanOrEqual(Math.min(open, close))
        expect(high).toBeGreaterThanOrEqual(Math.max(open, close))
      }
    }),
  )
})

test('noise of nothing changes nothing; the same seed and place give the same candles, another place others', () => {
  const columns = columnsOf(3, 200)
  expect(variedColumns(columns, { type: 'noise', seed: 1, share: 0 }, 5)).toEqual(columns)
  const noisy = { type: 'noise', seed: 1, share: 0.5 } as const
  expect(variedColumns(columns, noisy, 5)).toEqual(variedColumns(columns, noisy, 5))
  expect(variedColumns(columns, noisy, 5).close).not.toEqual(variedColumns(columns, noisy, 6).close)
})

test('noise does not add up: a close is off by the noise of its own bar and of no other', () => {
  const columns = columnsOf(4, 3_000)
  const varied = variedColumns(columns, { type: 'noise', seed: 2, share: 0.3 }, 0)
  let squares = 0
  columns.close.forEach((close, bar) => {
    const range = (columns.high[bar] as number) - (columns.low[bar] as number)
    if (range > 0) squares += (((varied.close[bar] as number) - close) / range) ** 2
  })
  expect(Math.sqrt(squares / 3_000)).toBeGreaterThan(0.28)
  expect(Math.sqrt(squares / 3_000)).toBeLessThan(0.32)
})

test('a permutation has the same first open and, but for rounding, the same last close, and its moves inside of bars are the same ones', () => {
  const columns = columnsOf(5, 2_000)
  const varied = variedColumns(columns, { type: 'permutation', seed: 3 }, 0)
  expect(varied.open[0]).toBe(columns.open[0])
  expect(Math.abs((varied.close[1_999] as number) / (columns.close[1_999] as number) - 1)).toBeLessThan(1e-4)
  const moves = ({ open, close, volume }: BarColumns): number[] =>
    Array.from(volume, (each, bar) => Math.round(each * 1e3) + Math.round(1e4 * ((close[bar] as number) / (open[bar] as number)))).sort(
      (a, b) => a - b,
    )
  expect(moves(varied).filter((move, at) => Math.abs(move - (moves(columns)[at] as number)) > 1)).toEqual([])
  expect(varied.close).not.toEqual(columns.close)
})
