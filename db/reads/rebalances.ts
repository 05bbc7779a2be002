/**
 * Rows of rebalances: what was confirmed, how far it is, what was left undone.
 */
import type { Json } from '../../api/ports/ports.ts'
import type { Rebalance, Rebalances } from '../../api/ports/portfolio-ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const LOCK = 7_215_009

export class RebalanceRows implements Rebalances {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async begin(todo: Json, actor: string, marketTs: number): Promise<Rebalance | undefined> {
    return this.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`
      const [running] = await tx`select 1 from rebalances where status = 'running'`
      if (running !== undefined) return undefined
      const [row] = await tx<Rebalance[]>`
        insert into rebalances (actor, todo, market_ts) values (${actor}, ${toJson(todo)}::text::jsonb, ${marketTs})
        returning id, actor, todo, status, progress, market_ts as "marketTs", created_at as "createdAt", finished_at as "finishedAt"`
      return row
    })
  }

  async say(id: number, sentence: string): Promise<void> {
    await this.sql`update rebalances set progress = progress || ${toJson([sentence])}::text::jsonb where id = ${id}`
  }

  async end(id: number, status: 'done' | 'stopped', sentence: string): Promise<boolean> {
    const rows = await this.sql`
      update rebalances set status = ${status}, progress = progress || ${toJson([sentence])}::text::jsonb,
        finished_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and status = 'running' returning 1`
    if (rows.length === 0) await this.say(id, sentence)
    return rows.length > 0
  }

  async find(id: number): Promise<Rebalance | undefined> {
    const [row] = await this.sql<Rebalance[]>`select ${this.columns()} from rebalances where id = ${id}`
    return row
  }

  async list(limit: number): Promise<readonly Rebalance[]> {
    return this.sql<Rebalance[]>`select ${this.columns()} from rebalances order by id desc limit ${limit}`
  }

  /** At a start: what ran before it is over, and nothing more of it is sent (S1). */
  async endInterrupted(): Promise<void> {
    const sentence = 'Stopped: Ballast was restarted. What was being executed continues; nothing more is sent. Plan again with /rebalance.'
    for (const { id } of await this.sql<{ id: number }[]>`select id from rebalances where status = 'running'`)
      await this.end(id, 'stopped', sentence)
  }

  private columns() {
    return this.sql`id, actor, todo, status, progress, market_ts as "marketTs", created_at as "createdAt", finished_at as "finishedAt"`
  }
}
