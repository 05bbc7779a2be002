/**
 * The Telegram bot: messages and taps to commands, replies to messages; by polling, or by a webhook with its secret.
 */
import { randomUUID } from 'node:crypto'
import { Telegraf } from 'telegraf'
import type { Actor } from '../../api/commands/command.ts'
import { type Reply, reply, runs } from '../../api/commands/reply.ts'
import type { CommandRequest, CommandResult } from '../../api/commands/run/result.ts'
import type { AccessList } from '../access.ts'
import { whileItAnswers } from '../answering.ts'
import { keepLive } from '../live-message.ts'
import type { SendResult } from '../outbox.ts'
import { pairingReply } from '../pairing-reply.ts'
import { commandLineOf, parseCallback } from '../parse.ts'
import type { BotPorts } from '../ports.ts'
import { type TelegramMessage, renderTelegram } from './render.ts'
import { type ResendPorts, sendUntilTaken } from '../resend.ts'
import { kindOf } from '../seen-updates.ts'
import { Timers } from '../timers.ts'
import { Admission } from './admission.ts'
import { type Chat, type Writer, addressOf, chatOf, writerOf } from './chat.ts'
import { textOf } from './error.ts'
import { setMenus } from './menus.ts'
import { TelegramSender } from './sender.ts'
import { type TelegramWebhook, awaitUpdates, pollUpdates } from './updates.ts'

export interface TelegramOptions {
  readonly token: string
  readonly apiRoot: string | undefined
  readonly access: AccessList
  /** Webhook mode; undefined: polling. */
  readonly webhook: TelegramWebhook | undefined
}

const KEYBOARD = [
  ['Status', 'Positions', 'PnL'],
  ['Risk', 'Trades', 'Pause'],
] as const
const WORD_TTL_MS = 60_000
export class TelegramBot {
  private readonly bot: Telegraf
  private readonly options: TelegramOptions
  private readonly ports: BotPorts
  private readonly sender: TelegramSender
  private readonly resendPorts: ResendPorts
  /** Who has to type a word or a code for a card: `chat:user` to the card. */
  private readonly words = new Map<string, { readonly confirmationId: string; readonly messageId: number; readonly untilMs: number }>()
  private readonly timers = new Timers()
  private readonly admission: Admission
  private stopUpdates: () => Promise<void> = async () => {}
  private name: string | undefined

  constructor(options: TelegramOptions, ports: BotPorts) {
    this.options = options
    this.ports = ports
    this.bot = new Telegraf(options.token, {
      handlerTimeout: 60_000,
      // An answer in the webhook's response has no message id.
      telegram: { webhookReply: false, ...(options.apiRoot === undefined ? {} : { apiRoot: options.apiRoot }) },
    })
    this.sender = new TelegramSender(this.bot.telegram)
    this.resendPorts = { later: (ms, run) => this.timers.later(ms, run), log: (text) => ports.log('warn', `telegram: ${text}`) }
    this.admission = new Admission(options.access, ports, (address, outgoing) => this.answer(address, this.badged(outgoing), undefined))
    this.bot.on('message', async (context) => {
      const { message } = context
      if (!('text' in message)) return
      const id = `telegram:${context.update.update_id}`
      if (this.ports.seen.isNew(id)) await this.message(chatOf(message), writerOf(message.from), message.text, message.date * 1000, id)
    })
    this.bot.on('callback_query', async (context) => {
      const query = context.callbackQuery
      const { message } = query
      if (!('data' in query) || message === undefined) return
      const writer = writerOf(query.from)
      const id = `telegram:${context.update.update_id}`
      const chat = chatOf(message)
      const note = this.ports.seen.isNew(id)
        ? await whileItAnswers(
            this.ports,
            () => this.tap(chat, writer, query.data, message.message_id, id),
            (outgoing) => this.tellKnown(chat, writer, outgoing),
          )
        : ''
      await context.answerCbQuery(note ?? 'No answer yet')
    })
    this.bot.catch((error) => this.ports.log('warn', `telegram: ${textOf(error)}`))
  }

  /** Says who the bot is; fails with one sentence when the token or the address is wrong. */
  async start(): Promise<string | undefined> {
    try {
      const me = await this.bot.telegram.getMe()
      this.name = me.username
      this.bot.botInfo = me
      await setMenus(this.bot.telegram, this.options.access.admins, this.ports)
    } catch (thrown) {
      this.ports.health('down', textOf(thrown))
      return `Telegram did not accept the token (${textOf(thrown)}).`
    }
    const { webhook } = this.options
    this.stopUpdates = webhook === undefined ? pollUpdates(this.bot, this.name ?? '', this.ports) : await awaitUpdates(this.bot, webhook)
    this.ports.health('ok', `@${this.name ?? ''}`)
    return undefined
  }

