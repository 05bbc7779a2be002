/**
 * The account as `panic --direct` sees it: positions, open orders, own fills, coins, and the two writes that take risk off.
 */
import type { VenueError } from '../../port/error.ts'
import { z } from 'zod'
import { type Result, err, ok } from '../../../core/result.ts'
import { type Category, categoryOf, isSpotSymbol, wireSymbolOf } from '../../../market/instrument.ts'
import { CONDITIONAL } from '../orders/bodies.ts'
import { errorOf } from '../http/error.ts'
import { SETTLE_COINS, ownSymbolOf } from '../symbols.ts'
import { TRADE_OPS, isForbidden, tradeErrorOf } from '../stream/trade-way.ts'
import type { Transport } from '../http/transport.ts'

const text = z.string()
const positionRow = z.object({ symbol: text, side: text, size: text, positionIdx: z.number().optional(), stopLoss: text.optional() })
const orderRow = z.object({
  symbol: text,
  orderId: text,
  orderLinkId: text,
  parentOrderLinkId: text.optional(),
  side: text,
  qty: text,
  reduceOnly: z.boolean(),
  stopOrderType: text.optional(),
  triggerPrice: text.optional(),
})
const stateRow = z.object({ orderStatus: text, cumExecQty: text })
const OPEN_STATUSES = ['New', 'PartiallyFilled', 'Untriggered', 'Triggered']
const fillRow = z.object({
  symbol: text,
  side: text,
  orderLinkId: text,
  execQty: text,
  execTime: text,
  execType: text,
  execFee: text.optional(),
  feeCurrency: text.optional(),
})
const lotRow = z.object({ symbol: text, lotSizeFilter: z.object({ qtyStep: text, maxMktOrderQty: text }) })
const pairRow = z.object({ baseCoin: text, lotSizeFilter: z.object({ basePrecision: text, maxMarketOrderQty: text }) })
const coinRow = z.object({ coin: text, walletBalance: text })

export type PanicOrder = z.infer<typeof orderRow>
export type PanicFill = z.infer<typeof fillRow>
/** Coins of a spot symbol are one too, bought. */
export interface PanicPosition {
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  /** Decimal text, above zero. */
  readonly size: string
  readonly positionIdx: number
  /** Empty or "0" where there is none. */
  readonly stopLoss: string
}
export interface LotRule {
  readonly step: string
  readonly marketMax: string
  /** The coin of a spot symbol. */
  readonly coin?: string
}
export interface Coins {
  readonly coin: string
  /** Decimal text, above zero. */
  readonly amount: string
}

const PAGES_MAX = 20
/** What is not listed among the coins of the account. */
const SETTLE_COIN = 'USDT'

export class PanicAccount {
  private readonly transport: Transport
  private readonly wallMs: () => number

  constructor(transport: Transport, wallMs: () => number) {
    this.transport = transport
    this.wallMs = wallMs
  }

