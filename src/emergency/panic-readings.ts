/**
 * What `panic --direct` reads of the exchange: each reading begins again by itself and keeps its last answer, so that none waits for another.
 */
import type { VenueError } from '../venue/port/error.ts'
import type { Result } from '../core/result.ts'
import { isSpotSymbol } from '../market/instrument.ts'

import type { Coins, LotRule, PanicAccount, PanicFill, PanicOrder, PanicPosition } from '../venue/bybit/read/panic-account.ts'
import { type PanicScope, ownedIn, spotSymbolsOf } from '../venue/bybit/read/panic-plan.ts'
import type { WallClock } from '../system/wall-clock.ts'

/** One thing that is read over and over. */
export interface Reading<T> {
  /** The last answer, and when it was asked for (steady ms). */
  readonly answer: { readonly value: T; readonly atMs: number } | undefined
  /** Why the last try failed; undefined after an answer. */
  readonly error: VenueError | undefined
  /** Tries that have ended, well or not. */
  readonly tries: number
}

export interface PanicReadingPorts {
  readonly account: PanicAccount
  readonly scope: PanicScope
  readonly scopeFillTs: number | undefined
  readonly idPrefixes: readonly string[]
  readonly wallClock: Pick<WallClock, 'steadyMs' | 'sleep'>
}

/** Between two tries of a reading that failed. */
const RETRY_MS = 250
/** Bybit counts each try while it keeps an address out. */
export const FORBIDDEN_RETRY_MS = 5_000
/** A round continues after this long without the readings that are slow. */
const PATIENCE_MS = 250
const SLICE_MS = 25

const NOTHING = { answer: undefined, error: undefined, tries: 0 } as const

class Poll<T> {
  reading: Reading<T> = NOTHING
  private inFlight: Promise<void> | undefined
  private dueMs = Number.NEGATIVE_INFINITY
  private readonly ask: () => Promise<Result<T, VenueError>>

  constructor(ask: () => Promise<Result<T, VenueError>>) {
    this.ask = ask
  }

  begin(steadyMs: () => number): Promise<void> | undefined {
    const atMs = steadyMs()
    if (this.inFlight !== undefined || atMs < this.dueMs) return this.inFlight
    this.inFlight = this.ask().then((result) => {
      const tries = this.reading.tries + 1
      this.inFlight = undefined
      if (result.ok) this.reading = { answer: { value: result.value, atMs }, error: undefined, tries }
      else {
        const { error } = result
        const askedMs = error.type === 'retry-after' ? Math.min(error.waitMs, FORBIDDEN_RETRY_MS) : 0
        const waitMs = Math.max(RETRY_MS, askedMs)
        this.dueMs = steadyMs() + waitMs
        this.reading = { answer: this.reading.answer, error, tries }
      }
    })
    return this.inFlight
  }
}

export class PanicReadings {
  private readonly ports: PanicReadingPorts
  private readonly positionPoll: Poll<PanicPosition[]>
  private readonly orderPoll: Poll<PanicOrder[]>
  private readonly fillPoll: Poll<PanicFill[]> | undefined
  private readonly spotOrderPoll: Poll<PanicOrder[]>
  private readonly spotFillPoll: Poll<PanicFill[]> | undefined
  private readonly coinPoll: Poll<Coins[]>
  private readonly rulePolls = new Map<string, Poll<LotRule>>()
  private readonly soldPolls = new Map<string, Poll<string | undefined>>()

  constructor(ports: PanicReadingPorts) {
    this.ports = ports
    const { account, scopeFillTs } = ports
    this.positionPoll = new Poll(() => account.positions())
    this.orderPoll = new Poll(() => account.openOrders())
    this.fillPoll = scopeFillTs === undefined ? undefined : new Poll(() => account.fillsSince(scopeFillTs))
    this.spotOrderPoll = new Poll(() => account.openSpotOrders())
    this.spotFillPoll = scopeFillTs === undefined ? undefined : new Poll(() => account.fillsSince(scopeFillTs, 'spot'))
    this.coinPoll = new Poll(() => account.spotCoins())
  }

