/**
 * PSI and KS against answers by hand and of scipy, and a window that goes along.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { uniforms } from '../../../test/support/planted-samples.ts'
import { groupCountsOf, groupSharesOf, groupsOf, ks, psi } from './distances.ts'
import { DriftWatch } from './drift-watch.ts'
import { binOf, distanceOf, referenceOf } from './reference.ts'

test('PSI: answers by hand', () => {
  // (0.75 - 0.5) ln 1.5 + (0.25 - 0.5) ln 0.5
  expect(psi(Float64Array.of(0.5, 0.5), Int32Array.of(75, 25))).toBeCloseTo(0.25 * Math.log(1.5) - 0.25 * Math.log(0.5), 12)
  expect(psi(Float64Array.of(0.2, 0.3, 0.5), Int32Array.of(20, 30, 50))).toBeCloseTo(0, 12)
  // An empty group stands for one in ten thousand.
  expect(psi(Float64Array.of(0.5, 0.5), Int32Array.of(100, 0))).toBeCloseTo(0.5 * Math.log(2) + (1e-4 - 0.5) * Math.log(1e-4 / 0.5), 12)
})

test('KS: scipy.stats.ks_2samp of [0..99] and [25..124] is 0.25, and its cells are steps of it', () => {
  const train = Float64Array.from({ length: 100 }, (_, k) => k)
  const { features } = referenceOf([train])
  const [own] = features
  const counts = new Int32Array(own?.shares.length ?? 0)
  for (let value = 25; value < 125; value += 1) {
    const bin = binOf(own?.edges ?? new Float64Array(0), value)
    counts[bin] = (counts[bin] as number) + 1
  }
  expect(ks(own?.shares ?? new Float64Array(0), counts)).toBeCloseTo(0.25, 1)
  expect(ks(Float64Array.of(0.5, 0.5), Int32Array.of(75, 25))).toBe(0.25)
  expect(ks(Float64Array.of(0.1, 0.2, 0.7), Int32Array.of(1, 2, 7))).toBeCloseTo(0, 12)
})

test('groups hold a tenth at least, all bins in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }), (raw) => {
      const total = raw.reduce((sum, each) => sum + each, 0) || 1
      const shares = Float64Array.from(raw, (each) => each / total)
      const groups = groupsOf(shares)
      const sums = groupSharesOf(shares, groups)
      expect([...groups]).toEqual([...groups].sort((a, b) => a - b))
      if (raw.some((each) => each > 0)) for (const sum of sums) expect(sum).toBeGreaterThan(0.1 - 1e-6)
      const counts = Int32Array.from(raw)
      expect(groupCountsOf(counts, groups).reduce((sum, each) => sum + each, 0)).toBe(raw.reduce((sum, each) => sum + each, 0))
    }),
  )
})

const train = [uniforms(1, 5_000, 1), uniforms(1, 5_000, 2)]
const reference = referenceOf(train)
const rowOf = (at: number, shift = 0): Float64Array => Float64Array.of(shift + (train[0]?.[at] as number), train[1]?.[at] as number)

test('what the train rows show is no drift, what has moved is, and it names the feature', () => {
  const watch = new DriftWatch(reference)
  for (let row = 0; row < 499; row += 1) watch.add(rowOf(row))
  expect([watch.rowsMissing, watch.figures(), watch.isDrifted(0)]).toEqual([1, undefined, false])
  watch.add(rowOf(499))
  expect(watch.figures()?.map(({ isDrifted }) => isDrifted)).toEqual([false, false])
  for (let row = 0; row < 500; row += 1) watch.add(rowOf(row, 0.5))
  expect(watch.figures()?.map(({ isDrifted }) => isDrifted)).toEqual([true, false])
  expect(watch.figures()?.[0]?.ks).toBeCloseTo(0.5, 1)
  // It comes back with the rows.
  for (let row = 500; row < 1_000; row += 1) watch.add(rowOf(row))
  expect(watch.figures()?.map(({ isDrifted }) => isDrifted)).toEqual([false, false])
})

test.each([3, 499, 500, 741])('kept after %i rows and brought back it goes on as if nothing had been', (rows) => {
  const [whole, first] = [new DriftWatch(reference), new DriftWatch(reference)]
  for (let row = 0; row < rows; row += 1) for (const watch of [whole, first]) watch.add(rowOf(row, 0.1))
  const second = new DriftWatch(reference, JSON.parse(JSON.stringify(first.snapshot())) as string)
  for (let row = rows; row < rows + 300; row += 1) for (const watch of [whole, second]) watch.add(rowOf(row, 0.3))
  expect(second.snapshot()).toBe(whole.snapshot())
  expect(second.figures()).toEqual(whole.figures())
})

test('one train row in a thousand lies beyond the distance, and 1 is its mean', () => {
  const { means, deviations, distanceMax } = reference
  const distances = Array.from({ length: 5_000 }, (_, at) => distanceOf(rowOf(at), means, deviations))
  expect(distances.filter((each) => each > distanceMax)).toHaveLength(5)
  expect(distances.reduce((sum, each) => sum + each, 0) / 5_000).toBeCloseTo(1, 9)
})
