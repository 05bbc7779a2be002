/**
 * Canaries that are under way: what each tries and since when. What they made is computed from the journal, so that nothing else has to be kept.
 */
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

/** A compiled file of the user's: paths are absolute. */
interface CompiledFile {
  readonly name: string
  readonly file: string
  readonly path: string
  readonly codeHash: string
  readonly sourceHash: string
}
export interface CanaryRow {
  readonly strategy: string
  readonly params: Readonly<Record<string, string>>
  /** The compiled file that is tried; null: the code that runs. */
  readonly module: CompiledFile | null
  /** Code and parameters that ran when it began. */
  readonly identity: string
  readonly startedTs: number
  readonly startedBy: string
  /** The verdict that was told of. */
  readonly told: string | null
}

const keyOf = (strategy: string): string => `canary ${strategy}`

export class CanaryRows {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async put(row: CanaryRow): Promise<void> {
    await this.sql`insert into meta (key, value) values (${keyOf(row.strategy)}, ${toJson(row)}::text::jsonb)
      on conflict (key) do update set value = excluded.value`
  }

  async find(strategy: string): Promise<CanaryRow | undefined> {
    const [row] = await this.sql<{ value: CanaryRow }[]>`select value from meta where key = ${keyOf(strategy)}`
    return row?.value
  }

  async list(): Promise<readonly CanaryRow[]> {
    const rows = await this.sql<{ value: CanaryRow }[]>`select value from meta where key like 'canary %' order by key`
    return rows.map(({ value }) => value)
  }

  async remove(strategy: string): Promise<boolean> {
    const rows = await this.sql`delete from meta where key = ${keyOf(strategy)} returning 1`
    return rows.length > 0
  }

  /** Tells of a decision once, with the mark that it was told: both or neither, and not of one that began anew meanwhile. */
  async tell({ strategy, startedTs, told }: CanaryRow, verdict: string, summary: string, detail: object, ts: number): Promise<boolean> {
    return this.sql.begin(async (tx) => {
      const marked = await tx`
        update meta set value = jsonb_set(value, '{told}', to_jsonb(${verdict}::text))
        where key = ${keyOf(strategy)} and (value ->> 'startedTs')::float8 = ${startedTs} and value ->> 'told' is not distinct from ${told} returning 1`
      if (marked.length === 0) return false
      await tx`insert into alerts (seq, type, severity, symbol, summary, detail, ts)
        values (null, 'strategy.canary', 'P3', null, ${summary}, ${toJson(detail)}::text::jsonb, ${ts})`
      await tx`select pg_notify('ballast_events', '0')`
      return true
    })
  }
}
