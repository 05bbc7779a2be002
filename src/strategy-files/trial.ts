/**
 * Imports a compiled file in a thread of its own first: a file that never ends its import would hold whoever imports it for ever.
 */
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

export const TRIAL_MS = 5_000

/** Whether the import ends; that it throws is reported by the real one. */
export function endsItsImport(path: string, limitMs = TRIAL_MS): Promise<boolean> {
  return new Promise((resolve) => {
    const thread = new Worker("const { workerData } = require('node:worker_threads'); import(workerData)", {
      eval: true,
      workerData: pathToFileURL(path).href,
      stdout: true,
      stderr: true,
    })
    const end = (answer: boolean): void => {
      clearTimeout(limit)
      resolve(answer)
      void thread.terminate()
    }
    const limit = setTimeout(() => end(false), limitMs)
    thread.once('error', () => end(true))
    thread.once('exit', () => end(true))
  })
}
