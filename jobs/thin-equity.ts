/**
 * Keeps the table of equity small: by the minute for some days, by the hour for some more, and by the day for ever.
 */
import type { Sql } from '../db/client.ts'
import { DAY_MS, HOUR_MS } from '../src/core/units.ts'

export interface EquityRetention {
  /** Days of market time for which each minute is kept. */
  readonly minuteDays: number
  /** Days for which each hour is kept, from now on back; at least `minuteDays`. */
  readonly hourDays: number
}

/** Rows that one run takes off at most: what is left comes with the next. */
const ROWS_MAX = 50_000

/** Answers how many rows were taken off. Ages count from the newest row: a machine that was away loses nothing for it. */
export async function thinEquity(sql: Sql, { minuteDays, hourDays }: EquityRetention): Promise<number> {
  let gone = 0
  for (const [days, strideMs] of [
    [minuteDays, HOUR_MS],
    [hourDays, DAY_MS],
  ] as const) {
    // What ends an hour or a day belongs to it, as a period counts.
    const rows = await sql<{ ts: number }[]>`
      delete from equity where ts in (
        select ts from (
          select ts, flows is distinct from lag(flows) over (order by ts) or lag(ts) over (order by ts) is null as is_after,
            lead(flows) over (order by ts) is distinct from flows as is_before,
            row_number() over (partition by (ts - 1) / ${strideMs}::bigint order by ts desc) as place
          from equity where ts <= (select max(ts) from equity) - ${days * DAY_MS}::bigint) as old
        where place > 1 and not is_after and not is_before limit ${ROWS_MAX})
      returning ts`
    gone += rows.length
  }
  return gone
}
