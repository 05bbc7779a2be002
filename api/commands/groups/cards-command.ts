/**
 * cards: what waits for a person's yes or no, with the buttons that answer it.
 */
import type { Confirmation } from '../../ports/ports.ts'
import { type CommandContext, defineRead, hasRole, noArguments } from '../command.ts'
import { z } from 'zod'
import { duration } from '../words/format.ts'
import { type Button, type Reply, field, reply, runs, untrusted } from '../reply.ts'

/** More buttons than that do not fit below a message. */
const BUTTONS_MAX = 4

export const cards = defineRead({
  name: 'cards',
  aliases: [],
  group: 'Trade and control',
  summary: 'list what waits for a yes or no: of agents, and of your own',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['cards'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context) => {
    const open = (await context.ports.confirmations.pending()).filter((card) => concerns(context, card))
    if (open.length === 0) return reply('Nothing waits for an answer', { buttons: [runs('Status', '/status')] })
    return reply(open.length === 1 ? '1 card waits' : `${open.length} cards wait`, {
      fields: open.map((card) =>
        field(`${card.id} (${duration(Math.max(0, card.expiresAt - context.ports.wallNow()))} left)`, lineOf(card)),
      ),
      buttons: open.slice(0, BUTTONS_MAX).flatMap(answersOf),
    })
  },
})

/** Its own, and of agents those that it has the role to answer; an admin sees all. */
const concerns = ({ actor, commands }: CommandContext, card: Confirmation): boolean =>
  card.actor === actor.id ||
  actor.role === 'admin' ||
  (card.surface === 'agent' && hasRole(actor.role, commands.find(({ name }) => name === card.command)?.roleFor(card.args) ?? 'admin'))

const previewOf = ({ preview }: Confirmation): Partial<Pick<Reply, 'title' | 'fields'>> => preview
const lineOf = (card: Confirmation): string =>
  untrusted(
    [previewOf(card).title ?? card.command, ...(previewOf(card).fields ?? []).map(({ name, value }) => `${name} ${value}`)].join('; '),
  )

const answersOf = ({ id, command }: Confirmation): Button[] => [
  { label: `Yes: ${command} ${id}`, action: { type: 'answer', confirmationId: id, decision: 'yes' }, tone: 'bad' },
  { label: `No: ${command} ${id}`, action: { type: 'answer', confirmationId: id, decision: 'no' } },
]
