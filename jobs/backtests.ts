/**
 * Backtests through the queue: asked for here, run in a worker thread, reported in their rows.
 * Never runs the same spec on the same code twice at once, and never leaves a row running when its worker died.
 */
import { createHash, randomBytes } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Backtest, BacktestKind, BacktestRequest, BacktestRunRows, Backtests, Page, QueueIsDown } from '../api/ports/ports.ts'
import { BACKTEST_IDS, type BacktestRows } from '../db/reads/backtests.ts'
import { SORT_METRICS, type SortMetric } from '../src/backtest/sweep/ranking.ts'
import { nearestOf } from '../src/core/nearest.ts'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import { type OptimizationAnswer, gridOf } from './optimization-run.ts'
import { KERNEL_CODE_VERSION } from '../src/kernel/snapshot.ts'
import { findSeries } from '../src/market/candles/find-series.ts'
import { openStore } from '../src/market/candles/store.ts'
import { type Catalog, strategyNamed } from '../src/strategy/registry.ts'
import type { Pinned } from '../src/strategy-files/module.ts'
import { BACKTEST_ATTEMPTS } from './backtest-sweep.ts'
import { readBacktestPage, readBacktestRows } from './backtest-files.ts'
import { type BacktestAnswer, type BacktestSpec, backtestSpec, modelsProblem } from './backtest-run.ts'
import type { ThreadInput } from './backtest-thread.ts'
import { type JobQueue, type JobQueues, QueueDown, type RunningJob } from './queues.ts'

const OPEN_MAX = 20
/** A bundle of its own beside the bundle that this file is in: threads do not run from source. */
const THREAD_FILE = new URL('./backtest-thread.js', import.meta.url)
const PROGRESS_EVERY_MS = 500
/** A run that takes longer than this is stopped. */
const RUN_LIMIT_MS = 15 * 60_000

export class QueuedBacktests implements Backtests {
  private readonly rows: BacktestRows
  private readonly queue: JobQueue<'backtest'>
  private readonly candlesRoot: string
  private readonly filesRoot: string
  private readonly catalog: () => Promise<Catalog>

  constructor(
    rows: BacktestRows,
    queue: JobQueue<'backtest'>,
    { candlesRoot, filesRoot }: Pick<ThreadInput, 'candlesRoot' | 'filesRoot'>,
    catalog: () => Promise<Catalog>,
  ) {
    this.rows = rows
    this.queue = queue
    this.candlesRoot = candlesRoot
    this.filesRoot = filesRoot
    this.catalog = catalog
  }

  async enqueue(request: BacktestRequest, actor: string): Promise<Backtest | string | QueueIsDown> {
    const named = strategyNamed(await this.catalog(), request.strategy)
    if (!named.ok) return named.error
    const definition = named.value
    const problem =
      request.grid === undefined ? paramsProblem(definition, request.params) : gridProblem(definition, request.grid, request.sort)
    if (problem !== undefined) return problem
    const misfit = modelsProblem(request.models)
    if (misfit !== undefined) return misfit
    const found = findSeries(openStore(this.candlesRoot), { symbol: request.symbol, interval: request.interval })
    if (!found.ok) return `${found.error.sentence} ${found.error.next}`
    const spec: BacktestSpec = {
      strategy: request.strategy,
      symbol: request.symbol,
      params: request.params,
      ...(request.interval === undefined ? {} : { interval: request.interval }),
      ...(request.from === undefined ? {} : { from: request.from }),
      ...(request.to === undefined ? {} : { to: request.to }),
      ...(request.models === undefined || Object.keys(request.models).length === 0 ? {} : { models: request.models }),
      ...(request.grid === undefined ? {} : { grid: request.grid, sort: (request.sort ?? 'sharpe') as SortMetric }),
    }
    const specHash = createHash('sha256')
      .update(JSON.stringify([spec, found.value.hash, definition.version, definition.codeHash, KERNEL_CODE_VERSION]))
      .digest('hex')
    const same = await this.rows.findBySpec(specHash)
    if (same !== undefined) return same
    if ((await this.rows.countOpen()) >= OPEN_MAX)
      return `${OPEN_MAX} backtests are already queued or running. Wait for one to finish, or cancel one.`
    const row = await this.rows.create(
      `${BACKTEST_IDS[request.grid === undefined ? 'backtest' : 'optimization']}${randomBytes(5).toString('hex')}`,
      specHash,
      { ...spec },
      actor,
    )
    try {
      await this.queue.add({ backtestId: row.id }, { jobId: row.id, attempts: BACKTEST_ATTEMPTS })
      return row
    } catch (cause) {
      if (!(cause instanceof QueueDown)) throw cause
      // A row that no job is behind would wait for ever.
      await this.rows.cancel(row.id)
      return { type: 'queue-down', detail: cause.message }
    }
  }

