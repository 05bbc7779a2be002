/**
 * Signals from outside end to end: a source made at the terminal, bodies over HTTP, orders at the exchange, and exits in parts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from '../support/process/installation.ts'

let ballast: Installation
let address = ''

beforeAll(async () => {
  ballast = await Installation.make({ config: { strategies: [{ strategy: 'webhook', symbols: ['BTCUSDT', 'ETHUSDT'] }] } })
  await ballast.start()
  const made = await ballast.cli(['signal', 'source', 'add', 'tv', '--format', 'line', '--mode', 'trade', '--stop', '3%', '-y'])
  address = /http:\/\/127\.0\.0\.1:\d+\/hooks\/[\w/-]+/.exec(made.stdout)?.[0] ?? ''
  expect(made.stdout + made.stderr).toContain('/hooks/')
  await until(async () => (await post('nonsense')) === 422, 'the port of the webhooks')
}, 120_000)
afterAll(() => ballast?.remove(), 60_000)

const post = async (line: string): Promise<number> => {
  try {
    return (await fetch(address, { method: 'POST', body: line, headers: { 'content-type': 'text/plain' } })).status
  } catch {
    return 0
  }
}
const held = async (symbol: string): Promise<number> =>
  Number((await ballast.simState()).positions.find((row) => row.symbol === symbol)?.size ?? 0)
const results = async (): Promise<readonly string[]> =>
  (await ballast.get<{ data: readonly { result: string }[] }>('/signals?limit=20')).data.map(({ result }) => result)
const isAnswered = async (): Promise<boolean> => (await results()).every((result) => !result.includes('waits for the trader'))

test('S15 a storm of resends over HTTP is one entry at the exchange', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => post('long BTC $500 id=storm-1')))
  expect(answers.filter((status) => status === 202)).toHaveLength(1)
  expect(answers.filter((status) => status === 200)).toHaveLength(49)
  await until(async () => (await held('BTCUSDT')) > 0, 'the entry to fill')
  const entries = (await ballast.simState()).executions.filter((row) => row.symbol === 'BTCUSDT' && row.execType === 'Trade')
  expect(entries).toHaveLength(1)
}, 60_000)

test('S15 a half that is sent again and again is closed once, also after the trader was killed', async () => {
  const before = await held('BTCUSDT')
  const half = 'close BTC 50% id=half-1'
  expect(await Promise.all([post(half), post(half)])).toEqual([202, 202])
  await until(async () => (await held('BTCUSDT')) < before, 'the half to be closed')
  await until(isAnswered, 'both to be answered')
  const left = await held('BTCUSDT')
  expect(Math.abs(left / before - 0.5)).toBeLessThan(0.1)
  process.kill(ballast.pidOf('trader'), 'SIGKILL')
  expect(await post(half)).toBe(202)
  await until(isAnswered, 'the last half to be answered by the next trader', 60_000)
  expect((await results()).slice(0, 2).every((result) => result.includes('Nothing to do'))).toBe(true)
  expect(await held('BTCUSDT')).toBe(left)
}, 150_000)
