/**
 * What the words behind an option mean: decimals, rates, money, dates, and options that may be repeated.
 */
import { parseDecimal, readStep } from '../../core/decimal.ts'
import { parseDuration } from '../../core/duration.ts'
import { nearestOf } from '../../core/nearest.ts'
import { CASH_SCALE, type Cash, RATE_SCALE, type Rate, cash, rate } from '../../core/units.ts'
import { CliError, EXIT } from '../exit.ts'

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

/** A flag's decimal as an integer of 10^-scale. @throws CliError naming the flag. */
export function decimalFlag(flag: string, value: string, scale: number): number {
  const parsed = parseDecimal(value.trim(), scale, 'nearest')
  if (parsed !== undefined) return parsed
  if (/^\d+(\.\d+)?$/.test(value.trim())) {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 10 ** scale)
    throw new CliError(EXIT.usage, `--${flag} ${value.trim()} is too large.`, `At most ${most.toLocaleString('en-US')}.`)
  }
  throw new CliError(EXIT.usage, `--${flag} '${value}' is not a number.`, `Example: --${flag} 0.001.`)
}

/** A step of prices or quantities, as plain text. @throws CliError naming the flag. */
export function stepFlag(flag: string, value: string): string
export function stepFlag(flag: string, value: string | undefined): string | undefined
export function stepFlag(flag: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const step = readStep(value)
  if (step === undefined)
    throw new CliError(
      EXIT.usage,
      `--${flag} '${value}' is not a positive decimal.`,
      `Pass a plain decimal, for example --${flag} 0.01 or 10.`,
    )
  return step
}

export const rateFlag = (flag: string, value: string | undefined, fallback: Rate): Rate =>
  value === undefined ? fallback : rate(decimalFlag(flag, value, RATE_SCALE))

export const cashFlag = (flag: string, value: string): Cash => cash(decimalFlag(flag, value, CASH_SCALE))

/** An instant in ms UTC. @throws CliError naming the flag. */
export function timeFlag(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const at = /^\d{10,}$/.test(value) ? Number(value) : Date.parse(/T/.test(value) ? value : `${value}T00:00:00Z`)
  if (Number.isNaN(at)) throw new CliError(EXIT.usage, `--${flag} '${value}' is not a date.`, `Example: --${flag} 2025-10-01.`)
  return at
}

/** A span of time in ms, above zero unless `mayBeZero`. @throws CliError naming the flag. */
export function spanFlag(flag: string, text: string, mayBeZero = false): number {
  const span = /^0\w*$/.test(text) ? 0 : parseDuration(text)
  if (span !== undefined && (span > 0 || mayBeZero)) return span
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a span of time.`, `Example: --${flag} 30d, 12h or 90min.`)
}

/** One of the words that an option knows. @throws CliError with the nearest one. */
export function choiceFlag<Name extends string>(flag: string, text: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === text)
  if (found !== undefined) return found
  const nearest = nearestOf(text, known)
  throw new CliError(
    EXIT.usage,
    `There is no ${flag} '${text}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    `Choices for --${flag}: ${known.join(', ')}.`,
  )
}

/** @throws CliError naming the flag. */
export function numberFlag(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a number.`)
}

/** A whole number within bounds. @throws CliError naming the flag and its bounds. */
export function wholeFlag(flag: string, text: string, min: number, max: number): number {
  const value = numberFlag(flag, text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a whole number from ${min} to ${max.toLocaleString('en-US')}.`)
}
