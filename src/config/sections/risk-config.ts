/**
 * The section `risk` of the configuration: a key for each risk setting, and what strategies and symbols have of their own.
 */
import { z } from 'zod'
import { nearestOf } from '../../core/nearest.ts'
import type { Problem } from '../../core/problem.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { PROFILE_VALUES, type RiskProfile, riskProfileOf } from '../../risk/profiles.ts'
import type { ConfiguredSettings } from '../../risk/settings/rules.ts'
import { type SettingConflict, conflictsOf } from '../../risk/settings/conflicts.ts'
import {
  SETTING_KEYS,
  type SettingKey,
  type SettingScope,
  type SomeSettings,
  settingKeyOf,
  settingOf,
} from '../../risk/settings/setting.ts'
import { allowedText, readSetting } from '../../risk/settings/value.ts'

const CONFIG_INVALID = 3

const isValue = (key: SettingKey) => (text: string) => 'value' in readSetting(key, text)

/** Of each setting as text, or as a number where it has no unit. */
const settingShape = Object.fromEntries(
  SETTING_KEYS.map((key) => [key, z.coerce.string().refine(isValue(key)).optional().describe(allowedText(key))]),
) as Record<SettingKey, z.ZodOptional<z.ZodCoercedString>>

const scoped = (scope: SettingScope, example: string) =>
  z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number()])))
    .default({})
    .superRefine((byName, context) => {
      for (const [name, values] of Object.entries(byName))
        for (const [given, value] of Object.entries(values)) {
          const problem = problemIn(scope, given, String(value))
          if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name, given] })
        }
    })
    .describe(example)

function problemIn(scope: SettingScope, given: string, text: string): string | undefined {
  const key = SETTING_KEYS.find((each) => each === given)
  if (key === undefined) {
    const near = nearestOf(given, SETTING_KEYS)
    return `there is no such setting${near === undefined ? '' : `; did you mean ${near}?`}`
  }
  if (!settingOf(key).scopes.includes(scope)) return `it is set for ${settingOf(key).scopes.join(', ')} and not for a ${scope}`
  return 'value' in readSetting(key, text) ? undefined : `use ${allowedText(key)}`
}

export const riskSection = z
  .strictObject({
    ...settingShape,
    strategies: scoped('strategy', 'settings of single strategies, such as {"ema-cross":{"gross":"50%"}}'),
    symbols: scoped('symbol', 'settings of single symbols, such as {"WIFUSDT":{"position":"10%","leverage":"3x"}}'),
  })
  .prefault({})

export type RiskSection = z.infer<typeof riskSection>

/** What is set by the configuration itself, canonical. */
function givenIn(section: RiskSection): SomeSettings {
  return Object.fromEntries(
    SETTING_KEYS.flatMap((key) => {
      const text = section[key]
      const read = text === undefined ? undefined : readSetting(key, text)
      return read === undefined || !('value' in read) ? [] : [[key, read.text]]
    }),
  )
}

/** Texts of a scope, canonical: the schema has judged them. */
function canonical(values: Readonly<Record<string, string | number>>): SomeSettings {
  return Object.fromEntries(
    Object.entries(values).flatMap(([given, value]) => {
      const key = settingKeyOf(given)
      const read = key === undefined ? undefined : readSetting(key, String(value))
      return key === undefined || read === undefined || !('value' in read) ? [] : [[key, read.text]]
    }),
  )
}

const mapped = (byName: RiskSection['strategies']): Record<string, SomeSettings> =>
  Object.fromEntries(Object.entries(byName).map(([name, values]) => [name, canonical(values)]))

/** The profile with what the configuration sets, or the sentence about what does not fit together. */
export function riskOf(profile: keyof typeof PROFILE_VALUES, section: RiskSection): Result<RiskProfile, Problem> {
  const account = { ...PROFILE_VALUES[profile], ...givenIn(section) }
  const conflict = conflictsOf(account)[0]
  if (conflict !== undefined) {
    const { key, other } = conflict
    const isGiven = section[key] !== undefined || section[other] === undefined
    return err({
      sentence: `risk.${key} (${account[key]}) must be ${wordsOf(conflict)} risk.${other} (${account[other]}).`,
      next: `Set ${isGiven ? `risk.${other} too, or change risk.${key}` : `risk.${key} too, or change risk.${other}`}. What is not set comes from profile ${profile}.`,
      exitCode: CONFIG_INVALID,
    })
  }
  return ok(riskProfileOf({ account, strategies: mapped(section.strategies), symbols: mapped(section.symbols) }))
}

export const wordsOf = ({ wants }: SettingConflict): string => (wants === 'below' ? 'below' : 'at most')

/** A setting for a strategy or a symbol that nobody trades would count for nothing: said, with the name that is near. */
export function strayScope(section: RiskSection, strategies: readonly string[], symbols: readonly string[]): Problem | undefined {
  for (const [kind, given, known] of [
    ['strategies', Object.keys(section.strategies), strategies],
    ['symbols', Object.keys(section.symbols), symbols],
  ] as const) {
    const stray = given.find((name) => !known.includes(name))
    if (stray === undefined) continue
    const near = nearestOf(stray, known)
    return {
      sentence: `risk.${kind}.${stray}: ${kind === 'symbols' ? 'no such symbol is traded' : 'no such strategy runs'}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      next: `Known: ${known.join(', ')}.`,
      exitCode: CONFIG_INVALID,
    }
  }
  return undefined
}

/** As the configuration has them, for who shows them; what does not fit together has ended the start. */
export const configuredSettings = ({
  profile,
  risk,
}: {
  readonly profile: keyof typeof PROFILE_VALUES
  readonly risk: RiskSection
}): ConfiguredSettings => {
  const given = givenIn(risk)
  return {
    account: { ...PROFILE_VALUES[profile], ...given },
    strategies: mapped(risk.strategies),
    symbols: mapped(risk.symbols),
    given: SETTING_KEYS.filter((key) => given[key] !== undefined),
  }
}
