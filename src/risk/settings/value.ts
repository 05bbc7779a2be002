/**
 * One value of a setting: from the text that a person gives to its meaning, within the hard bounds, and back to one canonical text.
 */
import { parseDuration } from '../../core/duration.ts'
import { formatDecimal, parseDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash, DAY_MS, HOUR_MS, MINUTE_MS, cash } from '../../core/units.ts'
import { type MoneyLimit, fractionLimit, limitAt } from '../../core/money-limit.ts'
import { type Setting, type SettingKey, settingOf } from './setting.ts'

export type SettingValue =
  | { readonly type: 'limit'; readonly limit: MoneyLimit }
  | { readonly type: 'number'; readonly number: number }
  | { readonly type: 'choice'; readonly choice: string }

export interface ReadSetting {
  readonly value: SettingValue
  /** Canonical: two texts that mean the same are the same. */
  readonly text: string
}

/** Why a text is no value of a setting: not of its unit, or beyond its bounds. */
export interface SettingProblem {
  readonly code: 'not-a-value' | 'out-of-bounds'
  /** What is allowed, with an example: `0.1% to 20%, such as 5%, or money, such as 500 USDT`. */
  readonly allowed: string
}

const PERCENT_SCALE = 8
const OFF = 'off'

/** @example readSetting('dayLoss', '5 %') // { text: '5%', value: { type: 'limit', … } } */
export function readSetting(key: SettingKey, given: string): ReadSetting | SettingProblem {
  const setting = settingOf(key)
  const text = given.trim()
  const read = parse(setting, text)
  if (read === undefined) return { code: 'not-a-value', allowed: allowedText(key) }
  return isWithin(setting, read.value) ? read : { code: 'out-of-bounds', allowed: allowedText(key) }
}

function parse(setting: Setting, text: string): ReadSetting | undefined {
  switch (setting.unit) {
    case 'choice': {
      const choice = setting.choices.find((each) => each === text.toLowerCase())
      return choice === undefined ? undefined : { value: { type: 'choice', choice }, text: choice }
    }
    case 'percent':
      return parsePercent(text, (fraction) => ({ type: 'number', number: fraction }))
    case 'money-or-percent':
      return parsePercent(text, (fraction) => ({ type: 'limit', limit: fractionLimit(fraction) })) ?? parseMoney(text, setting.most)
    case 'money':
      return parseMoney(text, Number.POSITIVE_INFINITY)
    case 'duration': {
      const ms = parseDuration(text)
      return ms === undefined ? undefined : { value: { type: 'number', number: ms }, text: durationText(ms) }
    }
    case 'number': {
      if (setting.off === true && text.toLowerCase() === OFF)
        return { value: { type: 'number', number: Number.POSITIVE_INFINITY }, text: OFF }
      const suffix = setting.suffix ?? ''
      const isMarked = suffix !== '' && text.toLowerCase().endsWith(suffix)
      const units = parseDecimal(isMarked ? text.slice(0, -suffix.length).trim() : text, 4)
      if (units === undefined || (setting.isWhole === true && units % 1e4 !== 0)) return undefined
      return { value: { type: 'number', number: units / 1e4 }, text: `${formatDecimal(units, 4)}${suffix}` }
    }
  }
}

function parsePercent(text: string, toValue: (fraction: number) => SettingValue): ReadSetting | undefined {
  if (!text.endsWith('%')) return undefined
  const units = parseDecimal(text.slice(0, -1).trim(), PERCENT_SCALE)
  if (units === undefined) return undefined
  return { value: toValue(units / 10 ** (PERCENT_SCALE + 2)), text: `${formatDecimal(units, PERCENT_SCALE)}%` }
}

/** `500 USDT`, `$500`. A bare number is not taken: it may be meant in percent. */
function parseMoney(text: string, most: number): ReadSetting | undefined {
  const amount = /^\$ ?([\d.]+)$/.exec(text)?.[1] ?? /^([\d.]+) ?(?:USDT|USD)$/i.exec(text)?.[1]
  const units = amount === undefined ? undefined : parseDecimal(amount, CASH_SCALE)
  if (units === undefined) return undefined
  return { value: { type: 'limit', limit: { cash: cash(units), fraction: most } }, text: `${formatDecimal(units, CASH_SCALE)} USDT` }
}

function isWithin(setting: Setting, value: SettingValue): boolean {
  if (setting.unit === 'choice') return true
  if (value.type === 'number')
    return value.number === Number.POSITIVE_INFINITY || (value.number >= setting.least && value.number <= setting.most)
  if (value.type === 'choice') return true
  const { limit } = value
  if (setting.unit === 'money') return limit.cash >= setting.least * 1e8 && limit.cash <= setting.most * 1e8
  // Money is bounded by the equity that there is, each time it is looked at.
  return isMoney(value) ? limit.cash > 0 : limit.fraction >= setting.least && limit.fraction <= setting.most
}

const isMoney = (value: SettingValue): boolean => value.type === 'limit' && value.limit.cash < 9.0e15

/** What may be given, in words. */
export function allowedText(key: SettingKey): string {
  const setting = settingOf(key)
  const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(12))}%`
  switch (setting.unit) {
    case 'choice':
      return `${setting.choices.slice(0, -1).join(', ')} or ${setting.choices.at(-1)}`
    case 'percent':
      return `${percent(setting.least)} to ${percent(setting.most)}`
    case 'money-or-percent':
      return `a part of equity from ${percent(setting.least)} to ${percent(setting.most)}, or money such as 500 USDT`
    case 'money':
      return `money from ${setting.least} to ${setting.most} USDT`
    case 'duration':
      return `a time from ${durationText(setting.least)} to ${durationText(setting.most)}`
    case 'number':
      return `${setting.isWhole === true ? 'a whole number' : 'a number'} from ${setting.least} to ${setting.most}${setting.suffix ?? ''}${setting.off === true ? ', or off' : ''}`
  }
}

function durationText(ms: number): string {
  for (const [unit, length] of [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['min', MINUTE_MS],
  ] as const)
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`
  return `${ms / 1_000}s`
}

/**
 * How a change compares with what counts now. Of the same figure in another unit it is looser: the two part as equity changes.
 * @param equity by which a part of equity and money are compared, Cash
 */
export function compareSettings(key: SettingKey, before: SettingValue, after: SettingValue, equity: Cash): 'stricter' | 'looser' {
  const { stricter } = settingOf(key)
  const a = figureOf(before, equity)
  const b = figureOf(after, equity)
  if (key === 'dayThrottle') return b === 'on' ? 'stricter' : 'looser'
  if (stricter === 'neither' || a === b) return 'looser'
  return b < a === (stricter === 'lower') ? 'stricter' : 'looser'
}

function figureOf(value: SettingValue, equity: Cash): number | string {
  if (value.type === 'limit') return limitAt(value.limit, equity)
  return value.type === 'number' ? value.number : value.choice
}
