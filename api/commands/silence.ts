/**
 * Whether the trader is running, by its own reports, and what every surface answers while it is not.
 */
import type { PartHealth } from '../ports/ports.ts'
import { localTime } from './words/zone.ts'

/** It reports once a second; one that has not for this long is down, whatever its last words were. */
export const TRADER_SILENT_MS = 10_000

export interface Silence {
  /** Wall-clock ms of its last report: what is shown beside it is as old. */
  readonly sinceMs: number
  readonly ageMs: number
}

/** Undefined: it reports, or it never has. */
export function silenceOf(health: readonly PartHealth[], nowMs: number): Silence | undefined {
  const trader = health.find(({ part }) => part === 'trader')
  if (trader === undefined) return undefined
  const ageMs = nowMs - trader.updatedAt
  return ageMs > TRADER_SILENT_MS ? { sinceMs: trader.updatedAt, ageMs } : undefined
}

/** `17:12:49`, UTC. */
export const clockText = (wallMs: number): string => new Date(wallMs).toISOString().slice(11, 19)

/** `18:12:49 UTC+1`: in the zone of who is answered. */
function clockHere(wallMs: number): string {
  const { time, offset } = localTime(wallMs)
  return `${time} ${offset}`
}

export const silenceText = ({ sinceMs }: Silence): string =>
  `The trader has not been running since ${clockHere(sinceMs)}. Stops stay at the exchange; nothing else happens until it is back.`

export const DIRECT_NEXT = 'To flatten without it, at the terminal: ballast panic --direct'

/** What is said while the database is no use. @param mayCome what was asked may have reached it */
export function databaseText(trouble: string, sinceMs: number | undefined, mayCome: boolean): string {
  const since = sinceMs === undefined ? '' : ` (since ${clockHere(sinceMs)})`
  const kept = mayCome ? ' Your request may still be carried out when it is back: check the status then.' : ''
  return `The database ${trouble}${since}. No orders are sent meanwhile; stops stay at the exchange.${kept} ${DIRECT_NEXT}`
}

/** The rows as they are to be shown: what a silent trader said last does not count. */
export function heardHealth(health: readonly PartHealth[], nowMs: number): readonly PartHealth[] {
  const silence = silenceOf(health, nowMs)
  if (silence === undefined) return health
  return health.map((row) =>
    row.part === 'trader' ? { ...row, status: 'down', detail: `not running since ${clockHere(silence.sinceMs)}` } : row,
  )
}
