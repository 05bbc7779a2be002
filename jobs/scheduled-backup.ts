/**
 * The backup that is made by itself: when the newest on schedule is as old as the rhythm, and not before.
 */
import packageJson from '../package.json' with { type: 'json' }
import { type AlertPair, insertTurn } from '../db/alerts.ts'
import { listBackups, pruneBackups } from '../db/backup/backup-file.ts'
import { keptFiles } from '../db/backup/kept-files.ts'
import { writeBackup } from '../db/backup/write-backup.ts'
import type { Sql } from '../db/client.ts'
import { reportHealth } from '../db/health.ts'
import { ageWords } from '../src/core/age.ts'
import { HOUR_MS } from '../src/core/units.ts'

export interface BackupPlan {
  readonly root: string
  readonly folder: string
  readonly profile: string
  /** Undefined: none is made on schedule. */
  readonly everyMs: number | undefined
  readonly keep: number
}

const TURN: AlertPair = ['backup.failed', 'backup.done']
export const BACKUP_PART = 'backup'
/** Whoever could not be written is tried again then, and told once until one succeeds. */
const AGAIN_MS = HOUR_MS
/** A backup that is late by more than this is one that should have been made. */
const LATE_MS = 6 * HOUR_MS

export class ScheduledBackup {
  private readonly sql: Sql
  private readonly plan: BackupPlan
  private readonly nowMs: () => number
  private failedAtMs: number | undefined

  constructor(sql: Sql, plan: BackupPlan, nowMs: () => number) {
    this.sql = sql
    this.plan = plan
    this.nowMs = nowMs
  }

  /** Makes one where it is due, and reports the age of the newest. */
  async look(): Promise<void> {
    const { everyMs, folder } = this.plan
    const now = this.nowMs()
    const newest = listBackups(folder)[0]
    const age = newest === undefined ? Number.POSITIVE_INFINITY : now - newest.header.createdAt
    const mayTry = this.failedAtMs === undefined || now - this.failedAtMs >= AGAIN_MS
    if (everyMs !== undefined && age >= everyMs && mayTry && !(await this.make(now))) return
    await this.report()
  }

  private async make(now: number): Promise<boolean> {
    const { root, folder, profile, keep } = this.plan
    const made = await writeBackup(this.sql, {
      folder,
      profile,
      version: packageJson.version,
      reason: 'schedule',
      files: keptFiles(root, false),
      atMs: now,
    })
    if (made.ok) {
      pruneBackups(folder, keep)
      this.failedAtMs = undefined
      await insertTurn(this.sql, { type: 'backup.done', summary: `A backup was made again: ${made.value.file}.`, atMs: now }, TURN)
      return true
    }
    this.failedAtMs = now
    await reportHealth(this.sql, BACKUP_PART, 'warn', made.error.sentence)
    await insertTurn(
      this.sql,
      { type: 'backup.failed', summary: `${made.error.sentence} It is tried again each hour. Trading continues.`, atMs: now },
      TURN,
    )
    return false
  }

  private async report(): Promise<void> {
    const { folder, everyMs } = this.plan
    if (this.failedAtMs !== undefined) return
    const all = listBackups(folder)
    const [newest] = all
    if (newest === undefined) {
      await reportHealth(this.sql, BACKUP_PART, everyMs === undefined ? 'ok' : 'warn', 'none has been made')
      return
    }
    const age = this.nowMs() - newest.header.createdAt
    const isLate = everyMs !== undefined && age > everyMs + LATE_MS
    await reportHealth(this.sql, BACKUP_PART, isLate ? 'warn' : 'ok', `newest ${ageWords(age)} old, ${all.length} kept`)
  }
}
