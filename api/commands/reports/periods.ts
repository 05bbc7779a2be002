/**
 * daily, weekly, monthly: what each of the last days, weeks or months brought.
 */
import { z } from 'zod'
import { moneyWeighted } from '../../../src/portfolio/results/money-weighted.ts'
import { type PeriodUnit, periodBounds, periodStart } from '../../../src/portfolio/results/calendar-periods.ts'
import { add, signOf, subtract } from '../../amount.ts'
import type { PeriodSum } from '../../ports/portfolio-ports.ts'
import { type Command, type CommandPorts, defineRead, inOrder } from '../command.ts'
import { amount, money, percent, signed } from '../words/format.ts'
import { noAccount } from '../groups/account-group.ts'
import { field, reply, runs } from '../reply.ts'

export interface PeriodResult {
  /** ms; the first one begins with the records where they begin within it. */
  readonly from: number
  readonly to: number
  /** What equity gained, flows left out; null before the records begin. */
  readonly result: string | null
  /** Fractions of the period. */
  readonly timeWeighted: number | null
  readonly moneyWeighted: number | null
  /** Money that came in less what left. */
  readonly flows: string
  readonly trades: number
  readonly wins: number
  readonly fees: string
  readonly funding: string
  readonly endEquity: string | null
}

export function resultOf(sum: PeriodSum): PeriodResult {
  const { from, to, startEquity, endEquity, startFlows, endFlows, growth, trades, wins, fees, funding } = sum
  const flows = startFlows === null || endFlows === null ? '0' : subtract(endFlows, startFlows)
  const span = to - from
  const rate =
    startEquity === null || endEquity === null || span <= 0
      ? undefined
      : moneyWeighted(
          Number(startEquity),
          Number(endEquity),
          sum.flows.map(({ ts, amount: of }) => ({ at: (ts - from) / span, amount: of })),
        )
  return {
    from,
    to,
    result: startEquity === null || endEquity === null ? null : subtract(subtract(endEquity, startEquity), flows),
    timeWeighted: startEquity === null || growth === null ? null : growth - 1,
    moneyWeighted: rate ?? null,
    flows,
    trades,
    wins,
    fees,
    funding,
    endEquity,
  }
}

/** Oldest first, the running one last; those of before the records are left out. Undefined before the trader's first report. */
export async function periodResults(
  { reads, portfolio }: CommandPorts,
  unit: PeriodUnit,
  count: number,
): Promise<readonly PeriodResult[] | undefined> {
  const account = await reads.account()
  if (account === undefined) return undefined
  const sums = await portfolio.reports.periods(periodBounds(unit, account.updatedTs, count))
  return sums.map(resultOf).filter(({ result }) => result !== null)
}

export const PERIODS_MAX: Readonly<Record<PeriodUnit, number>> = { day: 90, week: 52, month: 36 }
const SHOWN: Readonly<Record<PeriodUnit, number>> = { day: 7, week: 8, month: 6 }
const NAMES = { day: 'daily', week: 'weekly', month: 'monthly' } as const
const TITLES = { day: 'Days', week: 'Weeks', month: 'Months' } as const

/** `01-05`, of a week its Monday, of a month `2026-01`: UTC. */
const nameOf = (unit: PeriodUnit, { to }: PeriodResult): string => {
  const day = new Date(periodStart(unit, to - 1)).toISOString()
  return unit === 'month' ? day.slice(0, 7) : day.slice(5, 10)
}
const sumOf = (rows: readonly PeriodResult[], of: (row: PeriodResult) => string): string => add('0', ...rows.map(of))
const compounded = (rows: readonly PeriodResult[]): number | undefined =>
  rows.some(({ timeWeighted }) => timeWeighted === null)
    ? undefined
    : rows.reduce((growth, { timeWeighted }) => growth * (1 + (timeWeighted as number)), 1) - 1

const define = (unit: PeriodUnit): Command =>
  defineRead({
    name: NAMES[unit],
    aliases: [],
    group: 'Look',
    summary: `show the result of each ${unit} (UTC) in USDT and percent, with trades, fees and funding`,
    usage: '[n]',
    args: z.strictObject({
      count: z.coerce
        .number(`use a number of ${unit}s such as ${SHOWN[unit]}`)
        .int()
        .min(1)
        .max(PERIODS_MAX[unit], `use 1 to ${PERIODS_MAX[unit]} ${unit}s`)
        .default(SHOWN[unit]),
    }),
    read: inOrder('count'),
    examples: [NAMES[unit], `${NAMES[unit]} ${SHOWN[unit] * 2}`],
    role: 'viewer',
    scope: 'report:read',
    isPrivate: true,
    run: async ({ ports }, { count }) => {
      const rows = await periodResults(ports, unit, count)
      if (rows === undefined) return noAccount()
      const last = rows.at(-1)
      if (last === undefined)
        return reply(TITLES[unit], { text: 'No equity has been recorded yet; the first row appears within a minute.' })
      const total = sumOf(rows, ({ result }) => result ?? '0')
      const growth = compounded(rows)
      const flows = sumOf(rows, (row) => row.flows)
      const title = `${TITLES[unit]}, the last ${rows.length}`
      const image = await ports.charts?.periods({ title, names: rows.map((row) => nameOf(unit, row)), rows })
      const others = (['day', 'week', 'month'] as const).filter((each) => each !== unit)
      return reply(title, {
        tone: signOf(total) < 0 ? 'warn' : 'ok',
        fields: [
          field('Together', `${money(total)}${growth === undefined ? '' : ` (${percent(growth)}, time-weighted)`}`),
          field('Fees', `${amount(sumOf(rows, ({ fees }) => fees))} USDT`),
          field('Funding', money(sumOf(rows, ({ funding }) => funding))),
          ...(signOf(flows) === 0 ? [] : [field('Flows', `${money(flows)}, in no result`)]),
          ...(unit === 'month'
            ? rows
                .slice(-3)
                .map((row) =>
                  field(
                    nameOf(unit, row),
                    `time-weighted ${row.timeWeighted === null ? '–' : percent(row.timeWeighted)}, money-weighted ${row.moneyWeighted === null ? '–' : percent(row.moneyWeighted)}`,
                  ),
                )
            : []),
        ],
        table: {
          columns: [
            { title: unit },
            { title: 'USDT', align: 'right' },
            { title: '%', align: 'right' },
            { title: 'n', align: 'right' },
            { title: 'fees', align: 'right', isExtra: true },
            { title: 'funding', align: 'right', isExtra: true },
          ],
          rows: [...rows]
            .reverse()
            .map((row) => [
              nameOf(unit, row),
              signed(row.result ?? '0'),
              row.timeWeighted === null ? '–' : percent(row.timeWeighted).replace(' %', ''),
              String(row.trades),
              amount(row.fees),
              signed(row.funding),
            ]),
        },
        ...(image === undefined ? {} : { image }),
        buttons: [
          ...others.map((each) => runs(TITLES[each], `/${NAMES[each]}`)),
          runs('PnL', '/pnl 30d'),
          runs('Performance', '/performance'),
        ],
      })
    },
  })

export const PERIOD_COMMANDS: readonly Command[] = [define('day'), define('week'), define('month')]
