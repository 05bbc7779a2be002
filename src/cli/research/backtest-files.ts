/**
 * The files that a backtest leaves: its trades, its equity, its report, where the user wants them.
 */
import { writeFileSync } from 'node:fs'
import type { BacktestRun, RunSeries } from '../../backtest/backtest-run.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { CliError, EXIT } from '../exit.ts'

export function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `Could not write ${file} (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Choose another path.',
      { cause },
    )
  }
}

export function tradesCsv(run: BacktestRun, series: readonly RunSeries[]): string {
  const lines = ['id,side,entryTime,entryPrice,exitTime,exitPrice,quantity,fee,funding,pnl,exitReason']
  for (const trade of [...run.result.trades, ...run.result.openTrades]) {
    const { instrument } = series[trade.instrument] as RunSeries
    const price = (p: number): string =>
      Number.isInteger(p)
        ? formatPrice(instrument, trade.entryPrice === p ? trade.entryPrice : trade.exitPrice)
        : averageText(p, instrument)
    lines.push(
      [
        trade.number,
        trade.side === 1 ? 'long' : 'short',
        trade.entryTs,
        price(trade.entryPrice),
        trade.exitTs,
        price(trade.exitPrice),
        formatQuantity(instrument, trade.quantity),
        formatDecimal(trade.fee, CASH_SCALE),
        formatDecimal(trade.funding, CASH_SCALE),
        formatDecimal(trade.pnl, CASH_SCALE),
        trade.exitReason,
      ].join(','),
    )
  }
  return `${lines.join('\n')}\n`
}

export function equityCsv(run: BacktestRun): string {
  const { ts, value } = run.result.equity
  const lines = new Array<string>(ts.length + 1)
  lines[0] = 'timestamp,equity'
  for (let k = 0; k < ts.length; k++) lines[k + 1] = `${ts[k]},${formatDecimal(value[k] as number, CASH_SCALE)}`
  return `${lines.join('\n')}\n`
}

/** Decimals beyond the tick that an average price is written with. */
const AVERAGE_DECIMALS = 4

/** An average of fills may lie between two ticks. */
function averageText(average: number, instrument: Instrument): string {
  const text = ((average * instrument.tick) / 10 ** instrument.priceScale).toFixed(instrument.priceScale + AVERAGE_DECIMALS)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
