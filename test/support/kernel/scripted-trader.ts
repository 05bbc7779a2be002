/**
 * A small trader over the matching engine: real inputs and facts for tests of the journal and of what reads it.
 */
import { commandOfFact } from '../../../src/kernel/fact-command.ts'
import { Random } from '../../../src/core/random.ts'
import { CASH_ONE, cash, instrumentIndex, lots, rate, strategyId, ticks, ts } from '../../../src/core/units.ts'
import type { Journal } from '../../../src/journal/journal.ts'
import { Projector } from '../../../src/journal/project.ts'
import type { RowChange } from '../../../src/journal/row.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import type { KernelInput } from '../../../src/kernel/input.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { RESEARCH_LIMITS } from '../../../src/risk/limits.ts'
import { smaCross } from '../../../src/strategy/builtin/sma-cross.ts'
import type { VenueEvent } from '../../../src/trading/event.ts'
import { MAKER_RATE, SPOT_RATE, TAKER_RATE } from '../../../src/venue/sim/models/costs.ts'
import { SimVenue } from '../../../src/venue/sim/sim-venue.ts'

export const MARKET_START = 1_735_689_600_000
const MINUTE = 60_000
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const

const instruments = SYMBOLS.map((symbol, index) =>
  makeInstrument({ index: instrumentIndex(index), venue: 'sim', symbol, tickSize: '0.1', lotSize: '0.001', leverageMax: 100 }),
)

export const makeScriptedKernel = (): Kernel =>
  new Kernel({
    tag: 'tests1',
    instruments,
    intervalMs: MINUTE,
    strategies: instruments.map((instrument) => ({
      id: strategyId(instrument.symbol === 'BTCUSDT' ? 'sma-cross' : 'sma-cross-2'),
      definition: smaCross,
      params: smaCross.params.parse({ fast: 2, slow: 5 }),
      instruments: [instrument.index],
    })),
    limits: { ...RESEARCH_LIMITS, leverage: 10 },
    sizing: { type: 'fixed', lots: lots(50) },
    costs: { takerRate: TAKER_RATE, spotTakerRate: SPOT_RATE, stopSlippageRate: rate(5_000_000), maintenanceRate: rate(50_000_000) },
    defaultStopFraction: 0.01,
    isJournaled: true,
    allowsBudget: false,
  })

export interface Step {
  readonly input: KernelInput
  readonly seq: number
  readonly facts: readonly KernelFact[]
}

export class ScriptedTrader {
  readonly kernel = makeScriptedKernel()
  readonly projector = new Projector(this.kernel)
  readonly steps: Step[] = []
  private readonly journal: Journal
  private readonly random: Random
  private readonly venue = new SimVenue(instruments, cash(10_000 * CASH_ONE), {
    makerRate: MAKER_RATE,
    takerRate: TAKER_RATE,
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 10,
    idPrefix: 'v',
  })
  private readonly heard: VenueEvent[] = []
  private readonly prices: number[] = [600_000, 30_000]
  private bars = 0

  constructor(journal: Journal, seed = 7) {
    this.journal = journal
    this.random = new Random(seed)
  }

  get now(): number {
    return MARKET_START + this.bars * MINUTE
  }

  async begin(): Promise<void> {
    await this.journal.appendFacts([], this.projector.initial())
    await this.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(10_000 * CASH_ONE), cause: 'opening', ts: ts(this.now) })
  }

  async play(bars: number): Promise<void> {
    for (let k = 0; k < bars; k++) await this.bar()
  }

  private async bar(): Promise<void> {
    const openTs = this.now
    const closed = []
    for (const instrument of instruments) {
      const open = this.prices[instrument.index] as number
      const path = [open, ...Array.from({ length: 3 }, () => Math.max(100, Math.round(open * (1 + (this.random.next() - 0.5) * 0.012))))]
      for (const price of path) this.venue.tick(instrument.index, ticks(price), 0, ts(openTs + 1_000), (event) => this.heard.push(event))
      this.prices[instrument.index] = path.at(-1) as number
      closed.push({
        instrument: instrument.index,
        bar: {
          ts: ts(openTs),
          open: ticks(open),
          high: ticks(Math.max(...path)),
          low: ticks(Math.min(...path)),
          close: ticks(path.at(-1) as number),
          volume: 1,
        },
      })
      await this.hear()
    }
    this.bars += 1
    await this.give({ type: 'bars-closed', ts: ts(this.now), mode: 'live', bars: closed })
  }

  /** One input through journal, kernel, journal and venue. */
  async give(input: KernelInput): Promise<void> {
    const first = await this.journal.appendInputs([input])
    if (!first.ok) throw new Error(first.error.detail)
    const { factBuffer: outbox } = this.kernel
    outbox.reset()
    this.kernel.apply(input)
    const facts = Array.from({ length: outbox.count }, (_, k) => outbox.at(k))
    const changes: RowChange[] = this.projector.project(input, first.value, facts, first.value + 1)
    const last = await this.journal.appendFacts(
      facts.map((fact) => ({ causeSeq: first.value, fact })),
      changes,
    )
    if (!last.ok) throw new Error(last.error.detail)
    this.steps.push({ input, seq: first.value, facts })
    for (const fact of facts) this.send(fact)
    await this.hear()
  }

  private send(fact: KernelFact): void {
    const command = commandOfFact(fact)
    if (command === undefined) return
    const refusal = this.venue.accept(command, ts(this.now), (event) => this.heard.push(event))
    if (refusal !== undefined && command.type === 'submit-order')
      this.heard.push({
        type: 'order-rejected',
        instrument: command.instrument,
        orderId: command.orderId,
        venueOrderId: undefined,
        code: String(refusal.code),
        detail: refusal.detail,
        ts: ts(this.now),
      })
  }

  private async hear(): Promise<void> {
    while (this.heard.length > 0) await this.give(this.heard.shift() as VenueEvent)
  }
}
