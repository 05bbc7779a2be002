/**
 * compare: the live twin of a strategy. Its code replayed over the bars that it traded on here, and where the difference went.
 */
import { z } from 'zod'
import type { TwinDifferenceRow, TwinReport } from '../../ports/twin-ports.ts'
import { absolute } from '../../amount.ts'
import { defineRead } from '../command.ts'
import { duration, money, short, signed, time } from '../words/format.ts'
import { type Reply, field, reply, runs } from '../reply.ts'
import { isDays, isTwinSpan, twinSpan } from './twin-span.ts'
import { causeName, noteText, partName, whyText } from './twin-words.ts'

const SHOWN = 5
const SHOWN_MAX = 50

export const compare = defineRead({
  name: 'compare',
  aliases: ['twin'],
  group: 'Explain',
  summary: 'compare a strategy’s trades with those of its twin, the same code replayed; explain each difference',
  usage: '[strategy] [7d|from..to] [n]',
  args: z.strictObject({
    strategy: z.string().min(1).max(60).optional(),
    span: z.string().max(60).refine(isTwinSpan, 'use 7d or 2026-01-01..2026-02-01').optional(),
    n: z.coerce
      .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
      .int()
      .min(1)
      .max(SHOWN_MAX)
      .optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      if (raw.span === undefined && (isDays(word) || word.includes('..'))) raw.span = word
      else if (raw.n === undefined && /^\d+$/.test(word)) raw.n = word
      else if (raw.strategy === undefined) raw.strategy = word.toLowerCase()
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['compare ema-cross', 'compare ema-cross 7d', 'compare ema-cross 2026-01-01..2026-01-08 20'],
  role: 'viewer',
  scope: 'strategy:read',
  isPrivate: true,
  run: async ({ ports }, { strategy, span, n = SHOWN }) => {
    const name = strategy ?? (await onlyStrategy(await ports.reads.strategies()))
    if (typeof name !== 'string') return name
    const report = await ports.twins.compare({ strategy: name, ...(span === undefined ? {} : twinSpan(span)) })
    if ('problem' in report)
      return reply(report.sentence, { tone: 'warn', text: report.next, buttons: [runs('Strategies', '/strategies')] })
    return cardOf(report, n, span)
  },
})

/** Where one strategy runs it need not be named. */
async function onlyStrategy(rows: readonly { readonly strategy: string }[]): Promise<string | Reply> {
  const names = [...new Set(rows.map((row) => row.strategy))]
  const [only] = names
  if (only !== undefined && names.length === 1) return only
  return reply(only === undefined ? 'No strategy is configured' : 'Which strategy?', {
    tone: 'warn',
    ...(only === undefined ? {} : { text: `For example: /compare ${only} 7d` }),
    buttons: names.slice(0, 5).map((name) => runs(name, `/compare ${name}`)),
  })
}

function cardOf(report: TwinReport, n: number, span: string | undefined): Reply {
  const { strategy, from, to, trades, causes, differences, notes, bars, lateBars } = report
  const largest = differences
    .map((row, at) => ({ row, at, size: Number(absolute(row.amount)) }))
    .sort((a, b) => b.size - a.size || a.at - b.at)
  const shown = largest.slice(0, n).map(({ row }) => row)
  const hidden = differences.length - shown.length
  const unexplained = causes.find(({ code }) => code === 'unexplained')
  const again = `/compare ${strategy}${span === undefined ? '' : ` ${span}`}`
  return reply(`${strategy} and its twin`, {
    tone: unexplained === undefined ? 'ok' : 'warn',
    fields: [
      field('Window', `${time(from, 0)} to ${time(to, 0)} (${duration(to - from)})`),
      field('Bars', `${bars}${lateBars === 0 ? '' : `, ${lateBars} missed live`}`),
      field('Live', `${money(report.live)}, ${count(trades.live, 'trade')}`),
      field('Twin', `${money(report.twin)}, ${count(trades.twin, 'trade')}`),
      field('Gap', `${money(report.gap)}; ${trades.paired} of the trades are in both`),
      ...shown.map((row) => field(titleOf(row), `${money(row.amount)}: ${whyText(row, to)}`)),
    ],
    ...(causes.length === 0
      ? {}
      : {
          table: {
            columns: [{ title: 'cause' }, { title: 'n', align: 'right' as const }, { title: 'USDT', align: 'right' as const }],
            rows: causes.map(({ code, count: times, amount }) => [causeName(code), String(times), signed(amount)]),
            total: ['gap', '', signed(report.gap)],
          },
        }),
    text: [
      ...(trades.live + trades.twin === 0 ? ['Neither has traded in this time.'] : []),
      ...(differences.length === 0 && trades.live > 0 ? ['They are the same to the last digit.'] : []),
      ...(unexplained === undefined ? [] : [`${count(unexplained.count, 'difference')} the journal does not explain.`]),
      ...(hidden > 0 ? [`${hidden} more: ${again} ${Math.min(SHOWN_MAX, differences.length)}.`] : []),
      ...notes.map((note) => noteText(note, to)),
    ].join(' '),
    buttons: [runs('Trades', `/trades ${strategy}`), runs('Denied', `/whynot ${strategy}`), runs(strategy, `/strategy ${strategy} show`)],
  })
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const titleOf = ({ symbol, side, trade, part }: TwinDifferenceRow): string =>
  `${short(symbol)} ${side}${trade === null ? '' : ` #${trade}`}, ${partName(part)}`
