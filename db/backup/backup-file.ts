/**
 * A backup as it lies on the disk: whether it is whole, what it says of itself, and what of it is kept.
 */
import { createHash } from 'node:crypto'
import { createReadStream, openSync, readSync, closeSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { type Result, err, ok } from '../../src/core/result.ts'
import { type BackupHeader, BackupDamaged, HEADER_MAX, MAGIC, type Part, TRAILER_BYTES, headerSchema, readParts } from './format.ts'

export interface BackupProblem {
  readonly sentence: string
  readonly next: string
}

export interface BackupEntry {
  readonly file: string
  readonly bytes: number
  readonly header: BackupHeader
}

const SUFFIX = '.backup'
/** What is being written, and what a killed backup leaves: never listed, and removed by the next one. */
export const UNFINISHED_SUFFIX = '.unfinished'

/** `ballast-sim-20261130T195634Z-0022.backup`: sorted by name it is sorted by time. */
export function backupName({ profile, createdAt, schema }: Pick<BackupHeader, 'profile' | 'createdAt' | 'schema'>): string {
  const time = new Date(createdAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `ballast-${profile}-${time}Z-${schema.tag.slice(0, 4)}${SUFFIX}`
}

const damaged = (file: string, why: string): BackupProblem => ({
  sentence: `${basename(file)} is damaged (${why}) and is not restored.`,
  next: 'Take another one: ballast db backup --list',
})

/** What a file says of itself, without a look at the rest. */
export function readHeader(file: string): Result<BackupHeader, BackupProblem> {
  const head = headOf(file)
  return head.ok ? ok(head.value.header) : head
}

function headOf(file: string): Result<{ readonly header: BackupHeader; readonly bodyAt: number }, BackupProblem> {
  let text: Buffer
  try {
    const handle = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(HEADER_MAX)
      text = buffer.subarray(0, readSync(handle, buffer, 0, HEADER_MAX, 0))
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    return err({
      sentence: `${file} cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}).`,
      next: 'See what there is: ballast db backup --list',
    })
  }
  const end = text.indexOf(0x0a)
  if (!text.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) || end < 0)
    return err({ sentence: `${basename(file)} is not a backup of Ballast.`, next: 'See what there is: ballast db backup --list' })
  try {
    return ok({ header: headerSchema.parse(JSON.parse(text.toString('utf8', MAGIC.length, end))), bodyAt: end + 1 })
  } catch {
    return err(damaged(file, 'its first line cannot be read'))
  }
}

/** Whether each byte is as it was written. */
export async function verifyBackup(file: string): Promise<Result<BackupHeader, BackupProblem>> {
  const head = headOf(file)
  if (!head.ok) return head
  const { size } = statSync(file)
  if (size <= head.value.bodyAt + TRAILER_BYTES) return err(damaged(file, 'it is cut off'))
  const hash = createHash('sha256')
  let trailer = ''
  let at = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const own = Math.max(0, Math.min(chunk.length, size - TRAILER_BYTES - at))
    hash.update(chunk.subarray(0, own))
    trailer += chunk.toString('latin1', own)
    at += chunk.length
  }
  if (!/^\n[0-9a-f]{64}\n$/.test(trailer)) return err(damaged(file, 'its end is missing'))
  if (trailer.trim() !== hash.digest('hex')) return err(damaged(file, 'its hash does not fit'))
  return ok(head.value.header)
}

/** The parts of a file that was verified. @throws BackupDamaged */
export async function* partsOf(file: string): AsyncGenerator<Part | Buffer> {
  const head = headOf(file)
  if (!head.ok) throw new BackupDamaged(head.error.sentence)
  const { size } = statSync(file)
  const bytes = createReadStream(file, { start: head.value.bodyAt, end: size - TRAILER_BYTES - 1 })
  const plain = bytes.pipe(createGunzip())
  bytes.on('error', (cause) => plain.destroy(cause))
  yield* readParts(plain)
}

/** Newest first; what cannot be read is left out. */
export function listBackups(folder: string): readonly BackupEntry[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name): BackupEntry[] => {
      const file = join(folder, name)
      const header = readHeader(file)
      return header.ok ? [{ file, bytes: statSync(file).size, header: header.value }] : []
    })
    .sort((a, b) => b.header.createdAt - a.header.createdAt)
}

/** Removes the oldest of the schedule's beyond `keep`, and of those before updates; what a person asked for stays. Answers what is gone. */
export function pruneBackups(folder: string, keep: number): readonly string[] {
  const gone: string[] = []
  for (const reason of ['schedule', 'update'] as const)
    for (const { file } of listBackups(folder)
      .filter(({ header }) => header.reason === reason)
      .slice(keep)) {
      rmSync(file, { force: true })
      gone.push(file)
    }
  return gone
}
