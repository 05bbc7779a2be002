/**
 * What spot rows say in another way than those of perpetuals: which way a conditional order waits, and in what coin a fee was paid.
 */
import { mulDivCeil, mulDivFloor, parseDecimal } from '../../core/decimal.ts'
import { type Cash, type Lots, type Ticks, cash, lots } from '../../core/units.ts'
import { type Instrument, LOT_PARTS, LOT_PART_SCALE } from '../../market/instrument.ts'
import { type OrderKind, ownerOfClientOrderId } from '../../trading/order.ts'
import { type ExecutionWire, OddRow, type OrderWire, moneyOf, priceOf } from './rows.ts'

/** Under which filters a conditional order of spot may stand: ours that wait with free coins, and those that hold their coins. */
const CONDITIONAL_TYPES = new Set(['Stop', 'tpslOrder', 'StopLoss', 'PartialStopLoss', 'TakeProfit', 'PartialTakeProfit'])
const TARGET_TYPES = new Set(['TakeProfit', 'PartialTakeProfit'])

/** The price at which a conditional order was made. Readings have it as basePrice, streams as lastPriceOnCreated, each without the other. */
function madeAt(row: OrderWire, instrument: Instrument): Ticks | undefined {
  return priceOf(instrument, row.basePrice, 'basePrice') ?? priceOf(instrument, row.lastPriceOnCreated, 'lastPriceOnCreated')
}

/** Whether nothing in the row says which way it waits: its kind is then a guess that nobody may act on. */
export function isSpotKindGuessed(row: OrderWire, instrument: Instrument): boolean {
  const type = row.stopOrderType ?? ''
  const isNamed = type !== '' && type !== 'UNKNOWN' && type !== 'Stop' && type !== 'tpslOrder'
  return priceOf(instrument, row.triggerPrice, 'triggerPrice') !== undefined && !isNamed && madeAt(row, instrument) === undefined
}

/**
 * A spot row has no direction of its trigger: the price at which it was made shows it. Where that is missing it counts as a stop.
 * A plain order has no trigger price, so a triggered one is known as what it was.
 */
export function spotKindOf(row: OrderWire, instrument: Instrument): OrderKind {
  const isMarket = row.orderType === 'Market'
  const trigger = priceOf(instrument, row.triggerPrice, 'triggerPrice')
  const type = row.stopOrderType ?? ''
  if (trigger === undefined && !CONDITIONAL_TYPES.has(type)) return isMarket ? 'market' : 'limit'
  const base = madeAt(row, instrument)
  const isTarget =
    TARGET_TYPES.has(type) || (trigger !== undefined && base !== undefined && (row.side === 'Sell' ? trigger > base : trigger < base))
  if (isTarget) return isMarket ? 'take-profit-market' : 'take-profit-limit'
  return isMarket ? 'stop-market' : 'stop-limit'
}

/**
 * Whether the quantity of an order counts money instead of coins: a market purchase that others made. Executions that are read do not say
 * it, and then it is what the exchange takes for a market purchase of which nothing is said; ours say it.
 */
export function isByMoney({ marketUnit, orderType, side, orderLinkId }: OrderWire | ExecutionWire): boolean {
  if (marketUnit !== undefined && marketUnit !== '') return marketUnit === 'quoteCoin'
  return orderType === 'Market' && side === 'Buy' && ownerOfClientOrderId(orderLinkId, '') === 'external'
}

/** An order that others made may be finer than the grid that orders are taken on now: what is below a lot is left out. */
export function spotQuantityOf(instrument: Instrument, value: string, field: string): Lots {
  const units = parseDecimal(value === '' ? '0' : value, instrument.quantityScale, 'floor')
  if (units === undefined)
    throw new OddRow(`${instrument.symbol} ${field} '${value.slice(0, 40)}' is not a quantity of ${instrument.symbol}`)
  return lots(mulDivFloor(units, 1, instrument.lot))
}

/** Where the row does not say it: coins for a purchase, money for a sale, and the other way round where a maker is paid. */
function feeCoinOf(row: ExecutionWire, instrument: Instrument): string {
  const { feeCurrency, side, isMaker, feeRate } = row
  if (feeCurrency !== undefined && feeCurrency !== '') return feeCurrency
  if (instrument.category === 'linear') return instrument.settleCoin
  const isReversed = isMaker && Number(feeRate) <= 0
  return (side === 'Buy') !== isReversed ? instrument.baseCoin : instrument.settleCoin
}

/** The fee in money, and for one in coins of the symbol how many parts of a lot it took. */
export function feeOf(
  row: ExecutionWire,
  instrument: Instrument,
  price: Ticks,
): { readonly fee: Cash; readonly feeCoin: string; readonly feeLotParts?: number } {
  const feeCoin = feeCoinOf(row, instrument)
  const extra = typeof row.extraFees === 'object' && row.extraFees !== null ? row.extraFees.filter((each) => each.feeCoin === feeCoin) : []
  if (feeCoin === instrument.settleCoin) {
    const fee = extra.reduce((sum: number, { fee }) => sum + moneyOf(fee, 'extraFees'), moneyOf(row.execFee, 'execFee'))
    return { fee: cash(fee), feeCoin }
  }
  // Paid out of another balance, as fees in MNT are: the money of this account is not touched by it.
  if (instrument.category === 'linear' || feeCoin !== instrument.baseCoin) return { fee: cash(0), feeCoin }
  const { lot, quantityScale, cashNumerator, cashDenominator } = instrument
  const unitsOf = (value: string): number => {
    const parsed = parseDecimal(value === '' ? '0' : value, quantityScale + LOT_PART_SCALE, 'ceil')
    if (parsed === undefined) throw new OddRow(`${instrument.symbol} execFee '${value.slice(0, 40)}' is not an amount of ${feeCoin}`)
    return parsed
  }
  const units = extra.reduce((sum, { fee }) => sum + unitsOf(fee), unitsOf(row.execFee))
  const feeLotParts = mulDivCeil(units, 1, lot)
  return { fee: cash(mulDivCeil(price * cashNumerator, feeLotParts, cashDenominator * LOT_PARTS)), feeCoin, feeLotParts }
}
