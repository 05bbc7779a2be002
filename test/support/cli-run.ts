/**
 * The command line as a process of its own, for tests.
 * Never runs in the working directory of the checkout: the caller says where.
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ENTRY = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Arguments of node before the words of a command: from source. */
const fromSource: readonly string[] = ['--import', TSX, ENTRY]
/** The bundle, which `node build.mjs` makes: for commands with worker threads. */
export const bundled: readonly string[] = [fileURLToPath(new URL('../../dist/cli.js', import.meta.url))]

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Words are separated by one blank. */
export const runCli = (cwd: string, words: string, env: Record<string, string> = {}, command = fromSource): Promise<CliRun> =>
  new Promise((resolve) => {
    execFile(process.execPath, [...command, ...words.split(' ')], { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
