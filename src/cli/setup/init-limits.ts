/**
 * The five limits that matter most, asked when an account is set up: each with what the profile ships and what it comes to in money.
 */
import type { Cash } from '../../core/units.ts'
import { limitAt } from '../../core/money-limit.ts'
import { conflictsOf } from '../../risk/settings/conflicts.ts'
import type { SettingKey, SettingValues, SomeSettings } from '../../risk/settings/setting.ts'
import { allowedText, readSetting } from '../../risk/settings/value.ts'
import { wordsOf } from '../../config/sections/risk-config.ts'

const ASKED: readonly (readonly [SettingKey, string])[] = [
  ['riskMax', 'Planned loss of one trade'],
  ['dayLoss', 'Loss of a day after which entries stop'],
  ['drawdownRed', 'Drawdown at which everything is closed'],
  ['position', 'Largest position'],
  ['leverage', 'Leverage'],
]

export interface LimitQuestions {
  ask(question: string): Promise<string>
  say(text: string): void
}

/** Answers what was given; an empty answer keeps what is set. `equity` is undefined where the account could not be read. */
export async function askLimits({ ask, say }: LimitQuestions, set: SettingValues, equity: Cash | undefined): Promise<SomeSettings> {
  say('Five limits, from the profile. Enter keeps a value; all of them can be changed later with /risk set.')
  let given: SomeSettings = {}
  for (const [key, question] of ASKED) {
    for (;;) {
      const now = set[key]
      const answer = (await ask(`${question} [${now}${moneyOf(key, now, equity)}]: `)).trim()
      if (answer === '') break
      const read = readSetting(key, answer)
      if (!('value' in read)) {
        say(`Use ${allowedText(key)}.`)
        continue
      }
      const next = { ...given, [key]: read.text, ...(key === 'riskMax' ? least(set, read.text) : {}) }
      const conflict = conflictsOf({ ...set, ...next })[0]
      if (conflict !== undefined) {
        const all = { ...set, ...next }
        say(`${conflict.key} (${all[conflict.key]}) must be ${wordsOf(conflict)} ${conflict.other} (${all[conflict.other]}).`)
        continue
      }
      given = next
      break
    }
  }
  return given
}

/** The risk of a large balance is never above that of a small one. */
function least(set: SettingValues, riskMax: string): SomeSettings {
  return conflictsOf({ riskMin: set.riskMin, riskMax }).length > 0 ? { riskMin: riskMax } : {}
}

function moneyOf(key: SettingKey, text: string, equity: Cash | undefined): string {
  const read = readSetting(key, text)
  if (equity === undefined || equity <= 0 || !('value' in read) || !text.endsWith('%')) return ''
  const { value } = read
  const amount = value.type === 'limit' ? limitAt(value.limit, equity) : value.type === 'number' ? equity * value.number : 0
  return ` = ${(amount / 1e8).toLocaleString('en-US', { maximumFractionDigits: amount < 1_000e8 ? 2 : 0 })} USDT`
}
