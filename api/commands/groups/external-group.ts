/**
 * adopt, ignore, reconcile: what on the account is not Ballast's, and where books and exchange differ.
 */
import { z } from 'zod'
import type { CommandOutcome } from '../../../src/kernel/trader-command.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import { absolute } from '../../amount.ts'
import { type Command, type CommandContext, type NoPlan, defineAction, inOrder, refuse } from '../command.ts'
import { askedBy, send, tableOf } from './control-group.ts'
import { price, short } from '../words/format.ts'
import { PRICE_WORD } from '../entry-by-hand.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { externalText, hasExternal } from './trading-group.ts'

async function externalOf(context: CommandContext, text: string, line: string): Promise<PositionRow | NoPlan> {
  const resolved = await resolveSymbol(context, text, line)
  if ('problem' in resolved) return refuse(resolved.problem)
  const row = (await context.ports.reads.positions(true)).find((p) => p.symbol === resolved.symbol)
  if (row !== undefined && hasExternal(row)) return row
  // The hold may outlast the position: whoever opened it has closed it.
  const isHeld = (await context.ports.reads.holds()).some((hold) => hold.holdId === `external-${resolved.symbol}`)
  if (row !== undefined && isHeld && line.startsWith('/ignore')) return row
  return refuse(
    reply(`Nothing in ${resolved.symbol} is external`, {
      tone: 'warn',
      text: 'Every position there was opened by Ballast, or there is none.',
      buttons: [runs('Positions', '/positions')],
    }),
  )
}

const MANUAL = 'manual'

