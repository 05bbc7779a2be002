/**
 * A portfolio as figures, for tests of risk: everything is said, nothing follows from anything else.
 */
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type StrategyId,
  type Ticks,
  type Ts,
  cash,
  instrumentIndex,
  lots,
  rate,
  ticks,
  ts,
} from '../../../src/core/units.ts'
import { type Instrument, makeInstrument, notionalOf } from '../../../src/market/instrument.ts'
import type { OpenEntry, PortfolioView } from '../../../src/portfolio/view.ts'
import { limitAt } from '../../../src/core/money-limit.ts'
import { type ExpectedCosts, rateOf } from '../../../src/risk/planned-loss.ts'

export const I: InstrumentIndex = instrumentIndex(0)
const ELSEWHERE: InstrumentIndex = instrumentIndex(1)
export const btc: Instrument = makeInstrument({
  index: I,
  venue: 'sim',
  symbol: 'BTCUSDT',
  tickSize: '0.1',
  lotSize: '0.001',
  quantityMin: '0.001',
  quantityMax: '100',
  quantityMarketMax: '50',
  notionalMin: '5',
})
export const costs: ExpectedCosts = {
  takerRate: rate(5_500_000),
  spotTakerRate: rate(10_000_000),
  stopSlippageRate: rate(2_000_000),
  maintenanceRate: rate(50_000_000),
}
export const coins = (n: number): Cash => cash(Math.round(n * 1e8))

export interface Figures {
  instrument: Instrument
  now: Ts
  equity: Cash
  mark: number
  markTs: Ts
  spread: number
  atr: number
  held: number
  external: number
  openBuys: number
  openSells: number
  owner: StrategyId | undefined
  gross: Cash
  spot: Cash
  dayLoss: Cash
  weekLoss: Cash
  netLong: Cash
  netShort: Cash
  lastExit: Ts | undefined
  returns: Float64Array | undefined
  correlation: number | undefined
  lastSecond: number
  lastMinute: number
  lastEntry: Ts | undefined
  stop: Ticks | undefined
  cost: Cash
  entries: readonly OpenEntry[]
  /** Entries that rest in another symbol of the same steps. */
  entriesElsewhere: readonly OpenEntry[]
  leverage: number
}

export const figures = (): Figures => ({
  instrument: btc,
  now: ts(1_000_000),
  equity: coins(10_000),
  mark: 640_000,
  markTs: ts(1_000_000),
  spread: 1,
  atr: 0,
  held: 0,
  external: 0,
  openBuys: 0,
  openSells: 0,
  owner: undefined,
  gross: cash(0),
  spot: cash(0),
  dayLoss: cash(0),
  weekLoss: cash(0),
  netLong: cash(0),
  netShort: cash(0),
  lastExit: undefined,
  returns: undefined,
  correlation: 0,
  lastSecond: 0,
  lastMinute: 0,
  lastEntry: undefined,
  stop: undefined,
  cost: cash(0),
  entries: [],
  entriesElsewhere: [],
  leverage: 10,
})

export const viewOf = (f: Figures): PortfolioView => ({
  now: f.now,
  equity: f.equity,
  instrument: () => f.instrument,
  instrumentStatus: () => f.instrument.status,
  mark: () => ticks(f.mark),
  markTs: () => f.markTs,
  spreadTicks: () => f.spread,
  atrTicks: () => f.atr,
  positionLots: (i) => lots(i === I ? f.held : 0),
  externalLots: () => lots(f.external),
  marginEquity: f.equity,
  openEntryLots: (_, side): Lots => lots(side === 1 ? f.openBuys : f.openSells),
  ownerOf: () => f.owner,
  grossNotional: f.gross,
  spotNotional: f.spot,
  notionalIn: () =>
    notionalOf(f.instrument, ticks(f.mark), lots(Math.abs(f.held) + Math.abs(f.external) + f.openBuys + f.openSells), 'ceil'),
  maintenanceBeside(i, unread) {
    return cash(rateOf(Math.max(0, f.gross - f.spot - this.notionalIn(i)), unread))
  },
  ordersLastSecond: f.lastSecond,
  ordersLastMinute: f.lastMinute,
  lastEntryTs: () => f.lastEntry,
  marginUsed: cash(Math.ceil((f.gross - f.spot) / f.leverage) + f.spot),
  leverageOf: () => f.leverage,
  exposure: () => ({ gross: f.gross, netLong: f.netLong, netShort: f.netShort }),
  stopOf: (i) => (i === I ? f.stop : undefined),
  costOf: () => f.cost,
  openEntries: (i) => (i === I ? f.entries : f.entriesElsewhere),
  symbolsAtStake: () => [I, ELSEWHERE],
  lossOf: (window) => (window === 'day' ? f.dayLoss : f.weekLoss),
  lossLimit: (_, limit) => limitAt(limit, f.equity),
  lossLeft: (window, limit) => limitAt(limit, f.equity) - (window === 'day' ? f.dayLoss : f.weekLoss),
  lastExitTs: () => f.lastExit,
  intervalMs: 86_400_000,
  returnsOf: () => f.returns,
  correlation: () => f.correlation,
})
