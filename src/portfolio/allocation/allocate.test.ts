/**
 * Allocation against figures of other libraries, against properties that define each method, and on data that allows no answer.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadLinearSolver } from '../../process/linear-solver.ts'
import { type AllocationRequest, METHODS, type Method, allocate } from './allocate.ts'
import { posteriorMeans } from './black-litterman.ts'
import { LONG_ONLY } from './bounds.ts'
import { type Returns, covarianceMatrix } from './covariance.ts'
import { type Vector, dot, multiply, quadraticForm } from './matrix.ts'
import { solveQuadratic } from './quadratic-program.ts'
import { leafOrder } from './single-linkage.ts'
import { seededReturns } from '../../../test/support/allocation.ts'

const solveLinear = await loadLinearSolver()
const RETURNS = seededReturns(6, 120, 7)

function requestOf(method: Method, more: Partial<AllocationRequest> = {}): AllocationRequest {
  const returns = more.returns ?? RETURNS
  return {
    method,
    names: returns.map((_, at) => `asset${at}`),
    returns,
    covariance: 'sample',
    decay: 0.94,
    bounds: LONG_ONLY,
    confidence: 0.95,
    blackLitterman: { market: new Float64Array(returns.length).fill(1 / returns.length), views: [], riskAversion: 2.5, tau: 0.05 },
    solveLinear,
    ...more,
  }
}

function weightsOf(method: Method, more: Partial<AllocationRequest> = {}): number[] {
  const allocated = allocate(requestOf(method, more))
  if (!allocated.ok) throw new Error(allocated.error)
  return Array.from(allocated.value.weights)
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  expected.forEach((value, at) => {
    expect(Math.abs((actual[at] as number) - value)).toBeLessThan(tolerance)
  })
}

/** Views of the reference: asset 0 returns 0.0002, asset 3 beats asset 1 by 0.0001. */
const VIEWS = [
  { weights: Float64Array.of(1, 0, 0, 0, 0, 0), value: 0.0002 },
  { weights: Float64Array.of(0, -1, 0, 1, 0, 0), value: 0.0001 },
]
const VIEWED = { market: new Float64Array(6).fill(1 / 6), views: VIEWS, riskAversion: 2.5, tau: 0.05 }

