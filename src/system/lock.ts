/**
 * Who runs here: a socket in the run folder that a process listens on while it lives, and that the system closes with it (decision 0015).
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { type Server, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Result, err, ok } from '../core/result.ts'
import { type DataPaths, type RoleName, removePid, writePid } from './paths.ts'

export interface Lock {
  /** Lets go of it, and of the pid file that goes with it. */
  release(): Promise<void>
}

export type LockRefusal =
  /** `pid` is what the holder says of itself; undefined where it lives and does not answer (it is frozen). */
  | { readonly type: 'held'; readonly pid: number | undefined }
  /** This place cannot hold a socket: a shared folder of another system, say. */
  | { readonly type: 'unusable'; readonly detail: string }

const ANSWER_MS = 1_000
const AGAIN_MS = 100
/** Of the shortest system (macOS: 104 bytes with the end). */
const PATH_MAX = 100
/** How long one that began in the same moment may take to put its own in place. */
const SETTLE_MS = 100

const socketName = (role: RoleName): string => `${role}.lock`

/** Takes the place of a role in this data directory, for as long as this process lives. `waitMs`: the one before may be ending still. */
export async function takeLock(paths: DataPaths, role: RoleName, waitMs = 0): Promise<Result<Lock, LockRefusal>> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const taken = await tryLock(paths, role)
    if (taken.ok || taken.error.type === 'unusable' || performance.now() >= deadline) return taken
    await sleep(AGAIN_MS)
  }
}

/** The process that holds a role here, by its own word; `pid` undefined: it lives and does not answer. Undefined: nobody does. */
export async function holderOf(paths: DataPaths, role: RoleName): Promise<{ readonly pid: number | undefined } | undefined> {
  if (!existsSync(join(paths.run, socketName(role)))) return undefined
  const holder = await reaching(paths.run, (run) => ask(join(run, socketName(role))))
  return holder === undefined ? undefined : { pid: holder.pid }
}

async function tryLock(paths: DataPaths, role: RoleName): Promise<Result<Lock, LockRefusal>> {
  return reaching(paths.run, async (run) => {
    const path = join(run, socketName(role))
    const holder = await ask(path)
    if (holder !== undefined) return err({ type: 'held', pid: holder.pid })
    // Nobody listens there: no file, or one that a killed process left. Ours is put in its place in one step.
    const word = randomBytes(6).toString('hex')
    const own = join(run, `${word}.new`)
    const server = await listen(own, word)
    if (typeof server === 'string') return err({ type: 'unusable', detail: server })
    renameSync(own, path)
    // Of several starts that found it empty in the same moment the last one stays: the others see that it is not theirs.
    await sleep(SETTLE_MS)
    const standing = await ask(path)
    if (standing?.word === word) return ok(lockOf(server, paths, role))
    await closed(server)
    return err({ type: 'held', pid: standing?.pid })
  })
}

function lockOf(server: Server, paths: DataPaths, role: RoleName): Lock {
  // It must not keep an ended process alive.
  server.unref()
  writePid(paths, role)
  return {
    release: async () => {
      removePid(paths, role)
      rmSync(join(paths.run, socketName(role)), { force: true })
      await closed(server)
    },
  }
}

const closed = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()))

/** Listens, or answers the code of what is in the way. */
function listen(path: string, word: string): Promise<Server | string> {
  return new Promise((done) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.end(`${process.pid} ${word}\n`)
    })
    server.once('error', (cause: NodeJS.ErrnoException) => done(cause.code ?? cause.message))
    server.listen(path, () => done(server))
  })
}

/** What a connection to a process that lives may end with: too many that ask, one that ends now, one of another user. */
const ALIVE = new Set(['EAGAIN', 'ECONNRESET', 'EPIPE', 'EACCES', 'EPERM'])

interface Answer {
  readonly pid: number | undefined
  readonly word?: string | undefined
}

/** Undefined: nobody listens there. */
function ask(path: string): Promise<Answer | undefined> {
  return new Promise((done) => {
    const socket = connect(path)
    let said = ''
    const end = (answer: Answer | undefined): void => {
      clearTimeout(limit)
      socket.destroy()
      done(answer)
    }
    // The system takes the connection for a frozen process too: it lives.
    const limit = setTimeout(() => end({ pid: undefined }), ANSWER_MS)
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    socket.once('end', () => {
      const [, pid, word] = /^(\d+) (\w+)\n$/.exec(said) ?? []
      end({ pid: pid === undefined ? undefined : Number(pid), word })
    })
    socket.once('error', (cause: NodeJS.ErrnoException) => end(ALIVE.has(cause.code ?? '') ? { pid: undefined } : undefined))
  })
}

const isDeep = (run: string): boolean => Buffer.byteLength(join(run, socketName('supervisor'))) >= PATH_MAX

/** The address of a socket is a short text: a deep folder is reached by a link of our own. */
async function reaching<T>(run: string, use: (run: string) => Promise<T>): Promise<T> {
  if (!isDeep(run)) return use(run)
  const short = mkdtempSync(join(tmpdir(), 'bl-'))
  try {
    symlinkSync(resolve(run), join(short, 'r'))
    return await use(join(short, 'r'))
  } finally {
    rmSync(short, { recursive: true, force: true })
  }
}
