/**
 * One process of an installation: started, listened to, and restarted with growing waits however often and however it ends.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { RoleMessage } from '../roles/role-message.ts'
import type { ProcessRole } from '../roles/roles.ts'
import type { Terminal } from '../terminal.ts'

export interface Failure {
  readonly sentence: string
  readonly next: string
  readonly exitCode: number
}

export interface PartPorts {
  /** Path of the program that runs a role, and the flags that every role gets. */
  readonly entry: string
  readonly flags: readonly string[]
  readonly terminal: Terminal
  /** It ended without having said why. `crashes`: how often within ten minutes. */
  readonly crashed: (part: Part, why: string, crashes: number) => void
  /** A start was refused, with its sentence; `isFirst` of several in a row. */
  readonly refused: (part: Part, sentence: string, isFirst: boolean) => void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
/** One that ran for this long was well: the next end is the first again. */
const STEADY_MS = 60_000
export const SAFE_CRASHES = 3
const SAFE_WINDOW_MS = 600_000

export class Part {
  readonly role: ProcessRole
  private readonly ports: PartPorts
  private readonly always: readonly string[]
  private readonly execArgv: string[]
  private child: ChildProcess | undefined
  private again: NodeJS.Timeout | undefined
  private crashes: number[] = []
  private failures = 0
  private readySinceMs: number | undefined
  private refusedInARow = 0
  private isStopping = false
  private wasReady = false
  private isHung = false
  private isAborted = false
  /** It has said that its end is no crash. */
  private wantsAgain = false
  private answerFirst: (failure: Failure | undefined) => void = () => {}
  /** Of whoever has the last word about it, in steady ms. */
  heardMs = performance.now()

  /**
   * @param always flags of each start
   * @param heapMb most memory that its objects may take, MB: more ends it; undefined: what Node.js takes of this machine
   */
  constructor(role: ProcessRole, ports: PartPorts, always: readonly string[] = [], heapMb?: number) {
    this.role = role
    this.ports = ports
    this.always = always
    this.execArgv = [...process.execArgv, ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`])]
  }

  get isReady(): boolean {
    return this.readySinceMs !== undefined
  }

  get isRunning(): boolean {
    return this.child !== undefined
  }

  /** Resolves when it is ready, or with what it said of itself that keeps it from its first start; a crash is tried again meanwhile. */
  start(): Promise<Failure | undefined> {
    if (this.isStopping) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.answerFirst = resolve
      this.launch()
    })
  }

  /** It does not answer: killed, and the next one learns why. */
  killHung(): void {
    this.isHung = true
    this.child?.kill('SIGKILL')
  }

  kill(): void {
    this.child?.kill('SIGKILL')
  }

  /** All of it is being stopped: one that ends first, by a signal to the whole group, is not started again. */
  startNoMore(): void {
    this.isStopping = true
    clearTimeout(this.again)
  }

  /** Resolves when it has ended, killed where it takes longer than the limit. */
  stop(limitMs: number): Promise<void> {
    this.startNoMore()
    const { child } = this
    if (child === undefined) {
      this.answerFirst(undefined)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.ports.terminal.warn(`the ${this.role} did not stop within ${limitMs / 1000} s: killing it`)
        child.kill('SIGKILL')
      }, limitMs)
      child.once('exit', () => {
        clearTimeout(limit)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  private launch(): void {
    const { entry, flags } = this.ports
    const isSafe = this.role === 'trader' && this.recentCrashes().length >= SAFE_CRASHES && !this.always.includes('--safe')
    const own = [
      ...this.always,
      ...(isSafe ? ['--safe'] : []),
      ...(this.isHung ? ['--hung'] : []),
      ...(this.isAborted ? ['--aborted'] : []),
    ]
    this.heardMs = performance.now()
    let child: ChildProcess
    try {
      child = fork(entry, ['--role', this.role, ...flags, ...own], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: this.execArgv,
      })
    } catch (thrown) {
      this.wait(`could not be started (${thrown instanceof Error ? thrown.message : String(thrown)})`)
      return
    }
    this.child = child
    let failure: Failure | undefined
    let problem = ''
    child.on('message', (message) => {
      failure = this.hear(message as RoleMessage) ?? failure
    })
    child.on('error', (cause) => {
      problem = cause.message
      // A process that never was has no exit.
      if (child.pid === undefined) this.ended(failure, problem)
    })
    child.once('exit', (code, signal) => {
      this.isAborted ||= signal === 'SIGABRT'
      this.ended(failure, signal ?? (problem === '' ? `code ${code}` : problem))
    })
  }

  private hear(said: RoleMessage): Failure | undefined {
    const { terminal } = this.ports
    this.heardMs = performance.now()
    switch (said.type) {
      case 'ready':
        this.readySinceMs = performance.now()
        if (this.wasReady) terminal.warn(`${this.role} is running again`)
        this.wasReady = true
        this.refusedInARow = 0
        this.isHung = false
        this.isAborted = false
        this.answerFirst(undefined)
        return undefined
      case 'failed':
        return { sentence: said.sentence, next: said.next, exitCode: said.exitCode }
      case 'step':
        terminal.step(said.name, said.detail, said.elapsedMs)
        return undefined
      case 'line':
        terminal.line(said.text)
        return undefined
      case 'again':
        this.wantsAgain = true
        return undefined
      case 'heartbeat':
        return undefined
    }
  }

  private ended(failure: Failure | undefined, why: string): void {
    const ranMs = this.readySinceMs === undefined ? 0 : performance.now() - this.readySinceMs
    this.child = undefined
    this.readySinceMs = undefined
    if (this.isStopping) {
      this.answerFirst(undefined)
      return
    }
    if (ranMs > STEADY_MS) this.failures = 0
    const wantsAgain = this.wantsAgain
    this.wantsAgain = false
    if (wantsAgain && failure === undefined) {
      this.again = setTimeout(() => {
        if (!this.isStopping) this.launch()
      }, FIRST_WAIT_MS)
      return
    }
    if (failure === undefined) {
      this.crashes = [...this.recentCrashes(), performance.now()]
      this.ports.crashed(this, why, this.crashes.length)
      this.wait(`ended ${ranMs > 0 ? '' : 'before it was ready '}(${why})`)
      return
    }
    if (!this.wasReady) {
      this.isStopping = true
      this.answerFirst(failure)
      return
    }
    this.refusedInARow += 1
    this.ports.refused(this, failure.sentence, this.refusedInARow === 1)
    this.wait(`does not start: ${failure.sentence} ${failure.next}`)
  }

  private wait(what: string): void {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.failures, 20))
    this.failures += 1
    const isSafe = this.role === 'trader' && this.recentCrashes().length >= SAFE_CRASHES
    const how = isSafe ? ' in safe mode: exits and stops only' : ''
    this.ports.terminal.warn(`${this.role} ${what}; restarting it in ${ms / 1000} s${how}`)
    this.again = setTimeout(() => {
      if (!this.isStopping) this.launch()
    }, ms)
  }

  private recentCrashes(): number[] {
    return this.crashes.filter((at) => performance.now() - at < SAFE_WINDOW_MS)
  }
}
