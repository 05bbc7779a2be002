/**
 * algos, algo: orders that are executed in parts, how far they are, and how they are steered.
 */
import { z } from 'zod'
import type { AlgorithmRow } from '../../../src/journal/row.ts'
import { divide, toFloat } from '../../amount.ts'
import { type Command, defineAction, defineRead, inOrder, refuse } from '../command.ts'
import { send } from './control-group.ts'
import { duration, plainPercent, price, short } from '../words/format.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { sideWord } from './trading-group.ts'

const algos = defineRead({
  name: 'algos',
  aliases: ['worked'],
  group: 'Look',
  summary: 'list execution algorithms in progress: filled, average price',
  usage: '[all]',
  args: z.strictObject({ which: z.literal('all').optional() }),
  read: inOrder('which'),
  examples: ['algos', 'algos all'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const rows = await context.ports.reads.algorithms({ limit: 10, ...(args.which === undefined ? { isActive: true } : {}) })
    if (rows.length === 0)
      return reply('No execution algorithm is running', {
        text: 'Start one with /open … algo=twap:30m or /close … algo=twap:10m.',
        buttons: [runs('All', '/algos all'), runs('Orders', '/orders')],
      })
    return reply(`Execution algorithms  ${rows.filter((row) => row.isActive).length} active`, {
      fields: rows.map(algorithmField),
      buttons: [
        runs('Refresh', '/algos'),
        ...rows
          .filter((row) => row.isActive)
          .slice(0, 3)
          .map((row) =>
            runs(
              row.status === 'paused' ? `Resume ${row.id}` : `Pause ${row.id}`,
              `/algo ${row.id} ${row.status === 'paused' ? 'resume' : 'pause'}`,
            ),
          ),
      ],
      live: { key: 'algos', ttlSec: 600, everySec: 15 },
    })
  },
})

function algorithmField(row: AlgorithmRow): Field {
  const part = toFloat(divide(row.filledQuantity, row.quantity, 4))
  const figures = [
    `${sideWord(row.side)} ${row.filledQuantity} of ${row.quantity} (${plainPercent(part, 0)})`,
    row.isActive ? row.status : `ended: ${row.cause}`,
    ...(row.averagePrice === null ? [] : [`avg ${price(row.averagePrice)}`]),
    ...(row.shortfallBps === null ? [] : [`shortfall ${row.shortfallBps.toFixed(1)} bp`]),
    ...(row.makerShare === null ? [] : [`maker ${plainPercent(row.makerShare, 0)}`]),
    ...(row.participation === null || row.participation < 0.0005 ? [] : [`${plainPercent(row.participation, 1)} of the volume`]),
    `${row.children} orders, ${duration(row.updatedTs - row.startedTs)}`,
  ]
  return field(`#${row.id} ${row.type} ${short(row.symbol)}`, figures.join(' · '))
}

const WORDS = { pause: 'paused', resume: 'working', cancel: 'ended' } as const
const algo = defineAction({
  name: 'algo',
  aliases: ['work'],
  group: 'Trade and control',
  summary: 'pause, resume or cancel an execution algorithm',
  usage: '<id|sym> <pause|resume|cancel>',
  args: z.strictObject({ id: z.string().min(1).max(30), to: z.enum(['pause', 'resume', 'cancel']) }),
  read: (words) => ({
    ...(words[0] === undefined ? {} : { id: words[0].replace(/^#/, '') }),
    ...(words[1] === undefined ? {} : { to: words[1] }),
    ...(words[2] === undefined ? {} : { unexpected: words.slice(2).join(' ') }),
  }),
  examples: ['algo 42 pause', 'algo XRP cancel'],
  role: 'trader',
  scope: 'trade:write',
  tier: (args, profile) => (args.to === 'resume' ? (profile === 'live' ? 'C2' : 'C1') : 'C0'),
  addsRisk: (args) => args.to === 'resume',
  plan: async (context, args) => {
    const rows = await context.ports.reads.algorithms({ isActive: true, limit: 100 })
    const isNumber = /^\d{1,9}$/.test(args.id)
    const resolved = isNumber ? undefined : await resolveSymbol(context, args.id, `/algo {} ${args.to}`)
    if (resolved !== undefined && 'problem' in resolved) return refuse(resolved.problem)
    const row = rows.find((r) => (resolved === undefined ? r.id === Number(args.id) : r.symbol === resolved.symbol))
    if (row === undefined)
      return refuse(
        reply(`No order ${isNumber ? '#' : 'in '}${resolved?.symbol ?? untrusted(args.id)} is an execution algorithm`, {
          tone: 'warn',
          buttons: [runs('Algorithms', '/algos')],
        }),
      )
    return {
      type: 'plan',
      card: reply(`Resume #${row.id}?`, { fields: [algorithmField(row)] }),
      yes: 'Resume',
      no: 'Stay paused',
      todo: { id: row.id, to: WORDS[args.to] },
      symbols: [row.symbol],
    }
  },
  execute: async (context, todo) => {
    const { id, to } = z.object({ id: z.number(), to: z.enum(['paused', 'working', 'ended']) }).parse(todo)
    return send(context, { name: 'work', id, to }, { paused: 'Paused', working: 'Resumed', ended: 'Ending' }[to], {
      buttons: [runs('Algorithms', '/algos')],
    })
  },
})

export const ALGO_COMMANDS: readonly Command[] = [algos, algo]
