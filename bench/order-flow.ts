/**
 * Orders at a rate that a bench sets: the live driver and sender, a strategy that turns at each bar, and an exchange that answers at once.
 */
import { LiveDriver } from '../src/trader/live-driver.ts'
import { OrderSender } from '../src/trader/orders/order-sender.ts'
import { machineClock } from '../src/system/wall-clock.ts'
import {
  CASH_ONE,
  type InstrumentIndex,
  type OrderId,
  type Ts,
  cash,
  instrumentIndex,
  lots,
  rate,
  strategyId,
  ticks,
  ts,
} from '../src/core/units.ts'
import type { Journal } from '../src/journal/journal.ts'
import { Projector } from '../src/journal/project.ts'
import type { KernelInput } from '../src/kernel/input.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { RESEARCH_LIMITS } from '../src/risk/limits.ts'
import { defineStrategy } from '../src/strategy/strategy.ts'
import type { OrderCommand, SubmitOrder } from '../src/trading/event.ts'
import { z } from 'zod'

const START = Date.parse('2026-01-05T00:00:00Z')
const MINUTE_MS = 60_000
const PRICE = 600_000
const ORDER_LOTS = 50
const TAKER = rate(55_000_000)

const turning = defineStrategy<Record<string, never>, object>({
  name: 'turning',
  version: 1,
  summary: 'In at one bar, out at the next.',
  params: z.object({}).strict(),
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 1,
  init: () => ({}),
  onBar(context) {
    const close = context.bars.close(0)
    const isFlat = context.position === 0
    context.signal({
      side: isFlat ? 1 : 0,
      strength: 1,
      stop: ticks(Math.round(close * 0.9)),
      reason: { rule: isFlat ? 'flat' : 'held', values: { close } },
    })
  },
})

export interface OrderFlowOptions {
  readonly journal: Journal
  readonly symbols: number
  /** Handed to the exchange. */
  readonly onSend?: (command: OrderCommand) => void
}

/** Order events an entry or an exit leads to: accepted, filled in two parts, and the stop that comes or goes. */
export const EVENTS_PER_ORDER = 4

export class OrderFlow {
  readonly driver: LiveDriver
  /** From an order event's coming to the commit that has it, its facts and its rows, in ms. */
  readonly latenciesMs: number[] = []
  events = 0
  orders = 0
  /** Whether orders are filled. */
  isFilling = true
  /** Called as soon as an order has come to its end. */
  onOrderDone: (instrument: InstrumentIndex) => void = () => {}
  private readonly kernel: Kernel
  private readonly cameAt = new WeakMap<KernelInput, number>()
  private readonly bars: number[]
  private readonly left: number[]
  private readonly onSend: (command: OrderCommand) => void
  private nextExec = 0

  constructor({ journal, symbols, onSend = () => {} }: OrderFlowOptions) {
    this.onSend = onSend
    const instruments = Array.from({ length: symbols }, (_, k) =>
      makeInstrument({
        index: instrumentIndex(k),
        venue: 'bench',
        symbol: `S${k}USDT`,
        tickSize: '0.1',
        lotSize: '0.001',
        leverageMax: 100,
      }),
    )
    this.bars = instruments.map(() => 0)
    this.left = instruments.map(() => 0)
    this.kernel = new Kernel({
      tag: 'bench1',
      instruments,
      intervalMs: MINUTE_MS,
      strategies: instruments.map(({ index }) => ({
        id: strategyId(`turning-${index}`),
        definition: turning,
        params: {},
        instruments: [index],
      })),
      limits: { ...RESEARCH_LIMITS, leverage: 10 },
      sizing: { type: 'fixed', lots: lots(ORDER_LOTS) },
      costs: { takerRate: TAKER, spotTakerRate: TAKER, stopSlippageRate: rate(5_000_000), maintenanceRate: rate(50_000_000) },
      defaultStopFraction: undefined,
      isJournaled: true,
      allowsBudget: false,
    })
    const sender = new OrderSender({
      venue: {
        send: (command) => {
          this.onSend(command)
          if (command.type === 'submit-order' && this.isFilling) setImmediate(() => this.execute(command))
          return Promise.resolve({ type: 'taken', venueOrderId: venueId(command.type === 'submit-order' ? command.orderId : 0) })
        },
        lookUp: () => Promise.resolve({ ok: true, value: undefined }),
      },
      wallClock: machineClock,
      now: () => this.now(0),
      onEvent: (event) => this.give(event),
      report: () => {},
      order: (command) => this.kernel.orders.find(command.instrument, command.orderId, undefined),
      changeRefused: () => {},
      note: (text) => console.error(text),
      authLost: (detail) => console.error(detail),
    })
    this.driver = new LiveDriver({
      kernel: this.kernel,
      projector: new Projector(this.kernel),
      journal,
      wallClock: machineClock,
      sender,
      databaseState: (isUp, detail) => console.error(isUp, detail),
      leaseLost: (detail) => console.error(detail),
      observe: (input) => this.observe(input),
    })
  }

