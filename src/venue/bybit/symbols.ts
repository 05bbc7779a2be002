/**
 * The instruments of an account by what rows call them: a category and a symbol of the exchange's.
 */
import type { InstrumentIndex } from '../../core/units.ts'
import { type Instrument, spotSymbolOf } from '../../market/instrument.ts'

/** What contracts of category linear are settled in: positions in any of them take margin. */
export const SETTLE_COINS = ['USDT', 'USDC'] as const

/** Rows without a category are a perpetual's: what was asked for, or a stream that has only those. */
export const ownSymbolOf = (category: string | undefined, wireSymbol: string): string =>
  category === 'spot' ? spotSymbolOf(wireSymbol) : wireSymbol

export class Symbols {
  list: readonly Instrument[] = []
  /** By the symbols that everything above the wire knows. */
  byName: ReadonlyMap<string, Instrument> = new Map()
  spot: readonly Instrument[] = []

  use(list: readonly Instrument[]): void {
    this.list = list
    this.byName = new Map(list.map((i) => [i.symbol, i]))
    this.spot = list.filter((i) => i.category === 'spot')
  }

  at(i: InstrumentIndex): Instrument {
    return this.list[i] as Instrument
  }

  /** Rows of others' symbols are left out. */
  mapRows<T extends { readonly symbol: string }, R>(
    rows: readonly T[],
    category: Instrument['category'],
    map: (row: T, instrument: Instrument) => R,
  ): R[] {
    return rows.flatMap((row) => {
      const instrument = this.byName.get(ownSymbolOf(category, row.symbol))
      return instrument === undefined ? [] : [map(row, instrument)]
    })
  }
}