describe('equals the reference', () => {
  // Quadratic programs: NumPy, the best of all active sets, each solved exactly. max-sharpe bounded: SciPy's SLSQP. erc: SciPy's root.
  // hrp: SciPy's linkage and leaves_list. min-cvar: SciPy's linprog (HiGHS). ledoit-wolf: scikit-learn's LedoitWolf.
  test.each<[string, Method, Partial<AllocationRequest>, readonly number[], number]>([
    [
      'inverse-variance',
      'inverse-variance',
      {},
      [0.359334899136, 0.160214966185, 0.100856979389, 0.160148270289, 0.0894593120343, 0.129985572967],
      1e-11,
    ],
    [
      'inverse-vol',
      'inverse-vol',
      {},
      [0.25217386398, 0.168384423746, 0.133599044578, 0.168349371718, 0.125823902447, 0.151669393531],
      1e-11,
    ],
    ['min-variance', 'min-variance', {}, [0.637347469382, 0.224130576104, 0.0919415636853, 0.035743155442, 0.0108372353863, 0], 1e-8],
    [
      'min-variance between 0.1 and 0.22',
      'min-variance',
      { bounds: { min: 0.1, max: 0.22 } },
      [0.22, 0.22, 0.144839164513, 0.215160835487, 0.1, 0.1],
      1e-8,
    ],
    [
      'min-variance, ledoit-wolf',
      'min-variance',
      { covariance: 'ledoit-wolf' },
      [0.571088618783, 0.230730726956, 0.10073734331, 0.0720421721796, 0.0254011387711, 0],
      1e-8,
    ],
    [
      'min-variance, ewma',
      'min-variance',
      { covariance: 'ewma' },
      [0.494796749498, 0.257695532739, 0.137607399031, 0.109900318731, 0, 0],
      1e-8,
    ],
    ['max-sharpe', 'max-sharpe', {}, [0, 0, 0, 0, 0.0256533716832, 0.974346628317], 1e-8],
    ['max-sharpe between 0.05 and 0.3', 'max-sharpe', { bounds: { min: 0.05, max: 0.3 } }, [0.05, 0.05, 0.05, 0.25, 0.3, 0.3], 1e-6],
    ['erc', 'erc', {}, [0.266301417359, 0.187960516473, 0.144309345364, 0.152637871356, 0.123729258327, 0.12506159112], 1e-10],
    ['hrp', 'hrp', {}, [0.396474740983, 0.176774333282, 0.132322780518, 0.108956298169, 0.097036631229, 0.0884352158185], 1e-11],
    [
      'hrp of 13 assets',
      'hrp',
      { returns: seededReturns(13, 80, 11) },
      [
        0.3300662626789, 0.1491767504262, 0.0932454527978, 0.1095320407702, 0.0764866745115, 0.0431796444323, 0.0405649176031,
        0.0421272277889, 0.0257332866656, 0.038406974689, 0.0219964534988, 0.0147271749024, 0.0147571392353,
      ],
      1e-12,
    ],
    ['black-litterman with two views', 'black-litterman', { blackLitterman: VIEWED }, [0.979707768003, 0, 0, 0, 0, 0.0202922319974], 1e-7],
    [
      'min-cvar',
      'min-cvar',
      {},
      [0.262788134069, 0.0457576447067, 0.121822039154, 0.155610174556, 0.00795321927243, 0.406068788241],
      1e-10,
    ],
    [
      'min-cvar between 0.1 and 0.3',
      'min-cvar',
      { bounds: { min: 0.1, max: 0.3 } },
      [0.181583682673, 0.1, 0.1, 0.218416317327, 0.1, 0.3],
      1e-10,
    ],
    [
      'min-cvar at 90 %',
      'min-cvar',
      { confidence: 0.9 },
      [0.333866805379, 0.143570844055, 0.091966968365, 0.232287939938, 0, 0.198307442263],
      1e-10,
    ],
  ])('equals the reference: %s', (_, method, more, expected, tolerance) => {
    expectClose(weightsOf(method, more), expected, tolerance)
  })

  test('Ledoit-Wolf and EWMA entries', () => {
    const shrunk = covarianceMatrix(RETURNS, 'ledoit-wolf')
    expectClose((shrunk[0] as Vector).subarray(0, 2), [6.604120569399923e-6, 1.6859145042421308e-6], 1e-18)
    const ewma = covarianceMatrix(RETURNS, 'ewma')
    expectClose((ewma[0] as Vector).subarray(0, 2), [7.654657774312157e-6, 2.908466525768444e-6], 1e-18)
  })

  test('the means that views leave', () => {
    const means = posteriorMeans(covarianceMatrix(RETURNS, 'sample'), VIEWED)
    expectClose(
      means as Vector,
      [
        0.00010654069344229479, 2.6796800235168192e-5, 7.100242356058162e-5, 9.429100455884646e-5, 8.064945019007205e-5,
        0.00010460997137617305,
      ],
      1e-16,
    )
  })

  test("SciPy's order of leaves, ties included", () => {
    const distances = (returns: Returns): Float64Array[] => {
      const covariance = covarianceMatrix(returns, 'sample')
      return covariance.map((row, i) =>
        row.map((value, j) => {
          const scale = Math.sqrt(((covariance[i] as Vector)[i] as number) * ((covariance[j] as Vector)[j] as number))
          return i === j ? 0 : Math.sqrt((1 - value / scale) / 2)
        }),
      )
    }
    expect(leafOrder(distances(RETURNS))).toEqual([2, 1, 0, 4, 3, 5])
    expect(leafOrder(distances(seededReturns(13, 80, 11)))).toEqual([2, 1, 0, 4, 3, 9, 7, 6, 12, 5, 8, 10, 11])
    // Six items on a line at 0, 1, 2, 10, 11, 12: four distances of 1.
    const places = [0, 10, 1, 11, 2, 12]
    expect(leafOrder(places.map((a) => Float64Array.from(places, (b) => Math.abs(a - b))))).toEqual([4, 0, 2, 5, 1, 3])
  })
})

