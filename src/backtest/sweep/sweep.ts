/**
 * A sweep: many parameters of one strategy over the same bars, run by worker threads on shared memory.
 */
import { Worker } from 'node:worker_threads'
import { type SweepOutcome, type SweepPlan, type SweepThreadInput, shareSeries } from './sweep-plan.ts'

/** A bundle of its own beside the bundle that this file is in: threads do not run from source. */
const THREAD_FILE = new URL('./sweep-thread.js', import.meta.url)

export interface SweepOptions {
  /** At least 1; no more threads than runs are started. */
  readonly workers: number
  /** Share of the runs that are done, 0 to 1. */
  readonly progress: (done: number) => void
  /** Ends the sweep; it rejects with {@link SweepStopped}. */
  readonly signal: AbortSignal
  /** The program of a thread; the bundled one where absent. */
  readonly threadFile?: URL
}

export interface SweepResult {
  /** One a set of parameters, in the order of the plan. */
  readonly outcomes: readonly SweepOutcome[]
  readonly workers: number
  /** From before the first thread started until the last outcome, wall-clock ms. */
  readonly elapsedMs: number
}

/** The sweep was stopped from outside. */
export class SweepStopped extends Error {
  override readonly name = 'SweepStopped'
  readonly done: number

  constructor(done: number) {
    super(`stopped after ${done} runs`)
    this.done = done
  }
}

/** A thread ended before its work was done. */
export class SweepThreadFailed extends Error {
  override readonly name = 'SweepThreadFailed'
}

/** @throws SweepStopped or SweepThreadFailed; no thread is left running. */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepResult> {
  const startedMs = performance.now()
  const outcomes = new Array<SweepOutcome>(plan.params.length)
  let done = 0
  const take = (batch: readonly SweepOutcome[]): void => {
    for (const outcome of batch) outcomes[outcome.at] = outcome
    done += batch.length
    options.progress(done / plan.params.length)
  }
  const input: SweepThreadInput = {
    plan: { ...plan, common: { ...plan.common, series: plan.common.series.map(shareSeries) } },
    next: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  }
  const count = Math.min(options.workers, plan.params.length)
  const threads = Array.from({ length: count }, () => new Worker(options.threadFile ?? THREAD_FILE, { workerData: input }))
  try {
    await Promise.all([
      ...threads.map((thread) => endOf(thread, take)),
      ...(count === 0 ? [] : [stopOf(options.signal, threads, () => done)]),
    ])
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
  return { outcomes, workers: count, elapsedMs: performance.now() - startedMs }
}

/** Settles when the thread has ended by itself; rejects when it threw or was cut off. */
function endOf(thread: Worker, take: (batch: readonly SweepOutcome[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on('message', take)
    thread.on('error', (cause) => reject(new SweepThreadFailed(cause instanceof Error ? cause.message : String(cause), { cause })))
    thread.on('exit', (code) => (code === 0 ? resolve() : reject(new SweepThreadFailed(`it ended with code ${code}`))))
  })
}

/** Rejects when the signal says so; settles when all threads have ended. */
function stopOf(signal: AbortSignal, threads: readonly Worker[], done: () => number): Promise<void> {
  return new Promise((resolve, reject) => {
    let running = threads.length
    const stop = (): void => reject(new SweepStopped(done()))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    for (const thread of threads) {
      thread.on('exit', () => {
        running -= 1
        if (running > 0) return
        signal.removeEventListener('abort', stop)
        resolve()
      })
    }
  })
}
