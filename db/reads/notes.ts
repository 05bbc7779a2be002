/**
 * What users wrote about trades. Theirs: a rebuild of the projections leaves it alone.
 */
import type { Notes, TradeNote } from '../../api/ports/portfolio-ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

export class NoteRows implements Notes {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async find(tradeNumbers: readonly number[]): Promise<ReadonlyMap<number, TradeNote>> {
    if (tradeNumbers.length === 0) return new Map()
    const rows = await this.sql<TradeNote[]>`
      select trade_number as "tradeNumber", note, tags from trade_notes
      where trade_number in (select value::bigint from jsonb_array_elements_text(${toJson(tradeNumbers)}::text::jsonb))`
    return new Map(rows.map((row) => [row.tradeNumber, row]))
  }

  async write(
    tradeNumber: number,
    { note, tags }: { readonly note?: string; readonly tags?: readonly string[] },
    actor: string,
  ): Promise<TradeNote> {
    const text = note ?? null
    const list = tags === undefined ? null : toJson(tags)
    const [row] = await this.sql<TradeNote[]>`
      insert into trade_notes (trade_number, note, tags, actor) values (${tradeNumber}, coalesce(${text}::text, ''), coalesce(${list}::text::jsonb, '[]'::jsonb), ${actor})
      on conflict (trade_number) do update set note = coalesce(${text}::text, trade_notes.note), tags = coalesce(${list}::text::jsonb, trade_notes.tags),
        actor = excluded.actor, updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      returning trade_number as "tradeNumber", note, tags`
    return row as TradeNote
  }
}
