/**
 * Spot in the matching engine: coins and money to the last part of a lot, what is held, what is refused, what waits for its trigger.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_ONE, type Cash, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { ledgerSum } from '../../portfolio/ledger.ts'
import type { OrderFilled, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import type { SimOptions } from './sim-order.ts'
import { SimVenue } from './sim-venue.ts'
import { marketOrder } from '../../../test/support/venue/market-order.ts'

const PERP = instrumentIndex(0)
const SPOT = instrumentIndex(1)
const perp = makeInstrument({ index: PERP, venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.01', lotSize: '0.000001', leverageMax: 100 })
/** One tick of one lot is 1e-8 USDT, the unit of Cash. */
const spot = makeInstrument({
  index: SPOT,
  venue: 'sim',
  symbol: 'BTCUSDT-SPOT',
  tickSize: '0.01',
  lotSize: '0.000001',
  quantityMax: '83',
  quantityMarketMax: '41.5',
  notionalMin: '5',
})
const usdt = (amount: number): Cash => cash(Math.round(amount * CASH_ONE))
const price = (coins: number) => ticks(coins * 100)

function setup(options: Partial<SimOptions> = {}) {
  const venue = new SimVenue([perp, spot], usdt(10_000), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 10,
    maintenanceRate: rate(50_000_000),
    idPrefix: 'v',
    ...options,
  })
  const events: VenueEvent[] = []
  const into = (event: VenueEvent): void => void events.push(event)
  for (const i of [PERP, SPOT]) venue.tick(i, price(50_000), 0, ts(0), into)
  let sequence = 0
  const submit = (order: Partial<SubmitOrder>) =>
    venue.accept(
      marketOrder({ orderId: orderId(++sequence), clientOrderId: `c${sequence}`, instrument: SPOT, lots: lots(10_000) }, order),
      ts(1),
      into,
    )
  const tick = (coins: number, i = SPOT): void => venue.tick(i, price(coins), 1, ts(2), into)
  const bar = (...[open, high, low, close]: [number, number, number, number]): void => {
    const column = (n: number): Float64Array => Float64Array.of(n * 100)
    const columns = { open: column(open), high: column(high), low: column(low), close: column(close) }
    venue.bar(SPOT, new Bars(60_000, { ts: Float64Array.of(60_000), ...columns, volume: Float64Array.of(1) }), into)
  }
  const fills = (): OrderFilled[] => events.filter((e): e is OrderFilled => e.type === 'order-filled')
  const types = (): string[] => events.map((e) => (e.type === 'order-canceled' ? `${e.type} ${e.cause}` : e.type))
  /** Whole lots, spare parts of a lot, money. */
  const holdings = (): readonly number[] => [venue.positions[SPOT]?.lots as number, venue.spare(SPOT), venue.money()]
  return { venue, events, into, submit, tick, bar, fills, types, holdings }
}

