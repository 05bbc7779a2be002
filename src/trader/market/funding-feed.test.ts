/**
 * When settlements are read from the exchange, and what of them goes on to the kernel.
 */
import { expect, test } from 'vitest'
import { err, ok } from '../../core/result.ts'
import { HOUR_MS, instrumentIndex, rate, ts } from '../../core/units.ts'
import { FundingRates } from '../../market/funding-rates.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { FundingFeed } from './funding-feed.ts'

const EIGHT = 8 * HOUR_MS
const instruments = ['BTCUSDT', 'BTCUSDT-SPOT'].map((symbol, at) =>
  makeInstrument({ index: instrumentIndex(at), venue: 'test', symbol, tickSize: '0.1', lotSize: '0.001' }),
)

/** An exchange that lists a settlement every eight hours, `lateMs` after it. */
class World {
  readonly asked: (readonly [from: number, until: number])[] = []
  readonly known = instruments.map(() => new FundingRates())
  readonly feed: FundingFeed
  steadyMs = 0
  lateMs = 0
  isDown = false

  constructor() {
    this.feed = new FundingFeed({
      instruments,
      known: this.known,
      venue: {
        fundings: async (i, from, until) => {
          expect(i).toBe(0)
          this.asked.push([from / HOUR_MS, until / HOUR_MS])
          if (this.isDown) return err({ type: 'venue-down', code: 'down', detail: 'no answer' })
          const rows = []
          for (let at = Math.ceil(Math.max(from, 1) / EIGHT) * EIGHT; at < until && at + this.lateMs <= until; at += EIGHT)
            rows.push({ ts: ts(at), rate: rate(at / HOUR_MS) })
          return ok(rows)
        },
      },
      wallClock: { steadyMs: () => this.steadyMs },
      log: () => {},
    })
  }

  /** Reads as of an hour, a wall-clock second later. */
  async at(hour: number): Promise<readonly number[]> {
    this.steadyMs += 1_000
    await this.feed.read(ts(hour * HOUR_MS))
    return this.feed.takeSettlements().map((each) => each.ts / HOUR_MS)
  }
}

test('settlements of perpetuals are read at the start, once after each full hour, and each is passed on once', async () => {
  const world = new World()
  expect(await world.at(17.5)).toEqual([8, 16])
  expect(await world.at(17.9)).toEqual([])
  // At the full hour itself what it settles is not over.
  expect(await world.at(24)).toEqual([])
  expect(await world.at(24.01)).toEqual([24])
  expect(await world.at(24.5)).toEqual([])
  expect(world.asked.map(([, until]) => until)).toEqual([17.5, 24, 24.01])
})

test('settlements that the kernel knows from its journal are not read again', async () => {
  const world = new World()
  world.known[0]?.add(ts(8 * HOUR_MS), rate(8))
  expect(await world.at(17)).toEqual([16])
  expect(world.asked[0]?.[0]).toBeCloseTo(8, 3)
})

test('a settlement that is due and not listed yet is asked for again after a pause, and not for ever', async () => {
  const world = new World()
  await world.at(20)
  world.lateMs = 60_000
  expect(await world.at(24 + 10 / 3_600)).toEqual([])
  const asked = world.asked.length
  expect(await world.at(24 + 11 / 3_600)).toEqual([])
  expect(world.asked.length).toBe(asked)
  world.steadyMs += 5_000
  expect(await world.at(24 + 61 / 3_600)).toEqual([24])
  world.lateMs = Number.POSITIVE_INFINITY
  for (let k = 0; k < 60; k++) {
    world.steadyMs += 5_000
    await world.at(32.5)
  }
  expect(world.asked.length).toBeLessThan(asked + 30)
})

test('an exchange that does not answer is asked again, and what was missed comes then', async () => {
  const world = new World()
  world.isDown = true
  expect(await world.at(17.1)).toEqual([])
  world.isDown = false
  expect(await world.at(17.101)).toEqual([])
  world.steadyMs += 5_000
  expect(await world.at(17.102)).toEqual([8, 16])
})
