/**
 * Reads the account at boot, after each reconnect and each minute, and makes what was missed into events.
 */
import type { VenueError } from '../../venue/port/error.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_ONE, CASH_SCALE, type Cash, type InstrumentIndex, type Ticks, type Ts, cash, ts } from '../../core/units.ts'
import { type Result, ok } from '../../core/result.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { DELISTED, type Difference, UNKNOWN_RESULT, adjustmentsOf, differenceOf, isClean } from '../../trading/reading-difference.ts'
import { type KnownState, eventsOf, flowsOf, isOfSameInstant } from '../../trading/report-events.ts'
import { type Order, isOpenStatus } from '../../trading/order.ts'
import type { AccountReading, MoneyMovement } from '../../trading/report.ts'

import type { Venue } from '../../venue/port/venue.ts'
import type { LiveDriver } from '../live-driver.ts'
import { type OrderSender, commandOf } from '../orders/order-sender.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface ReconcilerPorts {
  readonly kernel: Kernel
  readonly venue: Venue
  readonly driver: LiveDriver
  readonly sender: OrderSender
  readonly wallClock: WallClock
  readonly now: () => Ts
  readonly note: (text: string) => void
  /** Each reading, before anything is made of it. */
  readonly seen: (reading: AccountReading) => void
  /** A reading that the records agree with. */
  readonly reconciled: (reading: AccountReading) => void
}

const SECOND_READ_MS = 5_000
const READS_MAX = 6
/** Rows without the documented shape that are written to the log. */
const UNREAD_MAX = 100
/** Executions are read again this far back before the last clean reading: what came late is found, what is known is skipped. */
const OVERLAP_MS = 60_000
/** What is off by no more than this is rounding: the exchange counts in more decimals than the records. */
const ROUNDING_MAX = cash(CASH_ONE / 100)

/** Executions from `from` on; what was executed before `upTo` is in it. */
interface Reading {
  readonly reading: AccountReading
  readonly upTo: Ts
  readonly from: Ts
}

export interface ReconcileOutcome {
  readonly isClean: boolean
  readonly detail: string
  readonly openOrders: number
  readonly positions: number
  /** The exchange does not know the key: nothing else can be right. */
  readonly isKeyRefused?: boolean
}

export function knownStateOf(kernel: Kernel): KnownState {
  return {
    tag: kernel.config.tag,
    earlierTags: kernel.config.earlierTags,
    find: (i, id, venueOrderId) => kernel.orders.find(i, id, venueOrderId),
    open: (i) => kernel.orders.open(i),
    positionLots: (i) => kernel.portfolio.venueLots(i),
    isBooked: (tradeId) => kernel.orders.isBooked(tradeId),
    get nextOrderId() {
      return kernel.orders.peekOrderId()
    },
    get money() {
      return kernel.portfolio.money
    },
  }
}

export class Reconciler {
  private readonly ports: ReconcilerPorts
  private readonly known: KnownState
  private running: Promise<ReconcileOutcome> | undefined
  private next: Promise<ReconcileOutcome> | undefined
  private isLogMissed = false
  private readonly unread = new Set<string>()
  /** Rows of the last reading that may be older than the records: by id of the order. */
  private doubtful: ReadonlyMap<string, string> = new Map()

  constructor(ports: ReconcilerPorts) {
    this.ports = ports
    this.known = knownStateOf(ports.kernel)
  }

  /** One at a time. Who comes while one runs gets the outcome of the next: what the first has read may be older than the question. */
  run(): Promise<ReconcileOutcome> {
    if (this.running === undefined) return this.start()
    this.next ??= this.running.then(() => {
      this.next = undefined
      return this.start()
    })
    return this.next
  }

