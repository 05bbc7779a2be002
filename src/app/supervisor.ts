/**
 * Runs an installation: database, simulator, trader and surfaces as processes of their own, watched and restarted.
 * Never trades itself, and never lets a trader run on that has stopped answering.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { type EmbeddedServer, startEmbedded } from '../../db/embedded.ts'
import { type RoleContext, plansOf } from './compose.ts'
import { exchangeAccess, hasSimulator, publicUrls } from './exchange-access.ts'
import { livingPid, removePid, writePid } from './paths.ts'
import type { RoleMessage } from './role-message.ts'
import type { ProcessRole } from './roles.ts'
import type { Terminal } from './terminal.ts'

/** A trader that does not answer for this long of wall time holds a strategy that hangs: it is killed (architecture 2.1). */
const HEARTBEAT_LIMIT_MS = 2_000
const BOOT_LIMIT_MS = 60_000
const RESTART_MS = 250
const STOP_LIMIT_MS = 15_000
const SAFE_CRASHES = 3
const SAFE_WINDOW_MS = 600_000

export interface SupervisorOptions {
  readonly context: RoleContext
  /** Path of the program that runs a role, and the flags that every role gets. */
  readonly entry: string
  readonly flags: readonly string[]
  /** Asked for by a person: the trader begins with exits and stops only. */
  readonly isSafe: boolean
  readonly terminal: Terminal
}

interface Child {
  readonly role: ProcessRole
  process: ChildProcess
  lastHeartbeatMs: number
  isReady: boolean
  crashes: number[]
  /** It was killed because it did not answer: the next one must know. */
  isHung: boolean
}

interface Failure {
  readonly sentence: string
  readonly next: string
  readonly exitCode: number
}

export class Supervisor {
  private readonly options: SupervisorOptions
  private readonly children = new Map<ProcessRole, Child>()
  private isStopping = false
  private database: EmbeddedServer | undefined
  private isRevivingDatabase = false
  private end: (code: number) => void = () => {}
  private readonly ended: Promise<number>
  private watch: NodeJS.Timeout | undefined

  constructor(options: SupervisorOptions) {
    this.options = options
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
  }

  /** Runs until SIGTERM or until a part cannot be started. Answers the exit code. */
  async run(): Promise<number> {
    const { context, terminal } = this.options
    const { paths, config } = context
    const other = livingPid(paths, 'supervisor')
    if (other !== undefined && other !== process.pid) {
      terminal.failed(
        `Ballast already runs on ${paths.root} (process ${other}).`,
        `Stop it with: kill ${other}   Or use another directory: --data-dir .ballast-2`,
      )
      return 9
    }
    writePid(paths, 'supervisor')
    this.onSignals()
    const code = await this.boot()
    if (code !== undefined) {
      await this.shutDown()
      removePid(paths, 'supervisor')
      return code
    }
    this.watch = setInterval(() => {
      this.checkHeartbeats()
      this.checkDatabase()
    }, 500)
    terminal.ready(config)
    const exit = await this.ended
    await this.shutDown()
    removePid(paths, 'supervisor')
    return exit
  }

  private async boot(): Promise<number | undefined> {
    const { context, terminal } = this.options
    const { config, paths } = context
    // What the configuration alone can tell is told before anything is started.
    for (const checked of [exchangeAccess(config, paths, context.liveStatement), plansOf(config, context.strategies)])
      if (!checked.ok) return this.give({ ...checked.error, exitCode: checked.error.exitCode ?? 1 })
    if (config.databaseUrl === undefined) {
      const server = await startEmbedded({ dataDir: paths.root })
      if (!server.ok) {
        terminal.failed(server.error.sentence, server.error.next)
        return 1
      }
      this.database = server.value
      terminal.step(
        'database',
        `embedded PostgreSQL 18, ${paths.root}/pg${server.value.adopted ? ' (still running)' : ''}`,
        server.value.tookMs,
      )
    } else terminal.step('database', 'DATABASE_URL', 0)
    if (hasSimulator(config)) {
      const startedMs = performance.now()
      const failure = await this.startChild('simulator')
      if (failure !== undefined) return this.give(failure)
      terminal.step(
        'exchange',
        config.profile === 'paper'
          ? `prices of ${publicUrls(config).restUrl}, account at http://127.0.0.1:${config.sim.port}`
          : `simulator at ${config.sim.speed}x, seed ${config.sim.seed}, http://127.0.0.1:${config.sim.port}`,
        performance.now() - startedMs,
      )
    } else terminal.step('exchange', config.bybit.url ?? `Bybit ${config.profile}`, 0)
    // They read tables only, so they start beside the trader.
    const surfaces = this.startChild('surfaces')
    const trader = await this.startChild('trader', this.options.isSafe ? ['--safe'] : [])
    if (trader !== undefined) return this.give(trader)
    const failure = await surfaces
    return failure === undefined ? undefined : this.give(failure)
  }

  private give(failure: Failure): number {
    this.options.terminal.failed(failure.sentence, failure.next)
    return failure.exitCode
  }

