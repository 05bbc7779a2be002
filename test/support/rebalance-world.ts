/**
 * A world whose trader fills at market what a rebalance sends, with rows of rebalances in memory.
 */
import type { Rebalance, Rebalances } from '../../api/ports/portfolio-ports.ts'
import { ok } from '../../src/core/result.ts'
import { instrumentIndex } from '../../src/core/units.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import type { CommandOutcome, TraderCommand } from '../../src/kernel/trader-command.ts'
import { add, multiply, negate } from '../../api/amount.ts'
import { type World, makeWorld, position } from './command-world.ts'

export interface RebalanceWorld extends World {
  readonly rows: Rebalance[]
  /** Part of each order that fills, 0 to 1, as decimal text. */
  share: string
  /** What the trader does before it answers. */
  before: (command: TraderCommand) => CommandOutcome | undefined
}

const held = (symbol: string, quantity: string, markPrice: string) => ({
  ...position,
  symbol,
  quantity,
  markPrice,
  strategy: 'manual',
  entryPrice: markPrice,
})

/** Equity 10,000; XRP 5,000 at 0.5 (25 %), ADA 8,000 at 0.25 (20 %), SOL none at 100; BTC belongs to ema-cross. */
/** @param first what XRP is called here */
export function makeRebalanceWorld(first = 'XRPUSDT'): RebalanceWorld {
  const world = makeWorld()
  const rows: Rebalance[] = []
  world.positions = [
    position,
    held(first, '5000', '0.5'),
    held('ADAUSDT', '8000', '0.25'),
    { ...held('SOLUSDT', '0', '100'), strategy: null },
  ]
  world.orders = []
  const made: RebalanceWorld = Object.assign(world, { rows, share: '1', before: () => undefined })
  const instrument = (symbol: string, lotSize: string, tickSize: string) =>
    makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol, tickSize, lotSize, quantityMin: lotSize, notionalMin: '5' })
  const instruments = [instrument(first, '0.1', '0.0001'), instrument('ADAUSDT', '1', '0.0001'), instrument('SOLUSDT', '0.1', '0.01')]
  const rebalances: Rebalances = {
    begin: async (todo, actor, marketTs) => {
      if (rows.some((row) => row.status === 'running')) return undefined
      const row: Rebalance = { id: rows.length + 1, actor, todo, status: 'running', progress: [], marketTs, createdAt: 0, finishedAt: null }
      rows.push(row)
      return row
    },
    say: async (id, sentence) => change(id, (row) => ({ ...row, progress: [...row.progress, sentence] })),
    end: async (id, status, sentence) => {
      const isRunning = rows[id - 1]?.status === 'running'
      change(id, (row) => ({ ...row, progress: [...row.progress, sentence], ...(isRunning ? { status } : {}) }))
      return isRunning
    },
    find: async (id) => rows[id - 1],
    list: async (limit) => [...rows].reverse().slice(0, limit),
  }
  const change = (id: number, next: (row: Rebalance) => Rebalance): void => {
    rows[id - 1] = next(rows[id - 1] as Rebalance)
  }
  Object.assign(world.ports, {
    portfolio: {
      ...world.ports.portfolio,
      instruments: async () => ok(instruments),
      weights: async () => ok({ weights: [0.5, 0.3, 0.2], rows: 499 }),
      rebalances,
    },
  })
  Object.assign(world.ports.control, {
    send: async (command: TraderCommand) => {
      world.sent.push(command)
      const answer = made.before(command)
      if (answer !== undefined) return answer
      if (command.name !== 'open' && command.name !== 'close') return { status: 'done', text: '' }
      const row = world.positions.find(({ symbol }) => symbol === command.symbol)
      const whole = command.quantity ?? (row?.quantity ?? '0').replace('-', '')
      const size = multiply(whole, made.share)
      const isBuy = (command.name === 'open') === (command.side === 'long')
      world.positions = world.positions.map((each) =>
        each.symbol === command.symbol ? { ...each, quantity: add(each.quantity, isBuy ? size : negate(size)) } : each,
      )
      return { status: 'done', text: 'Sent.' }
    },
  })
  return made
}
