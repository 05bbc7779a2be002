/**
 * How a venue lists an instrument now: its status, steps and limits.
 */
import type { InstrumentIndex } from '../../core/units.ts'
import type { InstrumentSpec, InstrumentStatus } from '../../market/instrument.ts'

export interface Listing {
  readonly instrument: InstrumentIndex
  readonly status: InstrumentStatus
  /** Its rules; undefined where it is not listed any more, or not as something that can be traded here. */
  readonly spec: InstrumentSpec | undefined
}
