/**
 * A seeded world around the real trader: kernel, driver, sender, reconciler and adapter, over a journal and an exchange in memory.
 */
import { ScriptedPlans } from '../support/scripted-plans.ts'
import { PARTS } from '../../src/trader/health.ts'
import { type StrategyPlan, planOf } from '../../src/config/strategy-plan.ts'
import { Trader } from '../../src/trader/trader.ts'
import { Random } from '../../src/core/random.ts'
import { type Ticks, lots, orderId, ticks } from '../../src/core/units.ts'
import type { Journal, Registered } from '../../src/journal/journal.ts'
import { NO_KEYS } from '../support/no-keys.ts'
import type { CommandQueue, QueuedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { withTerms } from '../../src/market/instrument-terms.ts'
import { type Instrument, formatPrice, formatQuantity, parsePrice, wireSymbolOf } from '../../src/market/instrument.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import type { Transport } from '../../src/venue/bybit/http/transport.ts'
import type { Exchange } from '../../src/venue/sim/bybit-server/exchange.ts'
import { createOrder } from '../../src/venue/sim/bybit-server/routes/order-routes.ts'
import { moveWallet } from '../../src/venue/sim/bybit-server/account/wallet-move.ts'
import type { SimOrder } from '../../src/venue/sim/sim-order.ts'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { Broken, Checks, isStopOf } from './checks.ts'
import { Life } from './life.ts'
import { MemoryExchange, SPEED } from './memory-exchange.ts'
import { oddNowAndThen } from './odd-strategy.ts'
import { MemoryTransport } from './memory-transport.ts'
import { HAND_SYMBOL, type Trouble, type Troubles, moreTroublesOf, planChangesOf, settingsOf, troublesOf } from './trouble.ts'
import { SPOT_SYMBOL } from './seeded-market.ts'
import { VirtualTime } from './virtual-time.ts'
import { orderTalker } from '../support/order-talker.ts'
import { twoMarkets } from '../support/two-markets.ts'
import { takeNamed } from '../support/take-named.ts'
import { QUIET_TRADER } from '../support/process/quiet-trader.ts'

const START_MS = 1_790_000_000_000
export const ACTIVE_MS = 150_000
/** Long enough for the last look-up of an unknown order and for the minute's reconciliation. */
const QUIET_MS = 100_000
const INTERVAL_MS = 60_000
const TAG = 'simula'

/** A safety taken out, from outside: what the suite must catch (test/simulation/mutations.ts). */
export interface Mutation {
  readonly journal?: (journal: Journal, time: VirtualTime, isDead: () => boolean) => Journal
  readonly transport?: (transport: Transport) => Transport
  readonly venue?: (venue: BybitVenue) => void
  readonly trader?: (trader: Trader) => void
}

export interface Outcome {
  readonly seed: number
  readonly broken: Error | undefined
  readonly atMs: number
  readonly events: number
  readonly orders: number
  readonly executions: number
  readonly rows: number
  readonly lives: number
  readonly faultsFired: number
  /** Texts of the trader and of what befell it, newest last. */
  readonly log: readonly string[]
}

/** In three worlds of twenty one strategy trades two symbols and reads three intervals of each. */
const isOfTwo = (seed: number): boolean => [4, 12, 17].includes(seed % 20)
const OWN = new Map([
  ['two-markets', twoMarkets],
  ['order-talker', orderTalker],
])
/** In three worlds of twenty one strategy says all that can be said about orders. */
const isOfOrders = (seed: number): boolean => [2, 9, 14].includes(seed % 20)

/** In one world of ten (none with hands, whose symbol has the last number) the slow strategy's symbol joins a trader that runs. */
const isJoined = (seed: number): boolean => seed % 10 === 6
const RELOAD = { type: 'command', command: { name: 'strategies', ask: { type: 'reload' } } } as const

const plansOf = (slow: string, seed: number) =>
  [
    ...(isOfTwo(seed)
      ? [
          planOf(
            {
              strategy: 'two-markets',
              symbols: ['BTCUSDT', 'ETHUSDT'],
              params: { middle: '2m', long: '3m', band: 0.0002, stop: 0.01 },
            },
            OWN,
          ),
        ]
      : isOfOrders(seed)
        ? [planOf({ strategy: 'order-talker', symbols: ['BTCUSDT', 'ETHUSDT'], params: { seed, talk: 0.7, reach: 0.003 } }, OWN)]
        : [
            planOf({ strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 4, atr: 5, stopAtr: 2, targetAtr: 3 } }),
            planOf({ strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 3, exit: 2, atr: 5, stopAtr: 2 } }),
          ]),
    // Holds for long, so that a stop that is gone has time to be missed.
    planOf({ strategy: 'donchian-breakout', id: 'slow', symbols: [slow], params: { entry: 6, exit: 8, atr: 10, stopAtr: 5 } }),
  ].map((plan, at) => {
    if (!plan.ok) throw new Error(plan.error)
    // In one world of five a strategy says what cannot be, now and then: it is stopped alone, and the trader lives.
    return at === 0 && seed % 5 === 0 ? { ...plan.value, definition: oddNowAndThen(plan.value.definition, seed) } : plan.value
  })

