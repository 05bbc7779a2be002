/**
 * Backtests and optimizations of the queue: what one leaves, over REST: its page, its trades and its equity, and what is answered where they are not here.
 */
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import type { Backtest } from '../../../api/ports/ports.ts'
import { readBacktestPage, readBacktestRows, writeBacktestFiles } from '../../../jobs/backtest-files.ts'
import { type BacktestAnswer, RUN_SETTINGS, runBacktestJob } from '../../../jobs/backtest-run.ts'
import { type OptimizationAnswer, runOptimizationJob } from '../../../jobs/optimization-run.ts'
import { trialDigest } from '../../../src/backtest/trials/trial-ledger.ts'
import { importFiles } from '../../../src/market/candles/import.ts'
import { openStore } from '../../../src/market/candles/store.ts'
import { STRATEGIES } from '../../../src/strategy/registry.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'
import { ROOT } from '../../support/repository.ts'
import { caller } from '../../support/rest/rest-caller.ts'

const dir = mkdtempSync(join(tmpdir(), 'ballast-backtests-'))
const ID = 'bt_0123456789'
const store = openStore(join(dir, 'candles'))
const files = [join(ROOT, 'test/fixtures/candles/bybit-BTCUSDT-5m.csv')]
const imported = await importFiles(store, { files, venue: 'bybit', symbol: 'BTCUSDT', wishes: {} })
if (!imported.ok) throw new Error(imported.error.sentence)
const spec = { strategy: 'ema-cross', symbol: 'BTCUSDT', params: {} }
const result = runBacktestJob(
  join(dir, 'candles'),
  STRATEGIES,
  spec,
  () => true,
  (left) => writeBacktestFiles(join(dir, 'backtests'), ID, left),
) as BacktestAnswer
const row: Backtest = {
  id: ID,
  spec,
  status: 'done',
  progress: 1,
  result: { ...result },
  error: null,
  actor: 'key:1',
  createdAt: 1,
  finishedAt: 2,
}
const made = await makeSeededSystem({ bars: 5 })
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await made?.stop()
})

