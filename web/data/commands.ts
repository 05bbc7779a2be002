/**
 * Runs commands of the registry and shows what they answer: a card that asks or tells in a dialog, a short answer as a notice.
 */
import type { Result } from '../../src/core/result.ts'
import { type Problem, freshKey, get, send } from './api.ts'
import { Cell } from './cell.ts'
import { noteAction } from './read.ts'
import type { CommandAnswer, CommandRow, List, Reply } from './types.ts'

export interface Card {
  readonly reply: Reply
  readonly confirmation?: CommandAnswer['confirmation']
  /** The line that it answers, to be run again where the card is live. */
  readonly line?: string
}
export interface Notice extends Card {
  readonly id: number
}

export const openCard = new Cell<Card | undefined>(undefined)
export const notices = new Cell<readonly Notice[]>([])
export const registry = new Cell<readonly CommandRow[]>([])
/** Whether an answer is waited for. */
export const isBusy = new Cell(false)

const NOTICES_MAX = 3
let lastNotice = 0

export async function loadRegistry(): Promise<void> {
  const answer = await get<List<CommandRow>>('/commands')
  if (answer.ok) registry.set(answer.value.data)
}

export const commandNamed = (rows: readonly CommandRow[], word: string): CommandRow | undefined => {
  const name = word.replace(/^\//, '').toLowerCase()
  return rows.find((row) => row.name === name || row.aliases.includes(name))
}

/** What stands in for the reply where something went wrong before there was one. */
export const replyOfProblem = ({ detail, hint, reply, status }: Problem): Reply =>
  reply ?? {
    title: status === 0 ? 'Not sent: Ballast does not answer' : 'That did not work',
    badge: '',
    tone: 'bad',
    fields: [],
    text: [status === 0 ? '' : detail, hint === undefined ? '' : `${hint}.`].filter((part) => part !== '').join(' '),
    buttons: [],
  }

/** A question, a table or a picture is for a dialog; a sentence is not. */
export const needsDialog = ({ reply, confirmation }: Card, isRead: boolean): boolean =>
  confirmation !== undefined ||
  isRead ||
  reply.table !== undefined ||
  reply.image !== undefined ||
  reply.isSecret === true ||
  reply.fields.length > 2

function show(card: Card, isRead: boolean): void {
  if (openCard.get() !== undefined || needsDialog(card, isRead)) {
    openCard.set(card)
    return
  }
  lastNotice += 1
  notices.set([...notices.get(), { ...card, id: lastNotice }].slice(-NOTICES_MAX))
}
export const dismiss = (id: number): void => notices.set(notices.get().filter((notice) => notice.id !== id))

async function carryOut(path: string, body: object, line: string | undefined, isRead: boolean): Promise<void> {
  isBusy.set(true)
  const answer: Result<CommandAnswer, Problem> = await send<CommandAnswer>('POST', path, body, isRead ? undefined : freshKey())
  isBusy.set(false)
  show(answer.ok ? { ...answer.value, ...(line === undefined ? {} : { line }) } : { reply: replyOfProblem(answer.error) }, isRead)
  if (!isRead) noteAction()
}

/** A line as it is typed in chat. */
export function runLine(line: string): Promise<void> {
  const isRead = commandNamed(registry.get(), line.split(' ')[0] ?? '')?.changes === false
  return carryOut('/commands', { line }, line, isRead)
}
export function run(name: string, args: Readonly<Record<string, unknown>>): Promise<void> {
  return carryOut(`/commands/${name}`, { args }, undefined, commandNamed(registry.get(), name)?.changes === false)
}
export function answerCard(id: string, decision: 'yes' | 'no', word: string | undefined): Promise<void> {
  return carryOut(
    `/confirmations/${encodeURIComponent(id)}`,
    { decision, ...(word === undefined || word === '' ? {} : { word }) },
    undefined,
    false,
  )
}
/** The card's line again, without a sign of it: only what it says changes. */
export async function refreshCard(card: Card, line: string): Promise<void> {
  const answer = await send<CommandAnswer>('POST', '/commands', { line })
  if (answer.ok && openCard.get() === card) openCard.set({ ...answer.value, line: card.line ?? line })
}