/** Returns on a coarse grid, so that ties, equal columns and standing columns occur. */
const cell = fc.integer({ min: -9, max: 10 }).map((n) => n / 1000)
const table = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 40 }))
  .chain(([assets, rows]) => fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), { minLength: assets, maxLength: assets }))
  .map((columns) => columns.map((column) => Float64Array.from(column)))

describe('for any returns', () => {
  test.each(METHODS)('%s answers weights within the bounds that sum to 1, or says why not', (method) => {
    fc.assert(
      fc.property(table, fc.constantFrom('sample', 'ewma', 'ledoit-wolf'), fc.nat(2), (returns, covariance, tightness) => {
        const count = returns.length
        const bounds = { min: (tightness * 0.3) / count, max: Math.min(1, (4 - tightness) / count) }
        const allocated = allocate(requestOf(method, { returns, covariance, bounds }))
        if (!allocated.ok) {
          expect(allocated.error).toMatch(/does not vary|do not determine|positive mean|do not exist/)
          return
        }
        const { weights, volatility, contributions } = allocated.value
        expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 10)
        for (const weight of weights) {
          expect(weight).toBeGreaterThanOrEqual(bounds.min - 1e-12)
          expect(weight).toBeLessThanOrEqual(bounds.max + 1e-12)
        }
        expect(contributions.reduce((sum, c) => sum + c, 0)).toBeCloseTo(volatility, 12)
        expect([...weights, volatility, ...contributions].every(Number.isFinite)).toBe(true)
      }),
    )
  })

  test('erc makes all contributions equal', () => {
    fc.assert(
      fc.property(table, (returns) => {
        const allocated = allocate(requestOf('erc', { returns, covariance: 'ledoit-wolf' }))
        if (!allocated.ok || returns.length === 1) return
        const { contributions, volatility } = allocated.value
        for (const contribution of contributions) expect(contribution / volatility).toBeCloseTo(1 / returns.length, 9)
      }),
    )
  })

  test('no shift between two assets improves a quadratic optimum', () => {
    fc.assert(
      fc.property(table, fc.array(cell, { minLength: 6, maxLength: 6 }), (returns, tilts) => {
        const covariance = covarianceMatrix(returns, 'ledoit-wolf')
        // What allocate refuses: assets that stand still, and two rows.
        fc.pre(covariance.every((row, at) => (row[at] as number) > 0) && (returns[0] as Vector).length > 2)
        // As each caller's, the linear term lies in the range of the matrix.
        const linear = multiply(
          covariance,
          Float64Array.from(returns, (_, at) => 1000 * (tilts[at] as number)),
        )
        const bounds = { min: 0.02, max: Math.min(1, 2 / returns.length) }
        const weights = solveQuadratic(covariance, linear, bounds)
        if (typeof weights === 'string') throw new Error(weights)
        const objective = (w: Vector): number => quadraticForm(covariance, w) / 2 - dot(linear, w)
        for (let from = 0; from < weights.length; from += 1) {
          for (let to = 0; to < weights.length; to += 1) {
            const step = Math.min(0.001, (weights[from] as number) - bounds.min, bounds.max - (weights[to] as number))
            if (from === to || step <= 0) continue
            const moved = Float64Array.from(weights)
            moved[from] = (weights[from] as number) - step
            moved[to] = (weights[to] as number) + step
            expect(objective(moved)).toBeGreaterThanOrEqual(objective(weights) - 1e-13)
          }
        }
      }),
    )
  })

  // Beyond 64 assets a part is solved for, and what it leaves out is priced.
  test.each([
    ['min-variance', LONG_ONLY],
    ['min-variance', { min: 0.001, max: 0.02 }],
    ['max-sharpe', LONG_ONLY],
    ['max-sharpe', { min: 0.001, max: 0.02 }],
    ['black-litterman', { min: 0.001, max: 0.02 }],
  ] as const)('no shift between two of 150 assets improves %s within %o', (method, bounds) => {
    const size = 150
    const returns = seededReturns(size, 200, 7)
    const covariance = covarianceMatrix(returns, 'ledoit-wolf')
    const tilts = Float64Array.from({ length: size }, (_, at) => (at * 37) % size)
    const views = [{ weights: tilts.map((value) => value / size), value: 0.01 }]
    const blackLitterman = { market: new Float64Array(size).fill(1 / size), views, riskAversion: 2.5, tau: 0.05 }
    const weights = Float64Array.from(weightsOf(method, { returns, covariance: 'ledoit-wolf', bounds, blackLitterman }))
    const means = Float64Array.from(returns, (column) => column.reduce((sum, value) => sum + value, 0) / column.length)
    const posterior = posteriorMeans(covariance, blackLitterman) as Vector
    const marginal = multiply(covariance, weights)
    const variance = dot(weights, marginal)
    // The derivative of what each method makes least, and how large it may be for rounding.
    const slopes = {
      'min-variance': marginal,
      'max-sharpe': marginal.map((value, at) => value / variance - (means[at] as number) / dot(means, weights)),
      'black-litterman': marginal.map((value, at) => 2.5 * value - (posterior[at] as number)),
    }[method]
    const most = slopes.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 0)
    const givers = slopes.filter((_, at) => (weights[at] as number) > bounds.min + 1e-9)
    const takers = slopes.filter((_, at) => (weights[at] as number) < bounds.max - 1e-9)
    expect(givers.length).toBeGreaterThan(0)
    expect(Math.max(...givers) - Math.min(...takers)).toBeLessThan(most * 1e-8)
  })

  test.each(METHODS.filter((method) => method !== 'hrp'))('%s does not depend on the order of the columns', (method) => {
    const forward = weightsOf(method, { covariance: 'ledoit-wolf' })
    const backward = weightsOf(method, { covariance: 'ledoit-wolf', returns: [...RETURNS].reverse() })
    expectClose(backward.reverse(), forward, 1e-9)
  })
})

