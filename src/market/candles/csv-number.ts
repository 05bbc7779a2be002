/**
 * The rare forms of numbers and times in a CSV: exponents, quotes, more digits than a double holds, dates as text.
 * Never on the path of plain digits: the byte parser handles those itself.
 */
import { parseDecimal } from '../../core/decimal.ts'

/** Digits that an integer in a double always holds exactly. */
export const DIGITS_EXACT = 15

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** Plain decimal text of a number that may have an exponent or quotes; undefined when it is no number. */
export function toPlain(text: string): string | undefined {
  const bare = text.trim().replace(/^"(.*)"$/, '$1')
  const match = NUMBER.exec(bare)
  if (match === null || `${match[2] ?? ''}${match[3] ?? ''}` === '') return undefined
  const exponent = Number(match[4] ?? 0)
  if (exponent === 0) return bare.replace(/[eE].*$/, '')
  const whole = match[2] ?? ''
  const digits = whole + (match[3] ?? '')
  const point = whole.length + exponent
  const shifted =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`
  return `${match[1] === '-' ? '-' : ''}${shifted}`
}

/** A decimal as an integer and its number of decimals, cut to 15 digits by rounding; undefined when the text is no number. */
export function readMantissa(text: string): { mantissa: number; decimals: number } | undefined {
  const plain = toPlain(text)
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

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/

/** Milliseconds UTC of a date as text; without a zone it is UTC. Undefined when the text is no date or no such day exists. */
export function readIsoTime(text: string): number | undefined {
  const match = ISO.exec(text.trim().replace(/^"(.*)"$/, '$1'))
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const millisecond = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const back = new Date(instant)
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined
  const zone = /^([+-])(\d\d):?(\d\d)?$/.exec(match[8] ?? '')
  if (zone === null) return instant
  const offsetMs = (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) * 60_000
  return zone[1] === '-' ? instant + offsetMs : instant - offsetMs
}
