/**
 * Bybit v5 as a venue: commands to requests, rows to reports, over any transport (the real client, or handlers in memory).
 * Never retries a write by itself and never answers that something did not happen unless that is certain.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'
import { CASH_SCALE, type InstrumentIndex, MINUTE_MS, type Ts, cash, ts } from '../../core/units.ts'
import { parseDecimal } from '../../core/decimal.ts'
import type { Bar } from '../../market/bars.ts'
import { type Instrument, type InstrumentSpec, type InstrumentStatus, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { instrumentIndex } from '../../core/units.ts'
import type { AmendOrder, CancelOrder, OrderCommand, SetProtection, SubmitOrder } from '../../trading/event.ts'
import type { AccountReading, OrderReport, StreamReport } from '../../trading/report.ts'
import type { SendOutcome, Venue, VenueClock, VenueHandlers } from '../port.ts'
import { ConditionsReader, type ConditionsReading } from './conditions.ts'
import type { VenueError } from './error.ts'
import {
  OddRow,
  createBody,
  protectionBody,
  executionRow,
  orderRow,
  positionRow,
  toBar,
  toElsewhere,
  toExecutionReport,
  toOrderReport,
  toPositionReport,
} from './map.ts'
import { Requests, listOf } from './requests.ts'
import { BookFeed, type BookDepth } from './book-feed.ts'
import { StreamReader } from './stream.ts'
import type { Transport } from './transport.ts'

export interface BybitOptions {
  readonly intervalMs: number
  /** Wall clock, ms; given so that a simulation can hold it. */
  readonly wallMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Reads the simulator's own clock; undefined on the real exchange, where market time is server time. */
  readonly simClock: (() => Promise<VenueClock | undefined>) | undefined
  /** Levels of the order books to mirror; undefined mirrors none. */
  readonly bookDepth?: BookDepth | undefined
}

const instrumentRow = z.object({
  symbol: z.string(),
  status: z.string(),
  baseCoin: z.string(),
  quoteCoin: z.string(),
  leverageFilter: z.object({ maxLeverage: z.string() }),
  priceFilter: z.object({ tickSize: z.string() }),
  lotSizeFilter: z.object({
    minNotionalValue: z.string().optional(),
    maxOrderQty: z.string(),
    maxMktOrderQty: z.string(),
    minOrderQty: z.string(),
    qtyStep: z.string(),
  }),
  fundingInterval: z.number(),
})

const STATUSES: Readonly<Record<string, InstrumentStatus>> = {
  Trading: 'trading',
  PreLaunch: 'pre-launch',
  Delivering: 'delivering',
  Closed: 'closed',
}

const createResult = z.object({ orderId: z.string() })
const walletResult = z.object({
  list: z.array(
    z.object({ accountMMRate: z.string().optional(), coin: z.array(z.object({ coin: z.string(), walletBalance: z.string() })) }),
  ),
})

/** Empty in isolated margin, where it means nothing. */
const ratioOf = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text))

export interface Listing {
  readonly instrument: InstrumentIndex
  readonly status: InstrumentStatus
  /** Whether prices and quantities still count in the steps that the books count in. */
  readonly isGridSame: boolean
}

/** Bybit's interval names by minutes. */
export const intervalName = (intervalMs: number): string => (intervalMs === 86_400_000 ? 'D' : String(intervalMs / MINUTE_MS))

export class BybitVenue implements Venue {
  private readonly transport: Transport
  private readonly options: BybitOptions
  private readonly requests: Requests
  private readonly conditionsReader: ConditionsReader
  private list: readonly Instrument[] = []
  private bySymbol: ReadonlyMap<string, Instrument> = new Map()

  constructor(transport: Transport, options: BybitOptions) {
    this.transport = transport
    this.options = options
    this.requests = new Requests(transport, options.wallMs, options.sleep)
    this.conditionsReader = new ConditionsReader(this.requests, options.wallMs)
  }

  /** Must be told the instruments, with their indexes, before anything else is asked of them. */
  use(instruments: readonly Instrument[]): void {
    this.list = instruments
    this.bySymbol = new Map(instruments.map((i) => [i.symbol, i]))
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.list[i] as Instrument
  }

