/**
 * The account as REST reports it: open orders, executions, positions, coins, and one order by its id, of both categories as one.
 */
import type { VenueError } from '../../port/error.ts'
import { z } from 'zod'
import { mulDivFloor, parseDecimal } from '../../../core/decimal.ts'
import { type Result, err, ok } from '../../../core/result.ts'
import { DAY_MS, type InstrumentIndex, MINUTE_MS, type Ts, lots, ts } from '../../../core/units.ts'
import { type Instrument, wireSymbolOf } from '../../../market/instrument.ts'
import type {
  AccountReading,
  ExecutionReport,
  FundingReport,
  Holding,
  MoneyMovement,
  OrderReport,
  StreamReport,
  UnreadRow,
} from '../../../trading/report.ts'
import { CONDITIONAL } from '../orders/bodies.ts'

import { toElsewhere, toExecutionReport, toInverseElsewhere, toOrderReport, toPositionReport, unreadElsewhere } from '../map.ts'
import { type Requests, listOf } from '../http/requests.ts'
import { type AccountRows, readRows } from './account-rows.ts'
import { toMovement } from './movements.ts'
import {
  type ExecutionWire,
  OddRow,
  type OrderWire,
  type TransactionWire,
  balanceIn,
  executionRow,
  orderRow,
  positionRow,
  transactionRow,
  wholeQuantityOf,
} from '../rows.ts'
import { SETTLE_COINS, type Symbols, ownSymbolOf } from '../symbols.ts'
import { windowsOf } from '../http/windows.ts'

const walletResult = z.object({
  list: z.array(
    z.object({ accountMMRate: z.string().optional(), coin: z.array(z.object({ coin: z.string(), walletBalance: z.string() })) }),
  ),
})

/** Empty in isolated margin, where it means nothing. */
const ratioOf = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text))

/** A row of the log may come this much later than what it shows. */
const LOG_LATE_MS = 29 * MINUTE_MS

/** A unified account lists conditional orders of spot with the others; they are asked for by name too, since one missed would be sent twice. */
const SPOT_FILTERS = [undefined, CONDITIONAL] as const

export type FoundOrder = { readonly order: OrderReport; readonly executions: readonly StreamReport[] }

export class AccountReader {
  private readonly requests: Requests
  private readonly symbols: Symbols

  constructor(requests: Requests, symbols: Symbols) {
    this.requests = requests
    this.symbols = symbols
  }

