/**
 * What the account has at stake: notional, margin, and what is lost if every stop is reached.
 */
import { addSafe } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Side, cash, lots } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import { type Position, unrealizedOf } from '../../portfolio/position.ts'
import type { OpenTrade } from '../../portfolio/open-trade.ts'
import type { PortfolioView } from '../../portfolio/view.ts'

export interface ExposureBooks extends Pick<PortfolioView, 'mark' | 'externalLots' | 'openEntryLots'> {
  readonly positions: readonly Position[]
  unrealizedOf(i: InstrumentIndex): Cash
  eachOpenTrade(): Iterable<OpenTrade>
  /** Instruments in which something is not ours, with its lots. */
  othersHeld(): Iterable<readonly [number, Lots]>
}

/** Notional of position, what is not ours, and open entries, at the mark. */
export function grossOf(bookkeeper: ExposureBooks, instrument: Instrument): number {
  const i = instrument.index
  const held: number = (bookkeeper.positions[i] as Position).lots
  const entries = bookkeeper.openEntryLots(i, 1) + bookkeeper.openEntryLots(i, -1)
  const size = (held < 0 ? 0 - held : held) + Math.abs(bookkeeper.externalLots(i)) + entries
  return size === 0 ? 0 : notionalOf(instrument, bookkeeper.mark(i), lots(size), 'ceil')
}

/** Margin of positions and open entries of these instruments; spot its whole price. */
export function marginSum(
  bookkeeper: ExposureBooks,
  instruments: readonly Instrument[],
  leverageOf: (i: InstrumentIndex) => number,
): number {
  let sum = 0
  for (let k = 0; k < instruments.length; k++) {
    const instrument = instruments[k] as Instrument
    const notional = grossOf(bookkeeper, instrument)
    if (notional !== 0) sum += instrument.category === 'spot' ? notional : Math.ceil(notional / leverageOf(instrument.index))
  }
  return sum
}

/** Net value on a side: positions of that side less those of the other, and every open entry on it. */
export function netSum(bookkeeper: ExposureBooks, instruments: readonly Instrument[], side: Side): Cash {
  let sum = 0
  for (let k = 0; k < instruments.length; k++) {
    const instrument = instruments[k] as Instrument
    const i = instrument.index
    const held = ((bookkeeper.positions[i] as Position).lots + bookkeeper.externalLots(i)) * side
    const size = held + bookkeeper.openEntryLots(i, side)
    if (size !== 0)
      sum +=
        size > 0
          ? notionalOf(instrument, bookkeeper.mark(i), lots(size), 'ceil')
          : 0 - notionalOf(instrument, bookkeeper.mark(i), lots(0 - size), 'floor')
  }
  return cash(sum)
}

export function grossSum(bookkeeper: ExposureBooks, instruments: readonly Instrument[]): Cash {
  let sum = 0
  for (let k = 0; k < instruments.length; k++) sum = addSafe(sum, grossOf(bookkeeper, instruments[k] as Instrument))
  return cash(sum)
}

/**
 * What is lost from the present equity if every open position is stopped at its stop; positions without one, and those of others, count
 * with their whole margin.
 */
export function openRiskOf(
  bookkeeper: ExposureBooks,
  instruments: readonly Instrument[],
  contractLeverageOf: (i: InstrumentIndex) => number,
): Cash {
  const leverageOf = ({ category, index }: Instrument): number => (category === 'spot' ? 1 : contractLeverageOf(index))
  let sum = 0
  for (const { instrument: i, stop } of bookkeeper.eachOpenTrade()) {
    const position = bookkeeper.positions[i] as Position
    const instrument = instruments[i] as Instrument
    const now: number = bookkeeper.unrealizedOf(i)
    const atStop: number =
      stop === undefined
        ? now - Math.ceil(notionalOf(instrument, bookkeeper.mark(i), lots(Math.abs(position.lots)), 'ceil') / leverageOf(instrument))
        : unrealizedOf(position, instrument, stop)
    if (now > atStop) sum += now - atStop
  }
  for (const [k, size] of bookkeeper.othersHeld()) {
    const instrument = instruments[k] as Instrument
    sum += Math.ceil(notionalOf(instrument, bookkeeper.mark(instrument.index), size, 'ceil') / contractLeverageOf(instrument.index))
  }
  return cash(sum)
}
