/**
 * What all parts of one kernel share: its configuration, its state, and the buffer of the facts that an input leads to.
 */
import type { Bars } from '../market/bars.ts'
import type { FundingRates } from '../market/funding-rates.ts'
import type { Instrument } from '../market/instrument.ts'
import type { KernelConfig } from './config.ts'
import type { FactBuffer } from './fact-buffer.ts'
import type { EffectiveLimits } from './state/effective-limits.ts'
import type { Hold } from './state/holds.ts'
import type { OrderTable } from './state/order-table.ts'
import type { ParentOrders } from './state/parent-orders.ts'
import type { ExitAims } from './state/exit-aims.ts'
import type { PendingCloses } from './state/pending-closes.ts'
import type { PortfolioState } from './state/portfolio-state.ts'
import type { StrategyRun } from './state/strategies/strategy-run.ts'
import type { Universes } from './state/strategies/universes.ts'

export interface KernelContext {
  readonly config: KernelConfig
  /** The kernel's own list: an instrument is another one from the input on that changes its terms. */
  readonly instruments: Instrument[]
  readonly portfolio: PortfolioState
  readonly limits: EffectiveLimits
  readonly orders: OrderTable
  readonly parentOrders: ParentOrders
  readonly closes: PendingCloses
  readonly exitAims: ExitAims
  readonly holds: Hold[]
  readonly universes: Universes
  readonly factBuffer: FactBuffer
  readonly runs: readonly (StrategyRun | undefined)[]
  readonly bars: readonly Bars[]
  /** Settlements of each instrument's market, for strategies that look at them. */
  readonly fundings: readonly FundingRates[]
}
