/**
 * report: what the last day, week or month brought, now or on a schedule in a chat.
 */
import { z } from 'zod'
import { isZone, readTimeOfDay, timeOfDayText } from '../../../src/alerts/quiet.ts'
import { REPORT_PERIODS, type ReportPeriod, nextReport } from '../../../src/alerts/report-time.ts'
import { ADDRESS_HINT, isAddress } from '../../../src/alerts/subscriptions.ts'
import type { ReportSchedule } from '../../ports/alert-ports.ts'
import { zoneNamed } from '../access/tz-command.ts'
import { calledBy } from '../called.ts'
import { type Command, type CommandContext, alreadyDone, defineAction, refuse } from '../command.ts'
import { findCommand } from '../parse.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { localTime, zoneNow } from '../words/zone.ts'
import { addressOf } from './chat-address.ts'

const PERIOD_OF: Readonly<Record<ReportPeriod, string>> = { daily: '1d', weekly: '7d', monthly: '30d' }
const TITLES: Readonly<Record<ReportPeriod, string>> = {
  daily: 'Report of a day',
  weekly: 'Report of a week',
  monthly: 'Report of a month',
}
const ON: Readonly<Record<ReportPeriod, string>> = { daily: 'each day', weekly: 'each Monday', monthly: 'on the first of each month' }

export const report: Command = defineAction({
  name: 'report',
  aliases: ['reports'],
  group: 'Look',
  summary: 'show the results of the last day, week or month; or send them to this chat on a schedule',
  usage: '[daily|weekly|monthly] [at 08:00 [time zone]|off] [to=<chat>] | list',
  args: z.strictObject({
    period: z.enum([...REPORT_PERIODS, 'list']).default('daily'),
    at: z
      .string()
      .max(10)
      .refine((text) => text === 'off' || readTimeOfDay(text) !== undefined, 'use a time of day such as 08:00, or off')
      .optional(),
    zone: z
      .string()
      .max(60)
      .refine((text) => zoneNamed(text) !== undefined && isZone(zoneNamed(text) ?? ''), 'use a zone such as Europe/Vienna')
      .optional(),
    to: z.string().max(60).refine(isAddress, `use a chat such as ${ADDRESS_HINT}`).optional(),
  }),
  read: (words) => {
    const to = words.find((word) => word.startsWith('to='))
    const rest = words.filter((word) => word !== to && word.toLowerCase() !== 'at')
    const isPeriod = ['list', ...REPORT_PERIODS].includes(rest[0]?.toLowerCase() ?? '')
    const [at, ...zone] = isPeriod ? rest.slice(1) : rest
    return {
      ...(isPeriod ? { period: rest[0]?.toLowerCase() } : {}),
      ...(at === undefined ? {} : { at: at.toLowerCase() }),
      ...(zone.length === 0 ? {} : { zone: zone.join(' ') }),
      ...(to === undefined ? {} : { to: to.slice(3) }),
    }
  },
  examples: ['report', 'report weekly', 'report daily at 08:00 Europe/Vienna', 'report daily off', 'report list'],
  role: 'viewer',
  roleFor: ({ at, to }) => (to !== undefined ? 'admin' : at === undefined ? 'viewer' : 'operator'),
  scope: 'report:read',
  scopeFor: ({ at }) => (at === undefined ? 'report:read' : 'alerts:write'),
  isPrivate: true,
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { period, at, zone, to }) => {
    const channel = to ?? addressOf(context.actor)
    if (period === 'list') return alreadyDone(listOf(await context.ports.schedules.list()))
    if (at === undefined) return alreadyDone(await reportOf(context, period))
    if (channel === undefined)
      return refuse(
        reply('Name the chat', { tone: 'warn', text: `For example: report daily at 08:00 to=telegram:123456. A chat is ${ADDRESS_HINT}.` }),
      )
    const named = zone === undefined ? zoneNow() : (zoneNamed(zone) ?? 'UTC')
    return { type: 'plan', card: reply(''), yes: '', no: '', todo: { channel, period, at, zone: named } }
  },
  execute: async ({ ports, actor }, todo) => {
    const { channel, period, at, zone } = z
      .object({ channel: z.string(), period: z.enum(REPORT_PERIODS), at: z.string(), zone: z.string() })
      .parse(todo)
    const minute = readTimeOfDay(at)
    if (minute === undefined) {
      const was = await ports.schedules.remove(channel, period)
      return { status: 'done', reply: reply(was ? `No ${period} report any more` : `There was no ${period} report here`, { tone: 'ok' }) }
    }
    const dueAt = nextReport(ports.wallNow(), period, minute, zone)
    await ports.schedules.put({ channel, period, minute, zone, actor: calledBy(actor), dueAt })
    const { date, time, offset } = localTime(dueAt, zone)
    return {
      status: 'done',
      reply: reply(`The ${period} report comes ${ON[period]} at ${timeOfDayText(minute)} (${zone})`, {
        tone: 'ok',
        text: `The next one: ${date} ${time.slice(0, 5)} ${offset}.`,
        buttons: [runs('End it', `/report ${period} off`), runs('Show it now', `/report ${period}`)],
      }),
    }
  },
})

/** The result of the period by strategy, with what is open. */
export async function reportOf(context: CommandContext, period: ReportPeriod): Promise<Reply> {
  const pnl = findCommand(context.commands, 'pnl')
  const shown = await pnl?.run?.(context, { period: PERIOD_OF[period], by: 'strategy' })
  if (shown === undefined) return reply('There is no report')
  const { reads } = context.ports
  const [account, positions, problems] = await Promise.all([reads.account(), reads.positions(), context.ports.alerts.problems()])
  return {
    ...shown,
    title: TITLES[period],
    fields: [
      ...(account === undefined ? [] : [field('State', account.state)]),
      ...shown.fields,
      field('Positions', positions.length === 0 ? 'none' : `${positions.length} open`),
      ...(problems.length === 0 ? [] : [field('Open alerts', String(problems.length))]),
    ],
    buttons: [runs('Status', '/status'), runs('PnL', `/pnl ${PERIOD_OF[period]}`), runs('Positions', '/positions')],
  }
}

function listOf(rows: readonly ReportSchedule[]): Reply {
  if (rows.length === 0) return reply('No report is scheduled', { text: 'To get one here: /report daily at 08:00' })
  return reply(rows.length === 1 ? '1 report is scheduled' : `${rows.length} reports are scheduled`, {
    fields: rows.map(({ channel, period, minute, zone, actor }) =>
      field(channel, `${period} at ${timeOfDayText(minute)} (${zone}), by ${untrusted(actor)}`),
    ),
  })
}
