/**
 * What `doctor` can show without asking anybody: Node, the data directory, the key file, the files of secrets, processes and ports.
 */
import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { exposureOf, isLoopback } from '../config/exposure.ts'
import { type CheckLine, failed, problem, warned, well } from './check-line.ts'
import type { Config } from '../config/sections/config-schema.ts'
import { isKeyed, readKeyFile } from '../config/exchange-access.ts'
import { type PortUse, otherPort, portsOf } from '../config/ports.ts'
import { listBackups } from '../../db/backup/backup-file.ts'
import { ageWords } from '../core/age.ts'
import { HOUR_MS } from '../core/units.ts'
import { holderOf } from '../system/lock.ts'
import { type DataPaths, ROLE_NAMES, foreignDirectory, hasTag, ownerOf, pidFiles } from '../system/paths.ts'

const MB = 1_000_000
const DISK_FAIL_MB = 200
const DISK_WARN_MB = 2_000
/** The worker may have been stopped for a night. */
const BACKUP_LATE_MS = 24 * HOUR_MS

/** `wanted` as `>=20.19`. */
export function nodeCheck(version: string, wanted: string): CheckLine {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = wanted.replace(/^\D+/, '').split('.').map(Number)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return well('node', version)
  return failed(
    'node',
    `${version}; Ballast needs ${needMajor}.${needMinor} or newer`,
    'Install a newer version, for example from nodejs.org.',
  )
}

export function directoryCheck(paths: DataPaths, profile: Config['profile']): CheckLine {
  const { root } = paths
  const standing = nearestStanding(root)
  if (!isWritable(standing))
    return failed(
      'data directory',
      `${standing} cannot be written`,
      'Give this user write permission, or choose another directory with --data-dir.',
    )
  if (!existsSync(root)) return well('data directory', `${root} is created at the first start`)
  if (!statSync(root).isDirectory()) return failed('data directory', `${root} is a file`, 'Choose a directory with --data-dir.')
  const owner = ownerOf(paths)
  if (owner !== undefined && owner !== profile) return problem('data directory', foreignDirectory(paths, owner, profile))
  if ((statSync(root).mode & 0o002) !== 0)
    return failed('data directory', `${root} is writable by every user of this machine`, `chmod o-w ${root}`)
  return well('data directory', owner === undefined ? `${root}, not used yet` : `${root}, profile ${owner}`)
}

export function diskCheck({ root }: DataPaths, freeMb: (path: string) => number = freeMbOf): CheckLine {
  const free = freeMb(nearestStanding(root))
  const detail = `${(free / 1000).toFixed(1)} GB free`
  const next = 'Free some space: candles and the journal grow over time.'
  if (free < DISK_FAIL_MB) return failed('disk', detail, next)
  return free < DISK_WARN_MB ? warned('disk', detail, next) : well('disk', detail)
}

/** Of a directory in which Ballast has run: how old its newest backup is. */
export function backupCheck(paths: DataPaths, everyMs: number | undefined, nowMs: number): CheckLine {
  const all = listBackups(paths.backups)
  const [newest] = all
  const next = 'Make one: ballast db backup'
  if (newest === undefined)
    return hasTag(paths) ? warned('backup', 'there is none', next) : well('backup', 'made by itself once Ballast runs')
  const age = nowMs - newest.header.createdAt
  const detail = `newest ${ageWords(age)} old, ${all.length} kept`
  return everyMs !== undefined && age > everyMs + BACKUP_LATE_MS ? warned('backup', detail, next) : well('backup', detail)
}

function freeMbOf(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return (bavail * bsize) / MB
}

function nearestStanding(path: string): string {
  let at = path
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  return at
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    // That is the answer.
    return false
  }
}

/** Undefined where the profile needs none. */
export function keyFileCheck(config: Config, paths: DataPaths): CheckLine | undefined {
  if (!isKeyed(config.profile)) return undefined
  const key = readKeyFile(config.profile, paths)
  return key.ok ? well('key file', `${paths.bybitKey}, readable only by you`) : problem('key file', key.error)
}

