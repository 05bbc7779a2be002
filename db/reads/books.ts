/**
 * Whole histories for accounting, oldest first: fills, balances of the ledger, closed trades.
 */
import { and, asc, eq, gte, lt } from 'drizzle-orm'
import type { Books } from '../../api/ports/portfolio-ports.ts'
import type { FillRow, LedgerRow, TradeRow } from '../../src/journal/row.ts'
import type { Drizzle } from '../client.ts'
import { fills, ledger, trades } from '../schema/trading.ts'

export class PostgresBooks implements Books {
  private readonly db: Drizzle

  constructor(db: Drizzle) {
    this.db = db
  }

  /** By the time of the execution: one that was reported late stands where it belongs. */
  async fills(before: number): Promise<readonly FillRow[]> {
    return this.db.select().from(fills).where(lt(fills.ts, before)).orderBy(asc(fills.ts), asc(fills.seq))
  }
  /** In the order of booking: each row's balances are those after the row before it. */
  async ledger(): Promise<readonly LedgerRow[]> {
    return this.db.select().from(ledger).orderBy(asc(ledger.seq))
  }
  async trades(from: number, before: number): Promise<readonly TradeRow[]> {
    return this.db
      .select()
      .from(trades)
      .where(and(eq(trades.isOpen, false), gte(trades.exitTs, from), lt(trades.exitTs, before)))
      .orderBy(asc(trades.exitTs), asc(trades.number))
  }
}
