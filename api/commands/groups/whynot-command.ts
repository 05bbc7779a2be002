/**
 * whynot: ideas that became no order, newest first, each with the rule that refused it, its figures, and what would have been sent.
 */
import { z } from 'zod'
import { defineRead } from '../command.ts'
import { type Denial, type DenialGroup, groupsOf, refusedScope } from '../words/denials.ts'
import { price, short, time } from '../words/format.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'

/** Refusals that are looked through. */
const ROWS_MAX = 500
const SHOWN = 5
const SHOWN_MAX = 20

export const whynot = defineRead({
  name: 'whynot',
  aliases: [],
  group: 'Explain',
  summary: 'list entries that were refused: the rule, its figures, and what would have been sent',
  usage: '[sym|strategy] [n]',
  args: z.strictObject({
    what: z.string().min(1).max(60).optional(),
    n: z.coerce
      .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
      .int()
      .min(1)
      .max(SHOWN_MAX)
      .optional(),
  }),
  read: (words) => {
    const [first, second, ...more] = words
    if (more.length > 0) return { unexpected: more.join(' ') }
    if (first !== undefined && second === undefined && /^\d+$/.test(first)) return { n: first }
    return { ...(first === undefined ? {} : { what: first }), ...(second === undefined ? {} : { n: second }) }
  },
  examples: ['whynot', 'whynot BTC', 'whynot ema-cross 10'],
  role: 'viewer',
  scope: 'trade:read',
  isPrivate: true,
  run: async (context, { what, n = SHOWN }) => {
    const { reads } = context.ports
    const scope = await refusedScope(context, what)
    if ('problem' in scope) return scope.problem
    const [rows, account] = await Promise.all([reads.decisions({ ...scope.query, kind: 'denial', limit: ROWS_MAX }), reads.account()])
    const title = `Refused${scope.name === '' ? '' : `: ${untrusted(scope.name)}`}`
    const buttons = [runs('Limits', '/limits'), runs('Risk', '/risk'), runs('Strategies', '/strategies')]
    const groups = groupsOf(rows)
    if (groups.length === 0) return reply(title, { tone: 'ok', text: 'No entry was refused.', buttons })
    const hidden = groups.length - n
    const now = account?.updatedTs ?? rows[0]?.ts ?? 0
    return reply(title, {
      fields: groups.slice(0, n).map((group) => groupField(group, now)),
      text: [
        ...(hidden > 0
          ? [`${hidden} more: /whynot${what === undefined ? '' : ` ${untrusted(what)}`} ${Math.min(SHOWN_MAX, groups.length)}.`]
          : []),
        ...(rows.length === ROWS_MAX ? [`Of the last ${ROWS_MAX} refusals.`] : []),
      ].join(' '),
      buttons,
    })
  },
})

function groupField({ newest, count, firstTs }: DenialGroup, now: number): Field {
  const { row, text } = newest
  const side = row.side === 1 ? 'long' : 'short'
  // An exit sells what is long.
  const what = row.class === 'entry' ? side : row.class
  const when = count === 1 ? time(row.ts, now) : `${count} times, ${time(firstTs, now)} to ${time(row.ts, now)}`
  return field(
    `${short(row.symbol)} ${what}, ${untrusted(row.strategy)}`,
    [untrusted(text.replace(`${row.symbol}: `, '')), ...wantedText(newest), when].join('\n'),
  )
}

function wantedText({ row, wanted }: Denial): string[] {
  if (wanted === undefined) return []
  const { quantity, stop } = wanted
  const verb = row.side === 1 ? 'Buy' : 'Sell'
  const size = quantity === undefined ? '' : ` ${quantity}`
  return [`${verb}${size} @ ${price(wanted.price)}${stop === undefined || stop === null ? '' : `, stop ${price(stop)}`}`]
}
