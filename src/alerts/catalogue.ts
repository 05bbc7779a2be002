/**
 * Every type of alert, with what docs/alerts.md says of it.
 */
import type { AlertCode } from '../kernel/alert.ts'
import type { AlertSeverity } from '../kernel/state/alert-severity.ts'
import type { AlertAction, AlertKind } from './kind.ts'
import { SYSTEM_KINDS } from './system-kinds.ts'
import { TRADING_KINDS } from './trading-kinds.ts'

const KINDS = { ...TRADING_KINDS, ...SYSTEM_KINDS } as const
export type AlertType = keyof typeof KINDS

/** All that the kernel can raise is in it. */
export const CATALOGUE: Readonly<Record<AlertType | AlertCode, AlertKind>> = KINDS
export const ALERT_TYPES = Object.keys(CATALOGUE) as AlertType[]

/** Undefined of a type that an older journal has and no code raises any more. */
export const kindOf = (type: string): AlertKind | undefined => (isAlertType(type) ? CATALOGUE[type] : undefined)
export const isAlertType = (type: string): type is AlertType => Object.hasOwn(CATALOGUE, type)

const ENDS: ReadonlySet<string> = new Set(ALERT_TYPES.flatMap((type) => CATALOGUE[type].endedBy ?? []))
/** Whether it says that a problem is over. */
export const isEnd = (type: string): boolean => ENDS.has(type)

/** Of a type that has one severity only. */
export const severityOf = (type: AlertType): AlertSeverity => CATALOGUE[type].severities[0]

/** An alert as all that follows it needs it. Times are wall-clock ms. */
export interface AlertFacts {
  readonly type: string
  readonly severity: string
  readonly symbol: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
/** The strategy that an alert is about; `of` is how limits name it. */
export const strategyOf = ({ detail, symbol }: AlertFacts): string | undefined =>
  text(detail.strategy) ?? (text(detail.of) === symbol ? undefined : text(detail.of))

/** Alerts with the same key are one problem, which is told, counted and acknowledged as one. */
export function problemKey(alert: AlertFacts): string {
  const kind = kindOf(alert.type)
  switch (kind?.per) {
    case 'symbol':
      return `${alert.type}/${alert.symbol ?? ''}`
    case 'strategy':
      return `${alert.type}/${strategyOf(alert) ?? alert.symbol ?? ''}`
    case 'source':
      return `${alert.type}/${text(alert.detail.source) ?? ''}`
    default:
      // Of a limit, a part or a chat each is one.
      return `${alert.type}/${text(alert.detail.key) ?? text(alert.detail.channel) ?? ''}`
  }
}

/** The buttons of an alert, with its symbol in place. */
export const actionsOf = ({ type, symbol }: Pick<AlertFacts, 'type' | 'symbol'>): AlertAction[] =>
  (kindOf(type)?.actions ?? []).flatMap(({ label, line, isRisky }) =>
    symbol === null && `${label}${line}`.includes('{}')
      ? []
      : [{ label: label.replace('{}', symbol ?? ''), line: line.replace('{}', symbol ?? ''), ...(isRisky === true ? { isRisky } : {}) }],
  )
