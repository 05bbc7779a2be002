/**
 * `ballast measures FILE` as a process: what candles count for, what a benchmark covers, and what is refused.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../../test/support/process/cli-run.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 1)
const DAYS = 240
/** Half of what the market moves, with a market that has no pattern of a week. */
const marketMove = (day: number): number => 0.02 * Math.sin(day * 1.7) + 0.01 * Math.cos(day * day)

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'measures-'))
  let equity = 1_000
  let close = 100
  const equities = [`${START},${equity}`]
  const candles = ['timestamp,open,high,low,close,volume', `${START - DAY},1,1,1,${close},1`]
  for (let day = 1; day <= DAYS; day += 1) {
    equity *= 1 + marketMove(day) / 2
    close *= 1 + marketMove(day)
    equities.push(`${START + day * DAY},${equity}`)
    candles.push(`${START + (day - 1) * DAY},1,1,1,${close},1`)
  }
  writeFileSync(join(cwd, 'equity.csv'), `timestamp,equity\n${equities.join('\n')}\n`)
  writeFileSync(join(cwd, 'candles.csv'), `${candles.join('\n')}\n`)
  writeFileSync(join(cwd, 'late.csv'), `${candles[0]}\n${candles.slice(100).join('\n')}\n`)
  writeFileSync(join(cwd, 'short.csv'), `timestamp,equity\n${equities.slice(0, 3).join('\n')}\n`)
})
afterAll(() => rmSync(cwd, { recursive: true }))

interface Answer {
  readonly measures: {
    readonly beta: number | null
    readonly returns: number
    readonly var: { readonly historical: Record<string, number | null> }
  }
  readonly level: string | null
  readonly varBacktest?: { readonly window: number; readonly verdicts: readonly { readonly forecasts: number; readonly method: string }[] }
}
const answerOf = async (words: string): Promise<Answer> => JSON.parse((await runCli(cwd, `measures ${words} --json`)).stdout) as Answer

describe('as a process', () => {
  test('a benchmark of candles counts from their ends on: beta is that of the same day, and not of the day after', async () => {
    const { measures, level } = await answerOf('equity.csv --benchmark candles.csv')
    expect(measures.beta).toBeCloseTo(0.5, 9)
    expect(measures.returns).toBe(DAYS)
    expect(level).not.toBeNull()
  })

  test('VaR forecasts are tested from the rows before each', async () => {
    const { varBacktest } = await answerOf('equity.csv --var-backtest 120')
    expect(varBacktest?.window).toBe(120)
    // 240 returns, of which the first 120 make the first forecast.
    expect(varBacktest?.verdicts.find(({ method }) => method === 'historical')?.forecasts).toBe(120)
  })

  test('what is not known is left out and named on the error stream', async () => {
    const run = await runCli(cwd, 'measures short.csv')
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('not known yet')
    expect(run.stdout).not.toContain('VaR')
    expect(run.stderr).toContain('Not shown: VaR needs 20 returns')
  })

  test.each([
    ['equity.csv --benchmark late.csv', 1, 'does not cover the series: it begins at'],
    ['equity.csv --var-backtest 5', 2, 'not a number above 99'],
    ['short.csv --var-backtest', 1, 'The series has 3 rows'],
    ['equity.csv --periods-per-year 0', 2, 'not a number above 0'],
    ['equity.csv more.csv', 2, 'takes one file'],
    ['--daily', 2, 'These options are for a file'],
    ['nosuch.csv', 1, 'nosuch.csv does not exist'],
  ])('measures %s ends with %i and says why', async (words, code, sentence) => {
    const run = await runCli(cwd, `measures ${words}`)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(sentence)
    expect(run.stderr).not.toMatch(/at .*\.ts:\d/)
  })
})
