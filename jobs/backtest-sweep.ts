/**
 * Holds the rows of backtests against their jobs: what has a row and no job is queued again, what died fails with a sentence.
 */
import type { BacktestRows } from '../db/reads/backtests.ts'
import { type JobQueue, QueueDown } from './queues.ts'

/** Between the row and its job lies one question to the queue. */
const FRESH_MS = 10_000
export const BACKTEST_ATTEMPTS = 2

/** @param runsHere whether this process runs it now: a queue that lost its memory does not know it */
export async function sweepBacktests(
  rows: Pick<BacktestRows, 'openSince' | 'fail'>,
  queue: Pick<JobQueue<'backtest'>, 'stateOf' | 'add'>,
  runsHere: (id: string) => boolean,
  log: (text: string) => void,
): Promise<void> {
  try {
    for (const { id } of await rows.openSince(FRESH_MS)) {
      if (runsHere(id)) continue
      const place = await queue.stateOf(id)
      switch (place.type) {
        case 'open':
          break
        case 'gone':
          log(`the queue lost backtest ${id}; it is queued again`)
          await queue.add({ backtestId: id }, { jobId: id, attempts: BACKTEST_ATTEMPTS })
          break
        case 'done':
          await rows.fail(id, 'Its job ended without a result. Start it again.')
          break
        case 'failed':
          await rows.fail(id, `Its job failed after ${BACKTEST_ATTEMPTS} attempts: ${place.detail}. Start it again.`)
      }
    }
  } catch (cause) {
    // Reported as `queue down` by who watches it.
    if (!(cause instanceof QueueDown)) throw cause
  }
}
