/**
 * A kernel on two symbols whose strategies give the signals that the test scripts, fed by hand.
 */
import { z } from 'zod'
import {
  type InstrumentIndex,
  MINUTE_MS,
  type OrderId,
  type Side,
  cash,
  instrumentIndex,
  lots,
  rate,
  strategyId,
  ticks,
  ts,
} from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { RESEARCH_LIMITS, type RiskLimits } from '../../../src/risk/limits.ts'
import { type RiskSettings, rulesOf } from '../../../src/risk/settings/rules.ts'
import type { Sizing } from '../../../src/risk/sizing.ts'
import { type Signal, type StrategyDefinition, defineStrategy } from '../../../src/strategy/strategy.ts'
import type { OrderAdopted, OrderFilled, SubmitOrder } from '../../../src/trading/event.ts'
import type { KernelConfig } from '../../../src/kernel/config.ts'
import type { BarsMode, KernelInput } from '../../../src/kernel/input.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import type { Hold } from '../../../src/kernel/state/holds.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'

export const BTC = instrumentIndex(0)
export const ETH = instrumentIndex(1)
/** Tick 1 and lot 1: one tick times one lot is one coin. */
const instrumentsOf = (isSpot: boolean, notionalMin = isSpot ? '300' : undefined) =>
  [isSpot ? 'BTCUSDT-SPOT' : 'BTCUSDT', 'ETHUSDT'].map((symbol, at) =>
    makeInstrument({
      index: instrumentIndex(at),
      venue: 'sim',
      symbol,
      tickSize: '1',
      lotSize: '1',
      quantityMarketMax: '50',
      ...(notionalMin === undefined ? {} : { notionalMin }),
    }),
  )

/** What a strategy says at its next bar; an Error is thrown. */
export type GivenSignal = Signal | Error | undefined
export const signal = (side: Side | 0, stop?: number): Signal => ({
  side,
  strength: 1,
  ...(stop === undefined ? {} : { stop: ticks(stop) }),
  reason: { rule: 'told', values: {} },
})

export interface Setup {
  readonly limits?: Partial<RiskLimits>
  /** Limits that can be set while it runs, in place of `limits`. */
  readonly settings?: RiskSettings
  /** Whether ETH has no strategy and belongs to operators. */
  readonly isManual?: boolean
  readonly sizing?: Sizing
  /** Whether BTC is spot. */
  readonly isSpot?: boolean
  /** Instead of the scripted strategy, on BTC. */
  readonly strategy?: StrategyDefinition
  /** Least value of an order. */
  readonly notionalMin?: string
}

export class Bench {
  readonly signals: GivenSignal[] = [undefined, undefined]
  readonly config: KernelConfig
  readonly kernel: Kernel
  now = 20_000 * 86_400_000
  readonly prices = [100, 100]
  /** What the first bar led to. */
  readonly first: readonly KernelFact[]
  private fills = 0

