/**
 * The exchange of a simulation: the wire simulator's own handlers and sessions in memory, with latencies, a fault plan, and restarts.
 */
import type { Random } from '../../src/core/random.ts'
import { type Cash, cash, lots } from '../../src/core/units.ts'
import { Exchange } from '../../src/venue/sim/bybit-server/exchange.ts'
import { FaultSwitch, bent } from '../../src/venue/sim/bybit-server/fault-switch.ts'
import { FrameGate } from '../../src/venue/sim/bybit-server/streams/frame-gate.ts'
import { RateLimits } from '../../src/venue/sim/bybit-server/rate-limit.ts'
import { faultRequestOf, handle } from '../../src/venue/sim/bybit-server/router.ts'
import { Session } from '../../src/venue/sim/bybit-server/session.ts'
import { restoreAccount } from '../../src/venue/sim/bybit-server/account/state-file.ts'
import type { WireReply, WireRequest } from '../../src/venue/sim/bybit-server/streams/wire.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'
import { SeededMarket } from './seeded-market.ts'
import type { VirtualTime } from './virtual-time.ts'

export const OPENING: Cash = cash(10_000e8)
/** Market seconds in a second of wall-clock time. */
export const SPEED = 60
export const TICK_MS = 250
const SLOW_TICK_MS = 5_000
/** Lots of a spot symbol that are not ours, in worlds that trade spot. */
export const OTHERS_COINS = lots(200_000)
const CREDENTIALS = { key: SIM_KEY, secret: SIM_SECRET }

/** A connection's end at the exchange: `public` carries contracts. */
export type Line = 'public' | 'spot' | 'private'

export interface ClientEnd {
  /** Texts that arrived together. */
  texts(batch: readonly string[]): void
  closed(): void
}

export class Connection {
  isOpen = true
  readonly session: Session
  private readonly gate: FrameGate
  private readonly time: VirtualTime
  private readonly random: Random
  private readonly end: ClientEnd
  private arrived: string[] = []
  private lastArrivalMs = 0

  constructor(line: Line, id: string, end: ClientEnd, host: MemoryExchange, time: VirtualTime, random: Random) {
    const kind = line === 'private' ? 'private' : 'public'
    this.time = time
    this.random = random
    this.end = end
    const later = (ms: number, run: () => void): void => time.after(ms, () => this.isOpen && run())
    this.gate = new FrameGate({
      stream: kind,
      faults: host.faults,
      nowMs: () => time.nowMs,
      later,
      send: (text) => this.send(text),
      disconnect: () => host.drop(this),
      carries: (symbol) => this.session.carries(symbol),
    })
    this.session = new Session({
      kind,
      ...(line === 'spot' ? { category: 'spot' } : {}),
      id,
      exchange: host.exchange,
      credentials: CREDENTIALS,
      limits: host.limits,
      faults: host.faults,
      send: (text, topic) => this.gate.pass(text, topic),
      later: (ms, run) => later(ms, () => run(time.nowMs)),
    })
  }

  tick(): void {
    this.gate.tick()
  }

  /** One direction of a TCP connection: in order, with a latency that varies. */
  private send(text: string): void {
    this.arrived.push(text)
    if (this.arrived.length > 1) return
    this.lastArrivalMs = Math.max(this.lastArrivalMs, this.time.nowMs + 2 + this.random.below(30))
    this.time.after(this.lastArrivalMs - this.time.nowMs, () => {
      const batch = this.arrived
      this.arrived = []
      if (this.isOpen) this.end.texts(batch)
    })
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.session.close()
    this.time.after(1 + this.random.below(20), () => this.end.closed())
  }
}

export class MemoryExchange {
  exchange: Exchange
  readonly faults: FaultSwitch
  /** New orders whose sender was never answered: each costs a time limit and three lookups. */
  lostOrders = 0
  readonly limits = new RateLimits(true)
  isUp = true
  /** The market stands still and no bar closes any more. */
  isFrozen = false
  /** Nobody listens for days: it looks at its market in larger steps, and misses nothing of it. */
  isSlow = false
  /** Called when the account has changed, before anything leaves. */
  onChange: () => void = () => {}
  private readonly time: VirtualTime
  private readonly random: Random
  private readonly market: SeededMarket
  readonly connections = new Set<Connection>()
  private connectionCount = 0
  private depth: number | undefined
  private seenChanges = 0

