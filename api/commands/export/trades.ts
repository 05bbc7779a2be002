/**
 * Closed trades with what they earned, and what users wrote about them.
 */
import type { TradeRow } from '../../../src/journal/row.ts'
import { add, negate } from '../../amount.ts'
import type { TradeNote } from '../../ports/portfolio-ports.ts'
import { type ExportTable, plainText, timeText } from './csv.ts'

const COLUMNS = [
  'trade',
  'symbol',
  'side',
  'strategy',
  'quantity',
  'entry_time',
  'entry_price',
  'exit_time',
  'exit_price',
  'exit_reason',
  'fee_paid',
  'funding_received',
  'pnl',
  'result_r',
  'mae',
  'mfe',
  'tags',
  'note',
] as const

export interface TradesExport {
  readonly table: ExportTable
  readonly pnl: string
  readonly fee: string
  readonly funding: string
}

/** `funding`: positive = received, as in the ledger; `pnl` is net of fee and funding. */
export function tradesExport(trades: readonly TradeRow[], notes: ReadonlyMap<number, TradeNote>): TradesExport {
  return {
    table: {
      columns: COLUMNS,
      rows: trades.map((row) => {
        const note = notes.get(row.number)
        return [
          String(row.number),
          row.symbol,
          row.side === 1 ? 'long' : 'short',
          plainText(row.strategy),
          row.quantity,
          timeText(row.entryTs),
          row.entryPrice,
          row.exitTs === null ? '' : timeText(row.exitTs),
          row.exitPrice ?? '',
          plainText(row.exitReason ?? ''),
          row.fee,
          negate(row.funding),
          row.pnl,
          row.resultR ?? '',
          row.mae,
          row.mfe,
          plainText(note?.tags.join(' ') ?? ''),
          plainText(note?.note ?? ''),
        ]
      }),
    },
    pnl: add('0', ...trades.map(({ pnl }) => pnl)),
    fee: add('0', ...trades.map(({ fee }) => fee)),
    funding: negate(add('0', ...trades.map(({ funding }) => funding))),
  }
}
