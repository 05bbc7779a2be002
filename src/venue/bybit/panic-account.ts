/**
 * The account as `panic --direct` sees it: positions, open orders, own fills, and the two writes that take risk off.
 * Never asks for more than a panic needs, and never sends an order that is not reduce-only.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'
import { type VenueError, errorOf } from './error.ts'
import type { Transport } from './transport.ts'

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
})
const fillRow = z.object({ symbol: text, side: text, orderLinkId: text, execQty: text, execTime: text, execType: text })
const lotRow = z.object({ symbol: text, lotSizeFilter: z.object({ qtyStep: text, maxMktOrderQty: text }) })
const coinRow = z.object({ coin: text, walletBalance: text })

export type PanicOrder = z.infer<typeof orderRow>
export type PanicFill = z.infer<typeof fillRow>
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
}

const PAGES_MAX = 20
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
    const schema = z.object({ list: z.array(row), nextPageCursor: z.string().optional() })
    const rows: z.infer<T>[] = []
    let cursor: string | undefined
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const reply = await this.transport.call('GET', path, { ...params, cursor })
      const error = errorOf(reply, false, this.wallMs())
      if (error !== undefined) return err(error)
      const parsed = schema.safeParse(reply.type === 'reply' ? reply.body.result : undefined)
      if (!parsed.success) return err({ type: 'venue-down', code: 'odd-shape', detail: `${path} does not have the documented shape` })
      rows.push(...parsed.data.list)
      cursor = parsed.data.nextPageCursor
      if (cursor === undefined || cursor === '' || parsed.data.list.length === 0 || isEnough(parsed.data.list)) return ok(rows)
    }
    return err({ type: 'venue-down', code: 'paging', detail: `${path}: more than ${PAGES_MAX} pages` })
  }

  async positions(): Promise<Result<PanicPosition[], VenueError>> {
    const rows = await this.read('/v5/position/list', { category: 'linear', settleCoin: SETTLE_COIN, limit: 200 }, positionRow)
    if (!rows.ok) return rows
    return ok(
      rows.value.flatMap((row) =>
        (row.side === 'Buy' || row.side === 'Sell') && Number(row.size) > 0
          ? [{ symbol: row.symbol, side: row.side, size: row.size, positionIdx: row.positionIdx ?? 0, stopLoss: row.stopLoss ?? '' }]
          : [],
      ),
    )
  }

  openOrders(): Promise<Result<PanicOrder[], VenueError>> {
    return this.read('/v5/order/realtime', { category: 'linear', settleCoin: SETTLE_COIN, limit: 50 }, orderRow)
  }

  /** Trades after `sinceTs` (market time) of the last seven days, newest first. */
  async fillsSince(sinceTs: number): Promise<Result<PanicFill[], VenueError>> {
    const rows = await this.read('/v5/execution/list', { category: 'linear', limit: 100 }, fillRow, (page) =>
      page.some((row) => Number(row.execTime) <= sinceTs),
    )
    return rows.ok ? ok(rows.value.filter((row) => row.execType === 'Trade' && Number(row.execTime) > sinceTs)) : rows
  }

  async lotRule(symbol: string): Promise<Result<LotRule, VenueError>> {
    const rows = await this.read('/v5/market/instruments-info', { category: 'linear', symbol }, lotRow)
    if (!rows.ok) return rows
    const filter = rows.value[0]?.lotSizeFilter
    return filter === undefined
      ? err({ type: 'invalid-request', code: 'symbol', detail: `${symbol} is not listed` })
      : ok({ step: filter.qtyStep, marketMax: filter.maxMktOrderQty })
  }

  /** Coins beside the settlement coin, for the list of what is not touched. */
  async spotCoins(): Promise<Result<{ readonly coin: string; readonly amount: string }[], VenueError>> {
    const rows = await this.read('/v5/account/wallet-balance', { accountType: 'UNIFIED' }, z.object({ coin: z.array(coinRow) }))
    if (!rows.ok) return rows
    return ok(
      (rows.value[0]?.coin ?? [])
        .filter(({ coin, walletBalance }) => coin !== SETTLE_COIN && Number(walletBalance) > 0)
        .map(({ coin, walletBalance }) => ({ coin, amount: walletBalance })),
    )
  }

  cancel(symbol: string, orderId: string): Promise<VenueError | undefined> {
    return this.write('/v5/order/cancel', { category: 'linear', symbol, orderId })
  }

  close(position: PanicPosition, quantity: string, clientOrderId: string): Promise<VenueError | undefined> {
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
    return errorOf(await this.transport.call('POST', path, body), true, this.wallMs())
  }
}
