/**
 * open, sl, tp: orders by hand, and what protects a position.
 * Never opens without a stop, and never takes one off: a stop is moved (S5).
 */
import { z } from 'zod'
import type { CommandOutcome, OpenCommand } from '../../../src/kernel/trader-command.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import { absolute, compare, divide, multiply, toFloat } from '../../amount.ts'
import { type Command, type CommandContext, type NoPlan, type Plan, defineAction, inOrder, refuse } from '../command.ts'
import { amend } from '../amend-order.ts'
import { OPEN_USAGE, OpenArgs, PRICE_WORD, openCommandOf, orderFields, readOpen } from '../entry-by-hand.ts'
import { openResult, unconfirmedStop, unconfirmedTarget } from '../results.ts'
import { askedBy, send } from './control-group.ts'
import { plainPercent, price, short } from '../words/format.ts'
import { refusalOf } from '../words/refusals.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { isLong, sideOf } from './trading-group.ts'

// Open

const OpenTodo = z.object({ command: z.custom<OpenCommand>((value) => typeof value === 'object' && value !== null) })

const open = defineAction({
  name: 'open',
  aliases: ['enter'],
  group: 'Trade and control',
  summary: 'open a position by hand, with a stop; the same risk checks as for strategies apply',
  usage: OPEN_USAGE,
  args: OpenArgs,
  read: readOpen,
  examples: [
    'open long XRP $100 sl=2%',
    'open short XRP 1% sl=2% tp=3%,6% limit=0.63 tif=post-only for=2h',
    'open long XRP $500 sl=2% algo=twap:30m',
    'open long XRP $100 limit=0.60 or=0.65 sl=2%',
  ],
  role: 'trader',
  scope: 'trade:write',
  isPrivate: true,
  tier: (_, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: async (context, args) => {
    const { surface } = context.actor
    if ((surface === 'telegram' || surface === 'discord') && !context.ports.system.allowsChatEntry)
      return refuse(
        reply('Manual entries are off in chat', {
          tone: 'warn',
          text: 'Set chat.allowManualEntry to true, or use ballast open in the terminal.',
          buttons: [runs('Positions', '/positions')],
        }),
      )
    const command = await openCommandOf(context, args, `/open ${args.side} {} ${args.size} sl=${args.sl}`)
    if ('title' in command) return refuse(command)
    const judged = await context.ports.control.preview(command, askedBy(context))
    if (judged !== undefined && judged.status !== 'done') return denied(judged)
    return cardOf(context, command, args.size, judged)
  },
  execute: async (context, todo) => {
    const { command } = OpenTodo.parse(todo)
    const buttons = [runs('Orders', '/orders'), runs('Positions', '/positions')]
    const isWaiting = command.limit !== undefined || command.trigger !== undefined || command.execution !== undefined
    return send(context, command, 'Sent', { buttons }, async (outcome) =>
      // What waits for its price is not waited for.
      isWaiting ? undefined : openResult(context.ports.reads, command.symbol, command.side, outcome),
    )
  },
})

/** An order that the risk check would deny is refused with the reason; no question is asked for it. */
export const denied = (judged: CommandOutcome): NoPlan =>
  refuse(
    reply('Refused', { tone: 'warn', text: judged.text, buttons: [runs('Positions', '/positions'), runs('Risk', '/risk')] }),
    refusalOf(judged),
  )

async function cardOf(context: CommandContext, command: OpenCommand, size: string, judged: CommandOutcome | undefined): Promise<Plan> {
  const positions = await context.ports.reads.positions(true)
  const mark = positions.find((p) => p.symbol === command.symbol)?.markPrice
  const fields: Field[] = [
    ...orderFields(command, size, judged),
    ...(judged !== undefined || mark === undefined || mark === '0' ? [] : [field('Mark', price(mark))]),
    field(
      'Checks',
      judged === undefined ? 'not checked: the trader has not responded. It is checked when sent' : 'passed; checked again when sent',
    ),
  ]
  const verb = command.side === 'long' ? 'Buy' : 'Sell'
  const what = `${verb} ${short(command.symbol)}`
  const quantity = figureOf(judged, 'Quantity')
  return {
    type: 'plan',
    card: reply(quantity === undefined ? `${what} ${untrusted(size)}?` : `${verb} ${quantity}?`, { tone: 'warn', fields }),
    yes: what,
    no: 'Leave it',
    todo: { command: withAsker(context, command) },
    symbols: [command.symbol],
    notional: judged?.notional ?? 'unknown',
  }
}

/** Who asked, and why: kept with the order, so that /why has it. */
const withAsker = ({ actor, because }: CommandContext, command: OpenCommand): OpenCommand =>
  because === undefined ? command : { ...command, asked: { by: untrusted(actor.name ?? actor.id), because: untrusted(because) } }

// Stop and target

const ProtectTodo = z.object({
  symbol: z.string(),
  stop: z.string().optional(),
  target: z.string().optional(),
  trail: z.string().optional(),
})

/** A key that only takes risk off does not let more be lost. */
const LOOSENS = { needs: 'trade:write' } as const

async function positionOf(context: CommandContext, text: string, line: string): Promise<PositionRow | NoPlan> {
  const resolved = await resolveSymbol(context, text, line)
  if ('problem' in resolved) return refuse(resolved.problem)
  const position = (await context.ports.reads.positions()).find((p) => p.symbol === resolved.symbol)
  return (
    position ?? refuse(reply(`There is no position in ${resolved.symbol}`, { tone: 'warn', buttons: [runs('Positions', '/positions')] }))
  )
}

/** A price of a word: itself, or so many percent off the mark. */
function priceOf(word: string, position: PositionRow, away: 1 | -1): string {
  if (word === 'be') return position.entryPrice ?? position.markPrice
  const match = /^([+-]?)(\d+(?:\.\d+)?)%$/.exec(word)
  if (match === null) return word
  const sign = match[1] === '+' ? 1 : match[1] === '-' ? -1 : (isLong(position) ? 1 : -1) * away
  const factor = 1 + (sign * Number(match[2])) / 100
  return divide(multiply(position.markPrice, factor.toFixed(6)), '1', 8)
}

const sl = defineAction({
  name: 'sl',
  aliases: [],
  group: 'Trade and control',
  summary: 'move the stop of a position, or trail it; a stop is never removed',
  usage: '<sym> <price|2%|be|trail> [1%|off]',
  args: z.strictObject({
    symbol: z.string().min(1).max(30),
    to: z.union([PRICE_WORD, z.enum(['be', 'trail'])]),
    trail: z
      .string()
      .max(20)
      .regex(/^(\d+(\.\d+)?%?|off)$/, 'use a distance such as 1% or 250, or off')
      .optional(),
  }),
  read: inOrder('symbol', 'to', 'trail'),
  examples: ['sl BTC 63000', 'sl BTC 2%', 'sl ETH be', 'sl BTC trail 1%'],
  role: 'trader',
  scope: 'trade:reduce',
  isPrivate: true,
  tier: () => 'C1',
  addsRisk: () => false,
  plan: async (context, args) => {
    const position = await positionOf(context, args.symbol, `/sl {} ${args.to}`)
    if ('type' in position) return position
    const { symbol } = position
    if (args.to === 'trail') {
      if (args.trail === undefined)
        return refuse(reply('Trailing distance is missing', { tone: 'warn', buttons: [runs('1 %', `/sl ${symbol} trail 1%`)] }))
      return {
        type: 'plan',
        card: reply(args.trail === 'off' ? `Stop trailing ${symbol}?` : `Trail ${symbol} by ${args.trail}?`, {
          fields: [field('Mark', price(position.markPrice)), field('Stop', `stays at ${price(position.stopPrice)} as well`)],
        }),
        yes: args.trail === 'off' ? 'Stop trailing' : `Trail ${args.trail}`,
        no: 'Leave it',
        todo: { symbol, trail: args.trail },
        symbols: [symbol],
        addsRisk: args.trail === 'off',
        ...(args.trail === 'off' ? LOOSENS : {}),
      }
    }
    const asked = priceOf(args.to, position, -1)
    const isThrough = compare(asked, position.markPrice) * (isLong(position) ? 1 : -1) >= 0
    const judged = isThrough ? undefined : await context.ports.control.preview({ name: 'protect', symbol, stop: args.to }, askedBy(context))
    if (judged !== undefined && judged.status !== 'done') return denied(judged)
    // The price that would be sent, in steps of the symbol.
    const next = figureOf(judged, 'stop') ?? asked
    const isTighter = position.stopPrice !== null && compare(next, position.stopPrice) * (isLong(position) ? 1 : -1) > 0
    const isLooser = position.stopPrice !== null && compare(next, position.stopPrice) * (isLong(position) ? 1 : -1) < 0
    const distance = Math.abs(toFloat(next) / toFloat(position.markPrice) - 1)
    if (isThrough)
      return refuse(
        reply('This stop would trigger now', {
          tone: 'warn',
          text: `${price(next)} is beyond the mark price of ${price(position.markPrice)}. To exit now, close the position.`,
          buttons: [runs(`Close ${short(symbol)}`, `/close ${symbol}`, 'bad')],
        }),
      )
    return {
      type: 'plan',
      card: reply(`Move the stop of ${symbol} to ${price(next)}?`, {
        tone: isLooser ? 'warn' : 'ok',
        fields: [
          field('Position', `${sideOf(position)} ${absolute(position.quantity)}, mark ${price(position.markPrice)}`),
          field(
            'Stop',
            `${position.stopPrice === null ? 'none on Bybit' : price(position.stopPrice)} → ${price(next)} (${plainPercent(distance)} from the mark)`,
          ),
          field('Risk', isLooser ? 'looser: you may lose more than now' : 'tighter'),
        ],
      }),
      yes: `Move to ${price(next)}`,
      no: 'Keep it',
      // What is tighter needs no second word; a percent follows the mark, and may be looser by the time that it is done.
      isDirect: isTighter && !args.to.endsWith('%'),
      todo: { symbol, stop: args.to },
      symbols: [symbol],
      addsRisk: isLooser,
      ...(isLooser ? LOOSENS : {}),
    }
  },
  execute: async (context, todo) => {
    const { symbol, stop, trail } = ProtectTodo.parse(todo)
    return send(
      context,
      { name: 'protect', symbol, ...(stop === undefined ? {} : { stop }), ...(trail === undefined ? {} : { trail }) },
      'Stop moved',
      { buttons: [runs(short(symbol), `/positions ${symbol}`)] },
      async ({ stop: asked }) => {
        if (asked === undefined) return undefined
        const stands = await unconfirmedStop(context.ports.reads, symbol, asked)
        if (stands === undefined) return { title: `Stop of ${symbol} is at ${price(asked)} on Bybit`, isFilled: true, text: '' }
        const what = stands === 'none' ? 'there is none on Bybit' : `it is at ${price(stands)}`
        return {
          title: 'Stop NOT moved yet',
          isFilled: false,
          text: `${symbol}: Bybit has not confirmed ${price(asked)}; ${what}. Check: /positions ${short(symbol)}`,
          status: 'queued' as const,
        }
      },
    )
  },
})

const figureOf = (outcome: CommandOutcome | undefined, name: string): string | undefined =>
  outcome?.figures?.find((figure) => figure.name === name)?.value

const tp = defineAction({
  name: 'tp',
  aliases: ['target'],
  group: 'Trade and control',
  summary: 'set, move or remove the target of a whole position',
  usage: '<sym> <price|4%|off>',
  args: z.strictObject({ symbol: z.string().min(1).max(30), to: z.union([PRICE_WORD, z.literal('off')]) }),
  read: inOrder('symbol', 'to'),
  examples: ['tp BTC 66000', 'tp ETH 4%', 'tp BTC off'],
  role: 'trader',
  scope: 'trade:reduce',
  isPrivate: true,
  tier: () => 'C1',
  addsRisk: () => false,
  plan: async (context, args) => {
    const position = await positionOf(context, args.symbol, `/tp {} ${args.to}`)
    if ('type' in position) return position
    const { symbol } = position
    const judged =
      args.to === 'off' ? undefined : await context.ports.control.preview({ name: 'protect', symbol, target: args.to }, askedBy(context))
    if (judged !== undefined && judged.status !== 'done') return denied(judged)
    const next = args.to === 'off' ? 'off' : (figureOf(judged, 'target') ?? priceOf(args.to, position, 1))
    const shown = next === 'off' ? 'none' : price(next)
    return {
      type: 'plan',
      card: reply(next === 'off' ? `Remove the target of ${symbol}?` : `Target of ${symbol} at ${shown}?`, {
        fields: [
          field('Position', `${sideOf(position)} ${absolute(position.quantity)}, mark ${price(position.markPrice)}`),
          field('Target', `${position.targetPrice === null ? 'none' : price(position.targetPrice)} → ${shown}`),
        ],
      }),
      yes: next === 'off' ? 'Remove it' : `Set ${shown}`,
      no: 'Leave it',
      todo: { symbol, target: args.to },
      symbols: [symbol],
    }
  },
  execute: async (context, todo) => {
    const { symbol, target } = ProtectTodo.parse(todo)
    return send(
      context,
      { name: 'protect', symbol, ...(target === undefined ? {} : { target }) },
      'Target set',
      {
        buttons: [runs(short(symbol), `/positions ${symbol}`)],
      },
      async ({ target: asked }) => {
        if (asked === undefined) return undefined
        const stands = await unconfirmedTarget(context.ports.reads, symbol, asked)
        if (stands === undefined)
          return {
            title: asked === 'off' ? `Target of ${symbol} removed` : `Target of ${symbol} is at ${price(asked)}`,
            isFilled: true,
            text: '',
          }
        const what = stands === 'none' ? 'there is none' : `it is at ${price(stands)}`
        return {
          title: 'Target NOT changed yet',
          isFilled: false,
          text: `${symbol}: not confirmed yet; ${what}. Check: /positions ${short(symbol)}`,
          status: 'queued' as const,
        }
      },
    )
  },
})

export const ORDER_COMMANDS: readonly Command[] = [open, sl, tp, amend]