describe('on thin data', () => {
  const [a, b] = RETURNS as [Float64Array, Float64Array]
  const still = new Float64Array(120).fill(0.001)

  test.each(METHODS)('on thin data: one asset gets everything: %s', (method) => {
    expect(weightsOf(method, { returns: [a] })).toEqual([1])
  })

  test.each(METHODS.filter((method) => method !== 'equal'))('%s refuses a column that does not vary', (method) => {
    expect(allocate(requestOf(method, { returns: [a, still, b] }))).toMatchObject({
      ok: false,
      error: expect.stringContaining('asset1 does not vary'),
    })
  })

  test('equal weighs a column that does not vary, which brings no risk', () => {
    const allocated = allocate(requestOf('equal', { returns: [a, still] }))
    expect(allocated.ok && allocated.value.weights).toEqual(Float64Array.of(0.5, 0.5))
    expect(allocated.ok && Math.abs(allocated.value.contributions[1] as number)).toBeLessThan(1e-15)
  })

  test.each(['min-variance', 'max-sharpe', 'black-litterman'] as const)(
    '%s refuses fewer rows than assets, but not when shrunk',
    (method) => {
      const returns = seededReturns(6, 5, 3)
      expect(allocate(requestOf(method, { returns }))).toMatchObject({ ok: false, error: expect.stringContaining('use ledoit-wolf') })
      expect(allocate(requestOf(method, { returns, covariance: 'ledoit-wolf' })).ok).toBe(true)
    },
  )

  test('two equal columns share evenly', () => {
    for (const method of ['min-variance', 'erc', 'hrp', 'inverse-vol'] as const)
      expectClose(weightsOf(method, { returns: [a, a] }), [0.5, 0.5], 1e-5)
  })

  test('a return that is no number, too few rows, and bounds that cannot be met are refused', () => {
    const broken = Float64Array.from(a)
    broken[3] = Number.NaN
    expect(allocate(requestOf('hrp', { returns: [b, broken] }))).toMatchObject({ error: expect.stringContaining('asset1 has a return') })
    expect(allocate(requestOf('hrp', { returns: [a.subarray(0, 1), b.subarray(0, 1)] }))).toMatchObject({
      error: expect.stringContaining('at least 2'),
    })
    expect(allocate(requestOf('equal', { bounds: { min: 0, max: 0.1 } }))).toMatchObject({ error: expect.stringContaining('less than 1') })
    expect(allocate(requestOf('equal', { bounds: { min: 0.3, max: 1 } }))).toMatchObject({ error: expect.stringContaining('more than 1') })
  })

  test('min-cvar says why where the solver has no answer', () => {
    expect(allocate(requestOf('min-cvar', { solveLinear: () => ({ ok: false, error: 'the linear program is infeasible' }) }))).toEqual({
      ok: false,
      error: 'The least conditional value at risk was not found: the linear program is infeasible.',
    })
  })

  test('max-sharpe refuses where every mean is negative', () => {
    const losing = RETURNS.map((column) => column.map((value) => value - 0.05))
    expect(allocate(requestOf('max-sharpe', { returns: losing }))).toMatchObject({ error: expect.stringContaining('positive mean') })
  })

  test('on thin data without views black-litterman answers the market', () => {
    const market = Float64Array.of(0.4, 0.2, 0.1, 0.1, 0.1, 0.1)
    expectClose(
      weightsOf('black-litterman', { blackLitterman: { market, views: [], riskAversion: 2.5, tau: 0.05 } }),
      Array.from(market),
      1e-8,
    )
  })

  test('weights that are cut leave the others in proportion', () => {
    const free = weightsOf('inverse-variance')
    const cut = weightsOf('inverse-variance', { bounds: { min: 0, max: 0.25 } })
    expect(cut[0]).toBeCloseTo(0.25, 12)
    expect((cut[1] as number) / (cut[2] as number)).toBeCloseTo((free[1] as number) / (free[2] as number), 10)
  })
})

