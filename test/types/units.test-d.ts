/**
 * The units of the core as the compiler sees them: none is taken for another, and a bare number for none of them.
 */
import { describe, expectTypeOf, test } from 'vitest'
import type { Rounding } from '../../src/core/decimal.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type OrderId,
  type Rate,
  type StrategyId,
  type Ticks,
  type TradeNumber,
  type Ts,
  cash,
  lots,
  ticks,
} from '../../src/core/units.ts'
import { type Instrument, notionalOf } from '../../src/market/instrument.ts'
import type { Signal } from '../../src/strategy/strategy.ts'

interface Units {
  Ticks: Ticks
  Lots: Lots
  Cash: Cash
  Ts: Ts
  Rate: Rate
  InstrumentIndex: InstrumentIndex
  OrderId: OrderId
  TradeNumber: TradeNumber
  StrategyId: StrategyId
}
type Name = keyof Units

/** `Ticks for Lots` of each pair of which the first would be taken for the second. */
type Mistaken = { [A in Name]: { [B in Exclude<Name, A>]: Units[A] extends Units[B] ? `${A} for ${B}` : never }[Exclude<Name, A>] }[Name]
/** Units that a bare number or text would be taken for. */
type Unbranded = { [A in Name]: number extends Units[A] ? A : string extends Units[A] ? A : never }[Name]

describe('units', () => {
  test('none is taken for another', () => {
    expectTypeOf<Mistaken>().toBeNever()
    expectTypeOf<Ticks>().not.toExtend<Lots>()
    expectTypeOf<Cash>().not.toExtend<Ticks>()
  })

  test('a bare number or text is none of them', () => {
    expectTypeOf<Unbranded>().toBeNever()
    expectTypeOf<number>().not.toExtend<Cash>()
    expectTypeOf<string>().not.toExtend<StrategyId>()
  })

  test('each is still a number, to compare and to calculate with, and what comes out has to be branded again', () => {
    expectTypeOf<Ticks>().toExtend<number>()
    expectTypeOf(ticks(1) + ticks(2)).toEqualTypeOf<number>()
    expectTypeOf(ticks(1)).toEqualTypeOf<Ticks>()
    expectTypeOf(cash(1)).not.toEqualTypeOf(lots(1))
  })

  test('price and quantity cannot change places', () => {
    expectTypeOf<[Instrument, Ticks, Lots, Rounding]>().toExtend<[...Parameters<typeof notionalOf>]>()
    expectTypeOf<[Instrument, Lots, Ticks, Rounding]>().not.toExtend<[...Parameters<typeof notionalOf>]>()
    expectTypeOf(notionalOf).returns.toEqualTypeOf<Cash>()
  })

  test('a strategy gives its stop in ticks, not as a price in coins', () => {
    expectTypeOf<{ stop: Ticks }>().toExtend<Pick<Signal, 'stop'>>()
    expectTypeOf<{ stop: number }>().not.toExtend<Pick<Signal, 'stop'>>()
  })
})
