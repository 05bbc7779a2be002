/**
 * Replays in a thread of their own, one at a time, since the trader shares the machine. One that takes too long is stopped.
 */
import { Worker } from 'node:worker_threads'
import type { CanaryWork } from './canary-work.ts'
import type { TwinWork } from './twin-work.ts'

/** A bundle of its own beside the bundle that this file is in: threads do not run from source. */
const THREAD_FILE = new URL('./twin-thread.js', import.meta.url)
const LIMIT_MS = 60_000

export class TwinReplay {
  private turn: Promise<unknown> = Promise.resolve()

  /** A sentence where it could not be done. */
  run<Answer>(work: TwinWork | CanaryWork): Promise<Answer | string> {
    const answer = this.turn.then(() => inThread<Answer>(work))
    this.turn = answer.catch(() => undefined)
    return answer
  }
}

function inThread<Answer>(workerData: TwinWork | CanaryWork): Promise<Answer | string> {
  return new Promise((resolve) => {
    const thread = new Worker(THREAD_FILE, { workerData })
    const end = (answer: Answer | string): void => {
      clearTimeout(limit)
      resolve(answer)
    }
    const limit = setTimeout(() => {
      void thread.terminate()
      end(`The replay took longer than ${LIMIT_MS / 1000} s and was stopped.`)
    }, LIMIT_MS)
    thread.once('message', end)
    thread.once('error', (thrown) => end(`The replay failed: ${thrown.message}.`))
    thread.once('exit', (code) => end(`The replay ended with code ${code}.`))
  })
}
