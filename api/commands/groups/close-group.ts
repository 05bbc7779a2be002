/**
 * close and cancel: taking risk off.
 * Never opens anything: what it sends is reduce-only, and a turned position is asked about again (S3).
 */
import { z } from 'zod'
import { isSpotSymbol } from '../../../src/market/instrument.ts'
import { SPOT_RATE, TAKER_RATE } from '../../../src/venue/sim/models/costs.ts'
import { EXECUTION_FORMS, parseExecution } from '../../../src/trading/algorithms/execution.ts'
import type { CommandOutcome } from '../../../src/kernel/trader-command.ts'
import type { OrderRow, PositionRow } from '../../../src/journal/row.ts'
import { formatDecimal } from '../../../src/core/decimal.ts'
import { RATE_SCALE } from '../../../src/core/units.ts'
import { absolute, add, compare, divide, isDecimal, multiply, negate, signOf, subtract } from '../../amount.ts'
import { fromId, toId } from '../../ids.ts'
import { notionalOf } from './account-group.ts'
import { type Command, type CommandContext, type Done, type NoPlan, type Plan, type Refused, defineAction, refuse } from '../command.ts'
import { askedBy, send } from './control-group.ts'
import { type Result, cancelResult, closeResult } from '../results.ts'
import { amount, coinOf, money, price, short } from '../words/format.ts'
import { refusalOf, refusalWords } from '../words/refusals.ts'
import { field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { isLong, isWaitingClose, purposeOf, sideOf, sideWord } from './trading-group.ts'

// Close

const FRACTION_DECIMALS = 6
const feeRateOf = (symbol: string): string => formatDecimal(isSpotSymbol(symbol) ? SPOT_RATE : TAKER_RATE, RATE_SCALE)

/** Part of a position: all of it, a fraction, a quantity of the coin, or money. */
type Part =
  | { readonly type: 'all' }
  | { readonly type: 'fraction'; readonly value: string }
  | { readonly type: 'quantity'; readonly value: string }

const Target = z.object({
  symbol: z.string(),
  side: z.enum(['long', 'short']),
  fraction: z.string().optional(),
  quantity: z.string().optional(),
  execution: z.string().optional(),
  limit: z.string().optional(),
  shown: z.string(),
})
type Target = z.infer<typeof Target>
const Todo = z.object({ targets: z.array(Target) })

const isAmount = (text: string): boolean => /^(\d+(\.\d+)?%|\$\d+(\.\d+)?|\d+(\.\d+)?[A-Za-z]*|half|all)$/.test(text)

const close = defineAction({
  name: 'close',
  aliases: ['fx', 'reduce'],
  group: 'Trade and control',
  summary: 'close all or part of a position, at market or at a limit price',
  usage: '<sym|#n|all|profit|loss> [50%|0.5BTC|$100] [limit|limit=64500] [algo=twap:10m]',
  args: z.strictObject({
    what: z.string().min(1).max(30),
    amount: z.string().max(30).refine(isAmount, 'use 50%, 0.05BTC or $100').default('all'),
    /** Execution algorithm, as `twap:10m`. */
    algo: z
      .string()
      .max(40)
      .refine((text) => typeof parseExecution(text) !== 'string', `use ${EXECUTION_FORMS}`)
      .optional(),
    /** A price, a distance from the mark, or `best` for the best price of our side. */
    limit: z
      .string()
      .max(30)
      .regex(/^(best|[+-]?\d+(\.\d+)?%|\d+(\.\d+)?)$/, 'use limit=64500, or limit alone for the best price on your side')
      .optional(),
  }),
  read: readClose,
  examples: [
    'close BTC 50%',
    'close BTC 50% limit',
    'close BTC limit=64500',
    'close BTC algo=twap:10m',
    'close #12',
    'close all',
    'close ETH 0.5ETH',
    'close loss',
  ],
  role: 'trader',
  scope: 'trade:reduce',
  isPrivate: true,
  tier: () => 'C1',
  addsRisk: () => false,
  plan: async (context, args) => {
    const open = await context.ports.reads.positions()
    const group = args.what.toLowerCase()
    let chosen: readonly PositionRow[]
    if (group === 'all' || group === 'profit' || group === 'loss')
      chosen = open
        .filter((p) => group === 'all' || (group === 'profit') === signOf(p.unrealizedPnl) > 0)
        .filter((p) => p.strategy !== null)
    else {
      const resolved = await resolveSymbol(context, args.what, `/close {} ${args.amount === 'all' ? '' : args.amount}`.trim())
      if ('problem' in resolved) return refuse(resolved.problem)
      chosen = open.filter((p) => p.symbol === resolved.symbol)
      if (chosen.length === 0)
        return refuse(reply(`There is no position in ${resolved.symbol}`, { tone: 'warn', buttons: [runs('Positions', '/positions')] }))
    }
    if (chosen.length === 0)
      return refuse(
        reply(group === 'all' ? 'There is nothing to close' : `No position is in ${group}`, {
          tone: 'warn',
          buttons: [runs('Positions', '/positions')],
        }),
      )
    return planOf(context, chosen, args.amount, { execution: args.algo, limit: args.limit })
  },
  execute: async (context, todo) => carryOutClose(context, Todo.parse(todo).targets),
})

/** `BTC 50% limit=64500`: what, how much of it, and how. */
function readClose([what, ...rest]: readonly string[]): Record<string, unknown> {
  const raw: Record<string, unknown> = what === undefined ? {} : { what }
  const amounts: string[] = []
  for (const word of rest) {
    const option = /^(algo|limit)=(.*)$/i.exec(word)
    if (option !== null) raw[(option[1] as string).toLowerCase()] = option[2]
    else if (/^limit$/i.test(word)) raw.limit = 'best'
    else if (!/^market$/i.test(word)) amounts.push(word)
    else raw.amount ??= 'all'
  }
  if (amounts.length > 0) raw.amount = amounts.join('')
  return raw
}

/** How it is closed: executed in parts, at a price, or at once at market. */
interface How {
  readonly execution: string | undefined
  readonly limit: string | undefined
}

/** What cannot be, said before anything is shown. */
function howProblem(chosen: readonly PositionRow[], { execution, limit }: How): NoPlan | undefined {
  if (limit === undefined) return undefined
  const spot = chosen.find((position) => isSpotSymbol(position.symbol))
  if (spot !== undefined)
    return refuse(
      reply(`${spot.symbol} can only be closed at market (spot-order)`, {
        tone: 'warn',
        text: 'A limit close would lock the coins that the stop needs to sell. Set a target instead.',
        buttons: [runs(`Close ${short(spot.symbol)}`, `/close ${spot.symbol}`), runs('Target 2 %', `/tp ${spot.symbol} 2%`)],
      }),
    )
  if (limit === 'best' && execution !== undefined)
    return refuse(
      reply('A close with an algorithm needs a price', { tone: 'warn', text: 'Add limit=64500: no child order goes beyond it.' }),
    )
  if (limit !== 'best' && chosen.length > 1)
    return refuse(
      reply('A limit price applies to one symbol only', { tone: 'warn', text: 'Use limit alone: each close waits at its own best price.' }),
    )
  return undefined
}

const howText = ({ execution, limit }: How): string => {
  const at = limit === undefined ? undefined : limit === 'best' ? 'limit at the best price on your side' : `limit ${price(limit)}`
  return [execution, at].filter((text) => text !== undefined).join(', ') || 'market'
}

async function planOf(context: CommandContext, chosen: readonly PositionRow[], text: string, how: How): Promise<Plan | NoPlan> {
  const { execution, limit } = how
  const problem = howProblem(chosen, how)
  if (problem !== undefined) return problem
  const targets: Target[] = []
  const fields = []
  let total = '0'
  for (const position of chosen) {
    const part = partOf(position, text)
    if (typeof part === 'string')
      return refuse(
        reply(part, {
          tone: 'warn',
          buttons: [
            runs(`Close ${short(position.symbol)} 50 %`, `/close ${position.symbol} 50%`),
            runs(`Close ${short(position.symbol)}`, `/close ${position.symbol}`),
          ],
        }),
      )
    const held = absolute(position.quantity)
    const asked = part.type === 'all' ? held : part.type === 'fraction' ? multiply(held, part.value) : part.value
    const judged = part.type === 'all' ? undefined : await context.ports.control.preview(closeOf(position, part), askedBy(context))
    // An exit is asked about whatever a preview says: the trader's own word decides when it is sent.
    // The quantity that would be sent, in lots of the symbol.
    const inLots = judged?.figures?.find(({ name }) => name === 'quantity')?.value
    const quantity = inLots ?? asked
    const rest = subtract(held, quantity)
    const at = limit !== undefined && isDecimal(limit) ? limit : position.markPrice
    const ownRate = judged?.figures?.find(({ name }) => name === 'feeRate')?.value
    const fee = multiply(notionalOf(quantity, at), ownRate ?? feeRateOf(position.symbol))
    const move = position.entryPrice === null ? '0' : subtract(at, position.entryPrice)
    const result = subtract(multiply(quantity, isLong(position) ? move : negate(move)), fee)
    total = add(total, result)
    targets.push({
      ...(execution === undefined ? {} : { execution }),
      ...(limit === undefined ? {} : { limit }),
      symbol: position.symbol,
      side: sideOf(position),
      shown: `${quantity} ${coinOf(position.symbol)}`,
      // A yes closes what its button names, also where the position has grown meanwhile.
      ...(part.type === 'fraction' && inLots !== undefined ? { quantity: inLots } : amountOf(part)),
    })
    fields.push(
      field(
        position.symbol,
        `${sideOf(position)} ${held} → ${signOf(rest) <= 0 ? 'flat' : rest}, ${howText(how)}${isSpotSymbol(position.symbol) ? '' : ', reduce-only'}`,
      ),
      field(
        'Estimate',
        `est. price ${price(at)} (${at === position.markPrice ? 'mark' : 'limit'}), est. fee ${amount(fee)} (${ownRate === undefined ? 'expected' : 'your'} rate), est. realized ${money(result)}`,
      ),
      field(
        'Stop',
        limit !== undefined && execution === undefined && position.stopPrice !== null
          ? `stays at ${price(position.stopPrice)} until the close fills`
          : signOf(rest) <= 0
            ? 'removed with the position'
            : position.stopPrice === null
              ? 'none on Bybit'
              : `stays for ${rest} at ${price(position.stopPrice)}`,
      ),
    )
  }
  const [only] = targets
  const isOne = targets.length === 1 && only !== undefined
  return {
    type: 'plan',
    card: reply(isOne ? `Close ${only.shown}?` : `Close ${targets.length} positions?`, {
      tone: 'warn',
      fields: [...fields, ...(isOne ? [] : [field('Together', `est. realized ${money(total)}`)])],
    }),
    yes: isOne ? `Close ${only.shown}` : `Close ${targets.length} positions`,
    no: 'Keep it',
    todo: { targets },
    symbols: targets.map((target) => target.symbol),
  }
}

const closeOf = (position: PositionRow, part: Part) => ({
  name: 'close' as const,
  symbol: position.symbol,
  ...amountOf(part),
})

const amountOf = (part: Part): { readonly fraction?: string; readonly quantity?: string } =>
  part.type === 'fraction' ? { fraction: part.value } : part.type === 'quantity' ? { quantity: part.value } : {}

/** A bare number is no amount: of what? (S19) */
function partOf(position: PositionRow, text: string): Part | string {
  const base = coinOf(position.symbol)
  const held = absolute(position.quantity)
  if (text === 'all') return { type: 'all' }
  if (text === 'half') return { type: 'fraction', value: '0.5' }
  if (text.endsWith('%')) {
    const value = divide(text.slice(0, -1), '100', FRACTION_DECIMALS)
    if (signOf(value) <= 0 || compare(value, '1') > 0) return `${untrusted(text)} is not a part of a position: use 1% to 100%.`
    return compare(value, '1') === 0 ? { type: 'all' } : { type: 'fraction', value }
  }
  if (text.startsWith('$')) {
    const fraction = divide(text.slice(1), notionalOf(position.quantity, position.markPrice), FRACTION_DECIMALS)
    if (signOf(fraction) <= 0) return `${untrusted(text)} is below one quantity step of this position.`
    return compare(fraction, '1') >= 0 ? { type: 'all' } : { type: 'fraction', value: fraction }
  }
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text)
  if (match === null || (match[2] ?? '').toUpperCase() !== base.toUpperCase())
    return `${untrusted(text)} has no unit. Use ${isDecimal(text) ? text : '50'}% of the position, ${isDecimal(text) ? text : '0.5'}${base} or $100.`
  const quantity = match[1] as string
  if (signOf(quantity) <= 0) return `${untrusted(text)} is too small: use more than 0.`
  return compare(quantity, held) >= 0 ? { type: 'all' } : { type: 'quantity', value: quantity }
}

