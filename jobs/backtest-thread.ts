/**
 * Entry of the worker thread that runs one backtest: data in, progress and the answer out.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type StrategyModule, importStrategies } from '../src/strategy-files/module.ts'
import { writeBacktestFiles } from './backtest-files.ts'
import { type BacktestSpec, runBacktestJob } from './backtest-run.ts'

export interface ThreadInput {
  readonly candlesRoot: string
  /** The user's. */
  readonly strategies: readonly StrategyModule[]
  /** Where its files go. */
  readonly filesRoot: string
  readonly id: string
  readonly spec: BacktestSpec
}

const { candlesRoot, strategies, filesRoot, id, spec } = workerData as ThreadInput
const catalog = await importStrategies(strategies)
const answer = !catalog.ok
  ? `${catalog.error.sentence} ${catalog.error.next}`
  : runBacktestJob(
      candlesRoot,
      catalog.value,
      spec,
      (done) => {
        parentPort?.postMessage({ type: 'progress', done })
        return true
      },
      (files) => writeBacktestFiles(filesRoot, id, files),
    )
parentPort?.postMessage({ type: 'answer', answer })
