/**
 * Fills as tax lots: what was bought and sold, for what, and what it brought, by FIFO or average cost.
 */
import { CASH_SCALE, type Cash, cash, instrumentIndex, lots, ts } from '../../../src/core/units.ts'
import { decimalsOf, formatDecimal, mulDiv, parseDecimal } from '../../../src/core/decimal.ts'
import {
  type Instrument,
  LOT_PART_SCALE,
  formatQuantity,
  isSpotSymbol,
  makeInstrument,
  notionalOf,
  parsePrice,
  parseQuantity,
} from '../../../src/market/instrument.ts'
import type { FillRow, LedgerRow } from '../../../src/journal/row.ts'
import { type LotFill, type LotMethod, bookLots } from '../../../src/portfolio/lots/tax-lots.ts'
import { InvariantError } from '../../../src/core/assert.ts'
import { type ExportTable, plainText, timeText } from './csv.ts'
import type { Span } from './span.ts'

export interface LotsExport {
  readonly table: ExportTable
  readonly gain: string
  readonly fees: string
  /** Symbols whose position somebody else has changed: their lots are not complete. */
  readonly warnings: readonly string[]
}

const COLUMNS = [
  'symbol',
  'side',
  'quantity',
  'acquired',
  'disposed',
  'cost',
  'proceeds',
  'fees',
  'gain',
  'currency',
  'method',
  'opened_by',
  'closed_by',
  'trade',
  'strategy',
] as const

const money = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)

export function lotsExport(fills: readonly FillRow[], ledger: readonly LedgerRow[], method: LotMethod, span: Span): LotsExport {
  const bySymbol = new Map<string, FillRow[]>()
  for (const fill of fills) {
    const ofSymbol = bySymbol.get(fill.symbol)
    if (ofSymbol === undefined) bySymbol.set(fill.symbol, [fill])
    else ofSymbol.push(fill)
  }
  const found: { readonly ts: number; readonly row: readonly string[] }[] = []
  let gain = 0
  let fees = 0
  for (const [symbol, ofSymbol] of bySymbol) {
    const instrument = gridOf(symbol, ofSymbol)
    const byId = new Map(ofSymbol.map((row) => [row.tradeId, row]))
    for (const disposal of bookLots(
      instrument,
      ofSymbol.map((row) => lotFillOf(instrument, row)),
      method,
    ).disposals) {
      if (disposal.closedTs < span.from || disposal.closedTs >= span.before) continue
      const closing = byId.get(disposal.closedBy) as FillRow
      gain += disposal.gain
      fees += disposal.fees
      found.push({
        ts: disposal.closedTs,
        row: [
          symbol,
          disposal.side === 1 ? 'long' : 'short',
          formatQuantity(instrument, disposal.lots),
          timeText(disposal.openedTs),
          timeText(disposal.closedTs),
          money(disposal.cost),
          money(disposal.proceeds),
          money(disposal.fees),
          money(disposal.gain),
          instrument.quoteCoin,
          method,
          disposal.openedBy,
          disposal.closedBy,
          closing.tradeNumber === null ? '' : String(closing.tradeNumber),
          plainText(closing.strategy),
        ],
      })
    }
  }
  found.sort((a, b) => a.ts - b.ts)
  return {
    table: { columns: COLUMNS, rows: found.map(({ row }) => row) },
    gain: money(cash(gain)),
    fees: money(cash(fees)),
    warnings: changedOutside(ledger, span),
  }
}

function changedOutside(ledger: readonly LedgerRow[], span: Span): string[] {
  const symbols = new Set(
    ledger.filter(({ type, ts: at }) => type === 'position-adjusted' && at < span.before).map(({ symbol }) => symbol ?? ''),
  )
  return [...symbols].map((symbol) => `${symbol}: its position was changed outside of Ballast, so its lots are not complete.`)
}

/** A grid that all fills of a symbol lie on: its steps may have changed. */
function gridOf(symbol: string, fills: readonly FillRow[]): Instrument {
  const step = (texts: readonly string[], more: number): string => formatDecimal(1, Math.max(...texts.map(decimalsOf)) + more)
  return makeInstrument({
    index: instrumentIndex(0),
    venue: 'bybit',
    symbol,
    tickSize: step(
      fills.map(({ price }) => price),
      0,
    ),
    // What a spot buy pays as its fee is a part of a lot.
    lotSize: step(
      fills.map(({ quantity }) => quantity),
      isSpotSymbol(symbol) ? LOT_PART_SCALE : 0,
    ),
  })
}

/** A spot buy pays its fee in coins (reported at the price of the fill): so many coins less came in, and cost so much less. */
function lotFillOf(instrument: Instrument, row: FillRow): LotFill {
  const price = parsePrice(instrument, row.price)
  const quantity = parseQuantity(instrument, row.quantity)
  const fee = parseDecimal(row.fee, CASH_SCALE, 'nearest')
  if (price === undefined || quantity === undefined || fee === undefined)
    throw new InvariantError(`fill ${row.tradeId} of ${row.symbol} is not on its own grid`)
  const one = notionalOf(instrument, price, lots(1), 'nearest')
  const inCoins =
    instrument.category === 'spot' && row.side === 1 && one >= 0
      ? mulDiv(fee, instrument.cashDenominator, price * instrument.cashNumerator, 'nearest')
      : 0
  return { id: row.tradeId, side: row.side, price, lots: lots(quantity - inCoins), fee: cash(fee), ts: ts(row.ts) }
}
