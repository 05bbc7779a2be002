/**
 * Processes beside the trader see the strategies that it has taken over, not those of their own start.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pin } from '../config/pinned-config.ts'
import { BUILT_IN } from '../strategy-files/load.ts'
import { isCode } from '../strategy-files/module.ts'
import { CurrentStrategies } from './current-strategies.ts'

let run: string
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'ballast-current-'))
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

const module = (version: number) => {
  const path = join(run, `mine-${version}.mjs`)
  const rest = 'summary: "", params: { safeParse: () => ({}) }, protection: "none", givesStop: false, warmup() {}, init() {}, onBar() {}'
  writeFileSync(path, `export default { name: 'mine', version: ${version}, ${rest} }`)
  return { name: 'mine', file: path, path, codeHash: String(version), sourceHash: '' }
}
const pinned = (...modules: readonly ReturnType<typeof module>[]): void => pin(run, { strategies: JSON.stringify(modules) })

test('before anything is pinned, those of the start', async () => {
  const current = new CurrentStrategies(run, BUILT_IN)
  expect([current.modules(), await current.catalog()]).toEqual([[], BUILT_IN.catalog])
})

test('what was pinned since is there, and once more after the next reload', async () => {
  const current = new CurrentStrategies(run, BUILT_IN)
  for (const version of [1, 2]) {
    pinned(module(version))
    expect(current.modules().map((each) => (isCode(each) ? each.codeHash : ''))).toEqual([String(version)])
    expect((await current.catalog()).get('mine')?.version).toBe(version)
    expect((await current.catalog()).has('ema-cross')).toBe(true)
  }
})
