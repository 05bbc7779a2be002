/**
 * universe: which symbols of a strategy take entries, why the others do not, and what they measured.
 */
import { z } from 'zod'
import type { StrategyRow, UniverseStanding } from '../../../src/journal/row.ts'
import { UNIVERSE_WORDS } from '../../../src/risk/denial-sentence.ts'
import { IN_VERDICTS } from '../../../src/strategy/universe/universe.ts'
import { defineRead } from '../command.ts'
import { duration, short, time } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs } from '../reply.ts'
import { unknownStrategy } from './strategy-group.ts'

const takesEntries = (verdict: string): boolean => IN_VERDICTS.some((each) => each === verdict)

interface Standing {
  readonly symbol: string
  readonly universe: UniverseStanding
}

export const universe = defineRead({
  name: 'universe',
  aliases: [],
  group: 'Look',
  summary: 'show which symbols of a strategy take entries, and why the others do not',
  usage: '[strategy]',
  args: z.strictObject({ strategy: z.string().min(1).max(60).optional() }),
  read: (words) =>
    words.length > 1 ? { unexpected: words.slice(1).join(' ') } : words[0] === undefined ? {} : { strategy: words[0].toLowerCase() },
  examples: ['universe', 'universe momentum-rotation'],
  role: 'viewer',
  scope: 'strategy:read',
  run: async ({ ports }, { strategy }) => {
    const [rows, account] = await Promise.all([ports.reads.strategies(), ports.reads.account()])
    if (strategy !== undefined && !rows.some((row) => row.strategy === strategy)) return unknownStrategy(strategy, rows)
    const asked = strategy === undefined ? rows : rows.filter((row) => row.strategy === strategy)
    const names = [...new Set(asked.filter((row) => row.universe !== null).map((row) => row.strategy))]
    if (names.length === 0)
      return reply(strategy === undefined ? 'No strategy has a universe' : `${strategy} has no universe`, {
        tone: 'ok',
        text: `All its symbols take entries: ${asked.map((row) => short(row.symbol)).join(', ') || 'none'}. A universe is set in the configuration, strategies[].universe.`,
        buttons: [runs('Strategies', '/strategies')],
      })
    return universeReply(names, asked, account?.updatedTs ?? 0)
  },
})

function universeReply(names: readonly string[], rows: readonly StrategyRow[], now: number): Reply {
  const standings = names.map((name) => ({ name, own: standingsOf(rows, name) }))
  return reply(names.length === 1 ? `Universe of ${names[0]}` : 'Universes', {
    table: {
      columns: [
        { title: '' },
        { title: 'sym' },
        { title: 'USDT/day', align: 'right' },
        { title: 'vol/day', align: 'right' },
        { title: 'spread', align: 'right', isExtra: true },
      ],
      rows: standings.flatMap(({ own }) =>
        own.map(({ symbol, universe: { verdict, measure } }) => [
          takesEntries(verdict) ? '●' : '○',
          short(symbol),
          measure === null ? '–' : amountText(measure.volume),
          measure?.volatility === null || measure === null ? '–' : `${measure.volatility.toFixed(1)} %`,
          measure?.spreadBps === null || measure === null ? '–' : `${measure.spreadBps.toFixed(1)} bp`,
        ]),
      ),
    },
    fields: standings.flatMap(({ name, own }) => fieldsOf(names.length === 1 ? '' : `${name}: `, own, now)),
    text: 'A symbol that is out takes no entries; a position keeps its stop, and its strategy closes it as ever.',
    buttons: [runs('Refresh', '/universe'), runs('Strategies', '/strategies')],
  })
}

/** Those that take entries first. */
const standingsOf = (rows: readonly StrategyRow[], name: string): readonly Standing[] =>
  rows
    .flatMap(({ strategy, symbol, universe: standing }) => (strategy === name && standing !== null ? [{ symbol, universe: standing }] : []))
    .sort((a, b) => Number(takesEntries(b.universe.verdict)) - Number(takesEntries(a.universe.verdict)) || (a.symbol < b.symbol ? -1 : 1))

function fieldsOf(prefix: string, own: readonly Standing[], now: number): readonly Field[] {
  const reasons = [...new Set(own.map(({ universe: { verdict } }) => verdict))].filter((verdict) => !takesEntries(verdict))
  const [first] = own
  const at = first?.universe.at ?? null
  const next = at === null ? undefined : (Math.floor(at / (first?.universe.everyMs ?? 1)) + 1) * (first?.universe.everyMs ?? 0)
  const taken = own.filter(({ universe: { verdict } }) => takesEntries(verdict))
  const namesOf = (those: readonly Standing[]): string => those.map(({ symbol }) => short(symbol)).join(', ')
  return [
    field(`${prefix}takes entries`, namesOf(taken) || 'none'),
    ...reasons.map((reason) =>
      field(`${prefix}${UNIVERSE_WORDS[reason] ?? reason}`, namesOf(own.filter((each) => each.universe.verdict === reason))),
    ),
    field(
      `${prefix}selected`,
      at === null || next === undefined
        ? 'with the next close'
        : `${time(at, now)}, next ${next <= now ? 'now' : `in ${duration(next - now)}`}`,
    ),
  ]
}

/** As `1.2M`. */
function amountText(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}B`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(0)
}
