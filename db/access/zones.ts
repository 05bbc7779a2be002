/**
 * Time zones that people have chosen.
 */
import type { Zones } from '../../api/ports/access-ports.ts'
import type { Sql } from '../client.ts'

export class PostgresZones implements Zones {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async of(actor: string): Promise<string | undefined> {
    const [row] = await this.sql<{ zone: string }[]>`select zone from person_settings where actor = ${actor}`
    return row?.zone
  }

  async set(actor: string, zone: string): Promise<void> {
    await this
      .sql`insert into person_settings (actor, zone) values (${actor}, ${zone}) on conflict (actor) do update set zone = excluded.zone`
  }
}
