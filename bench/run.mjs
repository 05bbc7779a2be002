/**
 * Bundles a benchmark and runs it: `npm run bench`, or `npm run bench -- backtest`.
 * Never measures a transpiler: what runs is the bundle that the program itself ships as.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const OUT = join('node_modules', '.cache', 'ballast-bench')
const names = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const flags = process.argv.slice(2).filter((word) => word.startsWith('-'))
const benches = names.length === 0 ? ['backtest'] : names

mkdirSync(OUT, { recursive: true })
await build({
  entryPoints: benches.map((name) => join('bench', `${name}.ts`)),
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
  sourcemap: true,
  logLevel: 'warning',
})
for (const name of benches) {
  const run = spawnSync(process.execPath, [...flags, join(OUT, `${name}.mjs`)], { stdio: 'inherit' })
  if (run.status !== 0) process.exit(run.status ?? 1)
}
