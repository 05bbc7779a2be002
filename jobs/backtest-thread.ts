/**
 * Entry of the worker thread that runs one backtest: data in, progress and the answer out.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type Pinned, importStrategies } from '../src/strategy-files/module.ts'
import { type BacktestSpec, runBacktestJob } from './backtest-run.ts'

export interface ThreadInput {
  readonly candlesRoot: string
  /** The user's. */
  readonly strategies: readonly Pinned[]
  readonly spec: BacktestSpec
}

const { candlesRoot, strategies, spec } = workerData as ThreadInput
const catalog = await importStrategies(strategies)
const answer = !catalog.ok
  ? `${catalog.error.sentence} ${catalog.error.next}`
  : runBacktestJob(candlesRoot, catalog.value, spec, (done) => {
      parentPort?.postMessage({ type: 'progress', done })
      return true
    })
parentPort?.postMessage({ type: 'answer', answer })
