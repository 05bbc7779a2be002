/**
 * `ballast init` at a pseudo-terminal, and `ballast doctor`, as a user runs them, against the simulator with a key of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CheckLine } from '../../src/diagnostics/check-line.ts'
import { runCli } from '../support/process/cli-run.ts'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import { Installation } from '../support/process/installation.ts'
import { CLI } from '../support/process/program.ts'

const KEY = 'KeyThatIsTyped123'
const SECRET = 'SecretThatIsTyped456'

let cwd = ''
let exchange: Awaited<ReturnType<typeof serveExchange>>
let url = ''
let running: ChildProcess | undefined
let ballast: Installation | undefined
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'init-'))
  exchange = await serveExchange({ port: 0, key: KEY, secret: SECRET, seed: 3 })
  url = `http://127.0.0.1:${exchange.port}`
  await change({ readOnly: 1 })
})
afterEach(async () => {
  running?.kill('SIGKILL')
  await ballast?.remove()
  await exchange.close()
  rmSync(cwd, { recursive: true, force: true })
}, 60_000)

async function change(by: object): Promise<void> {
  const reply = await fetch(`${url}/_sim/account`, { method: 'POST', body: JSON.stringify(by) })
  if (!reply.ok) throw new Error(await reply.text())
}

interface Run {
  readonly code: number
  readonly said: string
}

/** Types each answer when its question is at the end of what was printed. */
function atTerminal(words: string, answers: readonly (readonly [question: string, answer: string])[], at = url): Promise<Run> {
  const left = [...answers]
  // What is in the environment of the tests is not the user's.
  const env = { PATH: process.env.PATH ?? '', TERM: 'dumb', BALLAST__BYBIT__URL: at }
  const child = spawn('script', ['-qec', `stty cols 80 && ${process.execPath} ${CLI} ${words}`, '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  running = child
  let said = ''
  let from = 0
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    const [next] = left
    if (next === undefined || !said.slice(from).includes(next[0])) return
    left.shift()
    from = said.length
    child.stdin.write(`${next[1]}\r`)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      expect(left.map(([question]) => question)).toEqual([])
      expect(said).not.toContain(KEY)
      expect(said).not.toContain(SECRET)
      // Wrapped at 80 columns, so that what belongs together may stand on two lines.
      resolve({ code: code ?? -1, said: said.replace(/\s+/g, ' ') })
    })
  })
}

const doctor = async (words = '', env: Record<string, string> = {}) => {
  const run = await runCli(cwd, `doctor --json${words}`, { BALLAST__BYBIT__URL: url, ...env })
  expect(run.stdout + run.stderr).not.toMatch(new RegExp(`${KEY}|${SECRET}`))
  const { checks, ok } = JSON.parse(run.stdout) as { checks: CheckLine[]; ok: boolean }
  return { code: run.code, ok, failed: checks.filter((check) => check.status === 'fail'), checks }
}

const TYPED = [
  ['API key', KEY],
  ['API secret', SECRET],
] as const
const KEY_FILE = join('.ballast', 'bybit.key')

test('observe: key and secret are typed, checked, kept 0600, and doctor finds all well', async () => {
  const run = await atTerminal('init --profile observe', [...TYPED, ['[y/N]', 'y']])
  expect(run.said).toContain('✓ key permissions read-only; no withdrawals, no transfers')
  expect(run.said).toContain('10,000.00 USDT, 0 positions')
  expect(run.code).toBe(0)
  const file = join(cwd, KEY_FILE)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ key: KEY, secret: SECRET })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(cwd, '.ballast')).sort()).toEqual(['bybit.key', 'profile', 'run'])
  const config = readFileSync(join(cwd, 'ballast.config.json'), 'utf8')
  expect(JSON.parse(config)).toEqual({ profile: 'observe' })
  const seen = await doctor()
  expect(seen.failed).toEqual([])
  expect(seen).toMatchObject({ code: 0, ok: true })
  expect(seen.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['key file', 'exchange', 'clock', 'key expiry', 'margin mode']),
  )

  // Once more: a no leaves it, and a key that does not go is not put in its place.
  const kept = await atTerminal('init', [['[y/N]', 'n']])
  expect(kept.said).toContain('Key unchanged.')
  expect(kept.code).toBe(7)
  const wrong = await atTerminal('init', [
    ['[y/N]', 'y'],
    ['API key', KEY],
    ['API secret', 'AnotherSecret789'],
  ])
  expect(wrong.said).toContain('Key not saved')
  expect(wrong.said).not.toContain('AnotherSecret789')
  expect(wrong.code).toBe(4)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ key: KEY, secret: SECRET })
}, 120_000)

test.each([
  ['may withdraw', { wallet: ['Withdraw'] }, TYPED, 4, 'withdraw'],
  ['may transfer', { wallet: ['AccountTransfer'] }, TYPED, 4, 'transfer'],
  ['has ended', { deadlineDay: 0 }, TYPED, 4, 'rejected the API key'],
  ['is nothing', {}, [['API key', '']], 7, 'Nothing was saved'],
  ['is two words', {}, [['API key', 'two words']], 2, 'does not look like a Bybit key'],
  [
    'is its own secret',
    {},
    [
      ['API key', KEY],
      ['API secret', KEY],
    ],
    2,
    'You entered the API key as the secret',
  ],
] as const)(
  'a key that %s leaves nothing behind',
  async (_, by, answers, code, text) => {
    await change(by)
    const run = await atTerminal('init --profile observe', answers)
    expect(run.said).toContain(text)
    expect(run.code).toBe(code)
    expect(readdirSync(cwd)).toEqual([])
  },
  60_000,
)

