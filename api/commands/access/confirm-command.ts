/**
 * confirm: the cards that wait for an answer which the asker may give, and one of them with its buttons.
 */
import { z } from 'zod'
import type { Confirmation } from '../../ports/ports.ts'
import { previewOf } from '../confirm-card.ts'
import { isSamePerson } from '../confirm-rules.ts'
import { type Actor, type Command, defineRead, hasRole } from '../command.ts'
import { Snapshot } from '../drift.ts'
import { findCommand } from '../parse.ts'
import { field, reply, runs, untrusted } from '../reply.ts'
import { duration } from '../words/format.ts'

/** The asker, an admin, or of a card for two, or of an agent, whoever else has the role. An agent answers none. */
export function mayAnswer(card: Confirmation, command: Command | undefined, actor: Actor): boolean {
  if (command === undefined || actor.surface === 'agent' || !hasRole(actor.role, command.roleFor(card.args))) return false
  if (card.surface === 'agent') return true
  const { secondTo } = Snapshot.parse(card.snapshot)
  return secondTo === undefined
    ? card.actor === actor.id || actor.role === 'admin'
    : !isSamePerson({ actor: card.actor, name: secondTo }, actor)
}

export const confirm: Command = defineRead({
  name: 'confirm',
  aliases: ['confirmations'],
  group: 'Trade and control',
  summary: 'list confirmations that wait for you, also of agents and large entries; show one to answer it',
  usage: '[id]',
  args: z.strictObject({ id: z.string().max(40).optional() }),
  read: (words) => (words.length > 1 ? { unexpected: words.slice(1).join(' ') } : words[0] === undefined ? {} : { id: words[0] }),
  examples: ['confirm', 'confirm k3m8x2pq'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  // One that is named is answered by the runner, as the card itself.
  run: async ({ ports, actor, commands }) => {
    const cards = (await ports.confirmations.pending()).filter((card) => mayAnswer(card, findCommand(commands, card.command), actor))
    if (cards.length === 0) return reply('Nothing waits for your yes', { tone: 'ok', buttons: [runs('Status', '/status')] })
    return reply(cards.length === 1 ? '1 command waits for a yes' : `${cards.length} commands wait for a yes`, {
      fields: cards.map((card) => {
        const left = duration(Math.max(0, card.expiresAt - ports.wallNow()))
        const asker = Snapshot.parse(card.snapshot).secondTo ?? card.actor
        return field(card.id, `${previewOf(card).title}\n${untrusted(asker)}, ${left} left`)
      }),
      buttons: cards.slice(0, 4).map((card) => runs(`Show ${card.id}`, `/confirm ${card.id}`)),
    })
  },
})
