/**
 * Sums over stretches of time for reports: equity at their ends, growth without flows, trades, fees and funding.
 */
import type { CapitalChange, FundingSum, PeriodSum, Reports } from '../../api/ports/portfolio-ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

interface Edge {
  readonly equity: string | null
  readonly flows: string | null
}
interface Grown {
  /** 1 for the first stretch. */
  readonly period: number
  readonly growth: number | null
  readonly flows: PeriodSum['flows']
}
interface Booked {
  readonly period: number
  readonly fees: string
  readonly funding: string
}
interface Traded {
  readonly period: number
  readonly trades: number
  readonly wins: number
}

export class PostgresReports implements Reports {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async periods(bounds: readonly number[]): Promise<readonly PeriodSum[]> {
    const [edges, [opening], grown, booked, traded] = await Promise.all([
      this.edges(bounds),
      this.sql<{ ts: number; equity: string; flows: string | null }[]>`
        select ts, equity::text, flows::text from equity order by equity.ts limit 1`,
      this.grown(bounds),
      this.booked(bounds),
      this.traded(bounds),
    ])
    return bounds.slice(1).map((to, at): PeriodSum => {
      const end = edges[at + 1]
      const edge = edges[at]
      // Records that begin within the stretch begin it.
      const start = edge?.equity == null ? (opening !== undefined && opening.ts <= to ? opening : undefined) : edge
      const own = grown.find(({ period }) => period === at + 1)
      const money = booked.find(({ period }) => period === at + 1)
      const closed = traded.find(({ period }) => period === at + 1)
      return {
        from: start === opening && opening !== undefined ? opening.ts : (bounds[at] as number),
        to,
        startEquity: start?.equity ?? null,
        endEquity: end?.equity ?? null,
        startFlows: start?.flows ?? null,
        endFlows: end?.flows ?? null,
        growth: own === undefined ? (end?.equity == null ? null : 1) : own.growth,
        flows: own?.flows ?? [],
        trades: closed?.trades ?? 0,
        wins: closed?.wins ?? 0,
        fees: money?.fees ?? '0',
        funding: money?.funding ?? '0',
      }
    })
  }

  async funding(from: number, to: number): Promise<readonly FundingSum[]> {
    // On the account `funding` what was paid is above zero.
    return this.sql<FundingSum[]>`
      with changes as (select ts, symbol, funding - lag(funding) over (order by seq) as change from ledger)
      select symbol, count(*)::int as settlements, coalesce(sum(change) filter (where change > 0), 0)::text as paid,
        coalesce(-sum(change) filter (where change < 0), 0)::text as received, max(ts) as "lastTs"
      from changes where symbol is not null and change <> 0 and ts > ${from} and ts <= ${to} group by symbol order by symbol`
  }

  async capitalChanges(): Promise<readonly CapitalChange[]> {
    return this.sql<CapitalChange[]>`
      select ts, payload->'setting'->'target'->>'strategy' as strategy, payload->'setting'->>'text' as text from journal
      where type = 'risk-setting-changed' and payload->'setting'->>'key' = 'capital' and payload->'setting'->'target'->>'type' = 'strategy'
      order by seq`
  }

  /** The last equity at or before each bound. */
  private edges(bounds: readonly number[]): Promise<readonly Edge[]> {
    return this.sql<Edge[]>`
      select at_edge.equity::text as equity, at_edge.flows::text as flows
      from jsonb_array_elements_text(${toJson(bounds)}::text::jsonb) with ordinality as edges(bound, place)
      left join lateral (select equity, flows from equity where ts <= edges.bound::bigint order by equity.ts desc limit 1) as at_edge on true
      order by edges.place`
  }

  private grown(bounds: readonly number[]): Promise<readonly Grown[]> {
    const first = bounds[0] as number
    const last = bounds.at(-1) as number
    return this.sql<Grown[]>`
      with steps as (
        select ts, equity::float8 as equity, lag(equity::float8) over (order by ts) as before,
          coalesce(flows - lag(flows) over (order by ts), 0)::float8 as flow
        from equity where ts >= coalesce((select max(ts) from equity where ts <= ${first}), ${first}) and ts <= ${last})
      select width_bucket(ts - 1, ${this.list(bounds)}) as period,
        case when bool_or(before is not null and (before + flow <= 0 or equity <= 0)) then null
          else exp(sum(case when before is null or before + flow <= 0 or equity <= 0 then 0 else ln(equity / (before + flow)) end)) end as growth,
        coalesce(jsonb_agg(jsonb_build_object('ts', ts, 'amount', flow) order by ts) filter (where flow <> 0), '[]') as flows
      from steps where ts > ${first} group by 1`
  }

  private booked(bounds: readonly number[]): Promise<readonly Booked[]> {
    return this.sql<Booked[]>`
      with changes as (select ts, fees - lag(fees) over (order by seq) as fees, funding - lag(funding) over (order by seq) as funding from ledger)
      select width_bucket(ts - 1, ${this.list(bounds)}) as period, coalesce(sum(fees), 0)::text as fees, coalesce(-sum(funding), 0)::text as funding
      from changes where ts > ${bounds[0] as number} and ts <= ${bounds.at(-1) as number} group by 1`
  }

  private traded(bounds: readonly number[]): Promise<readonly Traded[]> {
    return this.sql<Traded[]>`
      select width_bucket(exit_ts - 1, ${this.list(bounds)}) as period, count(*)::int as trades, (count(*) filter (where pnl > 0))::int as wins
      from trades where not is_open and exit_ts > ${bounds[0] as number} and exit_ts <= ${bounds.at(-1) as number} group by 1`
  }

  private list(bounds: readonly number[]) {
    return this.sql`array(select value::bigint from jsonb_array_elements_text(${toJson(bounds)}::text::jsonb) as value)`
  }
}