const adopt = defineAction({
  name: 'adopt',
  aliases: [],
  group: 'Trade and control',
  summary: 'take over a position that Ballast did not open: set its owner and a stop',
  usage: '<sym> [strategy] [sl=<price|2%>]',
  args: z.strictObject({
    symbol: z.string().min(1).max(30),
    strategy: z.string().max(60).optional(),
    sl: PRICE_WORD.optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      const stop = /^sl=(.+)$/i.exec(word)
      if (stop !== null) raw.sl = stop[1]
      else if (raw.symbol === undefined) raw.symbol = word
      else if (raw.strategy === undefined) raw.strategy = word.toLowerCase()
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['adopt BTC', 'adopt BTC sl=62000', 'adopt XRP manual sl=2%'],
  role: 'trader',
  scope: 'trade:write',
  isPrivate: true,
  tier: (_, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: async (context, args) => {
    const row = await externalOf(context, args.symbol, '/adopt {}')
    if ('type' in row) return row
    const strategies = await context.ports.reads.strategies()
    const owner = strategies.find((s) => s.symbol === row.symbol)?.strategy ?? MANUAL
    if (args.strategy !== undefined && args.strategy !== owner)
      return refuse(
        reply(`${row.symbol} belongs to ${owner}`, {
          tone: 'warn',
          text: 'Each symbol has one owner.',
          buttons: [runs(`Adopt as ${owner}`, `/adopt ${row.symbol}${args.sl === undefined ? '' : ` sl=${args.sl}`}`)],
        }),
      )
    return {
      type: 'plan',
      card: reply(`Adopt ${short(row.symbol)} ${absolute(row.externalQuantity)}?`, {
        tone: 'warn',
        fields: [
          field('Position', externalText(row)),
          field('Owner', `${owner}${owner === MANUAL ? '' : ': its signals manage and close it from then on'}`),
          field('Stop', args.sl === undefined ? 'the existing one, else 2 % from the mark price' : `${args.sl}, set on Bybit immediately`),
          field('Mark', `${price(row.markPrice)}: its result counts from this price`),
        ],
      }),
      yes: `Adopt ${short(row.symbol)}`,
      no: 'Leave it',
      todo: { symbol: row.symbol, strategy: owner, ...(args.sl === undefined ? {} : { stop: args.sl }) },
      symbols: [row.symbol],
    }
  },
  execute: async (context, todo) => {
    const { symbol, strategy, stop } = z.object({ symbol: z.string(), strategy: z.string(), stop: z.string().optional() }).parse(todo)
    return send(context, { name: 'adopt', symbol, strategy, ...(stop === undefined ? {} : { stop }) }, 'Adopted', {
      buttons: [runs(short(symbol), `/positions ${symbol}`)],
    })
  },
})

const ignore = defineAction({
  name: 'ignore',
  aliases: [],
  group: 'Trade and control',
  summary: 'leave a position that Ballast did not open untouched, and allow entries on its symbol',
  usage: '<sym>',
  args: z.strictObject({ symbol: z.string().min(1).max(30) }),
  read: inOrder('symbol'),
  examples: ['ignore BTC', 'ignore XRPUSDT'],
  role: 'trader',
  scope: 'control:resume',
  tier: (_, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: async (context, args) => {
    const row = await externalOf(context, args.symbol, '/ignore {}')
    if ('type' in row) return row
    return {
      type: 'plan',
      card: reply(`Leave ${short(row.symbol)} untouched?`, {
        tone: 'warn',
        fields: [
          field('Position', hasExternal(row) ? externalText(row) : 'closed meanwhile'),
          field('It is', 'external: not closed, not protected and not touched by a panic, but counted by risk'),
          field('Entries', `on ${row.symbol} are allowed, on its side only`),
          field('Mind', 'on Bybit the stop of an entry covers the whole position, including this one'),
        ],
      }),
      yes: 'Leave it',
      no: 'Not now',
      todo: { symbol: row.symbol },
      symbols: [row.symbol],
    }
  },
  execute: async (context, todo) => {
    const { symbol } = z.object({ symbol: z.string() }).parse(todo)
    return send(context, { name: 'ignore', symbol }, 'Ignored', { buttons: [runs('Positions', '/positions')] })
  },
})

// Reconcile

const reconcile = defineAction({
  name: 'reconcile',
  aliases: [],
  group: 'Trade and control',
  summary: 'compare Ballast’s records with Bybit now; fix applies the proposed corrections',
  usage: '[fix]',
  args: z.strictObject({ action: z.enum(['show', 'fix']).default('show') }),
  read: (words) => ({
    ...(words[0] === undefined ? {} : { action: words[0].toLowerCase() }),
    ...(words.length > 1 ? { unexpected: words.slice(1).join(' ') } : {}),
  }),
  examples: ['reconcile', 'reconcile fix'],
  role: 'operator',
  roleFor: (args) => (args.action === 'fix' ? 'trader' : 'operator'),
  scope: 'control:pause',
  scopeFor: (args) => (args.action === 'fix' ? 'trade:write' : 'control:pause'),
  isPrivate: true,
  tier: (args) => (args.action === 'fix' ? 'C1' : 'C0'),
  addsRisk: () => false,
  plan: async (context, args) => {
    const todo = { fix: args.action === 'fix' }
    if (!todo.fix) return { type: 'plan', card: reply('Reconcile now?'), yes: 'Reconcile', no: 'Not now', todo }
    const outcome = await context.ports.control.send({ name: 'reconcile' }, askedBy(context, '~look'))
    if (outcome === undefined || outcome.status !== 'done')
      return refuse(
        reply('Could not compare the account', {
          tone: 'bad',
          text: outcome?.text ?? 'The trader has not responded within 5 s.',
          buttons: [runs('Health', '/health')],
        }),
      )
    const keys = outcome.keys ?? []
    if (keys.length === 0)
      return refuse(reply(outcome.text, { ...tableOf(outcome.table), tone: 'ok', buttons: [runs('Status', '/status')] }))
    return {
      type: 'plan',
      card: reply(`Fix ${keys.length === 1 ? 'this difference' : `these ${keys.length} differences`}?`, {
        tone: 'warn',
        text: outcome.text,
        fields: fixesOf(outcome.table),
        ...tableOf(outcome.table),
      }),
      yes: keys.length === 1 ? 'Fix it' : `Fix ${keys.length}`,
      no: 'Leave it',
      todo: { ...todo, keys },
    }
  },
  execute: async (context, todo) => {
    const { fix, keys } = z.object({ fix: z.boolean(), keys: z.array(z.string()).optional() }).parse(todo)
    return send(context, { name: 'reconcile', ...(fix ? { keys: keys ?? [] } : {}) }, fix ? 'Fixed' : 'Compared', {
      buttons: fix
        ? [runs('Compare', '/reconcile'), runs('Status', '/status')]
        : [runs('Fix', '/reconcile fix'), runs('Health', '/health')],
    })
  },
})

/** The proposal of each row, in full: a table is narrow on a phone. */
const fixesOf = (table: CommandOutcome['table']): Field[] =>
  (table?.rows ?? []).slice(0, 10).map((row) => field(`${row[0] ?? ''} ${row[1] ?? ''}`, untrusted(row[4] ?? '')))

export const EXTERNAL_COMMANDS: readonly Command[] = [adopt, ignore, reconcile]