  /**
   * @param upTo the venue's time: executions and money that moved are read from `executionsFrom` on, however long ago that is. Without it
   * the week after `executionsFrom` is read, and no movements of money.
   */
  async read(executionsFrom: Ts, upTo?: Ts): Promise<Result<AccountReading, VenueError>> {
    const { requests, symbols } = this
    const { spot } = symbols
    const coin = symbols.list[0]?.settleCoin ?? 'USDT'
    const linear = { category: 'linear', settleCoin: coin }
    const orders = await this.rows('/v5/order/realtime', { ...linear, limit: 50 }, orderRow)
    if (!orders.ok) return orders
    const spotOrders = spot.length === 0 ? ok(NO_ROWS) : await this.spotOrders()
    if (!spotOrders.ok) return spotOrders
    const executions = await this.executions('linear', executionsFrom, upTo)
    if (!executions.ok) return executions
    const spotExecutions = spot.length === 0 ? ok(NO_ROWS) : await this.executions('spot', executionsFrom, upTo)
    if (!spotExecutions.ok) return spotExecutions
    const positions = await this.rows('/v5/position/list', { ...linear, limit: 200 }, positionRow)
    if (!positions.ok) return positions
    const elsewhere = [positions.value]
    for (const settleCoin of SETTLE_COINS) {
      if (settleCoin === coin) continue
      const others = await this.rows('/v5/position/list', { category: 'linear', settleCoin, limit: 200 }, positionRow)
      if (!others.ok) return others
      elsewhere.push(others.value)
    }
    const inverse = await this.rows('/v5/position/list', { category: 'inverse', limit: 200 }, positionRow, () => false)
    // Where there are no such contracts (demo, some regions) the exchange refuses the question, and nothing is held in them.
    if (!inverse.ok && inverse.error.type !== 'invalid-request') return inverse
    const inverseRows = inverse.ok ? inverse.value : NO_ROWS
    // Before the balance: what moves in between is in the next log, and not in a balance that the log does not know.
    const log = upTo === undefined ? ok(NO_ROWS) : await this.transactions(executionsFrom, upTo)
    // A key that may not read it must not keep the account from being read: what moves is then unexplained.
    if (!log.ok && log.error.type !== 'auth' && log.error.type !== 'invalid-request') return log
    const coins = [...new Set([coin, ...spot.map(({ baseCoin }) => baseCoin)])].join(',')
    const wallet = await requests.read('account', '/v5/account/wallet-balance', { accountType: 'UNIFIED', coin: coins }, walletResult)
    if (!wallet.ok) return wallet
    const [account] = wallet.value.list
    if (account === undefined) return err({ type: 'venue-down', code: 'odd-row', detail: 'wallet-balance returned no account' })
    // A coin of which there is nothing has no row.
    const balanceOf = (name: string): string => account.coin.find((c) => c.coin === name)?.walletBalance ?? '0'
    return mapped(() => ({
      openOrders: [
        ...symbols.mapRows(orders.value.rows, 'linear', toOrderReport),
        ...symbols.mapRows(spotOrders.value.rows, 'spot', toOrderReport),
      ],
      executions: merged(this.reports(executions.value.rows, 'linear'), this.reports(spotExecutions.value.rows, 'spot')),
      positions: symbols.mapRows(positions.value.rows, 'linear', toPositionReport),
      holdings: spot.map((instrument) => holdingOf(instrument, balanceOf(instrument.baseCoin))),
      movements: log.ok ? this.movements(log.value.rows, coin) : undefined,
      elsewhere: [
        ...elsewhere.flatMap(({ rows }) =>
          rows.filter((row) => !symbols.byName.has(row.symbol) && Number(row.size) !== 0).map(toElsewhere),
        ),
        ...inverseRows.rows.filter((row) => Number(row.size) !== 0).map(toInverseElsewhere),
        ...[...elsewhere, inverseRows].flatMap(({ unread }) => unread.map(({ symbol }) => unreadElsewhere(symbol, ''))),
      ],
      unread: [
        orders.value,
        spotOrders.value,
        executions.value,
        spotExecutions.value,
        log.ok ? log.value : NO_ROWS,
        ...elsewhere,
        inverseRows,
      ].flatMap(({ unread }) => unread),
      walletBalance: balanceIn(coin, balanceOf(coin)),
      coin,
      maintenanceRatio: ratioOf(account.accountMMRate),
    }))
  }

  async lookUp(i: InstrumentIndex, clientOrderId: string): Promise<Result<FoundOrder | undefined, VenueError>> {
    const instrument = this.symbols.at(i)
    const { category } = instrument
    const id = { category, symbol: wireSymbolOf(instrument.symbol), orderLinkId: clientOrderId }
    for (const path of ['/v5/order/realtime', '/v5/order/history'])
      for (const orderFilter of category === 'spot' ? SPOT_FILTERS : [undefined]) {
        const reply = await this.requests.readOfSeveral('account', path, { ...id, orderFilter }, listOf(orderRow))
        if (!reply.ok) return reply
        const row = reply.value.list[0]
        if (row === undefined) continue
        const executions = await this.requests.readAll('account', '/v5/execution/list', { ...id, limit: 100 }, executionRow)
        if (!executions.ok) return executions
        return mapped(() => ({ order: toOrderReport(row, instrument), executions: this.reports(executions.value, category) }))
      }
    return ok(undefined)
  }

  private rows<T>(
    path: string,
    params: Parameters<typeof readRows>[2],
    row: z.ZodType<T>,
    isOurs = (symbol: string): boolean => symbol === '' || this.symbols.byName.has(ownSymbolOf(String(params['category']), symbol)),
  ): Promise<Result<AccountRows<T>, VenueError>> {
    return readRows(this.requests, path, params, row, isOurs)
  }

