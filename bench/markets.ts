/**
 * One strategy over two symbols and three intervals: base bars a second through kernel and matching engine, against the same two symbols
 * with a strategy of their own each. Never measures a run that made no fills.
 */
import { cpus, loadavg } from 'node:os'
import { runBacktest } from '../src/backtest/backtest.ts'
import { type BacktestRequest, kernelOf } from '../src/backtest/backtest-run.ts'
import { Random } from '../src/core/random.ts'
import { CASH_ONE, MINUTE_MS, RATE_ONE, cash, instrumentIndex, lots, rate } from '../src/core/units.ts'
import { type BarColumns, Bars } from '../src/market/bars.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { STRATEGIES } from '../src/strategy/registry.ts'
import { type MarketsContext, type StrategyDefinition, defineStrategy, ticksFromFloat, z } from '../src/strategy/sdk.ts'
import { MAINTENANCE_RATE } from '../src/venue/sim/models/costs.ts'

const BARS = 1_000_000
const ROUNDS = 7
const WARM_UP = 2

/** Reads all intervals of both symbols at each bar, and trades the gap between them. */
const gaps = defineStrategy<{ readonly band: number }, { readonly band: number; side: number }>({
  contract: 2,
  name: 'gaps',
  version: 1,
  summary: 'Sells what has risen more, buys the other.',
  params: z.strictObject({ band: z.number().default(0.03) }),
  protection: 'position-stop',
  givesStop: true,
  symbols: ['first', 'second'],
  intervals: () => ({ '5m': 2, '1h': 2, '4h': 2 }),
  warmup: () => 0,
  init: ({ band }) => ({ band, side: 0 }),
  onBar(context, state) {
    const [first, second] = context.markets
    if (first === undefined || second === undefined) return
    const gap = rise(first) - rise(second)
    const side = gap > state.band ? -1 : gap < -state.band ? 1 : state.side
    if (side === state.side || (side !== 1 && side !== -1)) return
    state.side = side
    say(first, side, gap)
    say(second, side === 1 ? -1 : 1, gap)
  },
})

const rise = ({ bars, higher }: MarketsContext['markets'][number]): number =>
  bars.close(0) / higher('4h').close(1) + higher('5m').close(1) / higher('1h').close(1) - 2

function say(market: MarketsContext['markets'][number], side: 1 | -1, gap: number): void {
  const close = market.bars.close(0)
  market.signal({
    side,
    strength: 1,
    stop: ticksFromFloat(close * (1 - side * 0.05), side === 1 ? 'floor' : 'ceil'),
    reason: { rule: 'apart', values: { gap } },
  })
}

function walk(seed: number): BarColumns {
  const random = new Random(seed)
  const column = (): Float64Array => new Float64Array(BARS)
  const columns = { ts: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let price = 500_000
  for (let k = 0; k < BARS; k++) {
    const open = price
    price = Math.max(50_000, Math.round(price * (1 + 0.001 * random.normal())))
    columns.ts[k] = 1_600_000_020_000 - (1_600_000_020_000 % (240 * MINUTE_MS)) + k * MINUTE_MS
    columns.open[k] = open
    columns.close[k] = price
    columns.high[k] = Math.max(open, price) + Math.round(50 * random.next())
    columns.low[k] = Math.min(open, price) - Math.round(50 * random.next())
    columns.volume[k] = 1 + random.next()
  }
  return columns
}

const series = [walk(7), walk(8)]
const instruments = ['AUSDT', 'BUSDT'].map((symbol, at) =>
  makeInstrument({ index: instrumentIndex(at), venue: 'bench', symbol, tickSize: '0.1', lotSize: '0.001' }),
)

function requestOf(definition: StrategyDefinition): BacktestRequest {
  return {
    definition,
    params: definition.params.parse({}),
    series: series.map((columns, at) => ({
      instrument: instruments[at] as (typeof instruments)[number],
      intervalMs: MINUTE_MS,
      columns,
      funding: undefined,
    })),
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(10) },
    openingCash: cash(10_000_000 * CASH_ONE),
    makerRate: rate(0.0002 * RATE_ONE),
    takerRate: rate(0.00055 * RATE_ONE),
    spotRate: rate(0.001 * RATE_ONE),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }
}

function play(request: BacktestRequest): { readonly ms: number; readonly fills: number } {
  const spec = {
    kernel: kernelOf(request),
    venue: {
      makerRate: request.makerRate,
      takerRate: request.takerRate,
      slippage: request.slippage,
      limitFill: request.limitFill,
      leverage: request.risk.limits.leverage,
      maintenanceRate: MAINTENANCE_RATE,
      idPrefix: 'bt-',
    },
    openingCash: request.openingCash,
    bars: series.map((columns) => new Bars(MINUTE_MS, columns)),
    funding: [undefined, undefined],
  }
  const start = process.cpuUsage()
  const { fills, failure } = runBacktest(spec)
  const { user, system } = process.cpuUsage(start)
  if (failure !== undefined || fills.length === 0) throw new Error(failure ?? 'nothing was filled')
  return { ms: (user + system) / 1e3, fills: fills.length }
}

const single = STRATEGIES.get('ema-cross')
if (single === undefined) throw new Error('no ema-cross')
console.log(
  `machine      ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}, load ${(loadavg()[0] as number).toFixed(2)}`,
)
console.log(`series       two walks of ${BARS.toLocaleString('en-US')} one-minute bars`)
console.log(`times        processor time, least of ${ROUNDS} runs after ${WARM_UP}`)
for (const definition of process.argv.includes('--only-one') ? [single] : [gaps, single]) {
  const request = requestOf(definition)
  const runs = Array.from({ length: WARM_UP + ROUNDS }, () => play(request)).slice(WARM_UP)
  const least = Math.min(...runs.map(({ ms }) => ms))
  const rate2 = (2 * BARS) / least / 1e3
  console.log(
    `${definition.name.padEnd(12)} ${least.toFixed(0)} ms, ${rate2.toFixed(2)} M base bars/s, ${(runs[0]?.fills ?? 0).toLocaleString('en-US')} fills`,
  )
}
