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

const START = `
const { parentPort, workerData } = require('node:worker_threads')
import(workerData.url).then((module) => module.default.init(workerData.params)).then(
  () => parentPort.postMessage({}),
  (thrown) => parentPort.postMessage({ failure: thrown instanceof Error ? thrown.message : String(thrown) }),
)`

/**
 * What keeps a compiled strategy from beginning with these parameters, as a sentence: it is brought in and its init called in a thread that is
 * given up after a time. Undefined where it begins.
 */
export function startProblem(path: string, params: unknown, limitMs = TRIAL_MS): Promise<string | undefined> {
  return new Promise((resolve) => {
    const thread = new Worker(START, { eval: true, workerData: { url: pathToFileURL(path).href, params }, stdout: true, stderr: true })
    const end = (problem: string | undefined): void => {
      clearTimeout(limit)
      resolve(problem)
      void thread.terminate()
    }
    const limit = setTimeout(() => end(`it does not return from its init within ${limitMs / 1_000} s.`), limitMs)
    thread.once('message', ({ failure }: { readonly failure?: string }) =>
      end(failure === undefined ? undefined : `its init throws: ${failure}.`),
    )
    thread.once('error', (thrown) => end(`it throws: ${thrown.message}.`))
    thread.once('exit', () => end('its thread ended before its init returned.'))
  })
}
