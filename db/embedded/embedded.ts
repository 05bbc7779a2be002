/**
 * The packaged PostgreSQL of a data directory: made once, started, adopted when its starter was killed, and stopped.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Result, err, ok } from '../../src/core/result.ts'
import { makeClient } from '../client.ts'
import { type Binaries, type RunAs, findBinaries, findRunAs, hasCluster, isOccupied, makeDirectory } from './cluster.ts'
import { type DatabaseError, messageOf, unavailable } from '../error.ts'
import { placeOf } from './placement.ts'

export interface EmbeddedServer {
  readonly url: string
  /** Directory of its files. */
  readonly cluster: string
  readonly port: number
  readonly pid: number
  /** It ran already: its starter was killed, or another role started it. */
  readonly adopted: boolean
  readonly tookMs: number
  /** Fast shutdown: open transactions are rolled back, what is committed is on disk. */
  stop(): Promise<void>
}

const USER = 'ballast'
const PASSWORD_FILE = 'ballast.password'
const DATABASE = 'postgres'
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000
const POLL_MS = 20
const CHECK_DIRECTORY = 'Check that the directory can be written and that the disk is not full.'
const LOG_MAX = 10_000_000
const ATTEMPTS = 3

/** Line of postmaster.pid: port and status, counted from 0. */
const PID_LINE = { pid: 0, port: 3, status: 7 } as const

interface Paths {
  readonly dataDir: string
  readonly cluster: string
  readonly password: string
  readonly port: string
  readonly run: string
  readonly log: string
}

const pathsOf = (dataDir: string, cluster: string): Paths => ({
  dataDir,
  cluster,
  // Inside the cluster, so that both appear together.
  password: join(cluster, PASSWORD_FILE),
  port: join(dataDir, 'pg.port'),
  run: join(dataDir, 'run'),
  log: join(dataDir, 'logs', 'postgres.log'),
})

/** File with the URL, for the processes that share the server; readable by the owner only. */
const databaseFile = (dataDir: string): string => join(dataDir, 'run', 'database.json')

/** The URL of the server that a living process (the supervisor) has started for this data directory and will stop. */
export function sharedUrl(dataDir: string): string | undefined {
  const file = databaseFile(dataDir)
  if (!existsSync(file)) return undefined
  const { url, ownerPid } = JSON.parse(readFileSync(file, 'utf8')) as { readonly url: string; readonly ownerPid: number }
  return isAlive(ownerPid) ? url : undefined
}

export async function startEmbedded(options: {
  readonly dataDir: string
  /** Where files lie that the server's user may not reach in the data directory; {@link SYSTEM_DIR} unless said. */
  readonly systemDir?: string
}): Promise<Result<EmbeddedServer, DatabaseError>> {
  const startedAt = performance.now()
  const { dataDir, systemDir } = options
  const found = await findBinaries()
  if (!found.ok) return found
  const runAs = findRunAs()
  if (!runAs.ok) return runAs
  try {
    prepareDirectories(dataDir, runAs.value)
    const placed = placeOf(dataDir, found.value, runAs.value, systemDir)
    if (!placed.ok) return placed
    const { binaries } = placed.value
    const paths = pathsOf(dataDir, placed.value.cluster)
    const old = madeBefore(paths)
    if (old !== undefined) return err(old)
    const running = await findRunning(paths)
    if (running !== undefined) return ok(publish(paths, running, undefined, true, startedAt))
    if (!hasCluster(paths.cluster)) {
      if (isOccupied(paths.cluster))
        return err(
          unavailable(`${paths.cluster} holds files, but no database.`, 'Move them away, or use another data directory with --data-dir.'),
        )
      const made = await makeCluster(paths, binaries, runAs.value)
      if (!made.ok) return made
    }
    return await startServer(paths, binaries, runAs.value, startedAt)
  } catch (cause) {
    return err(unavailable(`The packaged PostgreSQL could not be started in ${dataDir} (${messageOf(cause)}).`, CHECK_DIRECTORY))
  }
}

/** A database without the password that is kept in it: an earlier Ballast kept it beside it. */
function madeBefore({ dataDir, cluster, password }: Paths): DatabaseError | undefined {
  if (!hasCluster(cluster) || existsSync(password)) return undefined
  const beside = join(dataDir, 'pg.password')
  return existsSync(beside)
    ? unavailable(
        `The database in ${cluster} was created by an earlier Ballast (before 0.1.0), which kept its password elsewhere.`,
        `To keep it: cp -p ${beside} ${password}, then start again. Or use another data directory with --data-dir.`,
      )
    : unavailable(
        `The password of the database in ${cluster} is missing (${PASSWORD_FILE}).`,
        'Restore the file from a backup of the data directory, or use another one with --data-dir.',
      )
}

