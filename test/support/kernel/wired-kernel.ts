/**
 * A kernel wired to the matching engine, synchronously, that keeps its log: every input and the facts that followed.
 */
import { commandOfFact } from '../../../src/kernel/fact-command.ts'
import { Random } from '../../../src/core/random.ts'
import {
  type InstrumentIndex,
  MINUTE_MS,
  type Side,
  cash,
  instrumentIndex,
  lots,
  orderId,
  strategyId,
  ticks,
  ts,
} from '../../../src/core/units.ts'
import type { KernelConfig } from '../../../src/kernel/config.ts'
import type { ClosedBar, KernelInput } from '../../../src/kernel/input.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { isSpotSymbol, makeInstrument } from '../../../src/market/instrument.ts'
import { PROFILE_VALUES, RISK_PROFILES } from '../../../src/risk/profiles.ts'
import { type RiskSettings, rulesOf } from '../../../src/risk/settings/rules.ts'
import { donchianBreakout } from '../../../src/strategy/builtin/donchian-breakout.ts'
import { smaCross } from '../../../src/strategy/builtin/sma-cross.ts'
import { type VenueEvent, isOrderEvent } from '../../../src/trading/event.ts'
import { SIM_COSTS } from '../../../src/venue/sim/models/costs.ts'
import { SimVenue } from '../../../src/venue/sim/sim-venue.ts'

export interface LogEntry {
  readonly input: KernelInput
  readonly facts: readonly KernelFact[]
}

/** The market that the manual symbol is of. */
export type ManualMarket = 'linear' | 'spot'
const instrumentsOf = (market: ManualMarket) =>
  ['BTCUSDT', 'ETHUSDT', market === 'spot' ? 'SOLUSDT-SPOT' : 'SOLUSDT'].map((symbol, at) =>
    makeInstrument({
      index: instrumentIndex(at),
      venue: 'sim',
      symbol,
      tickSize: '0.1',
      lotSize: '0.001',
      quantityMarketMax: isSpotSymbol(symbol) ? '1' : '0.1',
      leverageMax: 100,
    }),
  )
/** Coins of the manual symbol that are somebody else's, where it is spot. */
const OTHERS_COINS = lots(1_000)
/** A symbol that no strategy owns. */
export const MANUAL = instrumentIndex(2)
/** Orders of others have numbers above it at the matching engine; the kernel never hears them. */
const OUTSIDE = 1_000_000
export const OPENING = cash(10_000e8)
/** Drawdown lines near enough to be reached. */
const SETTINGS: RiskSettings = {
  account: { ...PROFILE_VALUES.sim, drawdownYellow: '0.5%', drawdownOrange: '2%', drawdownRed: '4%' },
  strategies: {},
  symbols: {},
}
export const { limits: LIMITS } = rulesOf(SETTINGS.account)

export const wiredConfig = (market: ManualMarket = 'linear'): KernelConfig => ({
  tag: 'wired1',
  instruments: instrumentsOf(market),
  intervalMs: MINUTE_MS,
  strategies: [
    { id: strategyId('sma'), definition: smaCross, params: smaCross.params.parse({ fast: 2, slow: 4 }), instruments: [instrumentIndex(0)] },
    {
      id: strategyId('donchian'),
      definition: donchianBreakout,
      params: donchianBreakout.params.parse({ entry: 4, exit: 2, atr: 3 }),
      instruments: [instrumentIndex(1)],
    },
  ],
  manual: [MANUAL],
  limits: LIMITS,
  settings: SETTINGS,
  sizing: RISK_PROFILES.sim.sizing,
  costs: RISK_PROFILES.sim.costs,
  defaultStopFraction: 0.01,
  isJournaled: true,
  allowsBudget: false,
})

export class WiredKernel {
  readonly log: LogEntry[] = []
  readonly kernel: Kernel
  readonly venue: SimVenue
  /** Called after each input with what it led to. */
  check: (entry: LogEntry) => void = () => {}
  now = 20_000 * 86_400_000
  /** Positions whose stop somebody took off, or the venue refused: until one stands. */
  readonly bare = new Set<InstrumentIndex>()
  private readonly random: Random
  private readonly prices = [640_000, 32_000, 15_000]
  private readonly heard: VenueEvent[] = []
  private readonly hear = (event: VenueEvent): void => {
    const isOutside = isOrderEvent(event) && event.orderId !== undefined && event.orderId > OUTSIDE
    this.heard.push(isOutside ? { ...event, orderId: undefined } : event)
  }
  private outsiders = 0

  constructor(seed: number, market: ManualMarket = 'linear') {
    const config = wiredConfig(market)
    this.kernel = new Kernel(config)
    this.venue = new SimVenue(config.instruments, OPENING, { ...SIM_COSTS, idPrefix: 'v' })
    if (market === 'spot') this.venue.depositCoins(MANUAL, OTHERS_COINS, ts(this.now), () => {})
    this.random = new Random(seed)
    this.give({ type: 'wallet-adjusted', coin: 'USDT', amount: OPENING, cause: 'opening', ts: ts(this.now) })
  }

