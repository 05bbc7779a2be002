/**
 * Sends commands one after the other, exits first, and settles those whose outcome is unknown (S6).
 * Never sends a command that is not journaled, and never sends one twice unless the venue can show that it is the same.
 */
import { type VenueError, errorWords } from '../../venue/port/error.ts'
import { type OrderId, type Ts, orderId } from '../../core/units.ts'
import type { AmendOrder, CancelOrder, OrderCommand, SetProtection, SubmitOrder, VenueEvent } from '../../trading/event.ts'

import { type Order, isOpenStatus, venueTargets } from '../../trading/order.ts'
import type { StreamReport } from '../../trading/report.ts'
import type { SendOutcome, Venue } from '../../venue/port/venue.ts'
import type { WallClock } from '../../system/wall-clock.ts'

/** Bybit's receive window plus five seconds: a request that is not found after it will never arrive. */
const LOOKUP_AT_MS = [0, 4_000, 10_500]
const RESENDS_MAX = 5
/** An entry that could not be sent for this much wall-clock time, in the queue or because the venue asked to wait, is dropped: its moment is over. */
const ENTRY_WAIT_MAX_MS = 5_000
/** While something waits for the venue, exits that came meanwhile are looked for this often. */
const PASS_EVERY_MS = 250

export interface OrderSenderPorts {
  readonly venue: Pick<Venue, 'send' | 'lookUp'>
  readonly wallClock: WallClock
  readonly now: () => Ts
  /** Events of an answer, to be journaled and applied. */
  readonly onEvent: (event: VenueEvent) => void
  readonly report: (report: StreamReport) => void
  /** The order as the kernel knows it now. */
  readonly order: (command: Pick<SubmitOrder, 'instrument' | 'orderId'>) => Order | undefined
  readonly note: (text: string) => void
  /** A change of what is at the exchange was refused: what stood there stands. */
  readonly changeRefused: (command: AmendOrder | SetProtection, error: VenueError) => void
  readonly authLost: (detail: string) => void
}

interface Queued {
  readonly command: OrderCommand
  readonly sinceMs: number
}

export class OrderSender {
  private readonly ports: OrderSenderPorts
  private readonly exits: Queued[] = []
  /** Changes of standing orders: after all that takes risk off, before all that adds it. */
  private readonly changes: (Queued & { command: AmendOrder })[] = []
  private readonly entries: Queued[] = []
  /** Orders that wait to be sent or are on their way: nobody may conclude from their absence at the venue. */
  private readonly unsent = new Set<OrderId>()
  private isRunning = false
  private isStopped = false
  /** Orders whose outcome is being looked up. */
  private readonly settling = new Map<OrderId, Promise<void>>()
  private idleWaiters: (() => void)[] = []

  constructor(ports: OrderSenderPorts) {
    this.ports = ports
  }

  get pending(): number {
    return this.exits.length + this.changes.length + this.entries.length + (this.isRunning ? 1 : 0)
  }

