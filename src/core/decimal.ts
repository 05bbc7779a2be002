/**
 * Exact arithmetic on scaled integers, and the only way between decimal text and integers.
 */
import { InvariantError } from './assert.ts'

/** floor: toward minus infinity; ceil: toward plus infinity; trunc: toward zero; nearest: half away from zero. */
export type Rounding = 'floor' | 'ceil' | 'trunc' | 'nearest'

const SAFE = Number.MAX_SAFE_INTEGER
/** Products up to here go without BigInt: quotient x divisor, at most a divisor beyond the product, is then exact in a double too. */
const FAST = 2 ** 52

/** `floor(a * b / d)`, exact for safe integers a, b and d > 0. @throws InvariantError when the result is unsafe. */
export function mulDivFloor(a: number, b: number, d: number): number {
  const product = a * b
  if (product <= FAST && product >= -FAST) {
    if (d === 1) return product
    let quotient = Math.floor(product / d)
    const rest = product - quotient * d
    if (rest < 0) quotient -= 1
    else if (rest >= d) quotient += 1
    return quotient
  }
  const wide = BigInt(a) * BigInt(b)
  const divisor = BigInt(d)
  let quotient = wide / divisor
  if (wide < 0n && quotient * divisor !== wide) quotient -= 1n
  return toSafe(quotient)
}

/** `ceil(a * b / d)`, exact; see {@link mulDivFloor}. */
export function mulDivCeil(a: number, b: number, d: number): number {
  return 0 - mulDivFloor(0 - a, b, d)
}

/** `a * b / d` rounded in the named direction, exact for safe integers and d > 0. @throws InvariantError when the result is unsafe. */
export function mulDiv(a: number, b: number, d: number, rounding: Rounding): number {
  switch (rounding) {
    case 'floor':
      return mulDivFloor(a, b, d)
    case 'ceil':
      return mulDivCeil(a, b, d)
    case 'trunc':
      return a < 0 !== b < 0 ? mulDivCeil(a, b, d) : mulDivFloor(a, b, d)
    case 'nearest':
      return mulDivNearest(a, b, d)
  }
}

function mulDivNearest(a: number, b: number, d: number): number {
  const product = a * b
  if (product <= FAST && product >= -FAST) {
    if (d === 1) return product
    const size = product < 0 ? -product : product
    let quotient = Math.floor(size / d)
    let rest = size - quotient * d
    if (rest < 0) {
      quotient -= 1
      rest += d
    } else if (rest >= d) {
      quotient += 1
      rest -= d
    }
    // rest * 2 may leave the safe range only when d does not fit in 52 bits, which no caller uses; d - rest stays inside it.
    if (rest >= d - rest) quotient += 1
    return product < 0 ? 0 - quotient : quotient
  }
  const wide = BigInt(a) * BigInt(b)
  const divisor = BigInt(d)
  const magnitude = wide < 0n ? -wide : wide
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n)
  return toSafe(wide < 0n ? -rounded : rounded)
}

/** A product that is larger than whole numbers are exact. */
export class OverflowError extends InvariantError {}

function toSafe(value: bigint): number {
  const n = Number(value)
  if (n > SAFE || n < -SAFE) throw new OverflowError(`integer overflow: ${value} does not fit in 53 bits`)
  return n
}

/** Sum of two amounts. @throws InvariantError when the sum is unsafe, instead of losing digits silently. */
export function addSafe(a: number, b: number): number {
  const sum = a + b
  if (sum > SAFE || sum < -SAFE) throw new OverflowError(`integer overflow: ${a} + ${b}`)
  return sum
}

