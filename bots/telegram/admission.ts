/**
 * Who may command in which chat, and what those are answered who may not (S17).
 */
import type { Actor } from '../../api/commands/command.ts'
import { type Reply, reply } from '../../api/commands/reply.ts'
import { type AccessList, accessOf } from '../access.ts'
import type { BotPorts } from '../ports.ts'
import { type Chat, type Writer, addressOf } from './chat.ts'

const UNKNOWN_ANSWERED_EVERY_MS = 3_600_000
const UNKNOWN_MAX = 10_000

export class Admission {
  private readonly list: AccessList
  private readonly ports: Pick<BotPorts, 'users' | 'nowMs'>
  private readonly answer: (address: string, outgoing: Reply) => Promise<void>
  private readonly answeredAtMs = new Map<string, number>()
  /** Who was known when they wrote last: whom to answer while nobody can be looked up. */
  private readonly known = new Set<string>()

  constructor(list: AccessList, ports: Pick<BotPorts, 'users' | 'nowMs'>, answer: (address: string, outgoing: Reply) => Promise<void>) {
    this.list = list
    this.ports = ports
    this.answer = answer
  }

  /** Without a look into the database. */
  isKnown(userId: string): boolean {
    return this.list.admins.includes(userId) || this.known.has(userId)
  }

  /** Undefined for strangers, who are answered once an hour, and of whom the admins hear. */
  async actor(chat: Chat, writer: Writer): Promise<Actor | undefined> {
    const access = await accessOf('telegram', writer.userId, chat, this.list, this.ports.users)
    if (access.type === 'known') {
      this.known.add(writer.userId)
      return {
        id: `telegram:${writer.userId}`,
        surface: 'telegram',
        chat: chat.id,
        topic: chat.topic,
        isPrivateChat: chat.isPrivate,
        name: writer.name,
        role: access.role,
      }
    }
    this.known.delete(writer.userId)
    if (this.wasAnswered(writer.userId)) return undefined
    const outgoing =
      access.type === 'unlisted-chat'
        ? reply('This chat is not authorized', {
            tone: 'warn',
            text: `Chat id ${chat.id}. An admin can add it to BALLAST__TELEGRAM__CHATS.`,
          })
        : reply('You are not authorized', {
            tone: 'warn',
            text: `Your id is ${writer.userId}. Ask an admin: /user add telegram:${writer.userId} viewer. Or pair at the terminal: ballast telegram pair`,
          })
    await this.answer(addressOf(chat), outgoing)
    if (access.type === 'unknown-user')
      for (const admin of this.list.admins)
        await this.answer(admin, reply('Unknown user wrote to the bot', { tone: 'warn', text: `@${writer.name} (${writer.userId})` }))
    return undefined
  }

  private wasAnswered(userId: string): boolean {
    const now = this.ports.nowMs()
    if (now - (this.answeredAtMs.get(userId) ?? Number.NEGATIVE_INFINITY) < UNKNOWN_ANSWERED_EVERY_MS) return true
    if (this.answeredAtMs.size >= UNKNOWN_MAX) this.answeredAtMs.clear()
    this.answeredAtMs.set(userId, now)
    return false
  }
}
