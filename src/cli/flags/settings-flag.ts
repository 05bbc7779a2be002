/**
 * Risk settings as flags, `KEY=VALUE` as often as wanted, over those of a profile.
 */
import { wordsOf } from '../../config/sections/risk-config.ts'
import { nearestOf } from '../../core/nearest.ts'
import { PROFILE_VALUES, type RiskProfile, riskProfileOf } from '../../risk/profiles.ts'
import { conflictsOf } from '../../risk/settings/conflicts.ts'
import { SETTING_KEYS, type SettingValues, settingKeyOf } from '../../risk/settings/setting.ts'
import { allowedText, readSetting } from '../../risk/settings/value.ts'
import { CliError, EXIT } from '../exit.ts'

/** The profile with the settings that were given. @throws CliError that names the setting and what it may be. */
export function settingsFlag(flag: string, profile: keyof typeof PROFILE_VALUES, given: readonly string[]): RiskProfile {
  const account: Record<string, string> = { ...PROFILE_VALUES[profile] }
  for (const pair of given) {
    const [name = '', ...rest] = pair.split('=')
    const key = settingKeyOf(name)
    if (key === undefined) {
      const near = nearestOf(name, SETTING_KEYS)
      throw new CliError(
        EXIT.usage,
        `--${flag} '${pair}': there is no risk setting '${name}'.`,
        near === undefined ? `Settings: ${SETTING_KEYS.join(', ')}.` : `Did you mean ${near}?`,
      )
    }
    const read = readSetting(key, rest.join('='))
    if (!('value' in read))
      throw new CliError(
        EXIT.usage,
        `--${flag} '${pair}': use ${allowedText(key)}.`,
        `Example: --${flag} ${key}=${PROFILE_VALUES[profile][key]}.`,
      )
    account[key] = read.text
  }
  const settings = { account: account as SettingValues, strategies: {}, symbols: {} }
  const conflict = conflictsOf(settings.account)[0]
  if (conflict !== undefined)
    throw new CliError(
      EXIT.usage,
      `--${flag}: ${conflict.key} (${account[conflict.key]}) must be ${wordsOf(conflict)} ${conflict.other} (${account[conflict.other]}).`,
      'Set both.',
    )
  return riskProfileOf(settings)
}