describe.each(['ticks', 'bars'] as const)('fills by %s', (by) => {
  const play = (sim: ReturnType<typeof setup>, coins: number): void =>
    by === 'ticks' ? sim.tick(coins) : sim.bar(coins, coins, coins, coins)

  test('a buy pays its fee in coins: 0.01 BTC at 0.1 % are 0.00999', () => {
    const sim = setup()
    expect(sim.submit({})).toBeUndefined()
    play(sim, 50_000)
    // 0.01 x 50,000 = 500; 0.00001 BTC are 10 lots, worth 0.5.
    expect(sim.fills()[0]?.fee).toEqual({ coin: 'BTC', amount: usdt(0.5), rate: rate(10_000_000), lotParts: 10_000_000 })
    expect(sim.holdings()).toEqual([9_990, 0, usdt(9_500)])
    expect(sim.venue.positions[SPOT]?.cost).toBe(usdt(499.5))
    expect(sim.venue.equity()).toBe(usdt(9_999.5))
    expect(sim.venue.marginUsed()).toBe(0)
  })

  test('what is no whole lot is kept, and counts with the next buy', () => {
    const sim = setup()
    for (const [whole, spare] of [
      [12_332, 655_000],
      [24_665, 310_000],
    ] as const) {
      // 12,345 lots less 12.345 are 12,332.655.
      sim.submit({ lots: lots(12_345) })
      play(sim, 50_000)
      expect(sim.holdings().slice(0, 2)).toEqual([whole, spare])
    }
    expect(sim.venue.money()).toBe(usdt(10_000 - 2 * 617.25))
  })

  test('a sale pays its fee in money', () => {
    const sim = setup()
    sim.submit({})
    play(sim, 50_000)
    expect(sim.submit({ side: -1, lots: lots(9_990), reduceOnly: true })).toBeUndefined()
    play(sim, 51_000)
    // 0.00999 x 51,000 = 509.49, less 0.50949.
    expect(sim.fills()[1]?.fee).toEqual({ coin: 'USDT', amount: usdt(0.50949), rate: rate(10_000_000) })
    expect(sim.holdings()).toEqual([0, 0, usdt(9_500 + 509.49 - 0.50949)])
    expect(sim.venue.equity()).toBe(sim.venue.money())
    expect(ledgerSum(sim.venue.ledger)).toBe(0)
  })
})

describe('money and coins', () => {
  test('slippage is paid, a rate of its own is charged, a budget buys what it pays for', () => {
    const sim = setup({ slippage: { type: 'fixed', bps: 100 }, spotRate: rate(20_000_000) })
    sim.submit({ lots: lots(0), budget: usdt(505) })
    sim.tick(50_000)
    // At 50,500 for 505: 0.01 BTC, of which 0.2 % are 20 lots.
    expect(sim.fills()[0]).toMatchObject({ price: 5_050_000, lots: 10_000, fee: { lotParts: 20_000_000 } })
    expect(sim.holdings()).toEqual([9_980, 0, usdt(9_495)])
  })

  test('open buys hold money, open sales hold coins, conditionals hold nothing', () => {
    const sim = setup()
    // 0.1 x 49,000 = 4,900 of 10,000.
    const buy = { kind: 'limit', limit: price(49_000), lots: lots(100_000) } as const
    expect(sim.submit(buy)).toBeUndefined()
    expect(sim.submit(buy)).toBeUndefined()
    expect(sim.venue.lockedMoney()).toBe(usdt(9_800))
    expect(sim.submit(buy)?.code).toBe(170131)
    expect(sim.submit({ kind: 'stop-market', trigger: price(60_000), lots: lots(1_000_000) })).toBeUndefined()
    expect(sim.submit({ lots: lots(4_000) })).toBeUndefined() // 200 of 200
    expect(sim.submit({ lots: lots(100) })?.code).toBe(170131)
    sim.tick(50_000)
    expect(sim.holdings()[0]).toBe(3_996)
    const sell = { side: -1, kind: 'limit', limit: price(60_000) } as const
    expect(sim.submit({ ...sell, lots: lots(3_000) })).toBeUndefined()
    expect(sim.submit({ ...sell, lots: lots(997) })?.code).toBe(170131)
    expect(sim.submit({ side: -1, kind: 'stop-market', trigger: price(40_000), lots: lots(3_996) })).toBeUndefined()
    expect(sim.venue.lockedLots(SPOT)).toBe(3_000)
  })

  test('margin of perpetuals is not spent, and spot asks none', () => {
    const sim = setup()
    // 1.5 BTC at 50,000 and 10x hold 7,500 of 10,000.
    sim.submit({ instrument: PERP, lots: lots(1_500_000) })
    sim.tick(50_000, PERP)
    expect(sim.submit({ lots: lots(50_001) })?.code).toBe(170131)
    expect(sim.submit({ lots: lots(50_000) })).toBeUndefined()
    sim.tick(50_000)
    expect(sim.venue.marginUsed()).toBe(usdt(7_500))
    expect(sim.venue.money()).toBe(usdt(7_500))
  })

  test('coins from outside are capital, and may be sold', () => {
    const sim = setup()
    sim.venue.depositCoins(SPOT, lots(10_000), ts(1), sim.into)
    expect(sim.holdings()).toEqual([10_000, 0, usdt(10_000)])
    expect(sim.venue.equity()).toBe(usdt(10_500))
    expect(sim.submit({ side: -1, kind: 'limit', limit: price(60_000), lots: lots(6_000) })).toBeUndefined()
    expect(sim.venue.withdrawCoins(SPOT, lots(4_001), ts(1), sim.into)?.code).toBe(170131)
    expect(sim.venue.withdrawCoins(SPOT, lots(4_000), ts(1), sim.into)).toBeUndefined()
    sim.tick(50_000)
    sim.tick(60_001)
    // 0.006 x 60,000 = 360 less 0.36.
    expect(sim.holdings()).toEqual([0, 0, usdt(10_359.64)])
    expect(sim.venue.equity()).toBe(usdt(10_359.64))
    expect(ledgerSum(sim.venue.ledger)).toBe(0)
    expect(sim.venue.ledger.capital).toBe(usdt(-10_300))
  })

  test('no funding, and no liquidation takes coins', () => {
    const sim = setup()
    sim.submit({ lots: lots(100_000) })
    sim.tick(50_000)
    sim.venue.funding(SPOT, rate(1_000_000), price(50_000), ts(5), sim.into)
    expect(sim.types()).not.toContain('funding-settled')
    // Perpetual of 0.9 BTC: 50,000 to 44,500 loses 4,950; coins of 4,995 fall with it to 100.
    sim.submit({ instrument: PERP, lots: lots(900_000) })
    sim.tick(50_000, PERP)
    sim.tick(1_000)
    sim.tick(44_500, PERP)
    expect(sim.venue.positions[PERP]?.lots).toBe(0)
    expect(sim.holdings()[0]).toBe(99_900)
    sim.tick(1)
    expect(sim.holdings()[0]).toBe(99_900)
    expect(sim.venue.equity()).toBeGreaterThanOrEqual(0)
  })
})

