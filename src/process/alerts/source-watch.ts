/**
 * Sees that a source of signals which sends regularly has fallen silent, and that it sends again: one alert for each.
 */
import { insertAlert } from '../../../db/alerts.ts'
import type { Sql } from '../../../db/client.ts'
import { duration } from '../../../api/commands/words/format.ts'

interface Turned {
  readonly name: string
  readonly expectEveryMs: number
  readonly lastAt: number | null
}

export class SourceWatch {
  private readonly sql: Sql
  private readonly wallNow: () => number

  constructor(sql: Sql, wallNow: () => number) {
    this.sql = sql
    this.wallNow = wallNow
  }

  /** The alert and the memory of it are one transaction: of two processes that look one tells it. */
  async look(): Promise<void> {
    const now = this.wallNow()
    await this.sql.begin(async (sql) => {
      const silent = await sql<Turned[]>`
        update signal_sources s set silent_at = ${now} from (
          select id, (select max(received_at) from signals where source_id = signal_sources.id) as last_at from signal_sources
          where expect_every_ms is not null and silent_at is null and removed_at is null for update) as of_source
        where s.id = of_source.id and coalesce(of_source.last_at, s.created_at) < ${now} - s.expect_every_ms
        returning s.name, s.expect_every_ms as "expectEveryMs", of_source.last_at as "lastAt"`
      for (const { name, expectEveryMs, lastAt } of silent)
        await insertAlert(sql, {
          type: 'source.silent',
          summary: `The source ${name} ${lastAt === null ? 'has sent nothing yet' : `last sent ${duration(now - lastAt)} ago`}; it is expected every ${duration(expectEveryMs)}. Look at its sender.`,
          atMs: now,
          detail: { source: name },
        })
      const back = await sql<Turned[]>`
        update signal_sources s set silent_at = null
        where silent_at is not null and removed_at is null and exists (select 1 from signals where source_id = s.id and received_at > s.silent_at)
        returning name, expect_every_ms as "expectEveryMs", null as "lastAt"`
      for (const { name } of back)
        await insertAlert(sql, { type: 'source.back', summary: `The source ${name} sends again.`, atMs: now, detail: { source: name } })
    })
  }
}