  async instruments(symbols: readonly string[]): Promise<Result<InstrumentSpec[], VenueError>> {
    const specs: InstrumentSpec[] = []
    for (const [at, symbol] of symbols.entries()) {
      const reply = await this.requests.read('data', '/v5/market/instruments-info', { category: 'linear', symbol }, listOf(instrumentRow))
      if (!reply.ok)
        return reply.error.type === 'invalid-request'
          ? err({ ...reply.error, detail: `${symbol} is not a linear perpetual on this exchange` })
          : reply
      const row = reply.value.list[0]
      if (row === undefined)
        return err({ type: 'invalid-request', code: 'symbol', detail: `${symbol} is not a linear perpetual on this exchange` })
      specs.push({
        index: instrumentIndex(at),
        venue: 'bybit',
        symbol: row.symbol,
        baseCoin: row.baseCoin,
        quoteCoin: row.quoteCoin,
        tickSize: row.priceFilter.tickSize,
        lotSize: row.lotSizeFilter.qtyStep,
        quantityMin: row.lotSizeFilter.minOrderQty,
        quantityMax: row.lotSizeFilter.maxOrderQty,
        quantityMarketMax: row.lotSizeFilter.maxMktOrderQty,
        notionalMin: row.lotSizeFilter.minNotionalValue ?? '0',
        leverageMax: Number(row.leverageFilter.maxLeverage),
        fundingIntervalMs: row.fundingInterval * MINUTE_MS,
        status: STATUSES[row.status] ?? 'closed',
      })
    }
    return ok(specs)
  }

  async clock(): Promise<Result<VenueClock, VenueError>> {
    const { simClock } = this.options
    if (simClock !== undefined) {
      const clock = await simClock()
      return clock === undefined ? err({ type: 'venue-down', code: 'clock', detail: 'the simulator does not answer' }) : ok(clock)
    }
    const reply = await this.requests.read('account', '/v5/market/time', {}, z.object({ timeNano: z.string() }))
    if (!reply.ok) return reply
    return ok({ now: ts(Math.floor(Number(reply.value.timeNano) / 1e6)), speed: 1 })
  }

  /** How far this machine's clock is ahead of the exchange's, wall ms; half the round trip is taken off. */
  async clockSkewMs(): Promise<Result<number, VenueError>> {
    const before = this.options.wallMs()
    const reply = await this.requests.read('account', '/v5/market/time', {}, z.object({ timeNano: z.string() }))
    if (!reply.ok) return reply
    const after = this.options.wallMs()
    return ok((before + after) / 2 - Number(reply.value.timeNano) / 1e6)
  }

  async candles(i: InstrumentIndex, from: Ts | undefined, until: Ts, count: number): Promise<Result<Bar[], VenueError>> {
    const instrument = this.instrument(i)
    const { intervalMs } = this.options
    const bars: Bar[] = []
    let end: number = until - intervalMs
    while (bars.length < count) {
      const reply = await this.requests.read(
        'data',
        '/v5/market/kline',
        {
          category: 'linear',
          symbol: instrument.symbol,
          interval: intervalName(intervalMs),
          start: from,
          end,
          limit: Math.min(1000, count - bars.length),
        },
        z.object({ list: z.array(z.array(z.string()).min(6)) }),
      )
      if (!reply.ok) return reply
      const page = this.tryMap(() =>
        reply.value.list.map((k) =>
          toBar(instrument, k[0] as string, k[1] as string, k[2] as string, k[3] as string, k[4] as string, k[5] as string),
        ),
      )
      if (!page.ok) return page
      // Newest first; the first may still be open, which its close instant tells.
      const closed = page.value.filter((bar) => bar.ts + intervalMs <= until && (bars.length === 0 || bar.ts < (bars[0] as Bar).ts))
      if (closed.length === 0) break
      bars.unshift(...closed.reverse())
      end = (bars[0] as Bar).ts - 1
      if (from !== undefined && end < from) break
    }
    return ok(bars)
  }

  private tryMap<T>(map: () => T): Result<T, VenueError> {
    try {
      return ok(map())
    } catch (thrown) {
      if (thrown instanceof OddRow) return err({ type: 'venue-down', code: 'odd-row', detail: thrown.message })
      throw thrown
    }
  }

  private known<T extends { readonly symbol: string }, R>(rows: readonly T[], map: (row: T, instrument: Instrument) => R): R[] {
    return rows.flatMap((row) => {
      const instrument = this.bySymbol.get(row.symbol)
      return instrument === undefined ? [] : [map(row, instrument)]
    })
  }