  private async read<T extends z.ZodType>(
    path: string,
    params: Readonly<Record<string, string | number | undefined>>,
    row: T,
    isEnough: (page: readonly z.infer<T>[]) => boolean = () => false,
  ): Promise<Result<z.infer<T>[], VenueError>> {
    const schema = z.object({ list: z.array(row), nextPageCursor: z.string().nullish() })
    const rows: z.infer<T>[] = []
    let cursor: string | null | undefined
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const reply = await this.transport.call('GET', path, { ...params, cursor: cursor ?? undefined })
      const error = errorOf(reply, false, this.wallMs())
      if (error !== undefined) return err(error)
      const parsed = schema.safeParse(reply.type === 'reply' ? reply.body.result : undefined)
      if (!parsed.success) return err({ type: 'venue-down', code: 'odd-shape', detail: `${path} does not have the documented shape` })
      rows.push(...parsed.data.list)
      cursor = parsed.data.nextPageCursor
      if (!cursor || parsed.data.list.length === 0 || isEnough(parsed.data.list)) return ok(rows)
    }
    return err({ type: 'venue-down', code: 'paging', detail: `${path}: more than ${PAGES_MAX} pages` })
  }

  async positions(): Promise<Result<PanicPosition[], VenueError>> {
    const rows = await this.ofSettleCoins('/v5/position/list', 200, positionRow)
    if (!rows.ok) return rows
    return ok(
      rows.value.flatMap((row) =>
        (row.side === 'Buy' || row.side === 'Sell') && Number(row.size) > 0
          ? [{ symbol: row.symbol, side: row.side, size: row.size, positionIdx: row.positionIdx ?? 0, stopLoss: row.stopLoss ?? '' }]
          : [],
      ),
    )
  }

  /** Positions in inverse contracts, in words: nothing of Ballast's is among them, and they take margin all the same. */
  async inversePositions(): Promise<Result<string[], VenueError>> {
    const rows = await this.read('/v5/position/list', { category: 'inverse', limit: 200 }, positionRow)
    // Where there are no such contracts the question is refused.
    if (!rows.ok) return rows.error.type === 'invalid-request' ? ok([]) : rows
    return ok(
      rows.value.flatMap(({ symbol, side, size }) =>
        Number(size) > 0 ? [`${symbol} ${side === 'Buy' ? 'long' : 'short'} ${size} USD`] : [],
      ),
    )
  }

  openOrders(): Promise<Result<PanicOrder[], VenueError>> {
    return this.ofSettleCoins('/v5/order/realtime', 50, orderRow)
  }

  /** A list of contracts is asked for by what they are settled in. */
  private async ofSettleCoins<T extends z.ZodType>(path: string, limit: number, row: T): Promise<Result<z.infer<T>[], VenueError>> {
    const rows: z.infer<T>[] = []
    for (const settleCoin of SETTLE_COINS) {
      const read = await this.read(path, { category: 'linear', settleCoin, limit }, row)
      if (!read.ok) return read
      rows.push(...read.value)
    }
    return ok(rows)
  }

  /** Those of spot, the conditional ones among them. */
  async openSpotOrders(): Promise<Result<PanicOrder[], VenueError>> {
    const rows = new Map<string, PanicOrder>()
    for (const orderFilter of [undefined, CONDITIONAL]) {
      const read = await this.read('/v5/order/realtime', { category: 'spot', orderFilter, limit: 50 }, orderRow)
      if (!read.ok) return read
      for (const row of read.value) rows.set(row.orderId, { ...row, symbol: ownSymbolOf('spot', row.symbol) })
    }
    return ok([...rows.values()])
  }

  /** Trades after `sinceTs` (market time) of the last seven days, newest first. */
  async fillsSince(sinceTs: number, category: Category = 'linear'): Promise<Result<PanicFill[], VenueError>> {
    const rows = await this.read('/v5/execution/list', { category, limit: 100 }, fillRow, (page) =>
      page.some((row) => Number(row.execTime) <= sinceTs),
    )
    if (!rows.ok) return rows
    const trades = rows.value.filter((row) => row.execType === 'Trade' && Number(row.execTime) > sinceTs)
    return ok(trades.map((row) => ({ ...row, symbol: ownSymbolOf(category, row.symbol) })))
  }

  async lotRule(symbol: string): Promise<Result<LotRule, VenueError>> {
    const params = { category: categoryOf(symbol), symbol: wireSymbolOf(symbol) }
    const unlisted: VenueError = { type: 'invalid-request', code: 'symbol', detail: `${symbol} is not listed` }
    if (isSpotSymbol(symbol)) {
      const pairs = await this.read('/v5/market/instruments-info', params, pairRow)
      if (!pairs.ok) return pairs
      const [pair] = pairs.value
      if (pair === undefined) return err(unlisted)
      return ok({ step: pair.lotSizeFilter.basePrecision, marketMax: pair.lotSizeFilter.maxMarketOrderQty, coin: pair.baseCoin })
    }
    const rows = await this.read('/v5/market/instruments-info', params, lotRow)
    if (!rows.ok) return rows
    const filter = rows.value[0]?.lotSizeFilter
    return filter === undefined ? err(unlisted) : ok({ step: filter.qtyStep, marketMax: filter.maxMktOrderQty })
  }

  /** Coins beside the settlement coin: what spot symbols hold, and what is listed as not touched. */
  async spotCoins(): Promise<Result<Coins[], VenueError>> {
    const rows = await this.read('/v5/account/wallet-balance', { accountType: 'UNIFIED' }, z.object({ coin: z.array(coinRow) }))
    if (!rows.ok) return rows
    return ok(
      (rows.value[0]?.coin ?? [])
        .filter(({ coin, walletBalance }) => coin !== SETTLE_COIN && Number(walletBalance) > 0)
        .map(({ coin, walletBalance }) => ({ coin, amount: walletBalance })),
    )
  }

  /** What an order of spot has sold in all, once it is over; undefined while that is not known. Its executions may be listed later. */
  async soldBy(symbol: string, clientOrderId: string): Promise<string | undefined> {
    const params = { category: 'spot', symbol: wireSymbolOf(symbol), orderLinkId: clientOrderId }
    const rows = await this.read('/v5/order/realtime', params, stateRow)
    const [row] = rows.ok ? rows.value : []
    return row === undefined || OPEN_STATUSES.includes(row.orderStatus) ? undefined : row.cumExecQty
  }

  /** A conditional order of spot is under its own filter until it triggers. */
  async cancel(symbol: string, orderId: string): Promise<VenueError | undefined> {
    const body = { category: categoryOf(symbol), symbol: wireSymbolOf(symbol), orderId }
    const error = await this.write('/v5/order/cancel', body)
    return error?.type === 'gone' && isSpotSymbol(symbol) ? this.write('/v5/order/cancel', { ...body, orderFilter: CONDITIONAL }) : error
  }

  close(position: PanicPosition, quantity: string, clientOrderId: string): Promise<VenueError | undefined> {
    if (isSpotSymbol(position.symbol))
      return this.write('/v5/order/create', {
        category: 'spot',
        symbol: wireSymbolOf(position.symbol),
        side: 'Sell',
        orderType: 'Market',
        qty: quantity,
        marketUnit: 'baseCoin',
        isLeverage: 0,
        orderLinkId: clientOrderId,
      })
    return this.write('/v5/order/create', {
      category: 'linear',
      symbol: position.symbol,
      side: position.side === 'Buy' ? 'Sell' : 'Buy',
      orderType: 'Market',
      qty: quantity,
      positionIdx: position.positionIdx,
      orderLinkId: clientOrderId,
      reduceOnly: true,
    })
  }

  private async write(path: string, body: Readonly<Record<string, string | number | boolean>>): Promise<VenueError | undefined> {
    const error = errorOf(await this.transport.call('POST', path, body), true, this.wallMs())
    const op = isForbidden(error) ? TRADE_OPS[path] : undefined
    if (op === undefined || this.transport.trade === undefined) return error
    return tradeErrorOf(await this.transport.trade(op, body), this.wallMs())
  }
}
