/**
 * `ballast allocate` and `ballast overfit` as processes: names, shapes, files and what is refused.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededReturns } from '../../../test/support/allocation.ts'
import { readReturnsCsv } from './returns-csv.ts'
import { runCli } from '../../../test/support/process/cli-run.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'returns-'))
  const columns = seededReturns(3, 64, 5)
  const rows = Array.from({ length: 64 }, (_, row) => columns.map((column) => column[row]).join(','))
  writeFileSync(join(cwd, 'plain.csv'), `BTC,ETH-X,SOL\n${rows.join('\n')}\n`)
  writeFileSync(
    join(cwd, 'timed.csv.gz'),
    gzipSync(`timestamp,BTC,ETH-X,SOL\n${rows.map((row, at) => `${1_700_000_000 + at * 86_400},${row}`).join('\n')}\n`),
  )
})
afterAll(() => rmSync(cwd, { recursive: true }))

describe('as a process', () => {
  test('weights and contributions by asset, the same with times and without', async () => {
    const plain = await runCli(cwd, 'allocate plain.csv --method erc --json')
    const { weights, risk } = JSON.parse(plain.stdout) as {
      weights: Record<string, number>
      risk: { volatility: number; contributions: Record<string, number> }
    }
    expect(Object.keys(weights)).toEqual(['BTC', 'ETH-X', 'SOL'])
    for (const part of Object.values(risk.contributions)) expect(part / risk.volatility).toBeCloseTo(1 / 3, 9)
    expect((await runCli(cwd, 'allocate timed.csv.gz --method erc --json')).stdout).toBe(plain.stdout)
  })

  test('a view moves weight to what it favors, in a name with a dash too', async () => {
    const weightOf = async (words: string): Promise<number> =>
      (JSON.parse((await runCli(cwd, `allocate plain.csv --method black-litterman --json${words}`)).stdout) as { weights: { SOL: number } })
        .weights.SOL
    expect(await weightOf('')).toBeCloseTo(1 / 3, 6)
    expect(await weightOf(' --view SOL-ETH-X=0.0005')).toBeGreaterThan(0.34)
  })

  test('overfit answers the figures of the contract', async () => {
    const run = await runCli(cwd, 'overfit timed.csv.gz --json')
    const answer = JSON.parse(run.stdout) as { sharpe: number[]; pbo: number }
    expect(answer).toMatchObject({ trials: 3, rows: 64 })
    expect(answer.sharpe).toHaveLength(3)
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(['probabilisticSharpe', 'deflatedSharpe', 'minTrackRecord']))
    expect(answer.pbo).toBeLessThanOrEqual(1)
  })

  test.each([
    ['allocate plain.csv --method hpr', 2, 'Did you mean hrp?'],
    ['allocate plain.csv', 2, '--method'],
    ['allocate plain.csv --method hrp --max-weight 0.2', 1, '3 assets of at most 0.2 sum to less than 1'],
    ['allocate plain.csv --method hrp --view SOL=0.1', 2, 'hrp does not use views'],
    ['allocate plain.csv --method black-litterman --view DOGE=0.1', 2, 'Columns: BTC, ETH-X, SOL'],
    ['allocate absent.csv --method hrp', 1, 'absent.csv does not exist'],
  ])('as a process: %s ends with %d', async (words, code, text) => {
    const run = await runCli(cwd, words)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(text)
    expect(run.stdout).toBe('')
  })
})

describe('a file of returns', () => {
  const read = (text: string) => {
    writeFileSync(join(cwd, 'case.csv'), text)
    return readReturnsCsv(join(cwd, 'case.csv'))
  }

  test('an index without a name is skipped, and names keep their case', async () => {
    expect(await read(',Aa,b\n0,0.1,0.2\n1,-1e-3,.5\n')).toEqual({
      names: ['Aa', 'b'],
      columns: [Float64Array.of(0.1, -0.001), Float64Array.of(0.2, 0.5)],
      notes: [],
    })
  })

  test.each([
    ['a,b\n1,\n', 'line 2: the return of b is missing'],
    ['a,b\n0.1,NaN\n', 'line 2: the return of b is missing'],
    ['a,b\n0.1,0.2\n0.1\n', 'line 3: 1 field where the header has 2'],
    ['0.1,0.2\n0.1,0.2\n', 'the file has no header'],
    ['a,a\n0.1,0.2\n', "two columns are called 'a'"],
    ['timestamp,a\n2024-01-02,0.1\n2024-01-01,0.2\n2024-01-03,0.2\n', 'line 4: the timestamp 2024-01-03 00:00 UTC is not earlier'],
    ['timestamp\n2024-01-02\n', 'has no column of returns'],
    ['', 'the file has no header'],
  ])('a file of returns: %j is refused', async (text, sentence) => {
    await expect(read(text)).rejects.toThrow(sentence)
  })
})
