/**
 * Builds an exchange from what the command line or a supervisor asks for, and puts it on a port.
 */
import { simTiers } from '../models/costs.ts'
import { randomBytes } from 'node:crypto'
import { parseDecimal } from '../../../core/decimal.ts'
import { CASH_SCALE, cash, instrumentIndex, rate } from '../../../core/units.ts'
import { Bars } from '../../../market/bars.ts'
import { type Instrument, isSpotSymbol, makeInstrument } from '../../../market/instrument.ts'
import { type CandleStore, openStore } from '../../../market/candles/store.ts'
import { SIM_KEY, SIM_SECRET } from '../sim-key.ts'
import { Exchange } from './exchange.ts'
import { GeneratedSource } from './market/generated-source.ts'
import type { MarketSource } from './market/market-source.ts'
import type { PublicFeed } from './market/public-feed.ts'
import { PublicSource, seriesOf } from './market/public-source.ts'
import { type ReplaySeries, ReplaySource } from './market/replay-source.ts'
import { type RunningServer, startServer } from './server.ts'
import { StartError } from './start-error.ts'
import { type SavedState, StateFile, readState, restoreAccount } from './account/state-file.ts'

export interface ExchangeServeOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly seed?: number
  /** Market seconds in a wall-clock second, 1 to 1000. */
  readonly speed?: number
  /** `VENUE/SYMBOL/INTERVAL` of the candle store; without any the market is generated. */
  readonly candles?: readonly string[]
  /** Root of the candle store. */
  readonly candlesRoot?: string
  /** First and last+1 instant to replay, ms UTC. */
  readonly from?: number
  readonly to?: number
  /** Bars before `from` that are served as history. */
  readonly warmup?: number
  readonly isLockstep?: boolean
  readonly stateFile?: string
  /** Opening wallet in coins, decimal text. */
  readonly cash?: string
  readonly key?: string
  readonly secret?: string
  readonly hasRateLimits?: boolean
  /** Gets what an owner should know of a start that continues all the same. */
  readonly tell?: (text: string) => void
  /** Another exchange's public market in place of a generated one, with the symbols to take from it. */
  readonly feed?: { readonly source: PublicFeed; readonly symbols: readonly string[] }
}

const CASH_DEFAULT = '10000'
const WARMUP_DEFAULT = 1_000
const LEVERAGE_MAX = 100

/** Builds the exchange without a port. @throws StartError when the options cannot be met. */
export function makeExchange(
  options: Omit<ExchangeServeOptions, 'port'>,
  wallNowMs: number,
  fed?: PublicSource,
): { exchange: Exchange; stateFile: StateFile | undefined } {
  const saved = options.stateFile === undefined ? undefined : readState(options.stateFile, options.tell)
  const source = fed ?? sourceOf(options, saved)
  const opening = parseDecimal(options.cash ?? CASH_DEFAULT, CASH_SCALE)
  if (opening === undefined || opening <= 0)
    throw new StartError(`The cash '${options.cash}' is not an amount.`, 'Give a positive number, as --cash 10000.')
  const exchange = new Exchange({
    source,
    openingCash: cash(opening),
    idPrefix: saved?.idPrefix ?? `${randomBytes(4).toString('hex')}-`,
    speed: options.speed ?? 1,
    isLockstep: options.isLockstep ?? false,
    createdWallMs: saved?.createdWallMs ?? wallNowMs,
  })
  if (saved !== undefined) restoreAccount(exchange.account, saved)
  return { exchange, stateFile: options.stateFile === undefined ? undefined : new StateFile(options.stateFile, exchange, wallNowMs) }
}

/** Starts the exchange. @throws StartError when the options cannot be met or the port is in use. */
export async function serveExchange(options: ExchangeServeOptions): Promise<RunningServer> {
  const fed = options.feed === undefined ? undefined : await fedSource(options.feed, options.stateFile)
  try {
    const { exchange, stateFile } = makeExchange(options, Date.now(), fed)
    const credentials = { key: options.key ?? SIM_KEY, secret: options.secret ?? SIM_SECRET }
    const server = await startServer({ exchange, credentials, hasRateLimits: options.hasRateLimits ?? true, port: options.port, stateFile })
    return {
      port: server.port,
      close: async () => {
        await server.close()
        await fed?.close()
      },
    }
  } catch (cause) {
    await fed?.close()
    throw cause
  }
}

