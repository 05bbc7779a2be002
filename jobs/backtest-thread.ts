/**
 * Entry of the worker thread that runs one backtest: data in, progress and the answer out.
 * Never lives longer than its run.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type BacktestSpec, runBacktestJob } from './backtest-run.ts'

export interface ThreadInput {
  readonly candlesRoot: string
  readonly spec: BacktestSpec
}

const { candlesRoot, spec } = workerData as ThreadInput
const answer = runBacktestJob(candlesRoot, spec, (done) => {
  parentPort?.postMessage({ type: 'progress', done })
  return true
})
parentPort?.postMessage({ type: 'answer', answer })