  /** @param afterSeq the journal's last sequence number */
  async begin(afterSeq: number): Promise<void> {
    await this.driver.begin(afterSeq)
    await this.driver.submit(() => [
      { type: 'wallet-adjusted', coin: 'USDT', amount: cash(80_000_000 * CASH_ONE), cause: 'opening', ts: ts(START) },
    ])
  }

  /** The next bar of a symbol closes: its strategy goes in or out. */
  bar(k: number): KernelInput {
    const n = this.bars[k] as number
    this.bars[k] = n + 1
    const price = ticks(PRICE + (n % 7) * 10)
    const bar = { ts: ts(START + n * MINUTE_MS), open: price, high: price, low: price, close: price, volume: 1 }
    return {
      type: 'bars-closed',
      ts: ts(START + (n + 1) * MINUTE_MS),
      mode: 'live',
      bars: [{ instrument: instrumentIndex(k), bar, spreadTicks: 0 }],
    }
  }

  now(k: number): Ts {
    return ts(START + (this.bars[k] as number) * MINUTE_MS)
  }

  give(event: KernelInput): void {
    this.cameAt.set(event, performance.now())
    this.driver.post(() => [event])
  }

  /** What the private stream would say, each event a frame of its own. */
  private execute(command: SubmitOrder): void {
    const { instrument, orderId, side } = command
    const at = this.now(instrument)
    this.orders += 1
    this.left[instrument] = EVENTS_PER_ORDER - 1
    const head = { instrument, orderId, venueOrderId: venueId(orderId), ts: at }
    const price = ticks(PRICE)
    for (const [k, part] of [ORDER_LOTS - 20, 20].entries())
      this.give({
        type: 'order-filled',
        ...head,
        tradeId: `x${this.nextExec++}`,
        side,
        price,
        lots: lots(part),
        fee: { coin: 'USDT', amount: cash(1_650_000), rate: TAKER },
        liquidity: 'taker',
        isComplete: k === 1,
      })
    if (command.stop !== undefined && !command.reduceOnly)
      this.give({
        type: 'order-adopted',
        origin: 'attached-stop',
        parentOrderId: orderId,
        instrument,
        venueOrderId: `s${instrument}-${orderId}`,
        clientOrderId: '',
        side: -1,
        kind: 'stop-market',
        lots: lots(ORDER_LOTS),
        limit: undefined,
        trigger: command.stop,
        triggerBy: 'mark',
        reduceOnly: true,
        ts: at,
      })
    else
      for (const stop of this.kernel.orders.open(instrument))
        if (stop.origin === 'attached-stop')
          this.give({
            type: 'order-canceled',
            instrument,
            orderId: stop.orderId,
            venueOrderId: stop.venueOrderId,
            cause: 'the position is closed',
            ts: at,
          })
  }

  private observe(input: KernelInput): void {
    const came = this.cameAt.get(input)
    if (came === undefined) return
    this.latenciesMs.push(performance.now() - came)
    this.events += 1
    if (input.type === 'order-accepted' || !('instrument' in input) || input.instrument === undefined) return
    const left = (this.left[input.instrument] as number) - 1
    this.left[input.instrument] = left
    if (left === 0) this.onOrderDone(input.instrument)
  }

  /** Nothing may have gone wrong on the way: an odd event would make the rest meaningless. */
  problems(): string[] {
    const { holds, runs } = this.kernel
    return [
      ...holds.map((h) => `hold ${h.id}: ${h.reason}`),
      ...runs.flatMap((r) => (r === undefined || r.mode === 'running' ? [] : [`${r.strategy} is ${r.mode}`])),
    ]
  }
}

const venueId = (id: OrderId | number): string => `v${id}`
