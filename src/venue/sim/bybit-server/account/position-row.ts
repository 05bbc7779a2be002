/**
 * A position as Bybit shows it, from the matcher's exact figures.
 */
import { CASH_ONE, type Cash, type Lots, type Ticks, cash, lots, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, lotFloat, tickFloat } from '../../../../market/instrument.ts'
import { type MarginTier, tierAt } from '../../../../market/margin-tiers.ts'
import { averageEntry } from '../../../../portfolio/position.ts'
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
  /** At the mark. */
  readonly value: Cash
  readonly margin: Cash
  readonly maintenance: Cash
  /** In ticks, not rounded to one; 0 where the position is not liquidated. */
  readonly bustPrice: number
  readonly tiers: readonly MarginTier[]
  readonly orders: readonly SimOrder[]
  readonly curRealized: Cash
  readonly cumRealized: Cash
  readonly openTime: number
  readonly createdTime: number
  readonly updatedTime: number
  readonly seq: number
  readonly conditions: Pick<Conditions, 'positionMode' | 'marginMode' | 'isReduceOnly' | 'autoAddMargin' | 'adlRank'>
}

const TAKER_FRACTION = 0.00055

export type PositionRow = Readonly<Record<string, string | number | boolean>> & {
  readonly symbol: string
  readonly size: string
  readonly avgPrice: string
}

/** The item of /v5/position/list. */
export function positionRow(f: PositionFigures): PositionRow {
  const { instrument } = f
  const size = lots(f.lots < 0 ? 0 - f.lots : f.lots)
  const tier = tierAt(f.value, f.tiers)
  const stop = standingOf(f.orders, 'stop')?.trigger
  const target = standingOf(f.orders, 'target')?.trigger
  const trailBy = standingOf(f.orders, 'trail')?.trailBy
  return {
    positionIdx: f.conditions.positionMode === 'one-way' ? 0 : f.lots < 0 ? 2 : 1,
    riskId: tier === undefined ? 1 : f.tiers.indexOf(tier) + 1,
    riskLimitValue: cashText(tier?.valueMax ?? 0),
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
    // In cross margin no part of the account belongs to one position.
    positionBalance: f.conditions.marginMode === 'ISOLATED_MARGIN' ? cashText(f.margin) : '0',
    markPrice: formatPrice(instrument, f.mark),
    liqPrice: liquidationPrice(f),
    bustPrice: '',
    positionMM: cashText(f.maintenance),
    positionMMByMp: cashText(f.maintenance),
    positionIM: cashText(f.margin),
    positionIMByMp: cashText(f.margin),
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

/** Empty where nothing liquidates the position. */
function liquidationPrice({ lots: held, bustPrice: price, mark, instrument }: PositionFigures): string {
  return held === 0 || price < 1 || price > mark * 30 ? '' : formatPrice(instrument, ticks(price))
}
