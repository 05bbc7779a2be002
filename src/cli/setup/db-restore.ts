/**
 * `ballast db restore`: the database as it was at a backup. What was there is moved aside; `ballast db aside` shows it, and removes it when told.
 */
import { existsSync, renameSync } from 'node:fs'
import type { Command } from 'commander'
import { dropAside, listAside } from '../../../db/backup/aside.ts'
import { type BackupEntry, listBackups, readHeader, verifyBackup } from '../../../db/backup/backup-file.ts'
import type { BackupHeader } from '../../../db/backup/format.ts'
import { type RestoreDone, restoreBackup } from '../../../db/backup/restore-backup.ts'
import type { Sql } from '../../../db/client.ts'
import { LEASE_NAME, LEASE_STALE_MS } from '../../../db/journal/lease.ts'
import { migrateDatabase } from '../../../db/migrate.ts'
import { ageWords } from '../../core/age.ts'
import { type Lock, takeLock } from '../../system/lock.ts'
import { type DataPaths, ROLE_NAMES, hasTag, newTag, pathsOf, readTag, writeTags } from '../../system/paths.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatTime } from '../ui/format.ts'
import { ask } from '../ui/ask.ts'
import { startProgress } from '../ui/progress.ts'
import { timeOf } from '../flags/time-flag.ts'
import { fileOf, openFor, sizeWords } from './db-backup.ts'

interface RestoreFlags {
  readonly to?: string
}

export function registerRestore(db: Command): void {
  db.command('restore')
    .description('put a backup in the place of the database; the old one is moved aside, and entries stay on hold until a person resumes')
    .argument('[file]', 'a backup: its path, or its name in DATA/backups')
    .option('--to <time>', 'the newest backup that is not after this time (UTC); what came between is not replayed')
    .action(runRestore)
  db.command('aside')
    .description('list the databases that restores have moved aside, or remove them')
    .option('--drop', 'remove them for good')
    .action(runAside)
}

async function runRestore(name: string | undefined, { to }: RestoreFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const paths = pathsOf(context.dataDir())
  const file = chosenFile(paths, name, to)
  const header = readHeader(file)
  if (!header.ok) throw new CliError(EXIT.notFound, header.error.sentence, header.error.next)
  const { profile } = context.config().values
  if (header.value.profile !== profile)
    throw new CliError(
      EXIT.conflict,
      `That is a backup of profile ${header.value.profile}, and this is ${profile}: the orders in it belong to another account.`,
      `Restore it with --profile ${header.value.profile} and a data directory of that profile.`,
    )
  const release = await lockOut(paths)
  try {
    await restoreAlone(context, paths, file, header.value)
  } finally {
    await release()
  }
}

async function restoreAlone(context: CliContext, paths: DataPaths, file: string, header: BackupHeader): Promise<void> {
  const { out } = context
  const whole = await verifyBackup(file)
  if (!whole.ok) throw new CliError(EXIT.checksFailed, whole.error.sentence, whole.error.next)
  const age = ageWords(Date.now() - header.createdAt)
  if (context.flags.yes !== true) {
    const answer = await ask(
      `Put the database of ${formatTime(header.createdAt)} UTC (${age} old) in the place of the one of now? The old one is kept. [y/N] `,
      false,
    )
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.notConfirmed, 'Nothing was done.', 'Answer y, or pass --yes.')
  }
  const database = await openFor(context, { isMigrated: false })
  try {
    await refuseOthers(database.sql)
    const progress = await startProgress(out, 'restore')
    const done = await restoreBackup(database.sql, {
      file,
      root: paths.root,
      tag: hasTag(paths) ? readTag(paths) : undefined,
      newTag: newTag(),
      atMs: Date.now(),
      progress: (tables) => progress.update(tables / (tables + 5)),
    })
    progress.stop()
    if (!done.ok) throw new CliError(EXIT.refused, done.error.sentence, done.error.next)
    const { mark } = done.value
    writeTags(
      paths,
      mark.tag,
      mark.earlier.map(({ tag }) => tag),
    )
    // It notes a row that is not there any more: the audit would be called cut off.
    if (existsSync(paths.auditHead)) renameSync(paths.auditHead, `${paths.auditHead}.before-restore`)
    const migrated = await migrateDatabase(database.sql, database.db)
    if (!migrated.ok) throw new CliError(EXIT.error, migrated.error.sentence, migrated.error.next)
    tell(context, file, done.value, age)
  } finally {
    await database.close()
  }
}

