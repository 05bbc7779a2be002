/**
 * Where the packaged PostgreSQL keeps its files and its program: in the data directory, and elsewhere only where its user may not go.
 */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Result, err, ok } from '../../src/core/result.ts'
import { type Binaries, type RunAs, closedAncestor, closedError } from './cluster.ts'
import { type DatabaseError, unavailable } from '../error.ts'

export interface Placement {
  /** Directory of the cluster. */
  readonly cluster: string
  readonly binaries: Binaries
}

/** Below it lies what the server's user may not reach where it belongs; root alone makes it. */
export const SYSTEM_DIR = '/var/lib/ballast'

/** In the data directory: the place of its database, where that is elsewhere. */
const PLACE_FILE = 'pg.place'
/** In that place: the data directory that it belongs to. */
const OWNER_FILE = 'data-directory'

/** The cluster of a data directory, whether it exists or not. */
export function clusterOf(dataDir: string): string {
  const file = join(dataDir, PLACE_FILE)
  return join(existsSync(file) ? readFileSync(file, 'utf8').trim() : dataDir, 'pg')
}

export function placeOf(dataDir: string, binaries: Binaries, runAs: RunAs, systemDir = SYSTEM_DIR): Result<Placement, DatabaseError> {
  const place = existsSync(join(dataDir, PLACE_FILE)) || closedAncestor(clusterOf(dataDir), runAs) !== undefined
  if (place) {
    const kept = keepPlace(dataDir, runAs, systemDir)
    if (kept !== undefined) return err(kept)
  }
  const program = closedAncestor(binaries.postgres, runAs) === undefined ? ok(binaries) : copyProgram(binaries, runAs, systemDir)
  return program.ok ? ok({ cluster: clusterOf(dataDir), binaries: program.value }) : program
}

/** Makes sure of the place elsewhere, and that it is of this data directory. */
function keepPlace(dataDir: string, runAs: RunAs, systemDir: string): DatabaseError | undefined {
  const file = join(dataDir, PLACE_FILE)
  const own = realpathSync(dataDir)
  const place = existsSync(file) ? readFileSync(file, 'utf8').trim() : join(systemDir, randomBytes(6).toString('hex'))
  mkdirSync(place, { recursive: true, mode: 0o755 })
  const closed = closedAncestor(join(place, 'pg'), runAs)
  if (closed !== undefined) return closedError(closed, 'the place for its files')
  const ownerFile = join(place, OWNER_FILE)
  const owner = existsSync(ownerFile) ? readFileSync(ownerFile, 'utf8').trim() : own
  // A data directory that was moved takes its database along; one that was copied does not get that of the other.
  if (owner !== own && existsSync(join(owner, PLACE_FILE)))
    return unavailable(
      `${own} is a copy of ${owner}, and shares its database in ${place}.`,
      `Start with an empty data directory, or remove ${owner} first.`,
    )
  writeFileSync(ownerFile, own)
  writeFileSync(file, place)
  return undefined
}

/** The program itself, where its user may reach it: copied once for each version of it. */
function copyProgram(binaries: Binaries, runAs: RunAs, systemDir: string): Result<Binaries, DatabaseError> {
  const native = dirname(dirname(binaries.postgres))
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { readonly version: string }
  const to = join(systemDir, `postgresql-${version}`)
  mkdirSync(systemDir, { recursive: true, mode: 0o755 })
  const closed = closedAncestor(to, runAs)
  if (closed !== undefined) return err(closedError(closed, 'the place for its program'))
  if (!existsSync(to)) {
    // Copied beside and renamed: a start that is killed in between leaves no half of a program.
    const fresh = `${to}.new-${process.pid}`
    rmSync(fresh, { recursive: true, force: true })
    cpSync(native, fresh, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(fresh, to)
    } catch (cause) {
      rmSync(fresh, { recursive: true, force: true })
      if (!existsSync(to)) throw cause
    }
  }
  const moved = (file: string): string => join(to, relative(native, file))
  return ok({ postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) })
}
