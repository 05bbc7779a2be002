/**
 * positions, orders, trades, trade: what is held, what waits and what is over.
 */
import { localTime } from '../words/zone.ts'
import { z } from 'zod'
import type { TradeNote } from '../../ports/portfolio-ports.ts'
import type { FillRow, OrderRow, PositionRow, TradeRow } from '../../../src/journal/row.ts'
import { absolute, add, compare, divide, multiply, negate, signOf, subtract, toFloat } from '../../amount.ts'
import { toId } from '../../ids.ts'
import { noAccount } from './account-group.ts'
import { type Command, type CommandContext, defineRead, inOrder } from '../command.ts'
import { amount, asOf, costsOf, duration, money, percent, price, short, signed, time } from '../words/format.ts'
import { noteFields, notesText } from '../note-fields.ts'
import { type Button, type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol, tradeNumberOf } from '../symbol.ts'

export const isLong = (position: Pick<PositionRow, 'quantity'>): boolean => signOf(position.quantity) > 0
export const sideOf = (position: Pick<PositionRow, 'quantity'>): 'long' | 'short' => (isLong(position) ? 'long' : 'short')

export const hasExternal = (row: PositionRow): boolean => signOf(row.externalQuantity) !== 0

/** `BTCUSDT long 0.5, ignored`. */
export const externalText = (row: PositionRow): string =>
  `${row.symbol} ${signOf(row.externalQuantity) > 0 ? 'long' : 'short'} ${absolute(row.externalQuantity)}${row.isExternalIgnored ? ', ignored' : ''}`

/** Move since the entry, in the position's favor, as a fraction. */
function moveOf(position: PositionRow): number {
  if (position.entryPrice === null) return 0
  const move = toFloat(divide(subtract(position.markPrice, position.entryPrice), position.entryPrice, 6))
  return isLong(position) ? move : -move
}

const SORTS = ['pnl', 'size', 'age'] as const

