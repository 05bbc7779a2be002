/**
 * The last word of a panic about coins: what of them is ours and still there, and what is not ours.
 */
import { expect, test } from 'vitest'
import { cash, lots, ts } from '../../core/units.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
import type { ElsewherePosition, Holding } from '../../trading/report.ts'
import { verifyFlat } from './verify-flat.ts'

async function verify(bench: Bench, holdings: readonly Holding[], elsewhere: readonly ElsewherePosition[] = []): Promise<string> {
  let ms = 0
  const reading = { openOrders: [], executions: [], positions: [], holdings, elsewhere, walletBalance: cash(0), coin: 'USDT' }
  const wallClock = {
    nowMs: () => ms,
    steadyMs: () => ms,
    every: () => () => {},
    sleep: async (by: number) => {
      ms += by
    },
  }
  return verifyFlat({ readAccount: async () => ({ ok: true, value: reading }) }, bench.kernel, wallClock, () => ts(0))
}
const coins = (quantity: number): Holding[] => [{ instrument: BTC, lots: lots(quantity) }]

test('coins of others are listed and not waited for', async () => {
  const bench = new Bench()
  expect(await verify(bench, coins(7))).toContain("FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit 00:00:00.")
  expect(await verify(bench, coins(7))).toContain('Not touched: BTCUSDT 7 (external).')
  expect(await verify(bench, coins(0))).not.toContain('Not touched')
})

test('positions in symbols that are not traded here, of whatever settle coin, are listed', async () => {
  const elsewhere = (symbol: string, quantity: string): ElsewherePosition => ({ symbol, quantity, markPrice: '1', notional: cash(1e8) })
  expect(await verify(new Bench(), coins(0), [elsewhere('BTCPERP', '-0.5'), elsewhere('DOGEUSDT', '300')])).toContain(
    'Not touched: BTCPERP short 0.5 (not traded here), DOGEUSDT 300 (not traded here).',
  )
})

test('coins of ours that are still there are not flat; what is not there is not left, whatever the books say', async () => {
  const bench = new Bench()
  bench.enter()
  const { held } = bench
  expect(held).toBeGreaterThan(1)
  expect(await verify(bench, coins(held + 2))).toContain(`NOT FLAT: BTCUSDT ${held} still held.`)
  expect(await verify(bench, coins(1))).toContain('NOT FLAT: BTCUSDT 1 still held.')
  expect(await verify(bench, coins(0))).toMatch(/^FLAT/)
})