/** One is removed, comes back, or has other parameters; now and then it gives its symbol to another. */
function otherPlans(random: Random, now: readonly StrategyPlan[], symbol: string): readonly StrategyPlan[] {
  const slow = (id: string, entry: number): StrategyPlan => {
    const plan = planOf({ strategy: 'donchian-breakout', id, symbols: [symbol], params: { entry, exit: 8, atr: 10, stopAtr: 5 } })
    if (!plan.ok) throw new Error(plan.error)
    return plan.value
  }
  const others = now.filter(({ symbols }) => !symbols.includes(symbol))
  const left = random.next() < 0.15 ? others.slice(1) : others
  return random.next() < 0.25 ? left : [...left, slow(random.next() < 0.8 ? 'slow' : 'heir', 3 + random.below(5))]
}

export async function runWorld(seed: number, mutation: Mutation = {}): Promise<Outcome> {
  const world = new World(seed, mutation)
  return world.run()
}

class World {
  private readonly seed: number
  private readonly mutation: Mutation
  private readonly hasHands: boolean
  private readonly hasSpot: boolean
  private readonly time = new VirtualTime(START_MS)
  private readonly random: Random
  private readonly store = new MemoryStore()
  private readonly host: MemoryExchange
  private readonly checks: Checks
  private readonly troubles: Troubles
  private readonly commands: QueuedCommand[] = []
  private readonly log: string[] = []
  private life: Life | undefined
  private trader: Trader | undefined
  private isStarted = false
  private lives = 0
  private commandCount = 0
  private isQuiet = false
  private faultsFired = 0
  private isReconciled = false
  private broken: Error | undefined
  /** Both streams have been up since; undefined while one is down. */
  private readonly upStreams = new Set<string>()
  private upSinceMs = 0
  private suspendedUntilMs = 0
  private readonly line: Troubles['line']
  private readonly absence: { readonly atMs: number; readonly forMs: number } | undefined
  private readonly endMs: number
  private readonly plans: ScriptedPlans

