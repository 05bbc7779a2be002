/**
 * What the gate lets through: of walks without anything in them almost none, of markets with a planted edge almost all, with fees and slippage.
 * 40 walks and 20 planted markets for each grid; 200 and 100 with `BALLAST_PROVE=full`. The limits were set on other seeds than these.
 */
import { describe, expect, test } from 'vitest'
import { runOne } from '../src/backtest/sweep/sweep-plan.ts'
import { allCombinations } from '../src/backtest/sweep/parameter-grid.ts'
import { type Gate, GATE_ROWS_MIN, judgeGrid } from '../src/backtest/trust/gate.ts'
import { instantsOf, marketReturns, stepFor } from '../src/backtest/trust/rows.ts'
import { CASH_ONE, HOUR_MS, cash, instrumentIndex, rate } from '../src/core/units.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { STRATEGIES } from '../src/strategy/registry.ts'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import { type Planted, plantedMarket } from './support/planted-market.ts'

const IS_FULL = process.env['BALLAST_PROVE'] === 'full'
const WALKS = IS_FULL ? 200 : 40
const PLANTED = IS_FULL ? 100 : 20
/** One in a hundred; of few walks one may be that one. */
const PASSED_MAX = Math.max(1, WALKS / 100)
/** Two years. */
const BARS = 17_520
const WALK_SEED = 5_000_000
const PLANTED_SEED = 9_000_000

const GRIDS = [
  {
    name: 'sma-cross',
    planted: 'trend',
    axes: [
      { name: 'fast', values: ['5', '10', '20', '40'] },
      { name: 'slow', values: ['50', '100', '200'] },
    ],
  },
  {
    name: 'rsi-reversion',
    planted: 'reversion',
    axes: [
      { name: 'period', values: ['7', '14', '21'] },
      { name: 'oversold', values: ['25', '30', '35'] },
    ],
  },
  {
    name: 'donchian-breakout',
    planted: 'trend',
    axes: [
      { name: 'entry', values: ['20', '40', '80', '160'] },
      { name: 'exit', values: ['10', '20', '40'] },
    ],
  },
] as const

function gateOver(grid: (typeof GRIDS)[number], seed: number, planted: Planted): Gate {
  const definition = STRATEGIES.get(grid.name) as StrategyDefinition
  const columns = plantedMarket({ seed, bars: BARS, planted, strength: 1 })
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'ETHUSDT', tickSize: '0.001', lotSize: '0.001' })
  const series = [{ instrument, intervalMs: HOUR_MS, columns, funding: undefined }]
  const params = allCombinations(grid.axes).map((combination) => definition.params.parse(combination))
  const instants = instantsOf(series, stepFor(series, GATE_ROWS_MIN))
  const plan = {
    strategy: grid.name,
    modules: [],
    params,
    instants,
    common: {
      series,
      risk: RISK_PROFILES.research,
      sizing: definition.givesStop ? RISK_PROFILES.research.sizing : ({ type: 'all' } as const),
      openingCash: cash(10_000 * CASH_ONE),
      makerRate: rate(2_000_000),
      takerRate: rate(5_500_000),
      spotRate: rate(10_000_000),
      slippage: { type: 'fixed', bps: 1 } as const,
      limitFill: 'through' as const,
      stopFraction: undefined,
    },
  }
  const runs = params.map((_, at) => {
    const outcome = runOne(plan, definition, at)
    return outcome.type === 'run' ? outcome.record : undefined
  })
  return judgeGrid({ runs, instants, market: marketReturns(series, instants), choice: 'sharpe', tried: params.length })
}

const passedOf = (grid: (typeof GRIDS)[number], count: number, seed: number, planted: Planted): number =>
  Array.from({ length: count }, (_, k) => gateOver(grid, seed + k, planted)).filter(({ verdict }) => verdict === 'pass').length

describe.each(GRIDS)('a grid of $name', (grid) => {
  test(`of ${WALKS} walks at most ${PASSED_MAX} pass`, () => {
    const passed = passedOf(grid, WALKS, WALK_SEED, 'nothing')
    console.log(`${grid.name}: ${passed} of ${WALKS} walks pass`)
    expect(passed).toBeLessThanOrEqual(PASSED_MAX)
  }, 1_800_000)

  test(`of ${PLANTED} markets with a planted ${grid.planted} at least nine in ten pass`, () => {
    const passed = passedOf(grid, PLANTED, PLANTED_SEED, grid.planted)
    console.log(`${grid.name}: ${passed} of ${PLANTED} with a planted ${grid.planted} pass`)
    expect(passed).toBeGreaterThanOrEqual(PLANTED * 0.9)
  }, 1_800_000)
})
