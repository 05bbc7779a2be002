/**
 * An instant as users give it to an option: a date, a date with a time, or milliseconds.
 */
import { CliError, EXIT } from '../exit.ts'

/** Ms UTC. @throws CliError with the usage code. */
export function timeOf(flag: string, text: string): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  const value = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(isDay || hasZone ? text : `${text}Z`)
  if (Number.isFinite(value)) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a time.`, 'Examples: 2025-01-01 or 2025-01-01T06:00Z (UTC).')
}