  async readAccount(executionsFrom: Ts): Promise<Result<AccountReading, VenueError>> {
    const coin = this.list[0]?.settleCoin ?? 'USDT'
    const orders = await this.requests.readAll(
      'account',
      '/v5/order/realtime',
      { category: 'linear', settleCoin: coin, limit: 50 },
      orderRow,
    )
    if (!orders.ok) return orders
    const executions = await this.requests.readAll(
      'account',
      '/v5/execution/list',
      { category: 'linear', startTime: executionsFrom, limit: 100 },
      executionRow,
    )
    if (!executions.ok) return executions
    const positions = await this.requests.readAll(
      'account',
      '/v5/position/list',
      { category: 'linear', settleCoin: coin, limit: 200 },
      positionRow,
    )
    if (!positions.ok) return positions
    const wallet = await this.requests.read('account', '/v5/account/wallet-balance', { accountType: 'UNIFIED', coin }, walletResult)
    if (!wallet.ok) return wallet
    const balance = wallet.value.list[0]?.coin.find((c) => c.coin === coin)?.walletBalance ?? '0'
    return this.tryMap(() => ({
      openOrders: this.known(orders.value, toOrderReport),
      executions: this.known(executions.value, toExecutionReport)
        .filter((report) => report !== undefined)
        .reverse(),
      positions: this.known(positions.value, toPositionReport),
      holdings: [],
      elsewhere: positions.value.filter((row) => !this.bySymbol.has(row.symbol) && Number(row.size) !== 0).map(toElsewhere),
      walletBalance: cash(parseDecimal(balance, CASH_SCALE, 'floor') ?? 0),
      coin,
      maintenanceRatio: ratioOf(wallet.value.list[0]?.accountMMRate),
    }))
  }

  /** What trading rests on beside orders (S12). */
  conditions(): Promise<ConditionsReading> {
    return this.conditionsReader.read(this.list.map(({ symbol }) => symbol))
  }

  /** How the symbols are listed now: one that the venue does not know any more is closed. */
  async listing(): Promise<Result<readonly Listing[], VenueError>> {
    const list: Listing[] = []
    for (const { index, symbol, tick, lot, priceScale, quantityScale } of this.list) {
      const reply = await this.requests.read('data', '/v5/market/instruments-info', { category: 'linear', symbol }, listOf(instrumentRow))
      // 10001 is how a symbol is answered that the venue does not know any more.
      if (!reply.ok && reply.error.code !== '10001') return reply
      const row = reply.ok ? reply.value.list[0] : undefined
      const isSame =
        row === undefined ||
        (parseDecimal(row.priceFilter.tickSize, priceScale) === tick && parseDecimal(row.lotSizeFilter.qtyStep, quantityScale) === lot)
      list.push({ instrument: index, status: row === undefined ? 'closed' : (STATUSES[row.status] ?? 'closed'), isGridSame: isSame })
    }
    return ok(list)
  }

  /** Whether the venue says that it is being maintained, with its own title. */
  async maintenance(): Promise<Result<string | undefined, VenueError>> {
    const reply = await this.requests.read('account', '/v5/system/status', {}, listOf(z.object({ title: z.string(), state: z.string() })))
    return reply.ok ? ok(reply.value.list.find(({ state }) => state === 'ongoing')?.title) : reply
  }

  /** Tells how each request ended: undefined is well. */
  listen(heard: (error: VenueError | undefined) => void): void {
    this.requests.heard = heard
  }

  async lookUp(
    i: InstrumentIndex,
    clientOrderId: string,
  ): Promise<Result<{ readonly order: OrderReport; readonly executions: readonly StreamReport[] } | undefined, VenueError>> {
    const { symbol } = this.instrument(i)
    for (const path of ['/v5/order/realtime', '/v5/order/history']) {
      const reply = await this.requests.read('account', path, { category: 'linear', symbol, orderLinkId: clientOrderId }, listOf(orderRow))
      if (!reply.ok) return reply
      const row = reply.value.list[0]
      if (row === undefined) continue
      const executions = await this.requests.readAll(
        'account',
        '/v5/execution/list',
        { category: 'linear', symbol, orderLinkId: clientOrderId, limit: 100 },
        executionRow,
      )
      if (!executions.ok) return executions
      return this.tryMap(() => ({
        order: toOrderReport(row, this.instrument(i)),
        executions: this.known(executions.value, toExecutionReport)
          .filter((report) => report !== undefined)
          .reverse(),
      }))
    }
    return ok(undefined)
  }

  async setLeverage(i: InstrumentIndex, leverage: number): Promise<Result<void, VenueError>> {
    const reply = await this.requests.request('account', 'POST', '/v5/position/set-leverage', {
      category: 'linear',
      symbol: this.instrument(i).symbol,
      buyLeverage: String(leverage),
      sellLeverage: String(leverage),
    })
    return reply.ok || reply.error.type === 'unchanged' ? ok(undefined) : reply
  }

  async send(command: OrderCommand): Promise<SendOutcome> {
    switch (command.type) {
      case 'submit-order':
        return this.create(command)
      case 'cancel-order':
        return this.cancel(command)
      case 'amend-order':
        return this.amend(command)
      case 'set-protection':
        return this.setProtection(command)
    }
  }

