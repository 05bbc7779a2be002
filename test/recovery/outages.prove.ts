/**
 * S13, S14: a whole Ballast of which a part is away: the trader comes back by itself, every surface says what is, and a stop ends it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Installation, freePorts, until } from '../support/process/installation.ts'
import { CLI, MAIN } from '../support/process/program.ts'

const made: Installation[] = []
const exchanges: ChildProcess[] = []
afterAll(async () => {
  for (const child of exchanges) child.kill('SIGKILL')
  for (const ballast of made) await ballast.remove()
}, 60_000)

async function make(env: Readonly<Record<string, string>> = {}, config: Readonly<Record<string, unknown>> = {}): Promise<Installation> {
  const ballast = await Installation.make({ env, config })
  made.push(ballast)
  return ballast
}

interface Status {
  readonly state: string
  readonly isOld: boolean
  readonly notice: string | null
}
const alertsOf = async (ballast: Installation): Promise<readonly string[]> =>
  (await ballast.get<{ data: readonly { type: string; severity: string }[] }>('/alerts?limit=100')).data.map(
    (row) => `${row.severity} ${row.type}`,
  )

/** An exchange of its own, as Bybit is: no part of the installation. */
async function serveExchange(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'exchange', 'serve', '--port', String(port), '--speed', '60', '--seed', '7'], {
    stdio: 'ignore',
  })
  exchanges.push(child)
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/_sim/clock`).catch(() => undefined))?.status === 200,
    'the exchange',
    30_000,
  )
  return child
}

test('a trader that dies while the exchange is away is down everywhere, started until it runs, and reported', async () => {
  const [port] = await freePorts(1)
  const exchange = await serveExchange(port as number)
  const ballast = await make({}, { bybit: { url: `http://127.0.0.1:${port}` } })
  await ballast.start()
  exchange.kill('SIGKILL')
  process.kill(ballast.pidOf('trader'), 'SIGKILL')
  await until(async () => (await ballast.get<Status>('/status')).state === 'down', 'status down', 30_000)
  const status = await ballast.get<Status>('/status')
  expect([status.isOld, status.notice]).toEqual([true, expect.stringContaining('ballast panic --direct')])
  expect((await ballast.get<{ data: { id: string; status: string }[] }>('/health')).data).toContainEqual(
    expect.objectContaining({ id: 'trader', status: 'down' }),
  )
  expect((await fetch(`${ballast.api}/readyz`)).status).toBe(503)
  await until(() => /trader does not start: .*restarting it in/.test(ballast.output), 'a refused start', 60_000)
  await until(async () => (await alertsOf(ballast)).includes('P1 trader.down'), 'the alert', 30_000)
  await until(async () => (await alertsOf(ballast)).includes('P1 trader.start_failed'), 'the alert of the refused start', 30_000)
  await serveExchange(port as number)
  await until(async () => (await ballast.get<Status>('/status')).state !== 'down', 'the trader back', 90_000)
  await until(async () => (await alertsOf(ballast)).includes('P3 trader.back'), 'the alert of its return', 30_000)
  const alerts = await alertsOf(ballast)
  expect(alerts).toContain('P2 part.crashed')
  expect(alerts.filter((alert) => alert === 'P1 trader.down')).toHaveLength(1)
  expect(await ballast.stop()).toBe(0)
}, 240_000)

test('a panic that was queued while the trader was away stands before the first bar', async () => {
  const ballast = await make()
  await ballast.start()
  const postmaster = ballast.pidOf('postgres')
  process.kill(postmaster, 'SIGSTOP')
  try {
    process.kill(ballast.pidOf('trader'), 'SIGKILL')
    const halt = await fetch(`${ballast.api}/api/v1/control/halt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ballast.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'while it was away' }),
    })
    expect(halt.status).toBe(202)
  } finally {
    process.kill(postmaster, 'SIGCONT')
  }
  await until(async () => (await ballast.get<Status>('/status')).state === 'halted', 'the halt', 60_000)
  const events = await ballast.get<{ data: readonly { type: string; ts: string }[] }>('/events?types=hold-added,order-submitted&limit=50')
  const held = events.data.findIndex(({ type }) => type === 'hold-added')
  // Newest first: nothing was sent after it.
  expect(events.data.slice(0, held).map(({ type }) => type)).not.toContain('order-submitted')
  expect(await ballast.stop()).toBe(0)
}, 240_000)

test('Redis that does not answer at the start keeps nothing waiting: it trades, says so, and a stop ends it', async () => {
  const [port] = await freePorts(1)
  const ballast = await make({ REDIS_URL: `redis://127.0.0.1:${port}` })
  await ballast.start()
  await until(() => ballast.output.includes('Try:'), 'the end of the start')
  await until(
    async () =>
      (await ballast.get<{ data: { id: string; status: string }[] }>('/health')).data.some(
        (row) => row.id === 'queue' && row.status === 'down',
      ),
    'the queue down in the health',
  )
  await until(async () => (await alertsOf(ballast)).includes('P2 queue.down'), 'the alert', 30_000)
  const health = execFileSync(
    process.execPath,
    [CLI, '--data-dir', ballast.dataDir, '--config', join(ballast.dataDir, 'config.json'), 'health'],
    {
      encoding: 'utf8',
    },
  )
  expect(health).toMatch(/✗ +queue/)
  // A trader that freezes is noticed all the same.
  const before = ballast.pidOf('trader')
  process.kill(before, 'SIGSTOP')
  await until(() => ballast.output.includes('the trader has not responded'), 'the watch', 15_000)
  await until(() => ballast.pidOf('trader') !== before, 'another trader', 30_000)
  const asked = performance.now()
  expect(await ballast.stop()).toBe(0)
  expect(performance.now() - asked).toBeLessThan(30_000)
}, 240_000)

test('a second trader in the same directory is refused and takes nothing from the first', async () => {
  const ballast = await make()
  await ballast.start()
  const pid = ballast.pidOf('trader')
  const second = spawn(
    process.execPath,
    [MAIN, '--role', 'trader', '--data-dir', ballast.dataDir, '--config', join(ballast.dataDir, 'config.json')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  second.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const code = await new Promise((resolve) => second.once('close', resolve))
  expect([code, said]).toEqual([1, expect.stringContaining(`Another trader is running on ${ballast.dataDir} (process ${pid})`)])
  expect(ballast.pidOf('trader')).toBe(pid)
  expect(await ballast.stop()).toBe(0)
}, 120_000)

test.each([
  ['npm start', undefined],
  ['ballast run', [CLI, 'run']],
])(
  'Ctrl-C, which reaches every process of %s at once, ends it in order',
  async (_, command) => {
    const ballast = await Installation.make(command === undefined ? {} : { command })
    made.push(ballast)
    await ballast.start()
    expect(await ballast.interrupt()).toBe(0)
    expect(ballast.output).toContain('Stopping: no new entries')
    expect(ballast.output).not.toMatch(/restarting it|did not stop|killing/)
    // What ends in order leaves a last snapshot behind and no database that runs.
    expect(existsSync(join(ballast.dataDir, 'pg', 'postmaster.pid'))).toBe(false)
    await ballast.start()
    // The API may answer before the trader has said what it found.
    await until(() => /recovered +\d+ rows after the snapshot/.test(ballast.output), 'the recovery of the next start', 30_000)
    expect(ballast.output).toMatch(/recovered +0 rows after the snapshot/)
    expect(await ballast.stop()).toBe(0)
  },
  120_000,
)
