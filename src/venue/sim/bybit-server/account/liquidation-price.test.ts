/**
 * The liquidation price that a position shows is the one at which the account is liquidated, with one position and with several.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../../../core/units.ts'
import { makeInstrument, parsePrice } from '../../../../market/instrument.ts'
import { readTiers } from '../../../../market/margin-tiers.ts'
import { SIM_COSTS } from '../../models/costs.ts'
import { SimVenue } from '../../sim-venue.ts'
import { Account } from './account.ts'
import { Conditions } from './conditions.ts'
import { FrameQueue } from '../streams/frame-queue.ts'
import { positionRow } from './position-row.ts'

const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol, at) =>
  makeInstrument({
    index: instrumentIndex(at),
    venue: 'sim',
    symbol,
    tickSize: '0.1',
    lotSize: '0.001',
    quantityMax: '10000',
    quantityMarketMax: '10000',
  }),
)
const [BTC, ETH] = instruments.map((i) => i.index) as [ReturnType<typeof instrumentIndex>, ReturnType<typeof instrumentIndex>]

function account(leverage = 100, opening = 10_000e8, traded = instruments) {
  const venue = new SimVenue(traded, cash(opening), {
    ...SIM_COSTS,
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    leverage,
    idPrefix: 'x',
  })
  let id = 0
  const tick = (i: typeof BTC, price: number): void => venue.tick(i, ticks(price), 1e6, ts(++id), () => {})
  const trade = (i: typeof BTC, signed: number): unknown =>
    venue.accept(
      {
        type: 'submit-order',
        orderId: orderId(++id),
        clientOrderId: `c${id}`,
        instrument: i,
        kind: 'market',
        side: signed > 0 ? 1 : -1,
        lots: lots(Math.abs(signed)),
        budget: undefined,
        limit: undefined,
        trigger: undefined,
        triggerBy: 'last',
        stop: undefined,
        targets: undefined,
        timeInForce: 'gtc',
        reduceOnly: false,
      },
      ts(++id),
      () => {},
    )
  tick(BTC, 640_000)
  tick(ETH, 32_000)
  /** As the position row says it, in ticks; undefined where it says none. */
  const told = (i: typeof BTC): number | undefined => {
    const books = new Account(venue, new FrameQueue(), 'x', ts(++id), new Conditions())
    const text = String(positionRow(books.figuresOf(i))['liqPrice'])
    const instrument = instruments[i]
    return text === '' || instrument === undefined ? undefined : parsePrice(instrument, text)
  }
  return { venue, tick, trade, told }
}

test('two positions: the price that is reported is the one at which both are liquidated, and not a tick before it', () => {
  const { venue, tick, trade, told } = account()
  expect([trade(BTC, 1_000), trade(ETH, 150_000)]).toEqual([undefined, undefined])
  tick(BTC, 640_000)
  tick(ETH, 32_000)
  const price = told(BTC)
  // 64,000 BTC and 480,000 of ETH at 0.5 %: (10,000 - 2,720) / 0.995 below 64,000.
  expect(price).toBe(566_834)
  if (price === undefined) return
  tick(BTC, price + 1)
  expect(venue.positions.map((p) => p.lots)).toEqual([1_000, 150_000])
  tick(BTC, price)
  expect(venue.positions.map((p) => p.lots)).toEqual([0, 0])
})

test('of any two positions, long or short', () => {
  const size = fc.integer({ min: -1_400, max: 1_400 }).filter((n) => n !== 0)
  fc.assert(
    fc.property(size, size, (btc, eth) => {
      const { venue, tick, trade, told } = account()
      trade(BTC, btc)
      trade(ETH, eth * 20)
      tick(BTC, 640_000)
      tick(ETH, 32_000)
      const price = told(BTC)
      if (price === undefined || venue.positions[BTC]?.lots === 0) return
      tick(BTC, price + Math.sign(btc))
      expect(venue.positions[BTC]?.lots).toBe(btc)
      tick(BTC, price)
      expect(venue.positions[BTC]?.lots).toBe(0)
    }),
    { numRuns: 100 },
  )
})

const TIERS = [
  { valueMax: '2000000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
  { valueMax: '10000000', maintenanceRate: '0.02', deduction: '30000', leverageMax: 50 },
]
const tiered = instruments.map((instrument) => ({ ...instrument, tiers: readTiers(TIERS) ?? [] }))

test('margin tiers: a large position is liquidated by the rate of its tier, on the tick that is reported', () => {
  const { venue, tick, trade, told } = account(50, 200_000e8, tiered)
  expect(trade(BTC, 100_000)).toBeUndefined()
  tick(BTC, 640_000)
  // 6,400,000: 0.02 x 6,400,000 - 30,000 = 98,000 must stay of 200,000; (200,000 - 98,000) / 100 / 0.98 below 64,000. By 0.5 % it were 62,311.
  const price = told(BTC)
  expect(price).toBe(629_591)
  if (price === undefined) return
  tick(BTC, price + 1)
  expect(venue.positions[BTC]?.lots).toBe(100_000)
  tick(BTC, price)
  expect(venue.positions[BTC]?.lots).toBe(0)
})

test('an order that makes the position larger than its leverage allows is refused with 110090', () => {
  const { trade, tick } = account(100, 1_000_000e8, tiered)
  expect(trade(BTC, 31_250)).toBeUndefined()
  tick(BTC, 640_000)
  expect(trade(BTC, 1)).toMatchObject({ code: 110090 })
  expect(trade(BTC, -1)).toBeUndefined()
})

test('isolated: a position is liquidated by its own margin, alone, and loses no more than that', () => {
  const { venue, tick, trade, told } = account(50)
  venue.marginMode = 'isolated'
  expect([trade(BTC, 1_000), trade(ETH, 10_000)]).toEqual([undefined, undefined])
  tick(BTC, 640_000)
  tick(ETH, 32_000)
  // 64,000 x (1 - 1/50) / (1 - 0.005).
  const price = told(BTC)
  expect(price).toBe(630_351)
  if (price === undefined) return
  tick(BTC, price + 1)
  expect(venue.positions.map((p) => p.lots)).toEqual([1_000, 10_000])
  // A gap far beyond the price at which its margin of 1,280 was used up.
  tick(BTC, 500_000)
  expect(venue.positions.map((p) => p.lots)).toEqual([0, 10_000])
  expect(venue.ledger.wallet).toBe(10_000e8 - 1_280e8)
})

test('isolated: what a position has won is no margin for another one; in cross margin it is', () => {
  for (const [mode, refused] of [
    ['isolated', { code: 110007 }],
    ['cross', undefined],
  ] as const) {
    const { venue, tick, trade } = account(10)
    venue.marginMode = mode
    expect(trade(BTC, 1_500)).toBeUndefined()
    tick(BTC, 640_000)
    tick(BTC, 700_000)
    const answer = trade(ETH, 15_000)
    if (refused === undefined) expect(answer).toBeUndefined()
    else expect(answer).toMatchObject(refused)
  }
})