  find(id: string): Promise<Backtest | undefined> {
    return this.rows.find(id)
  }

  list(query: Page & { readonly kind: BacktestKind }): Promise<readonly Backtest[]> {
    return this.rows.list(query)
  }

  cancel(id: string): Promise<boolean> {
    return this.rows.cancel(id)
  }

  page(id: string): string | undefined {
    return readBacktestPage(this.filesRoot, id)
  }

  runRows(id: string): BacktestRunRows | undefined {
    return readBacktestRows(this.filesRoot, id)
  }
}

function paramsProblem({ name, params }: StrategyDefinition, given: Readonly<Record<string, string>>): string | undefined {
  const parsed = params.safeParse(given)
  return parsed.success ? undefined : `${name}: ${parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; ')}.`
}

function gridProblem(definition: StrategyDefinition, grid: Readonly<Record<string, string>>, sort: string | undefined): string | undefined {
  if (sort !== undefined && !SORT_METRICS.some((metric) => metric === sort)) {
    const near = nearestOf(sort, SORT_METRICS)
    return `There is no metric '${sort}'.${near === undefined ? '' : ` Did you mean ${near}?`}`
  }
  const axes = gridOf(definition, grid)
  return typeof axes === 'string' ? axes : undefined
}

/** Runs what is queued, one at a time: the trader shares the machine. Answers whether this process runs a backtest now. */
export function workBacktests(
  queues: JobQueues,
  rows: BacktestRows,
  world: Pick<ThreadInput, 'candlesRoot' | 'filesRoot'> & {
    readonly strategies: () => readonly Pinned[]
    /** Counts a run that has ended, before anybody sees its answer. */
    readonly tried: (answer: BacktestAnswer | OptimizationAnswer) => void
  },
): (id: string) => boolean {
  const running = new Set<string>()
  queues.work('backtest', 1, async (job) => {
    const row = await rows.find(job.data.backtestId)
    // A queue that was given it twice has it run once.
    if (row === undefined || running.has(row.id) || !(await rows.begin(row.id))) return
    running.add(row.id)
    try {
      const answer = await runInThread(job, rows, {
        candlesRoot: world.candlesRoot,
        filesRoot: world.filesRoot,
        id: row.id,
        strategies: world.strategies(),
        spec: backtestSpec.parse(row.spec),
      })
      if (answer === undefined) return
      if (typeof answer === 'string') await rows.fail(row.id, answer)
      else {
        world.tried(answer)
        // Trials are the ledger's.
        await rows.finish(row.id, { ...answer, trials: undefined })
      }
    } finally {
      running.delete(row.id)
    }
  })
  return (id) => running.has(id)
}

/** Undefined when it was canceled. */
function runInThread(
  job: RunningJob<'backtest'>,
  rows: BacktestRows,
  workerData: ThreadInput,
): Promise<BacktestAnswer | OptimizationAnswer | string | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD_FILE, { workerData })
    let toldAtMs = 0
    const limit = setTimeout(() => {
      void thread.terminate()
      resolve(`It took longer than ${RUN_LIMIT_MS / 60_000} minutes and was stopped.`)
    }, RUN_LIMIT_MS)
    const end = (answer: BacktestAnswer | OptimizationAnswer | string | undefined): void => {
      clearTimeout(limit)
      resolve(answer)
    }
    thread.on(
      'message',
      (
        message:
          | { readonly type: 'progress'; readonly done: number }
          | { readonly type: 'answer'; readonly answer: BacktestAnswer | OptimizationAnswer | string },
      ) => {
        if (message.type === 'answer') {
          end(message.answer)
          return
        }
        const now = performance.now()
        if (now - toldAtMs < PROGRESS_EVERY_MS) return
        toldAtMs = now
        rows
          .progress(job.data.backtestId, message.done)
          .then(async (goesOn) => {
            if (goesOn) await job.progress(message.done)
            else {
              await thread.terminate()
              end(undefined)
            }
          })
          .catch(reject)
      },
    )
    thread.on('error', (error) => {
      clearTimeout(limit)
      reject(error)
    })
    thread.on('exit', (code) => {
      if (code !== 0) end(`The run ended with code ${code}.`)
    })
  })
}
