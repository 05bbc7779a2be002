/**
 * Runs a command for somebody: role, arguments, lateness, confirmation, the command itself, audit; in this order, on every surface.
 */
import { COMMAND_LATE_MS } from '../../src/trading/late-command.ts'
import type { z } from 'zod'
import type { Confirmation, Json } from '../ports/ports.ts'
import {
  type Actor,
  type Command,
  type CommandContext,
  type CommandPorts,
  type Plan,
  type Refused,
  SURFACES,
  type Scope,
  hasRole,
} from './command.ts'
import {
  AGENT_TTL_MS,
  CONFIRM_TTL_MS,
  type Demand,
  SECOND_TTL_MS,
  TYPED_TTL_MS,
  codeRefusal,
  demandOf,
  isSamePerson,
  needsSecond,
  wrongCode,
  tierOf,
} from './confirm-rules.ts'
import { mayAnswer } from './access/confirm-command.ts'
import { cardAgain, freshCard, secondText } from './confirm-card.ts'
import { asJson, entryOf } from './audit-entry.ts'
import { type Change, Snapshot, changeSentence, changesSince, sightOf } from './drift.ts'
import { duration } from './words/format.ts'
import { unknownReply } from './other-programs.ts'
import { findCommand, parseArgs, parseObject, splitLine } from './parse.ts'
import { COMMANDS } from './registry.ts'
import { DIRECT_NEXT, silenceOf, silenceText } from './silence.ts'
import { inZone } from './words/zone.ts'
import { type Reply, badgeOf, reply, runs, untrusted } from './reply.ts'

export type CommandStatus = 'done' | 'queued' | 'confirm' | 'refused' | 'failed' | 'invalid' | 'forbidden' | 'unknown'

/** Why a command was not done, where a program would continue differently; otherwise its status says it. */
export const RESULT_CODES = [
  'confirmation_over',
  'confirmation_of_another',
  'second_person_needed',
  'word_needed',
  'code_needed',
  'asked_too_late',
  'role_needed',
  'observe_only',
  'unknown_command',
  'not_understood',
  'reason_needed',
  'person_needed',
] as const
export type ResultCode = (typeof RESULT_CODES)[number] | CommandStatus

export interface CommandResult extends Refused {
  readonly status: CommandStatus
  readonly code: ResultCode
  readonly reply: Reply
  /** The card that waits for an answer. */
  readonly confirmation?: Confirmation
  /** What has to be typed with a yes (C2): the word, or a one-time code. */
  readonly demand?: Demand
  /** Somebody else has to give the yes: who asked is not asked for it. */
  readonly waitsForSecond?: boolean
  /** The card asks once more, since what it shows has changed: instead of which, and what. */
  readonly again?: { readonly replaces: string; readonly changes: readonly Change[] }
  readonly command?: string
  /** Rows of what was handed to the trader. */
  readonly actions?: readonly number[]
}

/** Of what the trader has refused: its code and figures. */
const refusedBy = ({ refusal }: Refused): Refused => (refusal === undefined ? {} : { refusal })

export interface CommandRequest {
  readonly actor: Actor
  readonly requestId: string
  readonly idempotencyKey?: string | undefined
  /** Wall-clock ms at which the operator sent it; undefined: now. */
  readonly askedAtMs?: number | undefined
  /** Scopes of the key; undefined: the role alone decides (chat). */
  readonly scopes?: readonly string[] | undefined
  /** A key that needs no second request for a panic (S17). */
  readonly autoConfirm?: boolean
  /** Why an agent asks for it, in its own words. */
  readonly because?: string | undefined
}

const allows = (scopes: readonly string[] | undefined, needed: Scope): boolean =>
  scopes === undefined || scopes.includes('admin') || scopes.includes(needed)

const SHOWS_ACCOUNT: ReadonlySet<string> = new Set(['Look', 'Explain'])
/** They tell it themselves. */
const TELLS_SILENCE: ReadonlySet<string> = new Set(['status', 'health'])