async function carryOutClose(context: CommandContext, targets: readonly Target[]): Promise<Done> {
  const results: { readonly target: Target; readonly outcome: CommandOutcome | undefined; readonly ending: Result | undefined }[] = []
  const before = await context.ports.reads.positions()
  await Promise.all(
    targets.map(async (target) => {
      const { symbol, side, fraction, quantity, execution, limit } = target
      const command = {
        name: 'close' as const,
        symbol,
        side,
        ...(fraction === undefined ? {} : { fraction }),
        ...(quantity === undefined ? {} : { quantity }),
        ...(execution === undefined ? {} : { execution }),
        ...(limit === undefined ? {} : { limit }),
      }
      const outcome = await context.ports.control.send(command, askedBy(context, targets.length === 1 ? '' : `/${symbol}`))
      const held = before.find((position) => position.symbol === symbol)
      // What waits for its price or is worked is not waited for.
      const isWaiting = outcome === undefined || limit !== undefined || execution !== undefined
      results.push({ target, outcome, ending: isWaiting ? undefined : await closeResult(context.ports.reads, symbol, held, outcome) })
    }),
  )
  const isOf = (status: CommandOutcome['status'] | undefined): boolean => results.some(({ outcome }) => outcome?.status === status)
  const status: Done['status'] = isOf('failed') ? 'failed' : isOf(undefined) ? 'queued' : isOf('refused') ? 'refused' : 'done'
  const [only] = results
  const endings = results.map(({ ending }) => ending)
  const isEnded = status === 'done' && endings.every((ending) => ending?.isFilled === true)
  const title = isEnded
    ? results.length === 1
      ? only?.ending?.title
      : `Closed ${results.length} positions`
    : endings.length === 1
      ? only?.ending?.title
      : undefined
  return {
    status,
    reply: reply(title ?? (status === 'done' ? 'Closing' : status === 'queued' ? 'Close: queued' : `Close: ${status}`), {
      tone: status === 'done' ? 'ok' : status === 'queued' ? 'warn' : 'bad',
      fields: results.map(({ target: { symbol }, outcome, ending }) => {
        const answer = outcome === undefined ? 'queued: the trader has not responded within 5 s' : refusalWords(outcome)
        return field(symbol, (results.length > 1 ? ending?.title : undefined) ?? answer)
      }),
      buttons: [runs('Positions', '/positions'), runs('Trades', '/trades')],
    }),
    ...results.reduce<Refused>(
      (first, { outcome }) => (outcome === undefined || first.refusal !== undefined ? first : refusalOf(outcome)),
      {},
    ),
  }
}

