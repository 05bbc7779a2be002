/**
 * Settings that are each allowed and make no sense together. Limits of which one makes another one idle are no conflict: the strictest binds,
 * and nobody who lowers one in a hurry is sent away for it.
 */
import { assert } from '../../core/assert.ts'
import type { SettingKey, SomeSettings } from './setting.ts'
import { readSetting } from './value.ts'

export interface SettingConflict {
  /** The setting that would have to change, and the one that it is measured by. */
  readonly key: SettingKey
  readonly other: SettingKey
  readonly wants: 'at most' | 'below'
}

/** The first of each pair is below or at most the second. */
const PAIRS: readonly (readonly [SettingKey, 'at most' | 'below', SettingKey])[] = [
  ['riskMin', 'at most', 'riskMax'],
  ['balanceLow', 'below', 'balanceHigh'],
  ['drawdownYellow', 'below', 'drawdownOrange'],
  ['drawdownOrange', 'below', 'drawdownRed'],
]

/** Of the settings of one scope; pairs of which one is not set there are left alone. */
export function conflictsOf(values: SomeSettings): SettingConflict[] {
  const found: SettingConflict[] = []
  for (const [key, wants, other] of PAIRS) {
    const a = figureOf(key, values)
    const b = figureOf(other, values)
    if (a === undefined || b === undefined) continue
    if (wants === 'below' ? a >= b : a > b) found.push({ key, other, wants })
  }
  return found
}

function figureOf(key: SettingKey, values: SomeSettings): number | undefined {
  const text = values[key]
  if (text === undefined) return undefined
  const read = readSetting(key, text)
  assert('value' in read, `risk setting ${key} '${text}' was not checked`)
  const { value } = read
  return value.type === 'number' ? value.number : value.type === 'limit' ? value.limit.cash : undefined
}
