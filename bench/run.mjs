/**
 * Bundles a benchmark and runs it: `npm run bench`, or `npm run bench -- backtest`; with `--against DIR` the runs of another tree, too.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const OUT = join('node_modules', '.cache', 'ballast-bench')
const words = process.argv.slice(2)
const at = words.indexOf('--against')
const [, tree] = at < 0 ? [] : words.splice(at, 2)
const names = words.filter((word) => !word.startsWith('-'))
const flags = words.filter((word) => word.startsWith('-'))
const benches = names.length === 0 ? ['backtest'] : names
const options = {
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
}
/** Where builds of before 30 November 2026 have it. */
const BEFORE = {
  '../src/backtest/backtest-run.ts': 'src/backtest/study.ts',
  '../src/venue/sim/models/costs.ts': 'src/venue/sim/costs.ts',
}
/** The benchmark's own file stays this tree's, and what it measures is the other's. */
const otherSources = {
  name: 'other-sources',
  setup: (bundler) =>
    bundler.onResolve({ filter: /^\.\.\/src\// }, ({ path, importer }) => {
      if (!importer.startsWith(resolve('bench'))) return undefined
      const file = resolve(tree, path.slice('../'.length))
      return { path: existsSync(file) ? file : resolve(tree, BEFORE[path] ?? path.slice('../'.length)) }
    }),
}

mkdirSync(OUT, { recursive: true })
await build({ ...options, entryPoints: benches.map((name) => join('bench', `${name}.ts`)) })
if (tree !== undefined)
  await build({ ...options, splitting: false, outdir: join(OUT, 'other'), entryPoints: [join('bench', 'kernel-runs.ts')], plugins: [otherSources] })
if (tree !== undefined) {
  const commit = spawnSync('git', ['-C', tree, 'log', '-1', '--format=%h %s'], { encoding: 'utf8' })
  console.log(`other        ${resolve(tree)}, ${commit.status === 0 ? commit.stdout.trim() : 'of no known commit'}`)
}
const against = tree === undefined ? [] : ['--against', resolve(OUT, 'other', 'kernel-runs.mjs')]
for (const name of benches) {
  const run = spawnSync(process.execPath, [...flags, join(OUT, `${name}.mjs`), ...against], { stdio: 'inherit' })
  if (run.status !== 0) process.exit(run.status ?? 1)
}