  constructor(seed: number, symbolCount: number, hasSpot: boolean, time: VirtualTime, random: Random) {
    this.time = time
    this.random = random
    this.market = new SeededMarket(seed, symbolCount, hasSpot)
    this.faults = new FaultSwitch(() => this.market.now)
    this.exchange = this.build()
    // An operator has coins of their own beside ours.
    for (const instrument of this.exchange.instruments)
      if (instrument.category === 'spot')
        this.exchange.venue.depositCoins(instrument.index, OTHERS_COINS, this.market.now, this.exchange.account.into)
  }

  /** See POST /_sim/depth; kept over restarts. */
  setDepth(share: number | undefined): void {
    this.depth = share
    this.exchange.venue.setDepth(share)
  }

  private build(): Exchange {
    return new Exchange({
      source: this.market,
      openingCash: OPENING,
      idPrefix: 'x-',
      speed: SPEED,
      isLockstep: false,
      createdWallMs: this.time.nowMs,
    })
  }

  start(): void {
    const tick = (): void => {
      if (this.isUp) {
        this.advance()
        this.flush()
        for (const connection of [...this.connections]) connection.tick()
      }
      this.time.after(this.isSlow ? SLOW_TICK_MS : TICK_MS, tick)
    }
    tick()
  }

  private advance(): void {
    if (!this.isFrozen) this.exchange.advance(this.time.nowMs)
    this.look()
  }

  private look(): void {
    const { changes } = this.exchange.account
    if (changes === this.seenChanges) return
    this.seenChanges = changes
    this.onChange()
  }

  flush(): void {
    for (const frame of this.exchange.outbox.takeFrames()) for (const { session } of [...this.connections]) session.deliver(frame)
  }

  /** Something happens to the account that nobody asked for; its frames leave as always. */
  act(run: (exchange: Exchange) => void): void {
    run(this.exchange)
    this.look()
    this.flush()
  }

  /** A request at the exchange's door. `answer` is called once, or never. `refused` when nothing listens there. */
  receive(request: WireRequest, answer: (reply: WireReply | 'reset' | 'refused') => void): void {
    if (!this.isUp) {
      answer('refused')
      return
    }
    const isOrder = request.path === '/v5/order/create'
    const verdict = this.faults.onRequest(faultRequestOf(request), this.time.nowMs)
    const act = (): void => {
      if (!this.isUp) {
        answer('reset')
        return
      }
      this.advance()
      const { exchange, limits, faults } = this
      const now = this.time.nowMs
      const reply = verdict.isDone ? handle({ exchange, credentials: CREDENTIALS, limits, faults }, request, now) : undefined
      this.look()
      const told = bent(verdict, reply, now)
      if (told === undefined && isOrder) this.lostOrders += 1
      if (told !== undefined) this.time.after(verdict.replyDelayMs, () => answer(told))
      else if (verdict.reply.type === 'lost' && verdict.reply.way === 'reset') answer('reset')
      this.flush()
    }
    if (verdict.requestDelayMs > 0) this.time.after(verdict.requestDelayMs, act)
    else act()
  }

  connect(line: Line, end: ClientEnd): Connection | undefined {
    if (!this.isUp) return undefined
    this.connectionCount += 1
    const connection = new Connection(line, `c${this.connectionCount}`, end, this, this.time, this.random)
    this.connections.add(connection)
    return connection
  }

  drop(connection: Connection): void {
    this.connections.delete(connection)
    connection.close()
  }

  /** The process ends: connections break, nothing listens. What it had decided is on its disk. */
  stop(): void {
    this.isUp = false
    for (const connection of [...this.connections]) this.drop(connection)
  }

  /** It starts again from what it saved. */
  restart(): void {
    const { account, idPrefix, createdWallMs } = this.exchange
    const rows = <T>(log: { json(newest: number): string }): T[] => JSON.parse(log.json(20_000)) as T[]
    const saved = {
      version: 1,
      idPrefix,
      createdWallMs,
      changes: account.changes,
      source: { type: 'replay', now: this.market.now, series: [] },
      account: JSON.parse(JSON.stringify(account.state())) as ReturnType<typeof account.state>,
      closed: rows(account.closed),
      executions: rows(account.executions),
      transactions: rows(account.transactions),
      closedPnl: rows(account.closedPnl),
    } as const
    this.exchange = this.build()
    this.exchange.venue.setDepth(this.depth)
    restoreAccount(this.exchange.account, saved as Parameters<typeof restoreAccount>[1])
    this.seenChanges = this.exchange.account.changes
    this.isUp = true
  }
}