/** The key of the exchange has a line of its own. */
export function secretsCheck({ adminKey, telegramToken, discord, codesKey, signalsKey }: DataPaths): CheckLine {
  const standing = [adminKey, telegramToken, discord, codesKey, signalsKey].filter((file) => existsSync(file))
  const open = standing.filter((file) => (statSync(file).mode & 0o077) !== 0)
  if (open.length > 0) return failed('secrets', `${open.join(', ')} can be read by other users`, `chmod 600 ${open.join(' ')}`)
  return well(
    'secrets',
    standing.length === 0 ? 'none saved yet' : `${standing.length === 1 ? '1 file' : `${standing.length} files`}, readable only by you`,
  )
}

/** Who can reach the API, and what keeps it from listening there. */
export function exposureCheck(config: Config): CheckLine {
  const exposure = exposureOf(config)
  if (!exposure.ok) return problem('api address', exposure.error)
  const { host, hosts, proxies } = config.api
  const how = exposure.value.tls === undefined ? 'HTTP' : 'TLS'
  if (isLoopback(host)) return well('api address', `${host}, ${how}: this machine only`)
  const by = exposure.value.tls === undefined ? `HTTP, for the proxy ${proxies.join(', ')} alone` : 'TLS'
  return warned(
    'api address',
    `${host}, ${by}: other machines reach it as ${hosts.join(', ')}`,
    'Expected with api.exposed; API keys control access.',
  )
}

/** Who runs here by its lock; a number in a file is only what was written once. */
export async function processesCheck(paths: DataPaths): Promise<readonly CheckLine[]> {
  const held = await holdersOf(paths)
  const stale = pidFiles(paths).filter(({ role, pid }) => !held.has(role) && (role !== 'postgres' || !lives(pid)))
  const database = pidFiles(paths).filter(({ role, pid }) => role === 'postgres' && lives(pid))
  const running = [...[...held].map(([role, pid]) => `${role} ${pid ?? '(frozen)'}`), ...database.map(({ role, pid }) => `${role} ${pid}`)]
  const isSupervised = held.has('supervisor')
  const frozen = [...held].filter(([, pid]) => pid === undefined).map(([role]) => role)
  return [
    ...(frozen.length === 0
      ? []
      : [
          failed(
            'processes',
            `${frozen.join(', ')}: frozen (running, not responding)`,
            'Continue it (kill -CONT) or end it; the supervisor restarts it.',
          ),
        ]),
    well('processes', running.length === 0 ? 'Ballast is not running here' : running.join(', ')),
    ...(isSupervised && !held.has('trader')
      ? [
          failed(
            'trader',
            'Ballast is running here without its trader; stops stay at the exchange',
            'It is being restarted. If you cannot wait, flatten with: ballast panic --direct',
          ),
        ]
      : []),
    ...(stale.length === 0
      ? []
      : [
          warned(
            'processes',
            `${stale.map(({ role }) => `run/${role}.pid`).join(', ')}: left over from a killed process`,
            isSupervised ? 'It is being restarted.' : 'The next start replaces it.',
          ),
        ]),
  ]
}

async function holdersOf(paths: DataPaths): Promise<ReadonlyMap<string, number | undefined>> {
  const held = new Map<string, number | undefined>()
  for (const role of ROLE_NAMES) {
    const holder = await holderOf(paths, role)
    if (holder !== undefined) held.set(role, holder.pid)
  }
  return held
}

function lives(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

export async function portsCheck(config: Config, paths: DataPaths): Promise<readonly CheckLine[]> {
  const alive = await holdersOf(paths)
  const checks: CheckLine[] = []
  for (const use of portsOf(config)) {
    const name = `port ${use.port}`
    const held = await takenBy(use)
    if (held === undefined) checks.push(well(name, `${use.name}: free`))
    else if (held === 'EADDRINUSE' && use.roles.some((role) => alive.has(role)))
      checks.push(well(name, `${use.name}: used by this Ballast`))
    else
      checks.push(
        failed(
          name,
          held === 'EADDRINUSE' ? `${use.name}: in use by another program` : `${use.name}: cannot listen on it (${held})`,
          `Stop that program, or choose another port: ${otherPort(config, use.name)}.`,
        ),
      )
  }
  return checks
}

/** The code of what is in the way; undefined where it is free. */
function takenBy({ host, port }: PortUse): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? cause.message))
    probe.listen(port, host, () => probe.close(() => resolve(undefined)))
  })
}