  get username(): string | undefined {
    return this.name
  }

  private message(chat: Chat, writer: Writer, text: string, sentAtMs: number, updateId: string): Promise<unknown> {
    return whileItAnswers(
      this.ports,
      () => this.hear(chat, writer, text, sentAtMs, updateId),
      // Messages that are no command are ignored.
      async (outgoing) => (this.lineOf(text) === undefined ? undefined : this.tellKnown(chat, writer, outgoing)),
    )
  }

  private lineOf(text: string): string | undefined {
    return buttonOf(text)?.toLowerCase() ?? commandLineOf(text, this.name)
  }

  /** While users cannot be looked up, only those are answered who are known without the database. */
  private async tellKnown(chat: Chat, { userId }: Writer, outgoing: Reply): Promise<void> {
    if (this.admission.isKnown(userId)) await this.answer(addressOf(chat), outgoing, undefined)
  }

  private async hear(chat: Chat, writer: Writer, text: string, sentAtMs: number, updateId: string): Promise<void> {
    // What a card waits for comes first: a one-time code has six digits, as a pairing code has.
    if (await this.typed(chat, writer, text, sentAtMs)) return
    const paired = await this.pair(chat, writer, text)
    if (paired) return
    const actor = await this.admission.actor(chat, writer)
    if (actor === undefined) return
    const line = this.lineOf(text)
    if (line === undefined) {
      if (chat.isPrivate)
        await this.answer(
          addressOf(chat),
          this.badged(reply('Not a command', { buttons: [runs('Help', '/help'), runs('Status', '/status')] })),
          undefined,
        )
      return
    }
    await this.bot.telegram.sendChatAction(chat.id, 'typing').catch(() => undefined)
    await this.ports.seen.once(updateId, kindOf(this.ports.runner.named(line)), () => this.run(chat, actor, line, sentAtMs))
  }

  private async run(chat: Chat, actor: Actor, line: string, sentAtMs: number | undefined): Promise<string> {
    const result = await this.ports.runner.runLine(line, this.request(actor, sentAtMs))
    await this.sendResult(chat, result, line, (messageId) => this.keepLive(chat, actor, result, line, messageId))
    if (line.startsWith('start') && chat.isPrivate) await this.persistentKeyboard(chat.id)
    return result.reply.title
  }

  /** The word or the code that a card of this user waits for. Answers whether it was one. */
  private async typed(chat: Chat, writer: Writer, text: string, sentAtMs: number): Promise<boolean> {
    const key = `${chat.id}:${writer.userId}`
    const waiting = this.words.get(key)
    if (waiting === undefined || text.startsWith('/') || buttonOf(text) !== undefined) return false
    this.words.delete(key)
    if (this.ports.nowMs() >= waiting.untilMs) return false
    const actor = await this.admission.actor(chat, writer)
    if (actor === undefined) return true
    const result = await this.ports.runner.answer(waiting.confirmationId, 'yes', this.request(actor, sentAtMs), text)
    // A wrong one may be corrected while the card waits.
    if (result.demand !== undefined && result.status === 'refused') this.words.set(key, waiting)
    await this.sendResult(chat, result, undefined)
    if (result.status !== 'refused')
      await this.edit(addressOf(chat), waiting.messageId, renderTelegram({ ...result.reply, buttons: [] }, undefined))
    return true
  }

  private persistentKeyboard(chatId: string): Promise<void> {
    const text = 'The buttons below are the most used commands. / lists all.'
    return sendUntilTaken(() => this.sender.keyboard(chatId, text, KEYBOARD), text, this.resendPorts)
  }

  /** `/start pair-123456`, or the six digits alone in a private chat. */
  private async pair(chat: Chat, writer: Writer, text: string): Promise<boolean> {
    const code = /^(?:\/start pair-)?(\d{6})$/.exec(text.trim())?.[1]
    if (code === undefined) return false
    if (!chat.isPrivate) return true
    const answer = await this.ports.pairing.present(code, writer.userId, writer.name)
    const outgoing = pairingReply(answer, writer.userId, 'ballast telegram pair')
    await this.answer(addressOf(chat), this.badged(outgoing), undefined)
    return true
  }

  /** Somebody approved at the terminal: menus follow, and the user is informed. */
  async welcome(userId: string, role: string): Promise<void> {
    await setMenus(this.bot.telegram, this.options.access.admins, this.ports)
    await this.answer(
      userId,
      this.badged(
        reply(`You are now ${role}`, {
          tone: 'ok',
          buttons: [runs('Status', '/status'), runs('Positions', '/positions'), runs('Help', '/help')],
        }),
      ),
      undefined,
    )
    await this.persistentKeyboard(userId)
  }

