/**
 * tz: the time zone in which a person reads times, on the surface where it is set.
 */
import { z } from 'zod'
import { isZone } from '../../../src/alerts/quiet.ts'
import { type Command, alreadyDone, defineAction } from '../command.ts'
import { reply, runs } from '../reply.ts'
import { localTime } from '../words/zone.ts'

/** `vienna`, `europe/vienna`, `UTC`; undefined: there is none such. */
export function zoneNamed(text: string): string | undefined {
  const wanted = text.trim().replaceAll(' ', '_').toLowerCase()
  if (wanted === 'off' || wanted === 'utc') return 'UTC'
  const all = Intl.supportedValuesOf('timeZone')
  const found = all.find((zone) => zone.toLowerCase() === wanted) ?? all.find((zone) => zone.toLowerCase().endsWith(`/${wanted}`))
  return found ?? (text.includes('/') && isZone(text) ? text : undefined)
}

export const tz: Command = defineAction({
  name: 'tz',
  aliases: ['timezone'],
  group: 'System',
  summary: 'show times in your time zone',
  usage: '[zone|off]',
  args: z.strictObject({
    zone: z
      .string()
      .max(60)
      .refine((text) => zoneNamed(text) !== undefined, 'use a zone such as Europe/Vienna, a city such as Vienna, or off')
      .optional(),
  }),
  read: (words) => (words.length === 0 ? {} : { zone: words.join(' ') }),
  examples: ['tz', 'tz Europe/Vienna', 'tz off'],
  role: 'viewer',
  scope: 'account:read',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async ({ ports, actor }, { zone }) => {
    const wanted = zone === undefined ? undefined : zoneNamed(zone)
    if (wanted !== undefined) return { type: 'plan', card: reply(''), yes: '', no: '', todo: { zone: wanted } }
    const now = await ports.zones.of(actor.id)
    return alreadyDone(
      reply(now === undefined ? 'Times are in UTC' : `Times are in ${now}`, {
        text: now === undefined ? 'To read them in your zone: /tz Europe/Vienna' : 'To read them in UTC: /tz off',
        buttons: now === undefined ? [] : [runs('UTC', '/tz off')],
      }),
    )
  },
  execute: async ({ ports, actor }, todo) => {
    const { zone } = z.object({ zone: z.string() }).parse(todo)
    await ports.zones.set(actor.id, zone)
    const { time, offset } = localTime(ports.wallNow(), zone)
    return {
      status: 'done',
      reply: reply(`Times are in ${zone} now`, {
        tone: 'ok',
        text: `It is ${time.slice(0, 5)} ${offset}. Days of reports and of limits stay days of UTC, and alerts say their times in UTC.`,
      }),
    }
  },
})
