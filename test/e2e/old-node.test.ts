/**
 * What an old Node prints: one sentence, by both programs, before anything of them is read that it would not understand.
 */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { CLI, MAIN } from '../support/process/program.ts'

const preload = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`

test.each([
  ['ballast', CLI, '18.20.4'],
  ['npm start', MAIN, '18.20.4'],
  ['ballast', CLI, '20.18.3'],
  ['npm start', MAIN, '12.22.0'],
])('%s on an old Node says in one sentence what it needs', (_, program, version) => {
  const run = spawnSync(process.execPath, ['--import', preload(version), program, 'status'], { encoding: 'utf8' })
  expect([run.status, run.stdout]).toEqual([1, ''])
  expect(run.stderr).toBe(
    `Ballast needs Node 20.19 or newer; this is ${version}.\nInstall a newer one, for example from nodejs.org, and run npm ci again.\n`,
  )
})

test('a Node that is new enough is not stopped', () => {
  const run = spawnSync(process.execPath, ['--import', preload('20.19.0'), CLI, '--help'], { encoding: 'utf8' })
  expect(run.status).toBe(0)
})
