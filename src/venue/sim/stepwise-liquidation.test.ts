/**
 * Liquidation down the tiers of margin: how much is closed, when it stops, and what the orders of the position become.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { marketOrder } from '../../../test/support/venue/market-order.ts'
import { CASH_ONE, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { MarginMode, TierTerms } from '../../market/margin-tiers.ts'
import type { OrderFilled, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import { SimVenue } from './sim-venue.ts'

/** 1 % up to 1,000 coins, 5 % up to 10,000, 10 % up to 100,000: each line begins where the one before ends. */
const TIERS: readonly TierTerms[] = [
  { valueMax: '1000', maintenanceRate: '0.01', deduction: '0', leverageMax: 50 },
  { valueMax: '10000', maintenanceRate: '0.05', deduction: '40', leverageMax: 20 },
  { valueMax: '100000', maintenanceRate: '0.1', deduction: '540', leverageMax: 10 },
]
const instruments = ['XUSDT', 'YUSDT'].map((symbol, k) =>
  makeInstrument({ index: instrumentIndex(k), venue: 'sim', symbol, tickSize: '1', lotSize: '1', leverageMax: 100, tiers: TIERS }),
)
const [X, Y] = [instrumentIndex(0), instrumentIndex(1)]

function setup(marginMode: MarginMode, money: number, liquidation: 'whole' | 'stepwise' = 'stepwise', leverage = 10) {
  const venue = new SimVenue(instruments, cash(money * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage,
    maintenanceRate: rate(50_000_000),
    liquidation,
    idPrefix: 'v',
  })
  venue.marginMode = marginMode
  const events: VenueEvent[] = []
  const into = (event: VenueEvent): void => void events.push(event)
  const tick = (i: typeof X, price: number): void => venue.tick(i, ticks(price), 1, ts(1), into)
  let sequence = 0
  const submit = (i: typeof X, order: Partial<SubmitOrder>): void => {
    const command = marketOrder({ orderId: orderId(++sequence), clientOrderId: `c${sequence}`, instrument: i, lots: lots(1) }, order)
    expect(venue.accept(command, ts(1), into)).toBeUndefined()
  }
  for (const i of [X, Y]) tick(i, 100)
  const open = (i: typeof X, held: number, order: Partial<SubmitOrder> = {}): void => {
    submit(i, { side: held > 0 ? 1 : -1, lots: lots(Math.abs(held)), ...order })
    tick(i, 100)
    events.length = 0
  }
  const fills = (): (readonly [symbol: string, price: number, lots: number])[] =>
    events
      .filter((e): e is OrderFilled => e.type === 'order-filled')
      .map((e) => [instruments[e.instrument]?.symbol as string, e.price, e.side * e.lots])
  const held = (i: typeof X): number => venue.positions[i]?.lots ?? 0
  const canceled = (): string[] => events.flatMap((e) => (e.type === 'order-canceled' ? [e.cause] : []))
  return { venue, open, submit, tick, fills, held, canceled, events }
}

describe('stepwise liquidation', () => {
  test('cross: 200 lots at 100 with 2,000 coins fall to 97: 97 close, and the rest is covered', () => {
    const sim = setup('cross', 2_000)
    sim.open(X, 200)
    // 20,000 coins ask for 10 % - 540 = 1,460; at 97 equity is 1,400, and 19,400 ask for just that.
    sim.tick(X, 98)
    expect(sim.fills()).toEqual([])
    sim.tick(X, 97)
    // 10,000 coins at 97 are 103 lots: 9,991 ask for 459.55.
    expect(sim.fills()).toEqual([['XUSDT', 97, -97]])
    expect(sim.held(X)).toBe(103)
    expect(sim.venue.equity()).toBe(1_400 * CASH_ONE)
  })

  test('and the whole of it without steps', () => {
    const sim = setup('cross', 2_000, 'whole')
    sim.open(X, 200)
    sim.tick(X, 97)
    expect(sim.fills()).toEqual([['XUSDT', 97, -200]])
  })

  test('a fall through all tiers ends in the lowest, where all closes', () => {
    const sim = setup('cross', 2_000)
    sim.open(X, 200)
    // Nothing is left at 90: 111 lots are 9,990 coins, 11 are 990, and then none.
    sim.tick(X, 90)
    expect(sim.fills()).toEqual([
      ['XUSDT', 90, -89],
      ['XUSDT', 90, -100],
      ['XUSDT', 90, -11],
    ])
    expect([sim.held(X), sim.venue.money()]).toEqual([0, 0])
  })

  test('cross: the position that asks for most goes first, and the other stays where that is enough', () => {
    const sim = setup('cross', 2_000)
    sim.open(Y, 5)
    sim.open(X, 150)
    // 150 lots at 90: 13,500 ask for 810, 500 for 5; equity is 500.
    sim.tick(X, 90)
    expect(sim.fills()).toEqual([['XUSDT', 90, -39]])
    expect([sim.held(X), sim.held(Y)]).toEqual([111, 5])
    // 9,990 ask for 459.5, and 5: below 500.
    expect(sim.venue.equity()).toBe(500 * CASH_ONE)
  })

  test('isolated: a short falls alone and step by step, and loses no more than its margin', () => {
    const sim = setup('isolated', 10_000)
    sim.open(X, -200)
    sim.open(Y, 5)
    // Margin 2,000 at 10x. At 103 it is down 600: 1,400 of margin, and 20,600 ask for 1,520.
    sim.tick(X, 103)
    expect(sim.fills()).toEqual([['XUSDT', 103, 103]])
    expect([sim.held(X), sim.held(Y)]).toEqual([-97, 5])
    // A jump far beyond what is left of its margin, 970.
    sim.tick(X, 130)
    expect(sim.held(X)).toBe(0)
    expect(sim.venue.money()).toBe((10_000 - 309 - 970) * CASH_ONE)
  })

  test('what reduces stays and follows the position; any other is canceled', () => {
    const sim = setup('cross', 2_000)
    sim.open(X, 200, { stop: ticks(95), triggerBy: 'last' })
    sim.submit(X, { side: -1, kind: 'limit', limit: ticks(150), lots: lots(1) })
    sim.events.length = 0
    sim.tick(X, 97)
    expect(sim.canceled()).toEqual(['CancelAllBeforeLiq'])
    expect(sim.venue.openOrders(X)).toMatchObject([{ attached: 'stop', lots: 103 }])
    sim.tick(X, 94)
    expect(sim.held(X)).toBe(0)
  })

  test('whatever the price does, what stays is covered, and the account owes nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<MarginMode>('cross', 'isolated'),
        fc.integer({ min: -150, max: 150 }),
        fc.integer({ min: -40, max: 40 }),
        fc.array(fc.integer({ min: 60, max: 140 }), { minLength: 1, maxLength: 8 }),
        (mode, x, y, prices) => {
          const sim = setup(mode, 3_000)
          if (y !== 0) sim.open(Y, y)
          if (x !== 0) sim.open(X, x)
          prices.forEach((price, k) => {
            sim.tick(k % 3 === 2 ? Y : X, price)
          })
          const { venue } = sim
          expect(venue.money()).toBeGreaterThanOrEqual(0)
          if (mode === 'cross' && (sim.held(X) !== 0 || sim.held(Y) !== 0)) expect(venue.equity()).toBeGreaterThan(venue.maintenance())
        },
      ),
      { numRuns: 300, seed: 4 },
    )
  })
})