test('a pair of copies but for 1e-12 has no largest Sharpe ratio to tell, and gets no weights that do not sum to one', () => {
  const a = [0.1999999999999999, 0, 0, 0, 0, 0, 0, 0, -0.1999999999999994, 0, 0, 0, 0]
  const b = [-0.09868515755479071, ...new Array<number>(12).fill(0)]
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const columns = [one, one.map((value) => value * 2 + 1e-12), other].map((column) => Float64Array.from(column))
    const answer = allocate(requestOf('max-sharpe', { returns: columns, covariance: 'ledoit-wolf' }))
    if (answer.ok) expect(answer.value.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
    else expect(answer.error).toMatch(/\.$/)
  }
})

test.each(['min-variance', 'max-sharpe', 'black-litterman', 'erc', 'hrp', 'min-cvar'] as const)(
  '%s ends with weights or a sentence where assets are copies of each other, or hedge each other exactly',
  (method) => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 8, maxLength: 30 }),
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 30, maxLength: 30 }),
        fc.constantFrom(1, -1, 2, -0.5),
        fc.constantFrom(0, 1e-12, 1e-9, 0.001),
        fc.constantFrom('sample', 'ledoit-wolf' as const),
        (a, b, factor, drift, covariance) => {
          const columns = [a, a.map((value) => value * factor + drift), b.slice(0, a.length)].map((column) => Float64Array.from(column))
          const answer = allocate(requestOf(method, { returns: columns, covariance }))
          if (!answer.ok) {
            expect(answer.error).toMatch(/\.$/)
            return
          }
          const { weights } = answer.value
          expect(weights.every((weight) => weight >= -1e-9 && weight <= 1 + 1e-9)).toBe(true)
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
        },
      ),
      { numRuns: 300 },
    )
  },
)
