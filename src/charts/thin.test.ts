/**
 * Thinning a line: what must not be lost.
 */
import { describe, expect, test } from 'vitest'
import { thin } from './thin.ts'

describe('thinning a line', () => {
  test('keeps the extremes and the ends', () => {
    const x = Float64Array.from({ length: 50_000 }, (_, k) => k)
    const y = x.map((k) => (k === 12_345 ? 99 : k === 40_001 ? -99 : Math.sin(k)))
    const points = thin({ x, y })
    expect(points.length).toBeLessThan(1_100)
    expect(points).toContainEqual([12_345, 99])
    expect(points).toContainEqual([40_001, -99])
    expect(points.at(-1)?.[0]).toBe(49_999)
    expect(points.every(([at], k) => k === 0 || at > (points[k - 1] as [number, number])[0])).toBe(true)
  })
})
