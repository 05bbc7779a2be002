/**
 * A Telegram Bot API on loopback: long polling, messages, edits, taps, and the refusals that the real one gives.
 */
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SentMessage {
  readonly messageId: number
  readonly chatId: string
  /** Thread of a forum. */
  readonly topic: number | undefined
  text: string
  keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[]
  photoBytes: number
  edits: number
  readonly isQuiet: boolean
}

export interface Fault {
  /** Methods that it meets; undefined: all that send or edit. */
  readonly method?: string
  readonly code: number
  readonly description: string
  readonly retryAfter?: number
  /** Meets this chat only; undefined: all. */
  readonly chat?: string
  readonly migrateTo?: number
  times: number
}

interface Update {
  readonly update_id: number
  readonly [key: string]: unknown
}

const TEXT_MAX = 4_096
const CAPTION_MAX = 1_024
const CALLBACK_MAX = 64

export class FakeTelegram {
  readonly messages: SentMessage[] = []
  readonly calls: { readonly method: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  readonly answered: { readonly id: string; readonly text: string }[] = []
  readonly faults: Fault[] = []
  private readonly updates: Update[] = []
  private readonly waiting: (() => void)[] = []
  private nextUpdate = 1
  private nextMessage = 100
  private server: Server | undefined
  private readonly token: string

  constructor(token: string) {
    this.token = token
  }

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void this.handle(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    for (const wake of this.waiting.splice(0)) wake()
    this.server?.closeAllConnections()
    const { server } = this
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** A user writes. */
  say(
    userId: number,
    text: string,
    chat: { readonly id: number; readonly type: string; readonly topic?: number } = { id: userId, type: 'private' },
    sentAtMs = Date.now(),
  ): void {
    const { topic, ...where } = chat
    this.push({
      message: {
        message_id: this.nextMessage++,
        date: Math.floor(sentAtMs / 1000),
        text,
        chat: where,
        ...(topic === undefined ? {} : { is_topic_message: true, message_thread_id: topic }),
        from: { id: userId, is_bot: false, first_name: `user${userId}`, username: `user${userId}` },
      },
    })
  }

  /** A user taps a button of a message. */
  tap(userId: number, message: SentMessage, label: string): string {
    const button = message.keyboard.flat().find((b) => b.text === label || b.text.startsWith(label))
    if (button === undefined)
      throw new Error(
        `no button '${label}' among: ${message.keyboard
          .flat()
          .map((b) => b.text)
          .join(', ')}`,
      )
    return this.tapData(userId, message, button.callback_data)
  }

  tapData(userId: number, message: SentMessage, data: string): string {
    const id = `cb${this.nextUpdate}`
    this.push({
      callback_query: {
        id,
        data,
        chat_instance: '1',
        from: { id: userId, is_bot: false, first_name: `user${userId}`, username: `user${userId}` },
        message: {
          message_id: message.messageId,
          date: Math.floor(Date.now() / 1000),
          chat: { id: Number(message.chatId), type: Number(message.chatId) < 0 ? 'supergroup' : 'private' },
          text: message.text,
          ...(message.topic === undefined ? {} : { is_topic_message: true, message_thread_id: message.topic }),
        },
      },
    })
    return id
  }

  lastTo(chatId: number | string): SentMessage | undefined {
    return this.messages.filter((m) => m.chatId === String(chatId)).at(-1)
  }

  private push(update: Omit<Update, 'update_id'>): void {
    this.updates.push({ update_id: this.nextUpdate++, ...update })
    for (const wake of this.waiting.splice(0)) wake()
  }

  private async handle(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const match = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '')
    if (match === null) return failure(404, 'Not Found')
    if (match[1] !== this.token) return failure(401, 'Unauthorized')
    const method = match[2] as string
    const body = await readBody(request)
    this.calls.push({ method, body })
    const fault = this.faults.find(
      (f) =>
        f.times > 0 &&
        (f.method === undefined ? /^(send|edit)/.test(method) : f.method === method) &&
        (f.chat === undefined || f.chat === String(body.chat_id)),
    )
    if (fault !== undefined) {
      fault.times -= 1
      return failure(fault.code, fault.description, fault)
    }
    return this.answer(method, body)
  }

  private async answer(method: string, body: Readonly<Record<string, unknown>>): Promise<{ status: number; body: unknown }> {
    switch (method) {
      case 'getMe':
        return success({ id: 1, is_bot: true, first_name: 'Ballast', username: 'ballast_test_bot' })
      case 'getUpdates':
        return success(await this.poll(Number(body.offset ?? 0), Number(body.timeout ?? 0)))
      case 'sendMessage':
        return this.send(body, String(body.text ?? ''), 0, TEXT_MAX)
      case 'sendPhoto':
        return this.send(body, String(body.caption ?? ''), Number(body.photoBytes ?? 0), CAPTION_MAX)
      case 'editMessageText':
        return this.edit(body, String(body.text ?? ''))
      case 'editMessageReplyMarkup':
        return this.edit(body, undefined)
      case 'editMessageMedia': {
        // Adds a picture to a text message, or puts another in the place of one.
        const media = (typeof body.media === 'string' ? JSON.parse(body.media) : body.media) as { readonly caption?: string }
        return this.edit(body, media.caption ?? '', Number(body.photoBytes ?? 1))
      }
      case 'answerCallbackQuery':
        this.answered.push({ id: String(body.callback_query_id), text: String(body.text ?? '') })
        return String(body.text ?? '').length > 200 ? failure(400, 'Bad Request: MESSAGE_TOO_LONG') : success(true)
      case 'setMyCommands':
      case 'sendChatAction':
      case 'setWebhook':
      case 'deleteWebhook':
        return success(true)
      default:
        return failure(404, `Not Found: method ${method}`)
    }
  }

  private async poll(offset: number, timeoutSec: number): Promise<readonly Update[]> {
    const fresh = (): Update[] => this.updates.filter((u) => u.update_id >= offset)
    if (fresh().length === 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(timeoutSec, 5) * 1000)
        this.waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    return fresh()
  }

  private send(body: Readonly<Record<string, unknown>>, text: string, photoBytes: number, max: number): { status: number; body: unknown } {
    if (text.length > max || text.length === 0) return failure(400, 'Bad Request: message text is empty or too long')
    const keyboard = keyboardOf(body.reply_markup)
    for (const button of keyboard.flat())
      if (Buffer.byteLength(button.callback_data ?? '') > CALLBACK_MAX) return failure(400, 'Bad Request: BUTTON_DATA_INVALID')
    const message: SentMessage = {
      messageId: this.nextMessage++,
      chatId: String(body.chat_id),
      topic: body.message_thread_id === undefined ? undefined : Number(body.message_thread_id),
      text,
      keyboard,
      photoBytes,
      edits: 0,
      isQuiet: String(body.disable_notification) === 'true',
    }
    this.messages.push(message)
    return success({ message_id: message.messageId, date: 1, chat: { id: Number(body.chat_id), type: 'private' }, text })
  }

  private edit(body: Readonly<Record<string, unknown>>, text: string | undefined, photoBytes = 0): { status: number; body: unknown } {
    const message = this.messages.find((m) => m.messageId === Number(body.message_id) && m.chatId === String(body.chat_id))
    if (message === undefined) return failure(400, 'Bad Request: message to edit not found')
    if (text !== undefined && photoBytes === 0 && message.photoBytes > 0)
      return failure(400, 'Bad Request: there is no text in the message to edit')
    const keyboard = keyboardOf(body.reply_markup)
    const isSame = (text === undefined || text === message.text) && JSON.stringify(keyboard) === JSON.stringify(message.keyboard)
    if (isSame)
      return failure(400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same')
    if (text !== undefined) message.text = text
    if (photoBytes > 0) message.photoBytes = photoBytes
    message.keyboard = keyboard
    message.edits += 1
    return success(true)
  }
}

const success = (result: unknown) => ({ status: 200, body: { ok: true, result } })
const failure = (code: number, description: string, { retryAfter, migrateTo }: Pick<Fault, 'retryAfter' | 'migrateTo'> = {}) => ({
  status: code,
  body: {
    ok: false,
    error_code: code,
    description,
    ...(retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } }),
    ...(migrateTo === undefined ? {} : { parameters: { migrate_to_chat_id: migrateTo } }),
  },
})

function keyboardOf(markup: unknown): SentMessage['keyboard'] {
  const value = (typeof markup === 'string' ? JSON.parse(markup) : markup) as { inline_keyboard?: SentMessage['keyboard'] } | undefined
  return value?.inline_keyboard ?? []
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) return raw.length === 0 ? {} : (JSON.parse(raw.toString()) as Record<string, unknown>)
  const boundary = /boundary=(.+)$/.exec(type)?.[1]
  if (boundary === undefined) return Object.fromEntries(new URLSearchParams(raw.toString()))
  const body: Record<string, unknown> = {}
  for (const part of raw.toString('latin1').split(`--${boundary}`)) {
    const head = /name="([^"]+)"/.exec(part)?.[1]
    const cut = part.indexOf('\r\n\r\n')
    if (head === undefined || cut < 0) continue
    const content = part.slice(cut + 4).replace(/\r\n$/, '')
    if (/filename="/.test(part) || /image\/png/.test(part) || content.startsWith('\x89PNG')) body.photoBytes = content.length
    else body[head] = Buffer.from(content, 'latin1').toString('utf8')
  }
  return body
}
