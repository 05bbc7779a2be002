/**
 * How much an alert matters: P1 wakes somebody, P5 is for the record.
 * Never a sixth step: what routes alerts knows these.
 */
export const ALERT_SEVERITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]
