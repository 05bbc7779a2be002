/**
 * Bundles the entries that exist into dist/, or the directory that is named (`node build.mjs DIRECTORY`): the command line, the main program, the worker threads, what strategies import, and the dashboard.
 * Never bundles a package into what runs here: what is installed stays external. What a browser loads is whole.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const OUT = process.argv[2] ?? 'dist'

/** Worker threads are files of their own: `*-thread.ts` anywhere below these directories. */
const threads = ['src', 'jobs']
  .filter((directory) => existsSync(directory))
  .flatMap((directory) => readdirSync(directory, { recursive: true }).map((file) => join(directory, String(file))))
  .filter((file) => file.endsWith('-thread.ts'))
/** Programs that people start: each behind an entry without imports, which an old Node can still read. */
const PROGRAMS = ['cli', 'main'].filter((name) => existsSync(join('src', `${name}.ts`)))
/** What strategies in files of their own import as `ballast/strategy`. */
const KIT = 'src/strategy/sdk.ts'

rmSync(OUT, { recursive: true, force: true })
await build({
  entryPoints: {
    ...Object.fromEntries(PROGRAMS.map((name) => [`${name}-program`, join('src', `${name}.ts`)])),
    ...Object.fromEntries(threads.map((file) => [basename(file, '.ts'), file])),
    strategy: KIT,
  },
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

const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node)
for (const name of PROGRAMS)
  writeFileSync(
    join(OUT, `${name}.js`),
    `#!/usr/bin/env node
var version = process.versions.node.split('.').map(Number)
if (version[0] < ${major} || (version[0] === ${major} && version[1] < ${minor})) {
  process.stderr.write('Ballast needs Node ${major}.${minor} or newer; this is ' + process.versions.node + '.\\nInstall a newer one, for example from nodejs.org, and run npm ci again.\\n')
  process.exitCode = 1
} else import('./${name}-program.js')
`,
  )
chmodSync(join(OUT, 'cli.js'), 0o755)

const PAGE = 'web/page.html'
if (existsSync(PAGE)) {
  const { metafile } = await build({
    entryPoints: { main: 'web/main.tsx' },
    outdir: join(OUT, 'web/assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    metafile: true,
    legalComments: 'linked',
    logLevel: 'warning',
  })
  const made = Object.keys(metafile.outputs).map((path) => basename(path))
  const named = (end) => made.find((name) => name.endsWith(end)) ?? ''
  mkdirSync(join(OUT, 'web'), { recursive: true })
  writeFileSync(
    join(OUT, 'web/page.html'),
    readFileSync(PAGE, 'utf8')
      .replace('main.js', `/assets/${named('.js')}`)
      .replace('main.css', `/assets/${named('.css')}`),
  )
}
