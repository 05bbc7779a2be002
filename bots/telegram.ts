/**
 * The Telegram bot: messages and taps to commands, replies to messages; by polling, or by a webhook with its secret.
 * Never acts on a tap without the command runner's own checks, and never leaves a tap without an answer.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import { Telegraf } from 'telegraf'
import type { Actor } from '../api/commands/command.ts'
import { hasRole } from '../api/commands/command.ts'
import { type Reply, reply, runs } from '../api/commands/reply.ts'
import type { CommandRequest, CommandResult } from '../api/commands/run.ts'
import { type AccessList, accessOf } from './access.ts'
import type { SendResult } from './outbox.ts'
import { pairingReply } from './pairing-reply.ts'
import { commandLineOf, parseCallback } from './parse.ts'
import type { BotPorts } from './ports.ts'
import { type TelegramMessage, renderTelegram } from './render-telegram.ts'
import { toSendResult } from './telegram-error.ts'

export interface TelegramOptions {
  readonly token: string
  readonly apiRoot: string | undefined
  readonly access: AccessList
  /** Webhook mode; undefined: polling. */
  readonly webhook: { readonly url: string; readonly secret: string; readonly port: number } | undefined
}

const KEYBOARD = [
  ['Status', 'Positions', 'PnL'],
  ['Risk', 'Trades', 'Pause'],
] as const
const WORD_TTL_MS = 60_000
const UNKNOWN_TOLD_EVERY_MS = 3_600_000
const WEBHOOK_BODY_MAX = 262_144
const SAFE_FOR_ALL = ['start', 'id', 'help']

interface Chat {
  readonly id: string
  readonly isPrivate: boolean
}
interface Sender {
  readonly userId: string
  readonly name: string
}

export class TelegramBot {
  private readonly bot: Telegraf
  private readonly options: TelegramOptions
  private readonly ports: BotPorts
  /** Who has to type a word or a code for a card: `chat:user` to the card. */
  private readonly words = new Map<string, { readonly confirmationId: string; readonly messageId: number; readonly untilMs: number }>()
  private readonly unknownTold = new Map<string, number>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private webhook: Server | undefined
  private name: string | undefined
  private isStopped = false

  constructor(options: TelegramOptions, ports: BotPorts) {
    this.options = options
    this.ports = ports
    this.bot = new Telegraf(options.token, {
      handlerTimeout: 60_000,
      ...(options.apiRoot === undefined ? {} : { telegram: { apiRoot: options.apiRoot } }),
    })
    this.bot.on('message', async (context) => {
      const { message } = context
      if (!('text' in message)) return
      const sender = { userId: String(message.from.id), name: message.from.username ?? message.from.first_name }
      const chat = { id: String(message.chat.id), isPrivate: message.chat.type === 'private' }
      await this.message(chat, sender, message.text, message.date * 1000)
    })
    this.bot.on('callback_query', async (context) => {
      const query = context.callbackQuery
      const { message } = query
      if (!('data' in query) || message === undefined) return
      const sender = { userId: String(query.from.id), name: query.from.username ?? query.from.first_name }
      const chat = { id: String(message.chat.id), isPrivate: message.chat.type === 'private' }
      const note = await this.tap(chat, sender, query.data, message.message_id)
      await context.answerCbQuery(note)
    })
    this.bot.catch((error) => this.ports.log('warn', `telegram: ${textOf(error)}`))
  }

  /** Says who the bot is; fails with one sentence when the token or the address is wrong. */
  async start(): Promise<string | undefined> {
    try {
      const me = await this.bot.telegram.getMe()
      this.name = me.username
      this.bot.botInfo = me
      await this.menus()
    } catch (thrown) {
      this.ports.health('down', textOf(thrown))
      return `Telegram does not answer the token (${textOf(thrown)}).`
    }
    if (this.options.webhook === undefined) this.poll()
    else await this.listen(this.options.webhook)
    this.ports.health('ok', `@${this.name ?? ''}`)
    return undefined
  }

  get username(): string | undefined {
    return this.name
  }

  private poll(): void {
    this.bot.launch({ allowedUpdates: ['message', 'callback_query'] }).catch((thrown: unknown) => {
      if (this.isStopped) return
      this.ports.health('down', textOf(thrown))
      this.ports.log('warn', `telegram: polling ended (${textOf(thrown)}); trying again`)
      this.later(5_000, () => this.poll())
    })
  }

