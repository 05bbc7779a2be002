/**
 * Runs an installation: database, simulator, trader and surfaces as processes of their own, watched and restarted whenever one ends.
 */
import type { RoleContext } from '../roles/role-context.ts'
import { plansOf } from '../../config/plans.ts'
import { sharedUrl } from '../../../db/embedded/embedded.ts'
import { AlertWriter } from '../alert-writer.ts'

import { exchangeAccess, hasSimulator, publicUrls } from '../../config/exchange-access.ts'
import { type Lock, takeLock } from '../../system/lock.ts'
import { databaseAnswers } from '../database-answers.ts'
import { PackagedDatabase } from '../packaged-database.ts'
import { type Failure, Part, SAFE_CRASHES } from './part.ts'
import { LOOK_EVERY_MS, PartWatch } from './part-watch.ts'
import type { Terminal } from '../terminal.ts'

/** Signals within this time are one. */
const ONE_SIGNAL_MS = 1_000
const STOP_LIMIT_MS = 15_000
/** One that is not ready has nothing in flight. */
const STOP_STARTING_MS = 8_000
const REFUSED = 9
/** Memory of a trader beside its strategies: many times what one takes with fifty symbols. */
const TRADER_HEAP_MB = 512

export interface SupervisorOptions {
  readonly context: RoleContext
  /** Path of the program that runs a role, and the flags that every role gets. */
  readonly entry: string
  readonly flags: readonly string[]
  /** Asked for by an operator: the trader begins with exits and stops only. */
  readonly isSafe: boolean
  readonly terminal: Terminal
  /** What may be written only by the one that runs here. */
  readonly onLocked?: () => void
}

export class Supervisor {
  private readonly options: SupervisorOptions
  private readonly parts: Readonly<Record<'simulator' | 'surfaces' | 'trader', Part>>
  private readonly database: PackagedDatabase | undefined
  private readonly alerts: AlertWriter
  private readonly watch = new PartWatch(performance.now())
  private timer: NodeJS.Timeout | undefined
  private isStopping = false
  private end: (code: number) => void = () => {}
  private readonly ended: Promise<number>

  constructor(options: SupervisorOptions) {
    const { context, entry, flags, terminal } = options
    const { config, paths } = context
    this.options = options
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    const ports = {
      entry,
      flags,
      terminal,
      crashed: (part: Part, why: string, crashes: number) => this.crashed(part, why, crashes),
      refused: (part: Part, sentence: string, isFirst: boolean) => {
        if (isFirst) this.alerts.raise(part.role === 'trader' ? 'trader.start_failed' : 'part.start_failed', startSentence(part, sentence))
      },
    }
    this.parts = {
      simulator: new Part('simulator', ports),
      surfaces: new Part('surfaces', ports),
      trader: new Part('trader', ports, options.isSafe ? ['--safe'] : [], TRADER_HEAP_MB + 2 * config.strategyMemoryMb),
    }
    this.database = config.databaseUrl === undefined ? new PackagedDatabase(paths.root, terminal) : undefined
    this.alerts = new AlertWriter(() => config.databaseUrl ?? sharedUrl(paths.root))
  }

  /** Runs until SIGTERM, or until the first start is refused. Answers the exit code. */
  async run(): Promise<number> {
    const lock = await this.lock()
    if (lock === undefined) return REFUSED
    this.options.onLocked?.()
    this.onSignals()
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    const booted = this.boot().then((failure) => {
      if (failure === undefined) {
        if (!this.isStopping) this.options.terminal.ready(this.options.context.config)
        return this.ended
      }
      this.options.terminal.failed(failure.sentence, failure.next)
      return failure.exitCode
    })
    const code = await Promise.race([this.ended, booted])
    await this.shutDown()
    await lock.release()
    return code
  }

  private async lock(): Promise<Lock | undefined> {
    const { context, terminal } = this.options
    const { paths } = context
    const lock = await takeLock(paths, 'supervisor')
    if (lock.ok) return lock.value
    const { error } = lock
    const other = 'Or use another directory: --data-dir .ballast-2'
    if (error.type === 'unusable')
      terminal.failed(
        `Could not lock ${paths.run} against a second Ballast (${error.detail}).`,
        'Use a data directory on a local disk: --data-dir',
      )
    else if (error.pid === undefined)
      terminal.failed(`Ballast is already running on ${paths.root}, but it is frozen and its process id is unknown.`, other)
    else
      terminal.failed(`Ballast is already running on ${paths.root} (process ${error.pid}).`, `Stop it with: kill ${error.pid}   ${other}`)
    return undefined
  }

