/**
 * The spellings of a symbol that users use, and the one that Ballast does.
 */
import { expect, test } from 'vitest'
import { spellingOf } from './symbol-text.ts'

test.each([
  ['BTC-SPOT', 'BTCUSDT-SPOT'],
  ['BTCUSDTSPOT', 'BTCUSDT-SPOT'],
  ['btcusdt-spot', 'BTCUSDT-SPOT'],
  ['spot:BTC', 'BTCUSDT-SPOT'],
  ['SPOT:BTC/USDT', 'BTCUSDT-SPOT'],
  ['BTC_USDT_SPOT', 'BTCUSDT-SPOT'],
  ['BTCUSDC-SPOT', 'BTCUSDC-SPOT'],
  ['btc', 'BTCUSDT'],
  ['BTC/USDT', 'BTCUSDT'],
  ['BTC-PERP', 'BTCUSDT'],
  ['BTCUSDT-PERP', 'BTCUSDT'],
  ['BTC/USDT:USDT', 'BTCUSDT'],
  ['BTC/USDC:USDC', 'BTCUSDC'],
  ['BTCUSDT.P', 'BTCUSDT'],
  ['BYBIT:BTCUSDT.P', 'BTCUSDT'],
  ['bybit:btcusdt', 'BTCUSDT'],
  ['BTC-USDT-SWAP', 'BTCUSDT'],
  ['BTCUSDT-LINEAR.BYBIT', 'BTCUSDT'],
  ['BTCUSDT-SPOT.BYBIT', 'BTCUSDT-SPOT'],
  [' BTC_USDT ', 'BTCUSDT'],
  ['BTCUSD', 'BTCUSD'],
  ['USDT', 'USDTUSDT'],
])('%s is %s', (text, symbol) => {
  expect(spellingOf(text)).toBe(symbol)
  expect(spellingOf(symbol)).toBe(symbol)
})
