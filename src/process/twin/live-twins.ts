/**
 * The live twin of a strategy as somebody asks for it: what runs and what the journal kept of it are read here, the replay runs in a thread.
 * Never sends anything, and changes nothing.
 */
import type { TwinProblem, TwinQuery, TwinReport, Twins } from '../../../api/ports/twin-ports.ts'
import type { Sql } from '../../../db/client.ts'
import { type OpenTradeRow, StrategyJournal } from '../../../db/reads/strategy-journal.ts'
import { type LiveRecord, type LiveTrade, liveTrade } from '../../backtest/twin/live-record.ts'
import { lastClose } from '../../backtest/twin/twin-run.ts'
import { parseDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, cash, lots, orderId, tradeNumber, ts } from '../../core/units.ts'
import { type Instrument, notionalOf, parsePrice, parseQuantity } from '../../market/instrument.ts'
import type { TwinReplay } from './replay.ts'
import { type StrategyReader, twinProblem } from './strategy-reader.ts'

export class LiveTwins implements Twins {
  private readonly reader: StrategyReader
  private readonly journal: StrategyJournal
  private readonly replay: TwinReplay

  constructor(reader: StrategyReader, sql: Sql, replay: TwinReplay) {
    this.reader = reader
    this.journal = new StrategyJournal(sql)
    this.replay = replay
  }

  async compare(query: TwinQuery): Promise<TwinReport | TwinProblem> {
    const read = await this.reader.read(query)
    if ('problem' in read) return read
    const { work, plan, instruments } = read
    const open = openTrades(await this.journal.openTrades(plan.id), work.record, instruments)
    const report = await this.replay.run<TwinReport>({ ...work, open })
    return typeof report === 'string'
      ? twinProblem('refused', report, 'ballast strategy lint finds why a strategy cannot be replayed.')
      : report
  }
}

/** Marked at the last bar, as the twin's are. */
function openTrades(rows: readonly OpenTradeRow[], record: LiveRecord, instruments: readonly Instrument[]): LiveTrade[] {
  return rows.flatMap((row): LiveTrade[] => {
    const instrument = instruments.find(({ symbol }) => symbol === row.symbol)
    const close = instrument === undefined ? undefined : lastClose(record, instrument.index)
    if (instrument === undefined || close === undefined) return []
    let held = 0
    let gross = 0
    for (const fill of row.fills) {
      const quantity = parseQuantity(instrument, fill.quantity) ?? 0
      held += fill.side * quantity
      gross -= fill.side * notionalOf(instrument, parsePrice(instrument, fill.price, 'nearest') ?? close, lots(quantity), 'nearest')
    }
    gross += Math.sign(held) * notionalOf(instrument, close, lots(Math.abs(held)), 'nearest')
    const [fee, funding] = [parseDecimal(row.fee, CASH_SCALE) ?? 0, parseDecimal(row.funding, CASH_SCALE) ?? 0]
    const last = record.series[instrument.index]?.bars.at(-1)?.ts ?? 0
    const trade = {
      number: tradeNumber(row.number),
      side: row.side,
      instrument: instrument.index,
      strategy: record.strategy,
      entryTs: ts(row.entryTs),
      entryPrice: parsePrice(instrument, row.entryPrice, 'nearest') ?? close,
      exitTs: ts(last),
      exitPrice: close,
      quantity: parseQuantity(instrument, row.quantity) ?? lots(Math.abs(held)),
      fee: cash(fee),
      funding: cash(funding),
      pnl: cash(gross - fee - funding),
      entryOrderId: orderId(row.entryOrderId),
      exitReason: 'open',
      open: true,
      mae: cash(0),
      mfe: cash(0),
    }
    return [liveTrade(trade, record.entries)]
  })
}
