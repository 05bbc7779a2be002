/**
 * limits: every risk setting with its value and where it comes from, and setting one while Ballast runs.
 */
import { z } from 'zod'
import { nearestOf } from '../../../src/core/nearest.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import { multiply } from '../../amount.ts'
import type { AccountRow, RiskSettingRow } from '../../../src/journal/row.ts'
import type { CommandScope } from '../../../src/kernel/trader-command.ts'
import {
  SETTING_KEYS,
  type SettingKey,
  type SettingScope,
  type SomeSettings,
  settingKeyOf,
  settingOf,
} from '../../../src/risk/settings/setting.ts'
import { allowedText } from '../../../src/risk/settings/value.ts'
import {
  type Command,
  type CommandContext,
  type Done,
  type NoPlan,
  type Plan,
  type Tier,
  alreadyDone,
  defineAction,
  refuse,
} from '../command.ts'
import { amount, duration, short } from '../words/format.ts'
import { field, reply, runs, untrusted } from '../reply.ts'
import { askedBy, scopeOf, send } from './control-group.ts'
import { SHOWN_MAX, limitChanges } from './limit-changes.ts'
import { refusalOf } from '../words/refusals.ts'

export const spanArg = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'use a time such as 30min, 2h or 1d')
  .optional()
const Args = z.strictObject({
  action: z.enum(['show', 'changes', 'set', 'reset']).default('show'),
  n: z.coerce
    .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
    .int()
    .min(1)
    .max(SHOWN_MAX)
    .optional(),
  key: z.string().max(40).optional(),
  value: z.string().max(40).optional(),
  target: z.string().max(60).optional(),
  for: spanArg,
})
export type LimitsArgs = z.infer<typeof Args>

const Todo = z.object({
  key: z.string(),
  value: z.string().optional(),
  scope: z.custom<CommandScope>((value) => typeof value === 'object' && value !== null),
  forMs: z.number().optional(),
})

/** `set dayLoss 3% BTC for 4h`: money may be two words, `500 USDT`. */
function read(words: readonly string[]): Record<string, unknown> {
  const rest = [...words]
  const first = rest[0]?.toLowerCase()
  if (first === 'changes') return { action: first, ...(rest[1] === undefined ? {} : { n: rest.slice(1).join(' ') }) }
  if (first !== 'set' && first !== 'reset') return rest[0] === undefined ? {} : { target: rest.join(' ') }
  rest.shift()
  const raw: Record<string, unknown> = { action: first }
  const at = rest.findIndex((word, k) => word.toLowerCase() === 'for' && rest[k + 1] !== undefined)
  if (at >= 0) raw.for = rest.splice(at, 2)[1]
  const key = rest.shift()
  if (key !== undefined) raw.key = key
  if (first === 'set') {
    const value = rest.shift()
    const isSplit = rest[0] !== undefined && /^(usdt?|%|bp|x)$/i.test(rest[0])
    if (value !== undefined) raw.value = isSplit ? `${value} ${rest.shift()}` : value
  }
  if (rest.length > 0) raw.target = rest.join(' ').replace(/^(of|on|in) /i, '')
  return raw
}

/** Symbols that are traded by hand belong to `manual`, which no list of strategies has. */
const targetOf = async (context: CommandContext, word: string | undefined): Promise<CommandScope | undefined> =>
  word?.toLowerCase() === 'manual' ? { type: 'strategy', strategy: 'manual' } : scopeOf(context, word)

export const limits: Command = defineAction<LimitsArgs>({
  name: 'limits',
  aliases: ['limit', 'settings'],
  group: 'Trade and control',
  summary: 'list risk settings and where they come from; set one for the account, a strategy or a symbol',
  usage: '[sym|strategy] | changes [n] | set <key> <value> [sym|strategy] [for 4h] | reset <key> [sym|strategy]',
  args: Args,
  read,
  examples: [
    'limits',
    'risk set dayLoss 3%',
    'risk set position 10% WIF',
    'risk set gross 400% for 4h',
    'risk reset dayLoss',
    'limits changes',
  ],
  role: 'viewer',
  roleFor: (args) => (looksOnly(args) ? 'viewer' : 'admin'),
  scope: 'account:read',
  scopeFor: (args) => (looksOnly(args) ? 'account:read' : 'config:write'),
  tier: (_args, profile) => limitTier(profile),
  // Only the trader knows whether it loosens: the plan says so.
  addsRisk: () => false,
  plan: async (context, args) => {
    if (args.action === 'changes') return alreadyDone(await limitChanges(context, args.n))
    return args.action === 'show' ? show(context, args.target) : planLimit(context, args)
  },
  execute: carryOutLimit,
})

/** Where no money is at stake one tap is enough. */
export const limitTier = (profile: string): Tier => (profile === 'sim' || profile === 'paper' ? 'C1' : 'C2')

