/**
 * What a drill calls safe on spot: coins that are there, and one stop of Ballast's of the size of the position.
 */
import { expect, test } from 'vitest'
import { ok } from '../../core/result.ts'
import type { PanicOrder } from '../../venue/bybit/read/panic-account.ts'
import { spotAgrees } from './drill-spot.ts'

const SYMBOL = 'BTCUSDT-SPOT'
const held = { symbol: SYMBOL, quantity: '0.00999', stopLoss: '49000' }
const stop: PanicOrder = {
  symbol: SYMBOL,
  orderId: '1',
  orderLinkId: 'b1-abc123-2',
  side: 'Sell',
  qty: '0.009990',
  reduceOnly: false,
  stopOrderType: 'Stop',
  triggerPrice: '49000.00',
}
const target = { ...stop, orderId: '2', triggerPrice: '60000' }

test.each([
  ['coins and stop, beside a target and a person’s coins', [held], '0.5', [stop, target], true],
  ['nothing held', [], '0.5', [], true],
  ['fewer coins', [held], '0.00998', [stop], 'here BTCUSDT-SPOT long 0.00999, at the exchange 0.00998 BTC'],
  ['a target alone', [held], '0.5', [target], 'BTCUSDT-SPOT without a stop'],
  ['a stop of somebody else', [held], '0.5', [{ ...stop, orderLinkId: '' }], 'BTCUSDT-SPOT without a stop'],
  ['a stop of another size', [held], '0.5', [{ ...stop, qty: '0.005' }], 'BTCUSDT-SPOT without a stop'],
  ['two of them', [held], '0.5', [stop, { ...stop, orderId: '3' }], 'BTCUSDT-SPOT with 2 stops'],
  ['a stop that was never planned', [{ ...held, stopLoss: null }], '0.5', [stop], 'BTCUSDT-SPOT without a stop'],
  ['an exit that is left', [], '0.5', [stop], 'an open exit order on BTCUSDT-SPOT without a position'],
] as const)('%s', async (_, positions, amount, orders, answer) => {
  const account = {
    spotCoins: async () => ok([{ coin: 'BTC', amount }]),
    openSpotOrders: async () => ok([...orders]),
    lotRule: async () => ok({ step: '0.000001', marketMax: '41.5', coin: 'BTC' }),
  }
  expect(await spotAgrees(account, positions, 'b1-abc123-')).toBe(answer)
})
