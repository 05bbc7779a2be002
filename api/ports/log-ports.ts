/**
 * The last lines of this process's log, kept in memory.
 */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export interface LogLine {
  /** Counts up from 1 in this process. */
  readonly id: number
  /** Wall-clock ms. */
  readonly ts: number
  readonly level: LogLevel
  readonly text: string
}
export interface LogPort {
  /** Oldest first. */
  last(): readonly LogLine[]
}