/** Scopes whose commands change what is traded. */
const TOUCHES = /^(trade|control|strategy):(?!read)/

/** Runs commands with what the composition gives; one for a process. */
export class CommandRunner {
  readonly commands = COMMANDS
  private readonly ports: CommandPorts

  constructor(ports: CommandPorts) {
    this.ports = ports
  }

  /** The command that a line names. */
  named(line: string): Command | undefined {
    return findCommand(this.commands, splitLine(line).name)
  }

  /** The command whose card this is. */
  async ofCard(id: string): Promise<Command | undefined> {
    const card = await this.ports.confirmations.find(id)
    return card === undefined ? undefined : findCommand(this.commands, card.command)
  }

  /** A line as operators type it, with or without the slash. */
  runLine(line: string, request: CommandRequest): Promise<CommandResult> {
    const { name, rest } = splitLine(line)
    return this.inZoneOf(request.actor, () => this.resolve(name, request, (command) => parseArgs(command, rest)))
  }

  /** Arguments as an object. */
  runArgs(name: string, args: unknown, request: CommandRequest): Promise<CommandResult> {
    return this.inZoneOf(request.actor, () => this.resolve(name, request, (command) => parseObject(command, args)))
  }

  private async resolve(
    name: string,
    request: CommandRequest,
    parse: (command: Command) => ReturnType<typeof parseArgs>,
  ): Promise<CommandResult> {
    const command = findCommand(this.commands, name)
    if (command === undefined) return this.badge(this.unknown(name, request.actor))
    const { actor } = request
    if (!hasRole(actor.role, command.role)) return this.forbid(command.name, request, command.role)
    const parsed = parse(command)
    if (!parsed.ok)
      return this.badge({
        status: 'invalid',
        code: 'not_understood',
        command: command.name,
        reply: reply('Invalid command', {
          tone: 'warn',
          text: parsed.problem,
          buttons: [runs(`Help: ${command.name}`, `/help ${command.name}`)],
        }),
      })
    const needed = command.roleFor(parsed.args)
    if (!hasRole(actor.role, needed)) return this.forbid(command.name, request, needed)
    const scope = command.scopeFor(parsed.args)
    if (command.role !== 'any' && !allows(request.scopes, scope)) return this.forbid(command.name, request, scope)
    if (this.ports.system.profile === 'observe' && command.action !== undefined && TOUCHES.test(scope)) {
      const answer = reply('Profile observe sends no orders', { tone: 'warn', text: 'Do it in Bybit’s app.' })
      return this.badge({ status: 'refused', code: 'observe_only', command: command.name, reply: answer })
    }
    const late = this.lateness(request)
    if (late !== undefined && command.action !== undefined) return this.tooLate(command, parsed.args, request, late)
    const { id } = command.name === 'confirm' ? asJson(parsed.args) : {}
    return typeof id === 'string' ? this.shown(id, request) : this.perform(command, parsed.args, request)
  }

  /** A card that waits, shown again to who may answer it. */
  private async shown(id: string, request: CommandRequest): Promise<CommandResult> {
    const { confirmations, wallNow } = this.ports
    const card = await confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    if (card === undefined || command === undefined || card.status !== 'pending' || card.expiresAt <= wallNow())
      return this.badge({ status: 'refused', code: 'confirmation_over', command: 'confirm', reply: outdated() })
    if (!mayAnswer(card, command, request.actor)) return this.forbid(command.name, request, command.roleFor(card.args))
    const demand = await this.demandOf(command, card, request.actor)
    const reply = { ...cardAgain(card), ephemeral: command.isPrivate === true }
    return this.badge({
      status: 'confirm',
      command: command.name,
      reply,
      confirmation: card,
      ...(demand === undefined ? {} : { demand }),
    })
  }

  /** Times that the answer names are in the zone of who asks. */
  private async inZoneOf<T>({ id }: Actor, run: () => Promise<T>): Promise<T> {
    // While the database is away everybody reads UTC: an answer is owed all the same.
    const zone = await this.ports.zones.of(id).catch(() => undefined)
    return inZone(zone ?? 'UTC', run)
  }

