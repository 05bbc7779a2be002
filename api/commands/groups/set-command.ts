/**
 * set: a key of the configuration while Ballast runs. What may change then are risk settings, kept as `/risk set` keeps them (decision 0034);
 * any other key is refused by a code that says how it is changed.
 */
import { z } from 'zod'
import { nearestOf } from '../../../src/core/nearest.ts'
import { SETTING_KEYS, type SettingKey, settingOf } from '../../../src/risk/settings/setting.ts'
import { type Command, type CommandContext, type NoPlan, type Plan, defineAction, refuse } from '../command.ts'
import { reply, runs, untrusted } from '../reply.ts'
import { type LimitsArgs, carryOutLimit, limitTier, planLimit, spanArg } from './limits-command.ts'

const Args = z.strictObject({
  key: z.string().min(1).max(120),
  value: z.string().min(1).max(40).optional(),
  for: spanArg,
})

/** Keys that `/reload` reads again from the file. */
const RELOADED = ['strategies', 'manual.symbols']

/** The setting that a key names, and of what; undefined where it is no risk setting. */
export function hotKeyOf(key: string): { readonly setting: SettingKey; readonly target?: string } | undefined {
  const parts = key.split('.')
  const of = (scope: 'account' | 'strategy' | 'symbol'): SettingKey | undefined =>
    SETTING_KEYS.find((each) => each === parts.at(-1) && settingOf(each).scopes.includes(scope))
  const [section, kind, target] = parts
  if (section !== 'risk') return undefined
  const setting =
    parts.length === 2
      ? of('account')
      : parts.length === 4 && kind === 'strategies'
        ? of('strategy')
        : parts.length === 4 && kind === 'symbols'
          ? of('symbol')
          : undefined
  if (setting === undefined) return undefined
  return parts.length === 2 || target === undefined ? { setting } : { setting, target }
}

export const set: Command = defineAction({
  name: 'set',
  aliases: [],
  group: 'Trade and control',
  summary: 'set a key of the configuration that may change while Ballast runs; without a value, reset it',
  usage: '<key> [value] [for 4h]',
  args: Args,
  read: (words) => {
    const rest = [...words]
    const at = rest.findIndex((word, k) => word.toLowerCase() === 'for' && rest[k + 1] !== undefined)
    const span = at < 0 ? undefined : rest.splice(at, 2)[1]
    const [key, ...value] = rest
    return {
      ...(key === undefined ? {} : { key }),
      ...(value.length === 0 ? {} : { value: value.join(' ') }),
      ...(span === undefined ? {} : { for: span }),
    }
  },
  examples: ['set risk.dayLoss 3%', 'set risk.symbols.WIFUSDT.position 10%', 'set risk.gross 400% for 4h', 'set risk.dayLoss'],
  role: 'admin',
  scope: 'config:write',
  // A secret that is sent by mistake is in no record; what is set is in the answer.
  hidden: ['value'],
  tier: (_args, profile) => limitTier(profile),
  // Only the trader knows whether it loosens: the plan says so.
  addsRisk: () => false,
  plan,
  execute: carryOutLimit,
})

async function plan(context: CommandContext, { key, value, for: span }: z.infer<typeof Args>): Promise<Plan | NoPlan> {
  const hot = hotKeyOf(key)
  if (hot === undefined) return refuse(...refusalFor(context, key))
  const asked: LimitsArgs = {
    key: hot.setting,
    ...(hot.target === undefined ? {} : { target: hot.target }),
    ...(span === undefined ? {} : { for: span }),
    ...(value === undefined ? { action: 'reset' } : { action: 'set', value }),
  }
  return planLimit(context, asked)
}

function refusalFor({ ports }: CommandContext, key: string): Parameters<typeof refuse> {
  const keys = ports.system.configuration.map((each) => each.key)
  const named = keys.find((each) => each === key || key.startsWith(`${each}.`) || each.startsWith(`${key}.`))
  const because = (code: string, title: string, text: string): Parameters<typeof refuse> => [
    reply(title, { tone: 'warn', text, buttons: [runs('Limits', '/limits')] }),
    { refusal: { code, figures: { key: untrusted(key) } } },
  ]
  if (named === undefined) {
    const near = nearestOf(key, keys)
    return because(
      'unknown-key',
      `The configuration has no key ${untrusted(key)}`,
      near === undefined ? 'GET /config lists all.' : `Did you mean ${near}?`,
    )
  }
  return RELOADED.some((each) => each === named)
    ? because(
        'needs-reload',
        `${named} is not set here`,
        'Change it in the configuration file, then /reload. One strategy: /strategy NAME set.',
      )
    : because(
        'needs-restart',
        `${named} does not change while Ballast runs`,
        'Change it in the configuration file or the environment, then restart Ballast.',
      )
}