const positions = defineRead({
  name: 'positions',
  aliases: ['p', 'pos'],
  group: 'Look',
  summary: 'list open positions, or show one',
  usage: '[sym] [pnl|size|age]',
  args: z.strictObject({ symbol: z.string().max(30).optional(), sort: z.enum(SORTS).default('pnl') }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      const text = word.toLowerCase().replace(/^sort=/, '')
      if (raw.sort === undefined && (SORTS as readonly string[]).includes(text)) raw.sort = text
      else if (raw.symbol === undefined) raw.symbol = word
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['positions', 'positions BTC', 'p sort=age'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const [account, all] = await Promise.all([context.ports.reads.account(), context.ports.reads.positions(true)])
    if (account === undefined) return noAccount()
    const open = all.filter((p) => signOf(p.quantity) !== 0)
    const asOfLine = `as of ${asOf(account.updatedTs, context.ports.system.profile)}`
    const external = all.filter(hasExternal)
    if (args.symbol !== undefined) {
      const resolved = await resolveSymbol(context, args.symbol, '/positions {}')
      if ('problem' in resolved) return resolved.problem
      const position = open.find((p) => p.symbol === resolved.symbol)
      return position === undefined
        ? reply(`No position in ${resolved.symbol}`, {
            fields: external.filter((p) => p.symbol === resolved.symbol).map(externalField),
            buttons: [runs('Positions', '/positions'), runs('Why', `/why ${resolved.symbol}`), runs('Chart', `/chart ${resolved.symbol}`)],
          })
        : cardOf(position, account.updatedTs)
    }
    if (open.length === 0)
      return reply('No open positions', {
        tone: 'ok',
        text: asOfLine,
        fields: external.map(externalField),
        buttons: [
          ...external.flatMap(externalButtons),
          runs('Refresh', '/positions'),
          runs('Orders', '/orders'),
          runs('Trades', '/trades'),
        ],
      })
    const sorted = [...open].sort((a, b) =>
      args.sort === 'pnl'
        ? compare(b.unrealizedPnl, a.unrealizedPnl)
        : args.sort === 'age'
          ? (a.openedTs ?? 0) - (b.openedTs ?? 0)
          : compare(absolute(multiply(b.quantity, b.markPrice)), absolute(multiply(a.quantity, a.markPrice))),
    )
    const total = add(...open.map((p) => p.unrealizedPnl))
    return reply(`Positions  ${open.length} open`, {
      tone: signOf(total) < 0 ? 'warn' : 'ok',
      table: {
        columns: [
          { title: 'sym' },
          { title: 's' },
          { title: 'size', align: 'right' },
          { title: 'uPnL', align: 'right' },
          { title: '%', align: 'right' },
        ],
        rows: sorted.map((p) => [
          short(p.symbol),
          isLong(p) ? 'L' : 'S',
          absolute(p.quantity),
          signed(p.unrealizedPnl),
          percent(moveOf(p), 1).replace(' %', ''),
        ]),
        total: ['Total', '', '', signed(total), ''],
        rowCommands: sorted.map((p) => `/positions ${p.symbol}`),
      },
      fields: external.map(externalField),
      text: `Total ${percent(toFloat(divide(total, account.equity, 6)))} of equity; % is the price move since the entry.\n${asOfLine}`,
      buttons: [
        runs('Refresh', '/positions'),
        ...external.flatMap(externalButtons),
        ...sorted.slice(0, 4).map((p) => runs(short(p.symbol), `/positions ${p.symbol}`)),
        runs('Close all', '/close all'),
      ],
      live: { key: 'positions', ttlSec: 600, everySec: 15 },
    })
  },
})

const externalField = (p: PositionRow): Field => field('External', externalText(p))
const externalButtons = (p: PositionRow): Button[] =>
  p.isExternalIgnored
    ? []
    : [runs(`Adopt ${short(p.symbol)}`, `/adopt ${p.symbol}`), runs(`Ignore ${short(p.symbol)}`, `/ignore ${p.symbol}`)]

function cardOf(position: PositionRow, now: number): Reply {
  const base = short(position.symbol)
  return reply(`${position.symbol} ${sideOf(position)} ${absolute(position.quantity)}`, {
    tone: signOf(position.unrealizedPnl) < 0 ? 'warn' : 'ok',
    fields: [
      field('Entry', price(position.entryPrice)),
      field('Mark', price(position.markPrice)),
      field('uPnL', `${money(position.unrealizedPnl)} (${percent(moveOf(position))})`),
      field('Stop', position.stopPrice === null ? 'none on Bybit' : price(position.stopPrice)),
      field('Target', price(position.targetPrice)),
      field('Strategy', position.strategy ?? 'external'),
      field('Age', position.openedTs === null ? '–' : duration(now - position.openedTs)),
      ...(position.tradeNumber === null ? [] : [field('Trade', `#${position.tradeNumber}`)]),
      ...(hasExternal(position) ? [externalField(position)] : []),
    ],
    buttons: [
      runs('Close 25 %', `/close ${position.symbol} 25%`),
      runs('Close 50 %', `/close ${position.symbol} 50%`),
      runs(`Close ${base}`, `/close ${position.symbol}`, 'bad'),
      runs('Why', `/why ${position.symbol}`),
      runs('Chart', `/chart ${position.symbol}`),
    ],
  })
}

export const sideWord = (side: 1 | -1): 'buy' | 'sell' => (side === 1 ? 'buy' : 'sell')

const orders = defineRead({
  name: 'orders',
  aliases: ['o'],
  group: 'Look',
  summary: 'list open and conditional orders',
  usage: '[sym]',
  args: z.strictObject({ symbol: z.string().max(30).optional() }),
  read: inOrder('symbol'),
  examples: ['orders', 'orders ETH'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const { reads } = context.ports
    const resolved = args.symbol === undefined ? undefined : await resolveSymbol(context, args.symbol, '/orders {}')
    if (resolved !== undefined && 'problem' in resolved) return resolved.problem
    const [account, open] = await Promise.all([reads.account(), reads.orders({ limit: 200, isOpen: true, symbol: resolved?.symbol })])
    if (open.length === 0)
      return reply('No open orders', { tone: 'ok', buttons: [runs('Refresh', '/orders'), runs('Positions', '/positions')] })
    const now = account?.updatedTs ?? 0
    const entries = open.filter((order) => order.class === 'entry')
    return reply(`Orders  ${open.length} open`, {
      table: {
        columns: [
          { title: 'sym' },
          { title: 'side' },
          { title: 'size', align: 'right' },
          { title: 'price', align: 'right' },
          { title: 'kind' },
          { title: 'age', align: 'right', isExtra: true },
        ],
        rows: open.map((o) => [
          short(o.symbol),
          sideWord(o.side),
          o.quantity,
          price(o.triggerPrice ?? o.limitPrice),
          purposeOf(o),
          duration(now - o.submittedTs),
        ]),
      },
      buttons: [
        runs('Refresh', '/orders'),
        ...entries.slice(0, 4).map((o) => runs(`Cancel ${short(o.symbol)}`, `/cancel ${toId('ord', o.orderId)}`)),
        ...(entries.length > 1 ? [runs('Cancel all entries', '/cancel all')] : []),
      ],
    })
  },
})

/** What an order is there for, in a word. */
export const purposeOf = (order: OrderRow): string =>
  order.origin === 'attached-stop'
    ? order.kind === 'trailing-stop'
      ? 'trail'
      : 'stop'
    : order.origin === 'attached-target' || order.class === 'protective'
      ? // On spot the stop is an order of Ballast's.
        order.kind === 'stop-market'
        ? 'stop'
        : 'target'
      : order.origin === 'external'
        ? 'external'
        : isWaitingClose(order)
          ? 'close'
          : `${order.class} ${order.kind}`

/** A close that somebody asked for at a price. */
export const isWaitingClose = (order: OrderRow): boolean =>
  order.origin === 'ours' && order.class === 'reduce' && order.kind === 'limit' && order.parentOrderId === null

const COUNT_MAX = 50

const trades = defineRead({
  name: 'trades',
  aliases: ['history'],
  group: 'Look',
  summary: 'list the last closed trades with result and exit reason',
  usage: '[n] [sym] [strategy]',
  args: z.strictObject({
    count: z.coerce.number().int().min(1).max(COUNT_MAX).default(10),
    symbol: z.string().max(30).optional(),
    strategy: z.string().max(60).optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      if (raw.count === undefined && /^(n=)?\d+$/.test(word)) raw.count = word.replace('n=', '')
      else if (raw.strategy === undefined && /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(word)) raw.strategy = word
      else if (raw.symbol === undefined) raw.symbol = word
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['trades', 'trades 20 BTC', 'trades ema-cross'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const { reads } = context.ports
    const resolved = args.symbol === undefined ? undefined : await resolveSymbol(context, args.symbol, '/trades {}')
    if (resolved !== undefined && 'problem' in resolved) return resolved.problem
    const closed = await reads.trades({ limit: args.count, isOpen: false, symbol: resolved?.symbol, strategy: args.strategy })
    if (closed.length === 0)
      return reply('No closed trades yet', { buttons: [runs('Positions', '/positions'), runs('Strategies', '/strategies')] })
    const notes = notesText([...(await context.ports.portfolio.notes.find(closed.map((t) => t.number))).values()])
    return reply(`Trades  last ${closed.length}`, {
      ...(notes === '' ? {} : { text: notes }),
      table: {
        columns: [
          { title: '#', align: 'right' },
          { title: 'sym' },
          { title: 's' },
          { title: 'pnl', align: 'right' },
          { title: 'R', align: 'right', isExtra: true },
          { title: 'held', align: 'right', isExtra: true },
          { title: 'exit' },
        ],
        rows: closed.map((t) => [
          String(t.number),
          short(t.symbol),
          t.side === 1 ? 'L' : 'S',
          signed(t.pnl),
          t.resultR === null ? '–' : signed(t.resultR),
          duration((t.exitTs ?? t.entryTs) - t.entryTs),
          t.exitReason ?? '',
        ]),
        total: ['', '', '', signed(add(...closed.map((t) => t.pnl))), '', '', ''],
        rowCommands: closed.map((t) => `/trade ${t.number}`),
      },
      buttons: closed.slice(0, 4).map((t) => runs(`#${t.number}`, `/trade ${t.number}`)),
    })
  },
})

const trade = defineRead({
  name: 'trade',
  aliases: [],
  group: 'Look',
  summary: 'show one trade with its fills and costs',
  usage: '<number>',
  args: z.strictObject({ number: z.coerce.number().int().min(1) }),
  read: (words) => inOrder('number')(words.map((word) => word.replace(/^#/, ''))),
  examples: ['trade 12', 'trade #12'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const { reads } = context.ports
    const row = await reads.trade(args.number)
    if (row === undefined) return reply(`There is no trade #${args.number}`, { tone: 'warn', buttons: [runs('Trades', '/trades')] })
    const fills = await reads.fills({ limit: 100, tradeNumber: row.number })
    const notes = await context.ports.portfolio.notes.find([row.number])
    return tradeCard(row, [...fills].reverse(), notes.get(row.number))
  },
})

function tradeCard(row: TradeRow, fills: readonly FillRow[], note: TradeNote | undefined): Reply {
  const now = row.exitTs ?? fills.at(-1)?.ts ?? row.entryTs
  return reply(`#${row.number}  ${row.symbol} ${row.side === 1 ? 'long' : 'short'} ${row.quantity}${row.isOpen ? '  open' : ''}`, {
    tone: signOf(row.pnl) < 0 ? 'warn' : 'ok',
    fields: [
      field('Entry', `${price(row.entryPrice)} at ${time(row.entryTs, now)}`),
      ...(row.exitTs === null
        ? []
        : [
            field('Exit', `${price(row.exitPrice)} at ${time(row.exitTs, now)}, ${row.exitReason ?? ''}`),
            field('Held', duration(row.exitTs - row.entryTs)),
          ]),
      field('Result', `${money(row.pnl)}${row.resultR === null ? '' : ` (${signed(row.resultR)} R)`}`),
      field('Costs', costsOf(row, ', ')),
      field('Best, worst', `${money(row.mfe)}, ${money(negate(row.mae))}`),
      field('Strategy', untrusted(row.strategy)),
      ...noteFields(note),
    ],
    table: {
      columns: [
        { title: 'time' },
        { title: 'side' },
        { title: 'size', align: 'right' },
        { title: 'price', align: 'right' },
        { title: 'fee', align: 'right', isExtra: true },
      ],
      rows: fills.map((f) => [localTime(f.ts).time, sideWord(f.side), f.quantity, price(f.price), amount(f.fee, 4)]),
    },
    buttons: [runs('Why', `/why ${row.number}`), runs('Chart', `/chart ${row.symbol}`), runs('Trades', '/trades')],
  })
}

/** A trade that an operator means: `12`, `#12`, or the last one of a symbol. */
export async function findTrade(context: CommandContext, text: string): Promise<TradeRow | Reply> {
  const { reads } = context.ports
  const number = tradeNumberOf(text.startsWith('#') ? text : `#${text}`)
  if (number !== undefined)
    return (await reads.trade(number)) ?? reply(`There is no trade #${number}`, { tone: 'warn', buttons: [runs('Trades', '/trades')] })
  const resolved = await resolveSymbol(context, text, '/why {}')
  if ('problem' in resolved) return resolved.problem
  const [last] = await reads.trades({ limit: 1, symbol: resolved.symbol })
  return (
    last ?? reply(`${resolved.symbol} has not been traded yet`, { buttons: [runs('Strategies', '/strategies'), runs('Trades', '/trades')] })
  )
}

export const TRADING_COMMANDS: readonly Command[] = [positions, orders, trades, trade]
