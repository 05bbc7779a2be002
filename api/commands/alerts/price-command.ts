/**
 * alert: tell this chat when a price, the result of the day or equity passes a level.
 */
import { z } from 'zod'
import { RULE_FIGURES, RULE_SIDES, isReached } from '../../../src/alerts/price-rule.ts'
import { ADDRESS_HINT, isAddress } from '../../../src/alerts/subscriptions.ts'
import type { StoredPriceRule } from '../../ports/alert-ports.ts'
import { calledBy } from '../called.ts'
import { type Command, type CommandContext, type NoPlan, type Plan, alreadyDone, defineAction, refuse } from '../command.ts'
import { groupedNumber } from './price-words.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { addressOf } from './chat-address.ts'

const list = runs('Price alerts', '/alert list')
const RULES_MAX = 100

function read(words: readonly string[]): Record<string, unknown> {
  const to = words.find((word) => word.startsWith('to='))
  const rest = words.filter((word) => word !== to && word.toLowerCase() !== 'add')
  const [what, second, level, ...more] = rest
  const chat = to === undefined ? {} : { to: to.slice(3) }
  if (what === undefined || what.toLowerCase() === 'list')
    return { ...(rest.length > 1 ? { unexpected: rest.slice(1).join(' ') } : {}), ...chat }
  if (what.toLowerCase() === 'del')
    return { ...(second === undefined ? {} : { del: second.replace(/^#/, '') }), ...(level === undefined ? {} : { unexpected: level }) }
  const isOnce = more[0]?.toLowerCase() === 'once'
  const unexpected = more.slice(isOnce ? 1 : 0).join(' ')
  return {
    what,
    ...(second === undefined ? {} : { side: second.toLowerCase() }),
    ...(level === undefined ? {} : { level: level.replace(/[,_$]/g, '') }),
    ...(isOnce ? { once: true } : {}),
    ...chat,
    ...(unexpected === '' ? {} : { unexpected }),
  }
}

export const priceAlert: Command = defineAction({
  name: 'alert',
  aliases: [],
  group: 'Trade and control',
  summary: 'tell this chat when a price, the result of the day or equity passes a level',
  usage: '<sym|pnl|equity> <above|below> <level> [once] [to=<chat>] | list | del <number>',
  args: z.strictObject({
    what: z.string().max(40).optional(),
    side: z.enum(RULE_SIDES, { error: 'use above or below' }).optional(),
    level: z
      .string()
      .regex(/^-?\d{1,12}(\.\d{1,12})?$/, 'use a number such as 70000 or -200')
      .optional(),
    once: z.boolean().default(false),
    to: z.string().max(60).refine(isAddress, `use a chat such as ${ADDRESS_HINT}`).optional(),
    del: z.coerce
      .number({ error: 'use the number of a price alert, as in /alert list' })
      .int('use the number of a price alert, as in /alert list')
      .min(1)
      .optional(),
  }),
  read,
  examples: ['alert BTC above 70000', 'alert pnl below -200 once', 'alert list', 'alert del 3'],
  role: 'viewer',
  scope: 'alerts:read',
  scopeFor: ({ what, del }) => (what === undefined && del === undefined ? 'alerts:read' : 'alerts:write'),
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { what, side, level, once, to, del }) => {
    const rules = await context.ports.prices.list()
    if (del !== undefined) return delPlan(context, rules, del)
    if (what === undefined) return alreadyDone(shown(rules))
    if (side === undefined || level === undefined)
      return refuse(reply('Not set', { tone: 'warn', text: 'For example: /alert BTC above 70000, or /alert pnl below -200' }))
    const channel = to ?? addressOf(context.actor)
    if (to !== undefined && context.actor.role !== 'admin')
      return refuse(reply('Alerts of another chat are an admin’s to set', { tone: 'warn' }))
    if (rules.length >= RULES_MAX) return refuse(reply(`There are ${RULES_MAX} price alerts already`, { tone: 'warn', buttons: [list] }))
    return addPlan(context, what, { side, level, isOnce: once, channel: channel ?? null })
  },
  execute: async ({ ports, actor }, todo) => {
    const rule = Todo.parse(todo)
    if ('del' in rule)
      return (await ports.prices.remove(rule.del))
        ? { status: 'done', reply: reply(`Price alert #${rule.del} is removed`, { tone: 'ok', buttons: [list] }) }
        : { status: 'refused', reply: reply(`There is no price alert #${rule.del}`, { tone: 'warn', buttons: [list] }) }
    const id = await ports.prices.add({ ...rule, actor: calledBy(actor) })
    return {
      status: 'done',
      reply: reply(`Told when ${rule.what} is ${rule.side} ${groupedNumber(rule.level)}`, {
        tone: 'ok',
        text: `${rule.isOnce ? 'Once' : 'At each crossing'}, in ${rule.channel ?? 'every chat that receives trade alerts'}; looked at with each closed minute.`,
        buttons: [runs('Remove it', `/alert del ${id}`), list],
      }),
    }
  },
})

const Todo = z.union([
  z.object({ del: z.number() }),
  z.object({
    what: z.string(),
    side: z.enum(RULE_SIDES),
    level: z.string(),
    isOnce: z.boolean(),
    channel: z.string().nullable(),
    seenTs: z.number(),
  }),
])

interface Wanted {
  readonly side: (typeof RULE_SIDES)[number]
  readonly level: string
  readonly isOnce: boolean
  readonly channel: string | null
}

async function addPlan(context: CommandContext, text: string, wanted: Wanted): Promise<Plan | NoPlan> {
  const { ports } = context
  const figure = RULE_FIGURES.find((each) => each === text.toLowerCase())
  const resolved =
    figure === undefined ? await resolveSymbol(context, text, `/alert {} ${wanted.side} ${wanted.level}`) : { symbol: figure }
  if ('problem' in resolved) return refuse(resolved.problem)
  const what = resolved.symbol
  const account = await ports.reads.account()
  const candle = figure === undefined ? (await ports.candles(what, '1m', 1))?.at(-1) : undefined
  const now =
    figure === undefined ? candle?.close : account === undefined ? undefined : Number(figure === 'pnl' ? account.dayPnl : account.equity)
  const seenTs = candle?.ts ?? account?.updatedTs
  if (now === undefined || seenTs === undefined)
    return refuse(reply(`${untrusted(what)} cannot be read now`, { tone: 'warn', text: 'The exchange does not answer. Try again.' }))
  if (isReached(wanted, { high: now, low: now }))
    return refuse(
      reply(`${what} is ${wanted.side} ${groupedNumber(wanted.level)} already`, {
        tone: 'warn',
        text: `It is at ${groupedNumber(String(now))}.`,
      }),
    )
  return { type: 'plan', card: reply('Set it?'), yes: 'Set it', no: 'Leave it', todo: { what, ...wanted, seenTs } }
}

/** One's own, and an operator any. */
function delPlan(context: CommandContext, rules: readonly StoredPriceRule[], del: number): Plan | NoPlan {
  const rule = rules.find(({ id }) => id === del)
  if (rule === undefined) return refuse(reply(`There is no price alert #${del}`, { tone: 'warn', buttons: [list] }))
  if (context.actor.role === 'viewer' && rule.channel !== addressOf(context.actor))
    return refuse(reply(`#${del} belongs to another chat`, { tone: 'warn', buttons: [list] }))
  return { type: 'plan', card: reply('Remove it?'), yes: 'Remove', no: 'Keep it', todo: { del } }
}

const shown = (rules: readonly StoredPriceRule[]): Reply =>
  rules.length === 0
    ? reply('No price alerts', { text: 'For example: /alert BTC above 70000, or /alert pnl below -200' })
    : reply(rules.length === 1 ? '1 price alert' : `${rules.length} price alerts`, {
        fields: rules
          .slice(0, 20)
          .map(({ id, what, side, level, isOnce, isArmed, channel, actor }) =>
            field(
              `#${id} ${what} ${side} ${groupedNumber(level)}`,
              `${isOnce ? 'once' : isArmed ? 'at each crossing' : 'has fired; again once it was back'}, ${channel ?? 'every chat'}, by ${untrusted(actor)}`,
            ),
          ),
      })