  private start(): Promise<ReconcileOutcome> {
    this.running = this.reconcile().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async reconcile(): Promise<ReconcileOutcome> {
    let previous: Difference | undefined
    for (let read = 0; read < READS_MAX; read++) {
      const openBefore = new Set(this.indexes().flatMap((i) => this.known.open(i).map((o) => o.orderId)))
      const bookedBefore = this.ports.kernel.portfolio.ledger.wallet
      const taken = await this.read()
      if (!taken.ok) {
        return {
          isClean: false,
          detail: `could not read the account: ${taken.error.detail}`,
          openOrders: 0,
          positions: 0,
          isKeyRefused: taken.error.type === 'auth',
        }
      }
      const { reading, upTo } = taken.value
      this.ports.seen(reading)
      const opening = await this.openWallet(taken.value, bookedBefore)
      if (opening === 'unsettled') {
        await this.ports.wallClock.sleep(SECOND_READ_MS)
        continue
      }
      if (!(await this.absorb(reading, opening === 'opened'))) {
        await this.ports.wallClock.sleep(SECOND_READ_MS)
        continue
      }
      await this.lookUpMissing(reading, openBefore, previous)
      const difference = differenceOf(reading, this.indexes(), this.known)
      if (difference.otherBallast.length > 0) await this.holdForOther(difference)
      if (isClean(difference) || this.isOnlyInFlight(difference)) return this.clean(reading, upTo, '')
      if (previous !== undefined && sameDifference(previous, difference)) {
        if (await this.book(difference, reading)) return this.clean(reading, upTo, `booked: ${describe(difference, this.ports.kernel)}`)
      }
      previous = difference
      await this.ports.wallClock.sleep(SECOND_READ_MS)
    }
    return {
      isClean: false,
      detail: previous === undefined ? 'no reading' : describe(previous, this.ports.kernel),
      openOrders: 0,
      positions: 0,
    }
  }

  /** The venue's time is read first: what was executed before it is in the reading. */
  private async read(): Promise<Result<Reading, VenueError>> {
    const clock = await this.ports.venue.clock()
    if (!clock.ok) return clock
    const from = this.executionsFrom(clock.value.now)
    const reading = await this.ports.venue.readAccount(from, clock.value.now)
    if (!reading.ok) return reading
    if (reading.value.movements === undefined && !this.isLogMissed) {
      this.isLogMissed = true
      this.ports.note('the key has no permission to read the transaction log: money that moves without a trade will be unexplained')
    }
    for (const { detail } of reading.value.unread ?? []) this.noteUnread(detail)
    return ok({ reading: reading.value, upTo: clock.value.now, from })
  }

  /** Once: it is read again and again. */
  private noteUnread(detail: string): void {
    if (this.unread.has(detail) || this.unread.size >= UNREAD_MAX) return
    this.unread.add(detail)
    this.ports.note(`a row of the exchange has not the documented shape and was left out: ${detail}`)
  }

  private indexes() {
    return this.ports.kernel.config.instruments.map((i) => i.index)
  }

  /** Not from the last fill that is known: an earlier one may have been missed while a later one came through. */
  private executionsFrom(venueNow: Ts): Ts {
    const { reconciledTs, openedTs } = this.ports.kernel.portfolio
    const since = reconciledTs ?? (openedTs > 0 ? openedTs : venueNow)
    return ts(Math.max(1, openedTs, since - OVERLAP_MS))
  }

  /**
   * Events of what was read: executions and money that moved, as they happened, then the orders as they stand. False where a row may be older
   * than the records: it counts when the next reading repeats it.
   */
  private async absorb(reading: AccountReading, isOpening: boolean): Promise<boolean> {
    const { driver, kernel } = this.ports
    const movements = (reading.movements ?? []).filter((movement) => movement.ts >= kernel.portfolio.openedTs)
    let at = 0
    const moveUntil = (upTo: number): void => {
      for (; at < movements.length && (movements[at] as MoneyMovement).ts <= upTo; at++) {
        const movement = movements[at] as MoneyMovement
        driver.post(() => flowsOf(movement, this.known))
      }
    }
    for (const report of isOpening ? [] : reading.executions) {
      // Of one instant, what moved the money of a trade comes after it.
      moveUntil(report.ts - 1)
      driver.post(() => eventsOf(report, this.known))
    }
    moveUntil(Number.POSITIVE_INFINITY)
    const before = this.doubtful
    const doubtful = new Map<string, string>()
    await driver.submit(() =>
      reading.openOrders.flatMap((report) => {
        const row = `${report.lots} ${report.limit} ${report.trigger} ${report.ts}`
        if (!isOfSameInstant(report, this.known) || before.get(report.venueOrderId) === row) return eventsOf(report, this.known)
        doubtful.set(report.venueOrderId, row)
        return []
      }),
    )
    this.doubtful = doubtful
    return doubtful.size === 0
  }

  /**
   * The first reading that succeeds opens the records: its balance is the capital, and what was executed before is in it. Where others have
   * traded while it was read, nobody can say whether the balance has it: it is read again. That they have is reported by a second reading,
   * or by the stream, which has booked it by then.
   */
  private async openWallet({ reading, upTo, from }: Reading, bookedBefore: number): Promise<'opened' | 'open' | 'unsettled'> {
    const { kernel, driver } = this.ports
    if (kernel.portfolio.ledger.capital !== 0) return 'open'
    // From where the first one began: the clock may have gone on by more than the overlap.
    const later = await this.ports.venue.readAccount(from, upTo)
    if (!later.ok || lastTradeOf(later.value) !== lastTradeOf(reading) || lastMoveOf(later.value)?.id !== lastMoveOf(reading)?.id)
      return 'unsettled'
    while (driver.isBusy) await driver.whenIdle()
    if (kernel.portfolio.ledger.wallet !== bookedBefore) return 'unsettled'
    const newest = Math.max(reading.executions[reading.executions.length - 1]?.ts ?? 0, lastMoveOf(reading)?.ts ?? 0)
    await driver.submit(() => [
      {
        type: 'wallet-adjusted',
        coin: reading.coin,
        amount: reading.walletBalance,
        cause: 'opening',
        // What happened before then, and is reported late, is in it too.
        ts: ts(Math.max(upTo, newest + 1)),
      },
    ])
    return 'opened'
  }

  /** Orders that we think open and the venue does not list: each is looked up by id, and its end becomes an event. */
  private async lookUpMissing(reading: AccountReading, openBefore: ReadonlySet<number>, previous: Difference | undefined): Promise<void> {
    const { venue, driver, sender } = this.ports
    const { missing } = differenceOf(reading, this.indexes(), this.known)
    for (const order of missing) {
      // Made while the account was read: it could not be listed.
      if (!openBefore.has(order.orderId)) continue
      if (order.origin === 'ours') {
        const wasUnanswered = order.status === 'submitted'
        const found = await venue.lookUp(order.instrument, order.clientOrderId)
        // What it was waiting for may have come meanwhile.
        if (!isOpenStatus(order.status)) continue
        if (!found.ok) {
          // Where a symbol is not listed any more, its orders cannot be asked for: they have ended with it.
          if (this.isClosed(order.instrument) && found.error.type === 'invalid-request') await this.closeVanished(order)
          continue
        }
        if (found.value !== undefined) {
          const { executions, order: report } = found.value
          await driver.submit(() => executions.flatMap((e) => eventsOf(e, this.known)))
          await driver.submit(() => eventsOf(report, this.known))
        } else if (!wasUnanswered) await this.closeVanished(order)
        // Accepted while it was looked up, it came after the look: that it was not there says nothing.
        else if (order.status === 'submitted') sender.settle(commandOf(order))
      } else if (previous?.missing.includes(order) === true && isOpenStatus(order.status)) await this.closeVanished(order)
    }
  }

  /** Gone without a trace of its end: an attached stop of a position that is flat, or an order older than the venue's memory. */
  private async closeVanished(order: Order): Promise<void> {
    await this.ports.driver.submit(() => [
      {
        type: 'order-canceled',
        instrument: order.instrument,
        orderId: order.orderId,
        venueOrderId: order.venueOrderId,
        cause: 'not listed by the exchange',
        ts: this.ports.now(),
      },
    ])
  }

  /** Orders that are being looked up are not a difference yet. */
  private isOnlyInFlight(difference: Difference): boolean {
    return (
      difference.positions.length === 0 &&
      difference.wallet === 0 &&
      difference.otherBallast.length === 0 &&
      difference.missing.every((o) => o.status === 'submitted')
    )
  }

  /**
   * False if the records have moved since the difference was taken: it is then not what was read twice.
   * The driver is idle when it is checked, so that no fill waits its turn between the check and the booking. And what was executed between
   * the reading of positions and that of the wallet is read before it: small fills at one price make the same difference each time.
   */
  private async book(difference: Difference, reading: AccountReading): Promise<boolean> {
    const { driver, kernel } = this.ports
    const later = await this.read()
    if (!later.ok) return false
    await this.absorb(later.value.reading, false)
    while (driver.isBusy) await driver.whenIdle()
    if (!sameDifference(difference, differenceOf(reading, this.indexes(), this.known))) return false
    const at = this.ports.now()
    const before = kernel.portfolio.ledger.wallet
    const events = adjustmentsOf(
      difference,
      (i) => this.bookingPrice(i, reading),
      (i) => (this.isEnding(i) ? DELISTED : UNKNOWN_RESULT),
      at,
    )
    if (events.length > 0) await driver.submit(() => events)
    const rest = cash(difference.wallet - (kernel.portfolio.ledger.wallet - before))
    if (rest !== 0) await driver.submit(() => [this.restOf(difference, rest, at)])
    return true
  }

  /**
   * A booked position realizes at the mark, since the exchange does not tell its result any more: what is left of the wallet's difference
   * after it corrects that result. Of nothing else does anybody know what it is.
   */
  private restOf(difference: Difference, rest: Cash, at: Ts): KernelInput {
    const coin = this.ports.kernel.config.instruments[0]?.settleCoin ?? 'USDT'
    if (difference.positions.length > 0 || Math.abs(rest) <= ROUNDING_MAX)
      return { type: 'wallet-adjusted', coin, amount: rest, cause: 'reconcile', ts: at }
    return { type: 'wallet-adjusted', coin, amount: rest, cause: 'unexplained', flowId: `unexplained:${at}`, ts: at }
  }

  /** What was not known at all was opened at its average; a change of what was known happened at about the mark. */
  private bookingPrice(i: InstrumentIndex, reading: AccountReading): Ticks {
    const { portfolio } = this.ports.kernel
    const row = reading.positions.find((p) => p.instrument === i)
    const mark = portfolio.mark(i) > 0 ? portfolio.mark(i) : (row?.mark ?? portfolio.mark(i))
    return portfolio.venueLots(i) === 0 ? (row?.entry ?? mark) : mark
  }

  private isClosed(i: InstrumentIndex): boolean {
    return this.ports.kernel.portfolio.instrumentStatus(i) === 'closed'
  }

  /** Whether the exchange ends it: a position that goes without an execution has gone with its symbol. */
  private isEnding(i: InstrumentIndex): boolean {
    return this.isClosed(i) || this.ports.kernel.portfolio.instrumentStatus(i) === 'delivering'
  }

  private async holdForOther(difference: Difference): Promise<void> {
    const first = difference.otherBallast[0]
    await this.ports.driver.submit(() => [
      {
        type: 'add-hold',
        ts: this.ports.now(),
        hold: {
          id: 'another-ballast',
          scope: { type: 'account' },
          effect: 'no-entries',
          cause: 'error',
          actor: 'trader',
          reason: `another Ballast trades this account (order ${first?.clientOrderId ?? ''})`,
          since: this.ports.now(),
        },
      },
    ])
  }

  private async clean(reading: AccountReading, upTo: Ts, detail: string): Promise<ReconcileOutcome> {
    await this.ports.driver.submit(() => [{ type: 'reconciled', upTo, ts: this.ports.now() }])
    this.ports.reconciled(reading)
    return {
      isClean: true,
      detail,
      openOrders: reading.openOrders.length,
      positions:
        reading.positions.filter((p) => p.lots !== 0).length +
        reading.holdings.filter((h) => this.known.positionLots(h.instrument) !== 0).length,
    }
  }
}

/** Identity of the newest execution or settlement that was read. */
function lastTradeOf({ executions }: AccountReading): string | undefined {
  const last = executions[executions.length - 1]
  return last?.type === 'funding' ? last.settlementId : last?.tradeId
}

const lastMoveOf = ({ movements }: AccountReading): MoneyMovement | undefined => movements?.[movements.length - 1]

const sameDifference = (a: Difference, b: Difference): boolean =>
  a.wallet === b.wallet &&
  a.positions.length === b.positions.length &&
  a.positions.every(
    (p, k) => p.instrument === b.positions[k]?.instrument && p.venue === b.positions[k]?.venue && p.ours === b.positions[k]?.ours,
  ) &&
  a.missing.length === b.missing.length

function describe(difference: Difference, kernel: Kernel): string {
  const parts = difference.positions.map(
    (p) => `${kernel.config.instruments[p.instrument]?.symbol ?? ''} ${p.ours} lots here, ${p.venue} on Bybit`,
  )
  if (difference.wallet !== 0) parts.push(`wallet differs by ${formatDecimal(difference.wallet, CASH_SCALE)}`)
  if (difference.missing.length > 0) parts.push(`${difference.missing.length} orders not listed`)
  if (difference.otherBallast.length > 0) parts.push('orders of another Ballast')
  return parts.join('; ')
}