  private async spotOrders(): Promise<Result<AccountRows<OrderWire>, VenueError>> {
    const byId = new Map<string, OrderWire>()
    const unread: UnreadRow[] = []
    for (const orderFilter of SPOT_FILTERS) {
      const reply = await this.rows('/v5/order/realtime', { category: 'spot', orderFilter, limit: 50 }, orderRow)
      if (!reply.ok) return reply
      // The later answer is the newer one.
      for (const row of reply.value.rows) byId.set(row.orderId, row)
      unread.push(...reply.value.unread)
    }
    return ok({ rows: [...byId.values()], unread })
  }

  /** Newest first, as each list is. */
  private async executions(
    category: Instrument['category'],
    from: Ts,
    upTo: Ts = from,
  ): Promise<Result<AccountRows<ExecutionWire>, VenueError>> {
    const read = windowsOf(from, upTo, 7 * DAY_MS).map(
      (window) => () => this.rows('/v5/execution/list', { category, ...window, limit: 100 }, executionRow),
    )
    return newestFirst(read)
  }

  /** Of any symbol: money that a row would have explained is unexplained. */
  private async transactions(from: Ts, upTo: Ts): Promise<Result<AccountRows<TransactionWire>, VenueError>> {
    const read = windowsOf(ts(Math.max(1, from - LOG_LATE_MS)), upTo, DAY_MS).map((window) => () => {
      const params = { accountType: 'UNIFIED', ...window, limit: 50 }
      return this.rows('/v5/account/transaction-log', params, transactionRow, () => false)
    })
    return newestFirst(read)
  }

  /** Oldest first. One that cannot be read costs no other: its money stays unexplained. */
  private movements(rows: readonly TransactionWire[], settleCoin: string): MoneyMovement[] {
    const isTraded = (symbol: string): boolean => this.symbols.byName.has(symbol)
    return rows
      .flatMap((row) => {
        const movement = mapped(() => toMovement(row, settleCoin, isTraded))
        return movement.ok && movement.value !== undefined ? [movement.value] : []
      })
      .reverse()
      .sort((a, b) => a.ts - b.ts)
  }

  /** Oldest first. */
  private reports(rows: readonly ExecutionWire[], category: Instrument['category']): (ExecutionReport | FundingReport)[] {
    return (
      this.symbols
        // It may tell of executions that were made before a step became coarser.
        .mapRows(rows, category, (row, instrument) => toExecutionReport(row, instrument, wholeQuantityOf))
        .filter((report) => report !== undefined)
        .reverse()
    )
  }
}

const NO_ROWS: AccountRows<never> = { rows: [], unread: [] }

/** Windows from the oldest on, one after the other. */
async function newestFirst<T>(
  windows: readonly (() => Promise<Result<AccountRows<T>, VenueError>>)[],
): Promise<Result<AccountRows<T>, VenueError>> {
  const pages: (readonly T[])[] = []
  const unread: UnreadRow[] = []
  for (const window of windows) {
    const read = await window()
    if (!read.ok) return read
    pages.unshift(read.value.rows)
    unread.push(...read.value.unread)
  }
  return ok({ rows: pages.flat(), unread })
}

/** Both oldest first; the order within each is kept. */
function merged<T extends { readonly ts: Ts }>(linear: readonly T[], spot: readonly T[]): T[] {
  const all: T[] = []
  let at = 0
  for (const report of linear) {
    while (at < spot.length && (spot[at] as T).ts < report.ts) all.push(spot[at++] as T)
    all.push(report)
  }
  return [...all, ...spot.slice(at)]
}

function holdingOf(instrument: Instrument, balance: string): Holding {
  const units = parseDecimal(balance, instrument.quantityScale, 'floor')
  if (units === undefined) throw new OddRow(`${instrument.symbol} walletBalance '${balance.slice(0, 40)}' is not an amount`)
  // A debt is nothing that could be sold.
  return { instrument: instrument.index, lots: lots(Math.max(0, mulDivFloor(units, 1, instrument.lot))) }
}

/** Rows to reports, or what is wrong with one. */
export function mapped<T>(map: () => T): Result<T, VenueError> {
  try {
    return ok(map())
  } catch (thrown) {
    if (thrown instanceof OddRow) return err({ type: 'venue-down', code: 'odd-row', detail: thrown.message })
    throw thrown
  }
}
