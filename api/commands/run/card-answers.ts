/**
 * Cards that wait for an answer: who may give it, what has to be typed, and whether what they show is still so (S3).
 */
import { mayAnswer } from '../access/confirm-command.ts'
import { type Actor, type Command, hasRole } from '../command.ts'
import { cardAgain, secondText } from '../confirm-card.ts'
import { type Demand, isSamePerson, wrongCode } from '../confirm-rules.ts'
import { Snapshot, changeSentence, changesSince, sightOf } from '../drift.ts'
import { findCommand } from '../parse.ts'
import { reply } from '../reply.ts'
import type { Confirmation } from '../../ports/ports.ts'
import { type Answers, allows, outdated } from './answers.ts'
import type { Performer } from './performer.ts'
import type { CommandRequest, CommandResult } from './result.ts'

const KEPT_TEXT = 'Nothing was changed.'
const PERSON_TITLE = 'A person answers this'
const PERSON_TEXT =
  'What an agent asks is confirmed in chat, at the terminal (ballast confirm) or on the web. The agent can only withdraw its request.'
const keyIdOf = (actor: string): string | undefined => /^key:(.+)$/.exec(actor)?.[1]

export class CardAnswers {
  private readonly answers: Answers
  private readonly performer: Performer
  private readonly commands: readonly Command[]

  constructor(answers: Answers, performer: Performer, commands: readonly Command[]) {
    this.answers = answers
    this.performer = performer
    this.commands = commands
  }

  /** A card that waits, shown again to who may answer it. */
  async shown(id: string, request: CommandRequest): Promise<CommandResult> {
    const { confirmations, wallNow } = this.answers.ports
    const card = await confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    if (card === undefined || command === undefined || card.status !== 'pending' || card.expiresAt <= wallNow())
      return this.answers.over('refused', { command: 'confirm' })
    if (!mayAnswer(card, command, request.actor)) return this.answers.forbid(command.name, request, command.roleFor(card.args))
    const demand = await this.performer.demandOf(command, card, request.actor)
    const reply = { ...cardAgain(card), ephemeral: command.isPrivate === true }
    return this.answers.badge({
      status: 'confirm',
      command: command.name,
      reply,
      confirmation: card,
      ...(demand === undefined ? {} : { demand }),
    })
  }

  async answered(id: string, decision: 'yes' | 'no', request: CommandRequest, word?: string): Promise<CommandResult> {
    const { confirmations } = this.answers.ports
    const { actor } = request
    const card = await confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    if (card === undefined || command?.action === undefined) return this.answers.over('unknown')
    const common = { command: command.name, confirmId: id }
    if (actor.surface === 'agent' && decision === 'yes') {
      await this.answers.audit(command, card.args, request, 'forbidden', 'an agent confirms nothing', id)
      return this.answers.badge({
        ...common,
        status: 'forbidden',
        code: 'person_needed',
        reply: reply(PERSON_TITLE, { tone: 'warn', text: PERSON_TEXT }),
      })
    }
    const { secondTo } = Snapshot.parse(card.snapshot)
    const isOwn = secondTo !== undefined && isSamePerson({ actor: card.actor, name: secondTo }, actor)
    if (isOwn && decision === 'yes') {
      await this.answers.audit(command, card.args, request, 'forbidden', 'it takes a second person', id)
      return this.answers.badge({
        ...common,
        status: 'forbidden',
        code: 'second_person_needed',
        reply: reply('Somebody else has to confirm this', { tone: 'warn', text: secondText(command, id) }),
      })
    }
    // What an agent asks, whoever has the role may answer: nobody stands behind its key.
    const isOfAgent = card.surface === 'agent' && actor.surface !== 'agent'
    if (card.actor !== actor.id && actor.role !== 'admin' && secondTo === undefined && !isOfAgent) {
      await this.answers.audit(command, card.args, request, 'forbidden', 'the card of another', id)
      return this.answers.badge({
        ...common,
        status: 'forbidden',
        code: 'confirmation_of_another',
        reply: reply('Only the person who asked, or an admin, can answer this', { tone: 'warn' }),
      })
    }
    if (!hasRole(actor.role, command.roleFor(card.args)) || !allows(request.scopes, command.scopeFor(card.args)))
      return this.answers.forbid(command.name, request, command.roleFor(card.args))
    if (decision === 'no') {
      const isFirst = await confirmations.settle(id, 'rejected', actor.id)
      if (isFirst) await this.answers.audit(command, card.args, request, 'rejected', 'unchanged', id)
      return this.answers.badge({
        ...common,
        status: isFirst ? 'done' : 'refused',
        reply: isFirst
          ? reply('Nothing was done', { text: command.name === 'panic' ? 'Entries stay paused until you resume.' : KEPT_TEXT })
          : outdated(),
      })
    }
    if (card.status !== 'pending' || card.expiresAt <= this.answers.ports.wallNow()) return this.answers.over('refused', common)
    return this.yes(command, card, request, word?.trim() ?? '')
  }

