/**
 * The simulated account: it is between the matcher's events and Bybit's rows, and makes the private frames.
 */
import { assertNever } from '../../../../core/assert.ts'
import { mulDivFloor } from '../../../../core/decimal.ts'
import { type Cash, type InstrumentIndex, type Lots, type Ts, cash, lots } from '../../../../core/units.ts'
import { type Category, type Instrument, formatQuantity, parseQuantity } from '../../../../market/instrument.ts'
import { readTiers } from '../../../../market/margin-tiers.ts'
import { type Position, unrealizedOf } from '../../../../portfolio/position.ts'
import type { FundingSettled, OrderAdopted, OrderFilled, VenueEvent } from '../../../../trading/event.ts'
import type { SimOrder, SimState } from '../../sim-order.ts'
import type { SimVenue } from '../../sim-venue.ts'
import { partsOf } from './coin-text.ts'
import type { ConditionChange, Conditions } from './conditions.ts'
import type { FrameQueue } from '../streams/frame-queue.ts'
import {
  type ClosedPnlRow,
  type ExecutionRow,
  Log,
  type TransactionRow,
  closedPnlOf,
  fillExecution,
  fundingExecution,
  moveOf,
  transactionOf,
} from './account-log.ts'
import {
  type FilledSoFar,
  type OrderRow,
  type Submission,
  amendRow,
  attachedRow,
  cancelRow,
  fillRow,
  filledWith,
  streamRow,
  submittedRow,
} from './order-row.ts'
import { type PositionFigures, positionRow, streamPosition } from './position-row.ts'
import { spotTransactions } from './spot-log.ts'
import { walletRow } from './wallet-row.ts'
import { cashText } from '../streams/wire.ts'

/** What the account remembers of a symbol beyond the matcher's position. */
interface Holding {
  /** Position and its realized profit before the event that is being booked. */
  lots: Lots
  realized: Cash
  openFee: Cash
  curRealized: Cash
  cumRealized: Cash
  openTime: number
  createdTime: number
  updatedTime: number
  seq: number
}

export interface AccountState {
  readonly venue: SimState
  readonly seq: number
  readonly frames: number
  readonly linkIds: readonly string[]
  readonly open: readonly OrderRow[]
  readonly holdings: readonly Holding[]
  readonly fills?: readonly (readonly [string, FilledSoFar])[]
  readonly otherCoins?: readonly (readonly [string, Cash])[]
}

/** Rows of closed orders, executions, transactions and closed profits that are kept; order link ids are kept for life. */
const ROWS_KEPT = 20_000

export class Account {
  readonly venue: SimVenue
  readonly coin: string
  readonly instruments: readonly Instrument[]
  readonly conditions: Conditions
  /** Open orders by id, oldest first. */
  readonly open = new Map<string, OrderRow>()
  readonly closed: Log<OrderRow>
  readonly executions: Log<ExecutionRow>
  readonly transactions: Log<TransactionRow>
  readonly closedPnl: Log<ClosedPnlRow>
  /** Grows by one with each change; what the state file watches. */
  changes = 0
  /** Coins that no instrument here has, as somebody moved them in. */
  readonly otherCoins = new Map<string, Cash>()
  private readonly outbox: FrameQueue
  private readonly idPrefix: string
  private readonly linkIds = new Set<string>()
  private readonly holdings: Holding[]
  /** What orders that are filled in part have filled. */
  private readonly fills = new Map<string, FilledSoFar>()
  private submission: Submission | undefined
  private now: Ts
  private seq = 0
  private frames = 0

  constructor(venue: SimVenue, outbox: FrameQueue, idPrefix: string, now: Ts, conditions: Conditions) {
    this.conditions = conditions
    this.venue = venue
    this.outbox = outbox
    this.idPrefix = idPrefix
    this.now = now
    this.instruments = venue.instruments
    this.coin = (venue.instruments[0] as Instrument).settleCoin
    this.closed = new Log(ROWS_KEPT)
    this.executions = new Log(ROWS_KEPT)
    this.transactions = new Log(ROWS_KEPT)
    this.closedPnl = new Log(ROWS_KEPT)
    this.holdings = venue.instruments.map(() => ({
      lots: lots(0),
      realized: cash(0),
      openFee: cash(0),
      curRealized: cash(0),
      cumRealized: cash(0),
      openTime: 0,
      createdTime: 0,
      updatedTime: 0,
      seq: -1,
    }))
  }

