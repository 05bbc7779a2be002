/**
 * Weights of 500 assets by the methods that have to answer while somebody waits, and the plan of orders from them.
 */
import { CVAR_CONFIDENCE } from '../src/portfolio/allocation/min-cvar.ts'
import { EWMA_DECAY } from '../src/portfolio/allocation/covariance.ts'
import { LONG_ONLY } from '../src/portfolio/allocation/bounds.ts'
import { type Method, allocate } from '../src/portfolio/allocation/allocate.ts'
import { type RebalanceAsset, planRebalance } from '../src/portfolio/rebalance/plan.ts'
import { wholeWeights } from '../src/portfolio/rebalance/weight.ts'
import { cash, instrumentIndex, lots, rate, ticks } from '../src/core/units.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { err } from '../src/core/result.ts'

const ASSETS = 500
const ROWS = 1_000
const RUNS = 5
const METHODS: readonly Method[] = ['hrp', 'erc', 'min-variance', 'inverse-vol', 'max-sharpe']

/** One common factor and one of each asset, by Park and Miller's generator: the same numbers in each run. */
function returnsOf(assets: number, rows: number): Float64Array[] {
  let state = 20_260_101
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647 + 0.000_1
  }
  const columns = Array.from({ length: assets }, () => new Float64Array(rows))
  for (let row = 0; row < rows; row += 1) {
    const common = uniform() + uniform() - 1
    for (const [at, column] of columns.entries())
      column[row] = 0.0003 + 0.02 * (0.5 + (at % 7) / 10) * common + 0.02 * (0.4 + (at % 11) / 8) * (uniform() + uniform() - 1)
  }
  return columns
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number
function timed<T>(run: () => T): { readonly ms: number; readonly value: T } {
  const times: number[] = []
  let value: T | undefined
  for (let at = 0; at < RUNS; at += 1) {
    const start = performance.now()
    value = run()
    times.push(performance.now() - start)
  }
  return { ms: median(times), value: value as T }
}

const returns = returnsOf(ASSETS, ROWS)
const names = returns.map((_, at) => `A${at}`)
let erc: Float64Array = new Float64Array(ASSETS)
for (const method of METHODS) {
  const { ms, value } = timed(() =>
    allocate({
      method,
      names,
      returns,
      covariance: 'sample',
      decay: EWMA_DECAY,
      bounds: LONG_ONLY,
      confidence: CVAR_CONFIDENCE,
      blackLitterman: { market: new Float64Array(ASSETS).fill(1 / ASSETS), views: [], riskAversion: 2.5, tau: 0.05 },
      solveLinear: () => err('not asked'),
    }),
  )
  if (!value.ok) throw new Error(value.error)
  const sum = value.value.weights.reduce((total, weight) => total + weight, 0)
  if (Math.abs(sum - 1) > 1e-9) throw new Error(`${method}: weights sum to ${sum}`)
  if (method === 'erc') erc = value.value.weights
  console.log(`${method.padEnd(14)} ${ASSETS} assets x ${ROWS} rows  ${ms.toFixed(0).padStart(6)} ms (median of ${RUNS})`)
}

const targets = wholeWeights(erc)
const assets = targets.map((target, at): RebalanceAsset => {
  const instrument = makeInstrument({
    index: instrumentIndex(at),
    venue: 'bybit',
    symbol: `A${at}USDT`,
    tickSize: '0.01',
    lotSize: '0.001',
    notionalMin: '5',
  })
  return {
    instrument,
    held: lots(at * 3),
    mark: ticks(10_000 + at * 37),
    target,
    isLocked: false,
    most: undefined,
    costRate: rate(6_500_000),
  }
})
const plan = timed(() => planRebalance(assets, { band: 0, tradeMin: cash(0), turnoverMax: undefined, costMax: undefined }, cash(1e6 * 1e8)))
console.log(`${'plan'.padEnd(14)} ${ASSETS} assets, ${plan.value.orders.length} orders  ${plan.ms.toFixed(2)} ms (median of ${RUNS})`)