  /** An answer to a card, from any surface: once, in time, by the asker, an admin, or the second person that it takes. */
  answer(id: string, decision: 'yes' | 'no', request: CommandRequest, word?: string): Promise<CommandResult> {
    return this.inZoneOf(request.actor, () => this.answered(id, decision, request, word))
  }

  private async answered(id: string, decision: 'yes' | 'no', request: CommandRequest, word?: string): Promise<CommandResult> {
    const { confirmations } = this.ports
    const { actor } = request
    const card = await confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    if (card === undefined || command?.action === undefined)
      return this.badge({ status: 'unknown', code: 'confirmation_over', reply: outdated() })
    const common = { command: command.name, confirmId: id }
    if (actor.surface === 'agent' && decision === 'yes') {
      await this.audit(command, card.args, request, 'forbidden', 'an agent confirms nothing', id)
      return this.badge({
        ...common,
        status: 'forbidden',
        code: 'person_needed',
        reply: reply(PERSON_TITLE, { tone: 'warn', text: PERSON_TEXT }),
      })
    }
    const { secondTo } = Snapshot.parse(card.snapshot)
    const isOwn = secondTo !== undefined && isSamePerson({ actor: card.actor, name: secondTo }, actor)
    if (isOwn && decision === 'yes') {
      await this.audit(command, card.args, request, 'forbidden', 'it takes a second person', id)
      return this.badge({
        ...common,
        status: 'forbidden',
        code: 'second_person_needed',
        reply: reply('Somebody else has to confirm this', { tone: 'warn', text: secondText(command, id) }),
      })
    }
    // What an agent asks, whoever has the role may answer: nobody stands behind its key.
    const isOfAgent = card.surface === 'agent' && actor.surface !== 'agent'
    if (card.actor !== actor.id && actor.role !== 'admin' && secondTo === undefined && !isOfAgent) {
      await this.audit(command, card.args, request, 'forbidden', 'the card of another', id)
      return this.badge({
        ...common,
        status: 'forbidden',
        code: 'confirmation_of_another',
        reply: reply('Only the person who asked, or an admin, can answer this', { tone: 'warn' }),
      })
    }
    if (!hasRole(actor.role, command.roleFor(card.args)) || !allows(request.scopes, command.scopeFor(card.args)))
      return this.forbid(command.name, request, command.roleFor(card.args))
    if (decision === 'no') {
      const isFirst = await confirmations.settle(id, 'rejected', actor.id)
      if (isFirst) await this.audit(command, card.args, request, 'rejected', 'unchanged', id)
      return this.badge({
        ...common,
        status: isFirst ? 'done' : 'refused',
        reply: isFirst
          ? reply('Nothing was done', { text: command.name === 'panic' ? 'Entries stay paused until you resume.' : KEPT_TEXT })
          : outdated(),
      })
    }
    if (card.status !== 'pending' || card.expiresAt <= this.ports.wallNow())
      return this.badge({ ...common, status: 'refused', code: 'confirmation_over', reply: outdated() })
    return this.yes(command, card, request, word?.trim() ?? '')
  }

  /** What a bot asks before it shows anything: what has to be typed with a yes, if something. */
  async demandFor(id: string, actor: Actor): Promise<Demand | undefined> {
    const card = await this.ports.confirmations.find(id)
    const command = card === undefined ? undefined : findCommand(this.commands, card.command)
    return card === undefined || command === undefined || card.status !== 'pending' ? undefined : this.demandOf(command, card, actor)
  }

  private demandOf(command: Command, card: Pick<Confirmation, 'args' | 'surface' | 'snapshot'>, actor: Actor): Promise<Demand | undefined> {
    // Where it was asked counts as well as where it is answered: the stricter of both.
    const surfaces = [actor.surface, ...SURFACES.filter((surface) => surface === card.surface)]
    return demandOf(command, card.args, Snapshot.parse(card.snapshot).addsRisk, surfaces, actor, this.ports)
  }

