/**
 * Which number each symbol has in the journal, for life, and the instruments in that order, in the steps that the journal began with.
 */
import type { VenueError } from '../venue/port/error.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type InstrumentIndex, instrumentIndex } from '../core/units.ts'
import type { Journal, JournalError, Registered } from '../journal/journal.ts'
import { type Instrument, type InstrumentSpec, makeInstrument } from '../market/instrument.ts'

import type { Venue } from '../venue/port/venue.ts'
import { type BootFailure, untilAnswered } from './boot.ts'
import type { WallClock } from '../system/wall-clock.ts'

type Specs = Pick<Venue, 'instruments'>

export interface RegisteredInstruments {
  /** In the steps in which the journal begins: what it shows of other steps, it shows as it is folded. */
  readonly instruments: readonly Instrument[]
  /** As the exchange lists them now, by number; undefined where it does not list the symbol any more. */
  readonly listed: readonly (InstrumentSpec | undefined)[]
}

/** The instruments of a trader: what it is configured for, and what it once was. */
export async function registeredInstruments(
  symbols: readonly string[],
  venue: Specs,
  journal: Journal,
  wallClock: WallClock,
  waits?: (detail: string) => void,
): Promise<Result<RegisteredInstruments, BootFailure>> {
  const known = await journal.register([])
  if (!known.ok) return err(unreadable(known.error))
  const specs = await listedSpecs(symbols, known.value, venue, wallClock, waits)
  if (!specs.ok) return specs
  const registered = await journal.register(specs.value.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })))
  if (!registered.ok) return err(unreadable(registered.error))
  return instrumentsOf(registered.value, specs.value, venue, wallClock)
}

export const unreadable = ({ detail }: JournalError): BootFailure => ({
  sentence: `The journal cannot be read: ${detail}.`,
  next: 'Start the database and try again.',
})

/** What the exchange lists of the symbols. One that the journal knows may be missing: it was delisted. Another one stops the start. */
export async function listedSpecs(
  symbols: readonly string[],
  known: readonly Registered[],
  venue: Specs,
  wallClock: WallClock,
  waits?: (detail: string) => void,
): Promise<Result<readonly InstrumentSpec[], BootFailure>> {
  const specs: InstrumentSpec[] = []
  const newcomers = symbols.filter((symbol) => known.every((row) => row.symbol !== symbol))
  if (newcomers.length > 0) {
    const found = await untilAnswered(wallClock, () => venue.instruments(newcomers), waits)
    if (!found.ok) return found
    specs.push(...found.value)
  }
  for (const symbol of symbols) {
    if (newcomers.includes(symbol)) continue
    const found = await knownSpec(symbol, venue, wallClock, waits)
    if (!found.ok) return found
    if (found.value !== undefined) specs.push(found.value)
  }
  return ok(symbols.flatMap((symbol) => specs.find((spec) => spec.symbol === symbol) ?? []))
}

/**
 * Symbols that are not configured any more are asked for one by one: the exchange may not know them any more either.
 *
 * @param first number of the first of them
 */
export async function instrumentsOf(
  registered: readonly Registered[],
  specs: readonly InstrumentSpec[],
  venue: Specs,
  wallClock: WallClock,
  first = 0,
): Promise<Result<RegisteredInstruments, BootFailure>> {
  const instruments: Instrument[] = []
  const listed: (InstrumentSpec | undefined)[] = []
  for (const [at, row] of registered.entries()) {
    const known = specs.find((s) => s.symbol === row.symbol)
    const found = known === undefined ? await knownSpec(row.symbol, venue, wallClock) : ok(known)
    if (!found.ok) return found
    const index = instrumentIndex(first + at)
    const spec = found.value
    listed.push(spec === undefined ? undefined : { ...spec, index })
    // A symbol that the exchange does not list any more is closed: its books stay readable, and the others continue.
    instruments.push(
      makeInstrument(spec === undefined ? { index, venue: 'bybit', ...row, status: 'closed' } : asJournaled(spec, row, index)),
    )
  }
  return ok({ instruments, listed })
}

/** Margin tiers come from the journal alone: a replay then judges by those that counted, and not by those of today. */
const asJournaled = ({ tiers: _, ...spec }: InstrumentSpec, row: Registered, index: InstrumentIndex): InstrumentSpec => ({
  ...spec,
  ...row,
  index,
})

/** Undefined where the exchange does not list it any more. */
async function knownSpec(
  symbol: string,
  venue: Specs,
  wallClock: WallClock,
  waits?: (detail: string) => void,
): Promise<Result<InstrumentSpec | undefined, BootFailure>> {
  const ask = async (): Promise<Result<InstrumentSpec | undefined, VenueError>> => {
    const found = await venue.instruments([symbol])
    if (found.ok) return ok(found.value[0])
    return found.error.type === 'invalid-request' ? ok(undefined) : found
  }
  return untilAnswered(wallClock, ask, waits)
}

/** Asked again: one odd answer alone is not acted on (S13). */
export async function listedAgain(
  instruments: readonly Instrument[],
  venue: Specs,
  wallClock: WallClock,
): Promise<Result<readonly (InstrumentSpec | undefined)[], BootFailure>> {
  const listed: (InstrumentSpec | undefined)[] = []
  for (const { symbol } of instruments) {
    const found = await knownSpec(symbol, venue, wallClock)
    if (!found.ok) return found
    listed.push(found.value)
  }
  return ok(listed)
}
