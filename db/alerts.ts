/**
 * Alerts about the installation itself, which no journal knows: a part that crashed, a trader that does not run.
 */
import type { Queryable, Sql } from './client.ts'
import { toJson } from './json.ts'

/** The catalogue; docs/reliability.md says what each means and what to do. */
export const INSTALLATION_ALERTS = {
  'trader.down': 'P1',
  'trader.back': 'P3',
  'trader.safe_mode': 'P1',
  'trader.start_failed': 'P1',
  'part.crashed': 'P2',
  'part.start_failed': 'P2',
  'database.down': 'P1',
  'database.back': 'P3',
  'queue.down': 'P2',
  'queue.back': 'P4',
  'telegram.down': 'P2',
  'telegram.back': 'P3',
  'discord.down': 'P2',
  'discord.back': 'P3',
  'signal.rejected': 'P3',
  'signal.stale': 'P3',
  'signal.exit_refused': 'P1',
} as const
export type InstallationAlertType = keyof typeof INSTALLATION_ALERTS

export interface InstallationAlert {
  readonly type: InstallationAlertType
  readonly summary: string
  /** Wall-clock ms at which it happened: it may be written much later. */
  readonly atMs: number
  readonly detail?: Readonly<Record<string, string | number>>
}

/** Two that take turns: the one is reported once until the other has been. */
export type AlertPair = readonly [down: InstallationAlertType, back: InstallationAlertType]

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
    values (null, ${type}, ${INSTALLATION_ALERTS[type]}, null, ${summary}, ${toJson({ atMs, ...detail })}::text::jsonb,
      coalesce((select updated_ts from account limit 1), ${atMs}))`
  await sql`select pg_notify('ballast_events', '0')`
}
