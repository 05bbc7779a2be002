/**
 * Carries a command out: reads are answered, actions are asked about on a card or done at once, and all of it is on record.
 */
import type { z } from 'zod'
import { entryOf, asJson } from '../audit-entry.ts'
import { type Actor, type Command, type Plan, type Refused, SURFACES } from '../command.ts'
import { freshCard, secondText } from '../confirm-card.ts'
import {
  AGENT_TTL_MS,
  CONFIRM_TTL_MS,
  type Demand,
  SECOND_TTL_MS,
  TYPED_TTL_MS,
  codeRefusal,
  demandOf,
  needsSecond,
  tierOf,
} from '../confirm-rules.ts'
import { Snapshot, sightOf } from '../drift.ts'
import { type Reply, reply, untrusted } from '../reply.ts'
import { DIRECT_NEXT, silenceOf, silenceText } from '../silence.ts'
import type { Confirmation, Json } from '../../ports/ports.ts'
import { type Answers, allows } from './answers.ts'
import type { CommandRequest, CommandResult } from './result.ts'

const SHOWS_ACCOUNT: ReadonlySet<string> = new Set(['Look', 'Explain'])
/** Their own answers say that the trader does not respond. */
const TELLS_SILENCE: ReadonlySet<string> = new Set(['status', 'health'])

export class Performer {
  private readonly answers: Answers

  constructor(answers: Answers) {
    this.answers = answers
  }

  async perform(command: Command, args: unknown, request: CommandRequest): Promise<CommandResult> {
    const actions: number[] = []
    const context = { ...this.answers.context(request), onAction: (id: number): void => void actions.push(id) }
    if (command.run !== undefined) {
      const answer = await this.withSilence(command, await command.run(context, args))
      await this.answers.ports.audit.note(entryOf(command, args, request, 'read', answer.title))
      return this.answers.badge({
        status: 'done',
        command: command.name,
        reply: command.isPrivate === true ? { ...answer, ephemeral: true } : answer,
      })
    }
    const { action } = command
    if (action === undefined) return this.answers.over('unknown')
    if (request.actor.surface === 'agent' && (request.because ?? '').trim() === '')
      return this.answers.badge({
        status: 'invalid',
        code: 'reason_needed',
        command: command.name,
        reply: reply('Say why', { tone: 'warn', text: 'An agent gives its reason with each command that changes something: `because`.' }),
      })
    const refuse = async (refusal: Reply): Promise<CommandResult> => {
      await this.answers.audit(command, args, request, 'refused', refusal.title)
      return this.answers.badge({ status: 'refused', command: command.name, reply: refusal })
    }
    const isRisky = action.addsRisk(args)
    const refusal = await codeRefusal(command, isRisky, request.actor, this.answers.ports)
    if (refusal !== undefined) return refuse(refusal)
    const tier = tierOf(command, args, isRisky, request.actor.surface, this.answers.ports)
    const isAuto = command.name === 'panic' && request.autoConfirm === true
    if (tier !== 'C0' && !isAuto) await action.before?.(context, args)
    const plan = await action.plan(context, args)
    if (plan.type === 'answer') {
      await this.answers.audit(command, args, request, plan.status, plan.reply.title)
      return this.answers.badge({ status: plan.status, command: command.name, reply: plan.reply, ...refusedBy(plan) })
    }
    if (plan.needs !== undefined && !allows(request.scopes, plan.needs)) return this.answers.forbid(command.name, request, plan.needs)
    if (isAuto && plan.isAsked === true) await action.before?.(context, args)
    const late = isRisky || plan.addsRisk !== true ? undefined : await codeRefusal(command, true, request.actor, this.answers.ports)
    if (late !== undefined) return refuse(late)
    const isDirect = tier === 'C0' || plan.isDirect === true || (isAuto && plan.isAsked !== true)
    if (isDirect) return this.execute(command, args, plan.todo, request, undefined)
    return { ...(await this.ask(command, args, plan, request)), actions }
  }

  /** Figures of the account are old where the trader is silent: said on each of them. */
  private async withSilence(command: Command, answer: Reply): Promise<Reply> {
    if (!SHOWS_ACCOUNT.has(command.group) || TELLS_SILENCE.has(command.name)) return answer
    const silence = silenceOf(await this.answers.ports.reads.health(), this.answers.ports.wallNow())
    if (silence === undefined) return answer
    const notice = `Outdated: ${silenceText(silence)} ${DIRECT_NEXT}`
    return { ...answer, tone: 'bad', text: answer.text === undefined ? notice : `${notice}\n${answer.text}` }
  }

