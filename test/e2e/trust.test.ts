/**
 * `ballast cpcv` and `ballast gate` as a user runs them: what they answer, with what code they end, and what they refuse to try.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../support/process/cli-run.ts'
import { type Planted, plantedMarket } from '../support/planted-market.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'trust-cli-'))
  const write = (name: string, planted: Planted, bars: number): void => {
    const { ts, open, high, low, close } = plantedMarket({ seed: 21, bars, planted, strength: 1.5 })
    const price = (ticks: number): string => (ticks / 1000).toFixed(3)
    const rows = Array.from(ts, (at, k) => [at, ...[open, high, low, close].map((column) => price(column[k] as number)), 5].join(','))
    writeFileSync(join(cwd, name), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
  }
  write('trend.csv', 'trend', 24 * 240)
  write('walk.csv', 'nothing', 24 * 240)
  write('short.csv', 'trend', 40)
})
afterAll(() => rmSync(cwd, { recursive: true }))

const GRID = '--grid entry=20,40,80 --grid exit=10,20 --slippage-bps 1'

interface GateAnswer {
  readonly verdict: string
  readonly reasons: readonly { readonly code: string; readonly value: number; readonly limit: number }[]
  readonly outOfSample: { readonly metrics: Record<string, number> }
  readonly deflatedSharpe: number
  readonly pbo: number
  readonly trials: number
}

describe('as a process', () => {
  test('the gate passes a planted trend with code 0 and no reason', async () => {
    const run = await runCli(cwd, `gate donchian-breakout --csv trend.csv ${GRID} --json`)
    expect(run.code).toBe(0)
    const answer = JSON.parse(run.stdout) as GateAnswer
    expect(answer).toMatchObject({ verdict: 'pass', reasons: [], trials: 6 })
    expect(answer.outOfSample.metrics['totalReturn']).toBeGreaterThan(0)
    expect(answer.deflatedSharpe).toBeGreaterThan(0.9)
    expect(answer.pbo).toBeGreaterThanOrEqual(0)
  }, 60_000)

  test('the gate refuses a walk with code 10, and each reason has its value and its limit', async () => {
    const run = await runCli(cwd, `gate donchian-breakout --csv walk.csv ${GRID} --json`)
    expect(run.code).toBe(10)
    const answer = JSON.parse(run.stdout) as GateAnswer
    expect(answer.verdict).toBe('refuse')
    expect(answer.reasons.map(({ code }) => code)).toContain('luck')
    for (const reason of answer.reasons) expect(Object.keys(reason)).toEqual(['code', 'value', 'limit'])
    expect(run.stderr).toContain('The gate refuses donchian-breakout')
    const text = await runCli(cwd, `gate donchian-breakout --csv walk.csv ${GRID}`)
    expect(text.stdout).toContain('REFUSE')
    expect(text.stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
  }, 60_000)

  test('each run is counted, the same one once, and the gate knows of all of them', async () => {
    const here = '--csv trend.csv --data-dir counted'
    const trials = async (): Promise<{ strategy: string; runs: number; trials: number; gate: string | null }[]> =>
      (JSON.parse((await runCli(cwd, 'trials --data-dir counted --json')).stdout) as { data: never }).data
    expect(await trials()).toEqual([])
    expect((await runCli(cwd, `sweep sma-cross ${here} --grid fast=5,10 --grid slow=30,50,70 --no-ledger`)).code).toBe(0)
    expect(await trials()).toEqual([])
    await runCli(cwd, `sweep sma-cross ${here} --grid fast=5,10 --grid slow=30,50,70`)
    await runCli(cwd, `backtest sma-cross ${here} --param fast=7`)
    await runCli(cwd, `backtest sma-cross ${here} --param fast=7 --fee 0.001`)
    await runCli(cwd, `walkforward sma-cross ${here} --grid fast=5,11 --train 30d`)
    const gate = await runCli(cwd, `gate sma-cross ${here} --grid fast=5 --grid slow=30 --json`)
    // Six of the sweep, one of both backtests, two of the walk: 5 and 11 with the slow average of 50, of which the first was in the sweep.
    expect((JSON.parse(gate.stdout) as GateAnswer).trials).toBe(8)
    expect(await trials()).toMatchObject([{ strategy: 'sma-cross', runs: 11, trials: 8, gate: gate.code === 0 ? 'pass' : 'refuse' }])
    expect((await runCli(cwd, 'trials donchian-breakout --data-dir counted')).stdout).toContain('donchian-breakout was not tried yet')
  }, 60_000)

  test('a planted trend is no chance to a Monte Carlo, and a walk is; the same seed gives the same, on any number of threads', async () => {
    const words = '--param entry=40 --runs 200 --slippage-bps 1 --json'
    const answer = async (rest: string): Promise<Record<string, Record<string, never>>> =>
      JSON.parse((await runCli(cwd, `montecarlo donchian-breakout ${words} ${rest}`)).stdout) as never
    const planted = await answer('--csv trend.csv --paths 20')
    expect(planted['permutation']?.['pValue']).toBeLessThanOrEqual(0.05)
    expect(planted['bootstrap']?.['losing']).toBeLessThan(0.05)
    expect(planted['noise']?.['losing']).toBe(0)
    expect(planted['shuffle']?.['rank']).toBeGreaterThan(0)
    const walk = await answer('--csv walk.csv --paths 20')
    expect(walk['permutation']?.['pValue']).toBeGreaterThan(0.05)
    const { data: _, ...again } = await answer('--csv trend.csv --paths 4 --workers 1')
    expect(await answer('--csv trend.csv --paths 4 --workers 2')).toMatchObject(again)
    const text = await runCli(cwd, 'montecarlo donchian-breakout --csv walk.csv --paths 4 --runs 20')
    expect(text.code).toBe(0)
    expect(text.stdout).toContain('p-value of the rule')
    expect(text.stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
  }, 60_000)

  test('cross-validation gives a path for each way to put the tests together, and how they are spread', async () => {
    const run = await runCli(cwd, `cpcv donchian-breakout --csv trend.csv ${GRID} --groups 5 --test-groups 2 --embargo 1d --json`)
    expect(run.code).toBe(0)
    const answer = JSON.parse(run.stdout) as {
      splits: number
      pbo: number
      paths: { params: unknown[]; metrics: Record<string, number> }[]
      distribution: { sharpe: Record<string, number>; losing: number }
    }
    expect(answer.splits).toBe(10)
    expect(answer.paths).toHaveLength(4)
    expect(answer.paths.every(({ params }) => params.length === 5)).toBe(true)
    const sharpes = answer.paths.map(({ metrics }) => metrics['sharpe'] as number).sort((a, b) => a - b)
    expect(answer.distribution.sharpe).toMatchObject({ least: sharpes[0], most: sharpes[3] })
    expect(answer.distribution.losing).toBe(0)
    expect(answer.pbo).toBeLessThan(1)
  }, 60_000)

  test.each([
    ['cpcv', 'trend.csv --groups 2 --test-groups 2', 2, '2 of 2 groups cannot be tests'],
    ['cpcv', 'trend.csv --groups 40 --test-groups 20', 2, 'in 137,846,528,820 ways'],
    ['cpcv', 'trend.csv --embargo 90s', 2, 'An embargo of 90s does not fit these bars'],
    ['cpcv', 'short.csv', 1, 'and 6 groups need 120'],
    ['montecarlo', 'trend.csv --paths 0', 2, "--paths '0' is not a whole number"],
    ['montecarlo', 'trend.csv --noise much', 2, "--noise 'much' is not a number"],
    ['gate', 'trend.csv --choose luck', 2, "--choose 'luck' is no metric to choose by"],
    ['gate', 'short.csv', 10, 'The gate refuses donchian-breakout: history'],
    ['gate', 'absent.csv', 1, 'absent.csv does not exist'],
  ])('%s over %s ends with %d and says why', async (command, words, code, text) => {
    const run = await runCli(cwd, `${command} donchian-breakout${command === 'montecarlo' ? '' : ` ${GRID}`} --csv ${words}`)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(text)
  })
})
