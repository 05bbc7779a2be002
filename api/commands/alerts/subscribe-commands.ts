/**
 * subscribe, unsubscribe, subscriptions: which alerts a chat, a topic or a channel is told of.
 */
import { z } from 'zod'
import { FILTER_USAGE, filterText, parseFilter } from '../../../src/alerts/filter.ts'
import { ADDRESS_HINT, isAddress } from '../../../src/alerts/subscriptions.ts'
import { calledBy } from '../called.ts'
import { type Command, type CommandContext, defineAction, defineRead, noArguments, refuse } from '../command.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { addressOf } from './chat-address.ts'

const list = runs('Subscriptions', '/subscriptions')
const chat = z.string().max(60).refine(isAddress, `use a chat such as ${ADDRESS_HINT}`).optional()
const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '')

/** Words, but for `to=<chat>`, which may be `to <chat>` as well. */
function withChat(name: string, words: readonly string[]): Record<string, unknown> {
  const at = words.findIndex((word) => /^to=?/i.test(word) && (word.toLowerCase() === 'to' || word.includes('=')))
  const word = words[at]
  const isApart = word?.toLowerCase() === 'to'
  const to = word === undefined ? undefined : isApart ? (words[at + 1] ?? '') : word.slice(3)
  const rest = words.filter((_, k) => at < 0 || (k !== at && !(isApart && k === at + 1))).join(' ')
  return { ...(rest === '' ? {} : { [name]: rest }), ...(to === undefined ? {} : { to }) }
}

/** The chat that is meant, or why it may not be changed. */
function chatOf({ actor }: CommandContext, to: string | undefined): { readonly channel: string } | { readonly problem: Reply } {
  if (to !== undefined && actor.role !== 'admin')
    return { problem: reply('Only an admin can change what another chat receives', { tone: 'warn', buttons: [list] }) }
  const channel = to ?? addressOf(actor)
  return channel === undefined
    ? {
        problem: reply('Name the chat', {
          tone: 'warn',
          text: `For example: subscribe fills to=telegram:123456. A chat is ${ADDRESS_HINT}.`,
        }),
      }
    : { channel }
}

const subscribe = defineAction({
  name: 'subscribe',
  aliases: [],
  group: 'Trade and control',
  summary: 'subscribe this chat or topic to some alerts: fills, signals, risk, reports, by symbol or strategy',
  usage: `${FILTER_USAGE} [to=<chat>]`,
  args: z.strictObject({ what: z.string().min(1).max(200), to: chat }),
  read: (words) => withChat('what', words),
  examples: ['subscribe fills sym:BTC minpnl:50', 'subscribe signals strategy:webhook', 'subscribe risk sev:P3 to=telegram:-100123/77'],
  role: 'operator',
  scope: 'alerts:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { what, to }) => {
    const named = chatOf(context, to)
    if ('problem' in named) return refuse(named.problem)
    const filter = parseFilter(wordsOf(what))
    if (!filter.ok) return refuse(reply('Not subscribed', { tone: 'warn', text: filter.error, buttons: [runs('Types', '/alerts types')] }))
    return { type: 'plan', card: reply('Subscribe?'), yes: 'Subscribe', no: 'Leave it', todo: { what, channel: named.channel } }
  },
  execute: async ({ ports, actor }, todo) => {
    const { what, channel } = z.object({ what: z.string(), channel: z.string() }).parse(todo)
    const filter = parseFilter(wordsOf(what))
    if (!filter.ok) return { status: 'refused', reply: reply('Not subscribed', { tone: 'warn', text: filter.error }) }
    const id = await ports.alerts.subscribe(channel, filter.value, calledBy(actor))
    const own = (await ports.alerts.subscriptions()).filter((each) => each.channel === channel)
    return {
      status: 'done',
      reply: reply(`${channel} receives ${filterText(filter.value)}`, {
        tone: 'ok',
        fields: own.map((each) => field(`#${each.id}`, filterText(each.filter))),
        text: 'Beside these it receives only P1 and P2, where it does so by default.',
        buttons: [runs('End it', `/unsubscribe ${id}`), list],
      }),
    }
  },
})

const HINT = 'use the number of a subscription, as in /subscriptions, or all'
const unsubscribe = defineAction({
  name: 'unsubscribe',
  aliases: [],
  group: 'Trade and control',
  summary: 'end a subscription of this chat, or all of them',
  usage: '<number|all> [to=<chat>]',
  args: z.strictObject({ id: z.string().regex(/^(all|#?\d{1,9})$/i, HINT), to: chat }),
  read: (words) => withChat('id', words),
  examples: ['unsubscribe 3', 'unsubscribe all'],
  role: 'operator',
  scope: 'alerts:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { id, to }) => {
    const number = Number(id.replace('#', ''))
    // An admin ends any by its number, wherever it is.
    const stored =
      context.actor.role === 'admin' ? (await context.ports.alerts.subscriptions()).find((each) => each.id === number) : undefined
    const named = stored === undefined ? chatOf(context, to) : { channel: stored.channel }
    if ('problem' in named) return refuse(named.problem)
    return { type: 'plan', card: reply('Unsubscribe?'), yes: 'End it', no: 'Leave it', todo: { id, channel: named.channel } }
  },
  execute: async ({ ports }, todo) => {
    const { id, channel } = z.object({ id: z.string(), channel: z.string() }).parse(todo)
    const count = await ports.alerts.unsubscribe(channel, id.toLowerCase() === 'all' ? undefined : Number(id.replace('#', '')))
    return count === 0
      ? { status: 'refused', reply: reply(`${channel} has no such subscription`, { tone: 'warn', buttons: [list] }) }
      : {
          status: 'done',
          reply: reply(count === 1 ? 'The subscription has ended' : `${count} subscriptions have ended`, { tone: 'ok', buttons: [list] }),
        }
  },
})

const subscriptions = defineRead({
  name: 'subscriptions',
  aliases: [],
  group: 'Look',
  summary: 'list what chats, topics and channels are subscribed to',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['subscriptions'],
  role: 'viewer',
  scope: 'alerts:read',
  run: async ({ ports, actor }) => {
    const rows = await ports.alerts.subscriptions()
    const here = addressOf(actor)
    // Who is told where is for those who may change it; others see their own chat.
    const shown = actor.role === 'admin' ? rows : rows.filter(({ channel }) => channel === here)
    return shown.length === 0
      ? reply('No subscriptions', {
          text: 'Told by default: everything from P4. For example: /subscribe fills sym:BTC',
          buttons: [runs('Open alerts', '/alerts')],
        })
      : reply(shown.length === 1 ? '1 subscription' : `${shown.length} subscriptions`, {
          fields: shown
            .slice(0, 20)
            .map(({ id, channel, filter, actor: by }) => field(`#${id} ${filterText(filter)}`, `${channel}, by ${untrusted(by)}`)),
        })
  },
})

export const SUBSCRIBE_COMMANDS: readonly Command[] = [subscribe, unsubscribe, subscriptions]
