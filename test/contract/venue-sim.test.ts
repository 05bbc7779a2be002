/**
 * The matching engine itself keeps the venue's contract.
 */
import { describe } from 'vitest'
import { cash, instrumentIndex, ts } from '../../src/core/units.ts'
import type { Instrument } from '../../src/market/instrument.ts'
import type { VenueEvent } from '../../src/trading/event.ts'
import { SIM_COSTS } from '../../src/venue/sim/models/costs.ts'
import { SimVenue } from '../../src/venue/sim/sim-venue.ts'
import { errorOf } from '../../src/venue/bybit/http/error.ts'
import { FIRST_PRICE, INSTRUMENT, OPENING, type VenueHarness, describeVenue } from './venue.contract.ts'
import { SPOT_INSTRUMENT, describeSpotVenue } from './spot.contract.ts'
import { HiddenBars } from '../support/hidden-bars.ts'

const I = instrumentIndex(0)
let venue: SimVenue
let bars: HiddenBars
let told: VenueEvent[] = []
const into = (event: VenueEvent): void => void told.push(event)

const harnessOf = (instrument: Instrument): VenueHarness => ({
  fresh: async () => {
    told = []
    bars = new HiddenBars(FIRST_PRICE)
    venue = new SimVenue([instrument], cash(OPENING), { ...SIM_COSTS, idPrefix: 'x-' })
    bars.next([FIRST_PRICE, FIRST_PRICE, FIRST_PRICE, FIRST_PRICE])
    venue.bar(I, bars.bars, into)
    bars.bars.reveal()
  },
  send: async (command) => {
    const refusal = venue.accept(command, ts(bars.bars.tsColumn[bars.bars.cursor] as number), into)
    if (refusal === undefined) return 'taken'
    // Read as the adapter reads the same code from the wire.
    const body = { retCode: refusal.code, retMsg: refusal.detail, result: {} }
    const error = errorOf({ type: 'reply', body, limits: undefined }, true, 0)
    if (error?.type === 'unchanged') return 'unchanged'
    return error?.type === 'gone' ? 'unknown gone' : `refused ${refusal.code}`
  },
  bar: async (prices) => {
    bars.next(prices)
    venue.bar(I, bars.bars, into)
    bars.bars.reveal()
  },
  depth: (share) => venue.setDepth(share),
  events: () => told.splice(0),
  held: async () => venue.positions[0]?.lots ?? 0,
  wallet: async () => venue.money(),
})

describeVenue(harnessOf(INSTRUMENT))
describe('spot', () => describeSpotVenue(harnessOf(SPOT_INSTRUMENT)))
