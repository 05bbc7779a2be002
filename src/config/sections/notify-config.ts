/**
 * The section `notify`: who is told of which alerts, when it is quiet, and how loud a type is.
 */
import { z } from 'zod'
import { LEVELS, type Level } from '../../alerts/attention.ts'
import { ALERT_TYPES, isAlertType } from '../../alerts/catalogue.ts'
import { type QuietHours, isZone, readQuiet, readTimeOfDay } from '../../alerts/quiet.ts'
import { type Subscription, readSubscription } from '../../alerts/subscriptions.ts'
import { isNetwork } from '../../system/guarded-request.ts'
import { nearestOf } from '../../core/nearest.ts'

const timeOfDay = (fallback: string) =>
  z
    .string()
    .refine((text) => readTimeOfDay(text) !== undefined)
    .default(fallback)
    .describe('a time of day such as 07:05')

/** Keys are `exit.filled`, or `exit.filled/stop` of exits by a stop. */
const levels = z.record(z.string(), z.enum(LEVELS)).superRefine((types, context) => {
  for (const key of Object.keys(types)) {
    const [type = ''] = key.split('/')
    if (isAlertType(type)) continue
    const near = nearestOf(type, ALERT_TYPES)
    context.addIssue({ code: 'custom', message: `there is no alert '${type}'${near === undefined ? '' : `; did you mean '${near}'?`}` })
  }
})

export const notifySection = z
  .strictObject({
    types: levels
      .default({})
      .describe('how loud a type is, such as {"exit.filled/stop":"on","entry.filled":"digest"}: on, silent, digest or off'),
    quiet: z
      .string()
      .refine((text) => text === 'off' || readQuiet(text, 'UTC') !== undefined)
      .default('off')
      .describe('hours such as 22:00-07:00, or off'),
    zone: z.string().refine(isZone).default('UTC').describe('a time zone such as Europe/Vienna'),
    digest: timeOfDay('07:05'),
    deadManUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'a URL such as https://hc-ping.com/your-uuid', secret: true }),
    webhookNetworks: z
      .array(z.string().refine(isNetwork))
      .default([])
      .describe('a list of addresses or networks such as 10.0.0.5,192.168.1.0/24'),
    routes: z
      .array(z.string())
      .superRefine((routes, context) => {
        for (const route of routes) {
          const read = readSubscription(route)
          if (!read.ok) context.addIssue({ code: 'custom', message: `in '${route}': ${read.error}` })
        }
      })
      .default([])
      .describe('a list of who receives what, such as ["telegram:-100123/77 signals","discord:#trades fills sym:BTC"]'),
  })
  .prefault({})

export interface NotifySettings {
  readonly levelOf: (type: string, exitReason: string | undefined) => Level | undefined
  readonly quiet: QuietHours | undefined
  readonly digestMin: number
  readonly zone: string
  readonly routes: readonly Subscription[]
}

export function notifySettings({ types, quiet, zone, digest, routes }: z.infer<typeof notifySection>): NotifySettings {
  return {
    levelOf: (type, reason) => (reason === undefined ? undefined : types[`${type}/${reason}`]) ?? types[type],
    quiet: quiet === 'off' ? undefined : readQuiet(quiet, zone),
    digestMin: readTimeOfDay(digest) ?? 0,
    zone,
    routes: routes.flatMap((route) => {
      const read = readSubscription(route)
      return read.ok ? [read.value] : []
    }),
  }
}
