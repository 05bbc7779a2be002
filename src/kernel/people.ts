/**
 * What people ask of the kernel: to close, cancel, place, change, work, panic, switch a strategy, take what is not ours.
 * Never checks who asks, and never denies an exit: each part judges its own.
 */
import { assertNever } from '../core/assert.ts'
import { type Algorithms, manualStart } from './algorithms.ts'
import type { Brackets } from './brackets.ts'
import type { KernelConfig } from './config.ts'
import { type Desk, OPERATOR_CLOSE } from './desk.ts'
import type { ExternalHands } from './external-hands.ts'
import type { Guard } from './guard.ts'
import type {
  AdoptExternal,
  CancelLeftover,
  CancelOrders,
  ChangeOrder,
  ChangeProtection,
  ClosePosition,
  IgnoreExternal,
  KernelInput,
  PanicInput,
  PlaceOrders,
  SetStrategyMode,
  StartAlgorithm,
  SteerAlgorithm,
} from './input.ts'
import type { Placing } from './placing.ts'
import type { StrategyModes } from './strategy-modes.ts'
import type { VenueNews } from './venue-news.ts'

export type AskedInput =
  | AdoptExternal
  | CancelLeftover
  | CancelOrders
  | ChangeOrder
  | ChangeProtection
  | ClosePosition
  | IgnoreExternal
  | PanicInput
  | PlaceOrders
  | SetStrategyMode
  | StartAlgorithm
  | SteerAlgorithm

const ASKED: ReadonlySet<KernelInput['type']> = new Set<AskedInput['type']>([
  'adopt-external',
  'cancel-leftover',
  'cancel-orders',
  'change-order',
  'change-protection',
  'close-position',
  'ignore-external',
  'panic',
  'place-orders',
  'set-strategy-mode',
  'start-algorithm',
  'steer-algorithm',
])

export const isAsked = (input: KernelInput): input is AskedInput => ASKED.has(input.type)

export interface PeopleParts {
  readonly config: KernelConfig
  readonly desk: Desk
  readonly placing: Placing
  readonly brackets: Brackets
  readonly algorithms: Algorithms
  readonly guard: Guard
  readonly hands: ExternalHands
  readonly news: VenueNews
  readonly modes: StrategyModes
}

export class People {
  private readonly parts: PeopleParts

  constructor(parts: PeopleParts) {
    this.parts = parts
  }

  decide(input: AskedInput): void {
    const { algorithms, desk, hands, modes, news, placing } = this.parts
    switch (input.type) {
      case 'close-position':
        this.close(input)
        return
      case 'cancel-orders':
        if (input.orderId === undefined && input.keepsWorked !== true) algorithms.endAll(`by ${input.actor}`)
        desk.cancelEntries(input.orderId, `by ${input.actor}`)
        return
      case 'place-orders':
        placing.place(input)
        return
      case 'change-order':
        placing.change(input)
        return
      case 'change-protection':
        if (placing.protect(input)) this.carryOut(input)
        return
      case 'start-algorithm':
        algorithms.start(manualStart(input))
        return
      case 'steer-algorithm':
        algorithms.steer(input)
        return
      case 'panic':
        this.panic(input)
        return
      case 'set-strategy-mode':
        modes.set(input.strategy, input.mode, input.actor)
        return
      case 'adopt-external':
        hands.adopt(input)
        news.tellTrades()
        return
      case 'ignore-external':
        hands.ignore(input)
        return
      case 'cancel-leftover':
        desk.cancelLeftover(input)
        return
      default:
        assertNever(input)
    }
  }

  /** Cancels all that is being worked and all entries, and closes every position of ours. */
  flattenAll(cause: string): void {
    this.parts.algorithms.endAll(cause)
    this.parts.desk.flattenAll(cause)
  }

  private close({ instrument, lots, limit, actor }: ClosePosition): void {
    const reason = { rule: OPERATOR_CLOSE, values: { actor } }
    if (limit === undefined) this.parts.desk.closePosition(instrument, lots, 'reduce', reason)
    else this.parts.desk.closeAtLimit(instrument, lots, limit, reason)
  }

  /** Of all, or of one symbol: the hold first, then what is being worked, entries, positions (S7). */
  private panic({ instrument, actor, reason }: PanicInput): void {
    const cause = `panic by ${actor}`
    this.parts.guard.haltForPanic(actor, reason, instrument)
    if (instrument === undefined) {
      this.flattenAll(cause)
      return
    }
    this.parts.algorithms.endOn(instrument, cause)
    this.parts.desk.flattenOn(instrument, cause)
  }

  /** Where the venue holds no legs, orders of ours are moved (spot). */
  private carryOut({ instrument, target }: ChangeProtection): void {
    const { brackets, config } = this.parts
    brackets.keepStop(instrument)
    if (target !== undefined && config.instruments[instrument]?.category === 'spot') brackets.moveTarget(instrument, target)
  }
}
