/**
 * One strategy on one symbol: its state, its mode, and the context it sees.
 * Never lets an exception of a strategy escape: it is kept as the run's failure.
 */
import { type Lots, type Side, type StrategyId, type Ts, lots, ts } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import type { Instrument } from '../../market/instrument.ts'
import { utcText } from '../../core/utc.ts'
import { failureText } from '../../strategy/failure.ts'
import { type KeptState, checkState, keptOf, stateOf } from '../../strategy/kept-state.ts'
import { SignalError, checkSignal } from '../../strategy/signal-gate.ts'
import type { Signal, StrategyContext, StrategyDefinition, StrategyState } from '../../strategy/strategy.ts'
import type { Execution } from '../../trading/algorithms/execution.ts'
import type { StrategyMode } from '../input.ts'

/** What it says is checked as it says it: the place that is reported is its own line. */
class Context implements StrategyContext {
  now: Ts = ts(0)
  position: Lots = lots(0)
  pending: Signal | undefined = undefined
  /** Kept, too, where the strategy swallows what its call threw. */
  refused: unknown
  instrument: Instrument
  readonly bars: Bars

  constructor(instrument: Instrument, bars: Bars) {
    this.instrument = instrument
    this.bars = bars
  }
  /** A strategy may take it out of its context. */
  readonly signal = (signal: Signal): void => {
    try {
      this.pending = checkSignal(signal, this.bars.close(0), this.signal)
    } catch (thrown) {
      this.refused = thrown
      throw thrown
    }
  }
}

/** States are looked at on the first bars, then on fewer and fewer of a long run; a journal looks at each bar, and a backtest at its end. */
const isCheckedBar = (n: number): boolean => (n & (n - 1)) === 0

export class StrategyRun {
  readonly strategy: StrategyId
  readonly definition: StrategyDefinition
  readonly params: unknown
  instrument: Instrument
  /** Execution algorithm of its entries. */
  readonly execution: Execution | undefined
  mode: StrategyMode = 'running'
  /** Why it is in its mode: `by cli:1`, or what it was stopped for; '' from the start on. */
  modeCause = ''
  /** Side of a signal that came while held; dead until the signal changes (S11). */
  deadSide: Side | 0 = 0
  /** When a signal last became an order or a denial. */
  lastSignalTs: Ts | null = null
  /** What the strategy threw, with the place. */
  failure: string | undefined = undefined
  state: StrategyState
  private lastKept: KeptState | undefined
  private barsSeen = 0
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
    this.bars = bars
    this.context = new Context(instrument, bars)
    let history = 1
    this.state = this.begin()
    try {
      history = config.definition.history?.(config.params) ?? 1
    } catch (thrown) {
      this.failure = failureText(thrown)
    }
    this.history = history
  }

  /** The state that it begins with; what init throws, or makes that cannot be kept, is its failure. */
  private begin(): StrategyState {
    try {
      const state = this.definition.init(this.params)
      checkState(state)
      return state
    } catch (thrown) {
      this.failure = failureText(thrown)
      return {}
    }
  }

  /** Lets the strategy see the bar that was revealed last. Answers its signal, if it has a new one. */
  onBar(now: Ts, position: Lots): Signal | undefined {
    const { context } = this
    if (this.failure !== undefined || this.bars.cursor < this.history) return undefined
    context.now = now
    context.position = position
    context.pending = undefined
    context.refused = undefined
    this.barsSeen += 1
    try {
      const answer: unknown = this.definition.onBar(context, this.state)
      if (context.refused !== undefined) throw context.refused
      if (answer !== undefined && isThenable(answer)) throw forget(answer)
      if (isCheckedBar(this.barsSeen)) checkState(this.state)
    } catch (thrown) {
      this.fail(thrown)
      return undefined
    }
    return context.pending
  }

  private fail(thrown: unknown): void {
    this.failure = `${failureText(thrown)} (${this.instrument.symbol}, bar that closed at ${utcText(this.context.now)})`
  }

  /** The state as the journal keeps it, or undefined where it cannot be kept: that is its failure, and it starts from scratch when it is started again. */
  kept(): KeptState | undefined {
    try {
      this.lastKept = keptOf(this.state)
    } catch (thrown) {
      this.fail(thrown)
      return undefined
    }
    return this.lastKept
  }

  /** It has failed within a bar: what it knows is what the journal has, and not what it had half done. */
  rollBack(): void {
    this.state = this.lastKept === undefined ? this.begin() : stateOf(this.lastKept)
  }

  /** For a snapshot: as it was when it could be kept last. */
  snapshotState(): KeptState {
    return this.kept() ?? this.lastKept ?? {}
  }

  /** An operator starts it again. */
  revive(): void {
    this.failure = undefined
    // It may never have had a state: init is tried again.
    if (this.lastKept === undefined) this.state = this.begin()
  }

  /** Another version of its symbol counts from now on. */
  use(instrument: Instrument): void {
    this.instrument = instrument
    this.context.instrument = instrument
  }

  /** Gives up its state: what it knew belongs to other code or other parameters. */
  restart(): void {
    this.failure = undefined
    this.lastKept = undefined
    this.state = this.begin()
    this.deadSide = 0
  }

  /** Lets it see the bars that are there, one after the other, as if they closed now; its signals are ignored. */
  warmUp(position: Lots): void {
    const { bars } = this
    for (bars.cursor = 0; bars.cursor < bars.length && this.failure === undefined; ) {
      bars.reveal()
      this.onBar(bars.closeTs(0), position)
    }
    bars.cursor = bars.length
    // The journal holds no warm-up: a replay must find the same state, or the one that the strategy begins with.
    if (this.failure === undefined) this.kept()
    if (this.failure !== undefined) this.rollBack()
  }

  restore(kept: KeptState, deadSide: Side | 0): void {
    this.lastKept = kept
    this.state = stateOf(kept)
    this.deadSide = deadSide
  }
}

const isThenable = (value: unknown): value is { then(done: () => void, failed: () => void): unknown } =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** What an answer that comes later fails with is nobody's: it would end the process. */
function forget(answer: { then(done: () => void, failed: () => void): unknown }): SignalError {
  const nothing = (): void => {}
  answer.then(nothing, nothing)
  return new SignalError('onBar answers later (it is async): it has to decide before it returns')
}
