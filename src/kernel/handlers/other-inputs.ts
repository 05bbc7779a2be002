/**
 * Inputs that are neither an order's event, nor bars, nor a command: money, positions of the account, instruments, strategies, holds, time.
 */
import type { BarDecisions } from './bar-decisions.ts'
import type { Booking } from '../booking.ts'
import type { Bookkeeper } from './bookkeeper.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { Brackets } from '../orders/brackets.ts'
import type { ChangedTerms, InstrumentVersions } from '../instrument-versions.ts'
import type { CommandInput } from './operator-commands.ts'
import type { ExternalActivity } from './external-activity.ts'
import { type StrategyModes, hungWords } from './strategy-modes.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { InstrumentIndex, StrategyId } from '../../core/units.ts'
import type { KernelContext } from '../context.ts'
import type { KernelInput, ProtectionMissing } from '../input.ts'
import type { OrderEvent, WalletAdjusted } from '../../trading/event.ts'
import type { OrderEventHandler } from './order-events.ts'
import type { PositionCloser } from '../orders/position-closer.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { SafetyControls } from './safety-controls.ts'
import type { StrategyStarts } from './strategy-starts.ts'
import { assertNever } from '../../core/assert.ts'

/** Executions this long before a clean reading may be reported once more: by a late frame, or by the overlap of the next reading. */
const READ_AGAIN_MS = 3_600_000

/** What booking an input found out. */
interface Found {
  readonly booking?: Booking
  readonly flow?: WalletAdjusted
  readonly terms?: ChangedTerms | undefined
  /** Symbols that have left a universe. */
  readonly left?: readonly InstrumentIndex[]
}
const NOTHING: Found = {}

export type OtherInput = Exclude<KernelInput, OrderEvent | CommandInput | { readonly type: 'bars-closed' }>

export interface OtherInputParts {
  readonly gateway: OrderGateway
  readonly closer: PositionCloser
  readonly bookkeeper: Bookkeeper
  readonly brackets: Brackets
  readonly safety: SafetyControls
  readonly external: ExternalActivity
  readonly orderEvents: OrderEventHandler
  readonly modes: StrategyModes
  readonly starts: StrategyStarts
  readonly versions: InstrumentVersions
  readonly algorithms: Algorithms
}

export class OtherInputs {
  private readonly context: KernelContext
  private readonly parts: OtherInputParts
  private readonly decisions: BarDecisions
  private readonly own: (owners: readonly (StrategyId | null)[]) => void

  constructor(
    context: KernelContext,
    parts: OtherInputParts,
    decisions: BarDecisions,
    own: (owners: readonly (StrategyId | null)[]) => void,
  ) {
    this.context = context
    this.parts = parts
    this.decisions = decisions
    this.own = own
  }

  /** Books it. Answers what was found out, for {@link decide}. */
  fold(input: OtherInput): Found {
    switch (input.type) {
      case 'order-adopted':
        this.parts.bookkeeper.adopted(input)
        return NOTHING
      case 'position-adjusted':
        return { booking: this.parts.bookkeeper.adjusted(input) }
      case 'wallet-adjusted':
        if (input.cause === 'opening') this.context.portfolio.open(input.amount, input.ts)
        else if (input.cause === 'reconcile') this.context.portfolio.correct(input.amount)
        // By its id: the venue's log is read again and again.
        else if (input.flowId === undefined || this.context.orders.book(input.flowId, input.ts)) {
          this.context.portfolio.bookFlow(input)
          return { flow: input }
        }
        return NOTHING
      case 'funding-settled':
        // By its id: one of an outage may be read long after the next arrived.
        if (this.context.orders.book(input.settlementId, input.ts)) this.context.portfolio.bookFunding(input.instrument, input.amount)
        return NOTHING
      case 'elsewhere-seen':
        this.context.portfolio.elsewhere = input.positions
        return NOTHING
      case 'instrument-changed':
        this.context.portfolio.setStatus(input.instrument, input.status)
        return { terms: this.parts.versions.fold(input) }
      case 'reconciled':
        this.context.portfolio.reconciled(input.upTo)
        this.context.orders.forgetBooked(input.upTo - READ_AGAIN_MS)
        return NOTHING
      case 'time-advanced':
        for (let i = 0; i < input.marks.length; i++)
          if ((input.marks[i] as number) > 0)
            this.context.portfolio.setMark((this.context.config.instruments[i] as Instrument).index, input.marks[i] as number, input.ts)
        this.decisions.settle(input.ts)
        return NOTHING
      case 'strategy-started':
        this.parts.starts.fold(input)
        return NOTHING
      case 'strategies-changed':
        this.own(input.owners)
        this.parts.starts.foldChange(input)
        return NOTHING
      case 'universe-selected':
        return { left: this.context.universes.selectSymbols(input) }
      case 'lift-hold':
      case 'add-hold':
      case 'notice':
      case 'strategy-hung':
      case 'protection-missing':
        return NOTHING
      default:
        return assertNever(input)
    }
  }

