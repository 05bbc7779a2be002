/**
 * Which thread a trade has in which channel of Discord, and which trade an alert is about.
 */
import type { ThreadRows, TradeAlert } from '../../bots/discord/trade-threads.ts'
import type { Sql } from '../client.ts'

const OF_TRADES = ['entry.filled', 'exit.partial', 'exit.filled']

export class PostgresTradeThreads implements ThreadRows {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async find(channel: string, tradeNumber: number): Promise<string | undefined> {
    const [row] = await this.sql<{ thread: string }[]>`
      select thread from trade_threads where channel = ${channel} and trade_number = ${tradeNumber}`
    return row?.thread
  }

  async put(channel: string, tradeNumber: number, thread: string): Promise<void> {
    await this.sql`
      insert into trade_threads (channel, trade_number, thread) values (${channel}, ${tradeNumber}, ${thread})
      on conflict (channel, trade_number) do update set thread = excluded.thread`
  }

  /** Undefined: the alert is about no trade. */
  async tradeOf(alertId: number): Promise<TradeAlert | undefined> {
    const [row] = await this.sql<{ type: string; symbol: string | null; tradeNumber: number | null; side: number | null }[]>`
      select type, symbol, (detail->>'tradeNumber')::int as "tradeNumber", (detail->>'side')::int as side from alerts
      where id = ${alertId} and type in ${this.sql(OF_TRADES)}`
    if (row === undefined || row.tradeNumber === null || row.symbol === null) return undefined
    return { type: row.type, tradeNumber: row.tradeNumber, symbol: row.symbol, side: row.side === -1 ? 'short' : 'long' }
  }
}
