/**
 * When coins that Ballast did not buy are reported, and that it is once.
 */
import { describe, expect, test } from 'vitest'
import { cash, lots } from '../../core/units.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
import { UnownedCoins } from './unowned-coins.ts'

/** BTC is spot at 100 a coin in lots of one, and the least order is worth 300. */
function watched(kernelOf = (bench: Bench): Kernel => bench.kernel) {
  const bench = new Bench({ isSpot: true })
  const said: string[] = []
  const watch = new UnownedCoins({
    kernel: kernelOf(bench),
    notice: (alert, severity, instrument, summary) => said.push(`${severity} ${alert} ${instrument?.symbol}: ${summary}`),
  })
  const read = (...held: number[]): void => {
    for (const each of held)
      watch.reconciled({
        openOrders: [],
        executions: [],
        positions: [],
        holdings: [{ instrument: BTC, lots: lots(each) }],
        walletBalance: cash(0),
        coin: 'USDT',
      })
  }
  return { bench, said, read }
}

describe('coins of others', () => {
  test('coins that Ballast did not buy raise one alert, at the second reading', () => {
    const { said, read } = watched()
    read(200)
    expect(said).toEqual([])
    read(200, 200, 500)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('P3 spot.others_coins BTCUSDT-SPOT: BTCUSDT-SPOT: 200 BTC in the account were not bought by Ballast')
  })

  test.each([
    ['none', [0, 0, 0], []],
    ['less than the least order', [2, 2, 2], []],
    ['as much as the least order', [3, 3], ['3 BTC']],
    ['what one reading had, as where a sale was under way', [200, 0, 200, 0], []],
    ['of two readings the lesser', [200, 150], ['150 BTC']],
  ])('coins of others: %s', (_, readings, quantities) => {
    const { said, read } = watched()
    read(...readings)
    expect(said.map((text) => / (\d+ BTC) in the account/.exec(text)?.[1])).toEqual(quantities)
  })

  test('ours are none of them', () => {
    const { bench, said, read } = watched()
    bench.enter(1, 90)
    read(12, 12)
    expect(said).toEqual([])
    read(21, 21)
    expect(said[0]).toContain('11 BTC')
  })

  test('a pair without a price yet waits for one', () => {
    const { said, read } = watched((bench) => new Kernel(bench.config))
    read(50, 50)
    expect(said).toEqual([])
  })
})
