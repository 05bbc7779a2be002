/**
 * Stress scenarios on the positions that are open now, with betas and volatilities from the exchange's hourly closes.
 */
import { HOUR_MS } from '../../../src/core/units.ts'
import { isSpotSymbol, wireSymbolOf } from '../../../src/market/instrument.ts'
import { type MaintenanceTier, inCoins } from '../../../src/risk/stress/maintenance.ts'
import { ASSUMED, type Close, type MarketRisk, marketRiskOf } from '../../../src/risk/stress/market-risk.ts'
import {
  type AloneLiquidation,
  type StressBook,
  type StressResult,
  aloneLiquidationsOf,
  stressesOf,
} from '../../../src/risk/stress/stress.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import type { CommandPorts } from '../command.ts'
import { BENCHMARK, heldOf } from './measures-report.ts'

/** 30 days. */
const CLOSES = 720

export interface StressReport {
  /** Market time of the positions and marks. */
  readonly ts: number
  readonly book: StressBook
  readonly market: MarketRisk
  readonly results: readonly StressResult[]
  readonly alone: readonly AloneLiquidation[]
  readonly notes: readonly string[]
}

/** Hourly closes of the symbols and of the benchmark, of spot those of the perpetual where it has none; what the exchange does not give is left out. */
export async function closesOf(
  { candles }: Pick<CommandPorts, 'candles'>,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, readonly Close[]>> {
  const closes = new Map<string, readonly Close[]>()
  await Promise.all(
    [...new Set([BENCHMARK, ...symbols])].map(async (symbol) => {
      const found =
        (await candles(symbol, '1h', CLOSES)) ?? (isSpotSymbol(symbol) ? await candles(wireSymbolOf(symbol), '1h', CLOSES) : undefined)
      if (found !== undefined) closes.set(symbol, found)
    }),
  )
  return closes
}

/** Undefined before the trader's first report. */
export async function stressReportOf(ports: CommandPorts): Promise<StressReport | undefined> {
  const { reads, system } = ports
  const [account, rows] = await Promise.all([reads.account(), reads.positions(true)])
  if (account === undefined) return undefined
  const held = rows.filter((row) => heldOf(row) !== 0 && Number(row.markPrice) > 0)
  const symbols = held.map(({ symbol }) => symbol)
  const market = marketRiskOf(symbols, BENCHMARK, await closesOf(ports, symbols), HOUR_MS)
  const tiers = await marginTiersOf(ports, symbols)
  const unread: readonly MaintenanceTier[] = [{ valueMax: Number.POSITIVE_INFINITY, rate: system.maintenanceRate, deduction: 0 }]
  const book: StressBook = {
    equity: Number(account.equity),
    correlation: market.correlation,
    positions: held.map((row, at) => {
      const isSpot = isSpotSymbol(row.symbol)
      const { beta, dayVolatility } = market.symbols[at] ?? ASSUMED
      return {
        symbol: row.symbol,
        quantity: heldOf(row),
        mark: Number(row.markPrice),
        isSpot,
        // What others hold in the symbol does not leave with Ballast's stop.
        stop: row.stopPrice === null || Number(row.externalQuantity) !== 0 ? undefined : Number(row.stopPrice),
        beta,
        dayVolatility,
        ownMargin: isSpot ? undefined : ownMarginOf(row, account.limits?.isolated?.[row.symbol]),
        tiers: isSpot ? [] : (tiers.get(row.symbol) ?? unread),
      }
    }),
  }
  return {
    ts: account.updatedTs,
    book,
    market,
    results: stressesOf(book),
    alone: aloneLiquidationsOf(book),
    notes: [...notesOf(market, book), ...tierNotes(book, tiers, system.maintenanceRate)],
  }
}

/** What backs a position in isolated margin: its value at entry over leverage, and its result so far. What is not ours counts as opened at the mark. */
function ownMarginOf(row: PositionRow, leverage: number | undefined): number | undefined {
  if (leverage === undefined) return undefined
  const cost = Math.abs(Number(row.quantity)) * Number(row.entryPrice ?? row.markPrice)
  return (cost + Math.abs(Number(row.externalQuantity)) * Number(row.markPrice)) / leverage + Number(row.unrealizedPnl)
}

/** Bybit's margin tiers, of those symbols of which the exchange tells them. */
async function marginTiersOf(
  { portfolio }: CommandPorts,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, readonly MaintenanceTier[]>> {
  const listed = symbols.length === 0 ? undefined : await portfolio.instruments()
  if (listed?.ok !== true) return new Map()
  return new Map(listed.value.filter(({ tiers }) => tiers.length > 0).map(({ symbol, tiers }) => [symbol, inCoins(tiers)]))
}

function tierNotes({ positions }: StressBook, tiers: ReadonlyMap<string, unknown>, rate: number): string[] {
  const unread = positions.filter(({ symbol, isSpot }) => !isSpot && !tiers.has(symbol)).map(({ symbol }) => symbol)
  return unread.length === 0
    ? []
    : [`Bybit’s margin tiers of ${unread.join(', ')} could not be read: ${rate * 100} % of the value is assumed.`]
}

function notesOf({ symbols }: MarketRisk, { positions }: StressBook): string[] {
  const assumed = symbols.filter(({ isAssumed }) => isAssumed).map(({ symbol }) => symbol)
  return [
    ...(assumed.length === 0
      ? []
      : [
          `Assumed for ${assumed.join(', ')}, since the exchange gave too few hourly candles: beta ${ASSUMED.beta}, ${ASSUMED.dayVolatility * 100} % volatility a day, correlation 1.`,
        ]),
    ...(positions.some(({ isSpot }) => isSpot) ? ['Spot coins count as a loss when they fall, and not as margin.'] : []),
  ]
}
