/**
 * note, tag: what users write about a trade, shown with it and in the exports.
 */
import { z } from 'zod'
import type { TradeRow } from '../../../src/journal/row.ts'
import { fromId } from '../../ids.ts'
import type { TradeNote } from '../../ports/portfolio-ports.ts'
import { calledBy } from '../called.ts'
import {
  type Command,
  type CommandContext,
  type Done,
  type NoPlan,
  type Plan,
  alreadyDone,
  defineAction,
  inOrder,
  refuse,
} from '../command.ts'
import { noteFields } from '../note-fields.ts'
import { type Reply, reply, runs } from '../reply.ts'
import { findTrade } from './trading-group.ts'

const NOTE_MAX = 400
const TAGS_MAX = 10
const TAG = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,23}$/u
/** Takes it off again. */
const OFF = 'off'

const Which = z.string().min(1).max(30)
const Todo = z.object({ number: z.number(), note: z.string().optional(), tags: z.array(z.string()).optional() })

export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((word) => word.replace(/^#/, '').toLowerCase())
      .filter((word) => word !== ''),
  ),
]
export const areTags = (tags: readonly string[]): boolean => tags.length <= TAGS_MAX && tags.every((tag) => TAG.test(tag))

const tradeOf = (context: CommandContext, text: string): Promise<TradeRow | Reply> =>
  findTrade(context, text.startsWith('trd_') ? String(fromId('trd', text) ?? text) : text)

function card({ number, symbol }: Pick<TradeRow, 'number' | 'symbol'>, note: TradeNote | undefined, title: string): Reply {
  const fields = noteFields(note)
  return reply(`#${number} ${symbol}: ${title}`, {
    tone: 'ok',
    fields,
    ...(fields.length === 0 ? { text: `Write one: /note ${number} text, /tag ${number} word` } : {}),
    buttons: [runs(`#${number}`, `/trade ${number}`), runs('Why', `/why ${number}`)],
  })
}

async function planOf(
  context: CommandContext,
  text: string,
  change: { readonly note?: string; readonly tags?: readonly string[] } | undefined,
): Promise<Plan | NoPlan> {
  const trade = await tradeOf(context, text)
  if ('title' in trade) return refuse(trade)
  const { number } = trade
  if (change === undefined)
    return alreadyDone(card(trade, (await context.ports.portfolio.notes.find([number])).get(number), 'note and tags'))
  return {
    type: 'plan',
    card: reply(`Write on #${number}?`),
    yes: 'Write',
    no: 'Leave it',
    todo: { number, symbol: trade.symbol, ...change },
  }
}

async function write(context: CommandContext, raw: Plan['todo']): Promise<Done> {
  const { number, note, tags } = Todo.parse(raw)
  const written = await context.ports.portfolio.notes.write(
    number,
    { ...(note === undefined ? {} : { note }), ...(tags === undefined ? {} : { tags }) },
    calledBy(context.actor),
  )
  const symbol = typeof raw.symbol === 'string' ? raw.symbol : ''
  return { status: 'done', reply: card({ number, symbol }, written, 'written') }
}

const note = defineAction({
  name: 'note',
  aliases: [],
  group: 'Explain',
  summary: 'write a note on a trade, or show it',
  usage: '<trade number|sym> [text|off]',
  args: z.strictObject({ trade: Which, text: z.string().max(NOTE_MAX, `use at most ${NOTE_MAX} characters`).optional() }),
  read: inOrder('trade', 'text'),
  examples: ['note 12 late entry, chased the breakout', 'note BTC', 'note 12 off'],
  role: 'operator',
  scope: 'report:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: (context, { trade, text }) => planOf(context, trade, text === undefined ? undefined : { note: text === OFF ? '' : text }),
  execute: write,
})

const tag = defineAction({
  name: 'tag',
  aliases: [],
  group: 'Explain',
  summary: 'tag a trade with words, or show its tags',
  usage: '<trade number|sym> [a,b|off]',
  args: z.strictObject({
    trade: Which,
    tags: z
      .string()
      .max(300)
      .refine((text) => areTags(tagsOf(text)), `use at most ${TAGS_MAX} words of letters and digits: breakout,late`)
      .optional(),
  }),
  read: inOrder('trade', 'tags'),
  examples: ['tag 12 breakout,late', 'tag 12', 'tag 12 off'],
  role: 'operator',
  scope: 'report:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: (context, { trade, tags }) => planOf(context, trade, tags === undefined ? undefined : { tags: tags === OFF ? [] : tagsOf(tags) }),
  execute: write,
})

export const NOTE_COMMANDS: readonly Command[] = [note, tag]
