/**
 * The command line as a process: answers on stdout, messages on stderr, exit codes, nearest names.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ticks, ts } from '../core/units.ts'
import { columnsOfBars } from '../market/bars.ts'
import { openStore } from '../market/candles/store.ts'
import { Output, type Stream } from './ui/output.ts'
import { type CliRun, runCli } from '../../test/support/process/cli-run.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cli-'))
  const rows = Array.from({ length: 5 }, (_, at) => `${1_700_000_040_000 + at * 60_000},1,2,0.5,1.5,${at}`)
  writeFileSync(join(cwd, 'bars.csv'), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
  writeFileSync(join(cwd, 'bad.csv'), `timestamp,open,high,low,close,volume\n${rows[0]}\n${rows[1]}0,x\n`)
  writeFileSync(join(cwd, 'equity.csv'), 'timestamp,equity\n2024-01-01,100\n2024-01-02,110\n2024-01-03,99\n')
})
afterAll(() => rmSync(cwd, { recursive: true }))

const ballast = (words: string, env: Record<string, string> = {}): Promise<CliRun> => runCli(cwd, words, env)

describe('as a process', () => {
  test('imports, lists and verifies in the data directory of the flag or the environment', async () => {
    const imported = await ballast('data import bars.csv --symbol BTCUSDT --interval 1m --json --data-dir d')
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    const [series] = JSON.parse(imported.stdout).series
    expect(series).toMatchObject({
      venue: 'bybit',
      symbol: 'BTCUSDT',
      interval: '1m',
      from: 1_700_000_040_000,
      to: 1_700_000_280_000,
      bars: 5,
      gaps: 0,
    })
    const listed = await ballast('data list --json', { BALLAST__DATA_DIR: 'd' })
    expect(JSON.parse(listed.stdout).series).toEqual([series])
    const verified = await ballast('data verify --data-dir d')
    expect(verified.code).toBe(0)
    expect(verified.stdout).toContain('✓ bybit/BTCUSDT/1m  5 bars')
    expect(verified.stdout).not.toContain('\u001B')
  }, 20_000)

  test('a missing admin.key is reported as what it is: never started, or lost since', async () => {
    const fresh = await ballast('status --data-dir never')
    expect([fresh.code, fresh.stderr]).toEqual([
      5,
      expect.stringContaining(`Ballast has not been started in ${join(cwd, 'never')} yet (there is no admin.key).`),
    ])
    mkdirSync(join(cwd, 'lost'))
    writeFileSync(join(cwd, 'lost', 'tag'), 'abc123\n')
    const lost = await ballast('api keys list --data-dir lost')
    expect([lost.code, lost.stderr]).toEqual([
      4,
      `ballast: admin.key is missing in ${join(cwd, 'lost')}.\n  Restart Ballast: it writes a new key and revokes the old one. npx ballast --data-dir lost panic --direct works without it.\n`,
    ])
  }, 20_000)

  test('a negative number is a word, and what else begins with a dash is no option of the command', async () => {
    const word = await ballast('risk set dayLoss -1% --data-dir never')
    expect([word.code, word.stderr]).toEqual([
      (await ballast('status --data-dir never')).code,
      expect.stringContaining('has not been started'),
    ])
    const stray = await ballast('positions --watchh')
    expect([stray.code, stray.stderr]).toEqual([2, expect.stringContaining("There is no option '--watchh' of positions.")])
  }, 30_000)

  test('api keys create needs a preset that there is, and a whole number of days', async () => {
    const role = await ballast('api keys create --preset owner --name x')
    expect([role.code, role.stderr]).toEqual([
      2,
      expect.stringContaining('read-only, dashboard, signal-sender, metrics, closer, trader, agent, admin'),
    ])
    const days = await ballast('api keys create --preset read-only --name x --days soon')
    expect([days.code, days.stderr]).toEqual([2, expect.stringContaining("--days 'soon' is not a number of days.")])
  }, 20_000)

  test('metrics of an equity file', async () => {
    const run = await ballast('metrics equity.csv --json')
    const { metrics } = JSON.parse(run.stdout)
    expect(metrics.totalReturn).toBeCloseTo(-0.01, 12)
    expect(metrics.maxDrawdown).toBeCloseTo(0.1, 12)
    expect(metrics.skew).toBeNull()
  }, 20_000)

  test('a backtest knows the least order: 3 USDT buy nothing, and annual figures of a day are null', async () => {
    const waves = Array.from({ length: 1_440 }, (_, at) => {
      const close = (100 + 5 * Math.sin(at / 40)).toFixed(2)
      return `${1_700_000_040_000 + at * 60_000},${close},${close},${close},${close},1`
    })
    writeFileSync(join(cwd, 'waves.csv'), `timestamp,open,high,low,close,volume\n${waves.join('\n')}\n`)
    const run = async (flags: string) =>
      JSON.parse((await ballast(`backtest sma-cross --csv waves.csv --symbol XUSDT --json ${flags}`)).stdout)
    const small = await run('--cash 3')
    expect([small.metrics.trades, Object.keys(small.denials)]).toEqual([0, ['notional-min']])
    expect((await run('--cash 3 --min-notional 0')).metrics.trades).toBeGreaterThan(3)
    expect([small.metrics.cagr, small.metrics.sharpe]).toEqual([null, null])
    // What the exchange takes at most, as a download keeps it.
    const store = openStore(join(cwd, '.ballast', 'candles'))
    const bars = waves.map((line, at) => ({
      ts: ts(1_700_000_040_000 + at * 60_000),
      price: ticks(Math.round(Number(line.split(',')[1]) * 100)),
    }))
    const columns = columnsOfBars(bars.map(({ ts, price }) => ({ ts, open: price, high: price, low: price, close: price, volume: 1 })))
    const bounds = { quantityMin: '1', quantityMax: '50', quantityMarketMax: '20', notionalMin: '5' }
    const key = { venue: 'bybit', symbol: 'YUSDT', interval: '1m', kind: 'last', intervalMs: 60_000 } as const
    expect(store.append({ ...key, tickSize: '0.01', lotSize: '0.001', bounds, source: 'test', columns }).ok).toBe(true)
    const sized = async (size: string) => JSON.parse((await ballast(`backtest sma-cross YUSDT --size fixed:${size} --json`)).stdout)
    for (const [size, isTaken] of [
      ['20', true],
      ['20.001', false],
      ['0.5', false],
    ] as const) {
      const { metrics, denials } = await sized(size)
      expect([size, metrics.trades > 0, Object.keys(denials)]).toEqual([size, isTaken, isTaken ? [] : ['quantity']])
    }
    // As in chat: the symbol after the strategy.
    const plain = JSON.parse((await ballast('backtest sma-cross xusdt --csv waves.csv --json --cash 3')).stdout)
    expect([plain.data.symbol, plain.fingerprint]).toEqual([small.data.symbol, small.fingerprint])
  }, 40_000)

  test.each([
    ['dta list', 2, "Did you mean 'data'?"],
    ['stop', 2, 'Pause entries with: npx ballast pause'],
    ['entries', 2, 'Ours is: npx ballast performance all strategy'],
    ['show-config', 2, 'npx ballast config show'],
    ['forceexit', 2, 'npx ballast close BTC'],
    ['data lst', 2, "Did you mean 'list'?"],
    ['data list --jsn', 2, "Did you mean '--json'?"],
    ['data import bars.csv', 2, '--symbol'],
    ['data import bars.csv --symbol S --interval 7x', 2, "'7x' is not an interval"],
    ['data import absent.csv --symbol S', 1, 'absent.csv does not exist'],
    ['data import bad.csv --symbol S', 1, 'bad.csv line 3: 7 fields where the header names 6'],
    ['metrics equity.csv --periods-per-year 0', 2, 'not a positive number'],
    ['backtest sma-cross --csv waves.csv --cash 300000000', 2, '--cash 300000000 is too large.'],
    ['backtest sma-cross --csv waves.csv --size fixed:1000000', 2, 'at the highest price, more than is counted here.'],
    ['metrics bars.csv', 1, 'bars.csv line 1: the header'],
    ['metrics equity.csv --periods-per-year', 2, 'argument missing'],
    ['config show -p prod', 3, 'must be one of sim, paper'],
  ])(
    '%s ends with %d',
    async (words, code, text) => {
      const run = await ballast(words)
      expect(run.code).toBe(code)
      expect(run.stderr).toContain(text)
      expect(run.stdout).toBe('')
    },
    20_000,
  )

  test('size is r x equity over distance and both fees, rounded down to the lot', async () => {
    const run = await ballast('size --equity 10000 --entry 64000 --stop 63000 --risk 0.01 --json')
    const unitLoss = 1000 + 64000 * 0.00055 + 63000 * 0.00055
    const answer = JSON.parse(run.stdout) as { quantity: string; r: number; plannedLoss: string }
    expect(answer.quantity).toBe((Math.floor((100 / unitLoss) * 1e6) / 1e6).toFixed(6))
    expect(answer.r).toBe(0.01)
    expect(Number(answer.plannedLoss)).toBeLessThanOrEqual(100)
    // Half way between the balances r is half way between 2 % and 0.5 %.
    const scaled = await ballast('size --equity 5500 --entry 100 --stop 99 --balance-low 1000 --balance-high 10000 --json')
    expect((JSON.parse(scaled.stdout) as { r: number }).r).toBeCloseTo(0.0125, 12)
    // A peak above today's equity keeps r small: sizing never grows on losses (S10).
    const after = await ballast(
      'size --equity 5500 --high-water-mark 10000 --entry 100 --stop 99 --balance-low 1000 --balance-high 10000 --json',
    )
    expect((JSON.parse(after.stdout) as { r: number }).r).toBeCloseTo(0.005, 12)
    expect((await ballast('size --equity 10000 --entry 100 --stop 100 --risk 0.01')).code).toBe(2)
  }, 20_000)

  const sized = async (words: string) => {
    const run = await ballast(`size --equity 10000 --entry 100 --stop 98 --taker 0 --lot 0.001 ${words} --json`.replace(/ +/g, ' '))
    if (run.code !== 0) return run.stderr
    const { quantity, steps } = JSON.parse(run.stdout) as { quantity: string; steps: { name: string; value: string }[] }
    return { quantity: Number(quantity), steps: Object.fromEntries(steps.map(({ name, value }) => [name, value])) }
  }

  // 10,000 USDT, a stop 2 away, no costs: one unit loses 2. riskMax up to 1,000 USDT, riskMin from 10,000 on: 0.5 %, 50, 25 units.
  test.each<[method: string, words: string, quantity: number, step: string, value: string]>([
    ['the fixed fraction', '', 25, 'risk budget', '50'],
    // 0.01 of the price in 15 minutes is 117.3 % a year: 20 % of it is worth 1,705 USDT.
    ['a volatility target', '--method volatility-target --atr 1 --interval 15m', 17.049, 'volatility a year', '1.1730'],
    // 60 of 100 at 1 R each: the lower bound of the win rate is 0.5178, full Kelly 3.56 %, of which a quarter is above the 0.5 % of the fraction.
    ['Kelly', '--method kelly --trades 100 --wins 60 --won-r 60 --lost-r 40', 25, 'full Kelly', '0.035619'],
    [
      'Kelly before it is believed',
      '--method kelly --trades 99 --wins 99 --won-r 99',
      25,
      'r by Kelly, after 99 of 100 trades',
      '0.005000',
    ],
    ['a fixed value', '--method fixed-notional --set fixedNotional=10%', 10, 'fixed value', '1000.00'],
    ['equal weight', '--method equal-weight --symbols 8', 12.5, 'equal weight of 8', '1250.00'],
    // From 5 % on r is multiplied by 1 - 6 / 15.
    ['a drawdown', '--drawdown 6%', 15, 'drawdown factor', '0.600000'],
    // A third of 60 is left for one trade.
    ['what the day has left', '--loss-left 60', 10, 'loss left for one trade', '20'],
    ['the drawdown of a value', '--method equal-weight --symbols 8 --drawdown 6%', 7.5, 'drawdown factor', '0.600000'],
    ['a limit', '--method fixed-notional --set fixedNotional=50% --set position=5% --set order=5%', 5, 'capped by order limit', '5'],
  ])(
    'size prints the arithmetic of %s',
    async (_, words, quantity, step, value) => {
      const answer = await sized(words)
      expect(answer).toMatchObject({ quantity: expect.closeTo(quantity, 3), steps: { [step]: value } })
    },
    20_000,
  )

  test('size says what is missing, and what would be denied', async () => {
    expect(await sized('--method volatility-target')).toContain('needs the average true range')
    expect(await sized('--loss-left 60 --set dayThrottle=off')).toContain('denied (gap-test)')
    expect(await sized('--set fixedNotinal=1')).toContain('Did you mean fixedNotional?')
    expect(await sized('--wins 3 --trades 2')).toContain('is more than --trades 2')
  }, 40_000)

  test('an unknown variable of ours is an error, exit 3', async () => {
    const run = await ballast('data list', { BALLAST__DATADIR: 'x' })
    expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('Did you mean BALLAST__DATA_DIR?') })
  }, 20_000)
})

describe('output', () => {
  const capture = (isTTY: boolean): Stream & { text: string } => ({
    text: '',
    isTTY,
    write(text: string) {
      this.text += text
    },
  })
  const options = { json: false, plain: false, quiet: false, verbose: false, color: true }

  test('colors on a terminal only', () => {
    expect(new Output(options, capture(true), capture(true)).style('good', 'x')).toBe('\u001B[32mx\u001B[0m')
    expect(new Output(options, capture(false), capture(false)).style('good', 'x')).toBe('x')
    expect(new Output({ ...options, color: false }, capture(true), capture(true)).style('good', 'x')).toBe('x')
  })

  test('tables align, and are tab-separated when plain', () => {
    const columns = [{ title: 'name' }, { title: 'n', align: 'right' }] as const
    const aligned = capture(false)
    new Output(options, aligned, capture(false)).table(columns, [
      ['a', '5'],
      ['longer', '123'],
    ])
    expect(aligned.text).toBe('name      n\na         5\nlonger  123\n')
    const plain = capture(false)
    new Output({ ...options, plain: true }, plain, capture(false)).table(columns, [['a', '5']])
    expect(plain.text).toBe('name\tn\na\t5\n')
  })

  test('messages go to stderr and are silent with quiet; the answer with --json is JSON alone', () => {
    const [stdout, stderr] = [capture(false), capture(false)]
    const out = new Output({ ...options, json: true }, stdout, stderr)
    out.note('working')
    out.answer({ a: 1 }, () => out.line('for people'))
    expect([stdout.text, stderr.text]).toEqual(['{"a":1}\n', 'working\n'])
    new Output({ ...options, quiet: true }, stdout, stderr).note('more')
    expect(stderr.text).toBe('working\n')
  })
})