  /** Resolves when everything that was given has been sent and answered. */
  whenIdle(): Promise<void> {
    // A change that waits for its order to be accepted does not count.
    if (!this.isRunning) return Promise.resolve()
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve)
    })
  }

  send(command: OrderCommand): void {
    const isEntry = command.type === 'submit-order' && !command.reduceOnly
    if (command.type === 'submit-order') this.unsent.add(command.orderId)
    const sinceMs = this.ports.wallClock.steadyMs()
    if (command.type === 'amend-order') this.change(command, sinceMs)
    else (isEntry ? this.entries : this.exits).push({ command, sinceMs })
    void this.run()
  }

  /** An order was accepted: what waits for it may go. */
  wake(): void {
    if (this.changes.length > 0) void this.run()
  }

  /** Of several changes of one order that wait, the last word on each leg goes out, as one. */
  private change(command: AmendOrder, sinceMs: number): void {
    const waiting = this.changes.find((queued) => queued.command.orderId === command.orderId)
    if (waiting === undefined) {
      this.changes.push({ command, sinceMs })
      return
    }
    const { lots, limit, trigger } = waiting.command
    waiting.command = { ...command, lots: command.lots ?? lots, limit: command.limit ?? limit, trigger: command.trigger ?? trigger }
  }

  /** The next change whose order is at the venue; those of orders that are over are dropped. */
  private nextChange(): Queued | undefined {
    for (let k = 0; k < this.changes.length; ) {
      const queued = this.changes[k] as Queued & { command: AmendOrder }
      const order = this.ports.order(queued.command)
      if (order !== undefined && isOpenStatus(order.status) && !order.cancelRequested) {
        if (order.venueOrderId !== undefined) return this.changes.splice(k, 1)[0]
        // It is on its way itself: its acceptance lets the change go.
        k += 1
      } else this.changes.splice(k, 1)
    }
    return undefined
  }

  /** Entries that were not sent yet are dropped; the kernel hears that they never arrived. */
  dropEntries(): void {
    for (const { command } of this.entries.splice(0)) if (command.type === 'submit-order') this.never(command)
  }

  stop(): void {
    this.isStopped = true
  }

  private async run(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    while (!this.isStopped) {
      const queued = this.exits.shift() ?? this.nextChange() ?? this.entries.shift()
      if (queued === undefined) break
      await this.sendQueued(queued)
    }
    this.isRunning = false
    for (const resolve of this.idleWaiters.splice(0)) resolve()
  }

  private async sendQueued(queued: Queued): Promise<void> {
    await this.sendOne(queued)
    if (queued.command.type === 'submit-order') this.unsent.delete(queued.command.orderId)
  }

  private async sendOne({ command, sinceMs }: Queued): Promise<void> {
    for (;;) {
      if (command.type === 'submit-order' && this.isOver(command, sinceMs)) return
      const outcome = await this.ports.venue.send(command)
      if (outcome.type !== 'retry') {
        this.take(command, outcome)
        return
      }
      if (this.isStopped) return
      await this.pause(Math.min(outcome.waitMs, 2_000), command)
    }
  }

  /** A request that is throttled must not hold back an exit, which may have another way or a budget of its own (S2). */
  private async pause(ms: number, waiting: OrderCommand): Promise<void> {
    const { wallClock } = this.ports
    if (waiting.type === 'cancel-order' || (waiting.type === 'submit-order' && waiting.reduceOnly)) return wallClock.sleep(ms)
    const until = wallClock.steadyMs() + ms
    for (let left = ms; left > 0 && !this.isStopped; left = until - wallClock.steadyMs()) {
      await wallClock.sleep(Math.min(left, PASS_EVERY_MS))
      for (let next = this.nextPassing(waiting); next !== undefined && !this.isStopped; next = this.nextPassing(waiting))
        await this.sendQueued(next)
    }
  }

  /** Exits and cancels pass all others, changes of orders pass what is not one; protection keeps its place: it would wait as well. */
  private nextPassing(waiting: OrderCommand): Queued | undefined {
    const k = this.exits.findIndex(({ command }) => command.type !== 'set-protection')
    if (k >= 0) return this.exits.splice(k, 1)[0]
    return waiting.type === 'amend-order' ? undefined : this.nextChange()
  }

  /** Whether the moment of an order has passed while it waited: it was given up or canceled, or an entry is too late. */
  private isOver(command: SubmitOrder, sinceMs: number): boolean {
    const known = this.ports.order(command)
    if (known !== undefined && known.status !== 'submitted') return true
    const waitedMs = this.ports.wallClock.steadyMs() - sinceMs
    if (known?.cancelRequested !== true && (command.reduceOnly || waitedMs <= ENTRY_WAIT_MAX_MS)) return false
    this.ports.note(
      `${command.reduceOnly ? 'exit' : 'entry'} #${command.orderId} was not sent: ${known?.cancelRequested === true ? 'canceled' : `it waited ${Math.round(waitedMs)} ms`}`,
    )
    this.never(command)
    return true
  }

  private take(command: OrderCommand, outcome: Exclude<SendOutcome, { readonly type: 'retry' }>): void {
    switch (outcome.type) {
      case 'unchanged':
        return
      case 'taken':
        if (command.type === 'submit-order') this.accepted(command, outcome.venueOrderId)
        return
      case 'refused': {
        if (outcome.error.type === 'auth') this.ports.authLost(outcome.error.detail)
        if (command.type === 'submit-order')
          this.ports.onEvent({
            type: 'order-rejected',
            instrument: command.instrument,
            orderId: command.orderId,
            venueOrderId: undefined,
            code: outcome.error.code,
            detail: outcome.error.detail,
            ts: this.ports.now(),
          })
        else {
          this.ports.note(`${command.type} rejected: ${errorWords(outcome.error)}`)
          if (command.type !== 'cancel-order') this.ports.changeRefused(command, outcome.error)
        }
        return
      }
      case 'unknown':
        if (command.type === 'submit-order') this.lookUp(command)
        else if (command.type === 'cancel-order' || command.type === 'amend-order') this.settleChange(command)
        else this.ports.note(`${command.type}: outcome unknown; the protection watchdog checks it`)
    }
  }

  private accepted(command: SubmitOrder, venueOrderId: string | undefined): void {
    this.ports.onEvent({
      type: 'order-accepted',
      instrument: command.instrument,
      orderId: command.orderId,
      venueOrderId,
      ts: this.ports.now(),
    })
  }

  private never(command: SubmitOrder): void {
    this.ports.onEvent({
      type: 'order-never-arrived',
      instrument: command.instrument,
      orderId: command.orderId,
      venueOrderId: undefined,
      ts: this.ports.now(),
    })
  }

  /** Looks an order up until it is found or cannot come any more. Also for orders that a restart found without an answer. */
  settle(command: SubmitOrder): void {
    if (!this.unsent.has(command.orderId)) this.lookUp(command)
  }

  private lookUp(command: SubmitOrder): void {
    if (this.settling.has(command.orderId)) return
    const done = this.settleNow(command, 0).finally(() => this.settling.delete(command.orderId))
    this.settling.set(command.orderId, done)
  }

  get settlingCount(): number {
    return this.settling.size
  }

  private async settleNow(command: SubmitOrder, resends: number): Promise<void> {
    const { wallClock, venue } = this.ports
    const startedMs = wallClock.steadyMs()
    let clean = 0
    while (clean < LOOKUP_AT_MS.length) {
      const wait = (LOOKUP_AT_MS[clean] as number) - (wallClock.steadyMs() - startedMs)
      if (wait > 0) await wallClock.sleep(wait)
      if (this.isStopped) return
      const known = this.ports.order(command)
      if (known !== undefined && known.status !== 'submitted') return
      const found = await venue.lookUp(command.instrument, command.clientOrderId)
      if (!found.ok) {
        await wallClock.sleep(1_000)
        continue
      }
      if (found.value !== undefined) {
        this.accepted(command, found.value.order.venueOrderId)
        for (const execution of found.value.executions) this.ports.report(execution)
        this.ports.report(found.value.order)
        return
      }
      clean += 1
    }
    const isGivenUp = this.ports.order(command)?.cancelRequested === true
    if (!command.reduceOnly || isGivenUp || resends >= RESENDS_MAX) {
      this.ports.note(`order #${command.orderId} never arrived`)
      this.never(command)
      return
    }
    // An exit is sent again with the same id: if the first did arrive after all, the venue reports duplicate (110072).
    const outcome = await venue.send(command)
    if (outcome.type === 'unknown' || outcome.type === 'retry') await this.settleNow(command, resends + 1)
    else this.take(command, outcome)
  }

  /** A cancel or an amend of which nothing is known: the order itself shows what has become of it. */
  private settleChange({ type, instrument, orderId: id, clientOrderId }: CancelOrder | AmendOrder): void {
    void (async () => {
      for (let answers = 0; answers < 3 && !this.isStopped; ) {
        const found = await this.ports.venue.lookUp(instrument, clientOrderId)
        // While nobody answers, as under a ban of this address, it stays unknown.
        if (found.ok) answers += 1
        if (found.ok && found.value !== undefined) {
          for (const execution of found.value.executions) this.ports.report(execution)
          this.ports.report(found.value.order)
          return
        }
        await this.ports.wallClock.sleep(1_000)
      }
      this.ports.note(`${type} #${id}: the exchange does not know the order`)
    })()
  }
}

/** The command of an order that the kernel knows: what a restart looks up, or sends again. */
export const commandOf = (order: Order): SubmitOrder => ({
  type: 'submit-order',
  orderId: orderId(order.orderId),
  clientOrderId: order.clientOrderId,
  instrument: order.instrument,
  side: order.side,
  kind: order.kind,
  lots: order.lots,
  budget: order.budget,
  limit: order.limit,
  trigger: order.trigger,
  triggerBy: order.triggerBy,
  stop: order.stop,
  targets: venueTargets(order.targets),
  timeInForce: order.timeInForce,
  reduceOnly: order.reduceOnly,
})
