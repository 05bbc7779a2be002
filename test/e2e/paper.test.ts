/**
 * Profile paper end to end: a whole Ballast trades a simulated account at the prices of another exchange, which a second simulator is in for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import type { RunningServer } from '../../src/venue/sim/bybit-server/server.ts'
import { Installation, type SimState, until } from '../support/process/installation.ts'

const directory = mkdtempSync(join(tmpdir(), 'ballast-paper-'))
let bybit: RunningServer
let ballast: Installation

const startBybit = (port: number): Promise<RunningServer> =>
  serveExchange({ port, seed: 7, speed: 60, stateFile: join(directory, 'bybit.json') })

beforeAll(async () => {
  bybit = await startBybit(0)
  ballast = await Installation.make({
    config: {
      profile: 'paper',
      bybit: { url: `http://127.0.0.1:${bybit.port}` },
      strategies: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 5, stopAtr: 8, targetAtr: 0 } }],
    },
  })
  await ballast.start()
}, 120_000)

afterAll(async () => {
  await ballast?.remove()
  await bybit?.close()
  rmSync(directory, { recursive: true, force: true })
}, 60_000)

test('it says what it is, and trades on its own account at the prices of the other', async () => {
  expect(ballast.output).toContain('🧪 PAPER')
  expect(ballast.output).toContain('Bybit’s public market, simulated account')
  await until(async () => (await ballast.simState()).executions.some((e) => e.execType === 'Trade'), 'a fill', 60_000)
  await until(async () => (await ballast.get<{ data: readonly unknown[] }>('/fills')).data.length > 0, 'the fill in the books')
  const theirs = (await (await fetch(`http://127.0.0.1:${bybit.port}/_sim/state`)).json()) as SimState
  expect(theirs.executions).toEqual([])
}, 120_000)

test('while the public market is away it holds entries as stale, and lets them go when it is back', async () => {
  const isHeld = async (): Promise<boolean> =>
    (await ballast.get<{ holds: readonly { cause: string }[] }>('/status')).holds.some((hold) => hold.cause === 'stale')
  expect(await isHeld()).toBe(false)
  const { port } = bybit
  await bybit.close()
  await until(isHeld, 'the stale hold', 60_000)
  bybit = await startBybit(port)
  await until(async () => !(await isHeld()), 'the end of the stale hold', 90_000)
}, 180_000)