  /** What its owner, or Bybit, changes outside of trading. */
  change(by: ConditionChange): void {
    this.conditions.change(by)
    this.venue.marginMode = this.conditions.marginMode === 'ISOLATED_MARGIN' ? 'isolated' : 'cross'
    for (const { index, symbol, category } of this.instruments)
      if (category === 'linear') this.venue.setTiers(index, readTiers(this.conditions.tiers[symbol] ?? []) ?? [])
    this.changes += 1
    for (const { index } of this.instruments) this.tellPosition(index)
  }

  /** Market time that frames are stamped with. */
  setNow(now: Ts): void {
    this.now = now
  }

  knowsLinkId(linkId: string): boolean {
    return this.linkIds.has(linkId)
  }

  /** Runs a command of the owner against the matcher, with what its row needs beyond the command. */
  submitting<T>(submission: Submission, run: () => T): T {
    this.submission = submission
    try {
      return run()
    } finally {
      this.submission = undefined
    }
  }

  /** Open and closed orders, newest first. */
  *orders(): Generator<OrderRow> {
    const open = [...this.open.values()]
    let at = open.length - 1
    for (const row of this.closed.newestFirst()) {
      while (at >= 0 && Number((open[at] as OrderRow).createdTime) >= Number(row.createdTime)) yield open[at--] as OrderRow
      yield row
    }
    while (at >= 0) yield open[at--] as OrderRow
  }

  /** What the matcher calls: books the event into rows and lets the frames wait in the outbox. */
  readonly into = (event: VenueEvent): void => {
    this.changes += 1
    switch (event.type) {
      case 'order-accepted':
        this.onAccepted(event.instrument, event.venueOrderId ?? '', event.ts)
        break
      case 'order-adopted':
        this.onAdopted(event)
        break
      case 'order-triggered':
        this.onTriggered(event.venueOrderId ?? '', event.ts)
        break
      case 'order-amended': {
        const row = this.open.get(event.venueOrderId ?? '')
        if (row === undefined) break
        amendRow(row, this.instruments[event.instrument] as Instrument, this.orderOf(event.instrument, row.orderId), event.ts)
        this.tellOrder(row, event.instrument)
        break
      }
      case 'order-canceled':
        this.onCanceled(event.venueOrderId ?? '', event.instrument, event.cause, event.ts)
        break
      case 'order-filled':
        this.onFilled(event)
        break
      case 'funding-settled':
        this.onFunding(event)
        break
      case 'wallet-adjusted':
        // The insurance fund pays what a liquidation lost beyond the wallet.
        if (event.cause === 'reconcile')
          this.noteMove('INSURANCE', event.coin, cashText(event.amount), cashText(this.venue.money()), event.ts)
        else this.tellWallet()
        break
      case 'order-rejected':
      case 'order-expired':
      case 'order-never-arrived':
      case 'position-adjusted':
      case 'instrument-changed':
        break
      default:
        assertNever(event)
    }
  }

  private onAccepted(i: InstrumentIndex, venueOrderId: string, at: Ts): void {
    if (this.submission === undefined) return
    const row = submittedRow(this.instruments[i] as Instrument, this.submission, venueOrderId, this.venue.lastPrice(i), at)
    if (row.orderLinkId !== '') this.linkIds.add(row.orderLinkId)
    this.open.set(venueOrderId, row)
    this.tellOrder(row, i)
  }

  private onAdopted(event: OrderAdopted): void {
    const i = event.instrument
    const order = this.orderOf(i, event.venueOrderId)
    const parent = order?.parentVenueOrderId === undefined ? undefined : this.find(order.parentVenueOrderId)
    const isPartial = order?.targets !== undefined
    const row = attachedRow(this.instruments[i] as Instrument, event, parent, isPartial, this.venue.lastPrice(i))
    this.open.set(row.orderId, row)
    this.tellOrder(row, i)
  }

  private onTriggered(venueOrderId: string, at: Ts): void {
    const row = this.open.get(venueOrderId)
    if (row === undefined) return
    row.orderStatus = 'Triggered'
    row.updatedTime = String(at)
    this.tell('order', [streamRow(row)], row.category)
    // A limit continues as an active order.
    if (row.orderType === 'Limit') row.orderStatus = 'New'
  }

  private onCanceled(venueOrderId: string, i: InstrumentIndex, cause: string, at: Ts): void {
    const row = this.open.get(venueOrderId)
    if (row === undefined) return
    cancelRow(row, cause, at)
    this.fills.delete(row.orderId)
    this.close(row)
    this.tellOrder(row, i)
  }

