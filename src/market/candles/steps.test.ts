/**
 * Steps at both ends of what exchanges list, from a file to an instrument: large lots and ticks, and prices of a hundred-millionth.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { instrumentIndex, lots, ticks } from '../../core/units.ts'
import { formatPrice, formatQuantity, makeInstrument, notionalOf, parseQuantity } from '../instrument.ts'
import { readCandles } from './candle-file.ts'
import { defaultLot } from './tick-rule.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-steps-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, price: string, volume: string): string {
  const path = join(folder, name)
  const rows = [0, 1, 2].map((n) => `${1_700_000_040 + n * 60},${price},${price},${price},${price},${volume}`)
  writeFileSync(path, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
  return path
}

test.each(['10', '100', '10.0', '100000', '0.000001'])('a file takes lot %s, and an instrument of it counts in it', async (lot) => {
  const read = await readCandles([file('bonk.csv', '0.01861', '5000000')], { interval: '1m', tick: '0.00001', lot })
  if (!read.ok) throw new Error(read.error.sentence)
  const { tickSize, lotSize } = read.value
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'csv', symbol: 'XUSDT', tickSize, lotSize })
  expect(formatQuantity(instrument, lots(3))).toBe(String(Number(lot) * 3))
  expect(parseQuantity(instrument, String(Number(lot) * 2))).toBe(2)
})

test('a file takes tick 10', async () => {
  const read = await readCandles([file('dear.csv', '123450', '1')], { interval: '1m', tick: '10' })
  expect(read).toMatchObject({ ok: true, value: { tickSize: '10', lotSize: '0.000001' } })
  if (read.ok) expect(read.value.columns.close[0]).toBe(12_345)
})

test('prices of 1e-8 with volumes of 1e12: a position of 10,000 fits, in the lot that follows the price', async () => {
  const read = await readCandles([file('cheap.csv', '0.00000001', '1000000000000')], { interval: '1m' })
  if (!read.ok) throw new Error(read.error.sentence)
  const { tickSize, lotSize } = read.value
  expect([tickSize, lotSize]).toEqual(['0.00000001', '1'])
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'csv', symbol: 'XUSDT', tickSize, lotSize })
  expect(formatPrice(instrument, ticks(1))).toBe('0.00000001')
  expect(notionalOf(instrument, ticks(1), lots(1e12), 'nearest')).toBe(10_000e8)
})

test.each(['0.0000000001', '0.00000001', '0.01', '0.5', '10'])(
  'tick %s: a file on it, an instrument of it, each lot of the list',
  async (tick) => {
    const price = String(Number(tick) >= 1 ? Number(tick) * 7 : tick.replace('1', '7').replace('5', '5'))
    const read = await readCandles([file('grid.csv', price, '1')], { interval: '1m', tick })
    if (!read.ok) throw new Error(read.error.sentence)
    for (const lotSize of ['0.000001', '0.001', '1', '1000', '100000']) {
      const instrument = makeInstrument({
        index: instrumentIndex(0),
        venue: 'csv',
        symbol: 'XUSDT',
        tickSize: read.value.tickSize,
        lotSize,
      })
      expect(formatPrice(instrument, ticks(read.value.columns.close[0] as number))).toBe(price)
      expect(parseQuantity(instrument, formatQuantity(instrument, lots(12)))).toBe(12)
    }
  },
)

test('more digits than a step may have are rounded, and reported', async () => {
  const read = await readCandles([file('long.csv', '0.0000000123456781', '1234567890123.45')], { interval: '1m' })
  expect(read).toMatchObject({ ok: true, value: { tickSize: '0.000000000000001', tickOrigin: 'nine-digits', rounded: 12 } })
})

describe('the lot that is not given', () => {
  test.each([
    [100_000, '0.000001'],
    [0.01, '0.000001'],
    [0.009, '0.00001'],
    [0.0001, '0.0001'],
    [1e-8, '1'],
    [1e-10, '100'],
  ])('the lot that is not given of prices down to %s is %s', (price, lot) => {
    expect(defaultLot(price)).toBe(lot)
  })
})
