/**
 * why: what was seen, which rule fired, how it was sized, which gates it passed, and how it ended.
 */
import { z } from 'zod'
import type { DecisionRow, FillRow, OrderRow, TradeRow } from '../../../src/journal/row.ts'
import { add, divide, isDecimal, multiply, negate, signOf, subtract } from '../../amount.ts'
import { fromId, toId } from '../../ids.ts'
import { type Command, type CommandContext, defineRead, inOrder } from '../command.ts'
import { amount, costsOf, duration, money, price, signed, time, trimmed } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { assessmentLines } from '../words/assessment-words.ts'
import { AssessmentShape } from '../words/assessment-shape.ts'
import { noteFields } from '../note-fields.ts'
import { findTrade, purposeOf, sideWord } from './trading-group.ts'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
/** The newest of a trade's fills. */
const FILLS_MAX = 1_000
/** Further entries, and partial exits, that a card has room for. */
const STEPS_SHOWN = 6

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `fast 64,210.5  slow 64,100.2` of a reason's values. */
function valuesOf(values: unknown): string {
  if (!isRecord(values)) return ''
  return Object.entries(values)
    .map(([name, value]) => `${untrusted(name)} ${typeof value === 'number' ? Number(value.toPrecision(8)) : untrusted(text(value) ?? '')}`)
    .join('  ')
}

function reasonOf(decision: DecisionRow): Field[] {
  const { reason } = decision.detail
  if (!isRecord(reason)) return []
  const values = valuesOf(reason.values)
  return [field('Signal', `${untrusted(text(reason.rule) ?? 'unknown rule')}${values === '' ? '' : `  (${values})`}`)]
}

/** A figure as people read it. */
const figure = (value: string): string => (/^\d{4,}(\.\d+)?$/.test(value) ? price(value) : value)

function sizingOf(decision: DecisionRow): Field[] {
  const { sizing, plannedLoss } = decision.detail
  const steps = Array.isArray(sizing)
    ? sizing.filter(isRecord).map((step) => `${untrusted(text(step.name) ?? '')} ${figure(untrusted(text(step.value) ?? ''))}`)
    : []
  const loss = text(plannedLoss)
  return [
    ...(steps.length === 0 ? [] : [field('Sizing', steps.join('\n'))]),
    ...(loss === undefined ? [] : [field('Planned loss', `${amount(loss)} USDT if the stop fills at its price`)]),
  ]
}

/** Absent of orders of before assessments were kept, and of exits. */
function riskOf({ detail }: DecisionRow): Field[] {
  const risk = AssessmentShape.safeParse(detail.risk)
  return risk.success ? assessmentLines(risk.data) : []
}

const gatesOf = (decision: DecisionRow): Field[] => {
  const { gates } = decision.detail
  return Array.isArray(gates) && gates.length > 0
    ? [field('Checks passed', gates.map((gate) => `${untrusted(String(gate))} ✓`).join('  '))]
    : []
}

function orderLine(order: OrderRow, now: number): Field {
  const filled = order.averagePrice === null ? order.status : `${order.filledQuantity} filled @ ${price(order.averagePrice)}`
  return field(
    'Order',
    `${toId('ord', order.orderId)}  ${sideWord(order.side)} ${order.quantity} ${order.kind}  ${filled}  ${time(order.submittedTs, now)}`,
  )
}

/** Difference of the average fill to the mark at the decision, in basis points of it; positive is worse for us. */
function slippageOf(order: OrderRow, decision: DecisionRow): Field[] {
  const mark = text(decision.detail.mark)
  if (mark === undefined || order.averagePrice === null || !isDecimal(mark) || signOf(mark) <= 0) return []
  const worse = order.side === 1 ? subtract(order.averagePrice, mark) : subtract(mark, order.averagePrice)
  return [
    field('Slippage', `${signed(divide(multiply(worse, '10000'), mark, 4), 1)} bp from the mark price of ${price(mark)} at the decision`),
  ]
}

async function decisionOf({ ports }: CommandContext, orderId: number): Promise<DecisionRow | undefined> {
  const [decision] = await ports.reads.decisions({ limit: 1, orderId })
  return decision
}

/** An order of a trade, with what it filled of it and why it was sent. */
interface Part {
  readonly orderId: number
  readonly order: OrderRow | undefined
  readonly decision: DecisionRow | undefined
  readonly fills: readonly FillRow[]
}

