/**
 * The kernel beside a loop by hand, beside another build of itself (`--against DIR`), and as the whole `ballast backtest` process.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CASH_ONE } from '../src/core/units.ts'
import { handLoop } from './hand-loop.ts'
import { type Case, type RunFigures, type Runs, runsOf } from './kernel-runs.ts'
import { type BenchSeries, benchSeries } from './series.ts'

const ROUNDS = 9
const WARM_UP = 3
const FAST = 10
const SLOW = 50
/** Flags of `ballast backtest` so that it is the study of the first case, whatever its defaults are. */
const ALL_CASH_FLAGS = '--fee 0.001 --cash 10000 --size all --limits research --min-notional 0 --slippage-bps 0 --funding none'

const sma = { strategy: 'sma-cross', params: { fast: FAST, slow: SLOW } }
const BY_RISK = { params: {}, fee: 0.00055, cash: 10_000, size: 'risk' } as const
const BY_FIXED = { params: {}, fee: 0.00055, cash: 10_000_000, size: 0.01 } as const
const CASES: readonly Case[] = [
  { ...sma, name: 'sma-cross, all cash, fee 0.1 %', fee: 0.001, cash: 10_000, size: 'all' },
  { ...sma, name: 'sma-cross, fixed 0.01, fee 0.055 %', fee: 0.00055, cash: 10_000_000, size: 0.01 },
  ...['ema-cross', 'donchian-breakout', 'rsi-reversion'].flatMap((strategy): Case[] => [
    { ...BY_FIXED, strategy, name: `${strategy}, fixed 0.01, fee 0.055 %` },
    { ...BY_RISK, strategy, name: `${strategy}, by risk, fee 0.055 %` },
  ]),
]

/** Each case in a process of its own: what the compiler has learned from one would be another's handicap. */
async function all(other: string | undefined): Promise<void> {
  const series = await benchSeries()
  console.log(`machine      ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`)
  console.log(`date         ${new Date().toISOString().slice(0, 10)}, load ${(loadavg()[0] as number).toFixed(2)}`)
  console.log(`series       ${series.name}`)
  console.log(`times        processor time, least of ${ROUNDS} runs by turns after ${WARM_UP}; in brackets the median`)
  for (const k of CASES.keys()) {
    const words = ['--case', String(k), ...(other === undefined ? [] : [other])]
    const run = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...words], { stdio: 'inherit' })
    if (run.status !== 0) process.exit(run.status ?? 1)
  }
  if (process.execArgv.some((flag) => flag.includes('prof'))) return
  wholeProcess(series, runsOf(CASES[0] as Case, series).figures().fingerprint)
}

async function measure(of: Case, otherBundle: string | undefined): Promise<void> {
  const series = await benchSeries()
  const bars = series.columns.ts.length
  const runs = runsOf(of, series)
  const figures = runs.figures()
  const byHand = handOf(of, series, runs, figures)
  const other =
    otherBundle === undefined ? undefined : ((await import(pathToFileURL(otherBundle).href)) as typeof import('./kernel-runs.ts'))
  const otherRuns = other?.runsOf(of, series)
  const otherFigures = otherRuns?.figures()
  const [hand, mine, theirs] = timed([byHand, runs.run, otherRuns?.run])
  const { fills, trades, denials } = figures
  console.log(`${of.name}: ${count(fills)} fills, ${count(trades)} trades, ${count(denials)} denials, ${figures.fingerprint.slice(0, 16)}`)
  const line = (name: string, ms: Times): string =>
    `  ${name.padEnd(10)} ${ms.least.toFixed(1)} ms (${ms.median.toFixed(1)})  ${(bars / ms.least / 1e3).toFixed(1)} M bars/s`
  const perTrade = (ms: Times): string => (trades === 0 ? '' : `  ${((ms.least * 1e3) / trades).toFixed(1)} us a trade`)
  if (hand !== undefined) console.log(line('hand loop', hand))
  if (mine === undefined) throw new Error('nothing was timed')
  console.log(
    `${line('kernel', mine)}${perTrade(mine)}${hand === undefined ? '' : `  1/${(mine.least / hand.least).toFixed(1)} of the hand loop`}`,
  )
  if (theirs === undefined || otherFigures === undefined) return
  const isSame = JSON.stringify(figures) === JSON.stringify(otherFigures)
  const other1 = isSame ? 'the same fills' : `OTHER fills: ${count(otherFigures.fills)}, ${otherFigures.fingerprint.slice(0, 16)}`
  const ratios = `${(mine.least / theirs.least).toFixed(3)} of it by the least, ${(mine.median / theirs.median).toFixed(3)} by the median`
  console.log(`${line('other', theirs)}${perTrade(theirs)}  ${other1}; the kernel takes ${ratios}`)
}

