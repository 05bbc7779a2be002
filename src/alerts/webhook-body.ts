/**
 * An alert as programs and services outside get it: the record of Ballast, or what Slack, Discord, Mattermost, ntfy and PagerDuty take.
 */
import { type AlertFacts, CATALOGUE, actionsOf, kindOf, problemKey } from './catalogue.ts'

export const WEBHOOK_PRESETS = ['standard', 'slack', 'discord', 'mattermost', 'ntfy', 'pagerduty'] as const
export type WebhookPreset = (typeof WEBHOOK_PRESETS)[number]

export interface OutsideAlert extends AlertFacts {
  readonly id: string
  readonly summary: string
  /** ISO 8601. */
  readonly at: string
  /** Profile of the installation: `sim`, `live`. */
  readonly mode: string
}
/** What is posted: an object is sent as JSON, a text as it is. */
export interface WebhookBody {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object | string
}

const TEXT_MAX = 1_900
const SUMMARY_MAX = 1_000
const PAGERDUTY: Readonly<Record<string, string>> = { P1: 'critical', P2: 'error', P3: 'warning' }
const NTFY: Readonly<Record<string, readonly [priority: string, tag: string]>> = {
  P1: ['urgent', 'rotating_light'],
  P2: ['high', 'exclamation'],
  P3: ['default', 'warning'],
}

const recordOf = (alert: OutsideAlert) => ({
  id: alert.id,
  type: alert.type,
  severity: alert.severity,
  dedupKey: problemKey(alert),
  symbol: alert.symbol,
  mode: alert.mode,
  summary: alert.summary,
  at: alert.at,
  details: alert.detail,
  next: kindOf(alert.type)?.next ?? null,
  actions: actionsOf(alert).map(({ label, line }) => ({ label, command: line })),
})

const lineOf = ({ severity, mode, type, summary }: OutsideAlert): string =>
  `${severity} ${mode.toUpperCase()} ${type}: ${summary}`.slice(0, TEXT_MAX)
/** `&`, `<` and `>` are markup there: without them nobody is mentioned and no link is made. */
const forSlack = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** The problem that it ends, where it ends one: closed at PagerDuty. */
const endedKey = (alert: OutsideAlert): string | undefined => {
  const ended = Object.entries(CATALOGUE).find(([, { endedBy }]) => endedBy === alert.type)?.[0]
  return ended === undefined ? undefined : problemKey({ ...alert, type: ended })
}

/** @param token routing key of PagerDuty, access token of ntfy */
export function webhookBody(preset: WebhookPreset, alert: OutsideAlert, token: string | null): WebhookBody {
  const headers = {}
  switch (preset) {
    case 'standard':
      return { headers, body: { type: 'alert', timestamp: alert.at, data: recordOf(alert) } }
    case 'slack':
      return { headers, body: { text: forSlack(lineOf(alert)) } }
    case 'mattermost':
      // A space of no width keeps @channel from calling everybody.
      return { headers, body: { text: lineOf(alert).replace(/@/g, '@\u200b') } }
    case 'discord':
      return { headers, body: { content: lineOf(alert), allowed_mentions: { parse: [] } } }
    case 'ntfy': {
      const [priority, tag] = NTFY[alert.severity] ?? ['low', 'information_source']
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
      return {
        headers: { title: `${alert.severity} ${alert.type} (${alert.mode})`, priority, tags: tag, ...authorization },
        body: alert.summary,
      }
    }
    case 'pagerduty': {
      const ended = endedKey(alert)
      const dedup = { routing_key: token ?? '', dedup_key: `${alert.mode} ${ended ?? problemKey(alert)}`.slice(0, 255) }
      if (ended !== undefined) return { headers, body: { ...dedup, event_action: 'resolve' } }
      return {
        headers,
        body: {
          ...dedup,
          event_action: 'trigger',
          payload: {
            summary: `${alert.severity} ${alert.mode}: ${alert.summary}`.slice(0, SUMMARY_MAX),
            source: `ballast ${alert.mode}`,
            severity: PAGERDUTY[alert.severity] ?? 'info',
            timestamp: alert.at,
            component: alert.symbol ?? 'account',
            class: alert.type,
            custom_details: recordOf(alert),
          },
        },
      }
    }
  }
}