  private request(actor: Actor, sentAtMs: number | undefined): CommandRequest {
    return { actor, requestId: randomUUID(), ...(sentAtMs === undefined ? {} : { askedAtMs: sentAtMs }) }
  }

  /** Answers the text of the little note over the chat, at most 200 characters. */
  private async tap(chat: Chat, writer: Writer, data: string, messageId: number, updateId: string): Promise<string> {
    const callback = parseCallback(data)
    if (callback === undefined) return 'Outdated. Send the command again'
    const actor = await this.admission.actor(chat, writer)
    if (actor === undefined) return 'You are not authorized'
    const request = this.request(actor, undefined)
    switch (callback.type) {
      case 'page': {
        const result = await this.ports.runner.runLine(callback.line, request)
        await this.edit(addressOf(chat), messageId, renderTelegram(result.reply, callback.line, callback.page))
        return ''
      }
      case 'command':
        return (
          (await this.ports.seen.once(updateId, kindOf(this.ports.runner.named(callback.line)), () =>
            this.run(chat, actor, callback.line, undefined),
          )) ?? ''
        )
      case 'answer': {
        const result = await this.ports.runner.answer(callback.confirmationId, callback.decision, request)
        if (result.status === 'refused' && result.demand !== undefined) {
          this.words.set(`${chat.id}:${writer.userId}`, {
            confirmationId: callback.confirmationId,
            messageId,
            untilMs: this.ports.nowMs() + WORD_TTL_MS,
          })
          await this.answer(addressOf(chat), result.reply, undefined)
          return result.reply.title
        }
        if (result.status === 'forbidden') return result.reply.title
        await this.edit(addressOf(chat), messageId, renderTelegram(result.reply, undefined))
        if (result.status === 'confirm') this.expire(chat.id, messageId, result)
        return result.reply.title
      }
    }
  }

  private sendResult(
    chat: Chat,
    result: CommandResult,
    line: string | undefined,
    onSent: (messageId: number) => void = () => {},
  ): Promise<void> {
    return this.answer(addressOf(chat), result.reply, line, (messageId) => {
      if (result.status === 'confirm') this.expire(chat.id, messageId, result)
      onSent(messageId)
    })
  }

  /** When a card's time is over its buttons vanish. */
  private expire(chatId: string, messageId: number, result: CommandResult): void {
    const { confirmation } = result
    if (confirmation === undefined) return
    this.timers.later(Math.max(0, confirmation.expiresAt - this.ports.nowMs()) + 500, () => {
      this.bot.telegram.editMessageReplyMarkup(chatId, messageId, undefined, { inline_keyboard: [] }).catch(() => {
        // It was answered meanwhile and has no buttons any more.
      })
    })
  }

  private keepLive(chat: Chat, actor: Actor, { reply: first }: CommandResult, line: string, messageId: number): void {
    const watched = first.live?.line ?? line
    keepLive(first, {
      timers: this.timers,
      nowMs: this.ports.nowMs,
      ask: () => this.ports.runner.runLine(watched, this.request(actor, undefined)),
      show: async (newest) => (await this.sender.edit(addressOf(chat), messageId, renderTelegram(newest, watched))).type === 'sent',
      failed: (thrown) => this.ports.log('warn', `telegram: ${textOf(thrown)}`),
    })
  }

  private badged(plain: Reply): Reply {
    return { ...plain, badge: this.ports.badge }
  }

  /** What a person asked for: sent until Telegram takes it. */
  private answer(
    address: string,
    outgoing: Reply,
    line: string | undefined,
    onSent: (messageId: number) => void = () => {},
  ): Promise<void> {
    const send = (): Promise<SendResult> => this.send(address, outgoing, line)
    return sendUntilTaken(send, outgoing.title, this.resendPorts, (messageRef) => onSent(Number(messageRef)))
  }

  /** The end of a card: edited until Telegram takes it. */
  private edit(address: string, messageId: number, message: TelegramMessage): Promise<void> {
    const edit = (): Promise<SendResult> => this.sender.edit(address, messageId, message)
    return sendUntilTaken(edit, message.text.split('\n')[0] ?? '', this.resendPorts)
  }

  /** One attempt: the outbox tries again by itself. @param address a chat, or a chat and a topic of it */
  send(address: string, outgoing: Reply, line: string | undefined, severity = 'P4'): Promise<SendResult> {
    return this.sender.send(address, outgoing, line, severity)
  }

  /** Edits an earlier message. */
  change(address: string, messageRef: string, outgoing: Reply): Promise<SendResult> {
    return this.sender.edit(address, Number(messageRef), renderTelegram(outgoing, undefined))
  }

  async stop(): Promise<void> {
    this.timers.stop()
    await this.stopUpdates()
  }
}

const buttonOf = (text: string): string | undefined => KEYBOARD.flat().find((name) => name === text.trim())
