/**
 * `ballast walkforward` as a user runs it: its folds are those of `backtest` with the parameters that each has chosen, and what it refuses.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../support/process/cli-run.ts'
import { plantedMarket } from '../support/planted-market.ts'

const DAY_MS = 86_400_000
let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'walkforward-cli-'))
  const { ts, open, high, low, close } = plantedMarket({ seed: 4, bars: 24 * 40, planted: 'trend', strength: 1 })
  const rows = Array.from(ts, (at, k) =>
    [at, ...[open, high, low, close].map((column) => ((column[k] as number) / 1000).toFixed(3)), 5].join(','),
  )
  writeFileSync(join(cwd, 'bars.csv'), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
})
afterAll(() => rmSync(cwd, { recursive: true }))

interface Window {
  readonly from: number
  readonly to: number
}
interface Answer {
  readonly folds: readonly {
    readonly train: Window
    readonly test: Window
    readonly params: Record<string, number>
    readonly inSample: Record<string, number>
    readonly outOfSample: Record<string, number>
  }[]
  readonly outOfSample: { readonly metrics: Record<string, number> }
  readonly efficiency: number
}

const WORDS = 'sma-cross --csv bars.csv --grid fast=5,10,20 --grid slow=30,60 --train 12d --test 6d'

describe('as a process', () => {
  test('each fold has the best of its training window, and earns what a backtest with these parameters earns there', async () => {
    const run = await runCli(cwd, `walkforward ${WORDS} --embargo 1d --json`)
    expect(run.code).toBe(0)
    const { folds } = JSON.parse(run.stdout) as Answer
    expect(folds).toHaveLength(4)
    expect(run.stderr).toContain('The last 3.0 days fill no test window')
    const equities = new Map<string, Map<number, number>>()
    for (const fast of [5, 10, 20])
      for (const slow of [30, 60]) {
        const single = await runCli(cwd, `backtest sma-cross --csv bars.csv --param fast=${fast} --param slow=${slow} --equity equity.csv`)
        expect(single.code).toBe(0)
        const lines = readFileSync(join(cwd, 'equity.csv'), 'utf8').trim().split('\n').slice(1)
        equities.set(`${fast} ${slow}`, new Map(lines.map((line) => [Number(line.split(',')[0]), Number(line.split(',')[1])])))
      }
    const at = (params: Record<string, number>, instant: number): number =>
      equities.get(`${params['fast']} ${params['slow']}`)?.get(instant) ?? 10_000
    const sharpe = (key: string, { from, to }: Window): number => {
      const days = Array.from({ length: (to - from) / DAY_MS }, (_, day) => from + day * DAY_MS)
      const equity = equities.get(key) as Map<number, number>
      const returns = days.map((day) => (equity.get(day + DAY_MS) as number) / (equity.get(day) ?? 10_000) - 1)
      const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length
      return mean / Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1))
    }
    folds.forEach(({ train, test: tried, params, inSample, outOfSample }, k) => {
      expect((train.to - train.from) / DAY_MS).toBe(12)
      expect((tried.from - train.to) / DAY_MS).toBe(1)
      expect((tried.to - tried.from) / DAY_MS).toBe(6)
      if (k > 0) expect(tried.from).toBe(folds[k - 1]?.test.to)
      const best = [...equities.keys()].sort((a, b) => sharpe(b, train) - sharpe(a, train))[0]
      expect(`${params['fast']} ${params['slow']}`).toBe(best)
      // At the beginning of a window what is held has to be opened: at most one fee of 0.055 %.
      for (const [window, metrics] of [
        [train, inSample],
        [tried, outOfSample],
      ] as const) {
        const whole = at(params, window.to) / at(params, window.from) - 1
        const given = metrics['totalReturn'] as number
        expect(given).toBeLessThanOrEqual(whole + 1e-9)
        expect(given).toBeGreaterThan(whole - 0.0012)
      }
    })
  }, 120_000)

  test('anchored windows begin with the first day, and the table names what was chosen', async () => {
    const run = await runCli(cwd, `walkforward ${WORDS} --anchored`)
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('6 combinations, 4 folds')
    expect(run.stdout).toMatch(/2024-01-13 +fast=\d+ slow=\d+/)
    const { folds } = JSON.parse((await runCli(cwd, `walkforward ${WORDS} --anchored --json`)).stdout) as Answer
    expect(new Set(folds.map(({ train }) => train.from)).size).toBe(1)
  }, 60_000)

  test.each([
    ['--train 0d', 2, "--train '0d' is not a span of time"],
    ['--test soon', 2, "--test 'soon' is not a span of time"],
    ['--train 90d', 1, 'The data spans 40.0 days, and one fold needs 96.0'],
    ['--train 90min', 2, 'do not fit bars of 1h'],
    ['--choose luck', 2, "--choose 'luck' is no metric to choose by"],
  ])('%s ends with %d and says why', async (words, code, text) => {
    const run = await runCli(cwd, `walkforward ${WORDS} ${words}`)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(text)
    expect(run.stdout).toBe('')
  })
})
