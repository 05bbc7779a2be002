/**
 * What doctor shows of this machine: each line in each of its states.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../config/config.ts'
import type { Config } from '../config/sections/config-schema.ts'
import { directoryCheck, diskCheck, keyFileCheck, nodeCheck, portsCheck, processesCheck, secretsCheck } from './local-checks.ts'
import { otherPort, portsOf } from '../config/ports.ts'
import { takeLock } from '../system/lock.ts'
import { pathsOf } from '../system/paths.ts'

let root = ''
let server: Server | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-'))
})
afterEach(() => {
  server?.close()
  server = undefined
  rmSync(root, { recursive: true, force: true })
})

const config = (env: Readonly<Record<string, string>> = {}): Config => {
  const loaded = loadConfig({ env, cwd: root })
  if (!loaded.ok) throw new Error(loaded.error.map((each) => each.sentence).join('\n'))
  return loaded.value.values
}
const write = (name: string, text: string, mode = 0o600): void => writeFileSync(join(root, name), text, { mode })

test.each([
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
  ['20.18.3', 'fail'],
  ['18.20.0', 'fail'],
])('node %s: %s', (version, status) => {
  expect(nodeCheck(version, '>=20.19')).toMatchObject({ status, detail: expect.stringContaining(version) })
})

describe('the data directory', () => {
  const of = (dir = root) => directoryCheck(pathsOf(dir), 'demo')
  test('the data directory: missing, unused and own are well, and a missing one stays missing', () => {
    expect(of(join(root, 'a', 'b'))).toMatchObject({ status: 'ok', detail: expect.stringContaining('first start') })
    expect(existsSync(join(root, 'a'))).toBe(false)
    expect(of()).toMatchObject({ status: 'ok', detail: expect.stringContaining('not used yet') })
    write('profile', 'demo\n')
    expect(of()).toMatchObject({ status: 'ok', detail: expect.stringContaining('profile demo') })
  })
  test('the data directory of another profile, a file, open to everybody', () => {
    write('profile', 'sim\n')
    expect(of()).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('belongs to profile sim'),
      next: expect.stringContaining('.ballast-demo'),
    })
    expect(of(join(root, 'profile'))).toMatchObject({ status: 'fail' })
    rmSync(join(root, 'profile'))
    chmodSync(root, 0o777)
    expect(of()).toMatchObject({ status: 'fail', next: `chmod o-w ${root}` })
  })
})

test.each([
  [100, 'fail'],
  [1_000, 'warn'],
  [5_000, 'ok'],
] as const)('a disk with %d MB: %s', (mb, status) => {
  expect(diskCheck(pathsOf(root), () => mb).status).toBe(status)
})

test('the disk that is really there has a figure', () => {
  expect(diskCheck(pathsOf(join(root, 'not-there'))).detail).toMatch(/^\d+\.\d GB free$/)
})

describe('the key file', () => {
  const of = (profile = 'demo') => keyFileCheck(config({ BALLAST__PROFILE: profile }), pathsOf(root))
  test.each(['sim', 'paper'])('the key file of %s: there is none', (profile) => expect(of(profile)).toBeUndefined())
  test.each([
    ['whole', '{"key":"k-of-the-test","secret":"s-of-the-test"}', 0o600, 'ok', 'readable only by you'],
    ['open to others', '{"key":"k-of-the-test","secret":"s-of-the-test"}', 0o644, 'fail', 'can be read by other users'],
    ['no JSON', 's-of-the-test', 0o600, 'fail', 'is not JSON'],
    ['without a secret', '{"key":"k-of-the-test"}', 0o600, 'fail', 'does not hold'],
  ] as const)('the key file: %s', (_, text, mode, status, detail) => {
    write('bybit.key', text, mode)
    const check = of()
    expect(check).toMatchObject({ status, detail: expect.stringContaining(detail) })
    expect(JSON.stringify(check)).not.toMatch(/[ks]-of-the-test/)
  })
  test('the key file: missing', () => {
    expect(of()).toMatchObject({ status: 'fail', next: expect.stringContaining('ballast init --profile demo') })
  })
})

test('files of secrets that others can read are named', () => {
  expect(secretsCheck(pathsOf(root)).status).toBe('ok')
  write('admin.key', 'x')
  expect(secretsCheck(pathsOf(root)).status).toBe('ok')
  write('telegram.token', 'x', 0o640)
  expect(secretsCheck(pathsOf(root))).toMatchObject({ status: 'fail', next: `chmod 600 ${join(root, 'telegram.token')}` })
})

test('processes: known by their lock, and what was killed is reported', async () => {
  const paths = pathsOf(root)
  const statuses = async () => (await processesCheck(paths)).map((check) => check.status)
  expect(await statuses()).toEqual(['ok'])
  mkdirSync(join(root, 'run'))
  expect(await takeLock(paths, 'trader')).toMatchObject({ ok: true })
  // A living process, which is none of Ballast's.
  write('run/api.pid', `${process.ppid}\n`)
  write('run/bots.pid', 'x\n')
  const checks = await processesCheck(paths)
  expect(checks[0]).toMatchObject({ status: 'ok', detail: `trader ${process.pid}` })
  expect(checks.slice(1)).toEqual([
    expect.objectContaining({
      status: 'warn',
      detail: expect.stringMatching(/^run\/api\.pid, run\/bots\.pid:/),
      next: expect.stringContaining('next start'),
    }),
  ])
  expect(await takeLock(paths, 'supervisor')).toMatchObject({ ok: true })
  expect((await processesCheck(paths))[1]?.next).toBe('It is being restarted.')
})

test('a supervisor without a trader is a fault, and panic --direct is named', async () => {
  const paths = pathsOf(root)
  mkdirSync(join(root, 'run'))
  expect(await takeLock(paths, 'supervisor')).toMatchObject({ ok: true })
  expect(await processesCheck(paths)).toContainEqual(
    expect.objectContaining({ name: 'trader', status: 'fail', next: expect.stringContaining('ballast panic --direct') }),
  )
})

test('ports: free, of another program, of this Ballast', async () => {
  const listening = createServer()
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  const held = typeof address === 'object' && address !== null ? address.port : 0
  const taken = config({ BALLAST__API__PORT: String(held), BALLAST__PROFILE: 'observe' })
  const of = async (values: Config) => (await portsCheck(values, pathsOf(root)))[0]
  expect(await of(taken)).toMatchObject({ status: 'fail', next: expect.stringContaining('BALLAST__API__PORT') })
  mkdirSync(join(root, 'run'))
  expect(await takeLock(pathsOf(root), 'api')).toMatchObject({ ok: true })
  expect(await of(taken)).toMatchObject({ status: 'ok', detail: 'api: used by this Ballast' })
  await new Promise((resolve) => listening.close(resolve))
  expect(await of(taken)).toMatchObject({ status: 'ok', detail: 'api: free' })
  expect(await of(config({ BALLAST__API__HOST: '192.0.2.1' }))).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('EADDRNOTAVAIL'),
  })
})

test('the ports are those that the configuration opens', () => {
  expect(portsOf(config()).map((use) => use.name)).toEqual(['api', 'sim'])
  expect(portsOf(config({ BALLAST__PROFILE: 'observe' })).map((use) => use.name)).toEqual(['api'])
  const webhook = { BALLAST__TELEGRAM__WEBHOOK_URL: 'https://example.test/t', BALLAST__TELEGRAM__WEBHOOK_SECRET: 'x' }
  expect(portsOf(config(webhook)).map((use) => use.name)).toEqual(['api', 'hooks', 'sim'])
})

test('another port for a part is one that no other part has, listened on or not', () => {
  expect(otherPort(config(), 'api')).toBe('BALLAST__API__PORT=8082')
  expect(otherPort(config({ BALLAST__SIM__PORT: '8080', BALLAST__API__PORT: '8079' }), 'api')).toBe('BALLAST__API__PORT=8082')
  expect(otherPort(config(), 'sim')).toBe('BALLAST__SIM__PORT=8091')
  expect(otherPort(config({ BALLAST__API__PORT: '65535' }), 'api')).toBe('BALLAST__API__PORT=1024')
})