  decide(input: OtherInput, { booking, flow, terms, left }: Found): void {
    switch (input.type) {
      case 'time-advanced':
        this.decisions.decideBreakers()
        if (this.context.holds.length !== 0) this.parts.closer.closeRefused((i) => this.parts.safety.isFlattening(i))
        this.parts.gateway.expireOrders()
        this.decisions.decideAlgorithms()
        return
      case 'add-hold':
        this.parts.safety.addHold(input.hold)
        this.decisions.decideAlgorithms()
        return
      case 'lift-hold':
        this.parts.safety.liftHold(input.holdId, input.actor)
        return
      case 'strategy-hung':
        this.parts.modes.fail(input.strategy, hungWords(input))
        return
      case 'strategies-changed':
        this.parts.starts.changed(input)
        return
      case 'universe-selected':
        for (const i of left ?? []) this.leaveUniverse(i)
        return
      case 'strategy-started':
        this.parts.starts.decide(input)
        this.decisions.keepStates(
          this.parts.starts.runsOf(input.strategy).map((run) => run.instrument.index),
          true,
        )
        return
      case 'protection-missing':
        this.protect(input)
        return
      case 'position-adjusted':
        if (booking !== undefined) this.afterAdjustment(booking, input.cause)
        return
      case 'order-adopted':
        this.parts.orderEvents.adopted(input)
        return
      case 'elsewhere-seen':
        return
      case 'notice':
        this.parts.gateway.notice(input)
        return
      case 'instrument-changed':
        if (terms !== undefined) this.parts.versions.decide(input, terms)
        if (input.terms === undefined) this.parts.safety.afterStatus(input.instrument, input.status)
        return
      case 'reconciled':
        this.parts.brackets.repair()
        return
      case 'wallet-adjusted':
        if (flow !== undefined) this.parts.safety.alertFlow(flow)
        return
      case 'funding-settled':
        return
      default:
        assertNever(input)
    }
  }

  /** Its entries end; what it holds keeps its stop, and the strategy closes it as ever. */
  private leaveUniverse(i: InstrumentIndex): void {
    for (const side of [1, -1] as const)
      if (this.parts.algorithms.works(i, side)) this.parts.algorithms.endOn(i, 'left the universe', { side })
    this.parts.gateway.cancelEntriesOf(i, 'left the universe')
  }

  private protect({ instrument, bareMs }: ProtectionMissing): void {
    const booking = this.parts.safety.protect(instrument, bareMs, bareMs === 0 ? 'not where it is meant' : undefined)
    this.parts.brackets.keepStop(instrument, true)
    if (booking !== undefined) this.parts.gateway.tradeFacts(booking)
  }

  private afterAdjustment(booking: Booking, cause: string): void {
    this.parts.gateway.tradeFacts(booking)
    if (booking.changedOutside !== undefined) this.parts.external.afterChange(booking.changedOutside, cause)
  }
}
