/**
 * `ballast ml evaluate` as a process: a planted signal is accepted, noise ends with code 10, and what cannot be judged is a sentence.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plantedSamples } from '../../../test/support/planted-samples.ts'
import { runCli } from '../../../test/support/process/cli-run.ts'
import { aucOf } from '../../ml/scores/scores.ts'

let cwd: string
const ROWS = 600
const { features, classes, values } = plantedSamples(12, ROWS, 6)

function file(name: string, columns: Readonly<Record<string, (row: number) => unknown>>): void {
  const rows = Array.from({ length: ROWS }, (_, row) => Object.values(columns).map((cell) => String(cell(row))))
  writeFileSync(join(cwd, name), `${[Object.keys(columns), ...rows].map((row) => row.join(',')).join('\n')}\n`)
}
const t0 = (row: number): number => 1_700_000_000_000 + row * 60_000
const times = { t0, t1: (row: number): number => t0(row) + 180_000 }

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'evaluate-'))
  const feature =
    (at: number) =>
    (row: number): unknown =>
      features[at]?.[row]
  const [signal, product, idle] = [feature(0), feature(1), feature(5)] as const
  file('signal.csv', { ...times, a: signal, b: product, c: idle, y: (row) => classes[row], value: (row) => values[row] })
  file('noise.csv', { ...times, b: product, c: idle, y: (row) => classes[(row * 211) % ROWS] })
  file('timeless.csv', { a: signal, y: (row) => classes[row] })
})
afterAll(() => rmSync(cwd, { recursive: true }))

const evaluate = (words: string) => runCli(cwd, `ml evaluate ${words}`)

describe('ml evaluate', () => {
  test('a planted signal is accepted, and the answer holds splits, paths, calibration, importance and the verdict', async () => {
    const run = await evaluate(
      'signal.csv --target y --model logistic --exclude value --kind cpcv --groups 5 --embargo 0.01 --calibration platt --permutation --json',
    )
    expect([run.code, run.stderr]).toEqual([0, ''])
    const answer = JSON.parse(run.stdout)
    expect([answer.splits.length, answer.paths.length, answer.samples]).toEqual([10, 4, ROWS])
    expect(answer.verdict).toMatchObject({ accepted: true, doubts: [], trials: 1, score: { name: 'auc', chance: 0.5 } })
    expect(answer.calibration).toMatchObject({ method: 'platt' })
    expect(answer.permutation.a.drop).toBeGreaterThan(answer.permutation.c.drop)
    expect(answer.importanceBy).toBe('weight')
  }, 20_000)

  test('noise is refused with code 10, and why stands above the figures', async () => {
    const run = await evaluate('noise.csv --target y --model gbdt --rounds 20')
    expect([run.code, run.stderr]).toEqual([10, ''])
    expect(run.stdout).toMatch(/^✗ refused: AUC 0\.\d{4} on rows that it had not seen; chance of luck/)
    expect(run.stdout).toContain('! ')
  }, 20_000)

  test('each row is predicted once by a model that had not seen it', async () => {
    const run = await evaluate('signal.csv --target y --model logistic --exclude value --predictions p.csv --json')
    const rows = readFileSync(join(cwd, 'p.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    expect(rows.map(([row]) => Number(row))).toEqual(Array.from({ length: ROWS }, (_, row) => row))
    const auc = aucOf(
      Float64Array.from(rows, (row) => Number(row[4])),
      Float64Array.from(rows, (row) => Number(row[3])),
    )
    expect(JSON.parse(run.stdout).verdict.score.mean).toBe(auc)
  }, 20_000)

  test('what a position of each row made is shown by fifths of the prediction, after costs', async () => {
    const words = 'signal.csv --target y --model logistic --features a,b,c --returns value --cost-bps 20 --json'
    const { returns } = JSON.parse((await evaluate(words)).stdout)
    expect([returns.column, returns.costBps, returns.means.length]).toEqual(['value', 20, 5])
    expect(returns.means[4]).toBeGreaterThan(returns.means[0])
    expect(returns.longAfterCosts).toBeCloseTo(returns.means[4] - 0.002, 12)
    const unknown = await evaluate('signal.csv --target y --model ridge --returns valeu')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean value?')])
  }, 20_000)

  test('a number is judged by rank correlation, and has no calibration', async () => {
    const answer = JSON.parse((await evaluate('signal.csv --target value --model ridge --exclude y --json')).stdout)
    expect(answer).toMatchObject({ task: 'regression', calibration: null, verdict: { accepted: true, score: { name: 'rankCorrelation' } } })
  }, 20_000)

  test.each([
    ['timeless.csv --target y --model ridge', 1, "the header 'a,y' has no column t0"],
    ['signal.csv --target y --model ridge --kind cpvc', 2, 'Did you mean cpcv?'],
    ['signal.csv --target y --model ridge --calibration plat', 2, 'Did you mean platt?'],
    ['signal.csv --target value --model ridge --calibration platt', 2, 'there are no probabilities to calibrate'],
    ['signal.csv --target y --model ridge --trials 0', 2, "--trials '0' is not a whole number from 1 to 1,000,000."],
    ['signal.csv --target value --model logistic', 1, 'The target value has more than two values'],
  ])('%s ends with %i: %s', async (words, code, sentence) => {
    const run = await evaluate(words)
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(sentence)])
  })
})
