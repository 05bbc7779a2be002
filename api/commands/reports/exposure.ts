/**
 * exposure: what is open, by symbol, side, strategy and by what moves together.
 */
import { z } from 'zod'
import { HOUR_MS } from '../../../src/core/units.ts'
import { clustersOf } from '../../../src/portfolio/measures/clusters.ts'
import { exposureOf } from '../../../src/portfolio/measures/concentration.ts'
import { marketRiskOf } from '../../../src/risk/stress/market-risk.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import { type Command, type CommandPorts, defineRead } from '../command.ts'
import { amount, money, plainPercent, short, signed } from '../words/format.ts'
import { noAccount } from '../groups/account-group.ts'
import { BENCHMARK, heldOf } from './measures-report.ts'
import { closesOf } from './stress-report.ts'
import { type Field, type Table, field, reply, runs, untrusted } from '../reply.ts'

/** From this on two symbols are one bet (engines of the risk check use the same). */
export const JOINED_RHO = 0.8

export interface ExposurePart {
  readonly name: string
  /** USDT, shorts negative in `net`. */
  readonly gross: number
  readonly net: number
}
export interface ExposureReport {
  readonly equity: number
  readonly gross: number
  readonly net: number
  readonly hhi: number | null
  readonly symbols: readonly ExposurePart[]
  readonly sides: readonly ExposurePart[]
  readonly strategies: readonly ExposurePart[]
  /** Two symbols at least; `net` is signed by correlation to the largest of them. */
  readonly clusters: readonly (ExposurePart & { readonly symbols: readonly string[] })[]
  /** Symbols with too few candles to say what they move with: each is counted as moving with the others. */
  readonly assumed: readonly string[]
}

/** Undefined before the trader's first report. */
export async function exposureReportOf(ports: CommandPorts): Promise<ExposureReport | undefined> {
  const [account, positions] = await Promise.all([ports.reads.account(), ports.reads.positions(true)])
  if (account === undefined) return undefined
  const held = positions.filter((row) => heldOf(row) !== 0 && Number(row.markPrice) > 0)
  const symbols = held.map(({ symbol }) => symbol)
  const values = held.map((row) => heldOf(row) * Number(row.markPrice))
  const market = marketRiskOf(symbols, BENCHMARK, await closesOf(ports, symbols), HOUR_MS)
  const { gross, net, hhi } = exposureOf(values)
  return {
    equity: Number(account.equity),
    gross,
    net,
    hhi,
    symbols: parts(held, values, ({ symbol }) => symbol),
    sides: parts(held, values, (row) => (heldOf(row) > 0 ? 'long' : 'short')),
    strategies: parts(held, values, ({ strategy }) => strategy ?? 'others'),
    clusters: clustersOf(values, market.correlation, JOINED_RHO)
      .filter(({ members }) => members.length > 1)
      .map(({ members, ...rest }) => {
        const names = members.map((at) => symbols[at] as string)
        return { name: names.map(short).join('+'), symbols: names, ...rest }
      }),
    assumed: market.symbols.filter(({ isAssumed }) => isAssumed).map(({ symbol }) => symbol),
  }
}

/** The largest first. */
function parts(held: readonly PositionRow[], values: readonly number[], nameOf: (row: PositionRow) => string): ExposurePart[] {
  const groups = new Map<string, ExposurePart>()
  held.forEach((row, at) => {
    const name = nameOf(row)
    const value = values[at] as number
    const before = groups.get(name) ?? { name, gross: 0, net: 0 }
    groups.set(name, { name, gross: before.gross + Math.abs(value), net: before.net + value })
  })
  return [...groups.values()].sort((a, b) => b.gross - a.gross)
}

const BY = ['sym', 'side', 'strategy', 'cluster'] as const

export const exposure: Command = defineRead({
  name: 'exposure',
  aliases: ['exp'],
  group: 'Look',
  summary: 'show open value by symbol, side, strategy and cluster of correlated symbols',
  usage: '[sym|side|strategy|cluster]',
  args: z.strictObject({ by: z.enum(BY, 'use sym, side, strategy or cluster').default('sym') }),
  read: ([by, ...more]) => ({
    ...(by === undefined ? {} : { by: by.toLowerCase().replace(/^by=/, '') }),
    ...(more.length === 0 ? {} : { unexpected: more.join(' ') }),
  }),
  examples: ['exposure', 'exposure strategy', 'exposure cluster'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  run: async ({ ports }, { by }) => {
    const report = await exposureReportOf(ports)
    if (report === undefined) return noAccount()
    const buttons = [...BY.filter((each) => each !== by).map((each) => runs(`By ${each}`, `/exposure ${each}`)), runs('Risk', '/risk')]
    if (report.gross === 0)
      return reply('Nothing is open', { tone: 'ok', buttons: [runs('Positions', '/positions'), runs('Risk', '/risk')] })
    const { equity, gross, net, sides, clusters, assumed } = report
    const of = (value: number): string => (equity > 0 ? ` (${plainPercent(value / equity, 0)} of equity)` : '')
    const side = (name: string): string => amount(String(sides.find((each) => each.name === name)?.gross ?? 0))
    const largest = clusters[0]
    const table = tableOf(by, report)
    const notes = [
      ...(table.rows.length === 0 ? ['No two open symbols move together.'] : []),
      ...(assumed.length === 0
        ? []
        : [`Too few hourly candles of ${assumed.map(short).join(', ')}: counted as moving with everything else.`]),
    ]
    return reply('Exposure', {
      fields: [
        field('Gross', `${amount(String(gross))} USDT${of(gross)}`),
        field('Net', `${money(String(net))}${of(net)}`),
        field('Long, short', `${side('long')}, ${side('short')} USDT`),
        ...(report.hhi === null ? [] : [field('HHI', `${report.hhi.toFixed(2)}, as ${(1 / report.hhi).toFixed(1)} equal positions`)]),
        ...(largest === undefined ? [] : [clusterField(largest.symbols, largest.net)]),
      ],
      ...(table.rows.length === 0 ? {} : { table }),
      ...(notes.length === 0 ? {} : { text: notes.join(' ') }),
      buttons,
    })
  },
})

const clusterField = (symbols: readonly string[], net: number): Field =>
  field('Move as one', `${symbols.map(short).join(', ')}: ${money(String(net))} as one bet, |ρ| ≥ ${JOINED_RHO}`)

function tableOf(by: (typeof BY)[number], { equity, symbols, sides, strategies, clusters }: ExposureReport): Table {
  const rows = { sym: symbols.map((each) => ({ ...each, name: short(each.name) })), side: sides, strategy: strategies, cluster: clusters }[
    by
  ]
  return {
    columns: [
      { title: by },
      { title: 'gross', align: 'right', isExtra: by === 'sym' },
      { title: 'net', align: 'right' },
      { title: 'eq %', align: 'right' },
    ],
    rows: rows.map(({ name, gross, net }) => [
      untrusted(name),
      amount(String(gross), 0),
      signed(String(net), 0),
      equity > 0 ? plainPercent(gross / equity, 0).replace(' %', '') : '–',
    ]),
  }
}
