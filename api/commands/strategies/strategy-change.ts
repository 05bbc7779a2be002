/**
 * Other strategies while Ballast runs: added, removed, with other parameters, symbols or code. What would change is shown before it does.
 */
import { z } from 'zod'
import { isSpotSymbol, spotSymbolOf } from '../../../src/market/instrument.ts'
import { readSymbol } from '../../../src/market/symbol-text.ts'
import type { StrategyAsk } from '../../../src/kernel/trader-command.ts'
import {
  type Command,
  type CommandContext,
  type Done,
  type NoPlan,
  type Plan,
  alreadyDone,
  defineAction,
  noArguments,
  refuse,
} from '../command.ts'
import { type Reply, reply, runs, untrusted } from '../reply.ts'
import { knownSymbols, symbolIn } from '../symbol.ts'
import { askedBy, send } from '../groups/control-group.ts'

/** Actions of `/strategy NAME` that change the list. */
export const CHANGES = ['reload', 'add', 'set', 'symbols', 'remove', 'reset'] as const
export type ChangeAction = (typeof CHANGES)[number]
export const isChange = (action: string): action is ChangeAction => CHANGES.some((each) => each === action)

export interface ChangeArgs {
  readonly name: string
  readonly action: ChangeAction
  readonly of?: string | undefined
  readonly symbols?: readonly string[] | undefined
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly close?: boolean | undefined
}

/** `XRP ADA of ema-cross fast=9`: words with `=` are parameters, what follows `of` is the strategy, the rest are symbols. */
export function readChange(action: ChangeAction, words: readonly string[]): Record<string, unknown> {
  const rest = [...words]
  if (action === 'remove') {
    const closes = /^(close|and-close|flat)$/i.test(rest[0] ?? '')
    if (closes) rest.shift()
    return { ...(closes ? { close: true } : {}), ...(rest.length > 0 ? { unexpected: rest.join(' ') } : {}) }
  }
  if (action === 'reload' || action === 'reset') return rest.length > 0 ? { unexpected: rest.join(' ') } : {}
  const at = rest.findIndex((word) => word.toLowerCase() === 'of')
  const of = at >= 0 && action === 'add' ? rest.splice(at, 2)[1] : undefined
  const params = rest.filter((word) => word.includes('='))
  const symbols = rest
    .filter((word) => !word.includes('=') && !/^on$/i.test(word))
    .flatMap((word) => word.split(',').filter((each) => each !== ''))
  return {
    ...(of === undefined ? {} : { of: of.toLowerCase() }),
    ...(params.length === 0
      ? {}
      : { params: Object.fromEntries(params.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])) }),
    ...(symbols.length === 0 ? {} : { symbols }),
  }
}

const Todo = z.object({
  ask: z.custom<StrategyAsk>((value) => typeof value === 'object' && value !== null && 'type' in value),
  closes: z.boolean(),
  seen: z.string().optional(),
  title: z.string(),
})

export async function planChange(context: CommandContext, args: ChangeArgs): Promise<Plan | NoPlan> {
  const { name, action } = args
  if (action === 'set' && args.params === undefined)
    return refuse(
      reply(`Which parameter of ${name}?`, {
        tone: 'warn',
        text: `Example: /strategy ${name} set fast=9. Its parameters: /strategy ${name}.`,
      }),
    )
  if (action === 'symbols' && args.symbols === undefined)
    return refuse(reply(`Which symbols should ${name} trade?`, { tone: 'warn', text: `Example: /strategy ${name} symbols BTC ETH.` }))
  const symbols = args.symbols === undefined ? undefined : await Promise.all(args.symbols.map((word) => spelled(context, word)))
  const ask: StrategyAsk =
    action === 'reload'
      ? { type: 'reload', only: name }
      : action === 'remove' || action === 'reset'
        ? { type: action, id: name }
        : {
            type: 'put',
            id: name,
            ...(args.of === undefined ? {} : { strategy: args.of }),
            ...(symbols === undefined ? {} : { symbols }),
            ...(action === 'add' ? { isMore: true } : {}),
            ...(args.params === undefined ? {} : { params: args.params }),
          }
  return judgedChange(context, ask, args.close === true, TITLES[action](name))
}

const TITLES: Readonly<Record<ChangeAction, (name: string) => string>> = {
  reload: (name) => `Reload ${name}`,
  add: (name) => `Add ${name}`,
  set: (name) => `Change ${name}`,
  symbols: (name) => `Change the symbols of ${name}`,
  remove: (name) => `Remove ${name}`,
  reset: (name) => `Reset ${name} to the configuration`,
}

export async function judgedChange(context: CommandContext, ask: StrategyAsk, closes: boolean, title: string): Promise<Plan | NoPlan> {
  const answer = await context.ports.control.preview({ name: 'strategies', ask, closes }, askedBy(context))
  if (answer === undefined)
    return refuse(
      reply('The trader does not answer', {
        tone: 'bad',
        text: 'Nothing was changed. Check /health, then send it again.',
        buttons: [runs('Health', '/health')],
      }),
    )
  if (answer.status !== 'done') return refuse(notChanged(answer.text))
  const [seen] = answer.keys ?? []
  if (seen === undefined) return alreadyDone(reply(answer.text, { tone: 'ok', buttons: [runs('Strategies', '/strategies')] }))
  return {
    type: 'plan',
    card: reply(`${title}?`, { tone: 'warn', text: untrusted(answer.text) }),
    yes: title,
    no: 'Leave it',
    todo: { ask: { ...ask }, closes, seen, title },
  }
}

const notChanged = (text: string): Reply =>
  reply('Not changed', { tone: 'warn', text: untrusted(text), buttons: [runs('Strategies', '/strategies')] })

export async function carryOutChange(context: CommandContext, todo: unknown): Promise<Done> {
  const { ask, closes, seen, title } = Todo.parse(todo)
  return send(context, { name: 'strategies', ask, closes, ...(seen === undefined ? {} : { seen }) }, `${title}: done`, {
    buttons: [runs('Strategies', '/strategies'), runs('Positions', '/positions')],
  })
}

/** A symbol that is not traded here yet is spelled as the exchange would; whether it lists it, the trader says. */
async function spelled(context: CommandContext, word: string): Promise<string> {
  const known = symbolIn(await knownSymbols(context), word)
  if (known !== undefined) return known
  const { plain, isSpot } = readSymbol(word)
  const pair = /USD[TC]?$/.test(plain) ? plain : `${plain}USDT`
  return isSpot && !isSpotSymbol(pair) ? spotSymbolOf(pair) : pair
}

export const reload: Command = defineAction({
  name: 'reload',
  aliases: ['reload_config'],
  group: 'Trade and control',
  summary: 'load the configuration’s strategies and symbols and all strategy code again, without a restart',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['reload'],
  role: 'admin',
  scope: 'strategy:write',
  tier: (_args, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: (context) => judgedChange(context, { type: 'reload' }, false, 'Reload'),
  execute: carryOutChange,
})
