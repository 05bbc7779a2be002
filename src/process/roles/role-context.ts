/**
 * What each role of an installation is given, and what the trader reports to its parent process.
 */
import type { Config } from '../../config/sections/config-schema.ts'
import type { LoadedConfig } from '../../config/config.ts'
import type { RecentLog } from '../recent-log.ts'
import type { Problem } from '../../core/problem.ts'
import type { Result } from '../../core/result.ts'
import type { Installation } from '../../config/installation.ts'
import type { CommandQueue } from '../../kernel/trader-command.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import type { Transport } from '../../venue/bybit/http/transport.ts'
export interface RoleContext extends Installation {
  /** The configuration as its files are now, before what operators have changed. */
  readonly reread: () => Result<Config, Problem>
  /** As it was at the start, before what operators have changed. */
  readonly configured: Config
  /** Where each value of it comes from, by key. */
  readonly origins: LoadedConfig['origins']
  readonly recentLog: RecentLog
  /** Puts something between the trader and what outlives it: recovery tests do. */
  readonly around?: ((ports: OutlivingPorts) => OutlivingPorts) | undefined
}

export interface RunningRole {
  stop(): Promise<void>
}

export interface TraderHooks {
  readonly step: (name: string, detail: string, elapsedMs: number) => void
  readonly onFacts: (facts: readonly KernelFact[], kernel: Kernel) => void
  readonly fatal: (text: string) => void
  /** The trader ends in order, to be started again at once. */
  readonly startAgain: (why: string) => void
  readonly isSafe: boolean
  /** The trader before this one was killed because it did not answer. */
  readonly isHung: boolean
  /** The trader before this one was aborted, as Node.js does when memory runs out. */
  readonly isAborted: boolean
}

/** What of a trader outlives it: its journal, the commands that wait, and what it has sent. */
export interface OutlivingPorts {
  readonly journal: Journal
  readonly commands: CommandQueue
  readonly transport: Transport
}
