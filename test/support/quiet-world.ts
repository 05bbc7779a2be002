/**
 * The real trader over the wire simulator in memory and virtual time, without troubles of its own: what goes wrong is what the test says.
 */
import { NO_KEYS } from './no-keys.ts'
import { ScriptedPlans } from './scripted-plans.ts'
import { alertSentence } from '../../src/journal/alert-sentence.ts'
import type { BootFailure } from '../../src/trader/boot.ts'
import { Trader } from '../../src/trader/trader.ts'
import { Random } from '../../src/core/random.ts'
import type { Result } from '../../src/core/result.ts'
import { instrumentIndex } from '../../src/core/units.ts'
import type { CommandOutcome, QueuedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import type { Transport } from '../../src/venue/bybit/http/transport.ts'
import { tradingStop } from '../../src/venue/sim/bybit-server/routes/account-routes.ts'
import type { ConditionChange } from '../../src/venue/sim/bybit-server/account/conditions.ts'
import { moveWallet } from '../../src/venue/sim/bybit-server/account/wallet-move.ts'
import { createOrder } from '../../src/venue/sim/bybit-server/routes/order-routes.ts'
import type { FaultEffect, FaultMatch } from '../../src/venue/sim/models/faults.ts'
import { Life } from '../simulation/life.ts'
import { MemoryExchange } from '../simulation/memory-exchange.ts'
import { MemoryTransport } from '../simulation/memory-transport.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'
import type { EarlierTag } from '../../src/trading/order.ts'
import type { RestoredNotice } from '../../src/trader/safety/restored.ts'
import { takeNamed } from './take-named.ts'
import { MemoryStore } from './kernel/memory-journal.ts'
import { memoryTrade } from './kernel/memory-trade.ts'
import { QUIET_TRADER } from './process/quiet-trader.ts'

const START_MS = 1_790_000_000_000
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']

export class QuietWorld {
  readonly time = new VirtualTime(START_MS)
  readonly host: MemoryExchange
  readonly store = new MemoryStore()
  /** `P1 name SYMBOL`, in the order in which they were raised. */
  readonly alerts: string[] = []
  /** What operators read, of each alert. */
  readonly summaries: string[] = []
  /** What left over the trade WebSocket. */
  readonly traded: string[] = []
  /** Why the trader wanted to be started again. */
  readonly startsAgain: string[] = []
  readonly parts = new Map<string, string>()
  /** What orders carry; another one after a restore. */
  tag = 'quiet1'
  earlierTags: readonly EarlierTag[] = []
  /** The next start is the first after a restore. */
  restored: RestoredNotice | undefined
  private readonly random = new Random(7)
  private readonly queue: QueuedCommand[] = []
  private readonly outcomes = new Map<number, CommandOutcome>()
  private readonly profile: string
  /** Strategies, and the symbols that are traded by hand. */
  readonly plans: ScriptedPlans
  private readonly hasTrade: boolean
  private arrived: () => void = () => {}
  private life: Life | undefined
  private trader: Trader | undefined
  private asked = 0

  /**
   * @param known how many of the symbols the trader knows
   * @param hasTrade whether the exchange has a trade WebSocket
   */
  constructor(profile = 'sim', known = SYMBOLS.length, hasTrade = false, plans?: ScriptedPlans) {
    this.profile = profile
    this.plans = plans ?? new ScriptedPlans({ plans: [], manual: SYMBOLS.slice(0, known) }, () => 'Nothing is scripted.')
    this.hasTrade = hasTrade
    this.host = new MemoryExchange(11, SYMBOLS.length, false, this.time, this.random)
    this.host.start()
  }

  get kernel(): Kernel {
    if (this.trader === undefined) throw new Error('the trader was not started')
    return this.trader.state
  }

  async start(): Promise<Result<void, BootFailure>> {
    const life = new Life(this.time, undefined, () => void wire.close())
    this.life = life
    const wire = new MemoryTransport(this.host, this.time, this.random)
    const wallClock = life.wallClock()
    const write = memoryTrade(this.host, this.time, (op) => this.traded.push(op))
    const transport: Transport = {
      ...life.transport(wire),
      trade: this.hasTrade ? (op, body) => life.port(() => write(op, body)) : undefined,
    }
    this.trader = new Trader({
      profile: this.profile,
      tag: this.tag,
      earlierTags: this.earlierTags,
      restored: this.restored,
      intervalMs: 60_000,
      plans: this.plans.listed.plans,
      manual: this.plans.listed.manual,
      risk: RISK_PROFILES.sim,
      venue: new BybitVenue(transport, {
        intervalMs: 60_000,
        wallMs: wallClock.nowMs,
        steadyMs: wallClock.steadyMs,
        sleep: wallClock.sleep,
        simClock: () => wire.clock(),
      }),
      journal: life.journal(this.store.open(), () => 1),
      commands: {
        spending: NO_KEYS,
        claimCommands: (names) => life.port(async () => takeNamed(this.queue, names)),
        complete: (id, outcome) =>
          life.port(async () => {
            this.outcomes.set(id, outcome)
          }),
        onArrival: async (arrived) => {
          this.arrived = arrived
        },
      },
      health: { report: (part, status, detail) => void this.parts.set(part, `${status}: ${detail}`) },
      ...QUIET_TRADER,
      wallClock,
      onFacts: (facts) => this.hear(facts),
      planSource: this.plans,
      startAgain: (why) => void this.startsAgain.push(why),
    })
    let started: Result<void, BootFailure> | undefined
    void this.trader.start().then((result) => {
      started = result
    })
    for (let k = 0; k < 120 && started === undefined; k++) await this.pass(1_000)
    if (started === undefined) throw new Error('the trader does not start')
    await this.pass(2_000)
    return started
  }

  /** The process ends in order and is started again. */
  async startAgain(): Promise<Result<void, BootFailure>> {
    let isStopped = false
    void this.trader?.stop().then(() => {
      isStopped = true
    })
    for (let k = 0; k < 60 && !isStopped; k++) await this.pass(500)
    if (!isStopped) throw new Error('the trader does not stop')
    this.kill()
    return this.start()
  }

  /** The process ends, as by SIGKILL. */
  kill(): void {
    this.life?.die()
  }

  private hear(facts: readonly KernelFact[]): void {
    for (const fact of facts)
      if (fact.type === 'alert-raised') {
        const symbol = fact.instrument === undefined ? '' : ` ${SYMBOLS[fact.instrument]}`
        this.alerts.push(`${fact.severity} ${fact.alert}${symbol}`)
        this.summaries.push(alertSentence(fact, symbol.trim()))
      }
  }

  /** Wall-clock time continues; the market is sixty times as fast. */
  async pass(ms: number): Promise<void> {
    await this.time.runUntil(this.time.nowMs + ms, () => {})
  }

  /** Gives a command; its outcome may take as long as `waitMs`. */
  async ask(command: TraderCommand, waitMs = 2_000): Promise<CommandOutcome | undefined> {
    this.asked += 1
    const id = this.asked
    this.queue.push({ id, actor: 'test', command, askedAtMs: this.time.nowMs + this.time.wallAheadMs })
    this.arrived()
    await this.pass(waitMs)
    return this.outcomes.get(id)
  }

  open(symbol = 'BTCUSDT'): Promise<CommandOutcome | undefined> {
    return this.ask({ name: 'open', symbol, side: 'long', notional: '200', stop: '20%' })
  }

  fault(match: FaultMatch, effect: FaultEffect): void {
    this.host.faults.set({ seed: 1, rules: [{ match, when: {}, effect }] }, this.time.nowMs)
  }

  /** What the owner of the account changes in the app. */
  change(by: ConditionChange): void {
    this.host.act((exchange) => {
      exchange.conditions.change(by)
      for (const { index } of exchange.instruments) exchange.account.tellPosition(index)
    })
  }

  /** Somebody trades in the app: a market order that does not carry our id. */
  order(side: 'Buy' | 'Sell', qty: string, symbol = 'BTCUSDT', more: Readonly<Record<string, unknown>> = {}): void {
    this.host.act((exchange) => {
      const answer = createOrder(exchange, { category: 'linear', symbol, side, orderType: 'Market', qty, ...more })
      if (answer.retCode !== 0) throw new Error(`${answer.retCode} ${answer.retMsg}`)
    })
  }

  /** Money moves without a trade: logged and reported as Bybit does. */
  moveMoney(amount: string, type: string, coin = 'USDT'): void {
    this.host.act((exchange) => {
      const problem = moveWallet(exchange, { coin, amount, type })
      if (problem !== undefined) throw new Error(problem)
    })
  }

  /** Somebody moves the stop in the app; "0" takes it off. */
  moveStop(stopLoss: string, symbol = 'BTCUSDT'): void {
    this.host.act((exchange) => {
      const answer = tradingStop(exchange, { category: 'linear', symbol, tpslMode: 'Full', positionIdx: 0, stopLoss })
      if (answer.retCode !== 0) throw new Error(`${answer.retCode} ${answer.retMsg}`)
    })
  }

  /** Triggers of the stops that stand at the exchange. */
  stops(symbol = 'BTCUSDT'): number[] {
    return this.host.exchange.venue
      .openOrders(instrumentIndex(SYMBOLS.indexOf(symbol)))
      .flatMap((order) => (order.attached === 'stop' ? [order.trigger as number] : []))
  }

  held(symbol = 'BTCUSDT'): { readonly books: number; readonly venue: number } {
    const i = instrumentIndex(SYMBOLS.indexOf(symbol))
    return { books: this.kernel.portfolio.positionLots(i), venue: this.host.exchange.venue.positions[i]?.lots ?? 0 }
  }

  /** Statuses of all orders of Ballast's that the kernel remembers, oldest first. */
  orders(symbol = 'BTCUSDT'): string[] {
    const i = instrumentIndex(SYMBOLS.indexOf(symbol))
    return [...this.kernel.orders.open(i), ...this.kernel.orders.recent(i)]
      .filter((order) => order.origin === 'ours')
      .sort((a, b) => a.orderId - b.orderId)
      .map((order) => `${order.class} ${order.status}`)
  }

  get holds(): string[] {
    return this.kernel.holds.map((hold) => hold.id)
  }
}