/** Orders by their first fill. */
async function partsOf(context: CommandContext, fills: readonly FillRow[]): Promise<Part[]> {
  const ids = [...new Set(fills.map(({ orderId }) => orderId))]
  return Promise.all(
    ids.map(async (orderId) => {
      const [order, decision] = await Promise.all([context.ports.reads.order(orderId), decisionOf(context, orderId)])
      return { orderId, order, decision, fills: fills.filter((fill) => fill.orderId === orderId) }
    }),
  )
}

const quantityOf = ({ fills }: Part): string => trimmed(add('0', ...fills.map(({ quantity }) => quantity)))
const averageOf = ({ fills }: Part): string =>
  trimmed(divide(add('0', ...fills.map((fill) => multiply(fill.quantity, fill.price))), add('0', ...fills.map((fill) => fill.quantity)), 8))
const ruleOf = ({ decision, order }: Part): string => {
  const { reason } = decision?.detail ?? {}
  const rule = isRecord(reason) ? text(reason.rule) : undefined
  return untrusted(rule ?? (order === undefined ? 'external order' : purposeOf(order)))
}

/** `+2 @ 0.5574 at 10:12, ema-cross up (ord_12)`: what came after the first entry, or before the last exit. */
const stepField = (name: string, sign: string, part: Part, now: number): Field =>
  field(
    name,
    `${sign}${quantityOf(part)} @ ${price(averageOf(part))} at ${time(part.fills[0]?.ts ?? now, now)}, ${ruleOf(part)} (${toId('ord', part.orderId)})`,
  )

function stepFields(name: string, sign: string, parts: readonly Part[], now: number): Field[] {
  const hidden = parts.length - STEPS_SHOWN
  return [
    ...parts.slice(0, STEPS_SHOWN).map((part) => stepField(name, sign, part, now)),
    ...(hidden > 0 ? [field(name, `and ${hidden} more: see /orders and /trade`)] : []),
  ]
}

async function whyTrade(context: CommandContext, trade: TradeRow): Promise<Reply> {
  const { reads } = context.ports
  const fills = [...(await reads.fills({ limit: FILLS_MAX, tradeNumber: trade.number }))].reverse()
  const [entry, decision, more, exits] = await Promise.all([
    reads.order(trade.entryOrderId),
    decisionOf(context, trade.entryOrderId),
    partsOf(
      context,
      fills.filter((fill) => fill.side === trade.side && fill.orderId !== trade.entryOrderId),
    ),
    partsOf(
      context,
      fills.filter((fill) => fill.side !== trade.side),
    ),
  ])
  const now = trade.exitTs ?? fills.at(-1)?.ts ?? trade.entryTs
  const partial = trade.isOpen ? exits : exits.slice(0, -1)
  return reply(`Why  #${trade.number}  ${trade.symbol} ${trade.side === 1 ? 'long' : 'short'} ${trade.quantity}`, {
    tone: 'info',
    fields: [
      field('Strategy', `${untrusted(trade.strategy)}, decided ${time(decision?.ts ?? trade.entryTs, now)}`),
      ...(decision === undefined ? [field('Signal', 'no decision by Ballast: the position was adopted')] : reasonOf(decision)),
      ...(decision === undefined ? [] : [...sizingOf(decision), ...riskOf(decision), ...stopOf(decision), ...gatesOf(decision)]),
      ...(entry === undefined ? [] : [orderLine(entry, now), ...(decision === undefined ? [] : slippageOf(entry, decision))]),
      ...stepFields('Further entry', '+', more, now),
      ...stepFields('Partial exit', '-', partial, now),
      ...exitFields(trade, trade.isOpen ? undefined : exits.at(-1), exits.length, now),
      ...noteFields((await context.ports.portfolio.notes.find([trade.number])).get(trade.number)),
    ],
    buttons: [runs(`#${trade.number}`, `/trade ${trade.number}`), runs('Chart', `/chart ${trade.symbol}`), runs('Trades', '/trades')],
  })
}

function stopOf(decision: DecisionRow): Field[] {
  const stop = text(decision.detail.stop)
  const { targets } = decision.detail
  const first = Array.isArray(targets) ? targets.find(isRecord) : undefined
  const target = text(first?.price)
  return stop === undefined && target === undefined
    ? []
    : [
        field(
          'Exit plan',
          [stop === undefined ? 'no stop' : `stop ${price(stop)}`, ...(target === undefined ? [] : [`target ${price(target)}`])].join(', '),
        ),
      ]
}