  private async listen(webhook: NonNullable<TelegramOptions['webhook']>): Promise<void> {
    const expected = Buffer.from(webhook.secret)
    this.webhook = createServer((request, response) => {
      const given = Buffer.from(String(request.headers['x-telegram-bot-api-secret-token'] ?? ''))
      const isRight = given.length === expected.length && timingSafeEqual(given, expected)
      if (request.method !== 'POST' || request.url !== '/telegram' || !isRight) {
        response.writeHead(isRight ? 404 : 401).end()
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > WEBHOOK_BODY_MAX) request.destroy()
        else chunks.push(chunk)
      })
      request.on('end', () => {
        response.writeHead(200).end()
        try {
          const update = JSON.parse(Buffer.concat(chunks).toString()) as Parameters<Telegraf['handleUpdate']>[0]
          this.bot.handleUpdate(update).catch((thrown: unknown) => this.ports.log('warn', `telegram: ${textOf(thrown)}`))
        } catch (thrown) {
          this.ports.log('warn', `telegram webhook: ${textOf(thrown)}`)
        }
      })
    })
    await new Promise<void>((resolve, reject) => {
      this.webhook?.once('error', reject)
      this.webhook?.listen(webhook.port, '127.0.0.1', resolve)
    })
    await this.bot.telegram.setWebhook(webhook.url, { secret_token: webhook.secret, allowed_updates: ['message', 'callback_query'] })
  }

  /** The menu of unknown people, and that of each known one in their own chat. It changes what is shown, not what is allowed. */
  private async menus(): Promise<void> {
    const { runner, users } = this.ports
    const entry = (command: { readonly name: string; readonly summary: string }) => ({
      command: command.name,
      description: command.summary.slice(0, 256),
    })
    await this.bot.telegram.setMyCommands(runner.commands.filter((c) => SAFE_FOR_ALL.includes(c.name)).map(entry))
    const known = [
      ...this.options.access.admins.map((userId) => ({ userId, role: 'admin' as const })),
      ...(await users.list('telegram')).map(({ userId, role }) => ({ userId, role })),
    ]
    for (const { userId, role } of known) {
      const commands = runner.commands.filter((c) => hasRole(role, c.role)).map(entry)
      await this.bot.telegram.setMyCommands(commands, { scope: { type: 'chat', chat_id: Number(userId) } }).catch((thrown: unknown) => {
        // A person who has not opened the bot yet has no chat.
        this.ports.log('info', `telegram: no menu for ${userId} yet (${textOf(thrown)})`)
      })
    }
  }

  private async message(chat: Chat, sender: Sender, text: string, sentAtMs: number): Promise<void> {
    // What a card waits for comes first: a one-time code has six digits, as a pairing code has.
    if (await this.typed(chat, sender, text, sentAtMs)) return
    const paired = await this.pair(chat, sender, text)
    if (paired) return
    const actor = await this.actor(chat, sender)
    if (actor === undefined) return
    const button = buttonOf(text)
    const line = button === undefined ? commandLineOf(text, this.name) : button.toLowerCase()
    if (line === undefined) {
      if (chat.isPrivate)
        await this.send(
          chat.id,
          this.badged(reply('That is no command', { buttons: [runs('Help', '/help'), runs('Status', '/status')] })),
          undefined,
        )
      return
    }
    await this.bot.telegram.sendChatAction(chat.id, 'typing').catch(() => undefined)
    const result = await this.ports.runner.runLine(line, this.request(actor, sentAtMs))
    const ref = await this.sendResult(chat, result, line)
    if (line.startsWith('start') && chat.isPrivate) await this.persistentKeyboard(chat.id)
    this.keepLive(chat, actor, result, line, ref)
  }

  /** The word or the code that a card of this person waits for. Answers whether it was one. */
  private async typed(chat: Chat, sender: Sender, text: string, sentAtMs: number): Promise<boolean> {
    const key = `${chat.id}:${sender.userId}`
    const waiting = this.words.get(key)
    if (waiting === undefined || text.startsWith('/') || buttonOf(text) !== undefined) return false
    this.words.delete(key)
    if (this.ports.nowMs() >= waiting.untilMs) return false
    const actor = await this.actor(chat, sender)
    if (actor === undefined) return true
    const result = await this.ports.runner.answer(waiting.confirmationId, 'yes', this.request(actor, sentAtMs), text)
    // A wrong one may be corrected while the card waits.
    if (result.demand !== undefined && result.status === 'refused') this.words.set(key, waiting)
    await this.sendResult(chat, result, undefined)
    if (result.status !== 'refused')
      await this.edit(chat.id, waiting.messageId, renderTelegram({ ...result.reply, buttons: [] }, undefined))
    return true
  }

  private async persistentKeyboard(chatId: string): Promise<void> {
    await this.bot.telegram.callApi('sendMessage', {
      chat_id: chatId,
      text: 'The keys below are the commands most used. / shows all.',
      reply_markup: { keyboard: KEYBOARD.map((row) => row.map((text) => ({ text }))), resize_keyboard: true, is_persistent: true },
    })
  }

  /** `/start pair-123456`, or the six digits alone in a private chat. */
  private async pair(chat: Chat, sender: Sender, text: string): Promise<boolean> {
    const code = /^(?:\/start pair-)?(\d{6})$/.exec(text.trim())?.[1]
    if (code === undefined) return false
    if (!chat.isPrivate) return true
    const answer = await this.ports.pairing.present(code, sender.userId, sender.name)
    const told = pairingReply(answer, sender.userId, 'ballast telegram pair')
    await this.send(chat.id, this.badged(told), undefined)
    return true
  }

  /** Somebody approved at the terminal: menus follow, and they are told. */
  async welcome(userId: string, role: string): Promise<void> {
    await this.menus()
    await this.send(
      userId,
      this.badged(
        reply(`You are ${role} now`, {
          tone: 'ok',
          buttons: [runs('Status', '/status'), runs('Positions', '/positions'), runs('Help', '/help')],
        }),
      ),
      undefined,
    )
    await this.persistentKeyboard(userId)
  }

  private async actor(chat: Chat, sender: Sender): Promise<Actor | undefined> {
    const access = await accessOf('telegram', sender.userId, chat, this.options.access, this.ports.users)
    const actor = {
      id: `telegram:${sender.userId}`,
      surface: 'telegram' as const,
      chat: chat.id,
      isPrivateChat: chat.isPrivate,
      name: sender.name,
    }
    if (access.type === 'known') return { ...actor, role: access.role }
    // `/start` and `/id` answer everybody; the rest of what a stranger says is answered once an hour.
    const last = this.unknownTold.get(sender.userId) ?? Number.NEGATIVE_INFINITY
    if (this.ports.nowMs() - last < UNKNOWN_TOLD_EVERY_MS) return undefined
    this.unknownTold.set(sender.userId, this.ports.nowMs())
    if (this.unknownTold.size > 10_000) this.unknownTold.clear()
    const told =
      access.type === 'unlisted-chat'
        ? reply('This chat is not listed', { tone: 'warn', text: `Chat id ${chat.id}. An admin can list it in BALLAST__TELEGRAM__CHATS.` })
        : reply('You are not known here', { tone: 'warn', text: `Your id is ${sender.userId}. At the terminal: ballast telegram pair` })
    await this.send(chat.id, this.badged(told), undefined)
    if (access.type === 'unknown-user')
      for (const admin of this.options.access.admins)
        await this.send(
          admin,
          this.badged(reply('Somebody unknown wrote to the bot', { tone: 'warn', text: `@${sender.name} (${sender.userId})` })),
          undefined,
        )
    return undefined
  }

  private request(actor: Actor, sentAtMs: number | undefined): CommandRequest {
    return { actor, requestId: randomUUID(), ...(sentAtMs === undefined ? {} : { askedAtMs: sentAtMs }) }
  }

  /** Answers the text of the little note over the chat, at most 200 characters. */
  private async tap(chat: Chat, sender: Sender, data: string, messageId: number): Promise<string> {
    const callback = parseCallback(data)
    if (callback === undefined) return 'Outdated: ask again'
    const actor = await this.actor(chat, sender)
    if (actor === undefined) return 'You are not known here'
    const request = this.request(actor, undefined)
    switch (callback.type) {
      case 'page': {
        const result = await this.ports.runner.runLine(callback.line, request)
        await this.edit(chat.id, messageId, renderTelegram(result.reply, callback.line, callback.page))
        return ''
      }
      case 'command': {
        const result = await this.ports.runner.runLine(callback.line, request)
        const ref = await this.sendResult(chat, result, callback.line)
        this.keepLive(chat, actor, result, callback.line, ref)
        return result.reply.title
      }
      case 'answer': {
        const result = await this.ports.runner.answer(callback.confirmationId, callback.decision, request)
        if (result.status === 'refused' && result.demand !== undefined) {
          this.words.set(`${chat.id}:${sender.userId}`, {
            confirmationId: callback.confirmationId,
            messageId,
            untilMs: this.ports.nowMs() + WORD_TTL_MS,
          })
          await this.send(chat.id, result.reply, undefined)
          return result.reply.title
        }
        if (result.status === 'forbidden') return result.reply.title
        await this.edit(chat.id, messageId, renderTelegram(result.reply, undefined))
        if (result.status === 'confirm') this.expire(chat.id, messageId, result)
        return result.reply.title
      }
    }
  }

  private async sendResult(chat: Chat, result: CommandResult, line: string | undefined): Promise<number | undefined> {
    const sent = await this.send(chat.id, result.reply, line)
    const messageId = sent.type === 'sent' ? Number(sent.messageRef) : undefined
    if (messageId !== undefined && result.status === 'confirm') this.expire(chat.id, messageId, result)
    return messageId
  }

  /** When a card's time is over its buttons vanish. */
  private expire(chatId: string, messageId: number, result: CommandResult): void {
    const { confirmation } = result
    if (confirmation === undefined) return
    this.later(Math.max(0, confirmation.expiresAt - this.ports.nowMs()) + 500, () => {
      this.bot.telegram.editMessageReplyMarkup(chatId, messageId, undefined, { inline_keyboard: [] }).catch(() => {
        // It was answered meanwhile and has no buttons any more.
      })
    })
  }

  /** Edits a message for a while with the command's newest answer. */
  private keepLive(chat: Chat, actor: Actor, first: CommandResult, line: string, messageId: number | undefined): void {
    const { live } = first.reply
    if (live === undefined || messageId === undefined) return
    const watched = live.line ?? line
    const until = this.ports.nowMs() + live.ttlSec * 1000
    let before = JSON.stringify(first.reply)
    const again = (): void => {
      this.later(live.everySec * 1000, () => {
        void this.ports.runner
          .runLine(watched, this.request(actor, undefined))
          .then(async (result) => {
            const now = JSON.stringify(result.reply)
            if (now !== before) await this.edit(chat.id, messageId, renderTelegram(result.reply, watched))
            before = now
            if (result.reply.live !== undefined && this.ports.nowMs() < until) again()
          })
          .catch((thrown: unknown) => this.ports.log('warn', `telegram: ${textOf(thrown)}`))
      })
    }
    again()
  }

  private badged(plain: Reply): Reply {
    return { ...plain, badge: this.ports.badge }
  }

  /** Sends a reply to a chat; a refusal or a limit is an answer, not an exception. */
  async send(chatId: string, told: Reply, line: string | undefined, severity = 'P4'): Promise<SendResult> {
    const [chat = chatId, topic] = chatId.split('/')
    return this.deliver(chat, topic, renderTelegram(told, line), severity)
  }

  private async deliver(chatId: string, topic: string | undefined, message: TelegramMessage, severity: string): Promise<SendResult> {
    const isQuiet = severity !== 'P1' && severity !== 'P2'
    const common = {
      chat_id: chatId,
      ...(topic === undefined ? {} : { message_thread_id: Number(topic) }),
      ...(message.keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: message.keyboard.map((row) => [...row]) } }),
      disable_notification: isQuiet,
    }
    try {
      const sent =
        message.photo === undefined
          ? await this.bot.telegram.callApi('sendMessage', {
              ...common,
              text: message.text,
              entities: [...message.entities],
              link_preview_options: { is_disabled: true },
            })
          : await this.bot.telegram.callApi('sendPhoto', {
              ...common,
              photo: { source: message.photo },
              caption: message.text,
              caption_entities: [...message.entities],
            })
      return { type: 'sent', messageRef: String(sent.message_id) }
    } catch (thrown) {
      return toSendResult(thrown)
    }
  }

  private async edit(chatId: string, messageId: number, message: TelegramMessage): Promise<void> {
    const common = { chat_id: chatId, message_id: messageId, reply_markup: { inline_keyboard: message.keyboard.map((row) => [...row]) } }
    try {
      if (message.photo === undefined)
        await this.bot.telegram.callApi('editMessageText', { ...common, text: message.text, entities: [...message.entities] })
      else
        await this.bot.telegram.callApi('editMessageMedia', {
          ...common,
          media: { type: 'photo', media: { source: message.photo }, caption: message.text, caption_entities: [...message.entities] },
        })
    } catch (thrown) {
      // "message is not modified" says that the message is right already; a text cannot become a photo, so that one is sent anew.
      if (textOf(thrown).includes('not modified')) return
      await this.deliver(chatId, undefined, message, 'P4')
    }
  }

  private later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (!this.isStopped) run()
    }, ms)
    this.timers.add(timer)
  }

  async stop(): Promise<void> {
    this.isStopped = true
    for (const timer of this.timers) clearTimeout(timer)
    if (this.webhook !== undefined) {
      const server = this.webhook
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    } else if (this.bot.botInfo !== undefined) {
      try {
        this.bot.stop('shutdown')
      } catch {
        // Polling had not begun: there is nothing to stop.
      }
    }
  }
}

const buttonOf = (text: string): string | undefined => KEYBOARD.flat().find((name) => name === text.trim())

/** Without the token, which the client's messages hold in their addresses. */
const textOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replace(/bot\d+:[\w-]+/g, 'bot•••').slice(0, 200)
