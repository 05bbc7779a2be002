/**
 * `ballast indicator` as a process: the CSV on stdout, its units, and what it refuses.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../../test/support/process/cli-run.ts'

const START = 1_700_000_040_000
const CLOSES = [10.25, 10.5, 10.75, 10.25, 10, 9.75]

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'indicator-'))
  const rows = CLOSES.map((close, at) => `${close},${100 + at},${close + 0.5},${close - 0.25},${close},${START + at * 60_000}`)
  writeFileSync(join(cwd, 'bars.csv.gz'), gzipSync(`close,volume,high,low,open,timestamp\n${rows.join('\n')}\n`))
})
afterAll(() => rmSync(cwd, { recursive: true }))

describe('as a process', () => {
  test('any column order, gzipped; empty while not ready, then prices of the file', async () => {
    const run = await runCli(cwd, 'indicator sma bars.csv.gz --period 4')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toBe(
      `timestamp,sma\n${START},\n${START + 60_000},\n${START + 120_000},\n${START + 180_000},10.4375\n${START + 240_000},10.375\n${START + 300_000},10.1875\n`,
    )
  })

  test('prices are scaled, ratios and volumes are not', async () => {
    const rowOf = async (words: string): Promise<string | undefined> => (await runCli(cwd, `indicator ${words}`)).stdout.split('\n').at(-2)
    expect(await rowOf('donchian bars.csv.gz --period 2')).toBe(`${START + 300_000},10.5,10,9.5`)
    expect(await rowOf('roc bars.csv.gz --period 1')).toBe(`${START + 300_000},-2.5`)
    expect(await rowOf('obv bars.csv.gz')).toBe(`${START + 300_000},${101 + 102 - 103 - 104 - 105}`)
  })

  test('as a process: with --json the rows are numbers, and null while not ready', async () => {
    const run = await runCli(cwd, 'indicator macd bars.csv.gz --fast 1 --slow 2 --signal 5 --json')
    const { columns, params, rows } = JSON.parse(run.stdout) as { columns: string[]; params: object; rows: (number | null)[][] }
    expect(columns).toEqual(['timestamp', 'macd', 'signal', 'histogram'])
    expect(params).toEqual({ fast: 1, slow: 2, signal: 5 })
    expect(rows).toHaveLength(CLOSES.length)
    expect(rows[0]).toEqual([START, null, null, null])
    expect(rows[1]).toEqual([START + 60_000, 0.125, null, null])
    expect(rows[5]?.every((value) => typeof value === 'number')).toBe(true)
  })

  test('--help lists every indicator', async () => {
    const { stdout } = await runCli(cwd, 'indicator --help')
    for (const name of ['sma', 'supertrend', 'williams-r', 'mfi']) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })

  test.each([
    ['indicator bolinger bars.csv.gz', 8, 'Did you mean bollinger?'],
    ['indicator rsi bars.csv.gz --fast 3', 2, 'rsi has no parameter --fast'],
    ['indicator rsi bars.csv.gz --period 0', 2, "--period '0' is not a whole number from 1"],
    ['indicator bollinger bars.csv.gz --multiplier x', 2, "--multiplier 'x' is not a number"],
    ['indicator macd bars.csv.gz --fast 26', 2, 'fast must be smaller than slow'],
    ['indicator rsi absent.csv', 1, 'absent.csv does not exist'],
  ])('as a process: %s ends with %d', async (words, code, text) => {
    const run = await runCli(cwd, words)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(text)
    expect(run.stdout).toBe('')
  })
})
