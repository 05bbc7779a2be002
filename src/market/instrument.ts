/**
 * What may be traded: its grid of prices and quantities, its limits, and the exact conversion from ticks and lots to money.
 */
import { gcd, mulDiv, mulDivCeil, mulDivFloor, parseDecimal, readStep, formatDecimal, groupDigits, type Rounding } from '../core/decimal.ts'
import { InvariantError } from '../core/assert.ts'
import { type Cash, CASH_SCALE, type InstrumentIndex, type Lots, type Ticks, cash, lots, ticks } from '../core/units.ts'
import { type MarginTier, type TierTerms, readTiers } from './margin-tiers.ts'

export const INSTRUMENT_STATUSES = ['pre-launch', 'trading', 'delivering', 'closed'] as const
export type InstrumentStatus = (typeof INSTRUMENT_STATUSES)[number]
export type Category = 'linear' | 'spot'

/** What a spot symbol ends with here, so that it is another one than the perpetual of the same coins: `BTCUSDT-SPOT`. */
const SPOT_SUFFIX = '-SPOT'
export const isSpotSymbol = (symbol: string): boolean => symbol.endsWith(SPOT_SUFFIX)
/** As the venue names it beside a category: without the suffix. */
export const wireSymbolOf = (symbol: string): string => (isSpotSymbol(symbol) ? symbol.slice(0, -SPOT_SUFFIX.length) : symbol)
export const spotSymbolOf = (wireSymbol: string): string => `${wireSymbol}${SPOT_SUFFIX}`
export const categoryOf = (symbol: string): Category => (isSpotSymbol(symbol) ? 'spot' : 'linear')

export interface Instrument {
  readonly index: InstrumentIndex
  /** Where it trades, as the candle store names it: `bybit`, `bitfinex`, `sim`. */
  readonly venue: string
  readonly symbol: string
  readonly category: Category
  readonly baseCoin: string
  readonly quoteCoin: string
  readonly settleCoin: string
  /** Tick and lot as integers of 10^-priceScale and 10^-quantityScale. */
  readonly tick: number
  readonly priceScale: number
  readonly lot: number
  readonly quantityScale: number
  /** Money of one tick times one lot is `cashNumerator / cashDenominator` units of Cash. */
  readonly cashNumerator: number
  readonly cashDenominator: number
  readonly lotsMin: Lots
  readonly lotsMax: Lots
  /** Largest quantity of one market order. */
  readonly lotsMarketMax: Lots
  readonly notionalMin: Cash
  readonly leverageMax: number
  /** Maintenance margin by position value; none where nobody has read them, as of recorded candles. */
  readonly tiers: readonly MarginTier[]
  readonly fundingIntervalMs: number
  readonly status: InstrumentStatus
}

/** Decimals below a lot in which coins are counted that are no whole lot (spot), and how many such parts a lot has. */
export const LOT_PART_SCALE = 6
export const LOT_PARTS = 10 ** LOT_PART_SCALE

export interface InstrumentSpec {
  readonly index: InstrumentIndex
  readonly venue: string
  /** Its ending says the category: see {@link isSpotSymbol}. */
  readonly symbol: string
  readonly baseCoin?: string
  readonly quoteCoin?: string
  /** Decimal text, as `0.1`. */
  readonly tickSize: string
  readonly lotSize: string
  readonly quantityMin?: string
  readonly quantityMax?: string
  readonly quantityMarketMax?: string
  readonly notionalMin?: string
  readonly leverageMax?: number
  readonly tiers?: readonly TierTerms[]
  readonly fundingIntervalMs?: number
  readonly status?: InstrumentStatus
  /** When the venue ends it; absent where no end is set. */
  readonly deliveryTs?: number
}

const LOTS_UNLIMITED = 9e14

/** Makes an instrument from decimal text. @throws InvariantError when a size is not a positive plain decimal. */
/** What most contracts allow: of a symbol whose listing nobody has read. */
const LEVERAGE_MAX = 100

export function makeInstrument(spec: InstrumentSpec): Instrument {
  const [tick, priceScale] = positiveDecimal(spec.tickSize, 'tick size', spec.symbol)
  const [lot, quantityScale] = positiveDecimal(spec.lotSize, 'lot size', spec.symbol)
  const exponent = CASH_SCALE - priceScale - quantityScale
  const numerator = tick * lot * (exponent > 0 ? 10 ** exponent : 1)
  const denominator = exponent < 0 ? 10 ** -exponent : 1
  const common = gcd(numerator, denominator)
  const toLots = (text: string | undefined, fallback: number): Lots => {
    if (text === undefined) return lots(fallback)
    const units = parseDecimal(text, quantityScale, 'floor')
    return lots(units === undefined ? fallback : mulDivFloor(units, 1, lot))
  }
  const quantityMax = toLots(spec.quantityMax, LOTS_UNLIMITED)
  const pair = wireSymbolOf(spec.symbol)
  const base = spec.baseCoin ?? pair.replace(/(USDT|USDC|USD)$/, '')
  const quote = spec.quoteCoin ?? (pair.slice(base.length) || 'USDT')
  return {
    index: spec.index,
    venue: spec.venue,
    symbol: spec.symbol,
    category: categoryOf(spec.symbol),
    baseCoin: base,
    quoteCoin: quote,
    settleCoin: quote,
    tick,
    priceScale,
    lot,
    quantityScale,
    cashNumerator: numerator / common,
    cashDenominator: denominator / common,
    lotsMin: toLots(spec.quantityMin, 1),
    lotsMax: quantityMax,
    lotsMarketMax: toLots(spec.quantityMarketMax, quantityMax),
    notionalMin: cash(parseDecimal(spec.notionalMin ?? '0', CASH_SCALE, 'ceil') ?? 0),
    leverageMax: spec.leverageMax ?? LEVERAGE_MAX,
    tiers: tiersOf(spec),
    fundingIntervalMs: spec.fundingIntervalMs ?? 28_800_000,
    status: spec.status ?? 'trading',
  }
}

