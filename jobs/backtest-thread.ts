/**
 * Entry of the worker thread that runs one backtest or optimization: data in, progress and the answer out.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type Pinned, importStrategies } from '../src/strategy-files/module.ts'
import { writeBacktestFiles } from './backtest-files.ts'
import { type BacktestAnswer, type BacktestSpec, runBacktestJob } from './backtest-run.ts'
import { type OptimizationAnswer, runOptimizationJob } from './optimization-run.ts'
import type { Catalog } from '../src/strategy/registry.ts'

export interface ThreadInput {
  readonly candlesRoot: string
  /** The user's. */
  readonly strategies: readonly Pinned[]
  /** Where its files go. */
  readonly filesRoot: string
  readonly id: string
  readonly spec: BacktestSpec
}

const { candlesRoot, strategies, filesRoot, id, spec } = workerData as ThreadInput
const catalog = await importStrategies(strategies)
const progress = (done: number): void => parentPort?.postMessage({ type: 'progress', done })
const run = (loaded: Catalog): Promise<OptimizationAnswer | string> | BacktestAnswer | string =>
  spec.grid === undefined
    ? runBacktestJob(
        candlesRoot,
        loaded,
        spec,
        (done) => {
          progress(done)
          return true
        },
        (files) => writeBacktestFiles(filesRoot, id, files),
      )
    : runOptimizationJob(candlesRoot, loaded, strategies, spec, { progress })
const answer = catalog.ok ? await run(catalog.value) : `${catalog.error.sentence} ${catalog.error.next}`
parentPort?.postMessage({ type: 'answer', answer })
