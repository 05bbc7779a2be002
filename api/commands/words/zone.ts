/**
 * The time zone of who is answered, while their command runs: every time that is written then is of that zone, and says its offset.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type LocalTime, localTimeIn } from './local-time.ts'

const ZONE = new AsyncLocalStorage<string>()
/** Runs with times in a zone such as `Europe/Vienna`. */
export const inZone = <T>(zone: string, run: () => T): T => ZONE.run(zone, run)

/** `UTC` where nobody has chosen. */
export const zoneNow = (): string => ZONE.getStore() ?? 'UTC'

export const localTime = (at: number, zone: string = zoneNow()): LocalTime => localTimeIn(zone, at)
