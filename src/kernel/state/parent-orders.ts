/**
 * The parent orders that are in progress, and what has become of them so far.
 */
import { addSafe } from '../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type OrderId, type Ts, cash, lots, ts } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { StepChange } from '../../market/instrument-terms.ts'
import type { OrderEvent, OrderFilled } from '../../trading/event.ts'
import type { AlgorithmOrder, AlgorithmState, AlgorithmStatus } from '../../trading/algorithms/algorithm.ts'
import type { Order } from '../../trading/order.ts'
import { algorithmIn } from '../orders/convert-order.ts'

/** After a refusal by the venue or by risk the next child waits this long, market time. */
const REFUSED_WAIT_MS = 15_000
/** After a child that found nobody to trade with. */
const UNFILLED_WAIT_MS = 5_000

export class ParentOrders {
  private readonly list: AlgorithmState[] = []

  get active(): readonly AlgorithmState[] {
    return this.list
  }

  find(id: OrderId | undefined): AlgorithmState | undefined {
    return id === undefined ? undefined : this.list.find((a) => a.id === id)
  }

  on(i: InstrumentIndex): readonly AlgorithmState[] {
    return this.list.filter((a) => a.instrument === i)
  }

  start(order: AlgorithmOrder): AlgorithmState {
    const state: AlgorithmState = {
      ...order,
      status: 'working',
      cause: '',
      filled: lots(0),
      filledNotional: cash(0),
      makerLots: lots(0),
      fees: cash(0),
      children: 0,
      failures: 0,
      marketVolume: 0,
      waitUntil: ts(0),
    }
    this.list.push(state)
    return state
  }

  change(id: OrderId, status: Exclude<AlgorithmStatus, 'ended'>, cause: string): void {
    const state = this.find(id)
    if (state !== undefined) Object.assign(state, { status, cause })
  }

  end(id: OrderId): void {
    const at = this.list.findIndex((a) => a.id === id)
    if (at >= 0) this.list.splice(at, 1)
  }

  noteChild(parent: OrderId | undefined): void {
    const state = this.find(parent)
    if (state !== undefined) state.children += 1
  }

  /** Risk said no to a child. */
  noteDenied(parent: OrderId | undefined, at: Ts): void {
    const state = this.find(parent)
    if (state === undefined) return
    state.failures += 1
    state.waitUntil = ts(at + REFUSED_WAIT_MS)
  }

  /** What an event of a child that was applied means for its parent. */
  noteEvent(order: Order, event: OrderEvent, instrument: Instrument): void {
    const state = this.find(order.parentOrderId)
    if (state === undefined) return
    switch (event.type) {
      case 'order-filled':
        this.noteFill(state, event, instrument)
        return
      case 'order-rejected':
      case 'order-never-arrived':
        state.failures += 1
        state.waitUntil = ts(event.ts + REFUSED_WAIT_MS)
        return
      case 'order-canceled':
      case 'order-expired':
        if (order.filled === 0 && !order.cancelRequested) state.waitUntil = ts(event.ts + UNFILLED_WAIT_MS)
        return
      default:
    }
  }

  private noteFill(state: AlgorithmState, fill: OrderFilled, instrument: Instrument): void {
    state.filled = lots(state.filled + fill.lots)
    state.filledNotional = cash(addSafe(state.filledNotional, notionalOf(instrument, fill.price, fill.lots, 'nearest')))
    if (fill.liquidity === 'maker') state.makerLots = lots(state.makerLots + fill.lots)
    state.fees = sum(state.fees, fill.fee.amount)
    state.failures = 0
  }

  /** Base units that the market traded in a bar. */
  noteVolume(i: InstrumentIndex, volume: number): void {
    for (const state of this.list) if (state.instrument === i) state.marketVolume += volume
  }

  /** Parent orders of the instrument count in other steps from now on. */
  convert(change: StepChange): void {
    this.list.forEach((state, at) => {
      if (state.instrument === change.after.index) this.list[at] = algorithmIn(change, state)
    })
  }

  snapshot(): AlgorithmState[] {
    return this.list.map((state) => ({ ...state }))
  }

  restore(states: readonly AlgorithmState[]): void {
    this.list.length = 0
    this.list.push(...states.map((state) => ({ ...state, stop: state.stop ?? undefined })))
  }
}

const sum = (a: Cash, b: Cash): Cash => cash(addSafe(a, b))
