/**
 * status, balance, flows, pnl, risk: the account in figures.
 */
import { DAY_MS } from '../../../src/core/units.ts'
import { z } from 'zod'
import type { AccountRow, EquityRow, HoldRow, PositionRow } from '../../../src/journal/row.ts'
import { absolute, add, compare, divide, fixed, multiply, negate, signOf, subtract, toFloat } from '../../amount.ts'
import { type Command, type CommandPorts, defineRead, noArguments } from '../command.ts'
import { amount, asOf, duration, gauge, money, percent, plainPercent, short, signed, time } from '../words/format.ts'
import type { TradeSum } from '../../ports/ports.ts'
import { type MeasuresReport, bookOf, reportOf } from '../reports/measures-report.ts'
import { openResult } from '../open-result.ts'
import { DIRECT_NEXT, heardHealth, silenceOf, silenceText } from '../silence.ts'
import { type Field, type Reply, type Tone, field, reply, runs, untrusted } from '../reply.ts'

const none = z.strictObject({})
const TONE_OF: Readonly<Record<string, Tone>> = { running: 'ok', paused: 'warn', reducing: 'warn', halted: 'bad' }

export const noAccount = (): Reply =>
  reply('The trader has not reported yet', {
    tone: 'warn',
    text: 'The first figures appear after the first reconciliation.',
    buttons: [runs('Health', '/health')],
  })

/** A part of the account as a fraction of equity. */
const ofEquity = (text: string, account: AccountRow): number => toFloat(divide(text, account.equity, 6))

const status = defineRead({
  name: 'status',
  aliases: ['st'],
  group: 'Look',
  summary: 'show state, equity, day result, risk and health',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['status'],
  role: 'viewer',
  scope: 'account:read',
  run: async ({ ports }) => {
    const { reads } = ports
    const [account, holds, strategies, positions, parts] = await Promise.all([
      reads.account(),
      reads.holds(),
      reads.strategies(),
      reads.positions(),
      reads.health(),
    ])
    if (account === undefined) return noAccount()
    const silence = silenceOf(parts, ports.wallNow())
    // Never shown as if it were now: what is said of a trader that does not run is what it was.
    const old = silence === undefined ? '' : `, ${duration(silence.ageMs)} old`
    const now = account.updatedTs
    const isLooking = ports.system.profile === 'observe' && account.state === 'reducing' && holds.every(isObserving)
    const state = isLooking ? 'OBSERVING' : account.state.toUpperCase()
    const names = [...new Set(strategies.map((s) => s.strategy))]
    const up = names.filter((name) => strategies.some((s) => s.strategy === name && s.mode === 'running')).length
    const bad = heardHealth(parts, ports.wallNow()).filter((part) => part.status !== 'ok')
    return reply(silence === undefined ? state : 'DOWN', {
      tone: silence !== undefined ? 'bad' : isLooking ? 'info' : (TONE_OF[account.state] ?? 'info'),
      ...(silence === undefined ? {} : { text: `${silenceText(silence)} ${DIRECT_NEXT}` }),
      fields: [
        ...(silence === undefined ? [] : [field('Before', state)]),
        ...(account.stateSince > 0 ? [field('Since', `${time(account.stateSince, now)} (${duration(now - account.stateSince)})`)] : []),
        ...holds.map((hold) =>
          isObserving(hold)
            ? field('Observe', 'watching only: no orders are sent')
            : field(
                'Hold',
                `${hold.scope.replace(/^(symbol|strategy):/, '')}: ${hold.effect === 'no-orders' ? 'no orders' : 'no entries'}${hold.actor === 'trader' ? '' : ` by ${untrusted(hold.actor)}`}${hold.reason === '' ? ` (${hold.cause})` : `, ${untrusted(hold.reason)}`}`,
              ),
        ),
        field('Equity', `${amount(account.equity)} USDT${old}`),
        field('Day', `${money(account.dayPnl)} (${percent(ofEquity(account.dayPnl, account))})${old}`),
        field('Open risk', `${amount(account.openRisk)} USDT (${plainPercent(ofEquity(account.openRisk, account))})${old}`),
        field(
          'Exposure',
          `${amount(account.grossNotional)} USDT in ${positions.length} ${positions.length === 1 ? 'position' : 'positions'}${old}`,
        ),
        field('Strategies', strategiesText(account.state, up, names.length, silence !== undefined)),
        field(
          'Health',
          bad.length === 0
            ? parts.length === 0
              ? 'nothing reported yet'
              : 'all components OK'
            : bad.map((part) => `${part.part} ${part.status}`).join(', '),
        ),
        field(
          'Last fill',
          account.lastFillAt === null ? 'none yet' : `${time(account.lastFillAt, now)} (${duration(now - account.lastFillAt)} ago)`,
        ),
        field('As of', `${asOf(now, ports.system.profile)}${old}`),
      ],
      buttons: [
        runs('Refresh', '/status'),
        runs('Positions', '/positions'),
        ...(isLooking ? [] : [account.state === 'running' ? runs('Pause', '/pause') : runs('Resume', '/resume')]),
      ],
      live: { key: 'status', ttlSec: 600, everySec: 15 },
    })
  },
})

