/**
 * silence, unsilence, silences: alerts that are not told for a while. They are counted and stay in the lists.
 */
import { z } from 'zod'
import { P1_SILENCE_MAX_MS, SILENCE_MAX_MS } from '../../../src/alerts/attention.ts'
import { FILTER_USAGE, filterText, parseFilter } from '../../../src/alerts/filter.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import type { StoredSilence } from '../../ports/alert-ports.ts'
import { calledBy } from '../called.ts'
import { type Command, defineAction, defineRead, noArguments, refuse } from '../command.ts'
import { duration, time } from '../words/format.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'

const REASON_MAX = 200
const list = runs('Silences', '/silences')
const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '')
const isAboutP1 = (what: string): boolean => {
  const filter = parseFilter(wordsOf(what))
  return filter.ok && filter.value.worst === 'P1'
}

/** `ip_ban sev:P3 for 2h the provider works on it`: what, how long, and why. */
function read(words: readonly string[]): Record<string, unknown> {
  const at = words.findIndex((word) => parseDuration(word) !== undefined)
  if (at < 0) return words.length === 0 ? {} : { what: words.join(' ') }
  const what = words.slice(0, at).filter((word) => word.toLowerCase() !== 'for')
  const reason = words.slice(at + 1).join(' ')
  return {
    ...(what.length === 0 ? {} : { what: what.join(' ') }),
    for: words[at],
    ...(reason === '' ? {} : { reason }),
  }
}

const silence = defineAction({
  name: 'silence',
  aliases: [],
  group: 'Trade and control',
  summary: 'mute some alerts for a while; P1 only if named, for an hour at most, by an admin',
  usage: `${FILTER_USAGE} <2h> [reason]`,
  args: z.strictObject({
    what: z.string().min(1).max(200),
    for: z.string().refine((text) => (parseDuration(text) ?? 0) >= 1_000, 'use a time such as 30min, 2h or 1d'),
    reason: z.string().max(REASON_MAX).default(''),
  }),
  read,
  examples: ['silence rate_limit.near 2h', 'silence sym:DOGE sev:P3 for 1d delisting is known', 'silence type:exchange.* sev:P1 30min'],
  role: 'operator',
  roleFor: ({ what }) => (isAboutP1(what) ? 'admin' : 'operator'),
  scope: 'alerts:write',
  scopeFor: ({ what }) => (isAboutP1(what) ? 'admin' : 'alerts:write'),
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async ({ ports }, { what, for: span, reason }) => {
    const filter = parseFilter(wordsOf(what))
    if (!filter.ok) return refuse(reply('Not silenced', { tone: 'warn', text: filter.error, buttons: [runs('Types', '/alerts types')] }))
    const spanMs = parseDuration(span) ?? 0
    const mostMs = filter.value.worst === 'P1' ? P1_SILENCE_MAX_MS : SILENCE_MAX_MS
    if (spanMs > mostMs)
      return refuse(
        reply('Not silenced', {
          tone: 'warn',
          text: `${filter.value.worst === 'P1' ? 'P1 alerts are' : 'Alerts are'} silenced for ${duration(mostMs)} at most.`,
        }),
      )
    return {
      type: 'plan',
      card: reply('Silence?'),
      yes: 'Silence',
      no: 'Leave it',
      todo: { what, until: ports.wallNow() + spanMs, reason },
    }
  },
  execute: async ({ ports, actor }, todo) => {
    const { what, until, reason } = z.object({ what: z.string(), until: z.number(), reason: z.string() }).parse(todo)
    const filter = parseFilter(wordsOf(what))
    if (!filter.ok) return { status: 'refused', reply: reply('Not silenced', { tone: 'warn', text: filter.error }) }
    const made = await ports.alerts.silence(filter.value, until, reason, calledBy(actor))
    return {
      status: 'done',
      reply: reply(`Silenced until ${time(until, ports.wallNow())}`, {
        tone: 'ok',
        fields: [silenceField(made, ports.wallNow())],
        text: `They are still counted in /alerts.${filter.value.worst === 'P1' ? '' : ' P1 are sent all the same.'}`,
        buttons: [runs('End it', `/unsilence ${made.id}`), list],
      }),
    }
  },
})

const silenceField = ({ id, filter, until, actor, reason }: StoredSilence, now: number): Field =>
  field(
    `#${id} ${filterText(filter)}`,
    [
      `${filter.worst === undefined ? 'P2 and milder' : `${filter.worst} and milder`}, ${duration(until - now)} more`,
      `by ${untrusted(actor)}${reason === '' ? '' : `: ${untrusted(reason)}`}`,
    ].join('\n'),
  )

const unsilence = defineAction({
  name: 'unsilence',
  aliases: [],
  group: 'Trade and control',
  summary: 'end a silence before its time',
  usage: '<number>',
  args: z.strictObject({
    id: z.preprocess(
      (text) => (typeof text === 'string' ? text.replace(/^#/, '') : text),
      z.coerce.number({ error: 'use the number of a silence, as in /silences' }).int('use the number of a silence, as in /silences').min(1),
    ),
  }),
  read: ([id, ...more]) => ({ ...(id === undefined ? {} : { id }), ...(more.length === 0 ? {} : { unexpected: more.join(' ') }) }),
  examples: ['unsilence 3', 'unsilence #3'],
  role: 'operator',
  scope: 'alerts:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (_context, { id }) => ({ type: 'plan', card: reply('End the silence?'), yes: 'End it', no: 'Leave it', todo: { id } }),
  execute: async ({ ports }, todo) => {
    const { id } = z.object({ id: z.number() }).parse(todo)
    return (await ports.alerts.unsilence(id))
      ? { status: 'done', reply: reply(`Silence #${id} has ended`, { tone: 'ok', buttons: [list] }) }
      : { status: 'refused', reply: reply(`There is no silence #${id}`, { tone: 'warn', buttons: [list] }) }
  },
})

const silences = defineRead({
  name: 'silences',
  aliases: [],
  group: 'Look',
  summary: 'list alerts that are muted for a while, and until when',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['silences'],
  role: 'viewer',
  scope: 'alerts:read',
  run: async ({ ports }) => {
    const rows = await ports.alerts.silences()
    const now = ports.wallNow()
    return rows.length === 0
      ? reply('Nothing is silenced', {
          tone: 'ok',
          text: 'For example: /silence rate_limit.near 2h',
          buttons: [runs('Open alerts', '/alerts')],
        })
      : reply(rows.length === 1 ? '1 silence' : `${rows.length} silences`, {
          fields: rows.slice(0, 20).map((row) => silenceField(row, now)),
          buttons: rows.slice(0, 4).map(({ id }) => runs(`End #${id}`, `/unsilence ${id}`)),
        })
  },
})

export const SILENCE_COMMANDS: readonly Command[] = [silence, unsilence, silences]
