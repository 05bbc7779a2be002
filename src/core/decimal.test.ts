/**
 * Exact arithmetic against BigInt, and decimal text there and back.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from './assert.ts'
import {
  type Rounding,
  addSafe,
  decimalsOf,
  formatDecimal,
  formatFixed,
  gcd,
  mulDiv,
  mulDivCeil,
  mulDivFloor,
  parseDecimal,
  readStep,
  scanDecimal,
} from './decimal.ts'

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** a x b / d by BigInt, rounded by comparing twice the rest with the divisor. */
function reference(a: number, b: number, d: number, rounding: Rounding): bigint {
  const product = BigInt(a) * BigInt(b)
  const divisor = BigInt(d)
  const truncated = product / divisor
  const rest = product - truncated * divisor
  if (rest === 0n) return truncated
  const away = truncated + (product < 0n ? -1n : 1n)
  switch (rounding) {
    case 'trunc':
      return truncated
    case 'floor':
      return product < 0n ? away : truncated
    case 'ceil':
      return product < 0n ? truncated : away
    case 'nearest':
      return (rest < 0n ? -rest : rest) * 2n >= divisor ? away : truncated
  }
}

const safe = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(0, 1, -1, 94_906_265, 94_906_266, -94_906_266, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
)
const divisor = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.constantFrom(1, 2, 3, 7, 100, 1e8, 1e10, 2 ** 31, 2 ** 52),
  fc.integer({ min: 1, max: 2 ** 52 }),
)

describe('mulDiv', () => {
  test.each(['floor', 'ceil', 'trunc', 'nearest'] as const)(
    '%s equals BigInt for all safe factors, or refuses an unsafe result',
    (rounding) => {
      fc.assert(
        fc.property(safe, safe, divisor, (a, b, d) => {
          const expected = reference(a, b, d, rounding)
          const isSafe = expected <= SAFE && expected >= -SAFE
          if (isSafe) expect(BigInt(mulDiv(a, b, d, rounding))).toBe(expected)
          else expect(() => mulDiv(a, b, d, rounding)).toThrow(InvariantError)
        }),
        { numRuns: 4_000 },
      )
    },
  )

  test.each([
    [7, 1, 2, { floor: 3, ceil: 4, trunc: 3, nearest: 4 }],
    [-7, 1, 2, { floor: -4, ceil: -3, trunc: -3, nearest: -4 }],
    [5, 1, 3, { floor: 1, ceil: 2, trunc: 1, nearest: 2 }],
    [-4, 1, 3, { floor: -2, ceil: -1, trunc: -1, nearest: -1 }],
    // 10,000 USDT in 1e-8 times 1,000 ppm: the product alone is 1e15, and 0.1 % of it is 10 USDT.
    [1e12, 1_000, 1e6, { floor: 1e9, ceil: 1e9, trunc: 1e9, nearest: 1e9 }],
  ])('mulDiv: %d x %d / %d', (a, b, d, expected) => {
    for (const rounding of ['floor', 'ceil', 'trunc', 'nearest'] as const) expect(mulDiv(a, b, d, rounding)).toBe(expected[rounding])
  })

  test('floor and ceil meet only where the division is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e7, max: 9e7 }), fc.integer({ min: -9e7, max: 9e7 }), fc.integer({ min: 1, max: 1e9 }), (a, b, d) => {
        const exact = (BigInt(a) * BigInt(b)) % BigInt(d) === 0n
        expect(mulDivCeil(a, b, d) - mulDivFloor(a, b, d)).toBe(exact ? 0 : 1)
      }),
    )
  })
})

test('a sum that would lose digits is refused', () => {
  expect(addSafe(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(Number.MAX_SAFE_INTEGER)
  expect(() => addSafe(Number.MAX_SAFE_INTEGER, 1)).toThrow(InvariantError)
  expect(() => addSafe(-Number.MAX_SAFE_INTEGER, -1)).toThrow(InvariantError)
})

test('gcd divides both and leaves coprime parts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (a, b) => {
      const g = gcd(a, b)
      expect(a % g).toBe(0)
      expect(b % g).toBe(0)
      expect(gcd(a / g, b / g)).toBe(1)
    }),
  )
})