  private async create(command: SubmitOrder): Promise<SendOutcome> {
    if (command.budget !== undefined)
      return {
        type: 'refused',
        error: { type: 'invalid-request', code: 'budget', detail: 'a perpetual order needs a quantity, not a budget' },
      }
    if ((command.targets?.length ?? 0) > 1 || (command.targets?.[0]?.share ?? 1) < 1)
      return {
        type: 'refused',
        error: { type: 'invalid-request', code: 'targets', detail: 'only one target for all of it can travel with an entry' },
      }
    const reply = await this.requests.request(
      command.reduceOnly ? 'exit' : 'entry',
      'POST',
      '/v5/order/create',
      createBody(command, this.instrument(command.instrument)),
    )
    if (!reply.ok) {
      // The id was taken before: the first request arrived after all. It is looked up like an unknown outcome.
      return reply.error.type === 'duplicate' ? { type: 'unknown', error: reply.error } : outcomeOf(reply.error)
    }
    const parsed = createResult.safeParse(reply.value)
    if (!parsed.success)
      return { type: 'unknown', error: { type: 'unknown-outcome', code: 'odd-shape', detail: 'the reply to create has no orderId' } }
    return { type: 'taken', venueOrderId: parsed.data.orderId }
  }

  private async cancel(command: CancelOrder): Promise<SendOutcome> {
    const id = command.venueOrderId === undefined ? { orderLinkId: command.clientOrderId } : { orderId: command.venueOrderId }
    const reply = await this.requests.request('exit', 'POST', '/v5/order/cancel', {
      category: 'linear',
      symbol: this.instrument(command.instrument).symbol,
      ...id,
    })
    if (reply.ok) return { type: 'taken', venueOrderId: command.venueOrderId }
    return reply.error.type === 'gone' ? { type: 'unknown', error: reply.error } : outcomeOf(reply.error)
  }

  private async amend(command: AmendOrder): Promise<SendOutcome> {
    const instrument = this.instrument(command.instrument)
    const { lots: quantity, limit, trigger } = command
    const id = command.venueOrderId === undefined ? { orderLinkId: command.clientOrderId } : { orderId: command.venueOrderId }
    const reply = await this.requests.request('exit', 'POST', '/v5/order/amend', {
      category: 'linear',
      symbol: instrument.symbol,
      ...id,
      qty: quantity === undefined ? undefined : formatQuantity(instrument, quantity),
      price: limit === undefined ? undefined : formatPrice(instrument, limit),
      triggerPrice: trigger === undefined ? undefined : formatPrice(instrument, trigger),
    })
    if (reply.ok) return { type: 'taken', venueOrderId: command.venueOrderId }
    return outcomeOf(reply.error)
  }

  private async setProtection(command: SetProtection): Promise<SendOutcome> {
    const instrument = this.instrument(command.instrument)
    const reply = await this.requests.request('exit', 'POST', '/v5/position/trading-stop', {
      category: 'linear',
      symbol: instrument.symbol,
      tpslMode: 'Full',
      positionIdx: 0,
      ...protectionBody(command, instrument),
    })
    if (reply.ok) return { type: 'taken', venueOrderId: undefined }
    return reply.error.type === 'unchanged' ? { type: 'unchanged' } : outcomeOf(reply.error)
  }

  open(handlers: VenueHandlers, armsDcp = false): void {
    const { intervalMs, bookDepth, wallMs } = this.options
    const interval = intervalName(intervalMs)
    // The exchange refuses a subscription to what is closed, and with it those beside it.
    const listed = this.list.filter((i) => i.status !== 'closed')
    const books =
      bookDepth === undefined
        ? undefined
        : new BookFeed(listed, bookDepth, { handlers, renew: (topics) => this.transport.renew(topics), wallMs })
    const reader = new StreamReader(this.bySymbol, books, handlers)
    const topics = listed.flatMap(({ symbol }) => [`kline.${interval}.${symbol}`, `tickers.${symbol}`])
    this.transport.open(
      {
        public: [...topics, ...(books?.topics ?? [])],
        private: ['order', 'execution', 'position', 'wallet', ...(armsDcp ? ['dcp.future'] : [])],
      },
      {
        frame: (_stream, frame) => reader.frame(frame),
        state: (stream, state, detail, part) => reader.state(stream, state, detail, part),
      },
    )
  }

  async close(): Promise<void> {
    await this.transport.close()
  }
}

function outcomeOf(error: VenueError): SendOutcome {
  switch (error.type) {
    case 'unknown-outcome':
    case 'duplicate':
    case 'gone':
      return { type: 'unknown', error }
    case 'retry-after':
      return { type: 'retry', error, waitMs: error.waitMs }
    case 'clock':
      return { type: 'retry', error, waitMs: 500 }
    case 'venue-down':
      // Refused connections never left this machine.
      return error.code === 'not-sent' ? { type: 'retry', error, waitMs: 1_000 } : { type: 'unknown', error }
    case 'unchanged':
      return { type: 'unchanged' }
    case 'invalid-request':
    case 'insufficient-funds':
    case 'auth':
    case 'market-state':
      return { type: 'refused', error }
  }
}