function prepareDirectories(dataDir: string, runAs: RunAs): void {
  mkdirSync(dataDir, { recursive: true })
  // Secrets in it are 0600 each; the server's user has to pass through.
  if ('uid' in runAs && statSync(dataDir).uid === 0) chmodSync(dataDir, 0o755)
  for (const name of ['run', 'logs']) mkdirSync(join(dataDir, name), { recursive: true })
}

// A server that runs already.

interface Running {
  readonly pid: number
  readonly port: number
}

/** The server that owns the cluster, once it answers. What a dead or foreign process left behind is cleaned away. */
async function findRunning(paths: Paths): Promise<Running | undefined> {
  const file = join(paths.cluster, 'postmaster.pid')
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (performance.now() < deadline) {
    const lines = linesOf(file)
    const pid = Number(lines?.[PID_LINE.pid])
    if (lines === undefined || !Number.isSafeInteger(pid) || pid <= 1) return undefined
    if (!isPostgres(pid)) {
      rmSync(file, { force: true })
      return undefined
    }
    const port = Number(lines[PID_LINE.port])
    if (lines[PID_LINE.status]?.trim() === 'ready' && (await answers(urlOf(paths, port), paths.cluster))) return { pid, port }
    await sleep(POLL_MS * 5)
  }
  return undefined
}

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    // No file: no server.
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

/** A pid may have been given to another program since. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false
  try {
    const name = existsSync(`/proc/${pid}/comm`)
      ? readFileSync(`/proc/${pid}/comm`, 'utf8')
      : execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' })
    return name.includes('postgres')
  } catch {
    // It ended between the two questions, or nobody can show: the server's own lock decides.
    return isAlive(pid)
  }
}

async function answers(url: string, cluster: string): Promise<boolean> {
  const sql = makeClient({ url, max: 1, connectTimeoutSec: 2 })
  try {
    const [row] = await sql<{ directory: string }[]>`select current_setting('data_directory') as directory`
    return row !== undefined && statSync(row.directory).ino === statSync(cluster).ino
  } catch {
    // Not ready, or another server on this port that does not know our password.
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

// Making and starting.

async function makeCluster(paths: Paths, binaries: Binaries, runAs: RunAs): Promise<Result<void, DatabaseError>> {
  removeAbandoned(paths)
  // Made beside and renamed, so that a kill in between leaves no half of a database, and of two that make one the first wins.
  const fresh = `${paths.cluster}.new-${process.pid}`
  const secret = `${fresh}.password`
  makeDirectory(fresh, runAs)
  const password = randomBytes(24).toString('base64url')
  writeFileSync(secret, password, { mode: 0o600 })
  if ('uid' in runAs) chownSync(secret, runAs.uid, runAs.gid)
  const flags = ['--auth=scram-sha-256', `--username=${USER}`, `--pwfile=${secret}`, '--encoding=UTF8', '--locale=C', '--no-instructions']
  const { code, output } = await runToEnd(binaries.initdb, [`--pgdata=${fresh}`, ...flags], runAs)
  rmSync(secret, { force: true })
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    return err(unavailable(`Could not create the database in ${paths.cluster} (${lastLine(output)}).`, CHECK_DIRECTORY))
  }
  writeFileSync(join(fresh, PASSWORD_FILE), password, { mode: 0o600 })
  try {
    renameSync(fresh, paths.cluster)
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true })
    if (!hasCluster(paths.cluster)) throw cause
  }
  return ok(undefined)
}

/** What a process that was killed while it made a cluster left behind. */
function removeAbandoned(paths: Paths): void {
  const beside = dirname(paths.cluster)
  for (const name of readdirSync(beside)) {
    const maker = /^pg\.new-(\d+)/.exec(name)?.[1]
    if (maker !== undefined && (Number(maker) === process.pid || !isAlive(Number(maker))))
      rmSync(join(beside, name), { recursive: true, force: true })
  }
}

