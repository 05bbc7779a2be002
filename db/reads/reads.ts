/**
 * Reads of the projections for commands and API: plain queries by drizzle.
 */
import { type SQL, and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, ne } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type {
  DecisionQuery,
  EquityQuery,
  EventRow,
  FillQuery,
  GridEquity,
  GridQuery,
  GridResult,
  OrderQuery,
  Page,
  Reads,
  RiskChange,
  StatsQuery,
  StoredAlert,
  SumQuery,
  TradeQuery,
  TradeStats,
  TradeSum,
} from '../../api/ports/ports.ts'
import type {
  AccountRow,
  AlgorithmRow,
  DecisionRow,
  EquityRow,
  FillRow,
  FlowRow,
  HoldRow,
  OrderRow,
  PositionRow,
  RiskSettingRow,
  StrategyRow,
  TradeRow,
} from '../../src/journal/row.ts'
import { EVENT_TYPES } from '../../src/journal/event-types.ts'
import type { Database, Drizzle, Sql } from '../client.ts'
import { readHealth } from '../health.ts'
import {
  account,
  algorithms,
  decisions,
  equity,
  fills,
  flows,
  holds,
  orders,
  positions,
  riskSettings,
  strategies,
  trades,
} from '../schema/trading.ts'
import { alerts } from '../schema/messages.ts'
import { journal } from '../schema/journal.ts'

/** Conditions of the values that are given. */
const where = (...conditions: readonly (SQL | undefined)[]): SQL | undefined => and(...conditions)
const is = <T>(column: PgColumn, value: T | undefined): SQL | undefined => (value === undefined ? undefined : eq(column, value))
const below = (column: PgColumn, value: number | undefined): SQL | undefined => (value === undefined ? undefined : lt(column, value))

export class PostgresReads implements Reads {
  private readonly db: Drizzle
  private readonly sql: Sql

  constructor({ db, sql }: Database) {
    this.db = db
    this.sql = sql
  }

