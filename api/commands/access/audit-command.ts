/**
 * audit: who did what, on which surface, with what outcome, newest first; and whether the record is as it was written.
 */
import { z } from 'zod'
import type { AuditRow, BrokenRow, ChainCheck } from '../../ports/ports.ts'
import { type CommandContext, defineRead } from '../command.ts'
import { type Reply, reply, runs, untrusted } from '../reply.ts'
import { localTime } from '../words/zone.ts'
import { auditWords, sinceOf } from './audit-words.ts'

const SHOWN = 10
const SHOWN_MAX = 50
const ARGS_MAX = 60

export const audit = defineRead({
  name: 'audit',
  aliases: [],
  group: 'System',
  summary: 'list who did what, where and with what outcome; verify that the record is as it was written',
  usage: '[n] [user] [since=<2h|2026-11-01>] | verify',
  args: z.strictObject({
    verb: z.literal('verify').optional(),
    n: z.coerce
      .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
      .int()
      .min(1)
      .max(SHOWN_MAX)
      .default(SHOWN),
    user: z.string().max(80).optional(),
    since: z
      .string()
      .max(40)
      .refine((text) => sinceOf(text, 0) !== undefined, 'use a time such as 2h, or a day such as 2026-11-01')
      .optional(),
  }),
  read: (words) => ({ ...auditWords(words) }),
  examples: ['audit', 'audit 30 ann', 'audit since=24h', 'audit verify'],
  role: 'admin',
  scope: 'audit:read',
  isPrivate: true,
  run: (context, args) => (args.verb === 'verify' ? verified(context) : listed(context, args)),
})

interface Asked {
  readonly n: number
  readonly user?: string | undefined
  readonly since?: string | undefined
}

async function listed({ ports }: CommandContext, { n, user, since }: Asked): Promise<Reply> {
  const now = ports.wallNow()
  const rows = await ports.audit.list({ limit: n + 1, user, since: since === undefined ? undefined : sinceOf(since, now) })
  const buttons = [runs('Verify', '/audit verify'), runs('Risk settings', '/limits changes')]
  if (rows.length === 0)
    return reply(user === undefined ? 'Nothing on record' : `Nothing on record of ${untrusted(user)}`, { tone: 'ok', buttons })
  return reply(user === undefined ? 'Who did what' : `What ${untrusted(user)} did`, {
    table: {
      columns: [
        { title: `time ${localTime(now).offset}`, isExtra: true },
        { title: 'who' },
        { title: 'what' },
        { title: 'outcome' },
        { title: 'by', isExtra: true },
        { title: 'row', align: 'right', isExtra: true },
        { title: 'details', isExtra: true },
      ],
      rows: rows
        .slice(0, n)
        .map((row) => [
          shortTime(row.ts, now),
          whoOf(row),
          whatOf(row),
          outcomeOf(row),
          row.surface,
          String(row.seq),
          untrusted(row.result ?? '').slice(0, ARGS_MAX),
        ]),
    },
    ...(rows.length > n ? { text: `Older ones: /audit ${Math.min(SHOWN_MAX, n * 2)}, or all by GET /api/v1/audit.` } : {}),
    buttons,
  })
}

/** `14:02` of today, `11-24` of another day: narrow enough for a phone. */
function shortTime(at: number, now: number): string {
  const { date, time } = localTime(at)
  return date === localTime(now).date ? time.slice(0, 5) : date.slice(5)
}

const whoOf = ({ who, actor }: AuditRow): string => untrusted(who == null || who === '' ? actor : who)

function whatOf({ command, args }: AuditRow): string {
  const values = Object.values(args).filter((value) => ['string', 'number'].includes(typeof value))
  return untrusted([command, ...values.map(String)].join(' ')).slice(0, ARGS_MAX)
}

/** A process ended before it could say what became of it. */
const outcomeOf = ({ decision }: AuditRow): string => (decision === 'begun' ? 'unknown' : decision)

const HOW: Readonly<Record<BrokenRow, (seq: number) => string>> = {
  changed: (seq) => `Row ${seq} was changed after it was written`,
  missing: (seq) => `Row ${seq} is missing`,
  misplaced: (seq) => `Row ${seq} does not follow the row before it: rows were inserted or put in another order`,
  unnumbered: () => 'A row without a place in the chain was inserted',
  cut: (seq) => `Row ${seq} and what followed it are missing from the end`,
  rewritten: (seq) => `Row ${seq} is another one than the data directory has noted: the record was written anew`,
}

/** In one sentence what is broken first; undefined where nothing is. */
export function brokenSentence({ broken, noted }: ChainCheck): string | undefined {
  if (broken === undefined) return undefined
  const { seq, how, row } = broken
  const what =
    row === undefined || how === 'missing' ? '' : ` (${new Date(row.ts).toISOString().slice(0, 19)}Z, ${row.command} by ${whoOf(row)})`
  const end = how === 'cut' && noted !== undefined ? `; the data directory has noted row ${noted.seq}` : ''
  return `${HOW[how](seq)}${what}${end}.`
}

export function verifiedText({ rows, older, head, noted }: ChainCheck): string {
  if (head === undefined) return 'Nothing is on record yet.'
  const before = older === 0 ? '' : ` ${older} older rows are from before there was a chain.`
  const unknown = noted === undefined ? ' The data directory notes no newest row, so that rows cut off the end would not be missed.' : ''
  return `${rows} rows, hash chain intact.${before}${unknown} Newest: ${head.seq} ${head.hash.slice(0, 16)}`
}

async function verified({ ports }: CommandContext): Promise<Reply> {
  const check = await ports.audit.verify()
  const broken = brokenSentence(check)
  return broken === undefined
    ? reply('The audit is as it was written', { tone: 'ok', text: verifiedText(check) })
    : reply('The audit is not as it was written', {
        tone: 'bad',
        text: `${broken} Keep a copy of the database, and ask who has access to it.`,
      })
}
