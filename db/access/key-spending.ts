/**
 * What API keys have opened today, against the symbols and the daily notional of each (S17). The one place where it is counted.
 * Counted from the commands, in the transaction that lets an entry through: nothing is lost by a restart, and of two at once one waits.
 */
import { DAY_MS } from '../../src/core/units.ts'
import { ACT_AS, FILE_KEY_NAME } from '../../src/core/key-names.ts'
import type { KeyRefusal, KeySpending } from '../../src/kernel/trader-command.ts'
import type { Queryable, Sql } from '../client.ts'

const NOW = (sql: Queryable) => sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** The sum since midnight UTC, as a subselect. What was refused has opened nothing; what failed may have. */
export const spentToday = (sql: Queryable, keyId: ReturnType<Queryable>) => sql`
  select coalesce(sum(notional), 0) from commands
  where api_key_id = ${keyId} and notional is not null and status <> 'refused' and asked_at >= ${NOW(sql)} / ${DAY_MS} * ${DAY_MS}`

interface KeyRow {
  readonly name: string
  readonly scopes: readonly string[]
  readonly symbols: readonly string[] | null
  readonly most: string | null
  readonly spent: string
  readonly isOver: boolean
}

export class PostgresKeySpending implements KeySpending {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  check(keyId: string, symbol: string, notional: string): Promise<KeyRefusal | undefined> {
    return this.judge(this.sql, keyId, symbol, notional)
  }

  spend(commandId: number, keyId: string, symbol: string, notional: string): Promise<KeyRefusal | undefined> {
    return this.sql.begin(async (sql) => {
      await sql`select 1 from api_keys where id = ${keyId} for update`
      const refusal = await this.judge(sql, keyId, symbol, notional)
      // Before anything is sent: a process that dies in between has counted too much, never too little.
      if (refusal === undefined) await sql`update commands set notional = ${notional}::numeric where id = ${commandId}`
      return refusal
    })
  }

  private async judge(sql: Queryable, keyId: string, symbol: string, notional: string): Promise<KeyRefusal | undefined> {
    const [key] = await sql<KeyRow[]>`
      select name, scopes, symbols, daily_notional::text as most, (${spentToday(sql, sql`api_keys.id`)})::text as spent,
        (${spentToday(sql, sql`api_keys.id`)}) + ${notional}::numeric > daily_notional as "isOver"
      from api_keys where id = ${keyId}`
    if (key === undefined) return { code: 'key-unlimited', figures: {} }
    // The terminal's own key, and that of the bots, which ask for a person.
    if ((key.name === FILE_KEY_NAME && key.scopes.includes('admin')) || key.scopes.includes(ACT_AS)) return undefined
    if (key.symbols === null || key.most === null) return { code: 'key-unlimited', figures: {} }
    if (!key.symbols.includes(symbol)) return { code: 'key-symbol', figures: { symbol, symbols: key.symbols.join(', ') } }
    return key.isOver ? { code: 'key-daily-notional', figures: { notional, spent: key.spent, most: key.most } } : undefined
  }
}
