/**
 * The Telegram bot: messages and taps to commands, replies to messages; by polling, or by a webhook with its secret.
 */
import { randomUUID } from 'node:crypto'
import { Telegraf } from 'telegraf'
import { type Actor, hasRole } from '../../api/commands/command.ts'
import { type Reply, reply, runs } from '../../api/commands/reply.ts'
import type { CommandRequest, CommandResult } from '../../api/commands/run/result.ts'
import { type AccessList, accessOf } from '../access.ts'
import { whileItAnswers } from '../answering.ts'
import type { SendResult } from '../outbox.ts'
import { pairingReply } from '../pairing-reply.ts'
import { commandLineOf, parseCallback } from '../parse.ts'
import type { BotPorts, TakePath } from '../ports.ts'
import { type TelegramMessage, renderTelegram } from './render.ts'
import { type ResendPorts, sendUntilTaken } from '../resend.ts'
import { kindOf } from '../seen-updates.ts'
import { textOf } from './error.ts'
import { TelegramPoll } from './poll.ts'
import { TelegramSender } from './sender.ts'
import { listenForUpdates } from './webhook.ts'

export interface TelegramOptions {
  readonly token: string
  readonly apiRoot: string | undefined
  readonly access: AccessList
  /** Webhook mode; undefined: polling. */
  readonly webhook: { readonly url: string; readonly secret: string; readonly take: TakePath } | undefined
}

const KEYBOARD = [
  ['Status', 'Positions', 'PnL'],
  ['Risk', 'Trades', 'Pause'],
] as const
const WORD_TTL_MS = 60_000
/** For the last figures of a message that is kept up to date, where Telegram asks to wait. */
const LAST_FIGURES_MS = 120_000
const UNKNOWN_TOLD_EVERY_MS = 3_600_000
const ALLOWED_UPDATES = ['message', 'callback_query'] as const
const SAFE_FOR_ALL = ['start', 'id', 'help']

interface Chat {
  readonly id: string
  /** Of a forum: where the answer goes, too. */
  readonly topic: string | undefined
  readonly isPrivate: boolean
}
type Update = Parameters<Telegraf['handleUpdate']>[0]
interface Sender {
  readonly userId: string
  readonly name: string
}

export class TelegramBot {
  private readonly bot: Telegraf
  private readonly options: TelegramOptions
  private readonly ports: BotPorts
  private readonly sender: TelegramSender
  private readonly resendPorts: ResendPorts
  /** Who has to type a word or a code for a card: `chat:user` to the card. */
  private readonly words = new Map<string, { readonly confirmationId: string; readonly messageId: number; readonly untilMs: number }>()
  private readonly unknownTold = new Map<string, number>()
  private readonly timers = new Set<NodeJS.Timeout>()
  /** Who was known when they wrote last: whom to answer while nobody can be looked up. */
  private readonly known = new Set<string>()
  private poll: TelegramPoll<Update> | undefined
  private stopWebhook: (() => Promise<void>) | undefined
  private isWell = true
  private name: string | undefined
  private isStopped = false

