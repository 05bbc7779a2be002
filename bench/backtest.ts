/**
 * Bars per second of the kernel beside the hand-written loop, in one run and on the same bars, and the whole `ballast backtest` process.
 * Never reports a figure of runs that disagree: both must make the same fills and end with the same money.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BacktestRequest, fingerprintOf, kernelOf } from '../src/backtest/backtest-run.ts'
import { type BacktestResult, runBacktest } from '../src/backtest/backtest.ts'
import { CASH_ONE, RATE_ONE, cash, instrumentIndex, lots, rate } from '../src/core/units.ts'
import { Bars } from '../src/market/bars.ts'
import { lotFloat, makeInstrument } from '../src/market/instrument.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { smaCross } from '../src/strategy/sma-cross.ts'
import { handLoop } from './hand-loop.ts'
import { type BenchSeries, benchSeries } from './series.ts'

const RUNS = 5
const WARM_UP = 3
const FAST = 10
const SLOW = 50

interface Case {
  readonly name: string
  readonly fee: number
  readonly cash: number
  /** Quantity of each entry; 0 = all cash. */
  readonly fixed: number
}
const ALL_CASH: Case = { name: 'all cash, fee 0.1 %', fee: 0.001, cash: 10_000, fixed: 0 }
const FIXED: Case = { name: 'fixed 0.01, fee 0.055 %', fee: 0.00055, cash: 10_000_000, fixed: 0.01 }

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number

function timed(run: () => void): number {
  for (let k = 0; k < WARM_UP; k++) run()
  return median(
    Array.from({ length: RUNS }, () => {
      const start = performance.now()
      run()
      return performance.now() - start
    }),
  )
}

const series = await benchSeries()
const instrument = makeInstrument({
  index: instrumentIndex(0),
  venue: 'bench',
  symbol: 'BTCUSD',
  tickSize: series.tickSize,
  lotSize: series.lotSize,
})
const bars = series.columns.ts.length
const perSecond = (ms: number): string => `${(bars / ms / 1e3).toFixed(1)} M bars/s`

console.log(`machine      ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`)
console.log(`date         ${new Date().toISOString().slice(0, 10)}, load ${(loadavg()[0] as number).toFixed(2)}`)
console.log(`series       ${series.name}`)
console.log(`strategy     sma-cross ${FAST}/${SLOW}, median of ${RUNS} runs after ${WARM_UP}`)
const fingerprint = compare(ALL_CASH)
compare(FIXED)
if (!process.execArgv.some((flag) => flag.includes('prof'))) wholeProcess(series)

function compare(of: Case): string {
  const byHand = () =>
    handLoop(series.columns, FAST, SLOW, of.fee, of.cash * CASH_ONE, fixedLots(of), instrument.cashNumerator / instrument.cashDenominator)
  const byKernel = () => kernelRun(of)
  const hand = byHand()
  const result = byKernel()
  // A float product may lie a hair above a whole number and round up where the exact one does not: 1e-8 a fill at most.
  if (result.fills.length !== hand.fills || Math.abs(result.finalEquity - hand.equity) > 2 + hand.fills)
    throw new Error(
      `${of.name}: the kernel made ${result.fills.length} fills and ${result.finalEquity}, the loop ${hand.fills} and ${hand.equity}`,
    )
  const handMs = timed(byHand)
  const kernelMs = timed(byKernel)
  const print = fingerprintOf(result.fills, [instrument])
  console.log(`${of.name}: ${result.fills.length.toLocaleString('en-US')} fills, fingerprint ${print.slice(0, 16)}`)
  console.log(`  hand loop  ${handMs.toFixed(1)} ms  ${perSecond(handMs)}`)
  console.log(`  kernel     ${kernelMs.toFixed(1)} ms  ${perSecond(kernelMs)}  1/${(kernelMs / handMs).toFixed(1)} of the hand loop`)
  return print
}

function fixedLots(of: Case): number {
  return Math.round(of.fixed / lotFloat(instrument))
}

function kernelRun(of: Case): BacktestResult {
  const feeRate = rate(Math.round(of.fee * RATE_ONE))
  const request: BacktestRequest = {
    definition: smaCross,
    params: { fast: FAST, slow: SLOW },
    series: [{ instrument, intervalMs: series.intervalMs, columns: series.columns, funding: undefined }],
    risk: RISK_PROFILES.research,
    sizing: of.fixed > 0 ? { type: 'fixed', lots: lots(fixedLots(of)) } : { type: 'all' },
    openingCash: cash(of.cash * CASH_ONE),
    makerRate: feeRate,
    takerRate: feeRate,
    spotRate: feeRate,
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }
  return runBacktest({
    kernel: kernelOf(request),
    venue: { makerRate: feeRate, takerRate: feeRate, slippage: { type: 'none' }, limitFill: 'through', leverage: 1, idPrefix: 'bt-' },
    openingCash: request.openingCash,
    bars: [new Bars(series.intervalMs, series.columns)],
    funding: [undefined],
  })
}

/** `ballast backtest` as a person runs it, from a warm store: import once, then wall time and peak memory of three runs. */
function wholeProcess(of: BenchSeries): void {
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
    const words = ['backtest', 'sma-cross', '--symbol', 'BTCUSD', '--fee', String(ALL_CASH.fee), '--json']
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
