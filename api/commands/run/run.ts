/**
 * The one way in which every surface runs a command: from a line or from arguments, for an actor with a role and scopes.
 */
import { COMMAND_LATE_MS } from '../../../src/trading/late-command.ts'
import { asJson } from '../audit-entry.ts'
import { type Actor, type Command, type CommandPorts, hasRole } from '../command.ts'
import type { Demand } from '../confirm-rules.ts'
import { findCommand, parseArgs, parseObject, splitLine } from '../parse.ts'
import { COMMANDS } from '../registry.ts'
import { reply, runs } from '../reply.ts'
import { duration } from '../words/format.ts'
import { inZone } from '../words/zone.ts'
import { Answers, allows } from './answers.ts'
import { CardAnswers } from './card-answers.ts'
import { Performer } from './performer.ts'
import type { CommandRequest, CommandResult } from './result.ts'

/** Scopes whose commands change what is traded. */
const TOUCHES = /^(trade|control|strategy):(?!read)/

/** Runs commands with what the composition gives; one for a process. */
export class CommandRunner {
  readonly commands = COMMANDS
  private readonly ports: CommandPorts
  private readonly answers: Answers
  private readonly performer: Performer
  private readonly cards: CardAnswers

  constructor(ports: CommandPorts) {
    this.ports = ports
    this.answers = new Answers(ports, this.commands)
    this.performer = new Performer(this.answers)
    this.cards = new CardAnswers(this.answers, this.performer, this.commands)
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
    if (command === undefined) return this.answers.unknown(name, request.actor)
    const { actor } = request
    if (!hasRole(actor.role, command.role)) return this.answers.forbid(command.name, request, command.role)
    const parsed = parse(command)
    if (!parsed.ok)
      return this.answers.badge({
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
    if (!hasRole(actor.role, needed)) return this.answers.forbid(command.name, request, needed)
    const scope = command.scopeFor(parsed.args)
    if (command.role !== 'any' && !allows(request.scopes, scope)) return this.answers.forbid(command.name, request, scope)
    if (this.ports.system.profile === 'observe' && command.action !== undefined && TOUCHES.test(scope)) {
      const answer = reply('Profile observe sends no orders', { tone: 'warn', text: 'Do it in Bybit’s app.' })
      return this.answers.badge({ status: 'refused', code: 'observe_only', command: command.name, reply: answer })
    }
    const late = this.lateness(request)
    if (late !== undefined && command.action !== undefined) return this.tooLate(command, parsed.args, request, late)
    const { id } = command.name === 'confirm' ? asJson(parsed.args) : {}
    return typeof id === 'string' ? this.cards.shown(id, request) : this.performer.perform(command, parsed.args, request)
  }

  /** Times that the answer names are in the zone of who asks. */
  private async inZoneOf<T>({ id }: Actor, run: () => Promise<T>): Promise<T> {
    // While the database is away everybody reads UTC: an answer is owed all the same.
    const zone = await this.ports.zones.of(id).catch(() => undefined)
    return inZone(zone ?? 'UTC', run)
  }

  /** An answer to a card, from any surface: once, in time, by the asker, an admin, or the second person that it takes. */
  answer(id: string, decision: 'yes' | 'no', request: CommandRequest, word?: string): Promise<CommandResult> {
    return this.inZoneOf(request.actor, () => this.cards.answered(id, decision, request, word))
  }

  /** What a bot asks before it shows anything: what has to be typed with a yes, if something. */
  demandFor(id: string, actor: Actor): Promise<Demand | undefined> {
    return this.cards.demandFor(id, actor)
  }

  private lateness({ askedAtMs }: CommandRequest): number | undefined {
    const late = askedAtMs === undefined ? 0 : this.ports.wallNow() - askedAtMs
    return late > COMMAND_LATE_MS ? late : undefined
  }

  /** S3: a late pause, halt or panic takes effect as a pause and says so; any other action is not done. */
  private async tooLate(command: Command, args: unknown, request: CommandRequest, late: number): Promise<CommandResult> {
    const age = duration(late)
    if (command.name !== 'pause' && command.name !== 'halt' && command.name !== 'panic') {
      await this.answers.audit(command, args, request, 'late', age)
      return this.answers.badge({
        status: 'refused',
        code: 'asked_too_late',
        command: command.name,
        reply: reply(`Ignored: sent ${age} ago. Send it again`, { tone: 'warn' }),
      })
    }
    const pause = findCommand(this.commands, 'pause') as Command
    const paused = await this.performer.execute(
      pause,
      args,
      { scope: { type: 'account' }, reason: `late ${command.name}` },
      request,
      undefined,
    )
    return {
      ...paused,
      reply: {
        ...paused.reply,
        text: `Your ${command.name} was sent ${age} ago, so it took effect as a pause. ${command.name === 'pause' ? '' : `Send /${command.name} again if you still want it.`}`.trim(),
      },
    }
  }
}