  constructor(options: TelegramOptions, ports: BotPorts) {
    this.options = options
    this.ports = ports
    this.bot = new Telegraf(options.token, {
      handlerTimeout: 60_000,
      // An answer in the webhook's response has no message id.
      telegram: { webhookReply: false, ...(options.apiRoot === undefined ? {} : { apiRoot: options.apiRoot }) },
    })
    this.sender = new TelegramSender(this.bot.telegram)
    this.resendPorts = { later: (ms, run) => this.later(ms, run), log: (text) => ports.log('warn', `telegram: ${text}`) }
    this.bot.on('message', async (context) => {
      const { message } = context
      if (!('text' in message)) return
      const sender = { userId: String(message.from.id), name: message.from.username ?? message.from.first_name }
      const id = `telegram:${context.update.update_id}`
      if (this.ports.seen.isNew(id)) await this.message(chatOf(message), sender, message.text, message.date * 1000, id)
    })
    this.bot.on('callback_query', async (context) => {
      const query = context.callbackQuery
      const { message } = query
      if (!('data' in query) || message === undefined) return
      const sender = { userId: String(query.from.id), name: query.from.username ?? query.from.first_name }
      const id = `telegram:${context.update.update_id}`
      const chat = chatOf(message)
      const note = this.ports.seen.isNew(id)
        ? await whileItAnswers(
            this.ports,
            () => this.tap(chat, sender, query.data, message.message_id, id),
            (outgoing) => this.tellKnown(chat, sender, outgoing),
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
      await this.menus()
    } catch (thrown) {
      this.ports.health('down', textOf(thrown))
      return `Telegram did not accept the token (${textOf(thrown)}).`
    }
    if (this.options.webhook === undefined) this.startPolling()
    else await this.listen(this.options.webhook)
    this.ports.health('ok', `@${this.name ?? ''}`)
    return undefined
  }

  get username(): string | undefined {
    return this.name
  }

  private startPolling(): void {
    let isFresh = true
    this.poll = new TelegramPoll<Update>({
      ask: async (offset, timeoutSec) => {
        // A webhook that was set once would keep every update to itself.
        if (isFresh) await this.bot.telegram.deleteWebhook()
        isFresh = false
        const asked = { offset, timeout: timeoutSec, allowed_updates: ALLOWED_UPDATES }
        return this.bot.telegram.callApi('getUpdates', asked)
      },
      handle: (update) => this.bot.handleUpdate(update),
      worked: () => {
        if (this.isWell) return
        this.isWell = true
        this.ports.log('warn', 'telegram: polled again')
        this.ports.health('ok', `@${this.name ?? ''}`)
      },
      failed: (thrown) => {
        if (this.isWell) this.ports.log('warn', `telegram: polling fails (${textOf(thrown)}); trying again`)
        this.isWell = false
        this.ports.health('down', textOf(thrown))
      },
    })
    this.poll.start()
  }

  private async listen({ url, secret, take }: NonNullable<TelegramOptions['webhook']>): Promise<void> {
    this.stopWebhook = await listenForUpdates(this.bot, { secret, take })
    await this.bot.telegram.setWebhook(url, { secret_token: secret, allowed_updates: [...ALLOWED_UPDATES] })
  }

  /** The menu of unknown users, and that of each known one in their own chat. It changes what is shown, not what is allowed. */
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
        // A user who has not opened the bot yet has no chat.
        this.ports.log('info', `telegram: no menu for ${userId} yet (${textOf(thrown)})`)
      })
    }
  }

  private message(chat: Chat, sender: Sender, text: string, sentAtMs: number, updateId: string): Promise<unknown> {
    return whileItAnswers(
      this.ports,
      () => this.hear(chat, sender, text, sentAtMs, updateId),
      // What was no command was not for us.
      async (outgoing) => (this.lineOf(text) === undefined ? undefined : this.tellKnown(chat, sender, outgoing)),
    )
  }

  private lineOf(text: string): string | undefined {
    return buttonOf(text)?.toLowerCase() ?? commandLineOf(text, this.name)
  }

  /** Nobody can be looked up: those are answered of whom it is known without. */
  private async tellKnown(chat: Chat, { userId }: Sender, outgoing: Reply): Promise<void> {
    if (this.options.access.admins.includes(userId) || this.known.has(userId)) await this.answer(addressOf(chat), outgoing, undefined)
  }

  private async hear(chat: Chat, sender: Sender, text: string, sentAtMs: number, updateId: string): Promise<void> {
    // What a card waits for comes first: a one-time code has six digits, as a pairing code has.
    if (await this.typed(chat, sender, text, sentAtMs)) return
    const paired = await this.pair(chat, sender, text)
    if (paired) return
    const actor = await this.actor(chat, sender)
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
      await this.edit(addressOf(chat), waiting.messageId, renderTelegram({ ...result.reply, buttons: [] }, undefined))
    return true
  }

  private persistentKeyboard(chatId: string): Promise<void> {
    const text = 'The buttons below are the most used commands. / lists all.'
    return sendUntilTaken(() => this.sender.keyboard(chatId, text, KEYBOARD), text, this.resendPorts)
  }

  /** `/start pair-123456`, or the six digits alone in a private chat. */
  private async pair(chat: Chat, sender: Sender, text: string): Promise<boolean> {
    const code = /^(?:\/start pair-)?(\d{6})$/.exec(text.trim())?.[1]
    if (code === undefined) return false
    if (!chat.isPrivate) return true
    const answer = await this.ports.pairing.present(code, sender.userId, sender.name)
    const outgoing = pairingReply(answer, sender.userId, 'ballast telegram pair')
    await this.answer(addressOf(chat), this.badged(outgoing), undefined)
    return true
  }

  /** Somebody approved at the terminal: menus follow, and the user is informed. */
  async welcome(userId: string, role: string): Promise<void> {
    await this.menus()
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

  private async actor(chat: Chat, sender: Sender): Promise<Actor | undefined> {
    const access = await accessOf('telegram', sender.userId, chat, this.options.access, this.ports.users)
    const actor = {
      id: `telegram:${sender.userId}`,
      surface: 'telegram' as const,
      chat: chat.id,
      topic: chat.topic,
      isPrivateChat: chat.isPrivate,
      name: sender.name,
    }
    if (access.type === 'known') {
      this.known.add(sender.userId)
      return { ...actor, role: access.role }
    }
    this.known.delete(sender.userId)
    // `/start` and `/id` answer everybody; the rest of what a stranger says is answered once an hour.
    const last = this.unknownTold.get(sender.userId) ?? Number.NEGATIVE_INFINITY
    if (this.ports.nowMs() - last < UNKNOWN_TOLD_EVERY_MS) return undefined
    this.unknownTold.set(sender.userId, this.ports.nowMs())
    if (this.unknownTold.size > 10_000) this.unknownTold.clear()
    const outgoing =
      access.type === 'unlisted-chat'
        ? reply('This chat is not authorized', {
            tone: 'warn',
            text: `Chat id ${chat.id}. An admin can add it to BALLAST__TELEGRAM__CHATS.`,
          })
        : reply('You are not authorized', {
            tone: 'warn',
            text: `Your id is ${sender.userId}. Ask an admin: /user add telegram:${sender.userId} viewer. Or pair at the terminal: ballast telegram pair`,
          })
    await this.answer(addressOf(chat), this.badged(outgoing), undefined)
    if (access.type === 'unknown-user')
      for (const admin of this.options.access.admins)
        await this.answer(
          admin,
          this.badged(reply('Unknown user wrote to the bot', { tone: 'warn', text: `@${sender.name} (${sender.userId})` })),
          undefined,
        )
    return undefined
  }

  private request(actor: Actor, sentAtMs: number | undefined): CommandRequest {
    return { actor, requestId: randomUUID(), ...(sentAtMs === undefined ? {} : { askedAtMs: sentAtMs }) }
  }

  /** Answers the text of the little note over the chat, at most 200 characters. */
  private async tap(chat: Chat, sender: Sender, data: string, messageId: number, updateId: string): Promise<string> {
    const callback = parseCallback(data)
    if (callback === undefined) return 'Outdated. Send the command again'
    const actor = await this.actor(chat, sender)
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
          this.words.set(`${chat.id}:${sender.userId}`, {
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
    this.later(Math.max(0, confirmation.expiresAt - this.ports.nowMs()) + 500, () => {
      this.bot.telegram.editMessageReplyMarkup(chatId, messageId, undefined, { inline_keyboard: [] }).catch(() => {
        // It was answered meanwhile and has no buttons any more.
      })
    })
  }

  /** Edits a message for a while with the command's newest answer. */
  private keepLive(chat: Chat, actor: Actor, first: CommandResult, line: string, messageId: number): void {
    const { live } = first.reply
    if (live === undefined) return
    const watched = live.line ?? line
    const until = this.ports.nowMs() + live.ttlSec * 1000
    let before = JSON.stringify(first.reply)
    const again = (): void => {
      this.later(live.everySec * 1000, () => {
        void this.ports.runner
          .runLine(watched, this.request(actor, undefined))
          .then(async (result) => {
            const now = JSON.stringify(result.reply)
            const shown =
              now === before ? undefined : await this.sender.edit(addressOf(chat), messageId, renderTelegram(result.reply, watched))
            // What was not taken is shown with the next figures, which are newer than a repetition would be.
            const isShown = shown === undefined || shown.type === 'sent'
            if (isShown) before = now
            const isWatched = result.reply.live !== undefined && this.ports.nowMs() < until
            if (isWatched || (!isShown && this.ports.nowMs() < until + LAST_FIGURES_MS)) again()
          })
          .catch((thrown: unknown) => this.ports.log('warn', `telegram: ${textOf(thrown)}`))
      })
    }
    again()
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

  /** A message of before says something else now. */
  change(address: string, messageRef: string, outgoing: Reply): Promise<SendResult> {
    return this.sender.edit(address, Number(messageRef), renderTelegram(outgoing, undefined))
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
    await this.stopWebhook?.()
    await this.poll?.stop()
  }
}

/** A topic's number is in each message of a supergroup that is an answer, too; only a forum has topics. */
function chatOf(message: {
  readonly chat: { readonly id: number; readonly type: string }
  readonly is_topic_message?: boolean
  readonly message_thread_id?: number
}): Chat {
  const topic = message.is_topic_message === true ? message.message_thread_id : undefined
  return { id: String(message.chat.id), topic: topic === undefined ? undefined : String(topic), isPrivate: message.chat.type === 'private' }
}

/** `-100123`, or `-100123/77` in a topic. */
const addressOf = ({ id, topic }: Chat): string => (topic === undefined ? id : `${id}/${topic}`)

const buttonOf = (text: string): string | undefined => KEYBOARD.flat().find((name) => name === text.trim())