  private async boot(): Promise<Failure | undefined> {
    const { context, terminal } = this.options
    const { config, paths } = context
    // Problems that the configuration alone shows are reported before anything is started.
    for (const checked of [exchangeAccess(config, paths, context.liveStatement), plansOf(config, context.strategies)])
      if (!checked.ok) return { ...checked.error, exitCode: checked.error.exitCode ?? 1 }
    if (config.databaseUrl !== undefined) {
      const askedMs = performance.now()
      if (await databaseAnswers(config.databaseUrl)) terminal.step('database', 'DATABASE_URL answers', performance.now() - askedMs)
      else terminal.off('database', 'DATABASE_URL does not answer yet; it is asked until it does')
    }
    if (this.database !== undefined) {
      const server = await this.database.start()
      if (!server.ok) return { ...server.error, exitCode: 1 }
      const { adopted, cluster, tookMs } = server.value
      terminal.step('database', `embedded PostgreSQL 18, ${cluster}${adopted ? ' (still running)' : ''}`, tookMs)
    }
    if (hasSimulator(config)) {
      const startedMs = performance.now()
      const failure = await this.parts.simulator.start()
      if (failure !== undefined) return failure
      terminal.step(
        'exchange',
        config.profile === 'paper'
          ? `prices of ${publicUrls(config).restUrl}, account at http://127.0.0.1:${config.sim.port}`
          : `simulator at ${config.sim.speed}x, seed ${config.sim.seed}, http://127.0.0.1:${config.sim.port}`,
        performance.now() - startedMs,
      )
    } else terminal.step('exchange', config.bybit.url ?? `Bybit ${config.profile}`, 0)
    // They read tables only, so they start beside the trader.
    const surfaces = this.parts.surfaces.start()
    return (await this.parts.trader.start()) ?? (await surfaces)
  }

  private crashed(part: Part, why: string, crashes: number): void {
    const { role } = part
    if (role === 'trader' && crashes === SAFE_CRASHES)
      this.alerts.raise(
        'trader.safe_mode',
        `The trader crashed ${crashes} times within ten minutes, last by ${why}. It restarts in safe mode: exits and stops only, until ballast resume.`,
      )
    else this.alerts.raise('part.crashed', `The ${role} stopped (${why}) and is being restarted; stops stay at the exchange.`)
  }

  private look(): void {
    const { trader } = this.parts
    const silentMs = this.watch.look(trader, performance.now())
    if (silentMs !== undefined) {
      this.options.terminal.warn(`the trader has not responded for ${Math.round(silentMs)} ms: killing it`)
      trader.killHung()
    }
    this.database?.check()
  }

  private onSignals(): void {
    let askedMs: number | undefined
    const onSignal = (): void => {
      if (askedMs === undefined) {
        askedMs = performance.now()
        this.options.terminal.stopping()
        this.end(0)
        return
      }
      // One Ctrl-C reaches a program more than once where another one has started it.
      if (performance.now() - askedMs < ONE_SIGNAL_MS) return
      for (const part of Object.values(this.parts)) part.kill()
      process.exit(130)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  }

  /** The trader stops first, so that nothing is entered any more; then the exchange ends, and the database last. */
  private async shutDown(): Promise<void> {
    this.isStopping = true
    clearInterval(this.timer)
    for (const part of Object.values(this.parts)) part.startNoMore()
    const { trader, surfaces, simulator } = this.parts
    const stop = (part: Part): Promise<void> => part.stop(part.isReady ? STOP_LIMIT_MS : STOP_STARTING_MS)
    await Promise.all([stop(trader), stop(surfaces)])
    await stop(simulator)
    await this.alerts.close()
    await this.database?.stop()
  }
}

const startSentence = (part: Part, sentence: string): string =>
  `The ${part.role} does not start: ${sentence} Retrying; stops stay at the exchange. To flatten: ballast panic --direct`
