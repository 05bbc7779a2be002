/**
 * performance: which symbols and strategies have made the result of a period.
 */
import { z } from 'zod'
import { divide, fixed, signOf } from '../../amount.ts'
import type { TradeSum } from '../../ports/ports.ts'
import { type Command, type CommandPorts, defineRead } from '../command.ts'
import { money, percent, plainPercent, short, signed } from '../words/format.ts'
import { noAccount, periodOf } from '../groups/account-group.ts'
import { field, reply, runs, untrusted } from '../reply.ts'
import { type PeriodResult, resultOf } from './periods.ts'

export interface PerformanceReport {
  /** Of the account; null before the records begin. */
  readonly account: PeriodResult | null
  /** By result, the best first. */
  readonly symbols: readonly TradeSum[]
  readonly strategies: readonly TradeSum[]
}

/** Undefined before the trader's first report. */
export async function performanceOf({ reads, portfolio }: CommandPorts, period: string): Promise<PerformanceReport | undefined> {
  const account = await reads.account()
  if (account === undefined) return undefined
  const now = account.updatedTs
  const range = periodOf(period, now) ?? { from: 0, to: now + 1 }
  const from = Math.max(range.from, (await reads.equitySince()) ?? 0)
  const to = Math.min(range.to - 1, now)
  const [symbols, strategies, sums] = await Promise.all([
    reads.tradeSums({ ...range, by: 'sym' }),
    reads.tradeSums({ ...range, by: 'strategy' }),
    from < to ? portfolio.reports.periods([from, to]) : [],
  ])
  return { account: sums[0] === undefined ? null : resultOf(sums[0]), symbols: byResult(symbols), strategies: byResult(strategies) }
}

const byResult = (groups: readonly TradeSum[]): TradeSum[] => [...groups].sort((a, b) => Number(b.net) - Number(a.net))

/** Undefined where nothing was lost. */
export const profitFactorOf = ({ gain, loss }: TradeSum): string | undefined =>
  signOf(loss) === 0 ? undefined : fixed(divide(gain, loss, 6), 2)

const PERIODS = ['7d', '30d', '90d', 'all'] as const
const isPeriod = (text: string): boolean => periodOf(text, 0) !== undefined

const row = (name: string, sum: TradeSum): string[] => [
  name,
  String(sum.count),
  signed(sum.net),
  plainPercent(sum.wins / sum.count, 0).replace(' ', ''),
  profitFactorOf(sum) ?? '–',
]

export const performance: Command = defineRead({
  name: 'performance',
  aliases: ['perf'],
  group: 'Look',
  summary: 'show trades, result, share of wins and profit factor by symbol and strategy',
  usage: '[1d|7d|30d|90d|ytd|all|from..to] [sym|strategy]',
  args: z.strictObject({
    period: z.string().toLowerCase().refine(isPeriod, 'use 1d, 7d, 30d, 90d, ytd, all or 2026-01-01..2026-02-01').default('all'),
    by: z.enum(['sym', 'strategy']).optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      const text = word.toLowerCase().replace(/^by=/, '')
      if (raw.by === undefined && (text === 'sym' || text === 'strategy')) raw.by = text
      else if (raw.period === undefined) raw.period = text
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['performance', 'performance 30d', 'performance 90d strategy'],
  role: 'viewer',
  scope: 'report:read',
  isPrivate: true,
  run: async ({ ports }, { period, by }) => {
    const found = await performanceOf(ports, period)
    if (found === undefined) return noAccount()
    const { account, symbols, strategies } = found
    const words = by === undefined ? '' : ` ${by}`
    const rows = [
      ...(by === 'strategy' ? [] : symbols.map((sum) => row(short(sum.key), sum))),
      ...(by === 'sym' ? [] : strategies.map((sum) => row(untrusted(sum.key), sum))),
    ]
    const best = symbols[0]
    const worst = symbols.at(-1)
    return reply(`Performance ${period}`, {
      tone: account?.result != null && signOf(account.result) < 0 ? 'warn' : 'ok',
      fields: [
        ...(account?.result == null ? [] : [field('Account', `${money(account.result)}, open positions included`)]),
        ...(account?.timeWeighted == null ? [] : [field('Time-weighted', percent(account.timeWeighted))]),
        ...(account?.moneyWeighted == null ? [] : [field('Money-weighted', percent(account.moneyWeighted))]),
        ...(best === undefined || worst === undefined || best === worst
          ? []
          : [field('Best, worst', `${short(best.key)} ${signed(best.net)}, ${short(worst.key)} ${signed(worst.net)} USDT`)]),
      ],
      ...(rows.length === 0
        ? { text: 'No trade was closed in this time.' }
        : {
            table: {
              columns: [
                { title: 'part' },
                { title: 'n', align: 'right' },
                { title: 'USDT', align: 'right' },
                { title: 'won', align: 'right' },
                { title: 'PF', align: 'right', isExtra: true },
              ],
              rows,
            },
          }),
      buttons: [
        ...PERIODS.filter((each) => each !== period).map((each) => runs(each, `/performance ${each}${words}`)),
        runs('Months', '/monthly'),
        runs('Stats', '/stats'),
      ],
    })
  },
})