function exitFields(trade: TradeRow, last: Part | undefined, exitOrders: number, now: number): Field[] {
  if (trade.isOpen) return [field('Open', `result so far ${money(trade.pnl)}`)]
  const { reason } = last?.decision?.detail ?? {}
  const rule = isRecord(reason) ? text(reason.rule) : undefined
  const values = isRecord(reason) ? valuesOf(reason.values) : ''
  const trigger = last?.order?.triggerPrice ?? null
  // The last exit's own price: the trade's is the average of all of them.
  const gap =
    trigger === null || last === undefined || trade.exitReason !== 'stop'
      ? ''
      : `, trigger ${price(trigger)}, filled ${signed(negateIf(trade.side === 1, subtract(averageOf(last), trigger)))} worse`
  const at =
    last === undefined || exitOrders === 1 ? price(trade.exitPrice) : `${price(averageOf(last))} (all exits ${price(trade.exitPrice)})`
  return [
    field(
      'Exit',
      `${trade.exitReason ?? 'closed'} @ ${at} at ${time(trade.exitTs, now)} after ${duration((trade.exitTs ?? 0) - trade.entryTs)}${gap}`,
    ),
    ...(rule === undefined ? [] : [field('Exit rule', `${untrusted(rule)}${values === '' ? '' : `  (${values})`}`)]),
    field(
      'Result',
      `${money(trade.pnl)}${trade.resultR === null ? '' : ` (${signed(trade.resultR)} R)`} after ${costsOf(trade, ' and ')}, in ${exitOrders} exit ${exitOrders === 1 ? 'order' : 'orders'}`,
    ),
  ]
}

const negateIf = (condition: boolean, value: string): string => (condition ? negate(value) : value)

async function whyOrder(context: CommandContext, orderId: number): Promise<Reply> {
  const { reads } = context.ports
  const order = await reads.order(orderId)
  if (order === undefined) return reply(`There is no order ${toId('ord', orderId)}`, { tone: 'warn', buttons: [runs('Orders', '/orders')] })
  const [decision, fills] = await Promise.all([decisionOf(context, orderId), reads.fills({ limit: 100, orderId })])
  const now = order.updatedTs
  return reply(`Why  ${toId('ord', orderId)}  ${sideWord(order.side)} ${order.quantity} ${order.symbol}`, {
    fields: [
      field('Purpose', `${purposeOf(order)} of ${untrusted(order.strategy)}`),
      ...(decision === undefined
        ? [field('Signal', order.parentOrderId === null ? 'not placed by Ballast' : `attached to ${toId('ord', order.parentOrderId)}`)]
        : [...reasonOf(decision), ...sizingOf(decision), ...riskOf(decision), ...stopOf(decision), ...gatesOf(decision)]),
      orderLine(order, now),
      ...(decision === undefined ? [] : slippageOf(order, decision)),
      ...(fills.length === 0
        ? []
        : [field('Fills', `${fills.length}, fee ${amount(add(...fills.map((f) => f.fee)), 4)} ${fills[0]?.feeCoin ?? ''}`)]),
    ],
    buttons: [
      ...(order.parentOrderId === null ? [] : [runs('Why its entry', `/why ${toId('ord', order.parentOrderId)}`)]),
      ...(order.tradeNumber === null ? [] : [runs(`#${order.tradeNumber}`, `/why ${order.tradeNumber}`)]),
    ],
  })
}

const why = defineRead({
  name: 'why',
  aliases: [],
  group: 'Explain',
  summary: 'explain why a trade was opened and closed',
  usage: '[trade number|order id|sym]',
  args: z.strictObject({ what: z.string().min(1).max(60).optional() }),
  read: inOrder('what'),
  examples: ['why', 'why 12', 'why BTC', 'why #12'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    if (args.what === undefined) {
      const [newest] = await context.ports.reads.trades({ limit: 1 })
      return newest === undefined ? reply('No trade yet', { buttons: [runs('Strategies', '/strategies')] }) : whyTrade(context, newest)
    }
    const order = fromId('ord', args.what)
    if (order !== undefined) return whyOrder(context, order)
    const trade = await findTrade(context, args.what.startsWith('trd_') ? String(fromId('trd', args.what) ?? args.what) : args.what)
    if ('title' in trade) return trade
    return whyTrade(context, trade)
  },
})

export const WHY_COMMANDS: readonly Command[] = [why]