  private async ask(command: Command, args: unknown, plan: Plan, request: CommandRequest): Promise<CommandResult> {
    const { actor } = request
    const { system, reads } = this.answers.ports
    const addsRisk = command.action?.addsRisk(args) === true || plan.addsRisk === true
    const isForTwo = needsSecond(plan, addsRisk, this.answers.ports.confirm)
    if (isForTwo && actor.surface === 'agent') {
      await this.answers.audit(command, args, request, 'refused', 'it takes two people')
      return this.answers.badge({
        status: 'refused',
        code: 'second_person_needed',
        command: command.name,
        reply: reply('An entry of this size takes two people', { tone: 'warn', text: 'Agents cannot approve. Ask for a smaller size.' }),
      })
    }
    const snapshot: z.infer<typeof Snapshot> = {
      todo: { ...plan.todo },
      seen: await sightOf(reads, plan.symbols ?? []),
      addsRisk,
      labels: { yes: plan.yes, no: plan.no },
      ...(isForTwo ? { secondTo: actor.name ?? '' } : {}),
    }
    const demand = await this.demandOf(command, { args: asJson(args), surface: actor.surface, snapshot }, actor)
    const ttlMs = actor.surface === 'agent' ? AGENT_TTL_MS : isForTwo ? SECOND_TTL_MS : demand === undefined ? CONFIRM_TTL_MS : TYPED_TTL_MS
    const confirmation = await this.answers.ports.confirmations.create({
      actor: actor.id,
      role: actor.role ?? 'none',
      chat: actor.chat ?? null,
      surface: actor.surface,
      command: command.name,
      args: asJson(args),
      snapshot,
      preview: asJson(plan.card),
      profile: system.profile,
      dataDirId: system.dataDirId,
      ttlMs,
    })
    await this.answers.audit(command, args, request, 'asked', plan.card.title, confirmation.id)
    if (actor.surface === 'agent') await this.callPeople(plan, confirmation.id, request)
    else if (isForTwo)
      await this.answers.ports.alerts.raise(
        'confirm.second_needed',
        `${untrusted(actor.name ?? actor.id)} asks: ${plan.card.title} ${secondText(command, confirmation.id)}.`,
        { confirmationId: confirmation.id, actor: actor.id },
      )
    const card = freshCard(command, plan, { id: confirmation.id, ttlMs, demand, isForTwo })
    return this.answers.badge({
      status: 'confirm',
      command: command.name,
      reply: card,
      confirmation,
      ...(isForTwo ? { waitsForSecond: true } : {}),
      ...(demand === undefined ? {} : { demand }),
    })
  }

  /** An agent asks: the card goes to people, wherever alerts go. */
  private callPeople({ card, yes, no }: Plan, confirmId: string, { actor, because }: CommandRequest): Promise<void> {
    const figures = card.fields.map(({ name, value }) => `${name}: ${value}`)
    return this.answers.ports.alerts.raise(
      'agent.asks',
      `${untrusted(actor.name ?? actor.id)} asks: ${card.title} Because: ${untrusted(because ?? '')}`,
      { key: confirmId, confirmId, yes, no, ...(figures.length === 0 ? {} : { figures: figures.join('\n') }) },
    )
  }

  async execute(
    command: Command,
    args: unknown,
    todo: Json,
    request: CommandRequest,
    confirmId: string | undefined,
  ): Promise<CommandResult> {
    const { action } = command
    if (action === undefined) return this.answers.over('unknown')
    // What a process that dies in between has begun is on record. An exit does not wait for that (S2).
    const begun = entryOf(command, args, request, 'begun', '', confirmId)
    if (action.addsRisk(args)) await this.answers.ports.audit.write(begun)
    else void this.answers.ports.audit.note(begun)
    const actions: number[] = []
    const onAction = (id: number): void => void actions.push(id)
    const done = await action.carryOut({ ...this.answers.context(request), onAction }, todo).catch(async (cause: unknown) => {
      await this.answers.ports.audit.note(entryOf(command, args, request, 'failed', 'it ended in an error', confirmId))
      throw cause
    })
    const outcome = [done.reply.title, done.reply.text].filter((text) => text !== undefined).join(': ')
    // It is done by then: an answer that reports a failure would invite a retry.
    await this.answers.ports.audit.note(entryOf(command, args, request, done.status, outcome, confirmId))
    return this.answers.badge({ status: done.status, command: command.name, reply: done.reply, actions, ...refusedBy(done) })
  }

  demandOf(command: Command, card: Pick<Confirmation, 'args' | 'surface' | 'snapshot'>, actor: Actor): Promise<Demand | undefined> {
    // Where it was asked counts as well as where it is answered: the stricter of both.
    const surfaces = [actor.surface, ...SURFACES.filter((surface) => surface === card.surface)]
    return demandOf(command, card.args, Snapshot.parse(card.snapshot).addsRisk, surfaces, actor, this.answers.ports)
  }
}

/** Of what the trader has refused: its code and figures. */
const refusedBy = ({ refusal }: Refused): Refused => (refusal === undefined ? {} : { refusal })
