/**
 * Pictures on markets and records at the edge: what is written in them, and that every number is one.
 */
import { describe, expect, test } from 'vitest'
import { candlePicture } from './candle-picture.ts'
import { equityPicture } from './equity-picture.ts'
import { periodsPicture } from './periods-picture.ts'
import { measuresPicture } from './measures-picture.ts'

const START = 1_767_225_600_000 // 2026-01-01 00:00 UTC
const QUARTER = 900_000
const NASTY = '</svg><script>&"\''

const candles = (count: number, price: (k: number) => number) =>
  Array.from({ length: count }, (_, k) => ({ ts: START + k * QUARTER, open: price(k), high: price(k), low: price(k), close: price(k + 1) }))
const equity = (count: number, value: (k: number) => number) => ({
  title: 'PnL',
  subtitle: '',
  ts: Float64Array.from({ length: count }, (_, k) => START + k * QUARTER),
  equity: Float64Array.from({ length: count }, (_, k) => value(k)),
  depths: new Float64Array(count),
  closes: [],
})
const labels = (svg: string): string[] => [...svg.matchAll(/text-anchor="\w+">([^<]*)</g)].map((match) => match[1] as string)

describe('axes', () => {
  test('name round hours in UTC, and prices in round steps with as many decimals as they need', () => {
    const told = labels(
      candlePicture(
        '',
        candles(96, (k) => 100 + k / 100),
        [],
        [],
      ),
    )
    expect(told).toEqual(expect.arrayContaining(['01 Jan 03:00', '01 Jan 12:00', '01 Jan 21:00', '100.2', '100.8']))
  })
  test('name days only over more than six days', () => {
    expect(labels(equityPicture(equity(900, (k) => 1_000 + k)))).toEqual(expect.arrayContaining(['03 Jan', '09 Jan', '1,200']))
  })
})

test('a fill stands on its candle, and one outside the candles nowhere', () => {
  const at = (ts: number) =>
    candlePicture(
      '',
      candles(10, () => 100),
      [{ ts, price: 100, side: 1 }],
      [],
    )
  expect(labels(at(START + QUARTER))).toContain('B')
  expect(labels(at(START - QUARTER))).not.toContain('B')
  expect(labels(at(START + 10 * QUARTER))).not.toContain('B')
})

test('a name with markup stays text', () => {
  expect(
    candlePicture(
      NASTY,
      candles(3, () => 1),
      [],
      [{ name: NASTY, price: 1, color: '#fff' }],
    ),
  ).not.toContain('<script')
})

/** A loss of 3 % on the third row, and forecasts of 2 and of 4 %. */
const measured = (count: number, forecast: number) => ({
  ...equity(count, (k) => 1_000 - k),
  period: 'day',
  returns: Array.from({ length: count - 1 }, (_, k) => ({ ts: START + (k + 1) * QUARTER, value: k === 2 ? -0.03 : 0 })),
  lines: [
    { name: 'VaR 95', points: [{ ts: START + 3 * QUARTER, value: 0.01 }] },
    { name: 'VaR 99', points: [{ ts: START + 3 * QUARTER, value: forecast }] },
  ],
})
test('a loss beyond the farthest forecast has a circle and is counted, one within it has none', () => {
  const beyond = measuresPicture(measured(6, 0.02))
  expect(beyond.match(/<circle/g)).toHaveLength(1)
  expect(beyond).toContain('circles: beyond VaR 99 (1)')
  expect(labels(beyond)).toEqual(expect.arrayContaining(['VaR 95 1.0 %', 'VaR 99 2.0 %']))
  expect(measuresPicture(measured(6, 0.04))).not.toContain('<circle')
})
test('without a forecast it says so', () => {
  expect(measuresPicture({ ...measured(6, 0.02), lines: [] })).toContain('return of each day; too few for a value at risk')
})

test.each([
  [
    'a market that stands still',
    candlePicture(
      '',
      candles(2, () => 1),
      [],
      [],
    ),
  ],
  ['equity that stands still', equityPicture(equity(2, () => 1_000))],
  ['measures of equity that stands still', measuresPicture({ ...measured(2, 0), ...equity(2, () => 1_000), lines: [] })],
  ['a trade that won nothing', equityPicture({ ...equity(2, () => 1_000), closes: [{ ts: START, pnl: 0 }] })],
])('%s holds numbers only', (_, svg) => {
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/)
})

describe('bars of periods', () => {
  test.each([
    ['one that brought nothing', [0]],
    ['losses only', [-5, -2]],
    ['ninety', Array.from({ length: 90 }, (_, k) => (k % 7) - 3)],
  ])('%s: a bar each, as many names as there is room for, and no number that is none', (_, values) => {
    const svg = periodsPicture({ title: NASTY, subtitle: '', bars: values.map((value, k) => ({ name: `d${k}`, value })) })
    expect([...svg.matchAll(/<rect x=/g)]).toHaveLength(values.length)
    expect(labels(svg).filter((label) => label.startsWith('d')).length).toBeLessThanOrEqual(12)
    expect(labels(svg)).toContain(`d${values.length - 1}`)
    expect(svg).not.toMatch(/NaN|Infinity|<script>/)
  })
})
