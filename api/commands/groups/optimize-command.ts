/**
 * optimize: many parameters of a strategy over the same stored candles, and what the choice of the best is worth.
 */
import { z } from 'zod'
import type { Backtest, Json } from '../../ports/ports.ts'
import { defineRead } from '../command.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { amount, duration, gauge, plainPercent } from '../words/format.ts'
import { Param, Range, type RunWords, askedSeries, cancelRun, listOfRuns, notQueued } from './backtest-words.ts'

const LIST_MAX = 10
const WORDS: RunWords = {
  title: 'Searches',
  command: '/optimize',
  none: 'No search has run yet',
  example: '/optimize sma-cross BTC 90d fast=5:25:5 slow=30:80:10',
}
const ROWS_MAX = 8
/** `5:29:2`, or values with commas. */
const isAxis = (value: string): boolean => /[:,]/.test(value)

export const optimize = defineRead({
  name: 'optimize',
  aliases: ['sweep'],
  group: 'Research',
  summary: 'search a strategy’s parameters on stored candles; list, show or cancel searches',
  usage: '<strategy> <sym> [90d|from..to] <k=first:last:step...> [k=v] [sort=sharpe]  |  list  |  <id>  |  cancel <id>',
  args: z.strictObject({
    what: z.string().min(1).max(60),
    symbol: z.string().max(30).optional(),
    range: z.string().regex(Range, 'use 30d or 2026-01-01..2026-02-01').optional(),
    params: z.record(z.string(), z.string().max(200)).default({}),
    sort: z.string().max(30).optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    const params: Record<string, string> = {}
    for (const word of words) {
      const param = Param.exec(word)
      if (param?.[1] === 'sort') raw.sort = param[2]
      else if (param !== null) params[param[1] as string] = param[2] as string
      else if (raw.what === undefined) raw.what = word
      else if (raw.range === undefined && (Range.test(word) || /^\d/.test(word))) raw.range = word
      else if (raw.symbol === undefined) raw.symbol = word
      else raw.unexpected = word
    }
    return Object.keys(params).length === 0 ? raw : { ...raw, params }
  },
  examples: [
    'optimize sma-cross BTC 90d fast=5:25:5 slow=30:80:10',
    'optimize ema-cross ETHUSDT fast=8,12,16 sort=calmar',
    'optimize list',
  ],
  role: 'operator',
  scope: 'backtest:run',
  run: async (context, { what, symbol, range, params, sort }) => {
    const { backtests } = context.ports
    if (what === 'list') return listOfRuns(await backtests.list({ limit: LIST_MAX, kind: 'optimization' }), WORDS)
    if (what === 'cancel') return cancelRun(context, symbol, WORDS)
    const found = await backtests.find(what)
    if (found?.spec.grid !== undefined) return cardOf(found)
    if (symbol === undefined)
      return reply('Symbol is missing', {
        tone: 'warn',
        text: `Add it after the strategy: /optimize ${untrusted(what)} BTC 90d fast=5:25:5`,
      })
    const split = (wanted: boolean) => Object.fromEntries(Object.entries(params).filter(([, value]) => isAxis(value) === wanted))
    const grid = split(true)
    if (Object.keys(grid).length === 0)
      return reply('Nothing to search', {
        tone: 'warn',
        text: 'Give a parameter a range or a list: fast=5:25:5 (first, last, step) or fast=8,12,16.',
        buttons: [runs(`Backtest ${what}`.slice(0, 40), `/backtest ${what} ${symbol}`)],
      })
    const queued = await backtests.enqueue(
      { strategy: what.toLowerCase(), ...(await askedSeries(context, what, symbol, range)), params: split(false), grid, sort },
      context.actor.id,
    )
    if (typeof queued === 'string' || 'type' in queued) return notQueued(queued, 'Searches', '/optimize list')
    return cardOf(queued)
  },
})

/** What of a result is shown; it was written by the worker of this installation. */
const Found = z.object({
  runs: z.number(),
  skipped: z.number(),
  failed: z.number(),
  sort: z.string(),
  luckSharpe: z.number().nullable(),
  axes: z.array(z.object({ name: z.string() })),
  plateau: z.object({ neighbors: z.number(), mean: z.number(), least: z.number(), most: z.number() }).nullable(),
  best: z.array(z.object({ params: z.record(z.string(), z.unknown()), metrics: z.record(z.string(), z.number().nullable()) })),
})

function cardOf(row: Backtest): Reply {
  const isOver = row.status === 'done' || row.status === 'failed' || row.status === 'canceled'
  const found = row.result === null ? undefined : Found.parse(row.result)
  return reply(`${row.id}  ${String(row.spec.strategy ?? '')}  ${String(row.spec.symbol ?? '')}`, {
    tone: row.status === 'failed' ? 'bad' : row.status === 'done' ? 'ok' : 'info',
    fields: [
      field('State', isOver ? row.status : `${gauge(row.progress)} ${(row.progress * 100).toFixed(0)} %, ${row.status}`),
      field('Grid', untrusted(gridText(row.spec))),
      ...(row.finishedAt === null ? [] : [field('Took', duration(row.finishedAt - row.createdAt))]),
      ...(row.error === null ? [] : [field('Error', untrusted(row.error))]),
      ...(found === undefined ? [] : [field('Runs', countText(found))]),
      ...(found?.plateau == null ? [] : [field('Neighbors', plateauText(found.plateau, found.sort))]),
    ],
    ...(found === undefined ? {} : { table: tableOf(found), text: doubtText(found) }),
    buttons: isOver
      ? [runs('Searches', '/optimize list')]
      : [runs('Refresh', `/optimize ${row.id}`), runs('Cancel it', `/optimize cancel ${row.id}`)],
    ...(isOver ? {} : { live: { key: `optimize:${row.id}`, ttlSec: 900, everySec: 3, line: `optimize ${row.id}` } }),
  })
}

const gridText = (spec: Json): string => {
  const entries = typeof spec.grid === 'object' && spec.grid !== null ? Object.entries(spec.grid as Json) : []
  return entries.map(([name, values]) => `${name}=${String(values)}`).join(' ')
}

const countText = ({ runs: count, skipped, failed }: z.infer<typeof Found>): string =>
  [String(count), ...(skipped > 0 ? [`${skipped} skipped as invalid`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(', ')

const plateauText = ({ neighbors, mean, least }: NonNullable<z.infer<typeof Found>['plateau']>, sort: string): string =>
  `${neighbors} of the best: ${sort} ${amount(mean.toFixed(2), 2)} on average, at least ${amount(least.toFixed(2), 2)}`

function tableOf({ axes, best, sort }: z.infer<typeof Found>) {
  const extra = sort === 'sharpe' ? [] : [sort]
  return {
    columns: [
      ...axes.map(({ name }) => ({ title: name, align: 'right' as const })),
      ...['sharpe', ...extra, 'return', 'dd', 'n'].map((title) => ({ title, align: 'right' as const })),
    ],
    rows: best
      .slice(0, ROWS_MAX)
      .map(({ params, metrics }) => [
        ...axes.map(({ name }) => String(params[name] ?? '')),
        ...['sharpe', ...extra].map((metric) => ratioText(metrics[metric])),
        percentText(metrics.totalReturn),
        percentText(metrics.maxDrawdown),
        String(metrics.trades ?? 0),
      ]),
  }
}

const ratioText = (value: number | null | undefined): string => (value == null ? '–' : amount(value.toFixed(2), 2))
const percentText = (value: number | null | undefined): string => (value == null ? '–' : plainPercent(value))

function doubtText({ runs: count, luckSharpe, best, sort }: z.infer<typeof Found>): string {
  if (best.every(({ metrics }) => metrics[sort] == null))
    return `No run has a ${sort}, most often because the candles are too few days: the rows are in the order of the grid. Try sort=totalReturn, or more days.`
  const top = best[0]?.metrics.sharpe
  const luck =
    luckSharpe === null || top == null
      ? ''
      : ` Without any skill the best of ${count} would show a Sharpe ratio near ${ratioText(luckSharpe)}; this one has ${ratioText(top)}.`
  return `Chosen on these same bars: expect less on new ones.${luck} Before you trade it: ballast gate.`
}
