/**
 * The packaged database of an installation: started first, restarted whenever it ends, stopped last.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type EmbeddedServer, startEmbedded } from '../../db/embedded/embedded.ts'
import type { DatabaseError } from '../../db/error.ts'
import { type Result, err } from '../core/result.ts'
import type { Terminal } from './terminal.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
const STOP_LIMIT_MS = 35_000

export class PackagedDatabase {
  private readonly dataDir: string
  private readonly terminal: Terminal
  private server: EmbeddedServer | undefined
  private starting: Promise<Result<EmbeddedServer, DatabaseError>> | undefined
  private failures = 0
  private againAtMs = 0
  private isStopping = false

  constructor(dataDir: string, terminal: Terminal) {
    this.dataDir = dataDir
    this.terminal = terminal
  }

  get url(): string | undefined {
    return this.server?.url
  }

  async start(): Promise<Result<EmbeddedServer, DatabaseError>> {
    this.starting = startEmbedded({ dataDir: this.dataDir }).catch((thrown: unknown) =>
      err({
        type: 'unavailable',
        sentence: `The database does not start: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
        next: '',
      }),
    )
    const started = await this.starting
    this.starting = undefined
    if (started.ok) this.server = started.value
    return started
  }

  /** One that has died is started again on its own port: the trader waits for it and reconciles first (S14). */
  check(): void {
    const { server, terminal } = this
    if (server === undefined || this.starting !== undefined || this.isStopping || isAlive(server.pid)) return
    const now = performance.now()
    if (now < this.againAtMs) return
    if (this.failures === 0)
      terminal.warn('the database stopped and is being restarted. No orders are sent meanwhile; stops stay at the exchange')
    void this.start().then((started) => {
      if (started.ok) {
        this.failures = 0
        terminal.warn(`the database is running again after ${(started.value.tookMs / 1000).toFixed(1)} s`)
        return
      }
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.failures, 20))
      this.failures += 1
      this.againAtMs = performance.now() + waitMs
      terminal.warn(`${started.error.sentence} ${started.error.next} Retrying in ${waitMs / 1000} s`)
    })
  }

  async stop(): Promise<void> {
    this.isStopping = true
    const end = async (): Promise<void> => {
      await this.starting
      await this.server?.stop()
    }
    await Promise.race([end(), sleep(STOP_LIMIT_MS, undefined, { ref: false })])
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