describe('refusals', () => {
  test.each([
    ['coins that are not there', { side: -1 }, 170131],
    ['coins that are not there, as an exit', { side: -1, reduceOnly: true }, 170131],
    ['more than the money', { lots: lots(200_001) }, 170131],
    ['a budget above the money', { lots: lots(0), budget: usdt(10_001) }, 170131],
    ['less than the smallest value', { lots: lots(99) }, 170140],
    ['a budget below the smallest value', { lots: lots(0), budget: usdt(4.99) }, 170140],
    ['no lots', { lots: lots(0) }, 170136],
    ['more than a market order may have', { lots: lots(41_500_001) }, 170124],
    ['more than a limit may have', { kind: 'limit', limit: price(50_000), lots: lots(83_000_001) }, 170124],
    ['a stop with the entry', { stop: price(40_000) }, 10001],
    ['a target with the entry', { targets: [{ price: price(60_000), share: 1 }] }, 10001],
    ['a buy stop below the price', { kind: 'stop-market', trigger: price(49_000) }, 110092],
    ['a sell stop above the price', { kind: 'stop-limit', side: -1, trigger: price(51_000), limit: price(50_000) }, 110093],
    ['a trailing stop', { kind: 'trailing-stop' }, 10001],
    ['a limit without a price', { kind: 'limit' }, 110003],
  ] as const)('refusals: %s', (_, order, code) => {
    expect(setup().submit(order)?.code).toBe(code)
  })

  test('an exit below the smallest value, a stop at a position, canceling and changing what does not exist', () => {
    const sim = setup()
    sim.submit({})
    sim.tick(50_000)
    expect(sim.submit({ side: -1, lots: lots(99), reduceOnly: true })?.code).toBe(170140)
    expect(
      sim.venue.accept({ type: 'set-protection', instrument: SPOT, stop: price(40_000), triggerBy: 'last' }, ts(3), sim.into)?.code,
    ).toBe(10001)
    expect(sim.venue.addTarget(SPOT, { lots: lots(1), trigger: price(60_000), triggerBy: 'last' }, ts(3), sim.into)?.code).toBe(10001)
    const nobody = { orderId: orderId(99), clientOrderId: 'c99', venueOrderId: undefined, instrument: SPOT }
    expect(sim.venue.accept({ type: 'cancel-order', ...nobody }, ts(3), sim.into)?.code).toBe(170213)
    expect(sim.venue.amend(SPOT, 'x', { lots: lots(2) }, ts(3), sim.into)?.code).toBe(170213)
  })

  test('a change asks for what it needs more', () => {
    const sim = setup()
    sim.submit({ kind: 'limit', limit: price(40_000), lots: lots(100_000) })
    const [order] = sim.venue.openOrders(SPOT)
    const amend = (change: object) => sim.venue.amend(SPOT, order?.venueOrderId ?? '', change, ts(3), sim.into)?.code
    expect(amend({ lots: lots(250_001) })).toBe(170131)
    expect(amend({ lots: lots(250_000) })).toBeUndefined()
    expect(amend({ limit: price(40_001) })).toBe(170131)
    expect(amend({ lots: lots(1) })).toBe(170140)
  })
})

