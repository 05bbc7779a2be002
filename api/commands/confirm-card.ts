/**
 * The card that asks: as it is shown first, and as it is shown again to who may answer it.
 */
import { z } from 'zod'
import type { Confirmation } from '../ports/ports.ts'
import type { Command, Plan } from './command.ts'
import type { Demand } from './confirm-rules.ts'
import { Snapshot } from './drift.ts'
import { type Button, type Reply, field, untrusted } from './reply.ts'
import { duration } from './words/format.ts'

const Card = z.custom<Reply>((value) => typeof value === 'object' && value !== null && 'title' in value && 'fields' in value)
/** What its asker saw. */
export const previewOf = ({ preview }: Pick<Confirmation, 'preview'>): Reply => Card.parse(preview)

export const secondText = ({ role }: Pick<Command, 'role'>, id: string): string =>
  `A second person with the role ${role} has to confirm it, here, with /confirm ${id}, or at the terminal with: ballast confirm ${id}`

const answersOf = (id: string, yes: string, no: string): readonly Button[] => [
  { label: yes, action: { type: 'answer', confirmationId: id, decision: 'yes' }, tone: 'bad' },
  { label: no, action: { type: 'answer', confirmationId: id, decision: 'no' } },
]

interface Asked {
  readonly id: string
  readonly ttlMs: number
  readonly demand: Demand | undefined
  readonly isForTwo: boolean
}

export function freshCard(command: Command, { card, yes, no }: Plan, { id, ttlMs, demand, isForTwo }: Asked): Reply {
  const typed = demand === undefined ? [] : [demand.type === 'word' ? `type ${demand.word} to continue` : 'with an authenticator code']
  const lines = [card.text, ...(isForTwo ? [secondText(command, id)] : []), `expires in ${duration(ttlMs)}`, ...typed]
  return {
    ...card,
    text: lines.filter((line) => line !== undefined).join('; '),
    buttons: answersOf(id, yes, no),
    ephemeral: command.isPrivate === true,
  }
}

/** The card as its asker saw it, with buttons. */
export function cardAgain(card: Confirmation): Reply {
  const preview = previewOf(card)
  const { labels, secondTo } = Snapshot.parse(card.snapshot)
  return {
    ...preview,
    fields: [...preview.fields, field('Asked by', `${untrusted(secondTo ?? card.actor)} (${card.surface})`)],
    buttons: answersOf(card.id, labels?.yes ?? 'Do it', labels?.no ?? 'Leave it'),
  }
}
