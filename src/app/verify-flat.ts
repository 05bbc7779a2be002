/**
 * The last word of a panic: the exchange is read until it is flat, and what is left is said (S7).
 * Never believes our own books.
 */
import type { Ts } from '../core/units.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Venue } from '../venue/port.ts'
import type { Wall } from './wall.ts'

const VERIFY_MS = 30_000
const READ_EVERY_MS = 500

export async function verifyFlat(venue: Venue, instruments: readonly Instrument[], wall: Wall, now: () => Ts): Promise<string> {
  const startMs = wall.steadyMs()
  let last = 'the exchange has not answered'
  while (wall.steadyMs() - startMs < VERIFY_MS) {
    const reading = await venue.readAccount(now())
    if (reading.ok) {
      const open = reading.value.positions.filter((p) => p.lots !== 0)
      const orders = reading.value.openOrders
      if (open.length === 0 && orders.length === 0) {
        const at = new Date(now()).toISOString().slice(11, 19)
        return `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}. Trading is halted until an admin resumes.`
      }
      last = [
        ...open.map((p) => `${instruments[p.instrument]?.symbol ?? ''} still open`),
        ...(orders.length > 0 ? [`${orders.length} orders still open`] : []),
      ].join(', ')
    }
    await wall.sleep(READ_EVERY_MS)
  }
  return `NOT FLAT: ${last}. It is being tried again; stops stand at the exchange.`
}