function tell({ out }: CliContext, file: string, done: RestoreDone, age: string): void {
  const { tables, rows, aside, mark, filesRestored, filesKept } = done
  out.answer({ file, tables, rows, aside: aside ?? null, tag: mark.tag, earlierTags: mark.earlier, filesRestored, filesKept }, () => {
    out.line(
      `${out.style('good', '✓')} Restored ${formatCount(rows)} rows of ${tables} tables, as of ${formatTime(mark.backupAt)} UTC (${age} ago).`,
    )
    out.line(
      aside === undefined ? 'There was nothing before.' : 'The database from before is kept: ballast db aside lists it, --drop removes it.',
    )
    if (filesRestored.length > 0) out.line(`Put back: ${filesRestored.join(', ')}.`)
    if (filesKept.length > 0) out.line(`Left as they are, since they exist: ${filesKept.join(', ')}.`)
    out.line(`Orders carry the tag ${mark.tag} from now on, so that no id is used twice.`)
    out.line(
      'At the next start entries are on hold. What happened since the backup is read from Bybit. Look at ballast positions and orders, then: ballast resume',
    )
  })
}

function chosenFile(paths: DataPaths, name: string | undefined, to: string | undefined): string {
  if (name !== undefined && to === undefined) return fileOf(paths.backups, name, existsSync)
  if (to === undefined || name !== undefined)
    throw new CliError(EXIT.usage, 'Say which backup: a file, or --to with a time.', 'See what there is: ballast db backup --list')
  const untilMs = timeOf('to', to)
  const newest: BackupEntry | undefined = listBackups(paths.backups).find(({ header }) => header.createdAt <= untilMs)
  if (newest === undefined)
    throw new CliError(
      EXIT.notFound,
      `No backup in ${paths.backups} is from before ${formatTime(untilMs)} UTC.`,
      'See what there is: ballast db backup --list',
    )
  return newest.file
}

/** Nothing may start here until it is done. */
async function lockOut(paths: DataPaths): Promise<() => Promise<void>> {
  const locks: Lock[] = []
  const release = async (): Promise<void> => {
    for (const lock of locks.splice(0)) await lock.release()
  }
  for (const role of ROLE_NAMES.filter((each) => each !== 'simulator')) {
    const lock = await takeLock(paths, role)
    if (lock.ok) {
      locks.push(lock.value)
      continue
    }
    await release()
    if (lock.error.type === 'held')
      throw new CliError(
        EXIT.conflict,
        `Ballast is running here (${role}, process ${lock.error.pid ?? 'frozen'}), and the database is not replaced under it.`,
        'Stop it first, then restore.',
      )
    throw new CliError(EXIT.error, `The data directory cannot be locked (${lock.error.detail}).`, 'Keep it on a local disk.')
  }
  return release
}

/** Of other machines, at a database that they share. */
async function refuseOthers(sql: Sql): Promise<void> {
  const [others] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'ballast' and pid <> pg_backend_pid() and client_port is distinct from null
      and backend_start < now() - interval '10 seconds'`
  const [made] = await sql<{ found: string | null }[]>`select to_regclass('public.lease')::text as found`
  const [held] =
    made?.found == null
      ? []
      : await sql<{ host: string }[]>`
          select host from lease where name = ${LEASE_NAME} and (extract(epoch from clock_timestamp()) * 1000)::bigint - renewed_at < ${LEASE_STALE_MS}`
  if (held !== undefined || (others?.count ?? 0) > 0)
    throw new CliError(
      EXIT.conflict,
      `Ballast is running on this database${held === undefined ? '' : ` (trader on ${held.host})`}, and it is not replaced under it.`,
      'Stop all of its processes, on every machine, then restore.',
    )
}

async function runAside({ drop }: { readonly drop?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const database = await openFor(context, { isMigrated: false })
  try {
    const aside = await listAside(database.sql)
    if (drop === true && aside.length > 0) {
      if (context.flags.yes !== true) {
        const many = aside.length === 1 ? 'the database that was' : `the ${aside.length} databases that were`
        const answer = await ask(`Remove ${many} moved aside, for good? [y/N] `, false)
        if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.notConfirmed, 'Nothing was removed.', 'Answer y, or pass --yes.')
      }
      for (const each of aside) await dropAside(database.sql, each)
    }
    out.answer({ aside, isDropped: drop === true && aside.length > 0 }, () => {
      if (aside.length === 0) out.line('No database is kept aside.')
      for (const { name, bytes } of aside) out.line(`${name}  ${sizeWords(bytes)}${drop === true ? '  removed' : ''}`)
    })
  } finally {
    await database.close()
  }
}
