/**
 * What each step of running a command needs: its context, the audit, and the answers that all steps have in common.
 */
import { entryOf } from '../audit-entry.ts'
import type { Actor, Command, CommandContext, CommandPorts, Scope } from '../command.ts'
import { unknownReply } from '../other-programs.ts'
import { type Reply, badgeOf, reply } from '../reply.ts'
import type { CommandRequest, CommandResult, ResultCode } from './result.ts'

/** Whether the scopes of a key cover one; a person has none, and the role alone decides. */
export const allows = (scopes: readonly string[] | undefined, needed: Scope): boolean =>
  scopes === undefined || scopes.includes('admin') || scopes.includes(needed)

export class Answers {
  readonly ports: CommandPorts
  private readonly commands: readonly Command[]

  constructor(ports: CommandPorts, commands: readonly Command[]) {
    this.ports = ports
    this.commands = commands
  }

  unknown(name: string, { role }: Actor): CommandResult {
    return this.badge({ status: 'unknown', code: 'unknown_command', reply: unknownReply(this.commands, name, role) })
  }

  /** The card was answered, or its time is over. */
  over(status: 'refused' | 'unknown', common: { readonly command?: string } = {}): CommandResult {
    return this.badge({ ...common, status, code: 'confirmation_over', reply: outdated() })
  }

  async forbid(name: string, request: CommandRequest, needed: string): Promise<CommandResult> {
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

  context(request: CommandRequest): CommandContext {
    return {
      ports: this.ports,
      actor: request.actor,
      requestId: request.requestId,
      idempotencyKey: request.idempotencyKey,
      because: request.because,
      commands: this.commands,
    }
  }

  audit(...of: Parameters<typeof entryOf>): Promise<void> {
    return this.ports.audit.write(entryOf(...of))
  }

  badge(result: Omit<CommandResult, 'code'> & { readonly code?: ResultCode }): CommandResult {
    return { ...result, code: result.code ?? result.status, reply: { ...result.reply, badge: badgeOf(this.ports.system.profile) } }
  }
}

export const outdated = (): Reply =>
  reply('This confirmation has expired', {
    tone: 'warn',
    text: 'It was already answered, has timed out, or Ballast restarted. Send the command again.',
  })
