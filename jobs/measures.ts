/**
 * Slow figures of the account: volatility, value at risk and drawdown over its equity, for `/risk` and the daily report.
 * Never decides anything: they are stored with their own time, and whoever uses them sees how old they are.
 */
import type { Measures } from '../api/ports.ts'
import type { Sql } from '../db/client.ts'
import { toJson } from '../db/json.ts'
import { numbersOf, withoutFlows } from '../src/portfolio/results/flow-adjusted.ts'
import { equityMetrics } from '../src/portfolio/results/performance.ts'

const HOUR_MS = 3_600_000
const HOURS_PER_YEAR = 8_760
const WINDOW_HOURS = 720

/** Hourly equity of the last 30 days of market time. Undefined while there are fewer than 24 hours. */
export async function computeMeasures(sql: Sql): Promise<Measures | undefined> {
  const rows = await sql<{ hour: number; equity: string; flows: string | null }[]>`
    select distinct on (hour) hour, equity, flows from (
      select ts / ${HOUR_MS}::bigint as hour, ts, equity::text as equity, flows::text as flows from equity
      where ts > (select max(ts) from equity) - ${WINDOW_HOURS * HOUR_MS}::bigint) as of_hour
    order by hour, ts desc`
  if (rows.length < 24) return undefined
  const series = { ts: Float64Array.from(rows, (r) => (r.hour + 1) * HOUR_MS), equity: withoutFlows(rows.map(numbersOf)) }
  const figures = equityMetrics(series, HOURS_PER_YEAR)
  return {
    ts: series.ts[series.ts.length - 1] as number,
    hours: rows.length,
    volatilityYear: figures.volatility,
    var95Hour: figures.var95,
    cvar95Hour: figures.cvar95,
    maxDrawdown: figures.maxDrawdown,
    sharpe: figures.sharpe,
  }
}

export async function storeMeasures(sql: Sql, measures: Measures): Promise<void> {
  await sql`
    insert into meta (key, value) values ('measures', ${toJson(measures)}::text::jsonb) on conflict (key) do update set value = excluded.value`
}
