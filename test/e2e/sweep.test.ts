/**
 * `ballast sweep` as a user runs it, with its worker threads: equal to `backtest` with each combination, and cleanly interrupted.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliRun, runCli } from '../support/process/cli-run.ts'
import { CLI } from '../support/process/program.ts'
import { Random } from '../../src/core/random.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sweep-cli-'))
  const random = new Random(3)
  let price = 1000
  const rows = Array.from({ length: 3000 }, (_, at) => {
    const open = price
    price = Math.max(10, Math.round(open * (1 + 0.004 * random.normal())))
    return `${1_700_000_040_000 + at * 60_000},${open},${Math.max(open, price) + 1},${Math.min(open, price) - 1},${price},5`
  })
  writeFileSync(join(cwd, 'bars.csv'), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
})
afterAll(() => rmSync(cwd, { recursive: true }))

const ballast = (words: string): Promise<CliRun> => runCli(cwd, words)

interface Answer {
  readonly runs: number
  readonly skipped: number
  readonly plateau: { readonly neighbors: number; readonly least: number } | null
  readonly best: readonly { readonly params: Record<string, unknown>; readonly metrics: Record<string, number | null> }[]
}

describe('as a process', () => {
  test('equal to a backtest of each combination, invalid ones counted aloud', async () => {
    const run = await ballast('sweep sma-cross --csv bars.csv --grid fast=5:15:10 --grid slow=10,30 --fee 0.001 --workers 2 --json')
    expect(run.code).toBe(0)
    expect(run.stderr).toContain('1 combination skipped: fast must be smaller than slow')
    const answer = JSON.parse(run.stdout) as Answer
    expect(answer).toMatchObject({ runs: 3, skipped: 1 })
    expect(answer.best).toHaveLength(3)
    for (const { params, metrics } of answer.best) {
      const words = Object.entries(params).map(([name, value]) => `--param ${name}=${value}`)
      const single = await ballast(`backtest sma-cross --csv bars.csv --fee 0.001 --json ${words.join(' ')}`)
      expect((JSON.parse(single.stdout) as { metrics: object }).metrics).toEqual(metrics)
    }
    const sharpes = answer.best.map(({ metrics }) => metrics['sharpe'] as number)
    expect(sharpes).toEqual([...sharpes].sort((a, b) => b - a))
  }, 60_000)

  test('the neighbors of the best are told: in a row of three the middle has two', async () => {
    const run = await ballast('sweep sma-cross --csv bars.csv --grid fast=4,8,12 --grid slow=30 --sort totalReturn --json')
    const { best, plateau } = JSON.parse(run.stdout) as Answer
    const returns = new Map(best.map(({ params, metrics }) => [params['fast'], metrics['totalReturn'] as number]))
    const neighbors = best[0]?.params['fast'] === 8 ? [returns.get(4), returns.get(12)] : [returns.get(8)]
    expect(plateau).toMatchObject({ neighbors: neighbors.length, least: Math.min(...(neighbors as number[])) })
    expect((await ballast('sweep sma-cross --csv bars.csv --grid fast=4,8 --sort trades')).stdout).toMatch(
      /Neighbors of the best in the grid, 1: trades/,
    )
  }, 60_000)

  test('a draw depends on its seed, and fixed parameters stay', async () => {
    const words = 'sweep ema-cross --csv bars.csv --grid fast=2:40 --grid slow=41:90 --param atr=7 --random 4 --top 9 --json --workers'
    const params = async (rest: string): Promise<unknown[]> =>
      (JSON.parse((await ballast(`${words} ${rest}`)).stdout) as Answer).best.map((b) => b.params)
    const drawn = await params('1 --seed 5')
    expect(drawn).toHaveLength(4)
    expect(drawn).toEqual(await params('2 --seed 5'))
    expect(drawn).not.toEqual(await params('1 --seed 6'))
    expect(drawn[0]).toMatchObject({ atr: 7 })
  }, 60_000)

  test("a strategy of the user's own runs in the threads as well", async () => {
    expect((await ballast('strategy new mine')).code).toBe(0)
    const run = await ballast('sweep mine --csv bars.csv --grid lookback=10,20 --workers 2 --json')
    expect(run.code).toBe(0)
    const [best] = (JSON.parse(run.stdout) as Answer).best
    const single = await ballast(`backtest mine --csv bars.csv --param lookback=${best?.params['lookback']} --json`)
    expect((JSON.parse(single.stdout) as { metrics: object }).metrics).toEqual(best?.metrics)
  }, 60_000)

  test('as a process: interrupted it ends at once with code 130 and no answer', async () => {
    const words = 'sweep sma-cross --csv bars.csv --grid fast=1:400 --grid slow=401:900 --workers 2 --json -v'.split(' ')
    const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(process.execPath, [CLI, ...words], { cwd, env: {} }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      )
      child.stderr?.once('data', () => child.kill('SIGINT'))
    })
    expect(ended).toMatchObject({ code: 130, stdout: '' })
    expect(ended.stderr).toMatch(/Interrupted after \d+ of 200000 runs/)
  }, 60_000)
})
