/**
 * funding: what was paid and received by symbol, and when what is held settles next.
 */
import { localTime } from '../words/zone.ts'
import { z } from 'zod'
import { isSpotSymbol } from '../../../src/market/instrument.ts'
import { add, signOf, subtract } from '../../amount.ts'
import { type Command, type CommandPorts, defineRead } from '../command.ts'
import { amount, duration, money, short, signed } from '../words/format.ts'
import { noAccount, periodOf } from '../groups/account-group.ts'
import { heldOf } from './measures-report.ts'
import { field, reply, runs } from '../reply.ts'

export interface FundingRow {
  readonly symbol: string
  readonly settlements: number
  readonly paid: string
  readonly received: string
  /** Of a perpetual that is held, where the exchange says its interval; ms of market time. */
  readonly nextTs: number | null
}
export interface FundingReport {
  /** Market time. */
  readonly now: number
  readonly rows: readonly FundingRow[]
}

/** Undefined before the trader's first report. */
export async function fundingReportOf({ reads, portfolio }: CommandPorts, period: string): Promise<FundingReport | undefined> {
  const account = await reads.account()
  if (account === undefined) return undefined
  const now = account.updatedTs
  const range = periodOf(period, now) ?? { from: 0, to: now + 1 }
  const [sums, positions, instruments] = await Promise.all([
    portfolio.reports.funding(range.from, Math.min(range.to - 1, now)),
    reads.positions(true),
    portfolio.instruments(),
  ])
  const held = positions.filter((row) => heldOf(row) !== 0 && !isSpotSymbol(row.symbol)).map(({ symbol }) => symbol)
  const nextOf = (symbol: string): number | null => {
    const every = instruments.ok ? instruments.value.find((each) => each.symbol === symbol)?.fundingIntervalMs : undefined
    // Settlements lie at whole intervals of the UTC day.
    return !held.includes(symbol) || every === undefined || every <= 0 ? null : (Math.floor(now / every) + 1) * every
  }
  const symbols = [...new Set([...sums.map(({ symbol }) => symbol), ...held])].sort()
  return {
    now,
    rows: symbols.map((symbol) => {
      const { settlements, paid, received } = sums.find((sum) => sum.symbol === symbol) ?? { settlements: 0, paid: '0', received: '0' }
      return { symbol, settlements, paid, received, nextTs: nextOf(symbol) }
    }),
  }
}

const PERIODS = ['7d', '30d', '90d', 'all'] as const
const isPeriod = (text: string): boolean => periodOf(text, 0) !== undefined

export const funding: Command = defineRead({
  name: 'funding',
  aliases: [],
  group: 'Look',
  summary: 'show funding paid and received by symbol, and the next settlement',
  usage: '[1d|7d|30d|90d|ytd|all|from..to]',
  args: z.strictObject({
    period: z.string().toLowerCase().refine(isPeriod, 'use 1d, 7d, 30d, 90d, ytd, all or 2026-01-01..2026-02-01').default('30d'),
  }),
  read: ([period, ...more]) => ({
    ...(period === undefined ? {} : { period }),
    ...(more.length === 0 ? {} : { unexpected: more.join(' ') }),
  }),
  examples: ['funding', 'funding 7d'],
  role: 'viewer',
  scope: 'report:read',
  isPrivate: true,
  run: async ({ ports }, { period }) => {
    const report = await fundingReportOf(ports, period)
    if (report === undefined) return noAccount()
    const { rows, now } = report
    const buttons = PERIODS.filter((each) => each !== period).map((each) => runs(each, `/funding ${each}`))
    const title = `Funding ${period}`
    if (rows.length === 0) return reply(title, { text: 'No funding was settled in this time, and no perpetual is held.', buttons })
    const paid = add('0', ...rows.map((row) => row.paid))
    const received = add('0', ...rows.map((row) => row.received))
    const net = subtract(received, paid)
    const next = Math.min(...rows.map(({ nextTs }) => nextTs ?? Number.POSITIVE_INFINITY))
    return reply(title, {
      tone: signOf(net) < 0 ? 'warn' : 'ok',
      fields: [
        field('Net', money(net)),
        field('Received', `${amount(received)} USDT`),
        field('Paid', `${amount(paid)} USDT`),
        ...(Number.isFinite(next)
          ? [field('Next', `in ${duration(next - now)}, ${localTime(next).time.slice(0, 5)} ${localTime(next).offset}`)]
          : []),
      ],
      table: {
        columns: [
          { title: 'sym' },
          { title: 'net', align: 'right' },
          { title: 'paid', align: 'right', isExtra: true },
          { title: 'received', align: 'right', isExtra: true },
          { title: 'n', align: 'right' },
          { title: 'next', align: 'right' },
        ],
        rows: rows.map((row) => [
          short(row.symbol),
          signed(subtract(row.received, row.paid)),
          amount(row.paid),
          amount(row.received),
          String(row.settlements),
          row.nextTs === null ? '–' : localTime(row.nextTs).time.slice(0, 5),
        ]),
        total: ['Total', signed(net), amount(paid), amount(received), String(rows.reduce((sum, each) => sum + each.settlements, 0)), ''],
      },
      buttons,
    })
  },
})
