/**
 * Clusters of correlated symbols, by hand and as properties.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clustersOf } from './clusters.ts'

test('what is joined over a third symbol is one cluster, signed by rho to the largest', () => {
  // A-B 0.9, B-C -0.85, A-C -0.7 (below the threshold, joined over B); D alone.
  const rho = [
    [1, 0.9, -0.7, 0.1],
    [0.9, 1, -0.85, 0],
    [-0.7, -0.85, 1, 0.2],
    [0.1, 0, 0.2, 1],
  ]
  // By hand: long 300 and 100 of what moves together, long 50 of what moves against them: 300 + 100 - 50 on the first.
  expect(clustersOf([100, 300, 50, -400], rho, 0.8)).toEqual([
    { members: [1, 0, 2], gross: 450, net: 350 },
    { members: [3], gross: 400, net: -400 },
  ])
})

test('a threshold itself joins, and a short against a long of one cluster takes off', () => {
  const rho = [
    [1, 0.8],
    [0.8, 1],
  ]
  expect(clustersOf([200, -150], rho, 0.8)).toEqual([{ members: [0, 1], gross: 350, net: 50 }])
})

test('every symbol is in one cluster, and two of different clusters are never joined', () => {
  const sizes = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(sizes, fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 28, maxLength: 28 }), (exposures, upper) => {
      const place = (i: number, j: number): number => (Math.max(i, j) * (Math.max(i, j) - 1)) / 2 + Math.min(i, j)
      const rho = exposures.map((_, i) => exposures.map((__, j) => (i === j ? 1 : (upper[place(i, j)] as number))))
      const clusters = clustersOf(exposures, rho, 0.8)
      expect(clusters.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual(exposures.map((_, k) => k))
      for (const a of clusters)
        for (const b of clusters)
          if (a !== b) for (const i of a.members) for (const j of b.members) expect(Math.abs(rho[i]?.[j] as number)).toBeLessThan(0.8)
      for (const { gross, net } of clusters) expect(Math.abs(net)).toBeLessThanOrEqual(gross + 1e-6)
    }),
  )
})