// Cancel

const CancelTodo = z.object({ orderIds: z.array(z.number()), all: z.boolean() })

const cancel = defineAction({
  name: 'cancel',
  aliases: ['co'],
  group: 'Trade and control',
  summary: 'cancel one entry, the entries of a symbol, all entries, or a limit close; never a protective stop',
  usage: '<order id|sym|all>',
  args: z.strictObject({ what: z.string().min(1).max(30) }),
  read: (words) =>
    words.length > 1 ? { what: words[0], unexpected: words.slice(1).join(' ') } : words[0] === undefined ? {} : { what: words[0] },
  examples: ['cancel all', 'cancel BTC', 'cancel ord_0000000002A'],
  role: 'trader',
  scope: 'trade:reduce',
  // One order is canceled at once, several after a look.
  tier: (args) => (fromId('ord', args.what) === undefined ? 'C1' : 'C0'),
  addsRisk: () => false,
  plan: async (context, args) => {
    const { reads } = context.ports
    const orderId = fromId('ord', args.what)
    if (orderId !== undefined) return planOne(await reads.order(orderId), args.what)
    const open = await reads.orders({ limit: 500, isOpen: true })
    const isAll = args.what.toLowerCase() === 'all'
    const resolved = isAll ? undefined : await resolveSymbol(context, args.what, '/cancel {}')
    if (resolved !== undefined && 'problem' in resolved) return refuse(resolved.problem)
    const entries = open.filter(
      (order) => order.class === 'entry' && order.origin === 'ours' && (resolved === undefined || order.symbol === resolved.symbol),
    )
    if (entries.length === 0)
      return refuse(
        reply('There is no open entry to cancel', {
          tone: 'warn',
          text: 'Protective stops stay until the position closes.',
          buttons: [runs('Orders', '/orders')],
        }),
      )
    return {
      type: 'plan',
      card: reply(`Cancel ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}?`, {
        tone: 'warn',
        fields: entries.slice(0, 10).map(entryLine),
      }),
      yes: `Cancel ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`,
      no: 'Keep them',
      todo: { orderIds: entries.map((order) => order.orderId), all: isAll },
    }
  },
  execute: async (context, todo) => {
    const { orderIds, all } = CancelTodo.parse(todo)
    const buttons = [runs('Orders', '/orders')]
    if (all) return send(context, { name: 'cancel' }, 'Canceled', { buttons }, () => cancelResult(context.ports.reads, orderIds))
    let last: Done = { status: 'refused', reply: reply('Nothing was canceled', { tone: 'warn' }) }
    const taken: number[] = []
    for (const orderId of orderIds) {
      const done = await send(
        { ...context, idempotencyKey: context.idempotencyKey === undefined ? undefined : `${context.idempotencyKey}/${orderId}` },
        { name: 'cancel', orderId },
        'Canceled',
        { buttons },
      )
      if (done.status === 'done') taken.push(orderId)
      last = done.status === 'done' || last.status !== 'done' ? done : last
    }
    const ending = await cancelResult(context.ports.reads, taken)
    if (ending !== undefined)
      return { ...last, reply: { ...last.reply, title: ending.title, tone: ending.isFilled ? 'ok' : 'warn', text: '' } }
    return last
  },
})

