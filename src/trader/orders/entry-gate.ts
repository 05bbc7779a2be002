/**
 * A gate in front of the venue that lets exits, cancels and stops pass and refuses entries while something stands against them.
 * Never refuses what reduces risk (S2).
 */
import type { Venue } from '../../venue/port/venue.ts'

type Sending = Pick<Venue, 'send' | 'lookUp'>

/** `obstacle` is asked at the moment of each send: words where entries must not go out. */
export function withEntryGate(venue: Sending, obstacle: () => string | undefined): Sending {
  return {
    lookUp: (instrument, clientOrderId) => venue.lookUp(instrument, clientOrderId),
    send: (command) => {
      const detail = command.type === 'submit-order' && !command.reduceOnly ? obstacle() : undefined
      return detail === undefined
        ? venue.send(command)
        : Promise.resolve({ type: 'refused', error: { type: 'market-state', code: 'held', detail } })
    },
  }
}
