/**
 * Counts for a scrape, each from the index or the whole of a table.
 */
import type { Counted, OperationCounts } from '../../api/ports/metrics-ports.ts'
import type { Sql } from '../client.ts'

export async function readCounts(sql: Sql): Promise<OperationCounts> {
  const [orders, fills, denials, openAlerts, backtests, [single]] = await Promise.all([
    sql<Counted[]>`select status as of, count(*)::int as count from orders group by status`,
    sql<Counted[]>`select liquidity as of, count(*)::int as count from fills group by liquidity`,
    sql<Counted[]>`select coalesce(rule, '') as of, count(*)::int as count from decisions where kind = 'denial' group by rule`,
    sql<Counted[]>`select severity as of, count(*)::int as count from alert_problems where status <> 'over' group by severity`,
    sql<Counted[]>`select status as of, count(*)::int as count from backtests group by status`,
    sql<
      {
        feesUsdt: number
        pending: number
        oldestAgeMs: number | null
        refused: number
        commandsPending: number
        lastSeq: number
        snapshotSeq: number
      }[]
    >`
      select
        (select coalesce(sum(fee), 0)::float8 from fills where fee_coin = 'USDT') as "feesUsdt",
        (select count(*)::int from deliveries where status = 'pending') as pending,
        (select (extract(epoch from clock_timestamp()) * 1000 - min(created_at))::float8 from deliveries where status = 'pending') as "oldestAgeMs",
        (select count(*)::int from deliveries where status = 'refused') as refused,
        (select count(*)::int from commands where status in ('pending', 'taken')) as "commandsPending",
        (select coalesce(max(seq), 0) from journal) as "lastSeq",
        (select coalesce(max(seq), 0) from snapshots) as "snapshotSeq"`,
  ])
  const { feesUsdt = 0, pending = 0, oldestAgeMs = null, refused = 0, commandsPending = 0, lastSeq = 0, snapshotSeq = 0 } = single ?? {}
  return {
    orders,
    fills,
    denials,
    feesUsdt,
    openAlerts,
    outbox: { pending, oldestAgeMs, refused },
    commandsPending,
    journal: { lastSeq, sinceSnapshot: Math.max(0, lastSeq - snapshotSeq) },
    backtests,
  }
}
