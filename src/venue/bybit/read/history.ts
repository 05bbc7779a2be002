/**
 * The past of one symbol as Bybit reports it to anybody: candles of last and mark price, and funding rates, in windows that fit a reply.
 */
import type { VenueError } from '../../port/error.ts'
import type { FundingRow } from '../../port/venue.ts'
import { z } from 'zod'
import { type Result, err, ok } from '../../../core/result.ts'
import { DAY_MS } from '../../../core/units.ts'
import type { Bar } from '../../../market/bars.ts'
import { type Instrument, wireSymbolOf } from '../../../market/instrument.ts'
import { mapped } from './account-reader.ts'

import { intervalName } from '../interval.ts'
import { toBar } from '../map.ts'
import { type Requests, listOf } from '../http/requests.ts'
import { rateOf, timeOf } from '../rows.ts'

export type PriceKind = 'last' | 'mark'

/** Rows of a page of candles, and of funding rates: Bybit's most. */
export const PAGE_BARS = 1_000
const PAGE_FUNDINGS = 200

const PATH_OF: Readonly<Record<PriceKind, string>> = { last: '/v5/market/kline', mark: '/v5/market/mark-price-kline' }
// Mark prices have no volume.
const klineRow = z.array(z.string()).min(5)
const pageOf = <T extends z.ZodType>(row: T) => z.object({ symbol: z.string().optional(), list: z.array(row) })
const fundingRow = z.object({ symbol: z.string().optional(), fundingRate: z.string(), fundingRateTimestamp: z.string() })

export class HistoryReader {
  private readonly requests: Requests
  private readonly instrument: Instrument

  constructor(requests: Requests, instrument: Instrument) {
    this.requests = requests
    this.instrument = instrument
  }

  /** Candles that open in [from, until), ascending; at most {@link PAGE_BARS} fit. */
  async bars(kind: PriceKind, intervalMs: number, from: number, until: number): Promise<Result<Bar[], VenueError>> {
    const { instrument } = this
    const rows = await this.klines(kind, intervalMs, from, until)
    if (!rows.ok) return rows
    return mapped(() =>
      rows.value
        .map(([start, open, high, low, close, volume]) =>
          toBar(instrument, start as string, open as string, high as string, low as string, close as string, volume ?? '0'),
        )
        .filter((bar) => bar.ts >= from && bar.ts < until)
        .reverse(),
    )
  }

  /** Where the history begins within [from, until), to the day; undefined where there is nothing. */
  async firstDay(kind: PriceKind, from: number, until: number): Promise<Result<number | undefined, VenueError>> {
    for (let at = from; at < until; at += PAGE_BARS * DAY_MS) {
      const rows = await this.klines(kind, DAY_MS, at, Math.min(until, at + PAGE_BARS * DAY_MS))
      if (!rows.ok) return rows
      const first = rows.value.at(-1)?.[0]
      if (first !== undefined) return ok(Number(first))
    }
    return ok(undefined)
  }

  /** Settlements in [from, until), ascending. */
  async fundings(from: number, until: number): Promise<Result<FundingRow[], VenueError>> {
    const { category, symbol } = this.instrument
    const found: FundingRow[] = []
    // Backwards: how far apart settlements are is reported by none of them, and changes.
    for (let end = until - 1; end >= from; ) {
      const params = { category, symbol: wireSymbolOf(symbol), startTime: from, endTime: end, limit: PAGE_FUNDINGS }
      const reply = await this.requests.read('data', '/v5/market/funding/history', params, listOf(fundingRow))
      if (!reply.ok) return reply
      const page = mapped(() => reply.value.list.map(toFunding))
      if (!page.ok) return page
      const other = reply.value.list.find((row) => row.symbol !== undefined && row.symbol !== params.symbol)?.symbol
      const problem =
        other === undefined
          ? pageProblem(
              page.value.map((row) => row.ts),
              undefined,
            )
          : `it is of ${other}, and ${params.symbol} was asked for`
      if (problem !== undefined) return err(odd('/v5/market/funding/history', problem))
      const older = page.value.filter((row) => row.ts >= from && row.ts <= end)
      found.push(...older)
      if (older.length < PAGE_FUNDINGS) break
      end = (older.at(-1) as FundingRow).ts - 1
    }
    return ok(found.reverse())
  }

  private async klines(kind: PriceKind, intervalMs: number, from: number, until: number): Promise<Result<string[][], VenueError>> {
    const { category, symbol } = this.instrument
    const params = {
      category,
      symbol: wireSymbolOf(symbol),
      interval: intervalName(intervalMs),
      start: from,
      end: until - 1,
      limit: PAGE_BARS,
    }
    const reply = await this.requests.read('data', PATH_OF[kind], params, pageOf(klineRow))
    if (!reply.ok) return reply
    const answered = reply.value.symbol
    if (answered !== undefined && answered !== params.symbol)
      return err(odd(PATH_OF[kind], `it is of ${answered}, and ${params.symbol} was asked for`))
    const mixed = pageProblem(
      reply.value.list.map((row) => Number(row[0])),
      intervalMs,
    )
    return mixed === undefined ? ok(reply.value.list) : err(odd(PATH_OF[kind], mixed))
  }
}

/** What is wrong with the times of a page, which Bybit lists newest first; undefined where nothing is. */
function pageProblem(times: readonly number[], intervalMs: number | undefined): string | undefined {
  for (const [row, at] of times.entries()) {
    const before = times[row - 1]
    if (before !== undefined && !(at < before)) return `its rows are not in order (${before} is followed by ${at})`
    if (intervalMs !== undefined && intervalMs < DAY_MS && at % intervalMs !== 0) return `${at} is no open time of its interval`
  }
  return undefined
}

/** It may be right the next time: it is asked for again, and what was read is not stored. */
const odd = (path: string, problem: string): VenueError => ({
  type: 'venue-down',
  code: 'odd-page',
  detail: `${path}: a page cannot be: ${problem}`,
})

const toFunding = ({ fundingRate, fundingRateTimestamp }: z.infer<typeof fundingRow>): FundingRow => ({
  ts: timeOf(fundingRateTimestamp, 'funding time'),
  rate: rateOf(fundingRate),
})