const entryLine = (order: OrderRow) =>
  field(
    toId('ord', order.orderId),
    `${sideWord(order.side)} ${order.quantity} ${order.symbol} ${order.kind}${order.limitPrice === null ? '' : ` at ${price(order.limitPrice)}`}`,
  )

function planOne(order: OrderRow | undefined, id: string): Plan | NoPlan {
  if (order === undefined)
    return refuse(reply(`There is no order ${untrusted(id)}`, { tone: 'warn', buttons: [runs('Orders', '/orders')] }))
  if (!order.isOpen) return refuse(reply(`${id} is already ${order.status}`, { tone: 'warn', buttons: [runs('Orders', '/orders')] }))
  if (order.origin === 'external')
    return refuse(
      reply(`${id} was not placed by Ballast`, { tone: 'warn', text: 'Cancel it where it was placed, for example in Bybit’s app.' }),
    )
  if (order.class !== 'entry' && !isWaitingClose(order))
    return refuse(
      reply(`${id} is a ${purposeOf(order)} and cannot be canceled`, {
        tone: 'warn',
        text: 'It is removed when the position is closed.',
        buttons: [runs(`Close ${short(order.symbol)}`, `/close ${order.symbol}`)],
      }),
    )
  return {
    type: 'plan',
    card: reply(isWaitingClose(order) ? 'Cancel this close?' : 'Cancel this entry?', { fields: [entryLine(order)] }),
    yes: 'Cancel it',
    no: 'Keep it',
    todo: { orderIds: [order.orderId], all: false },
  }
}

export const CLOSE_COMMANDS: readonly Command[] = [close, cancel]