describe('conditional orders', () => {
  function held() {
    const sim = setup()
    sim.submit({})
    sim.tick(50_000)
    return sim
  }

  test.each([
    ['stop-market', { trigger: price(49_000) }, 48_900, 48_900],
    ['stop-limit', { trigger: price(49_000), limit: price(48_000) }, 48_900, 48_900],
    ['take-profit-market', { trigger: price(51_000) }, 51_100, 51_100],
    ['take-profit-limit', { trigger: price(51_000), limit: price(51_050) }, 51_100, 51_100],
  ] as const)('a %s sells what is held', (kind, prices, to, at) => {
    const sim = held()
    expect(sim.submit({ side: -1, kind, lots: lots(9_990), reduceOnly: true, ...prices })).toBeUndefined()
    sim.tick(to)
    expect(sim.fills()[1]).toMatchObject({ price: price(at), lots: 9_990, side: -1 })
    expect(sim.holdings()[0]).toBe(0)
  })

  test('conditional orders: one whose coins are gone is canceled at its trigger, and nothing is sold short', () => {
    const sim = held()
    sim.submit({ side: -1, kind: 'stop-market', trigger: price(49_000), lots: lots(9_990), reduceOnly: true })
    sim.submit({ side: -1, lots: lots(9_990), reduceOnly: true })
    sim.tick(50_000)
    // It holds nothing, so that the sale does not touch it.
    expect(sim.venue.openOrders(SPOT)).toHaveLength(1)
    sim.tick(48_000)
    expect(sim.types().slice(-2)).toEqual(['order-triggered', 'order-canceled EC_InsufficientBalance'])
    expect(sim.holdings()[0]).toBe(0)
  })

  test('a triggered limit holds its coins while it rests', () => {
    const sim = held()
    sim.submit({ side: -1, kind: 'stop-limit', trigger: price(49_000), limit: price(49_500), lots: lots(9_000) })
    sim.tick(48_900)
    expect(sim.venue.lockedLots(SPOT)).toBe(9_000)
    expect(sim.submit({ side: -1, lots: lots(991) })?.code).toBe(170131)
    expect(sim.submit({ side: -1, lots: lots(990) })).toBeUndefined()
  })
})

test('a market order whose money falls short at its fill gets what is paid for, and the rest is canceled', () => {
  const sim = setup()
  expect(sim.submit({ lots: lots(200_000) })).toBeUndefined()
  sim.tick(62_500)
  // 10,000 / 62,500 = 0.16 BTC.
  expect(sim.fills()[0]).toMatchObject({ lots: 160_000, isComplete: false })
  expect(sim.types().at(-1)).toBe('order-canceled EC_InsufficientBalance')
  expect(sim.holdings()).toEqual([159_840, 0, 0])
})

