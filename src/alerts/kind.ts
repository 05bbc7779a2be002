/**
 * What is known of a type of alert before one is raised: how bad it is, what to do, and what counts as the same problem.
 */
import type { AlertSeverity } from '../kernel/state/alert-severity.ts'

/** Alerts of a type are one problem by this: of a symbol, a strategy, a source of signals, or of the whole installation. */
export type ProblemScope = 'installation' | 'symbol' | 'strategy' | 'source'

/** A button: what a tap runs. `{}` stands for the symbol; without one the button is left out. */
export interface AlertAction {
  readonly label: string
  readonly line: string
  readonly isRisky?: boolean
}

export interface AlertKind {
  /** Those that it may have, the worst first. */
  readonly severities: readonly [AlertSeverity, ...AlertSeverity[]]
  readonly per: ProblemScope
  /** A problem is open until it is over or somebody has acknowledged it; an event is told and over. */
  readonly isProblem: boolean
  /** The type that says that it is over. */
  readonly endedBy?: string
  /** What it says, in a few words; Markdown. */
  readonly when: string
  /** What an operator does; Markdown. */
  readonly next: string
  readonly actions: readonly AlertAction[]
}

type Rest = { readonly per?: ProblemScope; readonly endedBy?: string; readonly actions?: readonly AlertAction[] }
type Severities = AlertKind['severities']

export const problem = (severities: Severities, when: string, next: string, rest: Rest = {}): AlertKind => ({
  severities,
  per: 'installation',
  isProblem: true,
  when,
  next,
  actions: [],
  ...rest,
})
export const event = (severities: Severities, when: string, next: string, rest: Rest = {}): AlertKind => ({
  ...problem(severities, when, next, rest),
  isProblem: false,
})

const act = (label: string, line: string, isRisky = false): AlertAction => ({ label, line, ...(isRisky ? { isRisky } : {}) })

/** Buttons that more than one type has. */
export const STATUS = act('Status', '/status')
export const POSITIONS = act('Positions', '/positions')
export const POSITION = act('{}', '/positions {}')
export const CLOSE = act('Close {}', '/close {}', true)
export const REDUCE = act('Reduce {} by half', '/close {} 50%')
export const HEALTH = act('Health', '/health')
export const RISK = act('Risk', '/risk')
export const ORDERS = act('Orders', '/orders')
export const SIGNALS = act('Signals', '/signals')
export const CHART = act('Chart', '/chart {}')
export const others = (...pairs: readonly (readonly [label: string, line: string])[]): AlertAction[] =>
  pairs.map(([label, line]) => act(label, line))
