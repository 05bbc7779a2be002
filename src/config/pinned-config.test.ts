/**
 * Configuration files that change while Ballast runs: what was read at the start stays, and the change is known.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from './config.ts'
import { changedConfig, configTexts, pin, pinnedConfig, pinnedStrategies } from './pinned-config.ts'

let run: string
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'ballast-pinned-'))
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

const portOf = (files: readonly string[]): number | undefined => {
  const loaded = loadConfig({ env: {}, files })
  return loaded.ok ? loaded.value.values.api.port : undefined
}

test('what was read at the start stays what counts, readable by its owner only, and the change is named', () => {
  const [a, b] = [join(run, 'a.json'), join(run, 'b.json')]
  writeFileSync(a, '{"api":{"port":4001}}')
  writeFileSync(b, '{"sim":{"port":4002}}')
  pin(run, { config: configTexts([a, b]) })
  expect([portOf(pinnedConfig(run)), changedConfig(run)]).toEqual([4001, []])
  for (const copy of pinnedConfig(run)) expect(statSync(copy).mode & 0o077).toBe(0)
  writeFileSync(a, '{"api":{"port":5001}}')
  expect([portOf(pinnedConfig(run)), changedConfig(run)]).toEqual([4001, [a]])
  rmSync(b)
  expect(changedConfig(run)).toEqual([a, b])
  writeFileSync(a, '{"api":{"port":4001}}')
  expect(changedConfig(run)).toEqual([b])
})

test('a file that was not there stays away for what runs, and its arrival is named', () => {
  const later = join(run, 'later.json')
  pin(run, { config: configTexts([later]) })
  expect([portOf(pinnedConfig(run)), changedConfig(run)]).toEqual([8080, []])
  writeFileSync(later, '{"api":{"port":5001}}')
  expect([portOf(pinnedConfig(run)), changedConfig(run)]).toEqual([8080, [later]])
})

test('nothing is pinned where nothing was started', () => {
  expect([pinnedConfig(run), changedConfig(run)]).toEqual([[], []])
  pin(run, { config: configTexts(undefined) })
  expect(pinnedConfig(run)).toHaveLength(1)
  expect(readFileSync(join(run, 'pinned.json'), 'utf8')).toContain('ballast.config.json')
})

test('what is pinned anew replaces what was named before, what is not given stays, and copies that nobody names are removed', () => {
  const a = join(run, 'a.json')
  writeFileSync(a, '{"api":{"port":4001}}')
  pin(run, { config: configTexts([a]), strategies: '[]' })
  const first = pinnedStrategies(run) as string
  pin(run, { strategies: '[1]' })
  expect([portOf(pinnedConfig(run)), readFileSync(pinnedStrategies(run) as string, 'utf8')]).toEqual([4001, '[1]'])
  expect(readFileSync(first, 'utf8')).toBe('[]')
  pin(run, { strategies: '[2]' })
  expect([existsSync(first), readdirSync(run).length]).toEqual([false, 5])
  for (const old of ['config-0.json', 'config-files.json', 'strategies.json']) writeFileSync(join(run, old), '{}')
  pin(run, { strategies: '[3]' })
  expect(readdirSync(run)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(config-0|config-files|strategies)\.json$/)]))
})