  /** What a bot asks before it shows anything: what has to be typed with a yes, if something. */
  async demandFor(id: string, actor: Actor): Promise<Demand | undefined> {
    const card = await this.answers.ports.confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    return card === undefined || command === undefined || card.status !== 'pending'
      ? undefined
      : this.performer.demandOf(command, card, actor)
  }

  private async yes(command: Command, card: Confirmation, request: CommandRequest, typed: string): Promise<CommandResult> {
    const { actor } = request
    const demand = await this.performer.demandOf(command, card, actor)
    const common = { command: command.name, confirmId: card.id }
    const wants = (title: string, text = 'The confirmation stays open until it expires.'): CommandResult =>
      this.answers.badge({
        ...common,
        status: 'refused',
        code: demand?.type === 'word' ? 'word_needed' : 'code_needed',
        ...(demand === undefined ? {} : { demand }),
        reply: reply(title, { tone: 'warn', text }),
      })
    if (demand?.type === 'word' && typed.toLowerCase() !== demand.word) return wants(`Type the word ${demand.word} to continue`)
    if (demand?.type === 'code' && typed === '') return wants('Enter the 6-digit code from your authenticator app')
    // Looked at before a code is used up, which would be one more to wait for.
    const again = await this.changedSince(command, card, request)
    if (again !== undefined) return again
    if (demand?.type === 'code') {
      const wrong = await wrongCode(actor, typed, this.answers.ports)
      if (wrong !== undefined) {
        await this.answers.audit(command, card.args, request, 'code-refused', wrong.title, card.id)
        return wants(wrong.title, wrong.text)
      }
    }
    if (!(await this.answers.ports.confirmations.settle(card.id, 'approved', actor.id))) return this.answers.over('refused', common)
    // The limits of an agent's key count, whoever has said yes.
    const asker = card.surface === 'agent' ? { ...request, actor: { ...actor, apiKeyId: keyIdOf(card.actor) } } : request
    return this.performer.execute(command, card.args, Snapshot.parse(card.snapshot).todo, asker, card.id)
  }

  /** S3: the card asks once more where what it shows is not so any longer. The first card is over then. */
  private async changedSince(command: Command, card: Confirmation, request: CommandRequest): Promise<CommandResult | undefined> {
    const { reads, confirm, confirmations } = this.answers.ports
    const { todo, seen, addsRisk } = Snapshot.parse(card.snapshot)
    const now = await sightOf(
      reads,
      seen.map(({ symbol }) => symbol),
    )
    const changes = changesSince(seen, now, addsRisk, confirm.maxDriftBps)
    const other = await command.action?.recheck?.(this.answers.context(request), todo)
    const sentence = [changeSentence(changes), other ?? ''].filter((text) => text !== '').join(' ')
    if (sentence === '') return undefined
    // A new card would be the person's own, without the limits of the agent's key.
    if (card.surface === 'agent') {
      await confirmations.settle(card.id, 'rejected', request.actor.id)
      await this.answers.audit(command, card.args, request, 'refused', sentence, card.id)
      return this.answers.badge({
        command: command.name,
        status: 'refused',
        code: 'confirmation_over',
        reply: reply('Nothing was done', { tone: 'warn', text: `${sentence} The agent has to ask again.` }),
      })
    }
    if (!(await confirmations.settle(card.id, 'approved', request.actor.id))) return this.answers.over('refused', { command: command.name })
    await this.answers.audit(command, card.args, request, 'asked-again', sentence, card.id)
    const again = await this.performer.perform(command, card.args, request)
    return {
      ...again,
      again: { replaces: card.id, changes },
      reply: { ...again.reply, text: [sentence, again.reply.text].filter((text) => text !== undefined).join(' ') },
    }
  }
}