function runToEnd(program: string, args: readonly string[], runAs: RunAs): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { ...runAs, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? 'no message'

async function startServer(
  paths: Paths,
  binaries: Binaries,
  runAs: RunAs,
  startedAt: number,
): Promise<Result<EmbeddedServer, DatabaseError>> {
  let message = ''
  const deadline = performance.now() + START_TIMEOUT_MS
  for (let attempt = 0; performance.now() < deadline; attempt += 1) {
    const port = await choosePort(paths.port, attempt)
    const { child, logFrom } = spawnServer(paths, binaries, runAs, port)
    const running = await waitUntilReady(paths, child, port, deadline)
    if (running !== undefined) {
      writeFileSync(paths.port, String(port))
      return ok(publish(paths, running, child, false, startedAt))
    }
    message = lastLine(readFileSync(paths.log, 'utf8').slice(logFrom))
    const adopted = await findRunning(paths)
    if (adopted !== undefined) return ok(publish(paths, adopted, undefined, true, startedAt))
    // Backends of a killed server let go of its memory a moment later; a port may have been taken meanwhile, or another start was first.
    if (attempt >= ATTEMPTS && !/shared memory/i.test(message)) break
    await sleep(POLL_MS * 10)
  }
  return err(unavailable(`The packaged PostgreSQL does not start (${message}).`, `See ${paths.log}.`))
}

function spawnServer(paths: Paths, binaries: Binaries, runAs: RunAs, port: number): { child: ChildProcess; logFrom: number } {
  if (existsSync(paths.log) && statSync(paths.log).size > LOG_MAX) renameSync(paths.log, `${paths.log}.1`)
  const log = openSync(paths.log, 'a', 0o600)
  const logFrom = readFileSync(paths.log, 'utf8').length
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    shared_buffers: '64MB',
    max_connections: '60',
    max_wal_size: '512MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
  const child = spawn(
    binaries.postgres,
    ['-D', paths.cluster, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // A group of its own: Ctrl-C reaches Ballast, which stops the server last.
    { ...runAs, cwd: '/', detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  child.unref()
  return { child, logFrom }
}

async function waitUntilReady(paths: Paths, child: ChildProcess, port: number, deadline: number): Promise<Running | undefined> {
  const failure = { happened: false }
  child.once('error', () => (failure.happened = true))
  const file = join(paths.cluster, 'postmaster.pid')
  while (performance.now() < deadline && !failure.happened && child.exitCode === null && child.signalCode === null) {
    const lines = linesOf(file)
    if (Number(lines?.[PID_LINE.pid]) === child.pid && lines?.[PID_LINE.status]?.trim() === 'ready' && child.pid !== undefined)
      return { pid: child.pid, port }
    await sleep(POLL_MS)
  }
  return undefined
}

/** The port of the last start where it is free still, so that a URL in a note continues to work. */
async function choosePort(file: string, attempt: number): Promise<number> {
  const last = attempt === 0 && existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (Number.isInteger(last) && last > 0 && last < 65_536 && (await tryPort(last)) === last) return last
  return (await tryPort(0)) ?? 0
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}

function urlOf(paths: Paths, port: number): string {
  const password = readFileSync(paths.password, 'utf8').trim()
  return `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`
}

function publish(paths: Paths, running: Running, child: ChildProcess | undefined, adopted: boolean, startedAt: number): EmbeddedServer {
  const url = urlOf(paths, running.port)
  const file = databaseFile(paths.dataDir)
  writeFileSync(`${file}.new`, JSON.stringify({ url, pid: running.pid, ownerPid: process.pid }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  writeFileSync(join(paths.run, 'postgres.pid'), String(running.pid))
  const stop = (): Promise<void> => stopServer(paths, running.pid, child)
  return { url, cluster: paths.cluster, port: running.port, pid: running.pid, adopted, tookMs: performance.now() - startedAt, stop }
}

async function stopServer(paths: Paths, pid: number, child: ChildProcess | undefined): Promise<void> {
  const isGone = (): boolean => (child === undefined ? !isPostgres(pid) : child.exitCode !== null || child.signalCode !== null)
  const ask = (signal: NodeJS.Signals): void => {
    if (isPostgres(pid)) process.kill(pid, signal)
  }
  ask('SIGINT')
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (!isGone() && performance.now() < deadline) await sleep(POLL_MS)
  if (!isGone()) ask('SIGQUIT')
  rmSync(databaseFile(paths.dataDir), { force: true })
  rmSync(join(paths.run, 'postgres.pid'), { force: true })
}
