/**
 * /optimize: what becomes of its words, and how a search reads when it is over.
 */
import { expect, test } from 'vitest'
import type { Backtest, BacktestRequest } from '../../api/ports/ports.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { by, makeWorld } from '../support/command-world.ts'

const metrics = (sharpe: number | null, trades = 40) => ({ sharpe, totalReturn: 0.1234, maxDrawdown: 0.05, trades })
const done = (best: readonly object[], more: object = {}): Backtest => ({
  id: 'opt_0123456789',
  spec: { strategy: 'sma-cross', symbol: 'BTCUSDT', grid: { fast: '5:25:5', slow: '30,50' }, sort: 'sharpe' },
  status: 'done',
  progress: 1,
  result: {
    runs: 10,
    skipped: 1,
    failed: 0,
    sort: 'sharpe',
    luckSharpe: 1.1,
    axes: [{ name: 'fast' }, { name: 'slow' }],
    plateau: { neighbors: 3, mean: 0.9, least: -0.2, most: 1.4 },
    best,
    ...more,
  },
  error: null,
  actor: 'x',
  createdAt: 0,
  finishedAt: 3_000,
})

function room(found?: Backtest) {
  const asked: BacktestRequest[] = []
  const { ports } = makeWorld()
  const backtests = {
    ...ports.backtests,
    find: async (id: string) => (found?.id === id ? found : undefined),
    enqueue: async (request: BacktestRequest) => {
      asked.push(request)
      return 'No candles are stored.'
    },
  }
  return { asked, runner: new CommandRunner({ ...ports, backtests }) }
}

test('ranges and lists are the grid, single values are fixed, and one of them is needed', async () => {
  const { runner, asked } = room()
  await runner.runLine('optimize SMA-Cross BTC 2026-01-01..2026-02-01 fast=5:25:5 slow=30,50 short=false sort=calmar', by('operator'))
  expect(asked).toEqual([
    {
      strategy: 'sma-cross',
      symbol: 'BTCUSDT',
      from: Date.UTC(2026, 0, 1),
      to: Date.UTC(2026, 1, 2),
      grid: { fast: '5:25:5', slow: '30,50' },
      params: { short: 'false' },
      sort: 'calmar',
    },
  ])
  const none = await runner.runLine('optimize sma-cross BTC fast=5', by('operator'))
  expect([none.reply.title, asked.length]).toEqual(['Nothing to search', 1])
  expect((await runner.runLine('optimize sma-cross', by('operator'))).reply.title).toBe('Symbol is missing')
  expect((await runner.runLine('optimize sma-cross BTC fast=5,6', by('viewer'))).status).toBe('forbidden')
})

test('the best runs say what luck alone would reach and what their neighbors made', async () => {
  const { runner } = room(
    done([
      { params: { fast: 10, slow: 50 }, metrics: metrics(1.5) },
      { params: { fast: 5, slow: 30 }, metrics: metrics(0.4, 3) },
    ]),
  )
  const { reply } = await runner.runLine('optimize opt_0123456789', by('operator'))
  expect(reply.table?.rows).toEqual([
    ['10', '50', '1.50', '12.34 %', '5.00 %', '40'],
    ['5', '30', '0.40', '12.34 %', '5.00 %', '3'],
  ])
  expect(reply.text).toContain('the best of 10 would show a Sharpe ratio near 1.10; this one has 1.50')
  expect(reply.fields.find(({ name }) => name === 'Neighbors')?.value).toContain('at least -0.20')
  expect(reply.fields.find(({ name }) => name === 'Runs')?.value).toBe('10, 1 skipped as invalid')
})

test('where no run has the figure that ranks, it says so instead of naming a best', async () => {
  const { runner } = room(done([{ params: { fast: 10, slow: 50 }, metrics: metrics(null) }], { luckSharpe: null, plateau: null }))
  expect((await runner.runLine('optimize opt_0123456789', by('operator'))).reply.text).toMatch(/^No run has a sharpe.*sort=totalReturn/)
})
