/**
 * Which number each symbol has in the journal, for life, and the instruments in that order.
 * Never lets a symbol take another one's number, and never counts in steps that the journal was not written in.
 */
import { type Result, err, ok } from '../core/result.ts'
import { instrumentIndex } from '../core/units.ts'
import type { Journal, Registered } from '../journal/journal.ts'
import { type Instrument, type InstrumentSpec, makeInstrument } from '../market/instrument.ts'
import type { Venue } from '../venue/port.ts'
import { type BootFailure, untilAnswered } from './boot.ts'
import type { Wall } from './wall.ts'

type Specs = Pick<Venue, 'instruments'>

/** The instruments of a trader: what it is configured for, and what it once was. */
export async function registeredInstruments(
  symbols: readonly string[],
  venue: Specs,
  journal: Journal,
  wall: Wall,
): Promise<Result<readonly Instrument[], BootFailure>> {
  const specs = await untilAnswered(wall, () => venue.instruments(symbols))
  if (!specs.ok) return specs
  const registered = await journal.register(specs.value.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })))
  if (!registered.ok)
    return err({ sentence: `The journal cannot be read: ${registered.error.detail}.`, next: 'Start the database and try again.' })
  return instrumentsOf(registered.value, specs.value, venue, wall)
}

/** Symbols that are not configured any more are asked for one by one: the exchange may not know them any more either. */
export async function instrumentsOf(
  registered: readonly Registered[],
  specs: readonly InstrumentSpec[],
  venue: Specs,
  wall: Wall,
): Promise<Result<readonly Instrument[], BootFailure>> {
  const instruments: Instrument[] = []
  for (const [number, row] of registered.entries()) {
    const known = specs.find((s) => s.symbol === row.symbol)
    const found = known === undefined ? await formerSpec(row, venue, wall) : ok(known)
    if (!found.ok) return found
    const spec = found.value
    if (!isSameStep(spec.tickSize, row.tickSize) || !isSameStep(spec.lotSize, row.lotSize)) return err(changedGrid(row, spec))
    instruments.push(makeInstrument({ ...spec, index: instrumentIndex(number) }))
  }
  return ok(instruments)
}

/** A symbol that is not configured any more; where the exchange does not know it either, it is closed. */
async function formerSpec(row: Registered, venue: Specs, wall: Wall): Promise<Result<InstrumentSpec, BootFailure>> {
  const closed: InstrumentSpec = { index: instrumentIndex(0), venue: 'bybit', ...row, status: 'closed' }
  return untilAnswered(wall, async () => {
    const found = await venue.instruments([row.symbol])
    if (found.ok) return ok(found.value[0] ?? closed)
    return found.error.type === 'invalid-request' ? ok(closed) : found
  })
}

const isSameStep = (a: string, b: string): boolean => Number(a) === Number(b)

const changedGrid = (row: Registered, spec: InstrumentSpec): BootFailure => ({
  sentence: `${row.symbol} is traded in other steps now (price ${row.tickSize} → ${spec.tickSize}, quantity ${row.lotSize} → ${spec.lotSize}), and the journal counts in the old ones.`,
  next: 'Close what is open (ballast panic --direct), then start with a new --data-dir and a new database.',
})