  /** Starts a role and waits until it is ready; answers why it cannot run. */
  private startChild(role: ProcessRole, extra: readonly string[] = []): Promise<Failure | undefined> {
    const { entry, flags, terminal } = this.options
    const before = this.children.get(role)
    const child: Child = {
      role,
      process: fork(entry, ['--role', role, ...flags, ...extra], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
      lastHeartbeatMs: performance.now(),
      isReady: false,
      crashes: before?.crashes ?? [],
      isHung: false,
    }
    this.children.set(role, child)
    return new Promise((resolve) => {
      let failure: Failure | undefined
      child.process.on('message', (message) => {
        const said = message as RoleMessage
        child.lastHeartbeatMs = performance.now()
        switch (said.type) {
          case 'ready':
            child.isReady = true
            resolve(undefined)
            return
          case 'failed':
            failure = { sentence: said.sentence, next: said.next, exitCode: said.exitCode }
            return
          case 'step':
            terminal.step(said.name, said.detail, said.elapsedMs)
            return
          case 'line':
            terminal.line(said.text)
            return
          case 'heartbeat':
            return
        }
      })
      child.process.on('exit', (code, signal) => {
        const wasReady = child.isReady
        child.isReady = false
        if (this.isStopping) {
          resolve(undefined)
          return
        }
        if (!wasReady && (failure !== undefined || child.crashes.length === 0)) {
          resolve(
            failure ?? {
              sentence: `The ${role} ended before it was ready (${signal ?? `code ${code}`}).`,
              next: 'Look at the messages above.',
              exitCode: 1,
            },
          )
          return
        }
        resolve(undefined)
        this.restart(child, signal ?? `code ${code}`)
      })
    })
  }

  private restart(child: Child, why: string): void {
    const now = Date.now()
    child.crashes = [...child.crashes.filter((at) => now - at < SAFE_WINDOW_MS), now]
    const isSafe = child.role === 'trader' && child.crashes.length >= SAFE_CRASHES
    this.options.terminal.warn(`${child.role} ended (${why}); restarting${isSafe ? ' in safe mode: exits and stops only' : ''}`)
    setTimeout(
      () => {
        if (!this.isStopping) void this.startChild(child.role, [...(isSafe ? ['--safe'] : []), ...(child.isHung ? ['--hung'] : [])])
      },
      RESTART_MS * 2 ** Math.min(child.crashes.length - 1, 6),
    )
  }

  private checkHeartbeats(): void {
    const now = performance.now()
    for (const child of this.children.values()) {
      const limit = child.isReady ? HEARTBEAT_LIMIT_MS : BOOT_LIMIT_MS
      if (child.role !== 'trader' || child.process.exitCode !== null || child.process.signalCode !== null) continue
      if (now - child.lastHeartbeatMs < limit) continue
      this.options.terminal.warn(`the trader has not answered for ${Math.round(now - child.lastHeartbeatMs)} ms: killing it`)
      child.lastHeartbeatMs = now
      child.isHung = true
      child.process.kill('SIGKILL')
    }
  }

  /** A database that has died is started again, on its own port: the trader waits for it and reconciles first (S14). */
  private checkDatabase(): void {
    if (this.database === undefined || this.isRevivingDatabase || this.isStopping || isAlive(this.database.pid)) return
    this.isRevivingDatabase = true
    const { terminal, context } = this.options
    terminal.warn('the database ended; starting it again. Nothing is sent meanwhile, stops stand at the exchange')
    startEmbedded({ dataDir: context.paths.root })
      .then((server) => {
        if (server.ok) {
          this.database = server.value
          terminal.warn(`the database runs again after ${(server.value.tookMs / 1000).toFixed(1)} s`)
        } else terminal.failed(server.error.sentence, server.error.next)
      })
      .catch((thrown: unknown) =>
        terminal.failed(`The database does not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`, ''),
      )
      .finally(() => {
        this.isRevivingDatabase = false
      })
  }

  private onSignals(): void {
    let asked = 0
    const onSignal = (): void => {
      asked += 1
      if (asked === 1) {
        this.options.terminal.stopping()
        this.end(0)
        return
      }
      for (const child of this.children.values()) child.process.kill('SIGKILL')
      process.exit(130)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  }

  /** In order: surfaces take no more commands, the trader finishes what is in flight, then the exchange and the database. */
  private async shutDown(): Promise<void> {
    this.isStopping = true
    clearInterval(this.watch)
    for (const role of ['surfaces', 'trader', 'simulator'] as const) {
      const child = this.children.get(role)
      if (child === undefined || child.process.exitCode !== null || child.process.signalCode !== null) continue
      await new Promise<void>((resolve) => {
        const limit = setTimeout(() => child.process.kill('SIGKILL'), STOP_LIMIT_MS)
        child.process.once('exit', () => {
          clearTimeout(limit)
          resolve()
        })
        child.process.kill('SIGTERM')
      })
    }
    await this.database?.stop()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
