/**
 * What must hold, looked at from outside: the exchange's own rows against the journal's, after each step and when all is quiet.
 */
import { limitAt } from '../../src/core/money-limit.ts'
import { parseDecimal } from '../../src/core/decimal.ts'
import { type InstrumentIndex, type Ticks, lots } from '../../src/core/units.ts'
import { recover } from '../../src/trader/recovery.ts'
import type { JournalRow } from '../../src/journal/journal.ts'
import type { OrderSubmitted } from '../../src/kernel/fact.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'
import {
  type Instrument,
  LOT_PARTS,
  LOT_PART_SCALE,
  formatPrice,
  isTooSmall,
  notionalOf,
  parsePrice,
  parseQuantity,
} from '../../src/market/instrument.ts'
import { ledgerSum } from '../../src/portfolio/ledger.ts'
import type { SettingOverride } from '../../src/kernel/state/effective-limits.ts'
import { targetKey } from '../../src/kernel/state/effective-limits.ts'
import type { RiskLimits } from '../../src/risk/limits.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { type RiskSettings, rulesFor, rulesOf } from '../../src/risk/settings/rules.ts'
import type { SettingValues, SomeSettings } from '../../src/risk/settings/setting.ts'
import { isOpenStatus } from '../../src/trading/order.ts'
import type { Exchange } from '../../src/venue/sim/bybit-server/exchange.ts'
import type { SimOrder } from '../../src/venue/sim/sim-order.ts'
import type { SimVenue } from '../../src/venue/sim/sim-venue.ts'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { OTHERS_COINS } from './memory-exchange.ts'

/** The stop of a position: held by the exchange with it, or, on spot, an order. */
export const isStopOf = (order: SimOrder, { category }: Instrument): boolean =>
  category === 'spot' ? order.kind === 'stop-market' && order.side === -1 : order.isStop && order.reduceOnly && order.attached !== 'trail'

/** The exchange gives orders of others an id too (spot): a number. */
const isOurId = (linkId: string): boolean => linkId.startsWith('b1-')

