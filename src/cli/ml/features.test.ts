/**
 * `ballast ml features` as a process: its file feeds the other commands, as CSV and Parquet alike; what is wrong with a spec is a sentence.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../../test/support/process/cli-run.ts'
import { ROOT } from '../../../test/support/repository.ts'

let cwd: string
const SPEC = {
  features: [{ use: 'return', periods: [1, 6] }, { use: 'rsi', periods: [14], intervals: ['15m'], lags: [0, 1] }, { use: 'time-of-day' }],
  label: { use: 'direction', horizon: 3 },
}
const NAMES = ['return_1', 'return_6', 'rsi_14_15m', 'rsi_14_15m_lag1', 'time-of-day_sin', 'time-of-day_cos']

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'features-'))
  writeFileSync(join(cwd, 'spec.json'), JSON.stringify(SPEC))
  for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
    await runCli(cwd, `data import ${join(ROOT, `test/fixtures/candles/bybit-${symbol}-5m.csv`)} --symbol ${symbol}`)
    await runCli(cwd, `data import ${join(ROOT, `test/fixtures/candles/bybit-${symbol}-funding.csv`)} --symbol ${symbol}`)
  }
}, 60_000)
afterAll(() => rmSync(cwd, { recursive: true }))

const features = (words: string) => runCli(cwd, `ml features ${words}`)

describe('ml features', () => {
  test('two symbols, rows in the order of their times, features and a label with its end', async () => {
    const run = await features('--symbols ETHUSDT,BTCUSDT --spec spec.json --out two.csv --json')
    expect([run.code, run.stderr]).toEqual([0, ''])
    const answer = JSON.parse(run.stdout)
    expect(answer).toMatchObject({ symbols: ['ETHUSDT', 'BTCUSDT'], interval: '5m', features: NAMES, label: SPEC.label })
    const [header, ...lines] = readFileSync(join(cwd, 'two.csv'), 'utf8').trim().split('\n')
    expect(header).toBe(['symbol', 't0', 't1', 'label', 'label.return', ...NAMES].join(','))
    expect(lines.length).toBe(answer.rows)
    expect(answer.rows + answer.unready + answer.unlabeled).toBe(answer.bars)
    const rows = lines.map((line) => line.split(','))
    for (const [at, [symbol, t0, t1, label, gross]] of rows.entries()) {
      expect(Number(t1)).toBe(Number(t0) + 3 * 300_000)
      expect(label).toBe(Number(gross) > 0 ? '1' : '0')
      if (at > 0) expect(Number(t0)).toBeGreaterThanOrEqual(Number(rows[at - 1]?.[1]))
      expect(['ETHUSDT', 'BTCUSDT']).toContain(symbol)
    }
  }, 30_000)

  test('its file is split and fitted as it is, labels are no features, and Parquet holds the same as CSV', async () => {
    const [csv, parquet] = await Promise.all(
      ['one.csv', 'one.parquet'].map(async (out) => {
        expect((await features(`--symbols BTCUSDT --spec spec.json --out ${out}`)).code).toBe(0)
        const folds = JSON.parse((await runCli(cwd, `ml folds ${out} --embargo 0.01 --json`)).stdout)
        const { elapsedMs: _, ...fit } = JSON.parse((await runCli(cwd, `ml fit ${out} --target label --model logistic --json`)).stdout)
        return { folds, fit }
      }),
    )
    expect(csv?.fit.features).toEqual(NAMES)
    expect(csv?.folds.splits).toHaveLength(5)
    expect(parquet).toEqual(csv)
  }, 60_000)

  test('a label that says no side has no return beside it', async () => {
    writeFileSync(join(cwd, 'volatility.json'), JSON.stringify({ features: [{ use: 'return' }], label: { use: 'volatility' } }))
    await features('--symbols BTCUSDT --spec volatility.json --out volatility.csv')
    expect(readFileSync(join(cwd, 'volatility.csv'), 'utf8').split('\n')[0]).toBe('symbol,t0,t1,label,return_1')
  }, 30_000)

  test('candles of a file need no store, and give what the store gives', async () => {
    const file = join(ROOT, 'test/fixtures/candles/bybit-BTCUSDT-5m.csv')
    await features(`--csv ${file} --spec spec.json --out file.csv`)
    await features('--symbols BTCUSDT --spec spec.json --out store.csv')
    const text = (name: string): string => readFileSync(join(cwd, name), 'utf8')
    expect(text('file.csv').replaceAll('\nCSV,', '\nBTCUSDT,')).toBe(text('store.csv'))
  }, 30_000)

  test('another symbol and funding are read where the spec names them', async () => {
    writeFileSync(
      join(cwd, 'cross.json'),
      JSON.stringify({
        features: [{ use: 'return', of: 'BTCUSDT' }, { use: 'beside', params: { period: 20 }, with: 'BTCUSDT' }, { use: 'funding' }],
      }),
    )
    const run = await features('--symbols ETHUSDT --spec cross.json --out cross.csv --json')
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      label: null,
      features: ['BTCUSDT_return_1', 'beside_20_BTCUSDT_correlation', 'beside_20_BTCUSDT_beta', 'beside_20_BTCUSDT_excess', 'funding_1'],
    })
    expect(readFileSync(join(cwd, 'cross.csv'), 'utf8').split('\n')[0]).toMatch(/^symbol,t0,BTCUSDT_return_1,/)
  }, 30_000)

  test.each([
    ['{"features":[{"use":"retrun"}]}', '', 1, "spec features 1: there is no feature 'retrun': did you mean return?"],
    ['{"features":[{"use":"rsi","intervals":["7m"]}]}', '', 1, '7m is not made of whole bars'],
    ['{"features":[{"use":"rsi","intervals":["soon"]}]}', '', 1, "'soon' is not an interval"],
    ['{"features":[{"use":"rsi"}],"label":{"use":"direction","bars":3}}', '', 1, 'label direction: has no key bars.'],
    ['{"features":[{"use":"rsi"}', '', 1, 'is not JSON'],
    ['{"features":[{"use":"rsi"}]}', ' --out features.txt', 2, 'ends neither in .csv nor in .parquet.'],
    ['{"features":[{"use":"rsi"}]}', ' --out nowhere/x.csv', 1, 'Could not write nowhere/x.csv (ENOENT'],
    ['{"features":[{"use":"rsi"}]}', ' --out nowhere/x.parquet', 1, 'Could not write nowhere/x.parquet (ENOENT'],
    ['{"features":[{"use":"rsi"}]}', ' --symbols DOGEUSDT', 8, 'There are no stored candles of DOGEUSDT.'],
    ['{"features":[{"use":"return","of":"ETHUSDT"}]}', ' --csv x.csv', 2, 'A file holds one symbol'],
  ])('the spec %s with%s ends with %i: %s', async (spec, flags, code, sentence) => {
    writeFileSync(join(cwd, 'spec'), spec)
    const out = flags.includes('--out') ? '' : ' --out x.csv'
    const symbols = flags.includes('--symbols') || flags.includes('--csv') ? '' : ' --symbols BTCUSDT'
    const run = await features(`--spec spec${symbols}${out}${flags}`)
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(sentence.replace('spec features', 'spec: features'))])
  })
})
