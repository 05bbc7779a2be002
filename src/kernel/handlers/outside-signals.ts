/**
 * What a program outside asks of the strategy of a symbol, read from a webhook: sized, judged and kept as a signal of the strategy is.
 * Never enters in safe mode, and never leaves an exit undone without an alert (S15).
 */
import type { KernelContext } from '../context.ts'
import { mulDivCeil } from '../../core/decimal.ts'
import { RATE_ONE, type Side, lots } from '../../core/units.ts'
import type { Reason } from '../../trading/order.ts'
import type { OutsideSignalInput } from '../input.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { PositionCloser } from '../orders/position-closer.ts'
import type { Signals } from '../orders/signals.ts'
import { heldDenial } from '../orders/manual-orders.ts'
import { holdOn } from '../state/holds.ts'

export interface OutsideSignalParts {
  readonly gateway: OrderGateway
  readonly closer: PositionCloser
  readonly signals: Signals
  readonly algorithms: Algorithms
}

export class OutsideSignals {
  private readonly context: KernelContext
  private readonly gateway: OrderGateway
  private readonly closer: PositionCloser
  private readonly signals: Signals
  private readonly algorithms: Algorithms

  constructor(context: KernelContext, { gateway, closer, signals, algorithms }: OutsideSignalParts) {
    this.context = context
    this.gateway = gateway
    this.closer = closer
    this.signals = signals
    this.algorithms = algorithms
  }

  decide(input: OutsideSignalInput): void {
    const { portfolio, runs, config } = this.context
    const { instrument: i, wish } = input
    const run = runs[i]
    const held: number = portfolio.positionLots(i)
    const reason: Reason = {
      rule: `signal from ${input.source}`,
      values: { signal: input.signal, wish, ...(input.said === '' ? {} : { body: input.said }) },
    }
    if (run === undefined || run.strategy !== input.strategy) {
      const side = wish === 'short' || wish === 'sell' ? -1 : 1
      const figures = { symbol: config.instruments[i]?.symbol ?? '', owner: portfolio.ownerOrExternal(i) }
      this.gateway.deny(input.strategy, i, 'entry', side, { rule: 'symbol-owned', figures }, reason)
      return
    }
    if (wish === 'cancel') {
      this.algorithms.endOn(i, reason.rule)
      this.gateway.cancelEntriesOf(i, reason.rule)
      return
    }
    const side = sideOf(wish, held)
    if (side === undefined) {
      const only = wish === 'exit-long' ? 1 : -1
      this.algorithms.endOn(i, reason.rule, { side: only })
      this.gateway.cancelEntriesOf(i, reason.rule, only)
      return
    }
    if (side === 0 && input.exit !== undefined) {
      this.exitPart(input, input.exit, held, reason)
      return
    }
    // Each signal from outside is a new one: what was discarded before says nothing about it.
    run.deadSide = 0
    this.alertDropped(input, held, side)
    const { stop, limit, targets } = input
    this.signals.placeSignal(
      run,
      {
        side,
        strength: 1,
        reason,
        ...(limit === undefined ? {} : { limit }),
        ...(stop === undefined ? {} : { stop }),
        ...(targets === undefined ? {} : { targets }),
      },
      input.mayEnter && config.isSafe !== true,
      input.lotsMax,
    )
  }

  /** Entries go first, as before any exit: what is open would make the rest larger again. */
  private exitPart(input: OutsideSignalInput, exit: NonNullable<OutsideSignalInput['exit']>, held: number, reason: Reason): void {
    const { instrument: i, signal, first = signal, strategy } = input
    this.algorithms.endOn(i, reason.rule)
    this.gateway.cancelEntriesOf(i, reason.rule)
    if (held === 0) return
    const { exitAims, factBuffer, holds, portfolio } = this.context
    this.alertDropped(input, held, 0)
    const hold = holdOn(holds, strategy, i)
    if (hold?.effect === 'no-orders') {
      const side = held > 0 ? -1 : 1
      this.gateway.deny(strategy, i, 'reduce', side, heldDenial(hold), reason)
      return
    }
    let left = exitAims.leftOf(first)
    if (left === undefined) {
      const size = this.closer.unclosed(i)
      const closing = 'lots' in exit ? exit.lots : mulDivCeil(size, exit.part, RATE_ONE)
      left = lots(Math.max(0, size - closing))
      const aim = { signal: first, instrument: i, left }
      exitAims.set(aim)
      factBuffer.push({ type: 'exit-aimed', aim, ts: portfolio.now })
    }
    this.closer.closeDownTo(i, left, reason)
  }

  /** A halt lets no strategy exit: whoever sent this one believes the position gone. */
  private alertDropped({ strategy, instrument: i, source, signal }: OutsideSignalInput, held: number, side: Side | 0): void {
    const isExit = held !== 0 && (side === 0 || held > 0 !== (side === 1))
    const hold = isExit ? holdOn(this.context.holds, strategy, i) : undefined
    if (hold?.effect !== 'no-orders') return
    this.gateway.alert('signal.exit_dropped', 'P1', i, { source, signal, hold: hold.id })
  }
}

/** The position that is asked for; undefined where an exit names a side that is not held. */
function sideOf(wish: Exclude<OutsideSignalInput['wish'], 'cancel'>, held: number): Side | 0 | undefined {
  switch (wish) {
    case 'long':
      return 1
    case 'short':
      return -1
    case 'flat':
      return 0
    case 'buy':
      return held < 0 ? 0 : 1
    case 'sell':
      return held > 0 ? 0 : -1
    case 'exit-long':
      return held > 0 ? 0 : undefined
    case 'exit-short':
      return held < 0 ? 0 : undefined
  }
}