  private async yes(command: Command, card: Confirmation, request: CommandRequest, typed: string): Promise<CommandResult> {
    const { actor } = request
    const demand = await this.demandOf(command, card, actor)
    const common = { command: command.name, confirmId: card.id }
    const wants = (title: string, text = 'The confirmation stays open until it expires.'): CommandResult =>
      this.badge({
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
      const wrong = await wrongCode(actor, typed, this.ports)
      if (wrong !== undefined) {
        await this.audit(command, card.args, request, 'code-refused', wrong.title, card.id)
        return wants(wrong.title, wrong.text)
      }
    }
    if (!(await this.ports.confirmations.settle(card.id, 'approved', actor.id)))
      return this.badge({ ...common, status: 'refused', code: 'confirmation_over', reply: outdated() })
    // The limits of an agent's key count, whoever has said yes.
    const asker = card.surface === 'agent' ? { ...request, actor: { ...actor, apiKeyId: keyIdOf(card.actor) } } : request
    return this.execute(command, card.args, Snapshot.parse(card.snapshot).todo, asker, card.id)
  }

  /** S3: the card asks once more where what it shows is not so any longer. The first card is over then. */
  private async changedSince(command: Command, card: Confirmation, request: CommandRequest): Promise<CommandResult | undefined> {
    const { reads, confirm, confirmations } = this.ports
    const { todo, seen, addsRisk } = Snapshot.parse(card.snapshot)
    const now = await sightOf(
      reads,
      seen.map(({ symbol }) => symbol),
    )
    const changes = changesSince(seen, now, addsRisk, confirm.maxDriftBps)
    const other = await command.action?.recheck?.(this.context(request), todo)
    const sentence = [changeSentence(changes), other ?? ''].filter((text) => text !== '').join(' ')
    if (sentence === '') return undefined
    // A new card would be the person's own, without the limits of the agent's key.
    if (card.surface === 'agent') {
      await confirmations.settle(card.id, 'rejected', request.actor.id)
      await this.audit(command, card.args, request, 'refused', sentence, card.id)
      return this.badge({
        command: command.name,
        status: 'refused',
        code: 'confirmation_over',
        reply: reply('Nothing was done', { tone: 'warn', text: `${sentence} The agent has to ask again.` }),
      })
    }
    if (!(await confirmations.settle(card.id, 'approved', request.actor.id)))
      return this.badge({ command: command.name, status: 'refused', code: 'confirmation_over', reply: outdated() })
    await this.audit(command, card.args, request, 'asked-again', sentence, card.id)
    const again = await this.perform(command, card.args, request)
    return {
      ...again,
      again: { replaces: card.id, changes },
      reply: { ...again.reply, text: [sentence, again.reply.text].filter((text) => text !== undefined).join(' ') },
    }
  }

  private async perform(command: Command, args: unknown, request: CommandRequest): Promise<CommandResult> {
    const actions: number[] = []
    const context = { ...this.context(request), onAction: (id: number): void => void actions.push(id) }
    if (command.run !== undefined) {
      const answer = await this.withSilence(command, await command.run(context, args))
      await this.ports.audit.note(entryOf(command, args, request, 'read', answer.title))
      return this.badge({
        status: 'done',
        command: command.name,
        reply: command.isPrivate === true ? { ...answer, ephemeral: true } : answer,
      })
    }
    const { action } = command
    if (action === undefined) return this.badge({ status: 'unknown', code: 'confirmation_over', reply: outdated() })
    if (request.actor.surface === 'agent' && (request.because ?? '').trim() === '')
      return this.badge({
        status: 'invalid',
        code: 'reason_needed',
        command: command.name,
        reply: reply('Say why', { tone: 'warn', text: 'An agent gives its reason with each command that changes something: `because`.' }),
      })
    const refuse = async (refusal: Reply): Promise<CommandResult> => {
      await this.audit(command, args, request, 'refused', refusal.title)
      return this.badge({ status: 'refused', command: command.name, reply: refusal })
    }
    const isRisky = action.addsRisk(args)
    const refusal = await codeRefusal(command, isRisky, request.actor, this.ports)
    if (refusal !== undefined) return refuse(refusal)
    const tier = tierOf(command, args, isRisky, request.actor.surface, this.ports)
    const isAuto = command.name === 'panic' && request.autoConfirm === true
    if (tier !== 'C0' && !isAuto) await action.before?.(context, args)
    const plan = await action.plan(context, args)
    if (plan.type === 'answer') {
      await this.audit(command, args, request, plan.status, plan.reply.title)
      return this.badge({ status: plan.status, command: command.name, reply: plan.reply, ...refusedBy(plan) })
    }
    if (plan.needs !== undefined && !allows(request.scopes, plan.needs)) return this.forbid(command.name, request, plan.needs)
    if (isAuto && plan.isAsked === true) await action.before?.(context, args)
    const late = isRisky || plan.addsRisk !== true ? undefined : await codeRefusal(command, true, request.actor, this.ports)
    if (late !== undefined) return refuse(late)
    const isDirect = tier === 'C0' || plan.isDirect === true || (isAuto && plan.isAsked !== true)
    if (isDirect) return this.execute(command, args, plan.todo, request, undefined)
    return { ...(await this.ask(command, args, plan, request)), actions }
  }

  /** Figures of the account are old where the trader is silent: said on each of them. */
  private async withSilence(command: Command, answer: Reply): Promise<Reply> {
    if (!SHOWS_ACCOUNT.has(command.group) || TELLS_SILENCE.has(command.name)) return answer
    const silence = silenceOf(await this.ports.reads.health(), this.ports.wallNow())
    if (silence === undefined) return answer
    const notice = `Outdated: ${silenceText(silence)} ${DIRECT_NEXT}`
    return { ...answer, tone: 'bad', text: answer.text === undefined ? notice : `${notice}\n${answer.text}` }
  }

  private async ask(command: Command, args: unknown, plan: Plan, request: CommandRequest): Promise<CommandResult> {
    const { actor } = request
    const { system, reads } = this.ports
    const addsRisk = command.action?.addsRisk(args) === true || plan.addsRisk === true
    const isForTwo = needsSecond(plan, addsRisk, this.ports.confirm)
    if (isForTwo && actor.surface === 'agent') {
      await this.audit(command, args, request, 'refused', 'it takes two people')
      return this.badge({
        status: 'refused',
        code: 'second_person_needed',
        command: command.name,
        reply: reply('An entry of this size takes two people', { tone: 'warn', text: 'An agent is none of them. Ask for less.' }),
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
    const confirmation = await this.ports.confirmations.create({
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
    await this.audit(command, args, request, 'asked', plan.card.title, confirmation.id)
    if (actor.surface === 'agent') await this.callPeople(plan, confirmation.id, request)
    else if (isForTwo)
      await this.ports.alerts.raise(
        'confirm.second_needed',
        `${untrusted(actor.name ?? actor.id)} asks: ${plan.card.title} ${secondText(command, confirmation.id)}.`,
        { confirmationId: confirmation.id, actor: actor.id },
      )
    const card = freshCard(command, plan, { id: confirmation.id, ttlMs, demand, isForTwo })
    return this.badge({
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
    return this.ports.alerts.raise(
      'agent.asks',
      `${untrusted(actor.name ?? actor.id)} asks: ${card.title} Because: ${untrusted(because ?? '')}`,
      { key: confirmId, confirmId, yes, no, ...(figures.length === 0 ? {} : { figures: figures.join('\n') }) },
    )
  }

  private async execute(
    command: Command,
    args: unknown,
    todo: Json,
    request: CommandRequest,
    confirmId: string | undefined,
  ): Promise<CommandResult> {
    const { action } = command
    if (action === undefined) return this.badge({ status: 'unknown', code: 'confirmation_over', reply: outdated() })
    // What a process that dies in between has begun is on record. An exit does not wait for that (S2).
    const begun = entryOf(command, args, request, 'begun', '', confirmId)
    if (action.addsRisk(args)) await this.ports.audit.write(begun)
    else void this.ports.audit.note(begun)
    const actions: number[] = []
    const onAction = (id: number): void => void actions.push(id)
    const done = await action.carryOut({ ...this.context(request), onAction }, todo).catch(async (cause: unknown) => {
      await this.ports.audit.note(entryOf(command, args, request, 'failed', 'it ended in an error', confirmId))
      throw cause
    })
    const outcome = [done.reply.title, done.reply.text].filter((text) => text !== undefined).join(': ')
    // It is done by then: an answer that says otherwise would have it done twice.
    await this.ports.audit.note(entryOf(command, args, request, done.status, outcome, confirmId))
    return this.badge({ status: done.status, command: command.name, reply: done.reply, actions, ...refusedBy(done) })
  }

  private lateness({ askedAtMs }: CommandRequest): number | undefined {
    const late = askedAtMs === undefined ? 0 : this.ports.wallNow() - askedAtMs
    return late > COMMAND_LATE_MS ? late : undefined
  }

  /** S3: a late pause, halt or panic takes effect as a pause and says so; any other action is not done. */
  private async tooLate(command: Command, args: unknown, request: CommandRequest, late: number): Promise<CommandResult> {
    const age = duration(late)
    if (command.name !== 'pause' && command.name !== 'halt' && command.name !== 'panic') {
      await this.audit(command, args, request, 'late', age)
      return this.badge({
        status: 'refused',
        code: 'asked_too_late',
        command: command.name,
        reply: reply(`Ignored: sent ${age} ago. Send it again`, { tone: 'warn' }),
      })
    }
    const pause = findCommand(this.commands, 'pause') as Command
    const paused = await this.execute(pause, args, { scope: { type: 'account' }, reason: `late ${command.name}` }, request, undefined)
    return {
      ...paused,
      reply: {
        ...paused.reply,
        text: `Your ${command.name} was sent ${age} ago, so it took effect as a pause. ${command.name === 'pause' ? '' : `Send /${command.name} again if you still want it.`}`.trim(),
      },
    }
  }

  private unknown(name: string, { role }: Actor): CommandResult {
    return { status: 'unknown', code: 'unknown_command', reply: unknownReply(this.commands, name, role) }
  }

  private async forbid(name: string, request: CommandRequest, needed: string): Promise<CommandResult> {
    await this.audit({ name, hidden: [] }, {}, request, 'forbidden', needed)
    const { role, id } = request.actor
    return this.badge({
      status: 'forbidden',
      code: 'role_needed',
      command: name,
      reply:
        role === undefined
          ? reply('You are not authorized', { tone: 'warn', text: `Your id is ${id}. Ask an admin to add it.` })
          : reply(`/${name} requires ${needed}`, { tone: 'warn', text: `Your role is ${role}.` }),
    })
  }

  private context(request: CommandRequest): CommandContext {
    return {
      ports: this.ports,
      actor: request.actor,
      requestId: request.requestId,
      idempotencyKey: request.idempotencyKey,
      because: request.because,
      commands: this.commands,
    }
  }

  private audit(...of: Parameters<typeof entryOf>): Promise<void> {
    return this.ports.audit.write(entryOf(...of))
  }

  private badge(result: Omit<CommandResult, 'code'> & { readonly code?: ResultCode }): CommandResult {
    return { ...result, code: result.code ?? result.status, reply: { ...result.reply, badge: badgeOf(this.ports.system.profile) } }
  }
}

const KEPT_TEXT = 'Nothing was changed.'
const PERSON_TITLE = 'A person answers this'
const PERSON_TEXT = 'What an agent asks is confirmed in chat, at the terminal (ballast confirm) or on the web. It can only take it back.'
const keyIdOf = (actor: string): string | undefined => /^key:(.+)$/.exec(actor)?.[1]
const outdated = (): Reply =>
  reply('This confirmation has expired', {
    tone: 'warn',
    text: 'It was already answered, has timed out, or Ballast restarted. Send the command again.',
  })
