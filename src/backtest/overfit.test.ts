/**
 * The figures about luck against NumPy and SciPy, and what they must say of trials that are known to have skill or none.
 */
import { describe, expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { seededReturns } from '../../test/support/allocation.ts'
import { normalQuantile } from '../portfolio/results/statistics.ts'
import { overfittingProbability } from './cscv.ts'
import { expectedMaxSharpe, judgeTrials } from './overfit.ts'

test.each([
  [1e-9, -5.9978070150076865],
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.3, -0.5244005127080409],
  [0.9, 1.2815515655446004],
  [1 - 1e-6, 4.753424308817087],
])('normal quantile of %d', (probability, expected) => {
  expect(Math.abs(normalQuantile(probability) / expected - 1)).toBeLessThan(1e-8)
  if (probability > 1e-4 && probability < 0.9999) expect(normalQuantile(probability)).toBeCloseTo(expected, 12)
})

describe('equals the reference', () => {
  test('six trials of 120 rows', () => {
    const verdict = judgeTrials(seededReturns(6, 120, 7))
    const sharpe = [
      -0.40603594062818127, -0.05343397696947063, -0.001997032847812696, 0.15714903378187667, 0.19741067900068243, 0.34360220874770137,
    ]
    verdict.sharpe.forEach((value, at) => {
      expect(value).toBeCloseTo(sharpe[at] as number, 13)
    })
    expect(verdict.best).toBe(5)
    expect(verdict.probabilisticSharpe).toBeCloseTo(0.9999325887201491, 12)
    expect(verdict.deflatedSharpe).toBeCloseTo(0.5199875220074825, 12)
    expect(verdict.pbo).toBeCloseTo(0.007925407925407926, 12)
    expect(verdict.minTrackRecord).toBeCloseTo(23.096606304869844, 10)
    expect(expectedMaxSharpe(sharpe)).toBeCloseTo(0.3390908220602439, 12)
  })

  test('ten trials of 101 rows, which do not divide by 16: the first blocks are longer, as numpy.array_split', () => {
    const verdict = judgeTrials(seededReturns(10, 101, 3))
    expect(verdict.best).toBe(9)
    expect(verdict.deflatedSharpe).toBeCloseTo(0.9996256065847182, 12)
    expect(verdict.pbo).toBeCloseTo(0.007148407148407148, 12)
    expect(verdict.minTrackRecord).toBeCloseTo(5.480661831770549, 10)
  })
})

describe('says', () => {
  const random = new Random(5)
  const noise = (mean: number): Float64Array => Float64Array.from({ length: 320 }, () => mean + 0.01 * random.normal())

  test('says that trials without skill are often overfit, and that the best of them proves nothing', () => {
    const verdict = judgeTrials(Array.from({ length: 40 }, () => noise(0)))
    expect(verdict.pbo).toBeGreaterThan(0.2)
    expect(verdict.deflatedSharpe).toBeLessThan(0.9)
  })

  test('says that one trial with skill among many is found', () => {
    const verdict = judgeTrials([...Array.from({ length: 20 }, () => noise(0)), noise(0.005)])
    expect(verdict.best).toBe(20)
    expect(verdict.pbo).toBe(0)
    expect(verdict.deflatedSharpe).toBeGreaterThan(0.99)
    expect(verdict.minTrackRecord).toBeLessThan(50)
  })
})

describe('null where the data allows no figure', () => {
  const column = seededReturns(4, 60, 9)[3] as Float64Array
  const still = new Float64Array(60)

  test('null where the data allows no figure: one trial has no luck to compare with', () => {
    expect(judgeTrials([column])).toMatchObject({ best: 0, deflatedSharpe: null, pbo: null, probabilisticSharpe: expect.any(Number) })
  })

  test('fewer than 32 rows have no splits', () => {
    const short = [column, seededReturns(4, 60, 8)[3] as Float64Array].map((c) => c.subarray(0, 31))
    expect(overfittingProbability(short)).toBeUndefined()
    expect(overfittingProbability([column.subarray(0, 32), still.subarray(0, 32)])).toBeGreaterThanOrEqual(0)
  })

  test('a trial that stands still has no Sharpe ratio, and is not counted as tried', () => {
    expect(judgeTrials([still, column]).sharpe[0]).toBeNull()
    expect(judgeTrials([still, column]).deflatedSharpe).toBeNull()
    expect(judgeTrials([still, still])).toMatchObject({ best: null, probabilisticSharpe: null, minTrackRecord: null })
  })

  test('a loser has no track record that would make it a winner', () => {
    expect(judgeTrials([column.map((value) => -Math.abs(value))]).minTrackRecord).toBeNull()
  })

  test('equal trials: the best of one half is the middle of the other', () => {
    expect(overfittingProbability([column, column])).toBe(1)
  })
})
