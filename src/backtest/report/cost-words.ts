/**
 * What a run assumed of fees, fills and liquidation, for its report and its answer.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { RATE_SCALE } from '../../core/units.ts'
import type { BacktestRequest } from '../backtest-run.ts'

/** Rates are exact strings, fractions of the notional; slippage is a fraction of the price. */
export function costWordsOf(request: BacktestRequest) {
  const isSpot = request.series.every(({ instrument }) => instrument.category === 'spot')
  return {
    maker: formatDecimal(isSpot ? request.spotRate : request.makerRate, RATE_SCALE),
    taker: formatDecimal(isSpot ? request.spotRate : request.takerRate, RATE_SCALE),
    slippage: request.slippage,
    stopSlippage: request.stopShare ?? 0,
    limitFill: request.limitFill,
    markPrice: request.series.some(({ mark }) => mark !== undefined) ? 'mark' : 'last',
    liquidation: isSpot ? 'none (spot is paid in full)' : `${request.risk.limits.marginMode} margin`,
  }
}
