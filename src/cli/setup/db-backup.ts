/**
 * `ballast db backup`: everything that only the database knows, into one file, while Ballast runs.
 */
import { isAbsolute, join, resolve } from 'node:path'
import type { Command } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { type BackupEntry, listBackups } from '../../../db/backup/backup-file.ts'
import { keptFiles } from '../../../db/backup/kept-files.ts'
import { writeBackup } from '../../../db/backup/write-backup.ts'
import { type OpenOptions, openDatabase } from '../../../db/open.ts'
import type { Database } from '../../../db/client.ts'
import { backupBeforeUpdate } from '../../process/update-backup.ts'
import { ageWords } from '../../core/age.ts'
import { pathsOf } from '../../system/paths.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatTime } from '../ui/format.ts'
import { startProgress } from '../ui/progress.ts'

interface BackupFlags {
  readonly list?: boolean
  readonly withKeys?: boolean
}

const MB = 1_000_000

export function registerBackup(db: Command): void {
  db.command('backup')
    .description('back up the database and the files that belong to it, while Ballast runs')
    .argument('[file]', 'where to (default: DATA/backups/ballast-PROFILE-TIME-SCHEMA.backup)')
    .option('--list', 'list the backups that there are')
    .option('--with-keys', 'include the files with keys and tokens: keep the backup as safe as those')
    .action(runBackup)
}

/** The database of the data directory, running or not. @throws CliError */
export async function openFor(context: CliContext, more: Partial<OpenOptions> = {}): Promise<Database> {
  const config = context.config().values
  const opened = await openDatabase({
    dataDir: context.dataDir(),
    databaseUrl: config.databaseUrl,
    max: 3,
    beforeMigration: backupBeforeUpdate(config, pathsOf(context.dataDir()), (text) => context.out.note(text)),
    ...more,
  })
  if (opened.ok) return opened.value
  throw new CliError(EXIT.error, opened.error.sentence, opened.error.next)
}

async function runBackup(file: string | undefined, { list, withKeys }: BackupFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const paths = pathsOf(context.dataDir())
  if (list === true) return printBackups(context, listBackups(paths.backups), paths.backups)
  const database = await openFor(context)
  const progress = await startProgress(out, 'backup')
  const startedMs = performance.now()
  try {
    const made = await writeBackup(database.sql, {
      file: file === undefined ? undefined : isAbsolute(file) ? file : resolve(file),
      folder: paths.backups,
      profile: context.config().values.profile,
      version: packageJson.version,
      reason: 'command',
      files: keptFiles(paths.root, withKeys === true),
      atMs: Date.now(),
      progress: (done, tables) => progress.update(done / tables),
    })
    progress.stop()
    if (!made.ok) throw new CliError(EXIT.error, made.error.sentence, made.error.next)
    const { file: written, bytes, tables, rows, files } = made.value
    out.answer(
      { file: written, bytes, tables, rows, files, hasKeys: withKeys === true, tookMs: Math.round(performance.now() - startedMs) },
      () => {
        out.line(`${out.style('good', '✓')} ${written} (${sizeWords(bytes)}), written and verified.`)
        out.line(`${formatCount(rows)} rows of ${tables} tables, ${files === 1 ? '1 file' : `${files} files`} of the data directory.`)
        out.line(
          withKeys === true
            ? 'It holds your keys and tokens in plain text: keep it as safe as the data directory.'
            : 'Keys and tokens are not in it (--with-keys includes them); people, chats and hashes of API keys are. Only you can read it.',
        )
      },
    )
  } finally {
    progress.stop()
    await database.close()
  }
}

const REASONS: Readonly<Record<BackupEntry['header']['reason'], string>> = {
  command: 'by command',
  schedule: 'on schedule',
  update: 'before an update',
}

function printBackups({ out }: CliContext, entries: readonly BackupEntry[], folder: string): void {
  const now = Date.now()
  out.answer(
    entries.map(({ file, bytes, header }) => ({ file, bytes, ageSec: Math.round((now - header.createdAt) / 1000), ...header })),
    () => {
      if (entries.length === 0) {
        out.line(`There is no backup in ${folder}. Make one: ballast db backup`)
        return
      }
      out.table(
        [
          { title: 'file' },
          { title: 'made (UTC)' },
          { title: 'age', align: 'right' },
          { title: 'size', align: 'right' },
          { title: 'schema' },
          { title: 'why' },
        ],
        entries.map(({ file, bytes, header }) => [
          file.slice(folder.length + 1),
          formatTime(header.createdAt),
          ageWords(now - header.createdAt),
          sizeWords(bytes),
          header.schema.tag.slice(0, 4),
          `${REASONS[header.reason]}${header.hasKeys ? ', with keys' : ''}`,
        ]),
      )
      out.note(`In ${folder}. Restore one: ballast db restore FILE`)
    },
  )
}

export const sizeWords = (bytes: number): string => (bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`)

/** A name that stands in the folder of backups, or a path. */
export const fileOf = (folder: string, name: string, isThere: (path: string) => boolean): string => {
  const inFolder = join(folder, name)
  return isAbsolute(name) || !isThere(inFolder) ? resolve(name) : inFolder
}