/** An account's symbols keep their places; new ones come after them. */
async function fedSource(
  { source: feed, symbols }: NonNullable<ExchangeServeOptions['feed']>,
  path: string | undefined,
): Promise<PublicSource> {
  const saved = path === undefined ? undefined : readState(path)?.source
  if (saved !== undefined && saved.type !== 'public') throw otherMarket(path, marketOf({ source: saved }))
  const kept = saved?.series.map((series) => series.split(' ')[0] as string) ?? []
  const wanted = [...kept, ...symbols.filter((symbol) => !kept.includes(symbol))]
  const started = await PublicSource.start(feed, wanted, saved, () => Date.now())
  if (!started.ok) {
    await feed.close()
    throw new StartError(
      `The public market cannot be read (${started.error}).`,
      'Check the network and the symbols, then start again; --profile sim needs no network.',
    )
  }
  const changed = saved?.series.find((series, i) => series !== seriesOf(started.value.instruments[i] as Instrument))
  if (changed !== undefined) {
    await started.value.close()
    throw new StartError(
      `The exchange changed the tick or the lot of ${changed}, in which the account counts.`,
      'Start a new --state file.',
    )
  }
  return started.value
}

function sourceOf(options: Omit<ExchangeServeOptions, 'port'>, saved: SavedState | undefined): MarketSource {
  const names = options.candles ?? []
  if (names.length === 0) {
    if (saved !== undefined && saved.source.type !== 'generated') throw otherMarket(options.stateFile, marketOf(saved))
    return new GeneratedSource(options.seed ?? 1, saved?.source.type === 'generated' ? saved.source : undefined)
  }
  const store = openStore(options.candlesRoot ?? '.ballast/candles')
  const series = names.map((name, i) => loadSeries(store, name, i, options))
  const coins = new Set(series.map((s) => s.instrument.settleCoin))
  const symbols = new Set(series.map((s) => s.instrument.symbol))
  if (coins.size > 1) throw new StartError('The series are quoted in different coins.', 'Replay those of one coin at a time.')
  if (symbols.size < series.length) throw new StartError('A symbol is given twice.', 'Replay one series of a symbol at a time.')
  if (saved === undefined) return new ReplaySource(series)
  const played = series.map((s) => `${s.instrument.venue}/${s.instrument.symbol}`)
  if (saved.source.type !== 'replay' || saved.source.series.join() !== played.join()) throw otherMarket(options.stateFile, marketOf(saved))
  return new ReplaySource(series, saved.source)
}

const marketOf = ({ source }: Pick<SavedState, 'source'>): string =>
  source.type === 'generated' ? 'the generated market' : source.series.join(', ')

const otherMarket = (path: string | undefined, market: string): StartError =>
  new StartError(`The state in ${path} belongs to another market (${market}).`, 'Choose another --state file.')

function loadSeries(store: CandleStore, name: string, index: number, options: Omit<ExchangeServeOptions, 'port'>): ReplaySeries {
  const [venue, symbol, interval, rest] = name.split('/')
  if (venue === undefined || symbol === undefined || interval === undefined || rest !== undefined || [venue, symbol, interval].includes(''))
    throw new StartError(`'${name}' is not a series.`, 'Write VENUE/SYMBOL/INTERVAL, as --candles bybit/BTCUSDT/5m.')
  const loaded = store.load({ venue, symbol, interval, to: options.to })
  if (!loaded.ok) throw new StartError(loaded.error.sentence, loaded.error.next)
  const { columns, meta } = loaded.value
  const first = options.from === undefined ? 0 : columns.ts.findIndex((at) => at >= (options.from as number))
  if (first < 0 || columns.ts.length === 0)
    throw new StartError(`${name} has no bars in the range asked for.`, 'See what is stored with: ballast data list')
  const begin = Math.max(0, first - (options.warmup ?? WARMUP_DEFAULT))
  const cut = (column: Float64Array): Float64Array => column.subarray(begin)
  const bars = new Bars(meta.intervalMs, {
    ts: cut(columns.ts),
    open: cut(columns.open),
    high: cut(columns.high),
    low: cut(columns.low),
    close: cut(columns.close),
    volume: cut(columns.volume),
  })
  bars.cursor = first - begin
  const funding = store.loadFunding({ venue, symbol, to: options.to })
  if (!funding.ok && funding.error.kind !== 'not-found') throw new StartError(funding.error.sentence, funding.error.next)
  const fundings = funding.ok ? Array.from(funding.value.ts, (at, k) => ({ ts: at, rate: rate(funding.value.rate[k] as number) })) : []
  const instrument = makeInstrument({
    index: instrumentIndex(index),
    venue,
    symbol,
    tickSize: meta.tickSize,
    lotSize: meta.lotSize,
    leverageMax: LEVERAGE_MAX,
    ...(isSpotSymbol(symbol) ? undefined : { tiers: simTiers(LEVERAGE_MAX) }),
  })
  return { instrument, bars, fundings }
}
