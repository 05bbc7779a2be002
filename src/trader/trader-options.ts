/**
 * What a trader is made with: its plan, the exchange, the journal, and whoever wants to hear of it.
 */
import type { TradedVenue } from '../venue/port/venue.ts'
import type { RecoveryMark } from './recovery-mark.ts'
import type { Journal } from '../journal/journal.ts'
import type { CommandQueue } from '../kernel/trader-command.ts'
import type { StrategyLoad } from '../journal/strategy-load.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { EmergencyNotice } from '../emergency/emergency-file.ts'
import type { HealthReporter } from './health.ts'
import type { PlanPort } from './strategies/plan-port.ts'
import type { TradePlan } from '../config/strategy-plan.ts'
import type { RestoredNotice } from './safety/restored.ts'
import type { EarlierTag } from '../trading/order.ts'
import type { WallClock } from '../system/wall-clock.ts'

export interface TraderOptions extends TradePlan {
  readonly profile: string
  readonly tag: string
  readonly earlierTags?: readonly EarlierTag[] | undefined
  /** The database was restored, and no trader has started on it since; undefined otherwise. */
  readonly restored?: RestoredNotice | undefined
  readonly intervalMs: number
  readonly venue: TradedVenue
  readonly journal: Journal
  readonly commands: CommandQueue
  readonly health: HealthReporter
  readonly wallClock: WallClock
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** A step of the boot is done: what `npm start` prints. */
  readonly step: (name: string, detail: string, elapsedMs: number) => void
  /** Facts that are in the journal, for the line that an operator sees. */
  readonly onFacts: (facts: readonly KernelFact[], kernel: Kernel) => void
  /** Says at once that this trader lives; one that has lost the account ends. */
  readonly renewLease: () => Promise<void>
  /** Notes which strategy is deciding, where it outlives this process. */
  readonly deciding: (strategy: string | undefined) => void
  /** The strategy that ended the trader before this one: it did not return, memory ran out in it, or deciding crashed twice in a row. */
  readonly suspect: { readonly strategy: string; readonly how: 'hung' | 'crashed' | 'aborted' } | undefined
  /** Strategies that keep too much memory, each once; absent where nobody measures it. */
  readonly overMemory?: () => readonly {
    readonly strategy: string
    readonly how: 'memory'
    readonly keptMb: number
    readonly limitMb: number
  }[]
  /** What each strategy of these costs, of those that have decided; absent where nobody measures it. */
  readonly loads?: (strategies: readonly string[]) => readonly StrategyLoad[]
  /** What a crash left undecided is decided under this mark; absent where nothing outlives the process. */
  readonly recovering?: RecoveryMark
  /** Other strategies while it runs. */
  readonly planSource: PlanPort
  /** Exits and stops only: the third crash in ten minutes. */
  readonly isSafe: boolean
  /** The positions changed: for whoever must know them when this process cannot be asked (S7). */
  readonly onPositions: (kernel: Kernel) => void
  /** A `panic --direct` that ran without this process: booked before anything else is opened. */
  readonly emergency: EmergencyNotice
  /** This trader must end in order and be started again: what it counts in has changed. */
  readonly startAgain: (why: string) => void
  /** The exchange has not answered for seconds at the start: what it said; reported once. */
  readonly waitsForExchange?: (detail: string) => void
  /** This process must end: a lost lease or an invariant. */
  readonly fatal: (text: string) => void
}