test.skipIf(made === undefined)('page, figures, trades by page and equity are those of the run', async () => {
  const system = made as NonNullable<typeof made>
  const rows: readonly Backtest[] = [row, { ...row, id: 'bt_9999999999' }, { ...row, id: 'bt_1111111111', status: 'running', result: null }]
  const backtests = {
    ...system.context.ports.backtests,
    find: async (id: string) => rows.find((each) => each.id === id),
    page: (id: string) => readBacktestPage(join(dir, 'backtests'), id),
    runRows: (id: string) => readBacktestRows(join(dir, 'backtests'), id),
  }
  const app = makeApp({ ...system.context, ports: { ...system.context.ports, backtests } })
  const call = caller(app, system.adminToken)
  const page = await app.request(`http://127.0.0.1/api/v1/backtests/${ID}/report.html`, {
    headers: { Authorization: `Bearer ${system.adminToken}` },
  })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts;/)
  expect(await page.text()).toContain('ema-cross on BTCUSDT')
  expect((await call('GET', `/backtests/${ID}/report.json`)).body).toMatchObject({ fingerprint: result.fingerprint })

  type Trade = { readonly number: number; readonly pnl: string; readonly exitTime: string }
  const trades: Trade[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await call('GET', `/backtests/${ID}/trades?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)
    const answer = body as { readonly data: readonly Trade[]; readonly nextCursor: string | null }
    trades.push(...answer.data)
    cursor = answer.nextCursor
  }
  const numbers = trades.map(({ number }) => number)
  expect(numbers.length).toBeGreaterThan(7)
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a))
  const { data: equity } = (await call('GET', `/backtests/${ID}/equity`)).body as { readonly data: readonly { readonly equity: string }[] }
  const gained = trades.reduce((sum, { pnl }) => sum + Number(pnl), 0)
  expect(Number(equity.at(-1)?.equity)).toBeCloseTo(10_000 + gained, 6)

  for (const [id, said] of [
    ['bt_9999999999', 'are not on this machine'],
    ['bt_1111111111', 'has no result: it is running'],
    ['bt_5555555555', 'There is no backtest'],
    ['..%2Fcandles', 'There is no backtest'],
  ])
    for (const part of ['report.html', 'trades', 'equity'])
      expect(await call('GET', `/backtests/${id}/${part}`)).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining(said ?? '') },
      })
})

test('files are kept of the newest 200, whole or not at all, and of no other name', () => {
  const root = join(dir, 'many')
  const left = { html: '<p>', trades: [], equity: [] }
  const idOf = (k: number) => `bt_${k.toString(16).padStart(10, '0')}`
  for (let k = 0; k < 203; k += 1) {
    writeBacktestFiles(root, idOf(k), left)
    utimesSync(join(root, idOf(k)), k + 1, k + 1)
  }
  writeBacktestFiles(root, idOf(203), { ...left, html: '<p>newest' })
  expect(readdirSync(root)).toHaveLength(200)
  expect([readBacktestPage(root, idOf(0)), readBacktestPage(root, idOf(203))]).toEqual([undefined, '<p>newest'])
  expect(readBacktestRows(root, idOf(202))).toEqual({ trades: [], equity: [] })
  expect(readBacktestPage(root, '../many/bt_00000000cb')).toBeUndefined()
})

test('an optimization finds what single backtests find, counts its trials, and refuses a grid that cannot be', async () => {
  const grid = { fast: '8,12', slow: '20:40:10' }
  const options = { progress: () => {}, threadFile: pathToFileURL(join(inject('programDir'), 'sweep-thread.js')) }
  const search = (more: object) => runOptimizationJob(join(dir, 'candles'), STRATEGIES, [], { ...spec, grid, ...more }, options)
  const found = (await search({})) as OptimizationAnswer
  const singles = ['8', '12'].flatMap((fast) =>
    ['20', '30', '40'].map((slow) => {
      const one = runBacktestJob(
        join(dir, 'candles'),
        STRATEGIES,
        { ...spec, params: { fast, slow } },
        () => true,
        () => {},
      ) as BacktestAnswer
      return { fast: Number(fast), slow: Number(slow), sharpe: one.metrics.sharpe as number, params: one.params }
    }),
  )
  const byHand = singles.sort((a, b) => b.sharpe - a.sharpe)
  expect(found.best.map(({ params, metrics }) => [params.fast, params.slow, metrics.sharpe])).toEqual(
    byHand.map(({ fast, slow, sharpe }) => [fast, slow, sharpe]),
  )
  expect([found.runs, found.skipped, found.sort]).toEqual([6, 0, 'sharpe'])
  // The same parameters are the same trial, whoever ran them.
  expect([...found.trials].sort()).toEqual(singles.map(({ params }) => trialDigest(params, RUN_SETTINGS)).sort())
  expect(((await search({ sort: 'trades' })) as OptimizationAnswer).sort).toBe('trades')
  for (const [wrong, said] of [
    [{ fst: '8,12' }, "no parameter 'fst'. Did you mean fast?"],
    [{ fast: '9:5' }, 'the last value lies below the first'],
    [{ fast: '1:500', slow: '1:500' }, '250000 combinations, more than 2000'],
    [{ fast: '60,70', slow: '50' }, 'No combination is valid'],
  ] as const)
    expect(await search({ grid: wrong })).toContain(said)
})

describe('models of the simulation', () => {
  const run = (models: NonNullable<Parameters<typeof runBacktestJob>[2]['models']>) =>
    runBacktestJob(
      join(dir, 'candles'),
      STRATEGIES,
      { ...spec, models },
      () => true,
      () => {},
    )

  test('what was on is in the answer, and changes the run', () => {
    const models = {
      latency: '250ms',
      maxVolumeShare: '1%',
      slippageImpact: '1',
      margin: 'isolated',
      leverage: '5',
      riskTiers: 'simulated',
      liquidation: 'stepwise',
    }
    const answer = run(models) as BacktestAnswer
    expect(answer.models).toEqual({
      detail: 'off',
      impact: 1,
      maxVolumeShare: 0.01,
      latencyMs: 250,
      mark: 'off',
      margin: 'isolated',
      riskTiers: 5,
      liquidation: 'stepwise',
    })
    expect(answer.fingerprint).not.toBe(result.fingerprint)
    expect(result.models).toMatchObject({ detail: 'off', impact: 'off', latencyMs: 'off', margin: 'cross' })
  })

  test.each([
    [{ latency: '5' }, "latency '5' is not a span of time of up to an hour. Write it with its unit, for example 250ms or 2s."],
    [{ maxVolumeShare: '0' }, "maxVolumeShare '0' is not a share above 0 and up to 100 %. A tenth of the volume is 10%."],
    [{ mark: 'file.csv' }, "mark 'file.csv' is not the word stored."],
    [{ riskTiers: 'file.json' }, "riskTiers 'file.json' is not the word simulated."],
    [{ detail: '5m' }, 'Detail of 5m is not finer than the bars of 5m. Use longer bars, or no detail.'],
    [{ detail: '2m' }, 'Bars of 5m are not made of whole bars of 2m. Use an interval that divides them: 1m.'],
    [{ detail: '1m' }, 'There is no series bybit/BTCUSDT/1m'],
    [{ mark: 'stored' }, 'There is no series bybit/BTCUSDT/5m of mark prices'],
  ])('%o is refused with a sentence', (models, sentence) => {
    expect(run(models)).toContain(sentence)
  })
})
