/**
 * backtest, optimize, chart: looking at the past.
 */
import { z } from 'zod'
import type { Backtest, Json } from '../../ports/ports.ts'
import { type Command, type CommandContext, defineRead } from '../command.ts'
import { amount, duration, gauge, plainPercent } from '../words/format.ts'
import { type Field, type Image, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { ModelParam, ModelsShape, Param, Range, type RunWords, askedSeries, cancelRun, listOfRuns, notQueued } from './backtest-words.ts'
import { optimize } from './optimize-command.ts'

const LIST_MAX = 10
const WORDS: RunWords = {
  title: 'Backtests',
  command: '/backtest',
  none: 'No backtest has run yet',
  example: '/backtest ema-cross BTC 90d',
}
const SHOWN_METRICS: readonly (readonly [key: string, title: string, kind: 'percent' | 'ratio' | 'count'])[] = [
  ['totalReturn', 'Return', 'percent'],
  ['maxDrawdown', 'Max drawdown', 'percent'],
  ['sharpe', 'Sharpe', 'ratio'],
  ['sortino', 'Sortino', 'ratio'],
  ['profitFactor', 'Profit factor', 'ratio'],
  ['winRate', 'Won', 'percent'],
  ['trades', 'Trades', 'count'],
]

const backtest = defineRead({
  name: 'backtest',
  aliases: ['bt'],
  group: 'Research',
  summary: 'backtest a strategy on stored candles; list, show or cancel runs',
  usage: '<strategy> <sym> [30d|from..to] [k=v...] [sim.latency=250ms...]  |  list  |  <id>  |  cancel <id>',
  args: z.strictObject({
    what: z.string().min(1).max(60),
    symbol: z.string().max(30).optional(),
    range: z.string().regex(Range, 'use 30d or 2026-01-01..2026-02-01').optional(),
    params: z.record(z.string(), z.string()).default({}),
    models: ModelsShape.optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    const params: Record<string, string> = {}
    const models: Record<string, string> = {}
    for (const word of words) {
      const model = ModelParam.exec(word)
      const param = Param.exec(word)
      if (model !== null) models[model[1] as string] = model[2] as string
      else if (param !== null) params[param[1] as string] = param[2] as string
      else if (raw.what === undefined) raw.what = word
      else if (raw.range === undefined && (Range.test(word) || /^\d/.test(word))) raw.range = word
      else if (raw.symbol === undefined) raw.symbol = word
      else raw.unexpected = word
    }
    return {
      ...raw,
      ...(Object.keys(params).length === 0 ? {} : { params }),
      ...(Object.keys(models).length === 0 ? {} : { models }),
    }
  },
  examples: [
    'backtest ema-cross BTC 90d',
    'backtest sma-cross ETHUSDT 2026-01-01..2026-03-01 fast=10 slow=50',
    'backtest ema-cross BTC 90d sim.detail=1m sim.latency=250ms',
    'bt list',
  ],
  role: 'operator',
  scope: 'backtest:run',
  run: async (context, args) => {
    const { backtests } = context.ports
    if (args.what === 'list') return listOfRuns(await backtests.list({ limit: LIST_MAX, kind: 'backtest' }), WORDS)
    if (args.what === 'cancel') return cancelRun(context, args.symbol, WORDS)
    const found = await backtests.find(args.what)
    if (found !== undefined && found.spec.grid === undefined) return cardOf(context, found)
    if (args.symbol === undefined)
      return reply('Symbol is missing', { tone: 'warn', text: `Add it after the strategy: /backtest ${untrusted(args.what)} BTC 90d` })
    const queued = await backtests.enqueue(
      {
        strategy: args.what.toLowerCase(),
        ...(await askedSeries(context, args.what, args.symbol, args.range)),
        params: args.params,
        models: args.models,
      },
      context.actor.id,
    )
    return typeof queued === 'string' || 'type' in queued ? notQueued(queued, 'Backtests', '/backtest list') : cardOf(context, queued)
  },
})

function metricsOf(result: Json): Field[] {
  const metrics = typeof result.metrics === 'object' && result.metrics !== null ? (result.metrics as Json) : {}
  return SHOWN_METRICS.flatMap(([key, title, kind]) => {
    const value = metrics[key]
    return typeof value === 'number'
      ? [field(title, kind === 'percent' ? plainPercent(value) : amount(value.toFixed(2), kind === 'ratio' ? 2 : 0))]
      : []
  })
}

/** Equity of a finished run, for its picture. */
async function pictureOf({ ports }: CommandContext, row: Backtest, title: string): Promise<Image | undefined> {
  const curve = row.result?.curve
  if (ports.charts === undefined || !Array.isArray(curve)) return undefined
  const equity = curve.flatMap((point: unknown) =>
    Array.isArray(point) && typeof point[0] === 'number' && typeof point[1] === 'number'
      ? [{ ts: point[0], equity: String(point[1]), wallet: '0', dayPnl: '0', drawdown: 0, flows: null }]
      : [],
  )
  return ports.charts.pnl({ title, equity, trades: [] })
}

function doubtsOf(result: Json | null): string | undefined {
  const doubts = result?.doubts
  return Array.isArray(doubts) && doubts.length > 0 ? `Warnings: ${doubts.map((d) => String(d)).join('; ')}.` : undefined
}

/** What was simulated beside, as it was asked for. */
function modelsField(models: unknown): Field[] {
  if (typeof models !== 'object' || models === null) return []
  const words = Object.entries(models).map(([name, value]) => `${name} ${String(value)}`)
  return words.length === 0 ? [] : [field('Simulated', untrusted(words.join(', ')))]
}

async function cardOf(context: CommandContext, row: Backtest): Promise<Reply> {
  const isOver = row.status === 'done' || row.status === 'failed' || row.status === 'canceled'
  const title = `${row.id}  ${String(row.spec.strategy ?? '')}  ${String(row.spec.symbol ?? '')}`
  const image = row.status === 'done' ? await pictureOf(context, row, title) : undefined
  const text = doubtsOf(row.result)
  return reply(title, {
    ...(image === undefined ? {} : { image }),
    ...(text === undefined ? {} : { text }),
    tone: row.status === 'failed' ? 'bad' : row.status === 'done' ? 'ok' : 'info',
    fields: [
      field('State', isOver ? row.status : `${gauge(row.progress)} ${(row.progress * 100).toFixed(0)} %, ${row.status}`),
      ...(row.finishedAt === null ? [] : [field('Took', duration(row.finishedAt - row.createdAt))]),
      ...modelsField(row.spec.models),
      ...(row.error === null ? [] : [field('Error', untrusted(row.error))]),
      ...(row.result === null ? [] : metricsOf(row.result)),
    ],
    buttons: isOver
      ? [runs('Backtests', '/backtest list')]
      : [runs('Refresh', `/backtest ${row.id}`), runs('Cancel it', `/backtest cancel ${row.id}`)],
    ...(isOver ? {} : { live: { key: `backtest:${row.id}`, ttlSec: 600, everySec: 3, line: `backtest ${row.id}` } }),
  })
}

const INTERVALS = ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'] as const
const BARS_MAX = 500

const chart = defineRead({
  name: 'chart',
  aliases: [],
  group: 'Research',
  summary: 'chart of candles with Ballast’s fills, stop and target',
  usage: '<sym> [1h] [120]',
  args: z.strictObject({
    symbol: z.string().min(1).max(30),
    interval: z.enum(INTERVALS, `use one of ${INTERVALS.join(', ')}`).optional(),
    bars: z.coerce.number().int().min(10).max(BARS_MAX).default(120),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      const text = word.replace(/^(tf|n)=/i, '')
      if (raw.symbol === undefined) raw.symbol = word
      else if (raw.bars === undefined && /^\d+$/.test(text)) raw.bars = text
      else if (raw.interval === undefined) raw.interval = text.toLowerCase()
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['chart BTC', 'chart ETH 15m 200'],
  role: 'viewer',
  scope: 'trade:read',
  run: async (context, args) => {
    const { charts, reads } = context.ports
    const resolved = await resolveSymbol(context, args.symbol, '/chart {}')
    if ('problem' in resolved) return resolved.problem
    const { symbol } = resolved
    if (charts === undefined)
      return reply('Charts are not available here', { tone: 'warn', buttons: [runs('Positions', `/positions ${symbol}`)] })
    const [fills, positions] = await Promise.all([reads.fills({ limit: 200, symbol }), reads.positions()])
    const image = await charts.candles({
      symbol,
      interval: args.interval ?? '1m',
      bars: args.bars,
      fills,
      position: positions.find((p) => p.symbol === symbol),
    })
    if (typeof image === 'string') return reply(`No chart of ${symbol}`, { tone: 'warn', text: image })
    return reply(`${symbol} ${args.interval ?? '1m'}`, {
      image,
      buttons: ['1m', '15m', '1h', '4h'].filter((tf) => tf !== args.interval).map((tf) => runs(tf, `/chart ${symbol} ${tf} ${args.bars}`)),
    })
  },
})

export const RESEARCH_COMMANDS: readonly Command[] = [backtest, optimize, chart]
