/**
 * Databases that restores have moved aside: schemas beside the ones in use, kept until somebody says that they may go.
 */
import type { Sql } from '../client.ts'

export interface Aside {
  /** `before_20261130t195634` */
  readonly name: string
  readonly bytes: number
}

/** Oldest first. */
export const listAside = (sql: Sql): Promise<readonly Aside[]> =>
  sql<Aside[]>`
    select substr(n.nspname, 8) as name, coalesce(sum(pg_total_relation_size(c.oid)) filter (where c.relkind = 'r'), 0)::bigint as bytes
    from pg_namespace n left join pg_class c on c.relnamespace = n.oid
    where n.nspname ~ '^public_before_[0-9t]+$' group by 1 order by 1`

/** `name` as {@link listAside} has it. */
export async function dropAside(sql: Sql, { name }: Aside): Promise<void> {
  for (const schema of ['public', 'drizzle']) await sql.unsafe(`drop schema if exists "${schema}_${name}" cascade`)
}
