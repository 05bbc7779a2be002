/**
 * Bundles the entries that exist into dist/: the command line, the main program, the worker threads, and what strategies import.
 * Never bundles a package: what is installed stays external.
 */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const OUT = 'dist'

/** Worker threads are files of their own: `*-thread.ts` anywhere below these directories. */
const threads = ['src', 'jobs']
  .filter((directory) => existsSync(directory))
  .flatMap((directory) => readdirSync(directory, { recursive: true }).map((file) => join(directory, String(file))))
  .filter((file) => file.endsWith('-thread.ts'))
const entries = [...['src/cli.ts', 'src/main.ts'].filter((file) => existsSync(file)), ...threads]
/** What strategies in files of their own import as `ballast/strategy`. */
const KIT = 'src/strategy/kit.ts'

rmSync(OUT, { recursive: true, force: true })
await build({
  entryPoints: { ...Object.fromEntries(entries.map((file) => [basename(file, '.ts'), file])), strategy: KIT },
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
})

chmodSync(join(OUT, 'cli.js'), 0o755)
