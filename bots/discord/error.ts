/**
 * What Discord's errors mean for a message that was to be sent.
 */
import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js'
import type { SendResult } from '../outbox.ts'

export function toSendResult(thrown: unknown): SendResult {
  if (!(thrown instanceof DiscordAPIError)) return { type: 'failed', detail: textOf(thrown) }
  const detail = `${thrown.code} ${thrown.message}`.slice(0, 200)
  const isFinal =
    thrown.status === 403 ||
    thrown.code === RESTJSONErrorCodes.UnknownChannel ||
    thrown.code === RESTJSONErrorCodes.CannotSendMessagesToThisUser ||
    thrown.status === 400
  return isFinal ? { type: 'refused', detail } : { type: 'failed', detail }
}

export const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200)

/** Close codes of the gateway after which it takes no other connection of this kind. */
const CLOSED: Readonly<Record<number, string>> = {
  4004: 'the token is not valid',
  4010: 'invalid shard',
  4011: 'sharding required',
  4012: 'invalid API version',
  4013: 'invalid intents',
  4014: 'the bot lacks an intent',
}
export const closedText = (code: number): string => `Discord closed the gateway: ${code} ${CLOSED[code] ?? 'for good'}`
