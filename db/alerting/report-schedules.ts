/**
 * Reports on a schedule: who gets which when, and their way into the outbox, once each.
 */
import type { Reply } from '../../api/commands/reply.ts'
import type { ReportSchedule, ReportSchedules } from '../../api/ports/alert-ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

export class PostgresReportSchedules implements ReportSchedules {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async list(): Promise<readonly ReportSchedule[]> {
    return this.sql<
      ReportSchedule[]
    >`select channel, period, minute, zone, actor, due_at as "dueAt" from report_schedules order by channel, period`
  }

  async put({ channel, period, minute, zone, actor, dueAt }: ReportSchedule): Promise<void> {
    await this.sql`
      insert into report_schedules (channel, period, minute, zone, actor, due_at)
      values (${channel}, ${period}, ${minute}, ${zone}, ${actor}, ${dueAt})
      on conflict (channel, period) do update
        set minute = excluded.minute, zone = excluded.zone, actor = excluded.actor, due_at = excluded.due_at`
  }

  async remove(channel: string, period: string): Promise<boolean> {
    const rows = await this.sql`delete from report_schedules where channel = ${channel} and period = ${period} returning 1`
    return rows.length > 0
  }

  /** The card and the time of the next one are one transaction. Answers false where another process has told it, or it was changed. */
  async tell({ channel, period, dueAt }: ReportSchedule, card: Reply, nextAt: number): Promise<boolean> {
    return this.sql.begin(async (sql) => {
      const rows = await sql`
        update report_schedules set due_at = ${nextAt} where channel = ${channel} and period = ${period} and due_at = ${dueAt} returning 1`
      if (rows.length === 0) return false
      await sql`
        insert into deliveries (alert_id, channel, severity, payload) values (null, ${channel}, 'P4', ${toJson(card)}::text::jsonb)`
      return true
    })
  }
}