  /** Whether all events of the venue were processed. */
  get isSilent(): boolean {
    return this.heard.length === 0
  }

  /** One input, its facts, what is sent to the venue and what it answers, until both are silent. */
  give(input: KernelInput): void {
    const { factBuffer: outbox } = this.kernel
    outbox.reset()
    this.kernel.apply(structuredClone(input))
    const facts = structuredClone(Array.from({ length: outbox.count }, (_, k) => outbox.at(k)))
    const entry = { input, facts }
    this.log.push(entry)
    this.check(entry)
    for (const fact of facts) this.send(fact)
    this.drain()
  }

  /** Somebody sends a market order past the kernel: what comes of it is reported as of an order that is not ours. */
  outside(i: InstrumentIndex, side: Side, quantity: number): void {
    this.outsiders += 1
    const id = orderId(OUTSIDE + this.outsiders)
    this.venue.accept(
      {
        type: 'submit-order',
        orderId: id,
        clientOrderId: `app${this.outsiders}`,
        instrument: i,
        side,
        kind: 'market',
        lots: lots(quantity),
        budget: undefined,
        limit: undefined,
        trigger: undefined,
        triggerBy: 'last',
        stop: undefined,
        targets: undefined,
        timeInForce: 'gtc',
        reduceOnly: false,
      },
      ts(this.now),
      (event) => {
        if (!isOrderEvent(event) || event.venueOrderId === undefined) return
        this.heard.push({
          type: 'order-adopted',
          origin: 'external',
          parentOrderId: undefined,
          instrument: i,
          venueOrderId: event.venueOrderId,
          clientOrderId: `app${this.outsiders}`,
          side,
          kind: 'market',
          lots: lots(quantity),
          limit: undefined,
          trigger: undefined,
          triggerBy: 'last',
          reduceOnly: false,
          ts: ts(this.now),
        })
      },
    )
    this.drain()
  }

  /** Somebody moves the stop in the app, or takes it off. */
  moveStop(i: InstrumentIndex, to: number | undefined): void {
    const stop = this.venue.openOrders(i).find((o) => o.attached === 'stop')
    if (stop === undefined) return
    if (to === undefined) {
      this.bare.add(i)
      this.venue.accept(
        { type: 'cancel-order', orderId: orderId(0), clientOrderId: '', venueOrderId: stop.venueOrderId, instrument: i },
        ts(this.now),
        this.hear,
      )
    } else this.venue.accept({ type: 'set-protection', instrument: i, stop: ticks(to), triggerBy: 'mark' }, ts(this.now), this.hear)
    this.drain()
  }

  private drain(): void {
    for (let event = this.heard.shift(); event !== undefined; event = this.heard.shift()) this.give(event)
  }

  private send(fact: KernelFact): void {
    const command = commandOfFact(fact)
    if (command === undefined) return
    const refusal = this.venue.accept(command, ts(this.now), this.hear)
    if (refusal !== undefined && command.type === 'set-protection') this.bare.add(command.instrument)
    if (refusal === undefined || command.type !== 'submit-order') return
    const { instrument, orderId } = command
    this.hear({
      type: 'order-rejected',
      instrument,
      orderId,
      venueOrderId: undefined,
      code: String(refusal.code),
      detail: refusal.detail,
      ts: ts(this.now),
    })
  }

  /** A minute of both symbols: four prints each, then the close. `shake` is the largest move of a print, as a fraction. */
  minute(shake: number): void {
    const openTs = ts(this.now)
    const closed: ClosedBar[] = []
    for (const { index } of this.kernel.config.instruments) {
      const path = Array.from({ length: 4 }, () => {
        const price = Math.max(1_000, Math.round((this.prices[index] as number) * (1 + (this.random.next() - 0.5) * 2 * shake)))
        this.prices[index] = price
        return price
      })
      for (const price of path) {
        this.now += 1_000
        this.venue.tick(index, ticks(price), 1, ts(this.now), this.hear)
        this.drain()
      }
      const [open, close] = [path[0] as number, path.at(-1) as number]
      const bar = {
        ts: openTs,
        open: ticks(open),
        high: ticks(Math.max(...path)),
        low: ticks(Math.min(...path)),
        close: ticks(close),
        volume: 1,
      }
      closed.push({ instrument: index, bar, spreadTicks: 1 })
    }
    this.now = openTs + MINUTE_MS
    this.give({ type: 'bars-closed', ts: ts(this.now), mode: 'live', bars: closed })
  }

  marks(): number[] {
    return [...this.prices]
  }
}

/** The same log, folded: inputs are booked, facts are believed, nothing is decided. */
export function fold(kernel: Kernel, log: readonly LogEntry[]): Kernel {
  for (const { input, facts } of structuredClone(log)) {
    kernel.foldInput(input)
    for (const fact of facts) kernel.foldFact(fact)
  }
  return kernel
}