export async function carryOutLimit(context: CommandContext, todo: Plan['todo']): Promise<Done> {
  const { key, value, scope, forMs } = Todo.parse(todo)
  const named = nameOf(scope)
  return send(
    context,
    {
      name: 'set-limit',
      key,
      scope,
      ...(value === undefined ? {} : { value }),
      ...(forMs === undefined ? {} : { forMs }),
    },
    `${settingKeyOf(key) ?? key}${named === '' ? '' : ` of ${named}`} changed`,
    { buttons: [runs('Limits', named === '' ? '/limits' : `/limits ${named}`), runs('Risk', '/risk')] },
  )
}

const looksOnly = ({ action }: LimitsArgs): boolean => action === 'show' || action === 'changes'

const nameOf = (scope: CommandScope): string => (scope.type === 'account' ? '' : scope.type === 'strategy' ? scope.strategy : scope.symbol)

export async function planLimit(context: CommandContext, args: LimitsArgs): Promise<Plan | NoPlan> {
  const example = args.action === 'set' ? '/risk set dayLoss 3%' : '/risk reset dayLoss'
  if (args.key === undefined) return refuse(reply('Which setting?', { tone: 'warn', text: `Example: ${example}. All settings: /limits.` }))
  const key = settingKeyOf(args.key)
  if (key === undefined) {
    const near = nearestOf(args.key, SETTING_KEYS)
    return refuse(
      reply(`There is no risk setting ${untrusted(args.key)}`, {
        tone: 'warn',
        text: `${near === undefined ? '' : `Did you mean ${near}? `}All settings: /limits.`,
        buttons: [runs('Limits', '/limits')],
      }),
    )
  }
  if (args.action === 'set' && args.value === undefined)
    return refuse(reply(`What should ${key} be?`, { tone: 'warn', text: `${settingOf(key).meaning}. Use ${allowedText(key)}.` }))
  const scope = await targetOf(context, args.target)
  if (scope === undefined)
    return refuse(
      reply(`${untrusted(args.target ?? '')} is no strategy and no symbol of Ballast`, { tone: 'warn', text: `Example: ${example} BTC.` }),
    )
  const forMs = args.for === undefined ? undefined : parseDuration(args.for)
  const todo = {
    key,
    scope: { ...scope },
    ...(args.value === undefined ? {} : { value: args.value }),
    ...(forMs === undefined ? {} : { forMs }),
  }
  const judged = await context.ports.control.preview({ name: 'set-limit', ...todo }, askedBy(context))
  if (judged !== undefined && judged.status !== 'done')
    return refuse(reply('Not changed', { tone: 'warn', text: judged.text, buttons: [runs('Limits', '/limits')] }), refusalOf(judged))
  const figure = (name: string): string => judged?.figures?.find((each) => each.name === name)?.value ?? ''
  if (judged !== undefined && judged.figures === undefined)
    return alreadyDone(reply(judged.text, { tone: 'ok', buttons: [runs('Limits', '/limits')] }))
  // A trader that does not answer is not taken at its word: what is not known to be stricter is asked.
  const isStricter = figure('change') === 'stricter'
  const named = nameOf(scope)
  return {
    type: 'plan',
    isDirect: isStricter,
    addsRisk: !isStricter,
    card: reply(`Loosen ${key}${named === '' ? '' : ` of ${named}`}?`, {
      tone: 'warn',
      fields: [
        field('Now', figure('from') === '' ? 'unknown: the trader does not answer' : figure('from')),
        field('Then', figure('to') === '' ? (args.value ?? 'as configured') : figure('to')),
        field('Means', settingOf(key).meaning),
        ...(forMs === undefined ? [] : [field('For', `${duration(forMs)}, then it goes back by itself`)]),
      ],
      ...(judged === undefined || judged.text === '' ? {} : { text: judged.text }),
    }),
    yes: `Set ${key} to ${figure('to') === '' ? (args.value ?? 'the configured value') : figure('to')}`,
    no: `Keep ${figure('from') === '' ? 'it' : figure('from')}`,
    todo,
  }
}

// What is set

interface ShownSetting {
  readonly key: SettingKey
  readonly value: string
  readonly origin: string
}

