/**
 * The examples work as they stand: strategies in backtest and strategy test, configurations before a start, the client beside a running API.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { positions, watch } from '../examples/client/watch.ts'
import { type ApiServer, startApi } from '../api/server.ts'
import { EVENTS_CHANNEL } from '../db/journal/journal.ts'
import { type CliRun, runCli } from './support/process/cli-run.ts'
import { makeSeededSystem } from './support/kernel/seeded-system.ts'
import { ROOT, filesBelow, textOf } from './support/repository.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'examples-'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const OWN = { BALLAST__STRATEGIES_DIR: join(ROOT, 'examples/strategies') }
const ballast = (words: string): Promise<CliRun> => runCli(cwd, words, OWN)
const strategies = filesBelow('examples/strategies', '.ts').map((path) => basename(path, '.ts'))
const configurations = filesBelow('examples/configurations', '.json')

test('the page names all of them', () => {
  expect([strategies.length, configurations.length]).toEqual([4, 3])
  const page = textOf('examples/README.md')
  for (const name of [...strategies.map((each) => `${each}.ts`), ...configurations.map((path) => basename(path))])
    expect(page).toContain(name)
})

describe.each(strategies)('strategy %s', (name) => {
  test('strategy %s keeps what every strategy must keep', async () => {
    const run = await ballast(`strategy test ${name} --json`)
    expect(run).toMatchObject({ code: 0 })
    expect(JSON.parse(run.stdout)).toMatchObject({ name, isGood: true })
  }, 60_000)

  test('trades three days of real candles in a backtest', async () => {
    const candles = join(ROOT, 'test/fixtures/candles/bybit-ETHUSDT-5m.csv')
    const run = await ballast(`backtest ${name} --csv ${candles} --symbol ETHUSDT --json`)
    expect(run).toMatchObject({ code: 0 })
    expect(JSON.parse(run.stdout).metrics.trades).toBeGreaterThan(0)
  }, 60_000)
})

test.each(configurations)(
  '%s is valid, its strategies and parameters too',
  async (path) => {
    const run = await ballast(`--config ${join(ROOT, path)} config validate --json`)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({ valid: true })
  },
  60_000,
)

const made = await makeSeededSystem()
afterAll(() => made?.stop())

describe.skipIf(made === undefined)('client', () => {
  const system = made as NonNullable<typeof made>
  let server: ApiServer
  beforeAll(async () => {
    const started = await startApi(system.context, {
      host: '127.0.0.1',
      port: 0,
      otherPort: '',
      onEvent: async (callback) => (await system.temporary.database.sql.listen(EVENTS_CHANNEL, callback)).unlisten,
    })
    if (!started.ok) throw new Error(started.error.sentence)
    server = started.value
  })
  afterAll(() => server.close())
  const options = (key: string, print: (line: string) => void = () => {}) => ({ baseUrl: `http://127.0.0.1:${server.port}`, key, print })

  test('prints what is held with a key that may only read, then fills as they come', async () => {
    const { token } = await system.keys.create({ name: 'watch', role: 'viewer', scopes: ['trade:read', 'alerts:read'] })
    const held = (await system.ports.reads.positions()).filter(({ quantity }) => quantity !== '0')
    const lines: string[] = []
    const waiting: { text: string; found: () => void }[] = []
    const print = (line: string): void => {
      lines.push(line)
      for (const { text, found } of waiting) if (line.startsWith(text)) found()
    }
    const printed = (text: string): Promise<void> =>
      new Promise((found) => (lines.some((line) => line.startsWith(text)) ? found() : void waiting.push({ text, found })))
    const stop = await watch(options(token, print))
    expect(lines.filter((line) => line.startsWith('holds'))).toHaveLength(held.length)
    await printed('listening to positions, fills, alerts')
    await system.trader.play(12)
    await printed('fills: ')
    stop()
    expect(lines.find((line) => line.startsWith('fills: '))).toMatch(/^fills: (buy|sell) [\d.]+ \w+ @ [\d.]+, fee -?[\d.]+$/)
    expect(lines.join('\n')).not.toContain('undefined')
  })

  test('client says why it may not', async () => {
    await expect(positions(options('tk_sim_00000000_no'))).rejects.toThrow('An API key is required')
  })
})