  constructor(seed: number, mutation: Mutation) {
    this.seed = seed
    this.mutation = mutation
    this.random = new Random(seed)
    // Every other world has an operator in it, who trades a symbol of their own by hand.
    this.hasHands = seed % 2 === 1
    this.troubles = troublesOf(new Random(seed ^ 0x5eed), ACTIVE_MS, this.hasHands)
    const more = moreTroublesOf(new Random(seed ^ 0xc10c), ACTIVE_MS, SPEED)
    const settings = settingsOf(new Random(seed ^ 0x11317), ACTIVE_MS)
    const changes = [
      ...planChangesOf(new Random(seed ^ 0x914a5), ACTIVE_MS),
      ...(isJoined(seed)
        ? [
            { atMs: 8_000, trouble: RELOAD },
            { atMs: 30_000, trouble: RELOAD },
          ]
        : []),
    ]
    this.line = [...this.troubles.line, ...more, ...settings, ...changes].sort((a, b) => a.atMs - b.atMs)
    const absence = more.find(({ trouble }) => trouble.type === 'absence')
    this.absence = absence?.trouble.type === 'absence' ? { atMs: absence.atMs, forMs: absence.trouble.forMs } : undefined
    this.endMs = START_MS + ACTIVE_MS + (this.absence?.forMs ?? 0)
    // And of each two of these one trades spot.
    this.hasSpot = seed % 4 < 2
    const drawn = new Random(seed ^ 0xd4a3)
    const slow = this.hasSpot ? SPOT_SYMBOL : 'SOLUSDT'
    this.plans = new ScriptedPlans(
      { plans: plansOf(slow, seed).filter(({ id }) => id !== 'slow' || !isJoined(seed)), manual: this.hasHands ? [HAND_SYMBOL] : [] },
      (_ask, now) => ({
        ...now,
        plans: otherPlans(drawn, now.plans, slow),
      }),
    )
    this.host = new MemoryExchange(seed, this.hasHands ? 4 : 3, this.hasSpot, this.time, this.random)
    this.checks = new Checks(this.store, () => this.host.exchange)
    this.host.onChange = () => this.guard(() => this.checks.account(this.time.nowMs))
  }

  async run(): Promise<Outcome> {
    const onRejection = (thrown: unknown): void => this.fail(thrown)
    process.on('unhandledRejection', onRejection)
    try {
      this.host.faults.set(this.troubles.faults, this.time.nowMs)
      this.host.start()
      this.boot()
      for (const { atMs, trouble } of this.line) this.time.after(this.afterAbsence(atMs, trouble), () => this.befall(trouble))
      await this.time.runUntil(this.endMs, () => this.look())
      await this.calm()
    } catch (thrown) {
      this.fail(thrown)
    } finally {
      process.off('unhandledRejection', onRejection)
    }
    return this.outcome()
  }

  /** While nobody is there only money moves; all else waits for who comes back. */
  private afterAbsence(atMs: number, trouble: Trouble): number {
    const { absence } = this
    if (absence === undefined || atMs <= absence.atMs) return atMs
    return trouble.type === 'money' ? atMs + this.random.below(absence.forMs) : atMs + absence.forMs
  }

  /** Faults end, the market stands still, and everything gets the time that it needs to settle. */
  private async calm(): Promise<void> {
    this.isQuiet = true
    this.note('quiet')
    this.faultsFired = this.fired()
    this.host.faults.clear()
    // The clock of the machine is put right: one that is wrong keeps a trader from starting.
    this.time.wallAheadMs = 0
    this.host.isFrozen = true
    this.store.isDown = false
    this.life?.spare()
    if (!this.host.isUp) this.host.restart()
    if (this.life === undefined) this.boot()
    await this.time.runUntil(this.endMs + QUIET_MS, () => this.look())
    if (this.broken !== undefined) return
    for (let k = 0; k < 200 && this.trader?.['parts']?.driver.isBusy === true; k++)
      await this.time.runUntil(this.time.nowMs + 1, () => this.look())
    if (this.trader === undefined || !this.isStarted) throw new Broken('alive', 'the trader has not started')
    const { state } = this.trader
    // The journal begins with the steps that it was begun with.
    const instruments = state.config.instruments.map((i) => withTerms(i, this.store.instruments[i.index] as Registered))
    await this.checks.quiet(state, () => new Kernel({ ...state.config, instruments }))
  }

  private fired(): number {
    return this.host.faults.counts().reduce((sum, c) => sum + c.fired, 0)
  }