test('a directory of another profile is left to it, and a configuration that is there is not touched', async () => {
  mkdirSync(join(cwd, '.ballast'))
  writeFileSync(join(cwd, '.ballast', 'profile'), 'sim\n')
  writeFileSync(join(cwd, 'ballast.config.json'), '{"interval":"5m"}')
  const run = await atTerminal('init --profile observe', TYPED)
  expect(run.said).toContain('npx ballast run --profile observe --data-dir .ballast-observe')
  expect(run.code).toBe(0)
  expect(readFileSync(join(cwd, 'ballast.config.json'), 'utf8')).toBe('{"interval":"5m"}')
  expect(existsSync(join(cwd, KEY_FILE))).toBe(false)
  expect(existsSync(join(cwd, '.ballast-observe', 'bybit.key'))).toBe(true)
  const foreign = await doctor(' --profile observe')
  expect(foreign.code).toBe(10)
  expect(foreign.failed).toEqual([expect.objectContaining({ name: 'data directory', next: expect.stringContaining('.ballast-observe') })])
  expect(foreign.checks.map(({ name }) => name)).not.toContain('exchange')
}, 90_000)

test('a network that is down: what was typed is kept where one says so, and checked by the next look', async () => {
  const down = 'http://127.0.0.1:9'
  const no = await atTerminal('init --profile observe', [...TYPED, ['any order is sent. [y/N]', 'n']], down)
  expect([no.code, no.said]).toEqual([5, expect.stringContaining('Key not saved')])
  expect(existsSync(join(cwd, KEY_FILE))).toBe(false)
  const yes = await atTerminal('init --profile observe', [...TYPED, ['any order is sent. [y/N]', 'y'], ['[y/N]', 'y']], down)
  expect([yes.code, yes.said]).toEqual([5, expect.stringContaining('Key saved, not verified.')])
  expect(JSON.parse(readFileSync(join(cwd, KEY_FILE), 'utf8'))).toEqual({ key: KEY, secret: SECRET })
  expect((await doctor()).failed).toEqual([])
}, 120_000)

test('demo can be rehearsed against a simulator: the key is checked there', async () => {
  await change({ readOnly: 0 })
  const run = await atTerminal('init --profile demo', [
    ...TYPED,
    ['one trade [0.5% = 50 USDT]', '0.75%'],
    ['entries stop [2% = 200 USDT]', ''],
    ['closed [10% = 1,000 USDT]', ''],
    ['position [50% = 5,000 USDT]', '300 USDT'],
    ['Leverage [3x]', ''],
    ['[y/N]', 'y'],
  ])
  expect([run.code, run.said]).toEqual([0, expect.stringContaining('10,000.00 USDT, 0 positions')])
  expect(JSON.parse(readFileSync(join(cwd, 'ballast.config.json'), 'utf8'))).toMatchObject({
    profile: 'demo',
    risk: { riskMax: '0.75%', position: '300 USDT' },
  })
  expect((await doctor()).failed).toEqual([])
}, 120_000)

test('without a terminal, and where no key is needed', async () => {
  const piped = await runCli(cwd, 'init --profile demo')
  expect(piped).toMatchObject({ code: 7, stdout: '', stderr: expect.stringContaining('must be typed at a terminal') })
  const sim = await runCli(cwd, 'init')
  expect(sim).toMatchObject({ code: 0, stdout: expect.stringContaining('needs no key') })
  expect(readdirSync(cwd)).toEqual([])
}, 60_000)

test('doctor of live: no key, no statement, each with the next step; and a configuration that is not valid', async () => {
  const seen = await doctor(' --profile live')
  expect(seen).toMatchObject({ code: 10, ok: false })
  expect(seen.failed.map(({ name }) => name)).toEqual(['key file', 'statement'])
  expect(seen.failed.every(({ next }) => next !== '')).toBe(true)
  expect((await doctor(' --profile live', { BALLAST_I_AM_LIVE: 'live' })).failed.map(({ name }) => name)).toEqual(['key file'])
  const invalid = await doctor('', { BALLAST__API__PROT: '1' })
  expect(invalid).toMatchObject({ code: 10, failed: [{ name: 'configuration', detail: expect.stringContaining('BALLAST__API__PORT?') }] })
  mkdirSync(join(cwd, 'strategies'))
  writeFileSync(join(cwd, 'strategies', 'broken.ts'), 'export default {')
  // It stops only what needs it.
  expect((await doctor()).failed).toEqual([])
  const needed = { BALLAST__STRATEGIES: '[{"strategy":"broken","symbols":["BTCUSDT"]}]' }
  expect((await doctor('', needed)).failed.map(({ name }) => name)).toEqual(['strategies'])
}, 90_000)

test('doctor beside a running Ballast: its ports are its own, and its parts are reported', async () => {
  ballast = await Installation.make()
  await ballast.start()
  const run = await runCli(cwd, `--data-dir ${ballast.dataDir} --config ${join(ballast.dataDir, 'config.json')} doctor --json`)
  const { checks } = JSON.parse(run.stdout) as { checks: CheckLine[] }
  expect(checks.filter((check) => check.status === 'fail')).toEqual([])
  expect(run.code).toBe(0)
  const details = checks.map(({ detail }) => detail)
  expect(details).toContain('api: used by this Ballast')
  expect(details).toContain('sim: used by this Ballast')
  expect(checks.find(({ name }) => name === 'processes')?.detail).toContain(`trader ${ballast.pidOf('trader')}`)
  expect(checks.find(({ name }) => name === 'database')?.detail).toContain('embedded PostgreSQL answers')
  expect(checks.some(({ name }) => name.startsWith('running'))).toBe(true)
  expect(run.stdout).not.toContain(ballast.key)
}, 120_000)
