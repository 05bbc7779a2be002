/**
 * Who is told of an alert: the chats that are told by default, and what chats have asked for.
 */
import { type Result, err, ok } from '../core/result.ts'
import type { AlertFacts } from './catalogue.ts'
import { type AlertFilter, matches, parseFilter } from './filter.ts'

/** A chat that is told of these. */
export interface Subscription {
  readonly channel: string
  readonly filter: AlertFilter
}

const ADDRESS = /^(telegram:-?\d+(\/\d+)?|discord:(user:)?\d+|discord:#[\w-]+)$/
/** A chat, a topic of one, a channel by its number or name, a user of Discord. */
export const isAddress = (text: string): boolean => ADDRESS.test(text)
export const ADDRESS_HINT = 'telegram:123456, telegram:-100123/77 (a topic), discord:#trades, discord:445566, discord:user:778899'

/** `telegram:-100123/77 signals sev:P3`, as the configuration has it. */
export function readSubscription(text: string): Result<Subscription, string> {
  const [channel = '', ...words] = text.split(' ').filter((word) => word !== '')
  if (!isAddress(channel)) return err(`'${channel}' is no chat such as ${ADDRESS_HINT}`)
  const filter = parseFilter(words)
  return filter.ok ? ok({ channel, filter: filter.value }) : filter
}

/**
 * A chat that has asked for something, or a topic of it, is told of that, and of the P1 and P2 that it would be told by default; one that has not, of all of its
 * defaults.
 */
export function channelsTold(alert: AlertFacts, defaults: readonly string[], subscriptions: readonly Subscription[]): string[] {
  const isUrgent = alert.severity === 'P1' || alert.severity === 'P2'
  const asked = new Set(subscriptions.flatMap(({ channel }) => [channel, channel.split('/')[0] ?? '']))
  const wanted = subscriptions.filter(({ filter }) => matches(filter, alert)).map(({ channel }) => channel)
  return [...new Set([...defaults.filter((channel) => isUrgent || !asked.has(channel)), ...wanted])]
}
