/**
 * How much an alert matters: P1 wakes somebody, P5 is for the record.
 */
export const ALERT_SEVERITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]