  constructor(setup: Setup = {}) {
    const told = (i: InstrumentIndex) =>
      defineStrategy({
        name: `told-${i}`,
        version: 1,
        summary: 'Says what it is told.',
        params: z.object({}),
        protection: 'position-stop',
        givesStop: true,
        warmup: () => 0,
        init: () => ({ bars: 0 }),
        onBar: (context, state) => {
          state.bars += 1
          const signal = this.signals[i]
          if (signal instanceof Error) throw signal
          if (signal !== undefined) context.signal(signal)
        },
      })
    this.config = {
      tag: 'tests1',
      instruments: instrumentsOf(setup.isSpot === true, setup.notionalMin),
      intervalMs: MINUTE_MS,
      strategies: (setup.isManual === true ? [BTC] : [BTC, ETH]).map((i) => ({
        id: strategyId(`s${i}`),
        definition: i === BTC ? (setup.strategy ?? told(i)) : told(i),
        params: {},
        instruments: [i],
      })),
      manual: setup.isManual === true ? [ETH] : [],
      limits: setup.settings === undefined ? { ...RESEARCH_LIMITS, leverage: 10, ...setup.limits } : rulesOf(setup.settings.account).limits,
      settings: setup.settings,
      sizing: setup.sizing ?? { type: 'fixed', lots: lots(10) },
      costs: { takerRate: rate(0), spotTakerRate: rate(0), stopSlippageRate: rate(0), maintenanceRate: rate(50_000_000) },
      defaultStopFraction: undefined,
      isJournaled: true,
      allowsBudget: false,
    }
    this.kernel = new Kernel(this.config)
    this.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(10_000e8), cause: 'opening', ts: ts(this.now) })
    this.first = this.bar()
  }

  give(input: KernelInput): KernelFact[] {
    const { factBuffer: outbox } = this.kernel
    outbox.reset()
    this.kernel.apply(input)
    return Array.from({ length: outbox.count }, (_, k) => outbox.at(k))
  }

  /** Closes a bar of both symbols at their prices. States and equity samples, which follow every bar, are left out. */
  bar(mode: BarsMode = 'live'): KernelFact[] {
    const openTs = ts(this.now)
    this.now += MINUTE_MS
    const bars = this.prices.map((price, at) => ({
      instrument: instrumentIndex(at),
      bar: { ts: openTs, open: ticks(price), high: ticks(price), low: ticks(price), close: ticks(price), volume: 1 },
    }))
    return this.give({ type: 'bars-closed', ts: ts(this.now), mode, bars }).filter(
      (f) => f.type !== 'strategy-state' && f.type !== 'equity-sampled',
    )
  }

  /** Lets the owner of BTC say something at the next bar only. */
  say(signal: GivenSignal): KernelFact[] {
    this.signals[BTC] = signal
    const facts = this.bar()
    this.signals[BTC] = undefined
    return facts
  }

  accepted(command: SubmitOrder): KernelFact[] {
    return this.give({
      type: 'order-accepted',
      instrument: command.instrument,
      orderId: command.orderId,
      venueOrderId: `v${command.orderId}`,
      ts: ts(this.now),
    })
  }

  fillOf(command: SubmitOrder, quantity: number = command.lots, tradeId = `x${++this.fills}`): OrderFilled {
    return {
      type: 'order-filled',
      instrument: command.instrument,
      orderId: command.orderId,
      venueOrderId: `v${command.orderId}`,
      tradeId,
      side: command.side,
      price: ticks(this.prices[command.instrument] as number),
      lots: lots(quantity),
      fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
      liquidity: 'taker',
      isComplete: quantity === command.lots,
      ts: ts(this.now),
    }
  }

  canceled(id: OrderId): KernelFact[] {
    return this.give({ type: 'order-canceled', instrument: BTC, orderId: id, venueOrderId: `v${id}`, cause: 'venue', ts: ts(this.now) })
  }

  /** A filled entry of the owner of BTC. */
  enter(side: Side = 1, stop?: number): SubmitOrder {
    const [command] = ordersOf(this.say(signal(side, stop)))
    if (command === undefined) throw new Error('the entry was denied')
    this.give(this.fillOf(command))
    return command
  }

  /** An order of BTC that the venue made, or that somebody else sent: a market order of all that is held unless the test says otherwise. */
  adopted(part: Partial<OrderAdopted> & Pick<OrderAdopted, 'origin' | 'venueOrderId' | 'side'>): KernelFact[] {
    return this.give({
      type: 'order-adopted',
      parentOrderId: undefined,
      instrument: BTC,
      clientOrderId: '',
      kind: 'market',
      lots: lots(10),
      limit: undefined,
      trigger: undefined,
      triggerBy: 'last',
      reduceOnly: true,
      ts: ts(this.now),
      ...part,
    })
  }

  /** The venue's position of BTC is another than the records': signed, all of it. */
  outside(venueLots: number): KernelFact[] {
    return this.give({
      type: 'position-adjusted',
      instrument: BTC,
      lots: lots(venueLots),
      price: ticks(this.prices[BTC] as number),
      cause: 'read twice',
      ts: ts(this.now),
    })
  }

  hold(part: Partial<Hold> = {}): KernelFact[] {
    const hold: Hold = {
      id: 'h',
      scope: { type: 'account' },
      effect: 'no-entries',
      cause: 'operator',
      actor: 'cli',
      reason: '',
      since: ts(this.now),
      ...part,
    }
    return this.give({ type: 'add-hold', hold, ts: ts(this.now) })
  }

  get held(): number {
    return this.kernel.portfolio.positionLots(BTC)
  }
}

export const ordersOf = (facts: readonly KernelFact[]): SubmitOrder[] =>
  facts.flatMap((f) => (f.type === 'order-submitted' ? [f.command] : []))
/** Facts in short, in order: what a whole outbox is compared with. */
export const brief = (facts: readonly KernelFact[]): string[] =>
  facts.map((f) => {
    switch (f.type) {
      case 'order-submitted':
        return `${f.class} ${f.command.side === 1 ? 'buy' : 'sell'} ${f.command.lots}${f.command.kind === 'market' ? '' : ` ${f.command.kind} ${f.command.trigger ?? ''}${f.command.trigger !== undefined && f.command.limit !== undefined ? '/' : ''}${f.command.limit ?? ''}`}`
      case 'order-denied':
        return `denied ${f.class}: ${f.rule}`
      case 'cancel-requested':
        return `cancel ${f.orderId}: ${f.cause}`
      case 'hold-added':
        return `hold ${f.hold.id} ${f.hold.effect}`
      case 'hold-lifted':
        return `lift ${f.holdId}`
      case 'alert-raised':
        return `${f.severity} ${f.alert}`
      case 'stop-requested':
        return `stop at ${f.stop}`
      case 'amend-requested':
        return `amend ${f.orderId}:${f.lots === undefined ? '' : ` ${f.lots} lots`}${f.limit === undefined ? '' : ` at ${f.limit}`}${f.trigger === undefined ? '' : ` from ${f.trigger}`}`
      case 'algorithm-started':
        return `work ${f.order.id} ${f.order.spec.type} ${f.order.lots}`
      case 'algorithm-changed':
        return `${f.id} ${f.status}: ${f.cause}`
      case 'algorithm-ended':
        return `${f.id} ended at ${f.summary.filled}: ${f.cause}`
      case 'strategy-mode-changed':
        return `${f.strategy} ${f.mode}`
      case 'trade-reduced':
        return `reduced by ${f.lots} for ${f.result / 1e8}, ${f.left} left`
      case 'trade-closed':
        return `closed ${f.trade.pnl / 1e8}`
      default:
        return f.type
    }
  })