describe('decimal text', () => {
  test('an integer survives the way to text and back at every scale', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), fc.integer({ min: 0, max: 10 }), (value, scale) => {
        const text = formatDecimal(value, scale)
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/)
        expect(parseDecimal(text, scale)).toBe(value)
      }),
    )
  })

  test('text survives the way to an integer and back', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 }).map((d) => d.join(''))
    fc.assert(
      fc.property(fc.boolean(), digits, digits, (isNegative, whole, fraction) => {
        const plain = `${whole.replace(/^0+(?=\d)/, '')}.${fraction}`.replace(/\.?0+$/, '')
        const value = plain === '' || plain === '0' ? '0' : `${isNegative ? '-' : ''}${plain}`
        // The trailing zeros of a whole number are digits of it.
        const expected = /[1-9]/.test(fraction) ? value : `${isNegative && Number(whole) !== 0 ? '-' : ''}${Number(whole)}`
        const read = parseDecimal(`${isNegative ? '-' : ''}${whole}.${fraction}`, 8)
        expect(formatDecimal(read as number, 8)).toBe(expected)
      }),
    )
  })

  test.each([
    ['1.23456789', undefined, undefined],
    ['1.23456789', 'floor', 1234567],
    ['1.23456789', 'ceil', 1234568],
    ['-1.23456789', 'floor', -1234568],
    ['-1.23456789', 'ceil', -1234567],
    ['-1.23456789', 'trunc', -1234567],
    ['0.0000005', 'nearest', 1],
    ['0.00000049', 'nearest', 0],
    ['.5', undefined, 500_000],
    ['5.', undefined, 5_000_000],
    ['+7', undefined, 7_000_000],
    ['-0', undefined, 0],
    ['', undefined, undefined],
    ['.', undefined, undefined],
    ['1e5', undefined, undefined],
    ['1,000', undefined, undefined],
    ['9007199254.740993', undefined, undefined],
    ['9007199254.740991', undefined, Number.MAX_SAFE_INTEGER],
  ] as const)('parse %s to 6 decimals, rounding %s', (text, rounding, expected) => {
    expect(parseDecimal(text, 6, rounding)).toBe(expected)
  })

  test.each([
    ['1.500', 1],
    ['12', 0],
    ['0.00010', 4],
    ['3.', 0],
  ])('decimal text: decimals of %s', (text, expected) => {
    expect(decimalsOf(text)).toBe(expected)
  })

  test.each([
    [123_456_789, 8, 2, '1.23'],
    [-123_500_000, 8, 2, '-1.24'],
    [5, 0, 2, '5.00'],
    [99_999_999, 8, 0, '1'],
  ])('%d at scale %d with %d decimals', (value, scale, decimals, expected) => {
    expect(formatFixed(value, scale, decimals)).toBe(expected)
  })
})

describe('scanDecimal', () => {
  const texts = fc.oneof(
    fc.tuple(fc.bigInt({ min: 0n, max: 99_999_999_999_999_999n }), fc.stringMatching(/^\d{0,10}$/)).map(([w, f]) => `${w}.${f}`),
    fc.bigInt({ min: 0n, max: 99_999_999_999_999_999n }).map(String),
    fc.stringMatching(/^[0-9.]{0,8}$/),
    fc.stringMatching(/^[-+0-9.e ,]{0,6}$/),
  )
  test('scanDecimal: answers as parseDecimal does, and -1 where that one answers nothing or a sign is in front', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 10 }), (text, scale) => {
        const slow = /^[-+]/.test(text) ? undefined : parseDecimal(text, scale)
        expect(scanDecimal(text, scale)).toBe(slow ?? -1)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('readStep', () => {
  test.each([
    ['10', '10'],
    ['100', '100'],
    ['10.0', '10'],
    ['100000', '100000'],
    ['0.10', '0.1'],
    ['.5', '0.5'],
    ['007', '7'],
    ['0.0000000001', '0.0000000001'],
    ['0.000001', '0.000001'],
    [' 1 ', '1'],
  ])('readStep: %s is %s', (text, step) => {
    expect(readStep(text)).toBe(step)
  })

  test.each(['0', '0.000', '', '.', '-1', '1e-6', '1,5', 'ten', '1.2.3', '0.1234567890123456'])('readStep: %s is no step', (text) => {
    expect(readStep(text)).toBeUndefined()
  })
})