  get positions(): Reading<PanicPosition[]> {
    return this.positionPoll.reading
  }
  get orders(): Reading<PanicOrder[]> {
    return this.orderPoll.reading
  }
  /** Undefined where an operator chose what is closed, so that fills are of no matter. */
  get fills(): Reading<PanicFill[]> | undefined {
    return this.fillPoll?.reading
  }
  get spotOrders(): Reading<PanicOrder[]> {
    return this.spotOrderPoll.reading
  }
  get spotFills(): Reading<PanicFill[]> | undefined {
    return this.spotFillPoll?.reading
  }
  get coins(): Reading<Coins[]> {
    return this.coinPoll.reading
  }
  rule(symbol: string): Reading<LotRule> {
    return this.rulePolls.get(symbol)?.reading ?? NOTHING
  }
  /** What an exit of spot has sold in all, once it is over. */
  sold(clientOrderId: string): string | undefined {
    return this.soldPolls.get(clientOrderId)?.reading.answer?.value
  }

  /** Spot symbols that may hold coins of Ballast's. */
  get spotSymbols(): readonly string[] {
    return spotSymbolsOf(this.ports.scope, this.ports.idPrefixes, this.spotFills?.answer?.value ?? [])
  }

  /** Begins again what is not under way, and waits for the answers; for slow ones not long. `exits` of spot are asked after one by one. */
  async round(exits: readonly { readonly symbol: string; readonly clientOrderId: string }[]): Promise<void> {
    const first = this.begin([
      this.positionPoll,
      this.orderPoll,
      this.fillPoll,
      this.spotOrderPoll,
      this.spotFillPoll,
      ...exits.filter(({ symbol }) => isSpotSymbol(symbol)).map((exit) => this.soldPoll(exit.symbol, exit.clientOrderId)),
      ...(this.spotSymbols.length > 0 ? [this.coinPoll] : []),
      ...this.rulesWanted(),
    ])
    await this.wait(first)
    // What has just been found may need its steps and, of spot, the wallet.
    await this.wait(this.begin([...this.rulesWanted(), ...(this.spotSymbols.length > 0 && this.coins.tries === 0 ? [this.coinPoll] : [])]))
  }

  private begin(polls: readonly (Pick<Poll<unknown>, 'begin'> | undefined)[]): Promise<void>[] {
    return polls.flatMap((poll) => poll?.begin(() => this.ports.wallClock.steadyMs()) ?? [])
  }

  private async wait(begun: readonly Promise<void>[]): Promise<void> {
    if (begun.length === 0) return
    const { wallClock } = this.ports
    const untilMs = wallClock.steadyMs() + PATIENCE_MS
    let isOver = false
    const all = Promise.all(begun).then(() => {
      isOver = true
    })
    while (!isOver && wallClock.steadyMs() < untilMs) await Promise.race([all, wallClock.sleep(SLICE_MS)])
  }

  private soldPoll(symbol: string, clientOrderId: string): Poll<string | undefined> {
    const known = this.soldPolls.get(clientOrderId)
    if (known !== undefined) return known
    const poll = new Poll(async () => ({ ok: true as const, value: await this.ports.account.soldBy(symbol, clientOrderId) }))
    this.soldPolls.set(clientOrderId, poll)
    return poll
  }

  /** Steps do not change within a panic: each symbol is read until it has answered once. */
  private rulesWanted(): Poll<LotRule>[] {
    const symbols = new Set([
      ...ownedIn(this.ports.scope).map(({ symbol }) => symbol),
      ...(this.positions.answer?.value ?? []).map(({ symbol }) => symbol),
      ...this.spotSymbols,
    ])
    return [...symbols].flatMap((symbol) => {
      const poll = this.rulePolls.get(symbol) ?? new Poll(() => this.ports.account.lotRule(symbol))
      this.rulePolls.set(symbol, poll)
      return poll.reading.answer === undefined ? [poll] : []
    })
  }
}
