/**
 * The address of the chat that a command is about: where it was typed, or the one that it names.
 */
import type { Actor } from '../command.ts'

/** `telegram:-100123/77`, `discord:4455`; undefined where there is no chat, as at the terminal. */
export function addressOf({ surface, chat, topic }: Pick<Actor, 'surface' | 'chat' | 'topic'>): string | undefined {
  if (chat === undefined || (surface !== 'telegram' && surface !== 'discord')) return undefined
  return `${surface}:${chat}${topic === undefined ? '' : `/${topic}`}`
}
