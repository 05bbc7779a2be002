/**
 * What a venue may change of an instrument while it is traded, and how prices and quantities go from the steps before to the steps after.
 */
import { formatDecimal, gcd, mulDiv, mulDivFloor, type Rounding } from '../core/decimal.ts'
import { CASH_SCALE, type Lots, type Ticks, lots, ticks } from '../core/units.ts'
import { type Instrument, type InstrumentSpec, formatQuantity, makeInstrument } from './instrument.ts'

/** Plain data, as the venue writes it: it is journaled with the change, so that what counts in these steps stays readable. */
export type InstrumentTerms = Pick<
  InstrumentSpec,
  | 'tickSize'
  | 'lotSize'
  | 'quantityMin'
  | 'quantityMax'
  | 'quantityMarketMax'
  | 'notionalMin'
  | 'leverageMax'
  | 'tiers'
  | 'fundingIntervalMs'
>

export function termsOf(spec: InstrumentTerms): InstrumentTerms {
  const { tickSize, lotSize, quantityMin, quantityMax, quantityMarketMax, notionalMin, leverageMax, tiers, fundingIntervalMs } = spec
  return {
    tickSize,
    lotSize,
    ...(quantityMin === undefined ? undefined : { quantityMin }),
    ...(quantityMax === undefined ? undefined : { quantityMax }),
    ...(quantityMarketMax === undefined ? undefined : { quantityMarketMax }),
    ...(notionalMin === undefined ? undefined : { notionalMin }),
    ...(leverageMax === undefined ? undefined : { leverageMax }),
    ...(tiers === undefined ? undefined : { tiers }),
    ...(fundingIntervalMs === undefined ? undefined : { fundingIntervalMs }),
  }
}

/** Least and largest order, as a stored series keeps them for its backtests. */
export type OrderBounds = Required<{ [K in 'quantityMin' | 'quantityMax' | 'quantityMarketMax' | 'notionalMin']: string }>

export const orderBoundsOf = (instrument: Instrument): OrderBounds => ({
  quantityMin: formatQuantity(instrument, instrument.lotsMin),
  quantityMax: formatQuantity(instrument, instrument.lotsMax),
  quantityMarketMax: formatQuantity(instrument, instrument.lotsMarketMax),
  notionalMin: formatDecimal(instrument.notionalMin, CASH_SCALE),
})

/** The same instrument by other terms. Margin tiers that are not told are those that were told last. */
export function withTerms(instrument: Instrument, terms: InstrumentTerms): Instrument {
  const { index, venue, symbol, baseCoin, quoteCoin, settleCoin, status } = instrument
  const made = makeInstrument({ ...terms, index, venue, symbol, baseCoin, quoteCoin, status })
  return { ...made, settleCoin, tiers: terms.tiers === undefined ? instrument.tiers : made.tiers }
}

export const hasSameSteps = (a: Instrument, b: Instrument): boolean =>
  a.tick === b.tick && a.priceScale === b.priceScale && a.lot === b.lot && a.quantityScale === b.quantityScale

/** What differs of the limits, in words; nothing where all are the same. Both must count in the same steps. */
export function changedLimits(before: Instrument, after: Instrument): string[] {
  const words: readonly (readonly [string, number, number])[] = [
    ['smallest order', before.lotsMin, after.lotsMin],
    ['largest order', before.lotsMax, after.lotsMax],
    ['largest market order', before.lotsMarketMax, after.lotsMarketMax],
    ['smallest value', before.notionalMin, after.notionalMin],
    ['most leverage', before.leverageMax, after.leverageMax],
    ['funding interval', before.fundingIntervalMs, after.fundingIntervalMs],
  ]
  const limits = words.filter(([, was, is]) => was !== is).map(([name]) => name)
  // Tiers that are read for the first time are no change of the venue's.
  return before.tiers.length === 0 || hasSameTiers(before, after) ? limits : [...limits, 'margin tiers']
}

export const hasSameTiers = (before: Instrument, after: Instrument): boolean =>
  before.tiers.length === after.tiers.length &&
  before.tiers.every(({ valueMax, rate, deduction, leverageMax }, at) => {
    const other = after.tiers[at]
    return other?.valueMax === valueMax && other.rate === rate && other.deduction === deduction && other.leverageMax === leverageMax
  })

interface Ratio {
  readonly numerator: number
  readonly denominator: number
}

function ratioOf(before: number, scaleBefore: number, after: number, scaleAfter: number): Ratio {
  const numerator = before * 10 ** Math.max(0, scaleAfter - scaleBefore)
  const denominator = after * 10 ** Math.max(0, scaleBefore - scaleAfter)
  const common = gcd(numerator, denominator)
  return { numerator: numerator / common, denominator: denominator / common }
}

/** From the steps of one version of an instrument to those of the next. */
export class StepChange {
  readonly before: Instrument
  readonly after: Instrument
  private readonly ofPrice: Ratio
  private readonly ofQuantity: Ratio

  constructor(before: Instrument, after: Instrument) {
    this.before = before
    this.after = after
    this.ofPrice = ratioOf(before.tick, before.priceScale, after.tick, after.priceScale)
    this.ofQuantity = ratioOf(before.lot, before.quantityScale, after.lot, after.quantityScale)
  }

  /** New ticks of one old tick, for figures that are no prices of orders. */
  get priceFactor(): number {
    return this.ofPrice.numerator / this.ofPrice.denominator
  }

  price(price: Ticks, rounding: Rounding): Ticks {
    return ticks(mulDiv(price, this.ofPrice.numerator, this.ofPrice.denominator, rounding))
  }

  priceOrNone(price: Ticks | undefined, rounding: Rounding): Ticks | undefined {
    return price === undefined ? undefined : this.price(price, rounding)
  }

  /** Whether the price stands on the new steps. */
  fits(price: Ticks): boolean {
    return this.price(price, 'floor') === this.price(price, 'ceil')
  }

  /** Whole new lots of it, toward zero, sign kept. */
  quantity(quantity: Lots): Lots {
    return lots(mulDiv(quantity, this.ofQuantity.numerator, this.ofQuantity.denominator, 'trunc'))
  }

  isWhole(quantity: Lots): boolean {
    return (
      this.quantity(quantity) === lots(mulDiv(quantity, this.ofQuantity.numerator, this.ofQuantity.denominator, 'ceil')) &&
      this.quantity(quantity) === lots(mulDiv(quantity, this.ofQuantity.numerator, this.ofQuantity.denominator, 'floor'))
    )
  }

  /** An amount that belongs to `whole` old lots, for as many of them as are whole new lots; of none it is nothing. */
  shareOf(amount: number, whole: Lots): number {
    if (this.isWhole(whole)) return amount
    const kept = this.quantity(whole) * this.ofQuantity.denominator
    return kept === 0 ? 0 : mulDiv(amount, kept, whole * this.ofQuantity.numerator, 'nearest')
  }

  /** Lots and parts of one, together, in new lots and their parts. */
  withParts(quantity: Lots, spare: number, parts: number): { readonly lots: Lots; readonly spare: number } {
    const all = mulDivFloor(quantity * parts + spare, this.ofQuantity.numerator, this.ofQuantity.denominator)
    const whole = mulDivFloor(all, 1, parts)
    return { lots: lots(whole), spare: all - whole * parts }
  }
}
