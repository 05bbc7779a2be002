/**
 * Addresses of pages behind the #.
 */
import { expect, test } from 'vitest'
import { PAGES, addressOf, placeOf } from './places.ts'

test('each page is found again by its address, with its parts', () => {
  for (const [name] of PAGES) expect(placeOf(addressOf(name, 'BTC/USDT', '15m'))).toEqual({ page: name, parts: ['BTC/USDT', '15m'] })
})
test.each(['', '#', '#/', '#/nowhere/x', '#overview'])('%j is the overview', (hash) => {
  expect(placeOf(hash)).toEqual({ page: 'overview', parts: [] })
})
test('an address that is spoilt is no error', () => {
  expect(placeOf('#/chart/%E0%A4%A')).toEqual({ page: 'chart', parts: ['%E0%A4%A'] })
})
