/**
 * A sweep on real worker threads: equal to single runs whatever the number of threads, and ended cleanly when stopped or broken.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generatedCandles } from '../../../test/support/generated-candles.ts'
import { CASH_ONE, MINUTE_MS, cash, instrumentIndex, rate } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { RISK_PROFILES } from '../../risk/profiles.ts'
import { smaCross } from '../../strategy/builtin/sma-cross.ts'
import { runBacktestRequest } from '../backtest-run.ts'
import { rankRuns } from './ranking.ts'
import type { SweepOutcome, SweepPlan } from './sweep-plan.ts'
import { type SweepOptions, SweepStopped, SweepThreadFailed, runSweep } from './sweep.ts'

let directory: string
let threadFile: URL
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sweep-'))
  const outfile = join(directory, 'sweep-thread.mjs')
  const entry = fileURLToPath(new URL('./sweep-thread.ts', import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20' })
  threadFile = pathToFileURL(outfile)
})
afterAll(() => rmSync(directory, { recursive: true }))

const optionsFor = (workers: number, more: Partial<SweepOptions> = {}): SweepOptions => ({
  workers,
  progress: () => {},
  signal: new AbortController().signal,
  threadFile,
  ...more,
})

const [ts, open, high, low, close, volume] = generatedCandles({
  seed: 11,
  bars: 6_000,
  first: 1_700_000_040_000,
  intervalMs: MINUTE_MS,
  price: 640_000,
}) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
const COLUMNS = { ts, open, high, low, close, volume }

const PARAMS = [3, 5, 8].flatMap((fast) => [9, 13, 20, 34].map((slow) => ({ fast, slow })))

function planOf(params: readonly unknown[], strategy = 'sma-cross'): SweepPlan {
  return {
    strategy,
    modules: [],
    params,
    common: {
      series: [
        {
          instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' }),
          intervalMs: MINUTE_MS,
          columns: COLUMNS,
          funding: undefined,
        },
      ],
      risk: RISK_PROFILES.research,
      sizing: { type: 'all' },
      openingCash: cash(10_000 * CASH_ONE),
      makerRate: rate(2_000_000),
      takerRate: rate(5_500_000),
      spotRate: rate(10_000_000),
      slippage: { type: 'none' },
      limitFill: 'through',
      stopFraction: undefined,
    },
  }
}

describe('a sweep', () => {
  test.each([1, 2, 5])('a sweep: on %d threads gives what each run alone gives, in the order of the plan', async (workers) => {
    const plan = planOf(PARAMS)
    const shares: number[] = []
    const result = await runSweep(plan, optionsFor(workers, { progress: (done) => shares.push(done) }))
    const single = PARAMS.map((params) => runBacktestRequest({ ...plan.common, definition: smaCross, params }).metrics)
    expect(result.outcomes).toEqual(single.map((metrics, at) => ({ at, type: 'run', metrics })))
    expect(new Set(single.map((metrics) => metrics.totalReturn)).size).toBeGreaterThan(PARAMS.length / 2)
    expect(result.workers).toBe(workers)
    expect(shares.at(-1)).toBe(1)
  })

  test('starts no more threads than there are runs', async () => {
    expect((await runSweep(planOf(PARAMS.slice(0, 2)), optionsFor(4))).workers).toBe(2)
    expect(await runSweep(planOf([]), optionsFor(4))).toMatchObject({ workers: 0, outcomes: [] })
  })

  test('rejects when a thread throws', async () => {
    await expect(runSweep(planOf(PARAMS, 'absent'), optionsFor(2))).rejects.toThrow(SweepThreadFailed)
  })

  test('rejects when it is stopped, before and while it runs', async () => {
    const endless = planOf(Array.from({ length: 200_000 }, () => PARAMS[0]))
    const stop = new AbortController()
    const running = runSweep(endless, optionsFor(2, { signal: stop.signal, progress: () => stop.abort() }))
    await expect(running).rejects.toMatchObject({ name: 'SweepStopped', done: expect.any(Number) })
    await expect(runSweep(endless, optionsFor(1, { signal: AbortSignal.abort() }))).rejects.toThrow(SweepStopped)
  })
})

test('ranking: best first, less is better for risk, without the figure last, equal ones in order, failed ones not at all', () => {
  const run = (at: number, sharpe: number | null, maxDrawdown: number): SweepOutcome => ({
    at,
    type: 'run',
    metrics: {
      ...runBacktestRequest({ ...planOf([]).common, definition: smaCross, params: { fast: 3, slow: 9 } }).metrics,
      sharpe,
      maxDrawdown,
    },
  })
  const outcomes = [
    run(0, 1, 0.3),
    run(1, null, 0.1),
    run(2, 2, 0.2),
    { at: 3, type: 'failed', reason: 'it threw' } as const,
    run(4, 1, 0.3),
  ]
  expect(rankRuns(outcomes, 'sharpe', 9).map(({ at }) => at)).toEqual([2, 0, 4, 1])
  expect(rankRuns(outcomes, 'maxDrawdown', 2).map(({ at }) => at)).toEqual([1, 2])
})
