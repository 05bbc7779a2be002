/**
 * What Telegram's errors mean for a message that was to be sent.
 * Never holds the token: addresses in messages are cut.
 */
import { TelegramError } from 'telegraf'
import type { SendResult } from '../outbox.ts'

export function toSendResult(thrown: unknown): SendResult {
  if (!(thrown instanceof TelegramError)) return { type: 'failed', detail: 'no answer from Telegram' }
  const detail = `${thrown.code} ${thrown.description}`.slice(0, 200)
  if (thrown.code === 429) return { type: 'retry-after', ms: (thrown.parameters?.retry_after ?? 5) * 1000 }
  const moved = thrown.parameters?.migrate_to_chat_id
  if (moved !== undefined) return { type: 'moved', to: `telegram:${moved}` }
  if (thrown.code === 403 || thrown.code === 400) return { type: 'refused', detail }
  return { type: 'failed', detail }
}

/** Without the token, which the client's messages hold in their addresses. */
export const textOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replace(/bot\d+:[\w-]+/g, 'bot•••').slice(0, 200)
