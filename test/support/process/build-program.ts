/**
 * Bundles the program once before the tests, into a directory of this run: they start what the sources say, not what was built some time ago,
 * and a Ballast that runs from dist/ keeps its files.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of the bundle. */
    programDir: string
  }
}

const ROOT = join(import.meta.dirname, '../../..')
/** Beside dist/, so that a path relative to the program means the same. */
const NAME = '.ballast-tests-'

/** Signal 0 only asks. One that another user runs is there too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

export default function buildProgram(project: TestProject): (() => void) | undefined {
  // Each project of a run asks, and the root's answer is theirs.
  if (!project.isRootProject()) return undefined
  const mine = join(ROOT, `${NAME}${process.pid}`)
  // Of runs that were killed.
  for (const name of readdirSync(ROOT).filter((entry) => entry.startsWith(NAME)))
    if (!isRunning(Number(name.slice(NAME.length)))) rmSync(join(ROOT, name), { recursive: true, force: true })
  execFileSync(process.execPath, ['build.mjs', mine], { cwd: ROOT, stdio: 'inherit' })
  project.provide('programDir', mine)
  return () => rmSync(mine, { recursive: true, force: true })
}
