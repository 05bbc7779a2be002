/**
 * Decimal text against integers of 10^-6: the same sums, products and roundings, worked out in BigInt.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { absolute, add, compare, divide, fixed, isDecimal, multiply, negate, signOf, subtract } from './amount.ts'
import { fromId, toId } from './ids.ts'

const SCALE = 1_000_000n
const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
/** Plain text of an integer of 10^-6, all six decimals written. */
const text = (n: bigint): string => {
  const size = n < 0n ? -n : n
  return `${n < 0n ? '-' : ''}${size / SCALE}.${String(size % SCALE).padStart(6, '0')}`
}
const back = (decimal: string): bigint => {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.')
  const size = BigInt(whole) * SCALE + BigInt(fraction.padEnd(6, '0'))
  return decimal.startsWith('-') ? -size : size
}

test('sums, differences, signs and order are those of the integers', () => {
  fc.assert(
    fc.property(units, units, (a, b) => {
      expect(back(add(text(a), text(b)))).toBe(a + b)
      expect(back(subtract(text(a), text(b)))).toBe(a - b)
      expect(back(negate(text(a)))).toBe(-a)
      expect(back(absolute(text(a)))).toBe(a < 0n ? -a : a)
      expect(signOf(text(a))).toBe(a < 0n ? -1 : a > 0n ? 1 : 0)
      expect(compare(text(a), text(b))).toBe(a < b ? -1 : a > b ? 1 : 0)
    }),
  )
})

test('a product loses no digit, a quotient is cut toward zero', () => {
  fc.assert(
    fc.property(units, units, (a, b) => {
      const [whole = '', fraction = ''] = multiply(text(a), text(b)).replace('-', '').split('.')
      const size = BigInt(whole + fraction.padEnd(12, '0'))
      expect(size).toBe((a < 0n ? -a : a) * (b < 0n ? -b : b))
      if (b !== 0n) expect(back(divide(text(a), text(b), 6))).toBe((a * SCALE) / b)
    }),
  )
})

test.each([
  ['1.005', 2, '1.01'],
  ['-1.005', 2, '-1.01'],
  ['0.004', 2, '0.00'],
  ['-0.004', 2, '0.00'],
  ['12', 2, '12.00'],
  ['99.995', 2, '100.00'],
  ['1234.5', 0, '1235'],
])('%s with %i decimals is %s', (given, decimals, expected) => {
  expect(fixed(given, decimals)).toBe(expected)
})

test('what is no plain decimal is distinguished', () => {
  for (const good of ['0', '1.5', '-2', '+3', '.5', '7.']) expect(isDecimal(good), good).toBe(true)
  for (const bad of ['', '.', '1e3', '0x1', '1,5', ' 1', 'NaN', '--1']) expect(isDecimal(bad), bad).toBe(false)
})

test('ids go there and back, sort as their numbers, and no other text is one', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.nat({ max: Number.MAX_SAFE_INTEGER }), (a, b) => {
      expect(fromId('ord', toId('ord', a))).toBe(a)
      expect(fromId('trd', toId('ord', a))).toBeUndefined()
      expect(Math.sign(toId('ord', a) < toId('ord', b) ? -1 : toId('ord', a) > toId('ord', b) ? 1 : 0)).toBe(Math.sign(a - b))
    }),
  )
  for (const bad of ['', 'ord_', 'ord_1', 'ord_0000000000I', 'ORD_00000000001', 'ord_ZZZZZZZZZZZ'])
    expect(fromId('ord', bad), bad).toBeUndefined()
})
