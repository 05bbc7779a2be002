/**
 * The command line as a process of its own, for tests.
 */
import { execFile } from 'node:child_process'
import { CLI } from './program.ts'

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Words are separated by one blank. */
export const runCli = (cwd: string, words: string, env: Record<string, string> = {}): Promise<CliRun> =>
  new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...words.split(' ')], { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
