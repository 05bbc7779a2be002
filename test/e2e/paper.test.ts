/**
 * Profile paper end to end: a whole Ballast trades a simulated account at the prices of another exchange, which a second simulator stands in for.
 * Never leaves loopback, and never touches the account of the exchange that gives the prices.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import type { RunningServer } from '../../src/venue/sim/bybit-server/server.ts'
import { Installation, type SimState, until } from '../support/installation.ts'

let bybit: RunningServer
let ballast: Installation

beforeAll(async () => {
  bybit = await serveExchange({ port: 0, seed: 7, speed: 60 })
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
}, 60_000)

test('it says what it is, and trades on its own account at the prices of the other', async () => {
  expect(ballast.output).toContain('🧪 PAPER')
  expect(ballast.output).toContain('Bybit’s public market, simulated account')
  await until(async () => (await ballast.simState()).executions.some((e) => e.execType === 'Trade'), 'a fill', 60_000)
  await until(async () => (await ballast.get<{ data: readonly unknown[] }>('/fills')).data.length > 0, 'the fill in the books')
  const theirs = (await (await fetch(`http://127.0.0.1:${bybit.port}/_sim/state`)).json()) as SimState
  expect(theirs.executions).toEqual([])
}, 120_000)
