/**
 * amend: price, trigger or quantity of one open order, changed in place.
 */
import { z } from 'zod'
import type { OrderRow } from '../../src/journal/row.ts'
import { multiply, signOf, subtract } from '../amount.ts'
import { fromId, toId } from '../ids.ts'
import { type Command, type CommandContext, type NoPlan, defineAction, options, refuse } from './command.ts'
import { askedBy, send } from './groups/control-group.ts'
import { price } from './words/format.ts'
import { field, reply, runs, untrusted } from './reply.ts'
import { resolveSymbol } from './symbol.ts'
import { sideWord } from './groups/trading-group.ts'
import { refusalOf } from './words/refusals.ts'

/** An order by its id, or the one that we have open in a symbol. */
async function orderOf(context: CommandContext, text: string): Promise<OrderRow | NoPlan> {
  const { reads } = context.ports
  const buttons = [runs('Orders', '/orders')]
  const orderId = fromId('ord', text)
  if (orderId !== undefined)
    return (await reads.order(orderId)) ?? refuse(reply(`There is no order ${untrusted(text)}`, { tone: 'warn', buttons }))
  const resolved = await resolveSymbol(context, text, '/amend {} limit=')
  if ('problem' in resolved) return refuse(resolved.problem)
  const open = (await reads.orders({ symbol: resolved.symbol, isOpen: true, limit: 100 })).filter((o) => o.origin === 'ours')
  if (open.length === 1) return open[0] as OrderRow
  if (open.length === 0) return refuse(reply(`Ballast has no open order in ${resolved.symbol}`, { tone: 'warn', buttons }))
  return refuse(
    reply('Which one?', {
      tone: 'warn',
      fields: open
        .slice(0, 10)
        .map((o) => field(toId('ord', o.orderId), `${sideWord(o.side)} ${o.quantity} ${o.kind} ${price(o.limitPrice ?? o.triggerPrice)}`)),
      buttons,
    }),
  )
}

/** How much more the order would be worth than it is; 0 where it is less. */
async function addedBy(
  context: CommandContext,
  order: OrderRow,
  to: { readonly limit?: string | undefined; readonly trigger?: string | undefined; readonly qty?: string | undefined },
): Promise<string> {
  const mark = (await context.ports.reads.positions(true)).find(({ symbol }) => symbol === order.symbol)?.markPrice
  const was = order.limitPrice ?? order.triggerPrice ?? mark
  const price = to.limit ?? order.limitPrice ?? to.trigger ?? order.triggerPrice ?? mark
  if (was === undefined || price === undefined) return 'unknown'
  const more = subtract(multiply(price, to.qty ?? order.quantity), multiply(was, order.quantity))
  return signOf(more) > 0 ? more : '0'
}

const AmendTodo = z.object({
  orderId: z.number(),
  /** As the card showed it. */
  was: z.string(),
  limit: z.string().optional(),
  trigger: z.string().optional(),
  quantity: z.string().optional(),
})
const stateOf = (order: OrderRow): string =>
  `${order.quantity}, filled ${order.filledQuantity}${order.limitPrice === null ? '' : `, limit ${price(order.limitPrice)}`}${order.triggerPrice === null ? '' : `, trigger ${price(order.triggerPrice)}`}${order.isOpen ? '' : `, ${order.status}`}`

const decimal = z
  .string()
  .max(30)
  .regex(/^\d+(\.\d+)?$/, 'give a number')

export const amend: Command = defineAction({
  name: 'amend',
  aliases: ['edit'],
  group: 'Trade and control',
  summary: 'change price, trigger or quantity of an open order in place',
  usage: '<order id|sym> [limit=] [trigger=] [qty=]',
  args: z.strictObject({
    id: z.string().min(1).max(30),
    limit: decimal.optional(),
    trigger: decimal.optional(),
    qty: decimal.optional(),
  }),
  read: (words) => options(words, 'id'),
  examples: ['amend BTC limit=63500', 'amend ord_0000000002A qty=0.02'],
  role: 'trader',
  scope: 'trade:write',
  tier: (_, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: async (context, args) => {
    const order = await orderOf(context, args.id)
    if ('type' in order) return order
    const name = toId('ord', order.orderId)
    if (!order.isOpen) return refuse(reply(`${name} is already ${order.status}`, { tone: 'warn', buttons: [runs('Orders', '/orders')] }))
    const changes = [
      ...(args.limit === undefined ? [] : [field('Limit', `${price(order.limitPrice)} → ${price(args.limit)}`)]),
      ...(args.trigger === undefined ? [] : [field('Trigger', `${price(order.triggerPrice)} → ${price(args.trigger)}`)]),
      ...(args.qty === undefined ? [] : [field('Quantity', `${order.quantity} → ${args.qty}`)]),
    ]
    if (changes.length === 0)
      return refuse(
        reply('Nothing to change', { tone: 'warn', text: `Add limit=, trigger= or qty=, for example /amend ${name} limit=63500` }),
      )
    const judged = await context.ports.control.preview(
      {
        name: 'change',
        orderId: order.orderId,
        ...(args.limit === undefined ? {} : { limit: args.limit }),
        ...(args.trigger === undefined ? {} : { trigger: args.trigger }),
        ...(args.qty === undefined ? {} : { quantity: args.qty }),
      },
      askedBy(context),
    )
    if (judged !== undefined && judged.status !== 'done')
      return refuse(
        reply('Refused', { tone: 'warn', text: judged.text, buttons: [runs('Orders', '/orders'), runs('Risk', '/risk')] }),
        refusalOf(judged),
      )
    return {
      type: 'plan',
      card: reply(`Change ${name}?`, {
        fields: [field('Order', `${sideWord(order.side)} ${order.quantity} ${order.symbol} ${order.kind}`), ...changes],
      }),
      yes: 'Change it',
      no: 'Keep it',
      todo: {
        orderId: order.orderId,
        was: stateOf(order),
        ...(args.limit === undefined ? {} : { limit: args.limit }),
        ...(args.trigger === undefined ? {} : { trigger: args.trigger }),
        ...(args.qty === undefined ? {} : { quantity: args.qty }),
      },
      symbols: [order.symbol],
      ...(order.class === 'entry' ? { notional: await addedBy(context, order, args) } : {}),
    }
  },
  recheck: async (context, todo) => {
    const { orderId, was } = AmendTodo.parse(todo)
    const order = await context.ports.reads.order(orderId)
    const now = order === undefined ? 'gone' : stateOf(order)
    return now === was ? undefined : `The order changed since you asked: ${was} → ${now}.`
  },
  execute: async (context, todo) => {
    const { orderId, limit, trigger, quantity } = AmendTodo.parse(todo)
    return send(
      context,
      {
        name: 'change',
        orderId,
        ...(limit === undefined ? {} : { limit }),
        ...(trigger === undefined ? {} : { trigger }),
        ...(quantity === undefined ? {} : { quantity }),
      },
      'Changed',
      { buttons: [runs('Orders', '/orders')] },
    )
  },
})