function tiersOf({ tiers, symbol }: InstrumentSpec): readonly MarginTier[] {
  const read = readTiers(tiers ?? [])
  if (read === undefined) throw new InvariantError(`${symbol}: its margin tiers were not checked`)
  return read
}

function positiveDecimal(text: string, what: string, symbol: string): [units: number, scale: number] {
  const trimmed = readStep(text) ?? ''
  const point = trimmed.indexOf('.')
  const scale = point < 0 ? 0 : trimmed.length - point - 1
  const units = parseDecimal(trimmed, scale)
  if (units === undefined || units <= 0) throw new InvariantError(`${symbol}: ${what} '${text}' is not a positive decimal`)
  return [units, scale]
}

/** Money of `quantity` lots at `price`, sign of the quantity kept, rounded in the named direction where the grid is finer than Cash. */
export function notionalOf(instrument: Instrument, price: Ticks, quantity: Lots, rounding: Rounding): Cash {
  const units = quantity * instrument.cashNumerator
  return cash(instrument.cashDenominator === 1 ? mulDivFloor(price, units, 1) : mulDiv(price, units, instrument.cashDenominator, rounding))
}

/** The least quantity that an entry may have at the price: the venue's minimum of lots and of value. */
export const leastLots = (instrument: Instrument, price: Ticks): Lots =>
  price <= 0
    ? instrument.lotsMin
    : lots(Math.max(instrument.lotsMin, mulDivCeil(instrument.notionalMin, instrument.cashDenominator, price * instrument.cashNumerator)))

/** Whether a quantity above zero is less than the venue takes in an order at the price. */
export const isTooSmall = (instrument: Instrument, price: Ticks, quantity: Lots): boolean =>
  quantity > 0 && (quantity < instrument.lotsMin || notionalOf(instrument, price, quantity, 'floor') < instrument.notionalMin)

/** Price as plain decimal text. */
export const formatPrice = (instrument: Instrument, price: Ticks): string =>
  formatDecimal(mulDivFloor(price, instrument.tick, 1), instrument.priceScale)

/** Price as users read it: `64,210.5`. */
export const shownPrice = (instrument: Instrument, price: Ticks): string => groupDigits(formatPrice(instrument, price))

/** Quantity as plain decimal text. */
export const formatQuantity = (instrument: Instrument, quantity: Lots): string =>
  formatDecimal(mulDivFloor(quantity, instrument.lot, 1), instrument.quantityScale)

/** Reads a price; off-grid text needs a rounding, else undefined. */
export function parsePrice(instrument: Instrument, text: string, rounding?: Rounding): Ticks | undefined {
  const units = parseDecimal(text, instrument.priceScale, rounding)
  return units === undefined ? undefined : onGrid(units, instrument.tick, rounding, ticks)
}

/** Reads a quantity; off-grid text needs a rounding, else undefined. */
export function parseQuantity(instrument: Instrument, text: string, rounding?: Rounding): Lots | undefined {
  const units = parseDecimal(text, instrument.quantityScale, rounding)
  return units === undefined ? undefined : onGrid(units, instrument.lot, rounding, lots)
}

function onGrid<T>(units: number, step: number, rounding: Rounding | undefined, make: (n: number) => T): T | undefined {
  if (units % step === 0) return make(units / step)
  return rounding === undefined ? undefined : make(mulDiv(units, 1, step, rounding))
}

/** A float price (an indicator's, a ratio's) put on the grid. The only way from floats to ticks. */
export function ticksFromFloat(price: number, rounding: 'floor' | 'ceil' | 'nearest'): Ticks {
  return ticks(rounding === 'floor' ? Math.floor(price) : rounding === 'ceil' ? Math.ceil(price) : Math.round(price))
}

/** One tick as a float in quote units, for statistics and display only. */
export const tickFloat = (instrument: Instrument): number => instrument.tick / 10 ** instrument.priceScale
/** One lot as a float in base units, for statistics and display only. */
export const lotFloat = (instrument: Instrument): number => instrument.lot / 10 ** instrument.quantityScale
/** Two decimals more than the tick: an integer divided by a power of ten is the float nearest to the decimal, and costs no text. */
const FINE = Array.from({ length: 20 }, (_, scale) => 10 ** (scale + 2))

/** A price in ticks, whole or not, as a float in quote units, for users to read. */
export const priceFloat = (instrument: Instrument, price: number): number =>
  Math.round(price * instrument.tick * 100) / (FINE[instrument.priceScale] as number)
