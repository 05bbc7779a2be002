/**
 * What operators and programs ask of the kernel: to close, cancel, place, change, work, panic, switch a strategy, take what is not ours, follow a signal.
 */
import type { PositionCloser } from '../orders/position-closer.ts'
import { assertNever } from '../../core/assert.ts'
import { type Algorithms, manualStart } from '../orders/algorithms.ts'
import type { Brackets } from '../orders/brackets.ts'
import type { KernelConfig } from '../config.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import { OPERATOR_CLOSE, type Reason } from '../../trading/order.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { ExternalActivity } from './external-activity.ts'
import type { SafetyControls } from './safety-controls.ts'
import type {
  AdoptExternal,
  CancelLeftover,
  CancelOrders,
  ChangeRiskSetting,
  ChangeOrder,
  ChangeProtection,
  ClosePosition,
  IgnoreExternal,
  KernelInput,
  OutsideSignalInput,
  PanicInput,
  PlaceOrders,
  SetStrategyMode,
  StartAlgorithm,
  SteerAlgorithm,
} from '../input.ts'
import type { ManualOrders } from '../orders/manual-orders.ts'
import type { OutsideSignals } from './outside-signals.ts'
import type { StrategyModes } from './strategy-modes.ts'

export type CommandInput =
  | AdoptExternal
  | CancelLeftover
  | CancelOrders
  | ChangeRiskSetting
  | ChangeOrder
  | ChangeProtection
  | ClosePosition
  | IgnoreExternal
  | OutsideSignalInput
  | PanicInput
  | PlaceOrders
  | SetStrategyMode
  | StartAlgorithm
  | SteerAlgorithm

const ASKED: ReadonlySet<KernelInput['type']> = new Set<CommandInput['type']>([
  'adopt-external',
  'cancel-leftover',
  'cancel-orders',
  'change-order',
  'change-protection',
  'change-risk-setting',
  'close-position',
  'ignore-external',
  'outside-signal',
  'panic',
  'place-orders',
  'set-strategy-mode',
  'start-algorithm',
  'steer-algorithm',
])

export const isCommand = (input: KernelInput): input is CommandInput => ASKED.has(input.type)

export interface OperatorCommandParts {
  readonly config: KernelConfig
  readonly limits: EffectiveLimits
  readonly factBuffer: FactBuffer
  readonly gateway: OrderGateway
  readonly closer: PositionCloser
  readonly placing: ManualOrders
  readonly brackets: Brackets
  readonly algorithms: Algorithms
  readonly safety: SafetyControls
  readonly external: ExternalActivity
  readonly modes: StrategyModes
  readonly outside: OutsideSignals
}

export class OperatorCommands {
  private readonly parts: OperatorCommandParts

  constructor(parts: OperatorCommandParts) {
    this.parts = parts
  }

  decide(input: CommandInput): void {
    const { algorithms, gateway, external, modes, placing, limits, factBuffer } = this.parts
    switch (input.type) {
      case 'close-position':
        this.close(input)
        return
      case 'cancel-orders':
        if (input.orderId === undefined && input.keepsWorked !== true) algorithms.endAll(`by ${input.actor}`)
        gateway.cancelEntries(input.orderId, `by ${input.actor}`)
        return
      case 'place-orders':
        placing.place(input)
        return
      case 'change-order':
        placing.change(input)
        return
      case 'change-protection':
        if (placing.protect(input)) this.parts.brackets.followMove(input.instrument, input.target)
        return
      case 'change-risk-setting':
        limits.set(input.setting)
        factBuffer.push({ type: 'risk-setting-changed', setting: input.setting, ts: input.ts })
        return
      case 'outside-signal':
        this.parts.outside.decide(input)
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
      case 'adopt-external': {
        const booking = external.adopt(input)
        if (booking !== undefined) gateway.tradeFacts(booking)
        return
      }
      case 'ignore-external':
        external.ignore(input)
        return
      case 'cancel-leftover':
        gateway.cancelLeftover(input)
        return
      default:
        assertNever(input)
    }
  }

  /** Cancels all execution algorithms and all entries, and closes every position of Ballast's. */
  flattenAll(cause: string): void {
    this.parts.algorithms.endAll(cause)
    this.parts.closer.flattenAll(cause)
  }

  private close({ instrument, lots, limit, actor }: ClosePosition): void {
    const reason: Reason = { rule: OPERATOR_CLOSE, values: { actor }, origin: 'operator' }
    if (limit === undefined) this.parts.closer.close(instrument, lots, 'reduce', reason)
    else this.parts.closer.closeAtLimit(instrument, lots, limit, reason)
  }

  /** Of all, or of one symbol: the hold first, then running execution algorithms, entries, positions (S7). */
  private panic({ instrument, actor, reason }: PanicInput): void {
    const cause = `panic by ${actor}`
    this.parts.safety.haltForPanic(actor, reason, instrument)
    if (instrument === undefined) {
      this.flattenAll(cause)
      return
    }
    this.parts.algorithms.endOn(instrument, cause)
    this.parts.closer.flattenOn(instrument, cause)
  }
}
