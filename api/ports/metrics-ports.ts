/**
 * What a scrape counts beside the tables that answers are made of.
 */
export interface Counted {
  /** The value of the label that it is counted by. */
  readonly of: string
  readonly count: number
}

export interface OperationCounts {
  /** All orders that are kept, by status. */
  readonly orders: readonly Counted[]
  /** Fills by `maker` and `taker`. */
  readonly fills: readonly Counted[]
  /** Refused orders by the rule that refused. */
  readonly denials: readonly Counted[]
  /** Fees paid in USDT, floats: a figure to watch and none of the books. */
  readonly feesUsdt: number
  readonly openAlerts: readonly Counted[]
  readonly outbox: { readonly pending: number; readonly oldestAgeMs: number | null; readonly refused: number }
  /** Commands that the trader has not answered. */
  readonly commandsPending: number
  /** Of the journal: its newest row, and the rows since the newest snapshot. */
  readonly journal: { readonly lastSeq: number; readonly sinceSnapshot: number }
  readonly backtests: readonly Counted[]
}

export interface ProcessFigures {
  readonly role: string
  readonly residentBytes: number
  readonly cpuSeconds: number
}

export interface MetricsReads {
  counts(): Promise<OperationCounts>
  /** Of this installation, by role; empty where the system does not say. */
  processes(): readonly ProcessFigures[]
}
