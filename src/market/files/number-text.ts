/**
 * The rare forms of numbers in a file: exponents, a decimal comma, thousands, currency signs, K and M, more digits than a double holds.
 */
import { parseDecimal } from '../../core/decimal.ts'

/** Digits that an integer in a double always holds exactly. */
export const DIGITS_EXACT = 15

/** 10^0 to 10^22 are exact doubles. */
export const POW10 = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/
const MISSING = /^(?:|nan|null|none|nil|\\n|n\/?a|undefined|-{1,2})$/i
/** Thousands are groups of three, and nothing else. */
const GROUPED = { '.': /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/, ',': /^[+-]?\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?:,\d*)?$/ } as const
const SUFFIX_EXPONENTS: Readonly<Record<string, number>> = { k: 3, m: 6, b: 9 }

export type DecimalMark = '.' | ','

/** Whether a cell says that there is no figure. */
export const isMissing = (text: string): boolean => MISSING.test(text.trim())

/** Plain decimal text of a number in any of the forms that files write; undefined when it is no number. */
export function toPlain(text: string, mark: DecimalMark = '.'): string | undefined {
  let bare = text.trim()
  const match = NUMBER.exec(bare)
  if (match !== null && mark === '.') return shifted(match, 0)
  bare = bare.replace(/^([+-]?)[$€£¥₿]\s?/, '$1')
  const suffix = /^(.*\d)\s?([kKmMbB])$/.exec(bare)
  if (suffix !== null) bare = suffix[1] as string
  if (GROUPED[mark].test(bare)) bare = bare.replace(mark === '.' ? /,/g : /[.\u00a0\u202f ]/g, '')
  if (mark === ',') {
    if (bare.includes('.') && !/[eE]/.test(bare)) return undefined
    bare = bare.replace(',', '.')
  }
  const read = NUMBER.exec(bare)
  return read === null ? undefined : shifted(read, suffix === null ? 0 : (SUFFIX_EXPONENTS[(suffix[2] as string).toLowerCase()] as number))
}

function shifted(match: RegExpExecArray, by: number): string | undefined {
  const whole = match[2] ?? ''
  const fraction = match[3] ?? ''
  const digits = whole + fraction
  if (digits === '') return undefined
  const sign = match[1] === '-' ? '-' : ''
  const exponent = Number(match[4] ?? 0) + by
  if (exponent === 0) return `${sign}${whole}${match[3] === undefined ? '' : `.${fraction}`}`
  const point = whole.length + exponent
  const moved =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`
  return `${sign}${moved}`
}

/** A decimal as an integer and its number of decimals, cut to 15 digits by rounding; undefined when the text is no number. */
export function readMantissa(text: string, mark: DecimalMark = '.'): { mantissa: number; decimals: number } | undefined {
  const plain = toPlain(text, mark)
  if (plain === undefined) return undefined
  const unsigned = plain.replace(/^[+-]/, '')
  const point = unsigned.indexOf('.')
  const whole = (point < 0 ? unsigned : unsigned.slice(0, point)).replace(/^0+/, '')
  const fraction = point < 0 ? '' : unsigned.slice(point + 1).replace(/0+$/, '')
  const leadingZeros = whole === '' ? fraction.length - fraction.replace(/^0+/, '').length : 0
  const decimals = Math.max(0, Math.min(fraction.length, DIGITS_EXACT - whole.length + leadingZeros, 22))
  const mantissa = parseDecimal(plain, decimals, 'nearest')
  return mantissa === undefined ? undefined : { mantissa, decimals }
}

/** The nearest double of a cell, however many digits it has; undefined when it is no number. */
export function readFloat(text: string, mark: DecimalMark = '.'): number | undefined {
  const plain = toPlain(text, mark)
  return plain === undefined ? undefined : Number(plain)
}

/** A fraction: `0.0001`, or `0.01%`. */
export function readFraction(text: string, mark: DecimalMark = '.'): string | undefined {
  const percent = /^(.*)\s*%$/.exec(text.trim())
  if (percent === null) return toPlain(text, mark)
  const plain = toPlain(percent[1] as string, mark)
  return plain === undefined ? undefined : toPlain(`${plain}e-2`)
}

/**
 * What separates the decimals in the numbers of a file, by the cells of its first rows.
 * Where commas are between groups of three only, the delimiter decides: a file that is itself cut by commas writes thousands with them.
 */
export function decimalMarkOf(cells: readonly string[], delimiter: string): DecimalMark {
  let grouped = false
  for (const cell of cells) {
    const text = cell.trim().replace(/^[+-]?[$€£¥₿]?/, '')
    if (!/^[\d.,]+$/.test(text) || !text.includes(',')) continue
    const point = text.lastIndexOf('.')
    const comma = text.lastIndexOf(',')
    if (point >= 0) return comma > point ? ',' : '.'
    if (!/^\d{1,3}(?:,\d{3})+$/.test(text)) return ','
    grouped = true
  }
  return grouped && delimiter !== ',' ? ',' : '.'
}

export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