  private outcome(): Outcome {
    return {
      seed: this.seed,
      broken: this.broken,
      atMs: this.time.nowMs - START_MS,
      events: this.time.count,
      ...this.checks.figures,
      lives: this.lives,
      faultsFired: this.isQuiet ? this.faultsFired : this.fired(),
      log: this.log,
    }
  }

  private note(text: string): void {
    this.log.push(`${((this.time.nowMs - START_MS) / 1_000).toFixed(3)} ${text}`)
  }

  private fail(thrown: unknown): void {
    this.broken ??= thrown instanceof Error ? thrown : new Error(String(thrown))
  }

  private guard(run: () => void): void {
    try {
      run()
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  /** After each event. */
  private look(): void {
    this.guard(() => {
      const { nowMs } = this.time
      this.checks.journal(nowMs)
      this.checks.stops(nowMs, this.isAble(), this.host.lostOrders)
      if (this.isStarted && this.trader !== undefined) this.checks.ledger(this.trader.state)
    })
    if (this.broken !== undefined) throw this.broken
  }

  private isAble(): boolean {
    const { nowMs } = this.time
    if (
      !this.isStarted ||
      !this.isReconciled ||
      !this.host.isUp ||
      this.store.isDown ||
      this.upStreams.size < 2 ||
      nowMs - this.upSinceMs < 10_000 ||
      nowMs - this.suspendedUntilMs < 10_000
    )
      return false
    return !this.host.faults.isSilent('private', nowMs)
  }

  private boot(): void {
    if (this.life !== undefined || this.broken !== undefined) return
    this.lives += 1
    const life: Life = new Life(this.time, this.isQuiet ? undefined : this.troubles.fates[this.lives - 1], () => {
      this.note('trader died')
      void wire.close()
      if (this.life === life) this.ended(2_000)
    })
    this.life = life
    const wire = new MemoryTransport(this.host, this.time, this.random)
    const mortal = life.transport(wire)
    const wallClock = life.wallClock()
    const venue = new BybitVenue(this.mutation.transport?.(mortal) ?? mortal, {
      intervalMs: INTERVAL_MS,
      wallMs: wallClock.nowMs,
      steadyMs: wallClock.steadyMs,
      sleep: wallClock.sleep,
      simClock: () => life.port(() => wire.clock()),
    })
    const opened = this.store.open()
    const journal = life.journal(this.mutation.journal?.(opened, this.time, () => life.isDead) ?? opened, () => 1 + this.random.below(4))
    const trader = new Trader({
      profile: 'sim',
      tag: TAG,
      intervalMs: INTERVAL_MS,
      plans: this.plans.listed.plans,
      manual: this.plans.listed.manual,
      risk: RISK_PROFILES.sim,
      venue,
      journal,
      commands: this.queue(life),
      health: {
        report: (part, status) => {
          if (part === PARTS.reconcile) this.isReconciled = status === 'ok'
          if (!part.startsWith('stream')) return
          if (status !== 'ok') this.upStreams.delete(part)
          else if (!this.upStreams.has(part)) {
            this.upStreams.add(part)
            this.isReconciled = false
            this.upSinceMs = this.time.nowMs
          }
        },
      },
      ...QUIET_TRADER,
      wallClock,
      log: (level, text) => this.note(`${level} ${text}`),
      step: (name, detail) => this.note(`${name}: ${detail}`),
      onFacts: (facts) => {
        for (const fact of facts)
          if (fact.type !== 'equity-sampled' && fact.type !== 'strategy-state') this.note(`  ${JSON.stringify(fact).slice(0, 300)}`)
      },
      planSource: this.plans,
      startAgain: (why) => {
        this.note(`starts again: ${why}`)
        this.time.after(0, () => {
          if (this.life === life) this.stopOrderly(1_000)
        })
      },
      fatal: (text) => {
        if (!life.isDead) this.fail(new Error(`the trader ended itself: ${text}`))
      },
    })
    this.trader = trader
    this.mutation.venue?.(venue)
    trader.start().then(
      (started) => {
        // It may have died at a call that the start did not wait for.
        if (life.isDead) return
        if (started.ok) {
          this.isStarted = true
          this.mutation.trader?.(trader)
          this.note('trader started')
        } else {
          this.note(`trader did not start: ${started.error.sentence}`)
          life.die()
        }
      },
      (thrown) => this.fail(thrown),
    )
  }

  private ended(downMs: number): void {
    this.life = undefined
    this.isStarted = false
    this.upStreams.clear()
    this.time.after(downMs, () => this.boot())
  }

  private queue(life: Life): CommandQueue {
    return {
      spending: NO_KEYS,
      claimCommands: (names) => life.port(async () => takeNamed(this.commands, names)),
      complete: (_id, outcome) =>
        life.port(async () => {
          this.note(`command: ${outcome.status} ${outcome.text}`)
        }),
      onArrival: async () => {},
    }
  }

  private befall(trouble: Trouble): void {
    if (this.isQuiet) return
    this.note(`! ${JSON.stringify(trouble)}`)
    switch (trouble.type) {
      case 'kill':
        this.kill(trouble.downMs)
        return
      case 'stop-orderly':
        this.stopOrderly(trouble.downMs)
        return
      case 'exchange-restart':
        if (!this.host.isUp) return
        this.host.stop()
        this.time.after(trouble.downMs, () => {
          if (!this.host.isUp) this.host.restart()
        })
        return
      case 'database-down':
        this.store.isDown = true
        this.time.after(trouble.downMs, () => {
          this.store.isDown = false
        })
        return
      case 'stop-removed':
        this.removeStop(trouble.symbol)
        return
      case 'stop-moved':
        this.moveStop(trouble.symbol, trouble.nearer)
        return
      case 'command':
        this.give(this.hasSpot ? onSpot(trouble.command) : trouble.command)
        return
      case 'depth':
        this.host.setDepth(trouble.share)
        return
      case 'amend':
        this.amend(trouble.byTicks)
        return
      case 'money':
        if (this.host.isUp)
          this.host.act((exchange) => {
            const problem = moveWallet(exchange, { coin: trouble.coin, amount: trouble.amount, type: trouble.kind })
            if (problem !== undefined) throw new Error(problem)
          })
        return
      case 'others-sell':
        this.sellOthers(trouble.lots)
        return
      case 'clock-set':
        this.time.wallAheadMs += trouble.byMs
        return
      case 'suspend': {
        // One that is suspended is not suspended again.
        if (this.time.nowMs < this.suspendedUntilMs) return
        const forMs = Math.min(trouble.forMs, this.endMs - this.time.nowMs)
        this.suspendedUntilMs = this.time.nowMs + forMs
        this.life?.suspend(forMs)
        return
      }
      case 'terms':
        if (this.host.isUp) this.host.act((exchange) => exchange.account.change(trouble.change))
        return
      case 'absence':
        if (this.life === undefined) return
        this.host.isSlow = true
        this.time.after(trouble.forMs, () => {
          this.host.isSlow = false
        })
        this.kill(trouble.forMs)
        return
      case 'steer': {
        const id = this.trader?.state?.parentOrders.active[0]?.id
        if (this.isStarted && id !== undefined) this.give({ name: 'work', id, to: trouble.to })
      }
    }
  }

  private kill(downMs: number): void {
    const { life } = this
    if (life === undefined) return
    this.ended(downMs)
    life.die()
  }

  private stopOrderly(downMs: number): void {
    const { life, trader } = this
    if (life === undefined || trader === undefined || !this.isStarted) return
    this.isStarted = false
    trader.stop().then(
      () => {
        if (life.isDead) return
        this.note('trader stopped')
        this.ended(downMs)
        life.die()
      },
      (thrown) => this.fail(thrown),
    )
    // A supervisor does not wait forever.
    this.time.after(15_000, () => {
      if (!life.isDead) life.die()
    })
  }

  /** A tenth of the way to the price, or as far away from it. */
  private moveStop(symbol: number, nearer: boolean): void {
    if (!this.host.isUp) return
    this.host.act((exchange) => {
      const stop = stopOf(exchange, symbol)
      if (stop?.trigger === undefined) return
      const way = Math.round((exchange.venue.lastPrice(stop.instrument) - stop.trigger) / 10)
      const moved = onStep(exchange, stop, stop.trigger + (nearer ? way : -way))
      if (stop.attached === undefined) {
        const change = { trigger: moved }
        exchange.venue.amend(stop.instrument, stop.venueOrderId, change, exchange.source.now, exchange.account.into)
        return
      }
      exchange.venue.accept(
        { type: 'set-protection', instrument: stop.instrument, stop: moved, triggerBy: 'mark' },
        exchange.source.now,
        exchange.account.into,
      )
    })
  }

  /** Of their own coins only, as far as those go. */
  private sellOthers(wanted: number): void {
    if (!this.host.isUp || !this.hasSpot) return
    this.host.act((exchange) => {
      const instrument = exchange.instruments.find((i) => i.category === 'spot')
      if (instrument === undefined) return
      const quantity = lots(Math.min(wanted, this.checks.othersLots))
      if (quantity === 0) return
      const { symbol } = instrument
      createOrder(exchange, {
        category: 'spot',
        symbol: wireSymbolOf(symbol),
        side: 'Sell',
        orderType: 'Market',
        marketUnit: 'baseCoin',
        qty: formatQuantity(instrument, quantity),
      })
    })
  }

  private removeStop(symbol: number): void {
    if (!this.host.isUp) return
    this.host.act((exchange) => {
      const stop = stopOf(exchange, symbol)
      if (stop === undefined) return
      exchange.venue.accept(
        { type: 'cancel-order', orderId: orderId(0), clientOrderId: '', venueOrderId: stop.venueOrderId, instrument: stop.instrument },
        exchange.source.now,
        exchange.account.into,
      )
    })
  }

  private amend(byTicks: number): void {
    if (!this.isStarted || this.trader === undefined) return
    const { orders, config } = this.trader.state
    const instrument = config.instruments.find((i) => i.symbol === HAND_SYMBOL)
    const order =
      instrument === undefined ? undefined : orders.open(instrument.index).find((o) => o.origin === 'ours' && o.limit !== undefined)
    if (instrument === undefined || order?.limit === undefined) return
    this.give({ name: 'change', orderId: order.orderId, limit: formatPrice(instrument, ticks(order.limit + byTicks)) })
  }

  private give(command: TraderCommand): void {
    this.commandCount += 1
    this.commands.push({ id: this.commandCount, actor: 'simulation', command, askedAtMs: this.time.nowMs })
  }
}

const onSpot = (command: TraderCommand): TraderCommand =>
  'symbol' in command && command.symbol === 'SOLUSDT' ? { ...command, symbol: SPOT_SYMBOL } : command

/** The exchange's app takes prices on its steps only. */
function onStep({ conditions, instruments }: Exchange, { instrument }: SimOrder, price: number): Ticks {
  const listed = instruments[instrument] as Instrument
  const step = parsePrice(listed, conditions.tickSize[listed.symbol] ?? '') ?? 1
  return ticks(Math.max(step, Math.round(price / step) * step))
}

/** One of the stops that stand, with a position or, on spot, as an order. */
function stopOf(exchange: Exchange, which: number): SimOrder | undefined {
  const stops = exchange.instruments.flatMap((instrument) =>
    exchange.venue.openOrders(instrument.index).filter((o) => isStopOf(o, instrument)),
  )
  return stops[which % Math.max(1, stops.length)]
}
