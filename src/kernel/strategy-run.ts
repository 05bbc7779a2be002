/**
 * One strategy on one symbol: its state, its mode, and the context it sees.
 * Never lets an exception of a strategy escape: it is kept as the run's failure.
 */
import { type Lots, type Side, type StrategyId, type Ts, lots, ts } from '../core/units.ts'
import type { Bars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import { failureText } from '../strategy/failure.ts'
import type { Signal, StrategyContext, StrategyDefinition, StrategyState } from '../strategy/strategy.ts'
import type { Execution } from '../trading/algorithms/execution.ts'
import type { StrategyMode } from './input.ts'

class Context implements StrategyContext {
  now: Ts = ts(0)
  position: Lots = lots(0)
  pending: Signal | undefined = undefined
  readonly instrument: Instrument
  readonly bars: Bars

  constructor(instrument: Instrument, bars: Bars) {
    this.instrument = instrument
    this.bars = bars
  }
  /** A strategy may take it out of its context. */
  readonly signal = (signal: Signal): void => {
    this.pending = signal
  }
}

export class StrategyRun {
  readonly strategy: StrategyId
  readonly definition: StrategyDefinition
  readonly params: unknown
  readonly instrument: Instrument
  /** How its entries are worked. */
  readonly execution: Execution | undefined
  mode: StrategyMode = 'running'
  /** Side of an opinion that came while held; dead until the opinion changes (S11). */
  deadSide: Side | 0 = 0
  /** When an opinion last became an order or a denial. */
  lastSignalTs: Ts | null = null
  /** What the strategy threw, with the place. */
  failure: string | undefined = undefined
  state: StrategyState
  /** Bars that must be there before it is asked. */
  readonly history: number
  private readonly context: Context
  private readonly bars: Bars

  constructor(
    config: {
      readonly id: StrategyId
      readonly definition: StrategyDefinition
      readonly params: unknown
      readonly execution?: Execution | undefined
    },
    instrument: Instrument,
    bars: Bars,
  ) {
    this.strategy = config.id
    this.definition = config.definition
    this.params = config.params
    this.execution = config.execution
    this.instrument = instrument
    this.state = config.definition.init(config.params)
    this.history = config.definition.history?.(config.params) ?? 1
    this.bars = bars
    this.context = new Context(instrument, bars)
  }

  /** Lets the strategy see the bar that was revealed last. Answers its opinion, if it has a new one. */
  onBar(now: Ts, position: Lots): Signal | undefined {
    const { context } = this
    if (this.bars.cursor < this.history) return undefined
    context.now = now
    context.position = position
    context.pending = undefined
    try {
      this.definition.onBar(context, this.state)
    } catch (thrown) {
      this.failure = failureText(thrown)
      return undefined
    }
    return context.pending
  }

  /** Gives up its state: what it knew belongs to other code or other parameters. */
  restart(): void {
    this.state = this.definition.init(this.params)
    this.deadSide = 0
  }

  /** Lets it see the bars that are there, one after the other, as if they closed now; what it says is not heard. */
  warmUp(position: Lots): void {
    const { bars } = this
    for (bars.cursor = 0; bars.cursor < bars.length && this.failure === undefined; ) {
      bars.reveal()
      this.onBar(bars.closeTs(0), position)
    }
    bars.cursor = bars.length
  }

  restore(state: StrategyState, deadSide: Side | 0): void {
    this.state = state
    this.deadSide = deadSide
  }
}
