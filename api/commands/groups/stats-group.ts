/**
 * stats: what the closed trades of a period have in common, of the account, a strategy or a symbol.
 */
import { z } from 'zod'
import { divide, fixed, signOf, toFloat } from '../../amount.ts'
import type { TradeStats } from '../../ports/ports.ts'
import { type Command, defineRead } from '../command.ts'
import { amount, duration, money, plainPercent, signed } from '../words/format.ts'
import { bookOf, reportOf } from '../reports/measures-report.ts'
import { type Field, field, reply, runs, untrusted } from '../reply.ts'
import { scopeOf } from '../scope.ts'
import { noAccount, periodOf } from './account-group.ts'

const isPeriod = (text: string): boolean => periodOf(text, 0) !== undefined
/** Meant as a period, right or wrong: a symbol may begin with a number, and none is `45d`. */
const looksLikePeriod = (word: string): boolean => isPeriod(word.toLowerCase()) || /^\d+[a-z]$/i.test(word) || word.includes('..')
const PERIODS = ['7d', '30d', '90d', 'all'] as const

const stats = defineRead({
  name: 'stats',
  aliases: [],
  group: 'Look',
  summary: 'show profit factor, expectancy, streaks, MAE/MFE and exits of closed trades',
  usage: '[1d|7d|30d|90d|ytd|all|from..to] [strategy|sym]',
  args: z.strictObject({
    period: z.string().toLowerCase().refine(isPeriod, 'use 1d, 7d, 30d, 90d, ytd, all or 2026-01-01..2026-02-01').default('30d'),
    what: z.string().min(1).max(60).optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      if (raw.period === undefined && looksLikePeriod(word)) raw.period = word
      else if (raw.what === undefined) raw.what = word
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['stats', 'stats 7d', 'stats all ema-cross', 'stats 90d BTC'],
  role: 'viewer',
  scope: 'report:read',
  isPrivate: true,
  run: async (context, { period, what }) => {
    const { reads } = context.ports
    const scope = await scopeOf(context, what, '/stats {}')
    if ('problem' in scope) return scope.problem
    const account = await reads.account()
    if (account === undefined) return noAccount()
    const range = periodOf(period, account.updatedTs) ?? { from: 0, to: account.updatedTs + 1 }
    const found = await reads.tradeStats({
      ...range,
      ...(scope.type === 'portfolio' ? {} : { [scope.type]: scope.name }),
    })
    const title = `Stats ${period}${scope.type === 'portfolio' ? '' : ` of ${untrusted(scope.name)}`}`
    const words = what === undefined ? '' : ` ${what}`
    const buttons = [
      ...PERIODS.filter((each) => each !== period).map((each) => runs(each, `/stats ${each}${words}`)),
      runs('Measures', `/measures${words}`),
    ]
    if (found === undefined) return reply(title, { text: 'No trade was closed in this time.', buttons })
    const book = await bookOf(context.ports)
    const ratios = book === undefined ? undefined : reportOf(book, scope).measures
    return reply(title, {
      tone: signOf(found.net) < 0 ? 'warn' : 'ok',
      fields: [
        ...fieldsOf(found),
        ...(ratios === undefined || ratios.sharpe === null
          ? []
          : [
              field(
                'Sharpe',
                `${ratios.sharpe.toFixed(2)}, Sortino ${ratios.sortino === null ? '–' : ratios.sortino.toFixed(2)}, from /measures`,
              ),
            ]),
      ],
      table: {
        columns: [{ title: 'exit' }, { title: 'n', align: 'right' }, { title: 'pnl', align: 'right' }],
        rows: found.byExit.map(({ reason, count, net }) => [reason === '' ? '–' : untrusted(reason), String(count), signed(net)]),
        total: ['Total', String(found.count), signed(found.net)],
      },
      buttons,
    })
  },
})

const DECIMALS = 8
const ratioText = (above: string, below: string): string => (signOf(below) === 0 ? '– (no loss)' : fixed(divide(above, below, DECIMALS), 2))

function fieldsOf(found: TradeStats): Field[] {
  const { count, wins, losses, net, gain, loss } = found
  const each = (sum: string, of: number): string => divide(sum, String(of), DECIMALS)
  const expectancy = each(net, count)
  const isPaid = wins > 0 && losses > 0
  const sqn = found.deviation === null || found.deviation === 0 ? undefined : (toFloat(expectancy) / found.deviation) * Math.sqrt(count)
  return [
    field('Net', `${money(net)} in ${count} closed ${count === 1 ? 'trade' : 'trades'}`),
    field('Won', `${wins} of ${count} (${plainPercent(wins / count, 0)})`),
    field('Profit factor', ratioText(gain, loss)),
    field('Expectancy', `${money(expectancy)} a trade${found.resultR === null ? '' : `, ${found.resultR.toFixed(2)} R`}`),
    ...(isPaid ? [field('Payoff', fixed(divide(each(gain, wins), each(loss, losses), DECIMALS), 2))] : []),
    ...(isPaid ? [field('Average', `won ${signed(each(gain, wins))}, lost ${amount(each(loss, losses))} USDT`)] : []),
    field('Best, worst', `${signed(found.best)}, ${signed(found.worst)} USDT`),
    field('Streaks', `${found.maxWinStreak} won, ${found.maxLossStreak} lost`),
    field('Held', `${duration(found.holdingMs)} on average`),
    field('On the way', `MAE ${amount(found.mae.toFixed(2))}, MFE ${amount(found.mfe.toFixed(2))} USDT on average`),
    ...(sqn === undefined ? [] : [field('SQN', sqn.toFixed(2))]),
    field('Costs', `fees ${amount(found.fee)}, funding ${signed(found.funding)} USDT`),
  ]
}

export const STATS_COMMANDS: readonly Command[] = [stats]
