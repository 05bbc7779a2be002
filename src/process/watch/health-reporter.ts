/**
 * Writes the health of a role's parts to the database.
 */
import type { Database } from '../../../db/client.ts'
import type { HealthReporter } from '../../trader/health.ts'
import type { RoleContext } from '../roles/role-context.ts'
import { reportHealth } from '../../../db/health.ts'
/** Writes at most one row a part at a time, the newest; health is for operators and may lag. */
export function healthReporter(database: Database, log: RoleContext['log']): HealthReporter {
  const waiting = new Map<string, Parameters<HealthReporter['report']>>()
  let isWriting = false
  const write = async (): Promise<void> => {
    if (isWriting) return
    isWriting = true
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [part, report] = next.value
      waiting.delete(part)
      await reportHealth(database.sql, report[0], report[1], report[2]).catch((cause: unknown) => {
        log('warn', `could not write the health of ${part}: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
    }
    isWriting = false
  }
  return {
    report: (...report) => {
      waiting.set(report[0], report)
      void write()
    },
  }
}
