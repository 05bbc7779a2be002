/**
 * The account as REST tells it: open orders, executions, positions, coins, and one order by its id, of both categories as one.
 * Never calls an order absent before every place was asked that may hold it.
 */
import { z } from 'zod'
import { mulDivFloor, parseDecimal } from '../../core/decimal.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { CASH_SCALE, type InstrumentIndex, type Ts, cash, lots } from '../../core/units.ts'
import { type Instrument, wireSymbolOf } from '../../market/instrument.ts'
import type { AccountReading, ExecutionReport, FundingReport, Holding, OrderReport, StreamReport } from '../../trading/report.ts'
import { CONDITIONAL } from './bodies.ts'
import type { VenueError } from './error.ts'
import { toElsewhere, toExecutionReport, toOrderReport, toPositionReport } from './map.ts'
import { type Requests, listOf } from './requests.ts'
import { type ExecutionWire, OddRow, type OrderWire, executionRow, orderRow, positionRow } from './rows.ts'
import type { Symbols } from './symbols.ts'

const walletResult = z.object({
  list: z.array(
    z.object({ accountMMRate: z.string().optional(), coin: z.array(z.object({ coin: z.string(), walletBalance: z.string() })) }),
  ),
})

/** Empty in isolated margin, where it means nothing. */
const ratioOf = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text))

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

  async read(executionsFrom: Ts): Promise<Result<AccountReading, VenueError>> {
    const { requests, symbols } = this
    const { spot } = symbols
    const coin = symbols.list[0]?.settleCoin ?? 'USDT'
    const linear = { category: 'linear', settleCoin: coin }
    const orders = await requests.readAll('account', '/v5/order/realtime', { ...linear, limit: 50 }, orderRow)
    if (!orders.ok) return orders
    const spotOrders = spot.length === 0 ? ok([]) : await this.spotOrders()
    if (!spotOrders.ok) return spotOrders
    const executions = await this.executions('linear', executionsFrom)
    if (!executions.ok) return executions
    const spotExecutions = spot.length === 0 ? ok([]) : await this.executions('spot', executionsFrom)
    if (!spotExecutions.ok) return spotExecutions
    const positions = await requests.readAll('account', '/v5/position/list', { ...linear, limit: 200 }, positionRow)
    if (!positions.ok) return positions
    const coins = [...new Set([coin, ...spot.map(({ baseCoin }) => baseCoin)])].join(',')
    const wallet = await requests.read('account', '/v5/account/wallet-balance', { accountType: 'UNIFIED', coin: coins }, walletResult)
    if (!wallet.ok) return wallet
    // A coin of which there is nothing has no row.
    const balanceOf = (name: string): string => wallet.value.list[0]?.coin.find((c) => c.coin === name)?.walletBalance ?? '0'
    return mapped(() => ({
      openOrders: [...symbols.mapRows(orders.value, 'linear', toOrderReport), ...symbols.mapRows(spotOrders.value, 'spot', toOrderReport)],
      executions: merged(this.reports(executions.value, 'linear'), this.reports(spotExecutions.value, 'spot')),
      positions: symbols.mapRows(positions.value, 'linear', toPositionReport),
      holdings: spot.map((instrument) => holdingOf(instrument, balanceOf(instrument.baseCoin))),
      elsewhere: positions.value.filter((row) => !symbols.byName.has(row.symbol) && Number(row.size) !== 0).map(toElsewhere),
      walletBalance: cash(parseDecimal(balanceOf(coin), CASH_SCALE, 'floor') ?? 0),
      coin,
      maintenanceRatio: ratioOf(wallet.value.list[0]?.accountMMRate),
    }))
  }

  async lookUp(i: InstrumentIndex, clientOrderId: string): Promise<Result<FoundOrder | undefined, VenueError>> {
    const instrument = this.symbols.at(i)
    const { category } = instrument
    const id = { category, symbol: wireSymbolOf(instrument.symbol), orderLinkId: clientOrderId }
    for (const path of ['/v5/order/realtime', '/v5/order/history'])
      for (const orderFilter of category === 'spot' ? SPOT_FILTERS : [undefined]) {
        const reply = await this.requests.read('account', path, { ...id, orderFilter }, listOf(orderRow))
        if (!reply.ok) return reply
        const row = reply.value.list[0]
        if (row === undefined) continue
        const executions = await this.requests.readAll('account', '/v5/execution/list', { ...id, limit: 100 }, executionRow)
        if (!executions.ok) return executions
        return mapped(() => ({ order: toOrderReport(row, instrument), executions: this.reports(executions.value, category) }))
      }
    return ok(undefined)
  }

  private async spotOrders(): Promise<Result<OrderWire[], VenueError>> {
    const rows = new Map<string, OrderWire>()
    for (const orderFilter of SPOT_FILTERS) {
      const reply = await this.requests.readAll('account', '/v5/order/realtime', { category: 'spot', orderFilter, limit: 50 }, orderRow)
      if (!reply.ok) return reply
      // The later answer is the newer one.
      for (const row of reply.value) rows.set(row.orderId, row)
    }
    return ok([...rows.values()])
  }

  private executions(category: Instrument['category'], startTime: Ts): Promise<Result<ExecutionWire[], VenueError>> {
    return this.requests.readAll('account', '/v5/execution/list', { category, startTime, limit: 100 }, executionRow)
  }

  /** Oldest first. */
  private reports(rows: readonly ExecutionWire[], category: Instrument['category']): (ExecutionReport | FundingReport)[] {
    return this.symbols
      .mapRows(rows, category, toExecutionReport)
      .filter((report) => report !== undefined)
      .reverse()
  }
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
