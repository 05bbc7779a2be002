/**
 * A kernel with its journal on two symbols that one strategy owns, fed by hand, ended and begun again.
 */
import { DAY_MS, MINUTE_MS, cash, instrumentIndex, lots, rate, strategyId, ticks, ts } from '../../src/core/units.ts'
import type { KernelConfig } from '../../src/kernel/config.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { BarsMode, ClosedBar, KernelInput } from '../../src/kernel/input.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { RESEARCH_LIMITS } from '../../src/risk/limits.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { ordersOf } from './kernel/kernel-run.ts'

export const START = 20_000 * DAY_MS
export const BTC = instrumentIndex(0)
export const ETH = instrumentIndex(1)

export const configOf = (definition: StrategyDefinition, params: unknown = {}, symbols = [BTC, ETH]): KernelConfig => ({
  tag: 'tests1',
  instruments: ['BTCUSDT', 'ETHUSDT'].map((symbol, at) =>
    makeInstrument({ index: instrumentIndex(at), venue: 'sim', symbol, tickSize: '1', lotSize: '1' }),
  ),
  intervalMs: MINUTE_MS,
  strategies: [{ id: strategyId('s'), definition, params: definition.params.parse(params), instruments: symbols, identity: 'one' }],
  limits: { ...RESEARCH_LIMITS, leverage: 10 },
  sizing: { type: 'fixed', lots: lots(3) },
  costs: { takerRate: rate(0), spotTakerRate: rate(0), stopSlippageRate: rate(0), maintenanceRate: rate(50_000_000) },
  defaultStopFraction: undefined,
  isJournaled: true,
  allowsBudget: false,
})

interface Row {
  readonly input: KernelInput
  readonly facts: readonly KernelFact[]
}

/** A kernel with its journal. */
export class Life {
  readonly rows: Row[] = []
  kernel: Kernel
  readonly config: KernelConfig

  constructor(config: KernelConfig) {
    this.config = config
    this.kernel = new Kernel(config)
    this.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(1_000_000e8), cause: 'opening', ts: ts(START) })
  }

  give(input: KernelInput): KernelFact[] {
    const { factBuffer } = this.kernel
    factBuffer.reset()
    this.kernel.apply(input)
    const facts = Array.from({ length: factBuffer.count }, (_, k) => factBuffer.at(k))
    this.rows.push(JSON.parse(JSON.stringify({ input, facts })))
    return facts
  }

  bars(minute: number, prices: readonly (number | undefined)[], mode: BarsMode = 'live'): KernelFact[] {
    const bars = prices.flatMap((price, at) => (price === undefined ? [] : [barOf(at, minute, price)]))
    return this.give({ type: 'bars-closed', ts: ts(START + (minute + 1) * MINUTE_MS), mode, bars })
  }

  /** All entries that wait are filled at the mark. */
  fill(facts: readonly KernelFact[]): void {
    for (const command of ordersOf(facts))
      this.give({
        type: 'order-filled',
        instrument: command.instrument,
        orderId: command.orderId,
        venueOrderId: `v${command.orderId}`,
        tradeId: `x${command.orderId}`,
        side: command.side,
        price: this.kernel.portfolio.mark(command.instrument),
        lots: command.lots,
        fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
        liquidity: 'taker',
        isComplete: true,
        ts: this.kernel.now,
      })
  }

  /** Ends and begins again: from a snapshot after `snapshotAt` rows, and the rows after it. */
  restart(snapshotAt: number, snapshot: unknown): void {
    this.kernel = new Kernel(this.config)
    if (snapshot !== undefined) this.kernel.restore(JSON.parse(JSON.stringify(snapshot)))
    for (const { input, facts } of this.rows.slice(snapshot === undefined ? 0 : snapshotAt)) {
      this.kernel.foldInput(input)
      for (const fact of facts) this.kernel.foldFact(fact)
    }
  }
}

export function barOf(at: number, minute: number, price: number): ClosedBar {
  return {
    instrument: instrumentIndex(at),
    bar: { ts: ts(START + minute * MINUTE_MS), open: ticks(price), high: ticks(price), low: ticks(price), close: ticks(price), volume: 1 },
  }
}
