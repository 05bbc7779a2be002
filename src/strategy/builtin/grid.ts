/**
 * grid: buys that rest in steps below a center, each sold one step higher, all under one stop below the lowest; moved up with the price.
 */
import { z } from 'zod'
import type { Ticks } from '../../core/units.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { limitAt, stopAt } from './entry-prices.ts'
import { type PerMarket, cancelEntries, isOpen, isWithin, reachAfter, refuseSpot, stateOf } from './per-market.ts'

const params = z.strictObject({
  levels: z.coerce.number().int().min(1).max(30).default(6).describe('buys below the center'),
  step: z.coerce.number().min(0.05).max(20).default(0.5).describe('distance of one level to the next in %'),
  stopSteps: z.coerce.number().min(0.5).max(50).default(2).describe('distance of the stop below the lowest level in steps'),
  recenter: z.coerce.number().min(1).max(50).default(1).describe('steps above the center after which a grid that holds nothing moves up'),
  cooldown: z.coerce.number().int().min(0).max(100_000).default(48).describe('bars of rest after the stop'),
})
type Params = z.infer<typeof params>

interface Level {
  readonly buy: Ticks
  readonly sell: Ticks
  /** Lots bought for which no sale rests yet, and those for which one does. */
  bare: number
  offered: number
  /** Distance from the close within which its buy is asked for; 0: at any. */
  reach: number
}

interface Grid {
  /** Counts centers and sales, so that names are new ones. */
  round: number
  sales: number
  center: number
  stop: Ticks | null
  levels: Level[]
  rest: number
}

interface State extends Params {
  readonly grids: PerMarket<Grid>
}

const makeGrid = (): Grid => ({ round: 0, sales: 0, center: 0, stop: null, levels: [], rest: 0 })

export const grid = defineStrategy<Params, State>({
  contract: 2,
  name: 'grid',
  version: 1,
  summary: 'Buys in steps below a center and sells each a step higher, one stop below all.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 0,
  init: (p) => ({ ...p, grids: {} }),
  onFill(_, { market, name, type, lots }, state) {
    const grid = stateOf(state.grids, market, makeGrid)
    if (type === 'stop' || type === 'liquidation') grid.rest = state.cooldown + 1
    const level = levelOf(grid, name)
    if (level === undefined) return
    if (type === 'entry') level.bare += lots
    else level.offered = Math.max(0, level.offered - lots)
  },
  onOrderEnd(context, { market, name, how, rule }, state) {
    const level = how === 'filled' ? undefined : levelOf(stateOf(state.grids, market, makeGrid), name)
    if (level === undefined) return
    if (!name.startsWith('sell-')) {
      if (how === 'denied') level.reach = reachAfter(rule, context.market(market).bars.close(0), level.buy)
      return
    }
    // What it has not sold is offered again.
    level.bare += level.offered
    level.offered = 0
  },
  onBar({ markets }, state) {
    for (const market of markets) if (market.hasClosed()) play(market, stateOf(state.grids, market.name, makeGrid), state)
  },
})

function play(market: Market, grid: Grid, params: Params): void {
  refuseSpot('grid', market)
  const close = market.bars.close(0)
  if (market.position === 0) {
    for (const level of grid.levels) level.bare = level.offered = 0
    if (grid.rest > 0) {
      grid.rest -= 1
      grid.center = 0
    }
    if (grid.center === 0 || close >= grid.center * (1 + (params.recenter * params.step) / 100)) {
      // The old buys are gone before new ones are placed, so that they are never both at risk.
      if (cancelEntries(market) || grid.rest > 0) return
      center(grid, close, params)
    }
  }
  offer(market, grid)
  bid(market, grid, close)
}

function center(grid: Grid, close: number, { levels, step, stopSteps }: Params): void {
  grid.round += 1
  grid.center = close
  const priceAt = (steps: number): number => close * (1 - step / 100) ** steps
  grid.stop = stopAt(priceAt(levels), 1, priceAt(levels) - priceAt(levels + stopSteps))
  grid.levels = Array.from({ length: levels }, (_, k) => {
    const buy = limitAt(priceAt(k + 1), 1)
    return { buy, sell: limitAt(Math.max(priceAt(k), buy + 1), -1), bare: 0, offered: 0, reach: 0 }
  })
}

/** What was bought waits one step higher. */
function offer(market: Market, grid: Grid): void {
  const { instrument, position, exit } = market
  if (position <= 0) return
  grid.levels.forEach((level, k) => {
    if (level.bare === 0) return
    grid.sales += 1
    const values = { level: k + 1, bought: priceFloat(instrument, level.buy), sold: priceFloat(instrument, level.sell) }
    exit({
      name: `sell-${grid.sales}-${k + 1}`,
      limit: level.sell,
      share: Math.min(1, level.bare / position),
      reason: { rule: 'one step above its buy', values },
    })
    level.offered += level.bare
    level.bare = 0
  })
}

/** Each level that holds nothing has a buy, where the price is above it. */
function bid(market: Market, grid: Grid, close: number): void {
  const { instrument, enter } = market
  const { stop, levels, round } = grid
  if (stop === null) return
  levels.forEach((level, k) => {
    const name = `buy-${round}-${k + 1}`
    if (level.bare + level.offered > 0 || level.buy >= close || level.buy <= stop || isOpen(market, name)) return
    if (!isWithin(level.reach, close, level.buy)) return
    const values = { level: k + 1, center: priceFloat(instrument, grid.center), stop: priceFloat(instrument, stop) }
    enter({
      name,
      side: 1,
      limit: level.buy,
      stop,
      strength: 1 / levels.length,
      postOnly: true,
      reason: { rule: 'level of the grid', values },
    })
  })
}

/** Names end with the number of their level. */
const levelOf = ({ levels }: Grid, name: string | undefined): Level | undefined =>
  name === undefined ? undefined : levels[Number(name.slice(name.lastIndexOf('-') + 1)) - 1]