/** A promise that was broken. `rule` is its short name. */
export class Broken extends Error {
  readonly rule: string
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`)
    this.name = 'Broken'
    this.rule = rule
  }
}

/** The price may move between a decision and its order's arrival. */
const PRICE_SLACK = 1.12
/** S5 tries at once: what a late frame, the watchdog's grace and its second take. */
const STOP_TRY_MS = 8_000
const STOP_ALERT_MS = 5_000
const STOP_CLOSE_MS = 30_000
/** Requests that are lost or refused on the way cost their time limits. */
const STOP_SLACK_MS = 15_000
/** An exit without an answer is looked up for this long before it is sent again (S6): a time limit of 5 s, and three lookups over 10.5 s. */
const LOST_ORDER_MS = 15_500
/** Holds that are measurements, or that nothing in these worlds may cause. */
const PASSING_HOLDS = ['stale', 'reconcile', 'odd-', 'external-', 'another-ballast', 'auth']

/** A liquidation is booked as any other fill of ours; a funding payment is none. */
const MOVES_A_POSITION = new Set(['Trade', 'BustTrade', 'AdlTrade'])

export class Checks {
  private readonly store: MemoryStore
  private readonly exchangeOf: () => Exchange
  private readonly submitted = new Map<string, OrderSubmitted>()
  private readonly entriesByCause = new Set<string>()
  private readonly seenOrders = new Set<string>()
  private readonly held: number[] = []
  private readonly parts: number[] = []
  /** Coins of an operator that are left (spot). */
  othersLots: number = OTHERS_COINS
  private readonly alertedAtMs = new Map<number, number>()
  private readonly triedAtMs = new Map<number, number>()
  private readonly bareMs: number[] = []
  private readonly bareSinceMs: number[] = []
  private readonly lostBefore: number[] = []
  /** Most money that the account has had: what was opened with it may stand after a loss or a withdrawal. */
  private equityMax = 0
  /** Entries that have filled in part: their next part stands on the first. */
  private readonly partsOf = new Set<string>()
  private rowsSeen = 0
  /** What operators have set, by target and key. */
  private readonly settings = new Map<string, string>()
  /** The account's limits of the beginning and after each change. */
  private readonly everSet: RiskLimits[] = [RISK_PROFILES.sim.limits]
  private executionsSeen = 0
  private lastStopMs = 0

  constructor(store: MemoryStore, exchangeOf: () => Exchange) {
    this.store = store
    this.exchangeOf = exchangeOf
    for (const _ of exchangeOf().instruments) {
      this.held.push(0)
      this.bareMs.push(0)
      this.bareSinceMs.push(-1)
    }
  }

  get figures(): { readonly orders: number; readonly executions: number; readonly rows: number } {
    return { orders: this.submitted.size, executions: this.executionsSeen, rows: this.store.rows.length }
  }

  /** Reads what was journaled since the last look. */
  journal(nowMs: number): void {
    const { rows } = this.store
    for (; this.rowsSeen < rows.length; this.rowsSeen++) this.row(rows[this.rowsSeen] as JournalRow, nowMs)
  }

  private row(row: JournalRow, nowMs: number): void {
    if (row.kind === 'input') {
      if (row.input.type === 'position-adjusted') throw new Broken('no loss', 'a position had to be adjusted: an execution was lost')
      if (row.input.type === 'wallet-adjusted' && (row.input.cause === 'reconcile' || row.input.cause === 'unexplained'))
        throw new Broken('cash balanced', `the wallet had to be corrected by ${row.input.amount}`)
      return
    }
    const { fact } = row
    if (fact.type === 'alert-raised' && fact.alert === 'position.unprotected' && fact.instrument !== undefined)
      this.alertedAtMs.set(fact.instrument, nowMs)
    if (fact.type === 'risk-setting-changed') this.setting(fact.setting)
    if (fact.type === 'dust-left') this.giveUp(fact.instrument)
    if (fact.type === 'stop-requested') this.triedAtMs.set(fact.instrument, nowMs)
    if (fact.type !== 'order-submitted') return
    if (fact.class !== 'entry') this.triedAtMs.set(fact.command.instrument, nowMs)
    const id = fact.command.clientOrderId
    if (this.submitted.has(id)) throw new Broken('no duplicate', `${id} was decided twice`)
    this.submitted.set(id, fact)
    if (fact.class !== 'entry') return
    const key = `${row.causeSeq}/${fact.command.instrument}`
    // A pair is one or the other.
    if (this.entriesByCause.has(key) && fact.group === undefined)
      throw new Broken('no duplicate', `input ${row.causeSeq} led to two entries`)
    this.entriesByCause.add(key)
    if ((fact.stop ?? fact.command.stop) === undefined) throw new Broken('stop present', `entry ${id} has no stop`)
    this.approved(fact)
  }

  /** A limit counts from the row of the journal on in which it was set. */
  private setting({ target, key, text }: SettingOverride): void {
    const id = `${targetKey(target)} ${key}`
    if (text === undefined) this.settings.delete(id)
    else this.settings.set(id, text)
    const limits = this.limitsOf()
    this.everSet.push(limits)
  }

  /** Of the account, or of a symbol, as it counts at this row. */
  private limitsOf(symbol?: string): RiskLimits {
    const own = (target: string): SomeSettings =>
      Object.fromEntries(
        [...this.settings].filter(([id]) => id.startsWith(`${target} `)).map(([id, text]) => [id.slice(target.length + 1), text]),
      )
    const configured = RISK_PROFILES.sim.settings as RiskSettings
    const account = { ...configured.account, ...own('account') } as SettingValues
    return symbol === undefined
      ? rulesOf(account).limits
      : rulesFor({ account, strategies: {}, symbols: { [symbol]: own(`symbol ${symbol}`) } }, undefined, symbol).limits
  }

  /** No entry passes what is in force when it is decided, by the exchange's own prices and holdings. */
  private approved(fact: OrderSubmitted): void {
    const { venue, instruments } = this.exchangeOf()
    const { instrument: i, clientOrderId: id, lots: quantity, limit, trigger, side } = fact.command
    const instrument = instruments[i] as Instrument
    const inForce = this.limitsOf(instrument.symbol)
    const equity = Math.max(venue.equity(), 10_000e8) * PRICE_SLACK
    if (fact.plannedLoss === undefined || fact.plannedLoss > equity * inForce.tradeLossFractionMax)
      throw new Broken(
        'limits',
        `entry ${id} plans to lose ${fact.plannedLoss}, and ${inForce.tradeLossFractionMax} of ${equity} was in force`,
      )
    // Sized in other steps than those that the exchange counts in: the fact is in lots of the trader's.
    const notional = notionalOf(instrument, limit ?? trigger ?? venue.lastPrice(i), quantity, 'ceil')
    if (notional > limitAt(inForce.orderMax, equity) * PRICE_SLACK)
      throw new Broken(
        'limits',
        `entry ${id} of ${notional} passes the limit of an order that was in force, ${limitAt(inForce.orderMax, equity)}`,
      )
    const held = Math.max(0, (this.held[i] as number) * side)
    const after = notionalOf(instrument, venue.lastPrice(i), lots(held + quantity), 'ceil')
    if (after > limitAt(inForce.positionMax, equity) * PRICE_SLACK)
      throw new Broken(
        'limits',
        `entry ${id} makes ${after}, and the limit of a position that was in force is ${limitAt(inForce.positionMax, equity)}`,
      )
  }

  /** The account at the exchange has changed: looked at before anybody hears of it. */
  account(nowMs: number): void {
    this.journal(nowMs)
    const { account } = this.exchangeOf()
    for (const row of account.open.values()) this.order(row.orderId, row.orderLinkId)
    const closed = account.closed.all
    for (let k = closed.length - 1; k >= 0; k--) {
      const row = closed[k] as { orderId: string; orderLinkId: string }
      if (this.seenOrders.has(row.orderId) && k < closed.length - 8) break
      this.order(row.orderId, row.orderLinkId)
    }
    const executions = account.executions.all
    for (; this.executionsSeen < executions.length; this.executionsSeen++) {
      const row = executions[this.executionsSeen]
      if (row !== undefined && row.execType === 'Trade') this.execution(row)
    }
  }

  private order(orderId: string, linkId: string): void {
    if (this.seenOrders.has(orderId)) return
    this.seenOrders.add(orderId)
    if (isOurId(linkId) && !this.submitted.has(linkId))
      throw new Broken('journal first', `${linkId} is at the exchange and not in the journal`)
  }

  private execution(row: {
    category: string
    symbol: string
    side: string
    execQty: string
    execFee: string
    feeCurrency: string
    orderLinkId: string
  }): void {
    const exchange = this.exchangeOf()
    const instrument = exchange.instrumentOf(row.symbol, row.category === 'spot' ? 'spot' : 'linear') as Instrument
    const i = instrument.index
    const quantity = (parseQuantity(instrument, row.execQty) ?? 0) * (row.side === 'Buy' ? 1 : -1)
    const before = this.held[i] as number
    this.held[i] = before + quantity
    if (instrument.category === 'spot' && !isOurId(row.orderLinkId)) {
      this.held[i] = before
      this.othersLots += quantity
      return
    }
    if (instrument.category === 'spot') this.coins(instrument, quantity, row.feeCurrency === instrument.baseCoin ? row.execFee : '0')
    const fact = this.submitted.get(row.orderLinkId)
    if (fact?.class === 'entry') {
      // A strategy holds one entry at a time but for those that it names; what operators add, and the children of a parent order, stand on each other.
      const isAlone = fact.strategy !== MANUAL_OWNER && fact.name === undefined && !this.partsOf.has(row.orderLinkId)
      this.partsOf.add(row.orderLinkId)
      if (isAlone && before !== 0 && before > 0 === quantity > 0)
        throw new Broken('no duplicate', `${row.symbol}: entry ${row.orderLinkId} on top of ${before}`)
      this.limits(exchange, instrument)
    } else if (before === 0 || before > 0 === quantity > 0)
      throw new Broken('exits reduce', `${row.symbol}: ${row.orderLinkId} filled ${quantity} at a position of ${before}`)
    if (this.held[i] !== this.oursAt(exchange.venue, instrument) && exchange.account.executions.all.length === this.executionsSeen + 1)
      throw new Error('the checker lost count of a position')
  }

  /** What is too little to be sold stays in the account, and is ours no more. */
  private giveUp(i: InstrumentIndex): void {
    const held = this.held[i] as number
    this.othersLots += held
    this.parts[i] = (this.parts[i] ?? 0) - held * LOT_PARTS
    this.held[i] = 0
  }

  /** Coins in parts of a lot: what was bought less its fee, and never less than nothing. */
  private coins(instrument: Instrument, quantity: number, fee: string): void {
    const { index: i, symbol, lot, quantityScale } = instrument
    const feeParts = (parseDecimal(fee, quantityScale + LOT_PART_SCALE) ?? Number.NaN) / lot
    const parts = (this.parts[i] ?? 0) + quantity * LOT_PARTS - feeParts
    if (!(parts >= 0)) throw new Broken('exits reduce', `${symbol}: ${quantity} lots were sold, and ${parts} parts of one were left`)
    this.parts[i] = parts
    this.held[i] = Math.floor(parts / LOT_PARTS)
  }

  /** Lots at the exchange that our orders have left there: of coins there are others, which no order of Ballast's may touch. */
  private oursAt(venue: SimVenue, { index, category }: Instrument): number {
    return (venue.positions[index]?.lots ?? 0) - (category === 'spot' ? this.othersLots : 0)
  }

  private limits(exchange: Exchange, changed: Instrument): void {
    this.equityMax = Math.max(this.equityMax, exchange.venue.money())
    let gross = 0
    for (const instrument of exchange.instruments) {
      const size = Math.abs(this.held[instrument.index] as number)
      const notional = notionalOf(instrument, exchange.venue.lastPrice(instrument.index), lots(size), 'ceil')
      gross += notional
      if (instrument === changed && notional > this.loosest('positionMax'))
        throw new Broken('limits', `${instrument.symbol} holds ${notional}`)
    }
    if (gross > this.loosest('grossMax')) throw new Broken('limits', `the account holds ${gross}`)
  }

  /** What stands may have been approved by any limit that was in force before. */
  private loosest(key: 'positionMax' | 'grossMax'): number {
    return Math.max(...this.everSet.map((limits) => limitAt(limits[key], this.equityMax))) * PRICE_SLACK
  }

  /** S5 in wall-clock time, counted while the trader runs with its database, its streams and an exchange that answers. */
  stops(nowMs: number, isAble: boolean, lostOrders: number): void {
    const passed = nowMs - this.lastStopMs
    this.lastStopMs = nowMs
    const { venue, instruments } = this.exchangeOf()
    for (const instrument of instruments) {
      const { index: i, symbol } = instrument
      const held = this.oursAt(venue, instrument)
      // The exchange takes no stop for so little.
      const isDust = instrument.category === 'spot' && isTooSmall(instrument, venue.lastPrice(i), lots(held))
      if (held === 0 || isDust || venue.openOrders(i).some((o) => isStopOf(o, instrument))) {
        this.bareMs[i] = 0
        this.bareSinceMs[i] = -1
        continue
      }
      if (this.bareSinceMs[i] === -1) {
        this.bareSinceMs[i] = nowMs
        this.lostBefore[i] = lostOrders
      }
      if (!isAble) continue
      const bare = (this.bareMs[i] as number) + passed
      this.bareMs[i] = bare
      if (bare > STOP_TRY_MS && Math.max(this.triedAtMs.get(i) ?? -1, this.alertedAtMs.get(i) ?? -1) < (this.bareSinceMs[i] as number))
        throw new Broken('stop present', `${symbol} has been bare for ${bare} ms and nobody did anything`)
      const lost = lostOrders - (this.lostBefore[i] as number)
      if (bare > STOP_CLOSE_MS + STOP_SLACK_MS + lost * LOST_ORDER_MS)
        throw new Broken('stop present', `${symbol} has been bare for ${bare} ms`)
      if (bare > STOP_ALERT_MS + STOP_SLACK_MS && (this.alertedAtMs.get(i) ?? -1) < (this.bareSinceMs[i] as number))
        throw new Broken('stop present', `${symbol} has been bare for ${bare} ms without an alert`)
    }
  }

  ledger(kernel: Kernel): void {
    const sum = ledgerSum(kernel.portfolio.ledger)
    if (sum !== 0) throw new Broken('cash balanced', `the ledger sums to ${sum}`)
  }

  /** Faults are over and time has passed: ours is the exchange's, and the log is the state. */
  async quiet(kernel: Kernel, fresh: () => Kernel): Promise<void> {
    const exchange = this.exchangeOf()
    const traded = exchange.instruments.slice(0, kernel.config.instruments.length)
    for (const instrument of traded) this.sameOrders(exchange, kernel, instrument)
    for (const instrument of traded) this.stopAsMeant(exchange, kernel, instrument)
    const money = exchange.venue.money()
    if (kernel.portfolio.money !== money)
      throw new Broken('cash balanced', `our wallet has ${kernel.portfolio.money}, the exchange's ${money}`)
    this.sameFills(exchange)
    this.holds(kernel)
    await this.replay(kernel, fresh)
  }

  private sameOrders(exchange: Exchange, kernel: Kernel, instrument: Instrument): void {
    const { index: i, symbol } = instrument
    const ours = kernel.portfolio.positionLots(i)
    const own = kernel.config.instruments[i] as Instrument
    /** Prices of the records in the steps that the exchange's market counts in. */
    const at = (price: Ticks | undefined): number | undefined =>
      price === undefined ? undefined : parsePrice(instrument, formatPrice(own, price))
    /** What is not ours to move after a change of steps stays between two, and is known by the nearest. */
    const nearest = (price: Ticks | undefined): number | undefined =>
      price === undefined ? undefined : at(parsePrice(own, formatPrice(instrument, price), 'nearest'))
    const stays = new Set(
      kernel.orders.open(i).flatMap((o) => (o.origin === 'external' || o.kind === 'trailing-stop' ? [o.venueOrderId] : [])),
    )
    const theirs = this.oursAt(exchange.venue, instrument)
    if (ours !== theirs) throw new Broken('ours = venue', `${symbol}: ${ours} here, ${theirs} at the exchange`)
    const open = kernel.orders
      .open(i)
      .map((o) => `${o.venueOrderId} ${o.lots} ${o.filled} ${at(o.limit)} ${at(o.trigger)}`)
      .sort()
    const listed = exchange.venue
      .openOrders(i)
      // Where a trail stands is the exchange's own business: it reports the activation price.
      .map((o) => ({ ...o, trigger: o.attached === 'trail' ? o.activation : o.trigger, of: stays.has(o.venueOrderId) ? nearest : Number }))
      .map((o) => `${o.venueOrderId} ${o.lots} ${o.filled} ${o.limit && o.of(o.limit)} ${o.trigger && o.of(o.trigger)}`)
      .sort()
    if (open.join() !== listed.join()) throw new Broken('ours = venue', `${symbol}: orders [${open}] here, [${listed}] at the exchange`)
    for (const [id, fact] of this.submitted) {
      if (fact.command.instrument !== i) continue
      const order = kernel.orders.find(i, fact.command.orderId, undefined)
      if (order === undefined) continue
      const row = exchange.account.findByLinkId(id)
      const isKnown = row !== undefined
      if (isKnown === (order.status === 'never-arrived' || order.status === 'rejected'))
        throw new Broken('no loss', `${id} is ${order.status} here and ${row?.orderStatus ?? 'unknown'} at the exchange`)
      if (isKnown && !isOpenStatus(order.status) && (row.orderStatus === 'Filled') !== (order.status === 'filled'))
        throw new Broken('no loss', `${id} is ${order.status} here and ${row.orderStatus} at the exchange`)
    }
  }

  /** S8: moved past us or by us, the stop at the exchange is the one that the trade is meant to have. */
  private stopAsMeant(exchange: Exchange, kernel: Kernel, instrument: Instrument): void {
    const { index: i, symbol } = instrument
    const openTrade = kernel.portfolio.openTrade(i)
    const meant =
      openTrade?.stop === undefined
        ? undefined
        : parsePrice(instrument, formatPrice(kernel.config.instruments[i] as Instrument, openTrade.stop))
    const stops = exchange.venue.openOrders(i).filter((o) => isStopOf(o, instrument))
    const [stop] = stops
    const held = lots(this.oursAt(exchange.venue, instrument))
    if (instrument.category === 'spot' && !isTooSmall(instrument, exchange.venue.lastPrice(i), held)) this.oneStop(stops, held, symbol)
    if (meant !== undefined && stop !== undefined && stop.trigger !== meant)
      throw new Broken('stop as meant', `${symbol}: ${meant} is meant, ${stop.trigger} stands at the exchange`)
  }

  /** Nothing resizes it and nothing takes it off but we. */
  private oneStop(stops: readonly SimOrder[], held: number, symbol: string): void {
    const sizes = stops.map((o) => o.lots - o.filled)
    if (sizes.join() !== (held === 0 ? '' : String(held)))
      throw new Broken('stop as meant', `${symbol}: stops of [${sizes}] stand for a position of ${held}`)
  }

  private sameFills(exchange: Exchange): void {
    const trades = exchange.account.executions.all.filter(({ execType }) => MOVES_A_POSITION.has(execType))
    // What others did before we listened is in the opening balance.
    const others = new Set(trades.filter((row) => !isOurId(row.orderLinkId) && row.category === 'spot').map((row) => row.execId))
    const booked = this.store
      .table('fills')
      .map((row) => String(row.tradeId).split('~')[0] as string)
      .filter((id) => !others.has(id))
      .sort()
    const made = trades
      .map((row) => row.execId)
      .filter((id) => !others.has(id))
      .sort()
    if (booked.join() !== made.join()) throw new Broken('no loss', `${made.length} executions at the exchange, ${booked.length} fills here`)
  }

  private holds(kernel: Kernel): void {
    const left = kernel.holds.filter((h) => PASSING_HOLDS.some((id) => h.id.startsWith(id)))
    if (left.length > 0) throw new Broken('holds end', left.map((h) => `${h.id} (${h.reason})`).join('; '))
  }

  private async replay(kernel: Kernel, fresh: () => Kernel): Promise<void> {
    // Excursions of open trades are settled when somebody looks: look at both.
    kernel.portfolio.openTrades()
    const lived = kernel.snapshot()
    const log = new MemoryStore()
    log.rows.push(...this.store.rows)
    for (const [name, store] of [
      ['the whole log', log],
      ['snapshot and tail', this.store],
    ] as const) {
      const folded = fresh()
      const recovered = await recover(folded, store.open(), async () => {})
      if (!recovered.ok) throw new Error(recovered.error.detail)
      // Inputs at the end that led to nothing are decided again: to nothing.
      for (const { input } of recovered.value.undecided) {
        folded.factBuffer.reset()
        folded.apply(input)
        if (folded.factBuffer.count > 0) throw new Broken('log replay = state', `${name}: ${input.type} leads to facts only in the replay`)
      }
      folded.portfolio.openTrades()
      const difference = differenceOf(lived, folded.snapshot(), '')
      if (difference !== undefined) throw new Broken('log replay = state', `${name}: ${difference}`)
    }
  }
}

/** The first place at which two plain values differ. */
function differenceOf(a: unknown, b: unknown, path: string): string | undefined {
  if (Object.is(a, b)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${path} was ${String(a)}, is ${String(b)}`
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = differenceOf(left[key], right[key], `${path}/${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