const count = (n: number): string => n.toLocaleString('en-US')

/** The loop by hand, where there is one for the rule. */
function handOf(of: Case, { columns }: BenchSeries, runs: Runs, figures: RunFigures): (() => void) | undefined {
  if (of.strategy !== 'sma-cross') return undefined
  const { cashNumerator, cashDenominator } = runs.instrument
  const play = () => handLoop(columns, FAST, SLOW, of.fee, of.cash * CASH_ONE, runs.fixedLots, cashNumerator / cashDenominator)
  const hand = play()
  // A float product may lie a hair above a whole number and round up where the exact one does not: 1e-8 a fill at most.
  if (figures.fills !== hand.fills || Math.abs(figures.finalEquity - hand.equity) > 2 + hand.fills)
    throw new Error(
      `${of.name}: the kernel made ${figures.fills} fills and ${figures.finalEquity}, the loop ${hand.fills} and ${hand.equity}`,
    )
  return play
}

interface Times {
  readonly least: number
  readonly median: number
}

/** By turns, so that what else the machine does falls on all alike; processor time, since others have the machine, too. */
function timed(ways: readonly ((() => void) | undefined)[]): (Times | undefined)[] {
  const lists: number[][] = ways.map(() => [])
  for (let round = 0; round < WARM_UP + ROUNDS; round++)
    ways.forEach((way, k) => {
      if (way === undefined) return
      const start = process.cpuUsage()
      way()
      const { user, system } = process.cpuUsage(start)
      if (round >= WARM_UP) lists[k]?.push((user + system) / 1e3)
    })
  return lists.map((list) => (list.length === 0 ? undefined : { least: Math.min(...list), median: median(list) }))
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number

/** `ballast backtest` as a user runs it, from a warm store: import once, then wall-clock time and peak memory of three runs. */
function wholeProcess(of: BenchSeries, fingerprint: string): void {
  if (of.file === undefined || !existsSync(join('dist', 'cli.js'))) {
    console.log('process      not measured: it needs the real file and a build (npm run build)')
    return
  }
  const home = mkdtempSync(join(tmpdir(), 'ballast-bench-'))
  try {
    const cli = (words: readonly string[]) =>
      spawnSync(process.execPath, [join('dist', 'cli.js'), ...words, '--data-dir', home], { encoding: 'utf8' })
    const imported = cli(['data', 'import', of.file, '--symbol', 'BTCUSD', '--venue', 'bitfinex'])
    if (imported.status !== 0) throw new Error(imported.stderr)
    const words = ['backtest', 'sma-cross', '--symbol', 'BTCUSD', ...ALL_CASH_FLAGS.split(' '), '--json']
    cli(words)
    const runs = Array.from({ length: 3 }, () => {
      const report = join(home, 'time')
      const start = performance.now()
      const run = spawnSync(
        '/usr/bin/time',
        ['-f', '%M', '-o', report, process.execPath, join('dist', 'cli.js'), ...words, '--data-dir', home],
        { encoding: 'utf8' },
      )
      const wallMs = performance.now() - start
      if (run.error !== undefined) {
        const start = performance.now()
        const plain = cli(words)
        return { wallMs: performance.now() - start, peakMb: Number.NaN, answer: JSON.parse(plain.stdout) as Record<string, unknown> }
      }
      return { wallMs, peakMb: Number(readFileSync(report, 'utf8')) / 1024, answer: JSON.parse(run.stdout) as Record<string, unknown> }
    })
    const wallClock = median(runs.map((run) => run.wallMs))
    const peak = Math.max(...runs.map((run) => run.peakMb))
    const [first] = runs
    console.log(
      `process      ballast backtest from the warm store: ${(wallClock / 1e3).toFixed(2)} s wall, peak ${Number.isNaN(peak) ? 'unknown' : `${peak.toFixed(0)} MB`}, kernel loop ${String(first?.answer['elapsedMs'])} ms cold`,
    )
    if (first?.answer['fingerprint'] !== fingerprint)
      throw new Error(`the process has another fingerprint: ${String(first?.answer['fingerprint'])}`)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const [word, index, against] = process.argv.slice(2)
if (word === '--case') await measure(CASES[Number(index)] as Case, against)
else await all(word === '--against' ? index : undefined)
