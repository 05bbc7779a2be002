/**
 * Puts scheduled reports into the outbox when they are due: once each, and one for all that were missed.
 */
import { reportOf } from '../../../api/commands/alerts/report-command.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { COMMANDS } from '../../../api/commands/registry.ts'
import { badgeOf } from '../../../api/commands/reply.ts'
import { inZone } from '../../../api/commands/words/zone.ts'
import type { PostgresReportSchedules } from '../../../db/alerting/report-schedules.ts'
import { nextReport } from '../../alerts/report-time.ts'

export class ReportSender {
  private readonly rows: PostgresReportSchedules
  private readonly ports: CommandPorts
  private running: Promise<void> | undefined

  constructor(rows: PostgresReportSchedules, ports: CommandPorts) {
    this.rows = rows
    this.ports = ports
  }

  /** Once at a time. */
  look(): Promise<void> {
    this.running ??= this.lookOnce().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async lookOnce(): Promise<void> {
    const now = this.ports.wallNow()
    for (const schedule of (await this.rows.list()).filter(({ dueAt }) => dueAt <= now)) {
      const { period, minute, zone, actor, channel } = schedule
      const surface = channel.startsWith('discord:') ? 'discord' : 'telegram'
      const context = { ports: this.ports, actor: { id: actor, role: 'viewer', surface }, requestId: 'report', commands: COMMANDS } as const
      const card = await inZone(zone, () => reportOf(context, period))
      const shown = { ...card, badge: badgeOf(this.ports.system.profile), isSilent: true }
      await this.rows.tell(schedule, shown, nextReport(now, period, minute, zone))
    }
  }
}
