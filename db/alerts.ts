/**
 * Alerts about the installation itself, which no journal knows: a part that crashed, a trader that does not run.
 */
import { type AlertType, severityOf } from '../src/alerts/catalogue.ts'
import type { Queryable, Sql } from './client.ts'
import { toJson } from './json.ts'

export interface InstallationAlert {
  /** One that has a single severity. */
  readonly type: AlertType
  readonly summary: string
  /** Wall-clock ms at which it happened: it may be written much later. */
  readonly atMs: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Two that take turns: the one is reported once until the other has been. */
export type AlertPair = readonly [down: AlertType, back: AlertType]

/**
 * Raises one alert of a pair unless it was the last of the two that was raised; of the second, only after the first. Answers whether it was raised:
 * of several processes that see the same outage one raises it.
 */
export async function insertTurn(sql: Sql, alert: InstallationAlert, [down, back]: AlertPair): Promise<boolean> {
  return sql.begin(async (own) => {
    await own`select pg_advisory_xact_lock(hashtext(${down}))`
    const [last] = await own<{ type: string }[]>`select type from alerts where type in (${down}, ${back}) order by id desc limit 1`
    if ((last?.type ?? back) === alert.type) return false
    await insertAlert(own, alert)
    return true
  })
}

export async function insertAlert(sql: Queryable, { type, summary, atMs, detail }: InstallationAlert): Promise<void> {
  // Alerts are reported in market time; where nothing was traded yet there is only the wall clock's.
  await sql`
    insert into alerts (seq, type, severity, symbol, summary, detail, ts)
    values (null, ${type}, ${severityOf(type)}, null, ${summary}, ${toJson({ atMs, ...detail })}::text::jsonb,
      coalesce((select updated_ts from account limit 1), ${atMs}))`
  await sql`select pg_notify('ballast_events', '0')`
}

/** Once until the chat takes messages again: that it refuses them. */
export async function raiseRefusal(sql: Sql, channel: string, detail: string, atMs: number): Promise<void> {
  await sql.begin(async (own) => {
    await own`select pg_advisory_xact_lock(hashtext(${`chat.refused ${channel}`}))`
    const [last] = await own<{ type: string }[]>`
      select type from alerts where type in ('chat.refused', 'chat.back') and detail->>'channel' = ${channel} order by id desc limit 1`
    if (last?.type === 'chat.refused') return
    const summary = `${channel} refuses messages (${detail}). P1 and P2 go to the admins in private; they are tried here again every 5 minutes.`
    await insertAlert(own, { type: 'chat.refused', summary, atMs, detail: { channel } })
  })
}
export async function raiseAccepted(sql: Sql, channel: string, atMs: number): Promise<void> {
  await insertAlert(sql, { type: 'chat.back', summary: `${channel} takes messages again.`, atMs, detail: { channel } })
}
