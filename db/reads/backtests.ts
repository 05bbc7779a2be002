/**
 * Rows of backtests: what was asked, how far it is, what came out.
 */
import type { Backtest, BacktestKind, BacktestStatus, Json, Page } from '../../api/ports/ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const FIELDS = (sql: Sql) => sql`id, spec, status, progress, result, error, actor, created_at as "createdAt", finished_at as "finishedAt"`

/** What the ids of each begin with. */
export const BACKTEST_IDS: Readonly<Record<BacktestKind, string>> = { backtest: 'bt_', optimization: 'opt_' }

const OPEN: readonly BacktestStatus[] = ['queued', 'running']

export class BacktestRows {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  /** Answers the row that has this spec already, unless it failed or was canceled: the same work is not done twice. */
  async findBySpec(specHash: string): Promise<Backtest | undefined> {
    const [row] = await this.sql<Backtest[]>`
      select ${FIELDS(this.sql)} from backtests where spec_hash = ${specHash} and status not in ('failed', 'canceled') order by created_at desc limit 1`
    return row
  }

  async create(id: string, specHash: string, spec: Json, actor: string): Promise<Backtest> {
    const [row] = await this.sql<Backtest[]>`
      insert into backtests (id, spec_hash, spec, actor) values (${id}, ${specHash}, ${toJson(spec)}::text::jsonb, ${actor}) returning ${FIELDS(this.sql)}`
    return row as Backtest
  }

  async find(id: string): Promise<Backtest | undefined> {
    const [row] = await this.sql<Backtest[]>`select ${FIELDS(this.sql)} from backtests where id = ${id}`
    return row
  }

  async list(page: Page & { readonly kind: BacktestKind }): Promise<readonly Backtest[]> {
    return this.sql<Backtest[]>`
      select ${FIELDS(this.sql)} from backtests where id like ${`${BACKTEST_IDS[page.kind]}%`} and ${page.before === undefined ? this.sql`true` : this.sql`created_at < ${page.before}`}
      order by created_at desc limit ${page.limit}`
  }

  /** Those that wait or run, asked for before that long ago. */
  async openSince(ageMs: number): Promise<readonly Backtest[]> {
    return this.sql<Backtest[]>`
      select ${FIELDS(this.sql)} from backtests
      where status in ${this.sql([...OPEN])} and created_at < (extract(epoch from clock_timestamp()) * 1000)::bigint - ${ageMs}::bigint
      order by created_at`
  }

  async countOpen(): Promise<number> {
    const [row] = await this.sql<{ count: number }[]>`select count(*)::int as count from backtests where status in ${this.sql([...OPEN])}`
    return row?.count ?? 0
  }

  /** Marks it as running; false when it was canceled meanwhile. */
  async begin(id: string): Promise<boolean> {
    const rows = await this.sql`
      update backtests set status = 'running', started_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and status in ('queued', 'running') returning 1`
    return rows.length > 0
  }

  /** Answers false when it was canceled: the work should stop. */
  async progress(id: string, done: number): Promise<boolean> {
    const rows = await this.sql`update backtests set progress = ${done} where id = ${id} and status = 'running' returning 1`
    return rows.length > 0
  }

  async finish(id: string, result: Json): Promise<void> {
    await this.sql`
      update backtests set status = 'done', progress = 1, result = ${toJson(result)}::text::jsonb,
        finished_at = (extract(epoch from clock_timestamp()) * 1000)::bigint where id = ${id} and status = 'running'`
  }

  async fail(id: string, error: string): Promise<void> {
    await this.sql`
      update backtests set status = 'failed', error = ${error.slice(0, 2_000)}, finished_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and status in ('queued', 'running')`
  }

  async cancel(id: string): Promise<boolean> {
    const rows = await this.sql`
      update backtests set status = 'canceled', finished_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and status in ('queued', 'running') returning 1`
    return rows.length > 0
  }
}
