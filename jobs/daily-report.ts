/**
 * The report of a day of market time: what was earned, paid and risked. Sent on a day without a trade too: it says "I am alive".
 * Never reported twice for one day.
 */
import { DAY_MS } from '../src/core/units.ts'
import { groupDigits } from '../src/core/decimal.ts'
import type { Sql } from '../db/client.ts'
import { toJson } from '../db/json.ts'

/** Reports the last whole UTC day of market time, unless that was done. Answers its date, or undefined. */
export async function reportDay(sql: Sql): Promise<string | undefined> {
  const [account] = await sql<{ updatedTs: number; state: string }[]>`select updated_ts as "updatedTs", state from account limit 1`
  if (account === undefined) return undefined
  const end = Math.floor(account.updatedTs / DAY_MS) * DAY_MS
  const start = end - DAY_MS
  const [bounds] = await sql<{ first: string | null; last: string | null; low: number | null; flows: string | null }[]>`
    select (select equity::text from equity where ts >= ${start} and ts < ${end} order by ts limit 1) as first,
           (select equity::text from equity where ts >= ${start} and ts < ${end} order by ts desc limit 1) as last,
           (select max(drawdown) from equity where ts >= ${start} and ts < ${end}) as low,
           (select (max(flows) filter (where ts = of_day.last_ts) - max(flows) filter (where ts = of_day.first_ts))::text
              from equity, (select min(ts) as first_ts, max(ts) as last_ts from equity where ts >= ${start} and ts < ${end}) as of_day) as flows`
  if (bounds === undefined || bounds.first === null || bounds.last === null) return undefined
  const date = new Date(start).toISOString().slice(0, 10)
  const [trades] = await sql<{ count: number; wins: number; pnl: string; fee: string; funding: string }[]>`
    select count(*)::int as count, count(*) filter (where pnl > 0)::int as wins, coalesce(sum(pnl), 0)::text as pnl, coalesce(sum(fee), 0)::text as fee,
      coalesce(sum(funding), 0)::text as funding from trades where not is_open and exit_ts >= ${start} and exit_ts < ${end}`
  const [best] = await sql<{ number: number; symbol: string; pnl: string }[]>`
    select number, symbol, pnl::text as pnl from trades as t where not is_open and exit_ts >= ${start} and exit_ts < ${end} order by t.pnl desc limit 1`
  const [worst] = await sql<{ number: number; symbol: string; pnl: string }[]>`
    select number, symbol, pnl::text as pnl from trades as t where not is_open and exit_ts >= ${start} and exit_ts < ${end} order by t.pnl limit 1`
  const count = trades?.count ?? 0
  const flows = Number(bounds.flows ?? 0)
  const summary = `${date}: equity ${amount(Number(bounds.last))} (${signed(Number(bounds.last) - Number(bounds.first) - flows)}${flows === 0 ? '' : `, and ${signed(flows)} of flows`}), ${count} ${count === 1 ? 'trade' : 'trades'}${count === 0 ? '' : `, ${Math.round((100 * (trades?.wins ?? 0)) / count)} % won`}, fees ${amount(Number(trades?.fee ?? 0))}`
  const detail = {
    date,
    equity: bounds.last,
    opened: bounds.first,
    flows,
    trades: count,
    wins: trades?.wins ?? 0,
    pnl: trades?.pnl ?? '0',
    fees: trades?.fee ?? '0',
    funding: trades?.funding ?? '0',
    drawdownMax: bounds.low,
    best: best ?? null,
    worst: worst ?? null,
    state: account.state,
  }
  // The meta row is the memory of what was reported: claimed in the same statement that writes the alert.
  const inserted = await sql`
    with claimed as (
      insert into meta (key, value) values ('daily-report', to_jsonb(${date}::text))
      on conflict (key) do update set value = excluded.value where meta.value <> excluded.value returning 1)
    insert into alerts (seq, type, severity, symbol, summary, detail, ts)
      select null, 'report.daily', 'P4', null, ${summary}, ${toJson(detail)}::text::jsonb, ${end} from claimed returning id`
  if (inserted.length === 0) return undefined
  await sql`select pg_notify('ballast_events', '0')`
  return date
}

const amount = (n: number): string => groupDigits(n.toFixed(2))
const signed = (n: number): string => `${n >= 0 ? '+' : ''}${amount(n)}`
