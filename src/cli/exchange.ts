/**
 * `ballast exchange serve`: the Bybit wire simulator as a process of its own.
 * Never prints anything on stdout but the one line that says where it listens.
 */
import { join } from 'node:path'
import type { Command } from 'commander'
import { StartError } from '../venue/sim/bybit-server/start-error.ts'
import { type ExchangeServeOptions, serveExchange } from '../venue/sim/bybit-server/serve-exchange.ts'
import { SIM_KEY, SIM_SECRET } from '../venue/sim/sim-key.ts'
import { contextOf } from './context.ts'
import { CliError, EXIT } from './exit.ts'

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
}

const PORT_MAX = 65_535
const SPEED_MAX = 1_000

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

export function register(program: Command): void {
  const exchange = program.command('exchange').description('the simulated exchange: Bybit v5 on a local port')
  exchange
    .command('serve')
    .description('serve a simulated Bybit (REST and WebSocket) on 127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', '8090')
    .option('--seed <n>', 'seed of the generated market', '1')
    .option('--speed <x>', 'market seconds in a second, 1 to 1000', '1')
    .option('--candles <series>', 'replay VENUE/SYMBOL/INTERVAL of the candle store; may be repeated', collect)
    .option('--from <time>', 'first bar to replay, as 2025-01-01 or 2025-01-01T06:00Z')
    .option('--to <time>', 'end of the replay, not included')
    .option('--warmup <bars>', 'bars before --from that are served as history', '1000')
    .option('--lockstep', 'market time moves by POST /_sim/step only')
    .option('--state <file>', 'keep account and clock in this file over a restart')
    .option('--market <market>', 'generated, or bybit-public', 'generated')
    .option('--cash <amount>', 'opening wallet', '10000')
    .option('--key <key>', 'API key that is accepted', SIM_KEY)
    .option('--secret <secret>', 'its secret', SIM_SECRET)
    .option('--no-rate-limits', 'do not refuse requests that come too fast')
    .action(runServe)
}

async function runServe(flags: ServeFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const server = await serveExchange(optionsOf(flags, () => join(context.dataDir(), 'candles'))).catch((cause: unknown) => {
    if (cause instanceof StartError) throw new CliError(EXIT.error, cause.message, cause.next, { cause })
    throw cause
  })
  context.out.line(`listening http://127.0.0.1:${server.port}`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await server.close()
}

function optionsOf(flags: ServeFlags, candlesRoot: () => string): ExchangeServeOptions {
  if (flags.market === 'bybit-public')
    throw new CliError(EXIT.error, 'The market bybit-public is not built yet.', 'Use --market generated, or replay candles with --candles.')
  if (flags.market !== 'generated')
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
  const range = high === Number.MAX_SAFE_INTEGER ? `from ${low} up` : `from ${low} to ${high}`
  throw new CliError(
    EXIT.usage,
    `--${name} '${text}' is not a ${isWhole ? 'whole ' : ''}number ${range}.`,
    `See 'ballast exchange serve --help'.`,
  )
}

function timeOf(name: string, text: string): number {
  const value = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(value)) return value
  throw new CliError(EXIT.usage, `--${name} '${text}' is not a time.`, 'Write it as 2025-01-01 or 2025-01-01T06:00Z (UTC).')
}