  async account(): Promise<AccountRow | undefined> {
    const [row] = await this.db.select().from(account)
    return row
  }
  async positions(includeFlat = false): Promise<readonly PositionRow[]> {
    return this.db
      .select()
      .from(positions)
      .where(includeFlat ? undefined : ne(positions.quantity, '0'))
      .orderBy(asc(positions.symbol))
  }
  async orders(query: OrderQuery): Promise<readonly OrderRow[]> {
    return this.db
      .select()
      .from(orders)
      .where(
        where(
          is(orders.symbol, query.symbol),
          is(orders.isOpen, query.isOpen),
          is(orders.tradeNumber, query.tradeNumber),
          below(orders.orderId, query.before),
        ),
      )
      .orderBy(desc(orders.orderId))
      .limit(query.limit)
  }
  async order(orderId: number): Promise<OrderRow | undefined> {
    const [row] = await this.db.select().from(orders).where(eq(orders.orderId, orderId))
    return row
  }
  async fills(query: FillQuery): Promise<readonly FillRow[]> {
    return this.db
      .select()
      .from(fills)
      .where(
        where(
          is(fills.symbol, query.symbol),
          is(fills.orderId, query.orderId),
          is(fills.tradeNumber, query.tradeNumber),
          below(fills.seq, query.before),
        ),
      )
      .orderBy(desc(fills.seq))
      .limit(query.limit)
  }
  async flows(query: Page): Promise<readonly FlowRow[]> {
    return this.db.select().from(flows).where(below(flows.seq, query.before)).orderBy(desc(flows.seq)).limit(query.limit)
  }
  async trades(query: TradeQuery): Promise<readonly TradeRow[]> {
    return this.db
      .select()
      .from(trades)
      .where(
        where(
          is(trades.symbol, query.symbol),
          is(trades.strategy, query.strategy),
          is(trades.isOpen, query.isOpen),
          query.from === undefined ? undefined : gte(trades.exitTs, query.from),
          below(trades.exitTs, query.to),
          below(trades.number, query.before),
        ),
      )
      .orderBy(desc(trades.number))
      .limit(query.limit)
  }
  async trade(number: number): Promise<TradeRow | undefined> {
    const [row] = await this.db.select().from(trades).where(eq(trades.number, number))
    return row
  }
  async tradeSums({ from, to, by }: SumQuery): Promise<readonly TradeSum[]> {
    const { sql } = this
    const key =
      by === 'day'
        ? sql`to_char(to_timestamp(exit_ts / 1000.0) at time zone 'UTC', 'YYYY-MM-DD')`
        : by === 'sym'
          ? sql`symbol`
          : by === 'strategy'
            ? sql`strategy`
            : sql`''`
    return sql<TradeSum[]>`
      select ${key} as key, count(*)::int as count, (count(*) filter (where pnl > 0))::int as wins,
        sum(pnl)::text as net, sum(fee)::text as fee, sum(funding)::text as funding,
        coalesce(sum(pnl) filter (where pnl > 0), 0)::text as gain, coalesce(-sum(pnl) filter (where pnl < 0), 0)::text as loss
      from trades where not is_open and exit_ts >= ${from} and exit_ts < ${to} group by 1 order by 1`
  }
  async tradeStats({ from, to, strategy, symbol }: StatsQuery): Promise<TradeStats | undefined> {
    const { sql } = this
    const chosen = sql`
      select * from trades where not is_open and exit_ts >= ${from} and exit_ts < ${to}
        ${strategy === undefined ? sql`` : sql`and strategy = ${strategy}`} ${symbol === undefined ? sql`` : sql`and symbol = ${symbol}`}`
    // A run is a stretch of trades with the same sign: its place among all minus its place among its own is the same throughout.
    const [row] = await sql<Omit<TradeStats, 'byExit'>[]>`
      with chosen as (${chosen}),
      placed as (
        select sign(pnl) as sign, row_number() over (order by exit_ts, number)
          - row_number() over (partition by sign(pnl) order by exit_ts, number) as run from chosen),
      runs as (select sign, count(*)::int as length from placed group by sign, run)
      select count(*)::int as count, (count(*) filter (where pnl > 0))::int as wins, (count(*) filter (where pnl < 0))::int as losses,
        sum(pnl)::text as net, coalesce(sum(pnl) filter (where pnl > 0), 0)::text as gain,
        coalesce(-sum(pnl) filter (where pnl < 0), 0)::text as loss, max(pnl)::text as best, min(pnl)::text as worst,
        stddev_samp(pnl)::float8 as deviation, avg(exit_ts - entry_ts)::float8 as "holdingMs", sum(fee)::text as fee,
        sum(funding)::text as funding, avg(result_r)::float8 as "resultR", avg(mae)::float8 as mae, avg(mfe)::float8 as mfe,
        (select coalesce(max(length) filter (where sign > 0), 0) from runs)::int as "maxWinStreak",
        (select coalesce(max(length) filter (where sign < 0), 0) from runs)::int as "maxLossStreak"
      from chosen`
    if (row === undefined || row.count === 0) return undefined
    const byExit = await sql<TradeStats['byExit'][number][]>`
      select coalesce(exit_reason, '') as reason, count(*)::int as count, sum(pnl)::text as net from (${chosen}) as chosen
      group by 1 order by 2 desc, 1`
    return { ...row, byExit: [...byExit] }
  }
  async equityShape({ from, to, points }: { readonly from: number; readonly to: number; readonly points: number }) {
    const [row] = await this.sql<{ count: number; drawdown: number | null }[]>`
      with points as (
        select ts, equity::float8 as equity, lag(equity::float8) over (order by ts) as before,
          coalesce(flows - lag(flows) over (order by ts), 0)::float8 as flow
        from equity where ts >= ${from} and ts < ${to}),
      grown as (
        select ts, sum(case when before + flow > 0 and equity > 0 then ln(equity / (before + flow)) else 0 end) over (order by ts) as growth
        from points),
      peaks as (select growth, max(growth) over (order by ts) as peak from grown)
      select count(*)::int as count, max(1 - exp(growth - peak))::float8 as drawdown from peaks`
    const count = row?.count ?? 0
    const step = Math.max(1, Math.ceil(count / points))
    const curve = await this.sql<EquityRow[]>`
      select ts, equity::text, wallet::text, day_pnl::text as "dayPnl", drawdown from (
        select *, row_number() over (order by ts) as at from equity where ts >= ${from} and ts < ${to}) numbered
      where at % ${step} = 0 or at = 1 or at = ${count} order by ts`
    return { drawdown: count < 2 ? undefined : Math.max(0, row?.drawdown ?? 0), curve: [...curve] }
  }
  async decisions(query: DecisionQuery): Promise<readonly DecisionRow[]> {
    return this.db
      .select()
      .from(decisions)
      .where(
        where(
          is(decisions.symbol, query.symbol),
          is(decisions.strategy, query.strategy),
          is(decisions.orderId, query.orderId),
          is(decisions.kind, query.kind),
          is(decisions.class, query.class),
          query.exceptStrategy === undefined ? undefined : ne(decisions.strategy, query.exceptStrategy),
          below(decisions.seq, query.before),
        ),
      )
      .orderBy(desc(decisions.seq))
      .limit(query.limit)
  }
  async equity(query: EquityQuery): Promise<readonly EquityRow[]> {
    const isCurve = query.from !== undefined
    return this.db
      .select()
      .from(equity)
      .where(where(isCurve ? gte(equity.ts, query.from as number) : undefined, below(equity.ts, query.to), below(equity.ts, query.before)))
      .orderBy(isCurve ? asc(equity.ts) : desc(equity.ts))
      .limit(query.limit)
  }
  async equitySince(): Promise<number | undefined> {
    const [row] = await this.sql<{ ts: number | null }[]>`select min(ts) as ts from equity`
    return row?.ts ?? undefined
  }
  async equityGrid({ from, strideMs }: GridQuery): Promise<readonly GridEquity[]> {
    // A look into the index for each stride: a year of minutes is not sorted for its days.
    const rows = await this.sql<GridEquity[]>`
      with bounds as (
        select (min(ts) + ${strideMs}::bigint - 1) / ${strideMs}::bigint as first, (max(ts) + ${strideMs}::bigint - 1) / ${strideMs}::bigint as last
        from equity where ts >= ${from})
      select stride * ${strideMs}::bigint as ts, of_stride.equity::text as equity, of_stride.flows::text as flows
      from bounds, generate_series(bounds.first, bounds.last) as stride, lateral (
        select equity, flows from equity
        where ts >= ${from} and ts > (stride - 1) * ${strideMs}::bigint and ts <= stride * ${strideMs}::bigint
        order by equity.ts desc limit 1) as of_stride
      order by stride`
    return [...rows]
  }
  async resultGrid({ from, strideMs }: GridQuery): Promise<readonly GridResult[]> {
    const rows = await this.sql<GridResult[]>`
      select max(exit_ts) as ts, strategy, symbol, sum(pnl)::float8 as pnl from trades
      where not is_open and exit_ts >= ${from}
      group by (exit_ts + ${strideMs}::bigint - 1) / ${strideMs}::bigint, strategy, symbol order by 1`
    return [...rows]
  }
  async strategies(): Promise<readonly StrategyRow[]> {
    return this.db.select().from(strategies).orderBy(asc(strategies.strategy), asc(strategies.symbol))
  }
  async algorithms(query: { readonly isActive?: boolean | undefined; readonly limit: number }): Promise<readonly AlgorithmRow[]> {
    return this.db.select().from(algorithms).where(is(algorithms.isActive, query.isActive)).orderBy(desc(algorithms.id)).limit(query.limit)
  }
  /** Changed while Ballast ran; those that are the configuration's again are left out. */
  async riskSettings(): Promise<readonly RiskSettingRow[]> {
    return this.db.select().from(riskSettings).where(isNotNull(riskSettings.value)).orderBy(asc(riskSettings.target), asc(riskSettings.key))
  }
  /** The value before is that of the change before, of the same setting. */
  async riskChanges({ limit, before }: Page): Promise<readonly RiskChange[]> {
    const { sql } = this
    return sql<RiskChange[]>`
      select * from (
        select seq, ts, target, key, lag(value) over (partition by target, key order by seq) as "from", value as "to", actor, surface, until
        from (
          select seq, ts, (select max(asked.surface) from commands as asked
              where asked.name = 'set-limit' and (asked.outcome->>'seq')::bigint = journal.cause_seq) as surface,
            payload->'setting'->>'key' as key, payload->'setting'->>'text' as value, payload->'setting'->>'actor' as actor,
            (payload->'setting'->>'until')::float8 as until,
            concat_ws(' ', payload->'setting'->'target'->>'type',
              coalesce(payload->'setting'->'target'->>'strategy', payload->'setting'->'target'->>'symbol')) as target
          from journal where type = 'risk-setting-changed' and kind = 'fact') as changed) as changes
      ${before === undefined ? sql`` : sql`where seq < ${before}`}
      order by seq desc limit ${limit}`
  }
  async holds(): Promise<readonly HoldRow[]> {
    return this.db.select().from(holds).orderBy(asc(holds.since))
  }
  async alerts(query: Page): Promise<readonly StoredAlert[]> {
    const rows = await this.db.select().from(alerts).where(below(alerts.id, query.before)).orderBy(desc(alerts.id)).limit(query.limit)
    return rows.map(({ createdAt: _createdAt, seq, ...row }) => ({ ...row, seq: seq ?? 0 }))
  }
  async events(
    query: Page & { readonly after?: number | undefined; readonly types?: readonly string[] | undefined },
  ): Promise<readonly EventRow[]> {
    const types =
      query.types === undefined || query.types.length === 0 ? EVENT_TYPES : EVENT_TYPES.filter((type) => query.types?.includes(type))
    if (types.length === 0) return []
    const rows = await this.db
      .select({ seq: journal.seq, type: journal.type, ts: journal.ts, payload: journal.payload })
      .from(journal)
      .where(
        where(
          inArray(journal.type, types),
          query.after === undefined ? undefined : gt(journal.seq, query.after),
          below(journal.seq, query.before),
        ),
      )
      .orderBy(query.after === undefined ? desc(journal.seq) : asc(journal.seq))
      .limit(query.limit)
    return rows.map((row) => ({ ...row, payload: row.payload as EventRow['payload'] }))
  }
  async health() {
    return readHealth(this.sql)
  }
  async ping(): Promise<boolean> {
    try {
      await this.sql`select 1`
      return true
    } catch {
      // That it does not answer is the answer.
      return false
    }
  }
}
