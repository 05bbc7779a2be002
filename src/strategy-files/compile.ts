/**
 * The user's strategies, one TypeScript file each in a folder, compiled with all that they import into files that Node runs.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { type Result, err, ok } from '../core/result.ts'
import type { BrokenFile, StrategyFileProblem, StrategyModule } from './module.ts'

/** What was not asked for in this time runs nowhere any more. */
const KEPT_MS = 30 * 86_400_000
const NAME = /^[a-z][a-z0-9-]*$/

/** `strategies/pullback.ts` and no test, no declaration. */
export const isStrategyFile = (file: string): boolean => /\.ts$/.test(file) && !/\.(test|d)\.ts$/.test(file)

/** Files in name order, and those that are none; no file where there is no such folder. `outDirectory` is made where a file needs it. */
export async function compileStrategies(
  directory: string,
  outDirectory: string,
  only?: string,
): Promise<{ readonly modules: readonly StrategyModule[]; readonly broken: readonly BrokenFile[] }> {
  const modules: StrategyModule[] = []
  const broken: BrokenFile[] = []
  if (!existsSync(directory)) return { modules, broken }
  for (const file of readdirSync(directory).filter(isStrategyFile).sort()) {
    const name = basename(file, '.ts')
    const path = join(directory, file)
    if (only !== undefined && name !== only) continue
    if (!NAME.test(name)) {
      broken.push({
        name,
        sentence: `${path}: '${name}' is not a valid strategy name.`,
        next: 'Use small letters, digits and dashes, for example pullback-2.ts.',
      })
      continue
    }
    const compiled = await compileFile(path, outDirectory)
    if (compiled.ok) modules.push({ name, file: path, ...compiled.value })
    else broken.push({ name, ...compiled.error })
  }
  return { modules, broken }
}

/** One file with all that it imports. */
export async function compileFile(
  file: string,
  outDirectory: string,
): Promise<Result<Pick<StrategyModule, 'path' | 'codeHash' | 'sourceHash'>, StrategyFileProblem>> {
  // Loaded where there is something to compile: most installations have no file of their own.
  const { build } = await import('esbuild')
  try {
    const sourceHash = hashOf(readFileSync(file, 'utf8'))
    const { outputFiles } = await build({
      entryPoints: [file],
      // Nothing is written there by it: the map's paths count from it.
      outdir: outDirectory,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      write: false,
      plugins: [kit],
    })
    const text = outputFiles[0]?.text ?? ''
    const codeHash = hashOf(withoutMap(text))
    mkdirSync(outDirectory, { recursive: true })
    removeOld(outDirectory)
    const path = join(outDirectory, `${basename(file, '.ts')}-${codeHash}.mjs`)
    const now = new Date()
    if (existsSync(path) && readFileSync(path, 'utf8') === text) utimesSync(path, now, now)
    else {
      writeFileSync(`${path}.${process.pid}.new`, text)
      renameSync(`${path}.${process.pid}.new`, path)
    }
    return ok({ path, codeHash, sourceHash })
  } catch (thrown) {
    return err({ sentence: `${failureOf(file, thrown)}.`, next: 'Fix the file, then try again.' })
  }
}

function removeOld(directory: string): void {
  for (const file of readdirSync(directory)) {
    const path = join(directory, file)
    // Another process may have taken it away meanwhile.
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (file.endsWith('.mjs') && Date.now() - changedMs > KEPT_MS) rmSync(path, { force: true })
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** Strategies whose file is another one now than when it was compiled, is gone, or cannot be read. */
export const changedSince = (modules: readonly StrategyModule[]): readonly StrategyModule[] =>
  modules.filter(({ file, sourceHash }) => {
    try {
      return hashOf(readFileSync(file, 'utf8')) !== sourceHash
    } catch {
      // The caller is trading: a file that cannot be read is reported as a change and stops nothing.
      return true
    }
  })

/** The map names places of this machine; the hash is of the code. */
const withoutMap = (text: string): string => text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n').replace(/^\/\/ .*$/gm, '')

/** Our own module stays what it is in this process, where it is beside the program; under a loader of TypeScript it is bundled. */
const kit: Plugin = {
  name: 'kit',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^ballast\/strategy$/ }, () => {
      const bundled = new URL('./strategy.js', import.meta.url)
      return existsSync(fileURLToPath(bundled))
        ? { path: bundled.href, external: true }
        : { path: fileURLToPath(new URL('../strategy/sdk.ts', import.meta.url)) }
    })
  },
}

interface BuildMessage {
  readonly text: string
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null
}

function failureOf(file: string, thrown: unknown): string {
  const errors = (thrown as { readonly errors?: readonly BuildMessage[] }).errors
  const first = errors?.[0]
  if (first === undefined) return `${file} cannot be compiled: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  const { location, text } = first
  return location === null
    ? `${file}: ${text}`
    : `${relative(process.cwd(), location.file)}:${location.line}:${location.column + 1}: ${text}`
}
