/**
 * `ballast exchange serve`: the Bybit wire simulator as a process of its own.
 */
import { join } from 'node:path'
import type { Command } from 'commander'
import { StartError } from '../../venue/sim/bybit-server/start-error.ts'
import { type ExchangeServeOptions, serveExchange } from '../../venue/sim/bybit-server/serve-exchange.ts'
import { SIM_KEY, SIM_SECRET } from '../../venue/sim/sim-key.ts'
import { BYBIT_PUBLIC } from '../../config/exchange-access.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { timeOf } from '../flags/time-flag.ts'

interface ServeFlags {
  readonly port: string
  readonly seed: string
  readonly speed: string
  readonly candles?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly warmup: string
  readonly lockstep?: boolean
  readonly state?: string
  readonly market: string
  readonly cash: string
  readonly key: string
  readonly secret: string
  readonly rateLimits: boolean
  readonly symbols: string
  readonly publicUrl: string
  readonly publicStream: string
}

const PORT_MAX = 65_535
const SPEED_MAX = 1_000
const SYMBOLS_DEFAULT = 'BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT,BNBUSDT,ADAUSDT'

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

export function register(program: Command): void {
  const exchange = program.command('exchange').description('run the simulated exchange: Bybit v5 on a local port')
  exchange
    .command('serve')
    .description('serve a simulated Bybit (REST and WebSocket) on 127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', '8090')
    .option('--seed <n>', 'seed of the generated market', '1')
    .option('--speed <x>', 'market seconds per second, 1 to 1000', '1')
    .option('--candles <series>', 'replay VENUE/SYMBOL/INTERVAL from the candle store; repeatable', collect)
    .option('--from <time>', 'first bar to replay, for example 2025-01-01 or 2025-01-01T06:00Z')
    .option('--to <time>', 'end of the replay, exclusive')
    .option('--warmup <bars>', 'bars before --from to serve as history', '1000')
    .option('--lockstep', 'market time advances only by POST /_sim/step')
    .option('--state <file>', 'keep account and clock in this file across restarts')
    .option('--market <market>', 'generated, or bybit-public: real prices, simulated account', 'generated')
    .option('--symbols <list>', 'symbols of bybit-public, for example BTCUSDT,BTCUSDT-SPOT', SYMBOLS_DEFAULT)
    .option('--public-url <url>', 'REST URL that bybit-public reads', BYBIT_PUBLIC.restUrl)
    .option('--public-stream <url>', 'public stream URL that bybit-public reads', BYBIT_PUBLIC.streamUrl)
    .option('--cash <amount>', 'opening balance', '10000')
    .option('--key <key>', 'API key to accept', SIM_KEY)
    .option('--secret <secret>', 'API secret to accept', SIM_SECRET)
    .option('--no-rate-limits', 'switch rate limits off')
    .action(runServe)
}

async function runServe(flags: ServeFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const options = optionsOf(flags, () => join(context.dataDir(), 'candles'))
  const feed = flags.market === 'bybit-public' ? await feedOf(flags, context) : undefined
  const server = await serveExchange({ ...options, tell: (text) => context.out.note(text), ...(feed === undefined ? {} : { feed }) }).catch(
    (cause: unknown) => {
      if (cause instanceof StartError) throw new CliError(EXIT.error, cause.message, cause.next, { cause })
      throw cause
    },
  )
  context.out.line(`listening http://127.0.0.1:${server.port}`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await server.close()
}

async function feedOf(flags: ServeFlags, context: CliContext): Promise<NonNullable<ExchangeServeOptions['feed']>> {
  if (flags.candles !== undefined || flags.lockstep === true || Number(flags.speed) !== 1)
    throw new CliError(
      EXIT.usage,
      'The market bybit-public runs in real time.',
      'Drop --candles, --lockstep and --speed, or use --market generated.',
    )
  const symbols = [...new Set(flags.symbols.split(',').map((symbol) => symbol.trim().toUpperCase()))].filter((symbol) => symbol !== '')
  if (symbols.length === 0) throw new CliError(EXIT.usage, '--symbols is empty.', 'Example: --symbols BTCUSDT,ETHUSDT.')
  const urls = { restUrl: flags.publicUrl.replace(/\/$/, ''), streamUrl: flags.publicStream }
  // The client of the real exchange is loaded only where it is needed.
  const { BybitFeed } = await import('../../market-data/bybit-feed.ts')
  return { source: new BybitFeed(urls, (text) => context.out.note(text)), symbols }
}

function optionsOf(flags: ServeFlags, candlesRoot: () => string): ExchangeServeOptions {
  if (flags.market !== 'generated' && flags.market !== 'bybit-public')
    throw new CliError(EXIT.usage, `There is no market '${flags.market}'.`, 'Use generated or bybit-public.')
  return {
    port: numberOf('port', flags.port, 0, PORT_MAX, true),
    seed: numberOf('seed', flags.seed, 0, Number.MAX_SAFE_INTEGER, true),
    speed: numberOf('speed', flags.speed, 1, SPEED_MAX, false),
    warmup: numberOf('warmup', flags.warmup, 0, Number.MAX_SAFE_INTEGER, true),
    isLockstep: flags.lockstep === true,
    cash: flags.cash,
    key: flags.key,
    secret: flags.secret,
    hasRateLimits: flags.rateLimits,
    ...(flags.candles === undefined ? {} : { candles: flags.candles, candlesRoot: candlesRoot() }),
    ...(flags.from === undefined ? {} : { from: timeOf('from', flags.from) }),
    ...(flags.to === undefined ? {} : { to: timeOf('to', flags.to) }),
    ...(flags.state === undefined ? {} : { stateFile: flags.state }),
  }
}

function numberOf(name: string, text: string, low: number, high: number, isWhole: boolean): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high && (!isWhole || Number.isSafeInteger(value))) return value
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`
  throw new CliError(
    EXIT.usage,
    `--${name} '${text}' is not a ${isWhole ? 'whole ' : ''}number ${range}.`,
    `See 'ballast exchange serve --help'.`,
  )
}