test('spot orders are named by 19 digits, each by its own', () => {
  const sim = setup()
  for (let k = 0; k < 3; k++) sim.submit({ kind: 'limit', limit: price(40_000), lots: lots(1_000) })
  const ids = sim.venue.openOrders(SPOT).map((o) => o.venueOrderId)
  for (const id of ids) expect(id).toMatch(/^[1-9]\d{18}$/)
  expect(new Set(ids).size).toBe(3)
})

const orders = fc.array(
  fc.record({
    to: fc.integer({ min: 40_000, max: 60_000 }),
    width: fc.integer({ min: 0, max: 2_000 }),
    side: fc.constantFrom(1 as const, -1 as const),
    kind: fc.constantFrom('market' as const, 'limit' as const, 'stop-market' as const, 'take-profit-limit' as const),
    size: fc.integer({ min: 100, max: 150_000 }),
    byBar: fc.boolean(),
    instrument: fc.constantFrom(SPOT, SPOT, SPOT, PERP),
  }),
  { minLength: 2, maxLength: 40 },
)

test('coins and money follow from the fills alone, nothing goes below zero, and a restored venue continues as the one before', () => {
  fc.assert(
    fc.property(orders, fc.nat(39), (steps, cut) => {
      const whole = setup()
      const first = setup()
      let second = first
      steps.forEach(({ to, width, side, kind, size, byBar, instrument }, k) => {
        if (k === cut % steps.length) {
          second = setup()
          second.venue.restore(JSON.parse(JSON.stringify(first.venue.state())))
        }
        for (const sim of new Set([whole, second])) {
          const isPerp = instrument === PERP
          const trigger = kind === 'stop-market' ? to + side * 500 : kind === 'take-profit-limit' ? to - side * 500 : undefined
          sim.submit({
            instrument,
            side,
            kind: isPerp ? 'market' : kind,
            lots: lots(isPerp ? 1 + (size % 1_000) : size),
            limit: isPerp || kind === 'market' || kind === 'stop-market' ? undefined : price(to - side * 300),
            trigger: isPerp || trigger === undefined ? undefined : price(trigger),
            orderId: orderId(k + 1),
            clientOrderId: `p${k}`,
          })
          sim.tick(to, PERP)
          if (byBar) sim.bar(to, to + width, to - width, to)
          else sim.tick(to)
        }
      })
      expect(JSON.parse(JSON.stringify(second.venue.state()))).toEqual(JSON.parse(JSON.stringify(whole.venue.state())))
      let parts = 0n
      let money = BigInt(usdt(10_000))
      for (const { instrument, side, price: at, lots: filled, fee } of whole.fills()) {
        if (instrument !== SPOT) continue
        parts += BigInt(side) * BigInt(filled) * 1_000_000n - BigInt(fee.lotParts ?? 0)
        money -= BigInt(side) * BigInt(at) * BigInt(filled) + (fee.lotParts === undefined ? BigInt(fee.amount) : 0n)
        // 0.1 %, rounded up to a part of a lot, or to a unit of Cash.
        if (side === 1) expect(BigInt(fee.lotParts ?? 0)).toBe(BigInt(filled) * 1_000n)
        else expect(BigInt(fee.amount)).toBe((BigInt(at) * BigInt(filled) + 999n) / 1_000n)
      }
      money += BigInt(whole.venue.positions[PERP]?.realized as number)
      const [held, spare, left] = whole.holdings() as [number, number, number]
      expect(BigInt(held) * 1_000_000n + BigInt(spare)).toBe(parts)
      expect(BigInt(left)).toBe(money)
      expect(held >= 0 && spare >= 0 && spare < 1_000_000).toBe(true)
      expect(ledgerSum(whole.venue.ledger)).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('a state from before spot is taken', () => {
  const sim = setup()
  const { spares: _spares, ...old } = sim.venue.state()
  sim.venue.restore(old)
  expect(sim.holdings()).toEqual([0, 0, usdt(10_000)])
})