  private close(row: OrderRow): void {
    this.open.delete(row.orderId)
    this.closed.push(row)
  }

  private onFilled(event: OrderFilled): void {
    const i = event.instrument
    const row = this.open.get(event.venueOrderId ?? '')
    if (row === undefined) return
    const instrument = this.instruments[i] as Instrument
    if (instrument.category === 'spot') {
      this.onSpotFilled(event, row, instrument)
      return
    }
    const holding = this.holdings[i] as Holding
    const position = this.venue.positions[i] as Position
    const before = holding.lots
    const sizeBefore = Math.abs(before)
    const closed = lots(before !== 0 && before > 0 !== event.side > 0 ? Math.min(sizeBefore, event.lots) : 0)
    const opened = event.lots - closed
    const fee = event.fee.amount
    const pnl = cash(position.realized - holding.realized)
    this.seq += 1
    const sum = this.filledBy(row.orderId, instrument, event, pnl)
    fillRow(row, instrument, event, this.orderOf(i, row.orderId)?.lots ?? parseQuantity(instrument, row.qty) ?? event.lots, sum)
    if (closed > 0) {
      const openFee = cash(mulDivFloor(holding.openFee, closed, sizeBefore))
      const closeFee = cash(mulDivFloor(fee, closed, event.lots))
      holding.openFee = cash(holding.openFee - openFee)
      this.closedPnl.push(closedPnlOf(row, instrument, event, closed, before, { pnl, openFee, closeFee }, this.venue.leverage(i)))
    }
    const isNew = opened > 0 && closed === sizeBefore
    if (isNew) {
      holding.openTime = event.ts
      holding.curRealized = cash(0)
      if (holding.createdTime === 0) holding.createdTime = event.ts
    }
    if (opened > 0) holding.openFee = cash(holding.openFee + mulDivFloor(fee, opened, event.lots))
    this.bookResult(i, cash(pnl - fee))
    holding.lots = position.lots
    holding.realized = position.realized
    holding.updatedTime = event.ts
    const execution = fillExecution(row, instrument, event, this.venue.lastPrice(i), closed, pnl, this.seq)
    this.book(execution, instrument, { cashFlow: pnl, funding: undefined, fee })
    if (event.isComplete) this.close(row)
    this.tell('execution', [execution], 'linear')
    this.tell('order', [row], 'linear')
    this.tellPosition(i)
    this.tellWallet()
  }

  private onSpotFilled(event: OrderFilled, row: OrderRow, instrument: Instrument): void {
    const i = instrument.index
    this.seq += 1
    const sum = this.filledBy(row.orderId, instrument, event, cash(0))
    fillRow(row, instrument, event, this.orderOf(i, row.orderId)?.lots ?? parseQuantity(instrument, row.qty) ?? event.lots, sum)
    const execution = fillExecution(row, instrument, event, this.venue.lastPrice(i), lots(0), cash(0), this.seq)
    this.executions.push(execution)
    const coins = partsOf((this.venue.positions[i] as Position).lots, this.venue.spare(i))
    for (const transaction of spotTransactions(execution, instrument, event, `${this.idPrefix}t${this.seq}`, {
      money: this.venue.money(),
      coins,
    }))
      this.transactions.push(transaction)
    if (event.isComplete) this.close(row)
    this.tell('execution', [execution], 'spot')
    this.tellOrder(row, i)
  }

  /** Money has moved without a trade: logged and reported. */
  noteMove(type: string, coin: string, change: string, balance: string, at: Ts): void {
    this.changes += 1
    this.seq += 1
    this.transactions.push(moveOf(`${this.idPrefix}t${this.seq}`, type, coin, change, balance, at))
    this.tellWallet()
  }

  private onFunding(event: FundingSettled): void {
    const i = event.instrument
    const instrument = this.instruments[i] as Instrument
    this.seq += 1
    this.bookResult(i, event.amount)
    const held = (this.holdings[i] as Holding).lots
    const execId = `${this.idPrefix}f-${event.settlementId}`
    const execution = fundingExecution(instrument, event, held, this.venue.lastPrice(i), execId, this.seq)
    this.book(execution, instrument, { cashFlow: cash(0), funding: event.amount, fee: cash(0) })
    this.tell('execution', [execution], 'linear')
    this.tellPosition(i)
    this.tellWallet()
  }

