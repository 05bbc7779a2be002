/**
 * whatif: the card of an entry by hand without the question: what it would be, and which rule would deny it.
 * Nothing is sent, and nothing is kept of it.
 */
import { toneOfRisk } from '../words/assessment-words.ts'
import { type CommandContext, defineRead } from '../command.ts'
import { OpenArgs, WHATIF_USAGE, WhatIfArgs, openCommandOf, orderFields, readOpen } from '../entry-by-hand.ts'
import { short } from '../words/format.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { askedBy } from './control-group.ts'
import type { z } from 'zod'

type Args = z.infer<typeof WhatIfArgs>

/** The line that would send it. */
function openLine({ side, symbol, size, ...rest }: Args): string | undefined {
  if (!OpenArgs.safeParse({ side, symbol, size, ...rest }).success) return undefined
  const words = Object.entries(rest).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
  return `/open ${side} ${symbol} ${size} ${words.join(' ')}`
}

async function card(context: CommandContext, args: Args): Promise<Reply> {
  const command = await openCommandOf(context, args, `/whatif ${args.side} {} ${args.size}${args.sl === undefined ? '' : ` sl=${args.sl}`}`)
  if ('title' in command) return command
  const judged = await context.ports.control.preview(command, askedBy(context))
  if (judged === undefined)
    return reply('The trader has not responded', {
      tone: 'warn',
      text: 'Only the trader can say what would be sent. Check /health, then ask again.',
      buttons: [runs('Health', '/health')],
    })
  const title = `What if: ${command.side} ${short(command.symbol)} ${untrusted(args.size)}`
  const { risk } = judged
  if (risk === undefined) return reply(title, { tone: 'warn', text: judged.text })
  const passes = judged.status === 'done'
  const line = passes ? openLine(args) : undefined
  return reply(title, {
    tone: passes ? toneOfRisk(risk) : 'warn',
    fields: [field('Checks', passes ? 'would pass' : `would be refused: ${judged.text}`), ...orderFields(command, args.size, judged)],
    text: 'Nothing was sent.',
    buttons: [
      ...(line === undefined ? [] : [runs(`Open ${short(command.symbol)}…`, line)]),
      runs('Limits', '/limits'),
      runs('Risk', '/risk'),
    ],
  })
}

export const whatif = defineRead({
  name: 'whatif',
  aliases: [],
  group: 'Explain',
  summary: 'show what an entry would be, its risk and which rule would deny it; nothing is sent',
  usage: WHATIF_USAGE,
  args: WhatIfArgs,
  read: readOpen,
  examples: ['whatif long BTC $500 sl=2%', 'whatif short ETH 1% sl=3% tp=6%'],
  role: 'viewer',
  scope: 'trade:read',
  isPrivate: true,
  run: card,
})
