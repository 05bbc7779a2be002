/**
 * A position as Bybit shows it, from the matcher's exact figures.
 */
import { mulDivCeil } from '../../../../core/decimal.ts'
import { CASH_ONE, type Cash, type Lots, RATE_ONE, type Ticks, cash, lots, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, lotFloat, notionalOf, tickFloat } from '../../../../market/instrument.ts'
import { averageEntry } from '../../../../portfolio/position.ts'
import { MAINTENANCE_RATE } from '../../costs.ts'
import { standingOf } from '../../protection.ts'
import type { SimOrder } from '../../sim-order.ts'
import type { Conditions } from './conditions.ts'
import { averagePriceText } from './order-row.ts'
import { cashText, sideText } from '../streams/wire.ts'

export interface PositionFigures {
  readonly instrument: Instrument
  /** Signed. */
  readonly lots: Lots
  readonly cost: Cash
  readonly unrealized: Cash
  readonly mark: Ticks
  readonly leverage: number
  /** Of the whole account: a cross position may lose all of it. */
  readonly equity: Cash
  /** Maintenance margin of all its positions: it is all of them that are liquidated. */
  readonly maintenance: Cash
  readonly orders: readonly SimOrder[]
  readonly curRealized: Cash
  readonly cumRealized: Cash
  readonly openTime: number
  readonly createdTime: number
  readonly updatedTime: number
  readonly seq: number
  readonly conditions: Pick<Conditions, 'positionMode' | 'isReduceOnly' | 'autoAddMargin' | 'adlRank'>
}

/** Maintenance margin of the first tier, in parts of a thousand. */
export const MAINTENANCE_PER_MILLE = (MAINTENANCE_RATE / RATE_ONE) * 1_000
/** Largest position of the first tier, in coins of settlement. */
export const RISK_LIMIT = '2000000'
const TAKER_FRACTION = 0.00055

export interface Margins {
  readonly value: Cash
  readonly initial: Cash
  readonly maintenance: Cash
}

/** Margin that a position holds at its mark: value / leverage, and the first tier's share of the value. */
export function marginsOf(instrument: Instrument, held: Lots, mark: Ticks, leverage: number): Margins {
  const value = notionalOf(instrument, mark, lots(held < 0 ? 0 - held : held), 'ceil')
  return { value, initial: cash(Math.ceil(value / leverage)), maintenance: cash(mulDivCeil(value, MAINTENANCE_PER_MILLE, 1_000)) }
}

export type PositionRow = Readonly<Record<string, string | number | boolean>> & {
  readonly symbol: string
  readonly size: string
  readonly avgPrice: string
}

/** The item of /v5/position/list. */
export function positionRow(f: PositionFigures): PositionRow {
  const { instrument } = f
  const size = lots(f.lots < 0 ? 0 - f.lots : f.lots)
  const margins = marginsOf(instrument, f.lots, f.mark, f.leverage)
  const stop = standingOf(f.orders, 'stop')?.trigger
  const target = standingOf(f.orders, 'target')?.trigger
  const trailBy = standingOf(f.orders, 'trail')?.trailBy
  return {
    positionIdx: f.conditions.positionMode === 'one-way' ? 0 : f.lots < 0 ? 2 : 1,
    riskId: 1,
    riskLimitValue: RISK_LIMIT,
    symbol: instrument.symbol,
    side: f.lots === 0 ? '' : sideText(f.lots),
    size: formatQuantity(instrument, size),
    avgPrice: averagePriceText(instrument, f.cost, size),
    positionValue: cashText(f.cost),
    tradeMode: 0,
    positionStatus: 'Normal',
    autoAddMargin: f.conditions.autoAddMargin[instrument.symbol] === true ? 1 : 0,
    adlRankIndicator: f.lots === 0 ? 0 : (f.conditions.adlRank[instrument.symbol] ?? 2),
    leverage: String(f.leverage),
    breakEvenPrice: breakEven(f),
    positionBalance: cashText(margins.initial),
    markPrice: formatPrice(instrument, f.mark),
    liqPrice: liquidationPrice(f),
    bustPrice: '',
    positionMM: cashText(margins.maintenance),
    positionMMByMp: cashText(margins.maintenance),
    positionIM: cashText(margins.initial),
    positionIMByMp: cashText(margins.initial),
    tpslMode: 'Full',
    takeProfit: target === undefined ? '' : formatPrice(instrument, target),
    stopLoss: stop === undefined ? '' : formatPrice(instrument, stop),
    trailingStop: trailBy === undefined ? '0' : formatPrice(instrument, trailBy),
    sessionAvgPrice: '',
    delta: '',
    gamma: '',
    vega: '',
    theta: '',
    unrealisedPnl: cashText(f.unrealized),
    curRealisedPnl: cashText(f.curRealized),
    cumRealisedPnl: cashText(f.cumRealized),
    seq: f.seq,
    isReduceOnly: f.conditions.isReduceOnly[instrument.symbol] === true,
    mmrSysUpdatedTime: '',
    leverageSysUpdatedTime: '',
    createdTime: String(f.createdTime),
    updatedTime: String(f.updatedTime),
    openTime: f.lots === 0 ? 0 : f.openTime,
  }
}

/** The same as the stream says it: another name for the average, and zeros where REST has nothing. */
export function streamPosition(row: PositionRow): object {
  const { avgPrice, ...rest } = row
  const orZero = (value: unknown): unknown => (value === '' ? '0' : value)
  return {
    ...rest,
    category: 'linear',
    entryPrice: avgPrice,
    liqPrice: row.size === '0' ? '0' : row['liqPrice'],
    takeProfit: orZero(row['takeProfit']),
    stopLoss: orZero(row['stopLoss']),
    sessionAvgPrice: '0',
  }
}

/** (E Q - realized) / (Q - |Q| fee), Q signed: a display figure, hence a float. */
function breakEven(f: PositionFigures): string {
  if (f.lots === 0) return ''
  const quantity = f.lots * lotFloat(f.instrument)
  const entry = averageEntry({ lots: f.lots, cost: f.cost, realized: cash(0) }, f.instrument) * tickFloat(f.instrument)
  const price = (entry * quantity - f.curRealized / CASH_ONE) / (quantity - Math.abs(quantity) * TAKER_FRACTION)
  return price > 0 ? String(Number(price.toPrecision(12))) : ''
}

/** The price at which a cross account is liquidated while its other positions stand still: equity has shrunk to the maintenance margin of all. */
function liquidationPrice(f: PositionFigures): string {
  if (f.lots === 0) return ''
  const room = f.equity - f.maintenance
  const { cashNumerator, cashDenominator } = f.instrument
  const perTick = (Math.abs(f.lots) * cashNumerator) / cashDenominator
  const mmr = MAINTENANCE_PER_MILLE / 1_000
  const distance = f.lots > 0 ? room / (perTick * (1 - mmr)) : room / (perTick * (1 + mmr))
  const price = f.lots > 0 ? f.mark - distance : f.mark + distance
  if (!(price >= 1) || price > f.mark * 30) return ''
  // The first tick at which it does not cover it any more.
  return formatPrice(f.instrument, ticks(f.lots > 0 ? Math.floor(price) : Math.ceil(price)))
}
