/**
 * The configuration: order of sources, origins, coercion by schema, secrets from files, and errors that name the key.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allocatorSettings } from './sections/allocator-config.ts'
import { CONFIG_KEYS } from './config-keys.ts'
import { type ConfigSources, displayValue, loadConfig } from './config.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const load = (sources: Partial<ConfigSources> = {}) => loadConfig({ env: {}, cwd, ...sources })
const valid = (sources: Partial<ConfigSources> = {}) => {
  const loaded = load(sources)
  if (!loaded.ok) throw new Error(loaded.error.map((problem) => problem.sentence).join('\n'))
  return loaded.value
}
const sentences = (sources: Partial<ConfigSources>): string => {
  const loaded = load(sources)
  return loaded.ok ? '' : loaded.error.map((problem) => problem.sentence).join('\n')
}
const write = (value: unknown): void =>
  writeFileSync(join(cwd, 'ballast.config.json'), typeof value === 'string' ? value : JSON.stringify(value))

test('the names that outside programs use exist', () => {
  const names = CONFIG_KEYS.map((key) => key.envName)
  expect(names).toEqual(
    expect.arrayContaining([
      'BALLAST__PROFILE',
      'BALLAST__DATA_DIR',
      'BALLAST__API__PORT',
      'BALLAST__API__HOST',
      'DATABASE_URL',
      'REDIS_URL',
      'BALLAST__BYBIT__URL',
      'BALLAST__SIM__PORT',
      'BALLAST__SIM__SPEED',
      'BALLAST__SIM__SEED',
      'BALLAST__HOOKS__PORT',
      'BALLAST__TELEGRAM__TOKEN',
      'BALLAST__TELEGRAM__API_ROOT',
      'BALLAST__TELEGRAM__ADMINS',
      'BALLAST__TELEGRAM__CHATS',
      'BALLAST__DISCORD__TOKEN',
      'BALLAST__DISCORD__API_ROOT',
      'BALLAST__DISCORD__GUILD',
      'BALLAST__DISCORD__ADMINS',
    ]),
  )
})

test('defaults without any source', () => {
  const { values, origins } = valid()
  expect(values).toMatchObject({
    profile: 'sim',
    dataDir: '.ballast',
    api: { host: '127.0.0.1', port: 8080 },
    sim: { port: 8090, speed: 60, seed: 7 },
    hooks: { port: 8081 },
  })
  expect(new Set([...origins.values()].map((origin) => origin.kind))).toEqual(new Set(['default']))
})

test('defaults < file < environment < flags, and each value keeps its origin', () => {
  write({ $schema: 'x', profile: 'paper', dataDir: 'from-file', api: { port: 1111, host: '0.0.0.0' } })
  const { values, origins } = valid({
    env: { BALLAST__API__PORT: '2222', BALLAST__DATA_DIR: 'from-env' },
    flags: { dataDir: 'from-flag', profile: undefined },
  })
  expect(values).toMatchObject({ profile: 'paper', dataDir: 'from-flag', api: { port: 2222, host: '0.0.0.0' } })
  expect(['profile', 'dataDir', 'api.port', 'api.host', 'sim.port'].map((path) => origins.get(path))).toEqual([
    { kind: 'file', name: 'ballast.config.json' },
    { kind: 'flag', name: '--data-dir' },
    { kind: 'env', name: 'BALLAST__API__PORT' },
    { kind: 'file', name: 'ballast.config.json' },
    { kind: 'default', name: 'default' },
  ])
})

test('of several named files the last one wins, and a named one must exist', () => {
  writeFileSync(join(cwd, 'a.json'), '{"api":{"port":1,"host":"a"}}')
  writeFileSync(join(cwd, 'b.json'), '{"api":{"port":2}}')
  expect(valid({ files: ['a.json', 'b.json'] }).values.api).toMatchObject({ port: 2, host: 'a' })
  expect(sentences({ files: ['absent.json'] })).toContain('absent.json cannot be read')
})

test('the environment is coerced by the schema: ids stay text, lists are JSON or commas, empty means not set', () => {
  const { values } = valid({
    env: {
      BALLAST__TELEGRAM__ADMINS: '1234567890123456789, 42',
      BALLAST__TELEGRAM__CHATS: '["-1001:operator", "-5"]',
      BALLAST__SIM__SPEED: '1.5',
      BALLAST__API__HOST: '',
      REDIS_URL: 'redis://localhost:6379',
      PATH: '/bin',
      BALLAST_I_AM_LIVE: 'live',
    },
  })
  expect(values.telegram).toMatchObject({ admins: ['1234567890123456789', '42'], chats: ['-1001:operator', '-5'] })
  expect(values.sim.speed).toBe(1.5)
  expect(values.api.host).toBe('127.0.0.1')
  expect(values.redisUrl).toBe('redis://localhost:6379')
})

test('a secret comes from a file, and its value is never shown', () => {
  writeFileSync(join(cwd, 'token'), '123456:a-very-secret-token\n')
  const { values } = valid({ env: { BALLAST__TELEGRAM__TOKEN__FILE: 'token' } })
  expect(values.telegram.token).toBe('123456:a-very-secret-token')
  const key = CONFIG_KEYS.find((each) => each.path === 'telegram.token')
  expect(key !== undefined && displayValue(key, values.telegram.token)).toBe('•••oken')
  expect(sentences({ env: { BALLAST__TELEGRAM__TOKEN__FILE: 'absent' } })).toContain(
    'BALLAST__TELEGRAM__TOKEN__FILE names a file that cannot be read',
  )
  expect(sentences({ env: { BALLAST__TELEGRAM__TOKEN__FILE: 'token', BALLAST__TELEGRAM__TOKEN: 'x' } })).toContain('are both set')
})

test.each([
  ['an unknown variable', { env: { BALLAST__API__PROT: '1' } }, 'BALLAST__API__PROT is not a known key. Did you mean BALLAST__API__PORT?'],
  [
    'a number that is none',
    { env: { BALLAST__API__PORT: 'x' } },
    'BALLAST__API__PORT (api.port) must be a port from 1 to 65535 (got "x").',
  ],
  [
    'a number out of range',
    { env: { BALLAST__SIM__SPEED: '5000' } },
    'BALLAST__SIM__SPEED (sim.speed) must be a number from 1 to 1000 (got 5000).',
  ],
  [
    'a profile that does not exist',
    { flags: { profile: 'prod' } },
    '--profile (profile) must be one of sim, paper, testnet, demo, observe, live (got "prod").',
  ],
  [
    'a URL of another kind',
    { env: { DATABASE_URL: 'mysql://u:hidden@h/d' } },
    'DATABASE_URL (databaseUrl) must be a URL such as postgres://',
  ],
])('%s is named with what is allowed', (_name, sources, expected) => {
  const text = sentences(sources)
  expect(text).toContain(expected)
  expect(text).not.toContain('hidden')
})

test.each([
  ['an unknown key', { api: { prot: 1 } }, 'ballast.config.json: api.prot is not a known key. Did you mean api.port?'],
  ['a value where a section belongs', { api: 8080 }, 'ballast.config.json: api is a section, not a value (got 8080).'],
  ['a value of the wrong type', { api: { port: '80' } }, 'ballast.config.json: api.port must be a port from 1 to 65535 (got "80").'],
  ['broken JSON', '{ "api": ', 'ballast.config.json is not valid JSON: it ends too early, in line 1.'],
  ['a comma too many', '{\n "api": {"port": 80,}\n}', 'ballast.config.json is not valid JSON in line 2, column 21: "api": {"port": 80,}.'],
  ['a strategy without symbols', { strategies: [{ strategy: 'ema-cross' }] }, 'At strategies.0.symbols: must be a list.'],
  ['a key that strategies do not have', { strategies: [{ strategy: 'x', symbols: ['A'], foo: 1 }] }, 'At strategies.0: has no key foo.'],
  ['a list', [1], 'ballast.config.json must hold one JSON object.'],
])('a file with %s', (_name, content, expected) => {
  write(content)
  expect(sentences({})).toContain(expected)
})

test('a byte order mark before a file is taken', () => {
  write('\uFEFF{"api":{"port":4321}}')
  expect(valid().values.api.port).toBe(4321)
})

test('capital of strategies is given in percent, and is off unless a method is named', () => {
  const allocator = (sources: Partial<ConfigSources> = {}) => allocatorSettings(valid(sources).values.allocator)
  expect(allocator()).toEqual({ method: 'off', every: 'week', least: 0.05, most: 0.5, step: 0.2, drawdown: 0.2 })
  write({ allocator: { method: 'hrp', every: 'day', least: '2.5%' } })
  expect(allocator({ env: { BALLAST__ALLOCATOR__MOST: '60 %' } })).toMatchObject({ method: 'hrp', every: 'day', least: 0.025, most: 0.6 })
})
test.each([
  [{ method: 'magic' }, 'allocator.method must be'],
  [{ most: '120%' }, 'allocator.most must be a percentage from 1% to 100%'],
  [{ step: 0.2 }, 'allocator.step must be a percentage'],
  [{ least: '60%' }, 'allocator.least must be a percentage from 1% to 100%, such as 5%, and at most allocator.most (got "60%")'],
])('allocator %j: one sentence with the place', (allocator, sentence) => {
  write({ allocator })
  expect(sentences({})).toContain(sentence)
})