/** What profile observe holds itself by. */
const isObserving = ({ holdId }: HoldRow): boolean => holdId === 'observe'

/** A strategy that is switched on decides, and enters only where the account lets it. */
function strategiesText(state: string, up: number, of: number, isSilent: boolean): string {
  if (isSilent) return `none running, ${up} of ${of} before`
  if (state === 'running') return `${up} of ${of} running`
  return `${up} of ${of} on, ${state === 'halted' ? 'orders blocked' : 'entries blocked'}`
}

const balance = defineRead({
  name: 'balance',
  aliases: ['b'],
  group: 'Look',
  summary: 'show wallet, used margin and free balance',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['balance'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  run: async ({ ports }) => {
    const account = await ports.reads.account()
    if (account === undefined) return noAccount()
    const free = subtract(account.equity, account.marginUsed)
    return reply('Balance', {
      fields: [
        field('Wallet', `${amount(account.wallet)} USDT`),
        field('Unrealized', money(account.unrealized)),
        field('Equity', `${amount(account.equity)} USDT`),
        field('Margin used', `${amount(account.marginUsed)} USDT (${plainPercent(ofEquity(account.marginUsed, account))})`),
        field('Available', `${amount(compare(free, '0') < 0 ? '0' : free)} USDT`),
        field('As of', asOf(account.updatedTs, ports.system.profile)),
      ],
      buttons: [runs('Refresh', '/balance'), runs('Flows', '/flows'), runs('PnL', '/pnl'), runs('Risk', '/risk')],
    })
  },
})

const FLOWS_SHOWN = 15

const flows = defineRead({
  name: 'flows',
  aliases: [],
  group: 'Look',
  summary: 'list transfers, interest and other money that moved without a trade by Ballast',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['flows'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  run: async ({ ports }) => {
    const rows = await ports.reads.flows({ limit: FLOWS_SHOWN })
    if (rows.length === 0) return reply('No money has moved without a trade', { buttons: [runs('Balance', '/balance')] })
    return reply('Flows', {
      text: 'These do not count as profit or loss: equity peak and day result are adjusted for them.',
      table: {
        columns: [{ title: 'time' }, { title: 'kind' }, { title: 'amount', align: 'right' }, { title: 'coin' }],
        rows: rows.map((row) => [
          time(row.ts, row.ts),
          `${row.kind.replaceAll('-', ' ')}${row.symbol === null ? '' : ` ${row.symbol}`}${row.isBooked ? '' : ', not counted in equity'}`,
          row.amount.startsWith('-') ? row.amount : `+${row.amount}`,
          row.coin,
        ]),
      },
      buttons: [runs('Balance', '/balance')],
    })
  },
})

// PnL

const DAYS: Readonly<Record<string, number>> = { '1d': 1, '7d': 7, '30d': 30, '90d': 90 }
const DATE = /^\d{4}-\d{2}-\d{2}$/
/** What a picture can show. */
const PICTURE_TRADES = 5_000
const PICTURE_POINTS = 2_000

/** `7d`, `ytd`, `all` or `2026-01-01..2026-02-01` as ms of market time. */
export function periodOf(text: string, now: number): { readonly from: number; readonly to: number } | undefined {
  const days = DAYS[text]
  if (days !== undefined) return { from: now - days * DAY_MS, to: now + 1 }
  if (text === 'all') return { from: 0, to: now + 1 }
  if (text === 'ytd') return { from: Date.UTC(new Date(now).getUTCFullYear(), 0, 1), to: now + 1 }
  const [from = '', to = '', ...more] = text.split('..')
  if (more.length > 0 || !DATE.test(from) || !DATE.test(to)) return undefined
  const range = { from: Date.parse(from), to: Date.parse(to) + DAY_MS }
  return Number.isFinite(range.from) && Number.isFinite(range.to) && range.from < range.to ? range : undefined
}

const isPeriod = (text: string): boolean => periodOf(text, 0) !== undefined

const pnl = defineRead({
  name: 'pnl',
  aliases: ['profit'],
  group: 'Look',
  summary: 'show the result of a period, with fees, win rate and drawdown',
  usage: '[1d|7d|30d|90d|ytd|all|from..to] [day|sym|strategy]',
  args: z.strictObject({
    period: z.string().toLowerCase().refine(isPeriod, 'use 1d, 7d, 30d, 90d, ytd, all or 2026-01-01..2026-02-01').default('7d'),
    by: z.enum(['day', 'sym', 'strategy']).optional(),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      const text = word.toLowerCase().replace(/^by=/, '')
      if (raw.by === undefined && ['day', 'sym', 'strategy'].includes(text)) raw.by = text
      else if (raw.period === undefined) raw.period = text
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['pnl', 'pnl 30d', 'pnl 7d sym', 'pnl 2026-01-01..2026-01-31'],
  role: 'viewer',
  scope: 'report:read',
  isPrivate: true,
  run: async ({ ports }, args) => {
    const { reads } = ports
    const account = await reads.account()
    if (account === undefined) return noAccount()
    const range = periodOf(args.period, account.updatedTs) ?? { from: 0, to: account.updatedTs + 1 }
    const [[sum], groups, trades, shape, open] = await Promise.all([
      reads.tradeSums(range),
      args.by === undefined ? undefined : reads.tradeSums({ ...range, by: args.by }),
      // For the picture only, which shows no more.
      reads.trades({ limit: PICTURE_TRADES, isOpen: false, from: range.from, to: range.to }),
      reads.equityShape({ ...range, points: PICTURE_POINTS }),
      openResult(reads),
    ])
    const title = `PnL ${args.period}`
    const image = await ports.charts?.pnl({
      title,
      equity: range.to > account.updatedTs ? upTo(shape.curve, account) : shape.curve,
      trades,
    })
    return reply(title, {
      tone: signOf(sum?.net ?? '0') < 0 ? 'warn' : 'ok',
      fields: [
        ...summaryOf(sum),
        field('Open', `${money(open)}, including fees paid`),
        field('Together', money(add(sum?.net ?? '0', open))),
        ...(shape.drawdown === undefined ? [] : [field('Max drawdown', plainPercent(shape.drawdown))]),
      ],
      ...(args.by === undefined || groups === undefined ? {} : { table: tableBy(groups, args.by, sum) }),
      ...(image === undefined ? {} : { image }),
      buttons: ['1d', '7d', '30d', 'all'].filter((period) => period !== args.period).map((period) => runs(period, `/pnl ${period}`)),
    })
  },
})

/** The curve to this moment, so that its picture ends with the equity that every card shows. */
function upTo(curve: readonly EquityRow[], { updatedTs, equity, wallet, dayPnl, drawdown }: AccountRow): readonly EquityRow[] {
  const last = curve.at(-1)
  return last === undefined || last.ts >= updatedTs
    ? curve
    : [...curve, { ts: updatedTs, equity, wallet, dayPnl, drawdown, flows: last.flows }]
}

function summaryOf(sum: TradeSum | undefined): Field[] {
  if (sum === undefined)
    return [field('Net', `${money('0')} in 0 closed trades`), field('Fees', `${amount('0')} USDT`), field('Funding', money('0'))]
  const { count, wins, net, fee, funding, gain, loss } = sum
  return [
    field('Net', `${money(net)} in ${count} closed ${count === 1 ? 'trade' : 'trades'}`),
    field('Fees', `${amount(fee)} USDT`),
    // A trade keeps what it has cost; shown is what came in, as everywhere.
    field('Funding', money(negate(funding))),
    field('Won', `${wins} of ${count} (${plainPercent(wins / count, 0)})`),
    field('Profit factor', signOf(loss) === 0 ? '– (no loss)' : fixed(divide(gain, loss, 6), 2)),
    field('Expectancy', `${money(divide(net, String(count), 8))} a trade`),
  ]
}

function tableBy(groups: readonly TradeSum[], by: 'day' | 'sym' | 'strategy', sum: TradeSum | undefined): NonNullable<Reply['table']> {
  const rows = by === 'day' ? [...groups].reverse() : groups
  return {
    columns: [{ title: by }, { title: 'n', align: 'right' }, { title: 'pnl', align: 'right' }],
    rows: rows.map(({ key, count, net }) => [by === 'sym' ? short(key) : key, String(count), signed(net)]),
    total: ['Total', String(sum?.count ?? 0), signed(sum?.net ?? '0')],
  }
}

// Risk

/** Beta is not shown here: an exchange that does not answer delays nothing. */
const NO_CANDLES: CommandPorts['candles'] = async () => undefined

/** Statistics of the equity until now; too few returns, and there is none. */
function measuresOf(report: MeasuresReport | undefined, now: number): Field[] {
  if (report === undefined) return []
  const { volatility, var: tail, cvar } = report.measures
  const bar = report.stride === 'day' ? 'day' : 'hour'
  const [lost, beyond] = [tail.historical[95], cvar.historical[95]]
  return [
    ...(lost === null || beyond === null
      ? []
      : [field(`VaR 95, ${bar}`, `${plainPercent(lost)}, beyond it ${plainPercent(beyond)} on average`)]),
    ...(volatility === null
      ? []
      : [field('Volatility', `${plainPercent(volatility, 0)} per year, of ${report.measures.returns} ${bar}s to ${time(now, now)}`)]),
  ]
}

const risk = defineRead({
  name: 'risk',
  aliases: [],
  group: 'Look',
  summary: 'show risk limits and how much of each is used',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['risk'],
  role: 'viewer',
  scope: 'account:read',
  run: async (context) => {
    const { reads } = context.ports
    const [account, positions, book] = await Promise.all([
      reads.account(),
      reads.positions(),
      bookOf({ ...context.ports, candles: NO_CANDLES }),
    ])
    if (account === undefined) return noAccount()
    const { limits } = account
    const rows: string[][] = []
    const row = (name: string, used: string, limit: string | undefined): void => {
      if (limit === undefined || signOf(limit) === 0) return
      const part = toFloat(divide(used, limit, 4))
      rows.push([name, gauge(part, 5), `${amount(used, 0)}/${amount(limit, 0)}`, `${Math.round(part * 100)}%`])
    }
    // A withdrawal makes the limit smaller: what counts is what is left of it.
    row('Day loss', account.dayLoss, account.dayLossLeft === null ? limits?.dayLossMax : add(account.dayLoss, account.dayLossLeft))
    if (limits !== null) {
      row('Week', limits.weekLoss, add(limits.weekLoss, limits.weekLossLeft))
      row('Gross', account.grossNotional, limits.grossMax)
      row('Net', limits.net, limits.netMax)
      row('Position', largestOf(positions), limits.positionMax)
    }
    row('Margin', account.marginUsed, account.equity)
    if (limits !== null) {
      const share = (name: string, part: number, text: string): void => {
        rows.push([name, gauge(part, 5), text, `${Math.round(part * 100)}%`])
      }
      const { openPositions, openPositionsMax, lossStreak, lossStreakMax, drawdownOrange } = limits
      share('Symbols', openPositions / openPositionsMax, `${openPositions}/${openPositionsMax}`)
      if (lossStreakMax !== null) share('Streak', lossStreak / lossStreakMax, `${lossStreak}/${lossStreakMax} lost`)
      share('Drawdown', account.drawdown / drawdownOrange, `${(account.drawdown * 100).toFixed(1)}/${(drawdownOrange * 100).toFixed(0)} %`)
    }
    const leverage = divide(account.grossNotional, account.equity, 2)
    return reply('Risk', {
      tone: account.state === 'running' ? 'ok' : 'warn',
      fields: [
        field('Open risk', `${amount(account.openRisk)} USDT if every stop fills at its price`),
        field('Leverage', `${leverage}x${limits === null ? '' : ` of ${limits.leverage}x`}`),
        ...(limits === null ? [] : [field('Flatten at', `${plainPercent(limits.drawdownRed, 1)} drawdown`)]),
        ...stopsOf(positions),
        ...measuresOf(book === undefined ? undefined : reportOf(book, { type: 'portfolio' }), account.updatedTs),
        field('As of', asOf(account.updatedTs, context.ports.system.profile)),
      ],
      table: {
        columns: [{ title: 'limit' }, { title: 'used', isExtra: true }, { title: 'USDT', align: 'right' }, { title: '', align: 'right' }],
        rows,
      },
      buttons: [runs('Refresh', '/risk'), runs('Limits', '/limits'), runs('Positions', '/positions'), runs('Pause', '/pause')],
    })
  },
})

/** Value of the largest position. */
const largestOf = (positions: readonly PositionRow[]): string =>
  positions
    .map((position) => notionalOf(position.quantity, position.markPrice))
    .reduce((most, each) => (compare(each, most) > 0 ? each : most), '0')

function stopsOf(positions: readonly PositionRow[]): Field[] {
  const unprotected = positions.filter((position) => position.stopPrice === null)
  if (positions.length === 0) return [field('Stops', 'no position is open')]
  return [
    field(
      'Stops',
      unprotected.length === 0
        ? 'every position has a stop'
        : `unprotected, no stop on Bybit: ${unprotected.map((p) => p.symbol).join(', ')}`,
    ),
  ]
}

/** Notional of a position at its mark. */
export const notionalOf = (quantity: string, mark: string): string => absolute(multiply(quantity, mark))

export const ACCOUNT_COMMANDS: readonly Command[] = [status, balance, flows, pnl, risk]
