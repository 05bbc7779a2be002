/**
 * Exact arithmetic on decimal texts, for what users are shown: sums, products and rounding without a float.
 */
interface Scaled {
  readonly units: bigint
  readonly scale: number
}

const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/

/** Whether the text is a plain decimal. */
export const isDecimal = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)

function read(text: string): Scaled {
  const match = PLAIN.exec(text)
  if (match === null) return { units: 0n, scale: 0 }
  const fraction = match[3] ?? ''
  const units = BigInt(`${match[2] ?? ''}${fraction}` || '0')
  return { units: match[1] === '-' ? -units : units, scale: fraction.length }
}

function write({ units, scale }: Scaled): string {
  const negative = units < 0n
  const digits = String(negative ? -units : units).padStart(scale + 1, '0')
  const fraction = scale === 0 ? '' : digits.slice(-scale).replace(/0+$/, '')
  const whole = scale === 0 ? digits : digits.slice(0, -scale)
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

const aligned = (a: Scaled, b: Scaled): readonly [bigint, bigint, number] => {
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

export function add(...texts: readonly string[]): string {
  let sum: Scaled = { units: 0n, scale: 0 }
  for (const text of texts) {
    const [a, b, scale] = aligned(sum, read(text))
    sum = { units: a + b, scale }
  }
  return write(sum)
}
export const negate = (text: string): string => {
  const { units, scale } = read(text)
  return write({ units: -units, scale })
}
export const subtract = (a: string, b: string): string => add(a, negate(b))
export const absolute = (text: string): string => (signOf(text) < 0 ? negate(text) : write(read(text)))
export function multiply(a: string, b: string): string {
  const x = read(a)
  const y = read(b)
  return write({ units: x.units * y.units, scale: x.scale + y.scale })
}
/** -1, 0 or 1. */
export function signOf(text: string): -1 | 0 | 1 {
  const { units } = read(text)
  return units < 0n ? -1 : units > 0n ? 1 : 0
}
export function compare(a: string, b: string): -1 | 0 | 1 {
  return signOf(subtract(a, b))
}
/** `a / b` cut to `decimals`, toward zero; 0 where b is 0. */
export function divide(a: string, b: string, decimals: number): string {
  const [x, y] = aligned(read(a), read(b))
  return y === 0n ? '0' : write({ units: (x * 10n ** BigInt(decimals)) / y, scale: decimals })
}
/** Rounded half away from zero, with exactly `decimals` decimals. */
export function fixed(text: string, decimals: number): string {
  const { units, scale } = read(text)
  const magnitude = units < 0n ? -units : units
  const divisor = 10n ** BigInt(Math.max(0, scale - decimals))
  const kept = (magnitude * 10n ** BigInt(Math.max(0, decimals - scale)) * 2n + divisor) / (divisor * 2n)
  const digits = String(kept).padStart(decimals + 1, '0')
  const whole = decimals === 0 ? digits : digits.slice(0, -decimals)
  return `${units < 0n && kept !== 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`
}
/** As a float, for ratios and pictures only. */
export const toFloat = (text: string): number => Number(text)