/** Greatest common divisor of two non-negative integers. */
export function gcd(a: number, b: number): number {
  let x = a
  let y = b
  while (y !== 0) {
    const rest = x % y
    x = y
    y = rest
  }
  return x
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/

/**
 * Reads plain decimal text as an integer of 10^-scale.
 * Answers undefined when the text is not a plain decimal, has more decimals than `scale` and no rounding is named, or does not fit.
 */
export function parseDecimal(text: string, scale: number, rounding?: Rounding): number | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const whole = match[2] ?? ''
  const fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const kept = fraction.slice(0, scale).padEnd(scale, '0')
  const cut = fraction.slice(scale)
  const digits = (whole + kept).replace(/^0+(?=\d)/, '')
  if (digits.length > 16) return undefined
  let magnitude = digits === '' ? 0 : Number(digits)
  const negative = match[1] === '-'
  if (/[1-9]/.test(cut)) {
    if (rounding === undefined) return undefined
    const away =
      rounding === 'nearest' ? cut.charCodeAt(0) >= 53 : rounding === 'ceil' ? !negative : rounding === 'floor' ? negative : false
    if (away) magnitude += 1
  }
  if (magnitude > SAFE) return undefined
  return negative && magnitude !== 0 ? -magnitude : magnitude
}

/** Most digits that a step may have: more are no step of any market, and a double would not hold them. */
const STEP_DIGITS = 15

/**
 * Reads a step (a tick, a lot) of any size as plain decimal text without zeros that say nothing: `0.10` is `0.1`, `10.0` is `10`.
 * Answers undefined for what is no decimal above zero. The one reader of steps for flags, files and instruments.
 */
export function readStep(text: string): string | undefined {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text.trim())
  if (match === null) return undefined
  const whole = (match[1] ?? '').replace(/^0+(?=\d)/, '')
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '' || digits.replace(/0+$/, '').length > STEP_DIGITS || whole.length > STEP_DIGITS || fraction.length > STEP_DIGITS)
    return undefined
  return fraction === '' ? whole : `${whole === '' ? '0' : whole}.${fraction}`
}

/**
 * {@link parseDecimal} without rounding for non-negative text, for paths that read thousands a second: no allocation, no expression.
 * Answers -1 where the other one answers undefined, and for negative text.
 */
export function scanDecimal(text: string, scale: number): number {
  let value = 0
  let digits = 0
  let decimals = -1
  for (let k = 0; k < text.length; k++) {
    const digit = text.charCodeAt(k) - 48
    if (digit >= 0 && digit <= 9) {
      digits += 1
      if (decimals === scale) {
        if (digit !== 0) return -1
        continue
      }
      if (decimals >= 0) decimals += 1
      value = value * 10 + digit
      if (value > SAFE) return -1
    } else if (digit === -2 && decimals < 0) decimals = 0
    else return -1
  }
  if (digits === 0) return -1
  for (let k = decimals < 0 ? 0 : decimals; k < scale; k++) value *= 10
  return value > SAFE ? -1 : value
}

/** Decimals that a plain decimal text carries, trailing zeros not counted. */
export function decimalsOf(text: string): number {
  const point = text.indexOf('.')
  if (point < 0) return 0
  let end = text.length
  while (end > point + 1 && text.charCodeAt(end - 1) === 48) end -= 1
  return end - point - 1
}

/** Writes an integer of 10^-scale as plain decimal text without trailing zeros or exponent. */
export function formatDecimal(value: number, scale: number): string {
  const negative = value < 0
  const digits = String(negative ? -value : value).padStart(scale + 1, '0')
  const cut = digits.length - scale
  const fraction = digits.slice(cut).replace(/0+$/, '')
  const text = fraction === '' ? digits.slice(0, cut) : `${digits.slice(0, cut)}.${fraction}`
  return negative ? `-${text}` : text
}

/** Writes an integer of 10^-scale with exactly `decimals` decimals, rounded half away from zero, for users to read. */
export function formatFixed(value: number, scale: number, decimals: number): string {
  if (decimals >= scale) {
    const plain = formatDecimal(value, scale)
    const have = decimalsOf(plain)
    return decimals === 0 ? plain : `${have === 0 ? `${plain}.` : plain}${'0'.repeat(decimals - have)}`
  }
  return formatFixed(mulDiv(value, 1, 10 ** (scale - decimals), 'nearest'), decimals, decimals)
}

/** `-1,234.5` of `-1234.5`: a comma each three digits, for users only. */
export function groupDigits(text: string): string {
  const [whole = '', fraction] = text.split('.')
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}${fraction === undefined ? '' : `.${fraction}`}`
}
