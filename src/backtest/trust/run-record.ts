/**
 * What is kept of a run to judge it later: its returns by row, and at each row what is open and what leaving it would cost.
 */
import { RATE_ONE } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import type { SlippageModel } from '../../venue/sim/models/models.ts'
import type { BacktestRequest, RunFigures } from '../backtest-run.ts'
import { lastNotAfter } from './rows.ts'

/** `rows` returns lie between `rows + 1` instants. */
export interface RunRecord {
  /** Simple returns from instant to instant. */
  readonly returns: Float64Array
  /** By instant: rows back to the oldest entry of what is open there, 0 where nothing is. */
  readonly rowsBefore: Int32Array
  /** By instant: rows ahead to the last exit of what is open there. */
  readonly rowsAfter: Int32Array
  /** By instant: fees and slippage of closing, or of opening, what is held there, as a fraction of equity. */
  readonly turn: Float64Array
  /** By row: trades that ended in it. */
  readonly exits: Int32Array
}

export function recordOf(figures: RunFigures, request: BacktestRequest, instants: Float64Array): RunRecord {
  const { equity, result } = figures
  const rows = Math.max(0, instants.length - 1)
  const values = Float64Array.from(instants, (at) => equity.equity[Math.max(0, lastNotAfter(equity.ts, at))] as number)
  const returns = new Float64Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const before = values[row] as number
    // What is lost is lost: an account without equity earns nothing more.
    returns[row] = before > 0 ? Math.max(-1, (values[row + 1] as number) / before - 1) : 0
  }
  const record: RunRecord = {
    returns,
    rowsBefore: new Int32Array(rows + 1),
    rowsAfter: new Int32Array(rows + 1),
    turn: new Float64Array(rows + 1),
    exits: new Int32Array(rows),
  }
  for (const trade of result.trades) {
    noteOpen(record, trade, instants, values, request)
    const row = lastNotAfter(instants, trade.exitTs - 1)
    if (row >= 0 && row < rows) record.exits[row] = (record.exits[row] as number) + 1
  }
  for (const trade of result.openTrades) noteOpen(record, trade, instants, values, request)
  return record
}

function noteOpen(record: RunRecord, trade: ClosedTrade, instants: Float64Array, values: Float64Array, request: BacktestRequest): void {
  const first = lastNotAfter(instants, trade.entryTs)
  const last = trade.open ? instants.length - 1 : lastNotAfter(instants, trade.exitTs - 1)
  const instrument = request.series[trade.instrument]?.instrument
  const cost = instrument === undefined ? 0 : turnCost(trade, instrument, request)
  for (let at = first + 1; at <= last; at += 1) {
    const equity = values[at] as number
    record.rowsBefore[at] = Math.max(record.rowsBefore[at] as number, at - Math.max(0, first))
    record.rowsAfter[at] = Math.max(record.rowsAfter[at] as number, last + 1 - at)
    record.turn[at] = (record.turn[at] as number) + (equity > 0 ? cost / equity : 0)
  }
}

/** Of one side at the entry price, in the settlement coin: it stands for the price at the seam, which differs by what the trade has moved. */
function turnCost(trade: ClosedTrade, instrument: Instrument, { spotRate, takerRate, slippage }: BacktestRequest): number {
  const notional = (trade.entryPrice * trade.quantity * instrument.cashNumerator) / instrument.cashDenominator / 1e8
  const fee = (instrument.category === 'spot' ? spotRate : takerRate) / RATE_ONE
  return notional * (fee + slippageShare(slippage, trade.entryPrice))
}

function slippageShare(model: SlippageModel, price: number): number {
  switch (model.type) {
    case 'none':
      return 0
    case 'fixed':
      return model.bps / 1e4
    case 'ticks':
      return model.ticks / price
    case 'impact':
      return model.halfSpreadBps / 1e4
  }
}
