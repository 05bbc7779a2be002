/**
 * The generated market: determinism, restart, and the facts of real markets that it claims to have.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Instrument, tickFloat } from '../../../market/instrument.ts'
import { GeneratedPrices, generatedInstruments } from './market.ts'

const instruments = generatedInstruments()
const MINUTES = 2 * 1_440

describe('two days of seed 7', () => {
  /** Log returns of a minute, by symbol. */
  const returns: number[][] = instruments.map(() => [])

  beforeAll(() => {
    const market = new GeneratedPrices(7, instruments)
    const before = Array.from(market.prices)
    for (let minute = 0; minute < MINUTES; minute++) {
      for (let second = 0; second < 60; second++) market.step()
      market.prices.forEach((price, i) => {
        returns[i]?.push(Math.log(price / (before[i] as number)))
        before[i] = price
      })
    }
  })

  test('volatility is that of the asset class: 2 to 12 % a day', () => {
    for (const r of returns) {
      const daily = Math.sqrt(variance(r) * 1_440)
      expect(daily).toBeGreaterThan(0.02)
      expect(daily).toBeLessThan(0.12)
    }
  })

  test('tails are fat: kurtosis above that of a normal', () => {
    for (const r of returns) expect(mean(r.map((x) => x ** 4)) / variance(r) ** 2).toBeGreaterThan(4)
  })

  test('volatility clusters: absolute returns follow each other', () => {
    for (const r of returns) expect(correlation(r.slice(1).map(Math.abs), r.slice(0, -1).map(Math.abs))).toBeGreaterThan(0.08)
  })

  test('symbols move together', () => {
    const [btc, eth, sol] = returns as [number[], number[], number[]]
    expect(correlation(btc, eth)).toBeGreaterThan(0.4)
    expect(correlation(btc, sol)).toBeGreaterThan(0.3)
  })
})

test('a saved market continues with the same prices', () => {
  const market = new GeneratedPrices(3, instruments)
  for (let k = 0; k < 5_000; k++) market.step()
  const again = new GeneratedPrices(99, instruments)
  again.restore(JSON.parse(JSON.stringify(market.state())))
  expect(Array.from(again.prices)).toEqual(Array.from(market.prices))
  for (let k = 0; k < 1_000; k++) {
    market.step()
    again.step()
  }
  expect(Array.from(again.prices)).toEqual(Array.from(market.prices))
  expect(Array.from(again.volumes)).toEqual(Array.from(market.volumes))
})

test('prices are whole ticks above zero, volumes positive, funding inside its bounds', () => {
  const market = new GeneratedPrices(12, instruments)
  for (let k = 0; k < 3_000; k++) {
    market.step()
    for (let i = 0; i < instruments.length; i++) {
      expect(Number.isInteger(market.prices[i]) && (market.prices[i] as number) > 0).toBe(true)
      expect(market.volumes[i]).toBeGreaterThan(0)
      expect(Math.abs(market.fundingRate(i))).toBeLessThanOrEqual(0.00375)
    }
  }
})

test('spot follows its perpetual at the index, on a grid of its own, and takes nothing from the random numbers of the others', () => {
  const six = instruments.slice(0, 6)
  const [market, without] = [new GeneratedPrices(12, instruments), new GeneratedPrices(12, six)]
  expect(instruments.slice(6).map((i) => [i.symbol, i.category])).toEqual([
    ['BTCUSDT-SPOT', 'spot'],
    ['ETHUSDT-SPOT', 'spot'],
    ['SOLUSDT-SPOT', 'spot'],
  ])
  let apart = 0
  for (let k = 0; k < 20_000; k++) {
    market.step()
    without.step()
    for (const [at, spot] of instruments.slice(6).entries()) {
      const gap =
        ((market.prices[spot.index] as number) * tickFloat(spot)) / ((market.prices[at] as number) * tickFloat(six[at] as Instrument)) - 1
      apart = Math.max(apart, Math.abs(gap))
    }
  }
  expect(Array.from(market.prices).slice(0, 6)).toEqual(Array.from(without.prices))
  expect(apart).toBeGreaterThan(0.0001)
  expect(apart).toBeLessThan(0.01)
})

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length
const variance = (xs: readonly number[]): number => mean(xs.map((x) => x * x)) - mean(xs) ** 2
function correlation(a: readonly number[], b: readonly number[]): number {
  const product = mean(a.map((x, k) => x * (b[k] as number))) - mean(a) * mean(b)
  return product / Math.sqrt(variance(a) * variance(b))
}
