/**
 * Folds against a loop over all pairs of labels, which is written from the definition and shares no code with them.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FoldPlan, combinations, makeFolds } from './folds.ts'
import { type IndexRange, type LabelSpans, blocksOf, indicesOf } from './labels.ts'

/** Every pair of a test and a train label is looked at, and the embargo is counted off one sample after the other. */
function byPairs({ t0, t1 }: LabelSpans, isTest: readonly boolean[], embargo: number): number[] {
  const train: number[] = []
  for (let i = 0; i < t0.length; i += 1) {
    if (isTest[i] === true) continue
    let stays = true
    for (let j = 0; j < t0.length; j += 1)
      if (isTest[j] === true && Math.max(t0[i] as number, t0[j] as number) <= Math.min(t1[i] as number, t1[j] as number)) stays = false
    for (let end = 1; end <= t0.length; end += 1) {
      if (isTest[end - 1] !== true || isTest[end] === true) continue
      let last = 0
      for (let j = end - 1; j >= 0 && isTest[j] === true; j -= 1) last = Math.max(last, t1[j] as number)
      const later: number[] = []
      for (let k = 0; k < t0.length; k += 1) if ((t0[k] as number) >= last) later.push(k)
      if (later.slice(0, embargo).includes(i)) stays = false
    }
    if (stays) train.push(i)
  }
  return train
}

const spansOf = (rows: readonly (readonly [step: number, length: number])[]): LabelSpans => {
  let time = 0
  const t0 = rows.map(([step]) => (time += step))
  return { t0: Float64Array.from(t0), t1: Float64Array.from(rows, ([, length], at) => (t0[at] as number) + length) }
}
const listed = (ranges: readonly IndexRange[]): number[] => [...indicesOf(ranges)]

/** Several samples at one instant, labels of no length, and labels that reach past many others. */
const spans = fc.array(fc.tuple(fc.nat(3), fc.oneof(fc.nat(3), fc.nat(40))), { minLength: 12, maxLength: 60 }).map((rows) => spansOf(rows))
const plans: fc.Arbitrary<FoldPlan> = fc.oneof(
  fc.record({ kind: fc.constant('kfold' as const), folds: fc.integer({ min: 2, max: 7 }), embargo: fc.constantFrom(0, 0.01, 0.07, 0.2) }),
  fc.record({
    kind: fc.constant('cpcv' as const),
    groups: fc.integer({ min: 3, max: 6 }),
    testGroups: fc.integer({ min: 1, max: 2 }),
    embargo: fc.constantFrom(0, 0.05),
  }),
)

describe('folds', () => {
  test('train sets are those of a loop over all pairs of labels', () => {
    fc.assert(
      fc.property(spans, plans, (labels, plan) => {
        const made = makeFolds(labels, plan)
        const embargo = Math.floor(labels.t0.length * plan.embargo)
        if (!made.ok) {
          expect(made.error.code).toBe('nothing-to-train')
          return
        }
        for (const split of made.value.splits) {
          const tested = new Set(listed(split.test))
          const isTest = Array.from(labels.t0, (_, at) => tested.has(at))
          expect(listed(split.train)).toEqual(byPairs(labels, isTest, embargo))
          expect(tested.size + listed(split.train).length + split.purged + split.embargoed).toBe(labels.t0.length)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('every sample is tested once in a K-fold, and once on each path of a CPCV', () => {
    const labels = spansOf(Array.from({ length: 61 }, () => [10, 3]))
    for (const plan of [
      { kind: 'kfold', folds: 5, embargo: 0 },
      { kind: 'cpcv', groups: 6, testGroups: 2, embargo: 0 },
      { kind: 'cpcv', groups: 7, testGroups: 3, embargo: 0.02 },
    ] as const) {
      const made = makeFolds(labels, plan)
      if (!made.ok) throw new Error(made.error.code)
      const { splits, paths, groups } = made.value
      for (const path of paths)
        for (const [group, split] of path.entries()) {
          const [from, to] = groups[group] as IndexRange
          const tested = listed(splits[split]?.test ?? [])
          expect(tested).toEqual(expect.arrayContaining(Array.from({ length: to - from }, (_, at) => from + at)))
        }
      for (const group of groups.keys()) expect(new Set(paths.map((path) => path[group])).size).toBe(paths.length)
    }
  })

  test('six groups of which two are tested give 15 splits and five paths', () => {
    const made = makeFolds(spansOf(Array.from({ length: 60 }, () => [10, 3])), { kind: 'cpcv', groups: 6, testGroups: 2, embargo: 0 })
    expect(made.ok && [made.value.splits.length, made.value.paths.length, combinations(6, 2)]).toEqual([15, 5, 15])
  })

  test('labels that end at the instant at which a test label begins are purged, those before stay', () => {
    const made = makeFolds(spansOf(Array.from({ length: 10 }, () => [10, 10])), { kind: 'kfold', folds: 5, embargo: 0 })
    expect(made.ok && made.value.splits[1]).toMatchObject({
      test: [[2, 4]],
      train: [
        [0, 1],
        [5, 10],
      ],
      purged: 2,
      embargoed: 0,
    })
  })

  test('an embargo of 25 % of ten samples keeps two away, the first of them decided at the end of the last test label', () => {
    const made = makeFolds(spansOf(Array.from({ length: 10 }, () => [10, 10])), { kind: 'kfold', folds: 5, embargo: 0.25 })
    expect(made.ok && made.value.embargoSamples).toBe(2)
    expect(made.ok && made.value.splits[1]).toMatchObject({
      train: [
        [0, 1],
        [6, 10],
      ],
      purged: 2,
      embargoed: 1,
    })
  })

  test('blocks differ by one at most, the first ones being longer', () => {
    expect(blocksOf(11, 4)).toEqual([
      [0, 3],
      [3, 6],
      [6, 9],
      [9, 11],
    ])
  })

  test('what cannot be split says why, with figures', () => {
    const few = spansOf(Array.from({ length: 3 }, () => [10, 1]))
    expect(makeFolds(few, { kind: 'kfold', folds: 5, embargo: 0 })).toMatchObject({
      error: { code: 'too-few-samples', samples: 3, groups: 5 },
    })
    const long = spansOf(Array.from({ length: 20 }, () => [1, 500]))
    expect(makeFolds(long, { kind: 'kfold', folds: 5, embargo: 0 })).toMatchObject({ error: { code: 'nothing-to-train', purged: 16 } })
    expect(
      makeFolds(spansOf(Array.from({ length: 60 }, () => [1, 0])), { kind: 'cpcv', groups: 30, testGroups: 15, embargo: 0 }),
    ).toMatchObject({
      error: { code: 'too-many-splits' },
    })
  })
})