async function show(context: CommandContext, word: string | undefined): Promise<NoPlan> {
  const scope = await targetOf(context, word)
  if (scope === undefined) return shownKey(context, word ?? '')
  const { reads, system } = context.ports
  const [rows, account] = await Promise.all([reads.riskSettings(), reads.account()])
  const now = account?.updatedTs ?? 0
  const named = nameOf(scope)
  const list = settingsOf(system.riskSettings, rows, scope, system.profile, now)
  const own = list.length === 0 ? 'Nothing is set for it: the account’s limits count.' : undefined
  const others = scope.type === 'account' ? othersOf(system.riskSettings, rows) : []
  return alreadyDone(
    reply(named === '' ? 'Risk settings' : `Risk settings of ${named}`, {
      table: {
        columns: [{ title: 'setting' }, { title: 'value', align: 'right' }, { title: 'from', isExtra: true }],
        rows: list.map(({ key, value, origin }) => [key, moneyBeside(value, key, scope, account), origin]),
      },
      fields: list.filter(({ origin }) => /^(set|until)/.test(origin)).map(({ key, origin }) => field(key, origin)),
      text: [own, ...(others.length === 0 ? [] : [`Of their own: ${others.join(', ')}.`]), 'To change one: /risk set dayLoss 3%']
        .filter((each) => each !== undefined)
        .join(' '),
      buttons: [runs('Risk', '/risk'), ...others.slice(0, 3).map((name) => runs(short(name), `/limits ${name}`))],
    }),
  )
}

/** `/limits dayLoss`: what one setting is and may be. */
async function shownKey(context: CommandContext, word: string): Promise<NoPlan> {
  const key = settingKeyOf(word)
  if (key === undefined) {
    const near = nearestOf(word, SETTING_KEYS)
    return refuse(
      reply(`${untrusted(word)} is no setting, strategy or symbol`, {
        tone: 'warn',
        ...(near === undefined ? {} : { text: `Did you mean ${near}?` }),
        buttons: [runs('Limits', '/limits')],
      }),
    )
  }
  const { reads, system } = context.ports
  const [rows, account] = await Promise.all([reads.riskSettings(), reads.account()])
  const found = settingsOf(system.riskSettings, rows, { type: 'account' }, system.profile, account?.updatedTs ?? 0).find(
    (each) => each.key === key,
  )
  return alreadyDone(
    reply(key, {
      fields: [
        field('Value', found?.value ?? 'not set'),
        field('From', found?.origin ?? ''),
        field('Means', settingOf(key).meaning),
        field('Allowed', allowedText(key)),
        field('For', settingOf(key).scopes.join(', ')),
      ],
      buttons: [runs('Limits', '/limits')],
    }),
  )
}

/** A part of equity with what it comes to in money now; of a day and a week the trader says what it is a part of. */
function moneyBeside(value: string, key: SettingKey, scope: CommandScope, account: AccountRow | undefined): string {
  if (account === undefined || settingOf(key).unit !== 'money-or-percent' || !value.endsWith('%')) return value
  const window = key === 'dayLoss' ? account.limits?.dayLossMax : key === 'weekLoss' ? account.limits?.weekLossMax : undefined
  const money = scope.type === 'account' && window !== undefined ? window : multiply(multiply(account.equity, value.slice(0, -1)), '0.01')
  return `${value} ${amount(money, 0)}`
}

export type RiskSettingsShown = CommandContext['ports']['system']['riskSettings']

/** All settings of a scope in their order, with where each comes from. */
export function settingsOf(
  configured: RiskSettingsShown,
  rows: readonly RiskSettingRow[],
  scope: CommandScope,
  profile: string,
  now: number,
): ShownSetting[] {
  const target = scope.type === 'account' ? 'account' : `${scope.type} ${nameOf(scope)}`
  const given: SomeSettings =
    scope.type === 'account'
      ? configured.account
      : ((scope.type === 'strategy' ? configured.strategies[scope.strategy] : configured.symbols[scope.symbol]) ?? {})
  return SETTING_KEYS.flatMap((key): ShownSetting[] => {
    if (!settingOf(key).scopes.includes(scope.type satisfies SettingScope)) return []
    const changed = rows.find((row) => row.target === target && row.key === key)
    if (changed?.value != null) return [{ key, value: changed.value, origin: originOf(changed, now) }]
    const value = given[key]
    if (value === undefined) return []
    const isOfProfile = scope.type === 'account' && !configured.given.includes(key)
    return [{ key, value, origin: isOfProfile ? `profile ${profile}` : 'configuration' }]
  })
}

function originOf({ actor, since, until }: RiskSettingRow, now: number): string {
  const ago = now > since ? `, ${duration(now - since)} ago` : ''
  const end = until === null ? '' : `; ends in ${duration(Math.max(0, until - now))}`
  return `set by ${untrusted(actor)}${ago}${end}`
}

function othersOf(configured: RiskSettingsShown, rows: readonly RiskSettingRow[]): string[] {
  return [
    ...new Set([
      ...Object.keys(configured.strategies),
      ...Object.keys(configured.symbols),
      ...rows.filter(({ target }) => target !== 'account').map(({ target }) => target.slice(target.indexOf(' ') + 1)),
    ]),
  ]
}
