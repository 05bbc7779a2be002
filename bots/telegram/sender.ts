/**
 * Messages to Telegram: sent and edited, in a chat or in a topic of one.
 */
import type { Telegram } from 'telegraf'
import type { Reply } from '../../api/commands/reply.ts'
import type { SendResult } from '../outbox.ts'
import { type TelegramMessage, renderTelegram } from './render.ts'
import { textOf, toSendResult } from './error.ts'

/** An address is a chat, or a chat and a topic of it: `-100123/77`. */
export class TelegramSender {
  private readonly telegram: Telegram

  constructor(telegram: Telegram) {
    this.telegram = telegram
  }

  send(address: string, outgoing: Reply, line: string | undefined, severity: string): Promise<SendResult> {
    return this.deliver(address, renderTelegram(outgoing, line), severity)
  }

  private async deliver(address: string, message: TelegramMessage, severity: string): Promise<SendResult> {
    const [chatId = address, topic] = address.split('/')
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
          ? await this.telegram.callApi('sendMessage', {
              ...common,
              text: message.text,
              entities: [...message.entities],
              link_preview_options: { is_disabled: true },
            })
          : await this.telegram.callApi('sendPhoto', {
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

  /** With buttons that stay below the field where people type. */
  async keyboard(chatId: string, text: string, rows: readonly (readonly string[])[]): Promise<SendResult> {
    const keyboard = rows.map((row) => row.map((label) => ({ text: label })))
    try {
      const reply_markup = { keyboard, resize_keyboard: true, is_persistent: true }
      const sent = await this.telegram.callApi('sendMessage', { chat_id: chatId, text, reply_markup })
      return { type: 'sent', messageRef: String(sent.message_id) }
    } catch (thrown) {
      return toSendResult(thrown)
    }
  }

  /** Sends it as a new message where the old one can no longer be edited. */
  async edit(address: string, messageId: number, message: TelegramMessage): Promise<SendResult> {
    const common = {
      chat_id: address.split('/')[0] as string,
      message_id: messageId,
      reply_markup: { inline_keyboard: message.keyboard.map((row) => [...row]) },
    }
    try {
      if (message.photo === undefined)
        await this.telegram.callApi('editMessageText', { ...common, text: message.text, entities: [...message.entities] })
      else
        await this.telegram.callApi('editMessageMedia', {
          ...common,
          media: { type: 'photo', media: { source: message.photo }, caption: message.text, caption_entities: [...message.entities] },
        })
    } catch (thrown) {
      // "message is not modified" says that the message is right already.
      if (!textOf(thrown).includes('not modified')) {
        const result = toSendResult(thrown)
        return result.type === 'refused' ? this.deliver(address, message, 'P4') : result
      }
    }
    return { type: 'sent', messageRef: String(messageId) }
  }
}