  private filledBy(orderId: string, instrument: Instrument, event: OrderFilled, pnl: Cash): FilledSoFar {
    const sum = filledWith(this.fills.get(orderId), instrument, event, pnl)
    if (event.isComplete) this.fills.delete(orderId)
    else this.fills.set(orderId, sum)
    return sum
  }

  private bookResult(i: InstrumentIndex, net: Cash): void {
    const holding = this.holdings[i] as Holding
    holding.curRealized = cash(holding.curRealized + net)
    holding.cumRealized = cash(holding.cumRealized + net)
    holding.seq = this.seq
  }

  private book(execution: ExecutionRow, instrument: Instrument, amounts: { cashFlow: Cash; funding: Cash | undefined; fee: Cash }): void {
    const left = formatQuantity(instrument, (this.venue.positions[instrument.index] as Position).lots)
    this.executions.push(execution)
    this.transactions.push(transactionOf(execution, `${this.idPrefix}t${this.seq}`, amounts, left, this.venue.money()))
  }

  find(orderId: string): OrderRow | undefined {
    const open = this.open.get(orderId)
    if (open !== undefined) return open
    for (const row of this.closed.newestFirst()) if (row.orderId === orderId) return row
    return undefined
  }

  findByLinkId(linkId: string): OrderRow | undefined {
    for (const row of this.open.values()) if (row.orderLinkId === linkId) return row
    for (const row of this.closed.newestFirst()) if (row.orderLinkId === linkId) return row
    return undefined
  }

  orderOf(i: InstrumentIndex, venueOrderId: string): SimOrder | undefined {
    return this.venue.openOrders(i).find((o) => o.venueOrderId === venueOrderId)
  }

  figuresOf(i: InstrumentIndex): PositionFigures {
    const holding = this.holdings[i] as Holding
    const { lots: held, cost } = this.venue.positions[i] as Position
    return {
      instrument: this.instruments[i] as Instrument,
      lots: held,
      cost,
      unrealized: unrealizedOf(this.venue.positions[i] as Position, this.instruments[i] as Instrument, this.venue.lastPrice(i)),
      mark: this.venue.lastPrice(i),
      leverage: this.venue.leverage(i),
      value: this.venue.valueOf(i),
      margin: this.venue.marginOf(i),
      maintenance: this.venue.maintenance(i),
      bustPrice: this.venue.bustPrice(i),
      tiers: this.venue.tiersOf(i),
      orders: this.venue.openOrders(i),
      curRealized: holding.curRealized,
      cumRealized: holding.cumRealized,
      openTime: holding.openTime,
      createdTime: holding.createdTime,
      updatedTime: holding.updatedTime,
      seq: holding.seq,
      conditions: this.conditions,
    }
  }

  /** Spot has no positions. */
  tellPosition(i: InstrumentIndex): void {
    if (this.instruments[i]?.category === 'spot') return
    this.tell('position', [streamPosition(positionRow(this.figuresOf(i)))], 'linear')
  }

  tellWallet(): void {
    this.tell('wallet', [walletRow(this)])
  }

  /** Bybit repeats the position on every create, amend and cancel, changed or not; of spot the wallet changes, in what orders hold of it. */
  private tellOrder(row: OrderRow, i: InstrumentIndex): void {
    this.tell('order', [streamRow(row)], row.category)
    if (row.category === 'spot') this.tellWallet()
    else this.tellPosition(i)
  }

  private tell(topic: 'order' | 'execution' | 'position' | 'wallet', data: readonly object[], category?: Category): void {
    this.frames += 1
    this.outbox.push('private', topic, { id: `${this.idPrefix}m${this.frames}`, topic, creationTime: this.now, data }, category)
  }

  /** All that is small; closed rows, executions and the like are saved as the logs that they are. */
  state(): AccountState {
    return {
      venue: this.venue.state(),
      seq: this.seq,
      frames: this.frames,
      linkIds: [...this.linkIds],
      open: [...this.open.values()],
      holdings: this.holdings,
      fills: [...this.fills],
      otherCoins: [...this.otherCoins],
    }
  }

  restore(state: AccountState): void {
    this.venue.restore(state.venue)
    this.seq = state.seq
    this.frames = state.frames
    for (const id of state.linkIds) this.linkIds.add(id)
    for (const row of state.open) this.open.set(row.orderId, row)
    for (const [id, sum] of state.fills ?? []) this.fills.set(id, sum)
    for (const [coin, balance] of state.otherCoins ?? []) this.otherCoins.set(coin, balance)
    state.holdings.forEach((h, i) => {
      Object.assign(this.holdings[i] as Holding, h)
    })
  }
}
