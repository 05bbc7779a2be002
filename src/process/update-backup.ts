/**
 * The backup that is made before an update changes the schema: without it the update does not begin.
 */
import packageJson from '../../package.json' with { type: 'json' }
import { pruneBackups } from '../../db/backup/backup-file.ts'
import { keptFiles } from '../../db/backup/kept-files.ts'
import { writeBackup } from '../../db/backup/write-backup.ts'
import type { BeforeMigration } from '../../db/migrate.ts'
import { err, ok } from '../core/result.ts'
import type { DataPaths } from '../system/paths.ts'
import type { BackupSettings } from '../config/sections/backup-config.ts'

export interface UpdateBackup {
  readonly profile: string
  readonly backup: BackupSettings
}

export function backupBeforeUpdate({ profile, backup }: UpdateBackup, paths: DataPaths, say: (text: string) => void): BeforeMigration {
  return async (sql) => {
    const made = await writeBackup(sql, {
      folder: paths.backups,
      profile,
      version: packageJson.version,
      reason: 'update',
      files: keptFiles(paths.root, false),
      atMs: Date.now(),
    })
    if (!made.ok)
      return err({
        type: 'unavailable',
        sentence: `The update of the database did not begin: ${made.error.sentence}`,
        next: 'Nothing was changed. Make room or give write permission there, then start again.',
      })
    say(`backup before the update: ${made.value.file}`)
    pruneBackups(paths.backups, backup.keep)
    return ok(undefined)
  }
}
