/**
 * Equity and returns from files: the right column, the right order, and figures that are what they say; and the rows a year.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readEquityCsv } from '../../src/cli/research/equity-csv.ts'
import { readReturnsCsv } from '../../src/cli/research/returns-csv.ts'
import { annualReason } from '../../src/portfolio/results/performance.ts'
import { periodsOf } from '../../src/portfolio/results/periods.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-tables-'))
afterAll(() => rmSync(folder, { recursive: true }))

let serial = 0
function file(lines: readonly string[] | Buffer): string {
  serial += 1
  const path = join(folder, `t${serial}.csv`)
  writeFileSync(path, lines instanceof Buffer ? lines : `${lines.join('\n')}\n`)
  return path
}
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'was read',
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  )
const START = Date.UTC(2025, 2, 3)
const DAY = 86_400_000
const HOUR = 3_600_000

describe('equity', () => {
  test.each([
    ['timestamp,balance,equity', [`${START},100,90`, `${START + DAY},100,80`], [90, 80]],
    ['equity,timestamp', [`90,${START}`, `80,${START + DAY}`], [90, 80]],
    [',Equity,DrawdownPct', ['2025-03-03 00:00:00,90,0', '2025-03-04 00:00:00,80,0.1'], [90, 80]],
    ['Date,Portfolio Value', ['2025-03-03,90', '2025-03-04,80'], [90, 80]],
    ['timestamp;equity', [`${START};90,5`, `${START + DAY};80,25`], [90.5, 80.25]],
    ['timestamp,equity', [`${START},$90`, `${START + DAY},$80`], [90, 80]],
    ['timestamp,equity', [`${START}000000,90`, `${START + DAY}000000,80`], [90, 80]],
    ['timestamp,equity', [`${START + DAY},80`, `${START},90`], [90, 80]],
    ['time,value', ['1931-03-03,90', '1931-03-04,80'], [90, 80]],
  ])('equity: %s %s', async (header, lines, equity) => {
    const { series } = await readEquityCsv(file([header, ...lines]))
    expect([...series.equity]).toEqual(equity)
    expect((series.ts[1] as number) - (series.ts[0] as number)).toBe(DAY)
  })

  test('equity of a strategy tester: UTF-16, tabs, the balance before the equity', async () => {
    const text = '<DATE>\t<BALANCE>\t<EQUITY>\t<DEPOSIT LOAD>\r\n2025.03.03 00:00\t100\t90\t0.01\r\n2025.03.04 00:00\t100\t80\t0.01\r\n'
    const { series, notes } = await readEquityCsv(file(Buffer.from(`\uFEFF${text}`, 'utf16le')))
    expect([...series.equity]).toEqual([90, 80])
    expect(notes).toEqual(["Equity is read from the column '<EQUITY>'."])
  })

  test('a column of deposits is pointed at', async () => {
    const { notes } = await readEquityCsv(file(['timestamp,equity,deposit', `${START},90,0`, `${START + DAY},180,90`]))
    expect(notes[0]).toContain("a column 'deposit'")
  })

  test.each([
    [['transactionTime,type,cashFlow,change,cashBalance', `${START},TRADE,0,-0.1,90`], 'is a transaction log'],
    [['timestamp,currency,equity', `${START},USDT,90`, `${START + DAY},BTC,1`], "line 3: the currency changes from 'USDT' to 'BTC'"],
    [['timestamp,price', `${START},90`], 'has no columns timestamp and equity'],
    [['timestamp,equity', `${START},90`, `${START},80`], 'line 3: the timestamp'],
    [['timestamp,equity', '12,90'], 'before 2009'],
    [['timestamp,equity', `${START},90`, `${START + DAY},`], 'line 3: the equity is missing'],
    [['timestamp,equity', `${START},90`, `${START + DAY},80,1`], 'line 3: 3 fields where the header has 2'],
    [['timestamp,equity', `${START},90`, '', `${START + DAY},80`], 'line 3: the line is empty'],
  ])('equity: %s is refused', async (lines, words) => {
    expect(await refusal(readEquityCsv(file(lines)))).toContain(words)
  })
})

describe('returns', () => {
  const rows = (...cells: readonly string[]): string[] => cells.map((each, k) => `${START + k * DAY},${each}`)
  test.each([
    ['timestamp,BTC,ETH', rows('0.01,0.02', '-0.01,0.03'), ['BTC', 'ETH']],
    ['timestamp,10,20', rows('0.01,0.02', '-0.01,0.03'), ['10', '20']],
    ['fast,10,20', ['0.03,0.01,0.02', '0.01,-0.01,0.03'], ['fast', '10', '20']],
    [',BTC,ETH', ['0,0.01,0.02', '1,-0.01,0.03'], ['BTC', 'ETH']],
    ['Unnamed: 0,BTC,ETH', ['0,0.01,0.02', '1,-0.01,0.03'], ['BTC', 'ETH']],
    ['index,BTC,ETH', ['0,0.01,0.02', '1,-0.01,0.03'], ['BTC', 'ETH']],
    ['open_time,BTC,ETH', rows('0.01,0.02', '-0.01,0.03'), ['BTC', 'ETH']],
    ['step,BTC,ETH', ['5,0.01,0.02', '10,-0.01,0.03'], ['BTC', 'ETH']],
    ['T,INDEX,TIME', ['0.03,0.01,0.02', '0.01,-0.01,0.03'], ['T', 'INDEX', 'TIME']],
    ['INDEX,MARKET', ['0.03,0.01', '0.01,-0.01'], ['INDEX', 'MARKET']],
  ])('%s: %s has the columns %s', async (header, lines, names) => {
    expect((await readReturnsCsv(file([header, ...lines]))).names).toEqual(names)
  })

  test('percent with its sign, a decimal comma, and newest first', async () => {
    expect([...((await readReturnsCsv(file(['Date,BTC', '2025-03-03,-0.84%', '2025-03-04,1.79%']))).columns[0] ?? [])]).toEqual([
      -0.0084, 0.0179,
    ])
    expect([...((await readReturnsCsv(file(['timestamp;BTC', `${START};-0,0084`, `${START + DAY};0,0179`]))).columns[0] ?? [])]).toEqual([
      -0.0084, 0.0179,
    ])
    const turned = await readReturnsCsv(file(['timestamp,BTC', `${START + DAY},0.02`, `${START},0.01`]))
    expect([[...(turned.columns[0] ?? [])], turned.notes]).toEqual([
      [0.01, 0.02],
      ['The rows run from newest to oldest; they are read in reverse.'],
    ])
  })

  test.each([
    [['timestamp,BTC', ...rows('0.01', '-1.5')], 'line 3: the return of BTC is -1.5'],
    [['timestamp,BTC', ...rows('0.01', '-1')], 'line 3: the return of BTC is -1'],
    [[',Mkt-RF', '202101,-0.84', '202102,-99.99'], 'line 3: the return of Mkt-RF is -99.99'],
    [['Date,BTC', '2025-03-03,100.0', '2025-03-04,99.1', '2025-03-05,100.9'], 'holds prices or levels'],
    [['timestamp,BTC', ...rows('0.84', '-0.79', '1.2', '0.4', '-0.31')], 'holds percent, or no returns'],
    [['timestamp,ADA', ...rows('0.84', '0.79', '0.72', '0.74', '0.71')], 'holds prices or levels'],
    [['Date,BTC', '2025-03-03,', '2025-03-04,0.1'], 'line 2: the return of BTC is missing'],
    [['date,symbol,return', '2025-03-03,BTC,0.1', '2025-03-03,ETH,0.1'], 'line 3'],
    [['-0.01,0.02', '0.01,0.03'], 'the file has no header'],
    [['timestamp,BTC,BTC', ...rows('0.01,0.02')], "two columns are called 'BTC'"],
  ])('returns: %s is refused', async (lines, words) => {
    expect(await refusal(readReturnsCsv(file(lines)))).toContain(words)
  })
})

describe('rows a year', () => {
  const every = (ms: number, count: number): Float64Array => Float64Array.from({ length: count }, (_, k) => START + k * ms)
  test.each([
    ['days', every(DAY, 40), 365],
    ['hours', every(HOUR, 40), 8760],
    ['five minutes', every(300_000, 40), 105_120],
    ['weeks', every(7 * DAY, 40), 365 / 7],
    ['days with a hole', Float64Array.from([...every(DAY, 20), ...every(DAY, 20).map((at) => at + 30 * DAY)]), 365],
  ])('rows a year of %s', (_, ts, perYear) => {
    expect(periodsOf(ts)?.perYear).toBeCloseTo(perYear, 9)
  })
  test('rows a year of weekdays are fewer than days, and of one row unknown', () => {
    const weekdays = Float64Array.from({ length: 250 }, (_, k) => START + (Math.floor(k / 5) * 7 + (k % 5)) * DAY)
    expect(periodsOf(weekdays)?.perYear).toBeCloseTo((365 * 249) / 347, 6)
    expect(periodsOf(every(DAY, 1))).toBeUndefined()
  })
  test('less than 30 days have no annual figures, and say why', () => {
    expect(annualReason({ ts: every(HOUR, 48) })).toBe('The rows span 2.0 days: annual figures need 30.')
    expect(annualReason({ ts: every(DAY, 31) })).toBeUndefined()
  })
})
