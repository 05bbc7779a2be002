/**
 * The liquidation price that a position shows is the one at which the account is liquidated, with one position and with several.
 * Never the matcher's own estimate: the price is walked to, tick by tick.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../../../core/units.ts'
import { makeInstrument, parsePrice } from '../../../../market/instrument.ts'
import { SIM_COSTS } from '../../costs.ts'
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

function account(leverage = 100) {
  const venue = new SimVenue(instruments, cash(10_000e8), {
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
