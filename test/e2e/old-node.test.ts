/**
 * What an old Node prints: one sentence, by both programs, before anything of them is read that it would not understand.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '../../dist')
const preload = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`

test.each([
  ['cli.js', '18.20.4'],
  ['main.js', '18.20.4'],
  ['cli.js', '20.18.3'],
  ['main.js', '12.22.0'],
])('%s on Node %s says in one sentence what it needs', (program, version) => {
  const run = spawnSync(process.execPath, ['--import', preload(version), join(DIST, program), 'status'], { encoding: 'utf8' })
  expect([run.status, run.stdout]).toEqual([1, ''])
  expect(run.stderr).toBe(
    `Ballast needs Node 20.19 or newer; this is ${version}.\nInstall a newer one, for example from nodejs.org, and run npm ci again.\n`,
  )
})

test('a Node that is new enough is not stopped', () => {
  const run = spawnSync(process.execPath, ['--import', preload('20.19.0'), join(DIST, 'cli.js'), '--help'], { encoding: 'utf8' })
  expect(run.status).toBe(0)
})
