/**
 * The channels of a Discord server: which there are, and where an alert belongs.
 */
export const ALERTS = 'alerts'

/** In the order in which they are made. */
export const DISCORD_CHANNELS = [
  { name: 'alerts-critical', topic: 'P1 alerts: act now' },
  { name: ALERTS, topic: 'Other alerts and changes' },
  { name: 'trades', topic: 'Entries and exits' },
  { name: 'signals', topic: 'Signals from outside' },
  { name: 'reports', topic: 'Daily reports' },
  { name: 'control', topic: 'Commands: /status, /pause, /panic' },
] as const

/** Name of the channel that an alert belongs in. */
export function channelFor({ type, severity }: { readonly type: string; readonly severity: string }): string {
  if (severity === 'P1') return 'alerts-critical'
  if (/^(trade|entry|exit)\./.test(type)) return 'trades'
  if (type.startsWith('signal.')) return 'signals'
  return type.startsWith('report.') ? 'reports' : ALERTS
}
