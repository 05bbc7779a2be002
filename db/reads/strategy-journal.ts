/**
 * Rows of the journal that tell of one strategy, and what it holds now: what a live twin is compared with.
 * Reads by type, so that a long journal's states and samples stay where they are.
 */
import type { JournalRow } from '../../src/journal/journal.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import type { Sql } from '../client.ts'

interface Stored {
  readonly seq: number
  readonly kind: 'input' | 'fact'
  readonly causeSeq: number | null
  readonly payload: unknown
}
export interface OpenTradeRow {
  readonly number: number
  readonly symbol: string
  readonly side: 1 | -1
  readonly entryTs: number
  readonly entryPrice: string
  readonly quantity: string
  readonly fee: string
  readonly funding: string
  readonly entryOrderId: number
  readonly fills: readonly { readonly side: 1 | -1; readonly price: string; readonly quantity: string }[]
}

const BATCH = 5_000

export class StrategyJournal {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  /**
   * Landmarks: all rows of these types, ascending, of facts that name a strategy those of this one. Without the earlier bars that a start
   * carries.
   */
  async *landmarks(types: readonly string[], strategy: string): AsyncGenerator<readonly JournalRow[]> {
    for (let after = 0; ; ) {
      const rows = await this.sql<Stored[]>`
        select seq, kind, cause_seq as "causeSeq", payload - 'history' as payload from journal
        where seq > ${after} and type in ${this.sql(types)}
          and coalesce(payload ->> 'strategy', payload #>> '{trade,strategy}', ${strategy}) = ${strategy}
        order by seq limit ${BATCH}`
      if (rows.length > 0) yield rows.map(toRow)
      if (rows.length < BATCH) return
      after = rows.at(-1)?.seq ?? after
    }
  }

  /** Closed bars of an instant from `from` on, and those that began the journal. */
  async *bars(from: number): AsyncGenerator<readonly JournalRow[]> {
    const first = await this.sql<Stored[]>`
      select seq, kind, cause_seq as "causeSeq", payload from journal where type = 'bars-closed' order by seq limit 1`
    yield first.map(toRow)
    for (let after = await this.seqBefore(from); ; ) {
      const rows = await this.sql<Stored[]>`
        select seq, kind, cause_seq as "causeSeq", payload from journal where seq > ${after} and type = 'bars-closed' order by seq limit ${BATCH}`
      if (rows.length > 0) yield rows.map(toRow)
      if (rows.length < BATCH) return
      after = rows.at(-1)?.seq ?? after
    }
  }

  /** The last start of a strategy, with the earlier bars that it read. */
  async lastStart(strategy: string): Promise<readonly JournalRow[]> {
    const rows = await this.sql<Stored[]>`
      select seq, kind, cause_seq as "causeSeq", payload from journal
      where type = 'strategy-started' and payload ->> 'strategy' = ${strategy} order by seq desc limit 1`
    return rows.map(toRow)
  }

  /** Equity of the account as it was sampled last at or before an instant, else first after it; in units of Cash. */
  async equityAt(at: number): Promise<number | undefined> {
    const [row] = await this.sql<{ equity: number }[]>`
      (select (payload ->> 'equity')::float8 as equity, 0 as place from journal where type = 'equity-sampled' and ts <= ${at} order by seq desc limit 1)
      union all
      (select (payload ->> 'equity')::float8 as equity, 1 as place from journal where type = 'equity-sampled' and ts > ${at} order by seq limit 1)
      order by place limit 1`
    return row?.equity
  }

  async openTrades(strategy: string): Promise<readonly OpenTradeRow[]> {
    return this.sql<OpenTradeRow[]>`
      select number, symbol, side, entry_ts as "entryTs", entry_price::text as "entryPrice", quantity::text as quantity, fee::text as fee,
        funding::text as funding, entry_order_id as "entryOrderId",
        coalesce((select jsonb_agg(jsonb_build_object('side', f.side, 'price', f.price::text, 'quantity', f.quantity::text) order by f.seq)
          from fills f where f.trade_number = trades.number), '[]') as fills
      from trades where strategy = ${strategy} and is_open order by number`
  }

  /** A row that lies before all rows of this instant, by halving: instants of the journal ascend but for a few moments. */
  private async seqBefore(at: number): Promise<number> {
    const [ends] = await this.sql<{ low: number | null; high: number | null }[]>`select min(seq) as low, max(seq) as high from journal`
    let low = (ends?.low ?? 1) - 1
    let high = ends?.high ?? 0
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const [row] = await this.sql<{ ts: number }[]>`select ts from journal where seq >= ${middle} order by seq limit 1`
      if (row !== undefined && row.ts < at) low = middle
      else high = middle - 1
    }
    return low
  }
}

const toRow = (row: Stored): JournalRow =>
  row.kind === 'input'
    ? { kind: 'input', seq: row.seq, input: row.payload as KernelInput }
    : { kind: 'fact', seq: row.seq, causeSeq: row.causeSeq ?? row.seq, fact: row.payload as KernelFact }
