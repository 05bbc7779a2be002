/**
 * A strategy of contract 1 on one symbol: its state, and the context it sees.
 */
import { type Lots, type Side, type Ts, lots, ts } from '../../../core/units.ts'
import { utcText } from '../../../core/utc.ts'
import type { Bars } from '../../../market/bars.ts'
import type { Instrument } from '../../../market/instrument.ts'
import { checkAnswer } from '../../../strategy/answer.ts'
import { failureText } from '../../../strategy/failure.ts'
import { type KeptState, checkState } from '../../../strategy/kept-state.ts'
import { checkSignal } from '../../../strategy/signal-gate.ts'
import type { Signal, StrategyContext, StrategyState } from '../../../strategy/strategy.ts'
import { StateKeeper, isCheckedBar } from '../state-keeper.ts'
import { type RunConfig, StrategyRun } from './strategy-run.ts'

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

export class SignalRun extends StrategyRun {
  readonly keepsState = true
  private readonly keeper: StateKeeper
  private barsSeen = 0
  /** Bars that must be there before it is asked. */
  readonly history: number
  private readonly context: Context
  private readonly bars: Bars

  constructor(config: RunConfig, instrument: Instrument, bars: Bars) {
    super(config, instrument)
    this.bars = bars
    this.context = new Context(instrument, bars)
    this.keeper = new StateKeeper(
      config.definition,
      config.params,
      () => `${this.instrument.symbol}, bar that closed at ${utcText(this.context.now)}`,
    )
    let history = 1
    try {
      history = config.definition.history?.(config.params) ?? 1
    } catch (thrown) {
      this.keeper.failure = failureText(thrown)
    }
    this.history = history
  }

  get barsMissing(): number {
    return Math.max(0, this.history - this.bars.cursor)
  }

  get failure(): string | undefined {
    return this.keeper.failure
  }

  get state(): StrategyState {
    return this.keeper.state
  }

  get hasState(): boolean {
    return this.keeper.hasState
  }

  /** Lets the strategy see the bar that was revealed last. Answers its signal, if it has a new one. */
  onBar(now: Ts, position: Lots): Signal | undefined {
    const { context, keeper } = this
    if (keeper.failure !== undefined || this.bars.cursor < this.history) return undefined
    context.now = now
    context.position = position
    context.pending = undefined
    context.refused = undefined
    this.barsSeen += 1
    try {
      const answer: unknown = this.definition.onBar(context, keeper.state)
      if (context.refused !== undefined) throw context.refused
      if (answer !== undefined) checkAnswer(answer)
      if (isCheckedBar(this.barsSeen)) checkState(keeper.state)
    } catch (thrown) {
      keeper.fail(thrown)
      return undefined
    }
    return context.pending
  }

  kept(): KeptState | undefined {
    return this.keeper.kept()
  }

  rollBack(): void {
    this.keeper.rollBack()
  }

  snapshotState(): KeptState {
    return this.keeper.snapshot()
  }

  revive(): void {
    this.keeper.revive()
  }

  use(instrument: Instrument): void {
    this.instrument = instrument
    this.context.instrument = instrument
  }

  restart(): void {
    this.keeper.restart()
    this.deadSide = 0
  }

  /** Lets it see the bars that are there, one after the other, as if they closed now; its signals are ignored. */
  warmUp(position: Lots): void {
    const { bars, keeper } = this
    for (bars.cursor = 0; bars.cursor < bars.length && keeper.failure === undefined; ) {
      bars.reveal()
      this.onBar(bars.closeTs(0), position)
    }
    bars.cursor = bars.length
    // The journal holds no warm-up: a replay must find the same state, or the one that the strategy begins with.
    if (keeper.failure === undefined) keeper.kept()
    if (keeper.failure !== undefined) keeper.rollBack()
  }

  restore(kept: KeptState, deadSide: Side | 0): void {
    this.keeper.restore(kept)
    this.deadSide = deadSide
  }
}
