/**
 * Limits of loss as the kernel keeps them: second entries, moved stops, the day, and what a resume after a breaker begins with.
 */
import { limitAt, moneyLimit } from '../../src/core/money-limit.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RATE_ONE, type Side, cash, lots, rate, ticks, ts } from '../../src/core/units.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { BTC, Bench, ETH, type Setup, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'
import type { PlacedOrder } from '../../src/kernel/input.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'

const LIMITS = {
  isStopRequired: true,
  tradeLossFractionMax: 0.02,
  dayLossMax: moneyLimit(cash(500e8)),
  gapTestMultiple: 3,
  leverage: 10,
} satisfies Setup['limits']

class Manual extends Bench {
  constructor(limits: Setup['limits'] = LIMITS) {
    super({ isManual: true, limits })
  }
  place(order: Partial<PlacedOrder> & { readonly lots: PlacedOrder['lots'] }): KernelFact[] {
    return this.give({
      type: 'place-orders',
      actor: 'me',
      strategy: MANUAL_OWNER,
      instrument: ETH,
      orders: [{ side: 1, kind: 'market', timeInForce: 'gtc', ...order }],
      ts: ts(this.now),
    })
  }
  /** Places and fills at the price of now. */
  open(quantity: number, stop: number, side: Side = 1): string[] {
    const facts = this.place({ side, lots: lots(quantity), stop: ticks(stop) })
    for (const order of ordersOf(facts)) this.give(this.fillOf(order))
    return brief(facts)
  }
  moveStop(stop: number): string[] {
    return brief(this.give({ type: 'change-protection', instrument: ETH, stop: ticks(stop), actor: 'me', ts: ts(this.now) }))
  }
  get risk(): number {
    return this.kernel.portfolio.openRisk / 1e8
  }
  get stop(): number | undefined {
    return this.kernel.portfolio.stopOf(ETH)
  }
}

test.each([
  ['by the leverage here and 0.5 %, where the exchange does not say', {}, [100, 5]],
  ['as the exchange says', { margin: cash(40e8), maintenance: cash(12e8) }, [40, 12]],
])('a position of 1,000 in a symbol that is not traded here takes margin %s', (_, stated, margins) => {
  const bench = new Manual()
  const position = { symbol: 'XUSDT', quantity: '10', markPrice: '100', notional: cash(1_000e8), ...stated }
  bench.give({ type: 'elsewhere-seen', positions: [position], gone: [], ts: ts(bench.now) })
  const { portfolio } = bench.kernel
  expect([portfolio.marginUsed / 1e8, portfolio.maintenanceBeside(ETH, rate(RATE_ONE / 200)) / 1e8]).toEqual(margins)
})

test('S10 returns that limits ask for are of the last bar that closed', () => {
  const bench = new Bench()
  for (let k = 0; k < 60; k++) bench.bar()
  const { portfolio } = bench.kernel
  expect(portfolio.returnsOf(BTC)?.at(-1)).toBe(0)
  bench.prices[BTC] = 110
  bench.bar()
  expect(portfolio.returnsOf(BTC)?.at(-1)).toBeCloseTo(0.1, 12)
})

describe('S10 a second entry', () => {
  test('S10 with a farther stop leaves the stop where it is, and says so', () => {
    const bench = new Manual()
    bench.open(45, 98)
    expect([bench.risk, bench.stop]).toEqual([90, 98])
    const facts = bench.place({ lots: lots(1), stop: ticks(60) })
    expect(brief(facts)).toEqual(['entry buy 1', 'P3 stop.kept'])
    const [order] = ordersOf(facts)
    expect(order?.stop).toBe(98)
    if (order !== undefined) bench.give(bench.fillOf(order))
    expect([bench.risk, bench.stop]).toEqual([92, 98])
  })

  test('S10 with a nearer stop moves it nearer for all of the position', () => {
    const bench = new Manual()
    bench.open(40, 97)
    bench.open(1, 99)
    expect([bench.risk, bench.stop]).toEqual([41, 99])
  })

  test('a second entry: counts in what the trade planned to lose, by the part that filled', () => {
    const bench = new Manual()
    bench.open(40, 97)
    const [second] = ordersOf(bench.place({ lots: lots(4), stop: ticks(99) }))
    if (second === undefined) throw new Error('the second entry was denied')
    bench.give(bench.fillOf(second, 1))
    expect(bench.kernel.portfolio.openTrade(ETH)?.plannedLoss).toBe(121e8)
    bench.give({ ...bench.fillOf(second, 3), isComplete: true })
    expect(bench.kernel.portfolio.openTrade(ETH)?.plannedLoss).toBe(124e8)
  })

  test('S10 is denied where all of the position may lose more than one trade may', () => {
    const bench = new Manual()
    expect(bench.open(32, 95)).toEqual(['entry buy 32'])
    expect(bench.open(32, 95)).toEqual(['denied entry: planned-loss'])
  })

  test('S10 that rested with a farther stop does not move the nearer one when it fills', () => {
    const bench = new Manual()
    const [resting] = ordersOf(bench.place({ lots: lots(5), kind: 'limit', limit: ticks(99), stop: ticks(90) }))
    bench.open(20, 97)
    if (resting === undefined) throw new Error('the resting entry was denied')
    bench.prices[ETH] = 99
    const facts = bench.give(bench.fillOf(resting))
    expect(brief(facts)).toContain('stop at 97')
    expect(bench.stop).toBe(97)
  })
})

describe('S9 a withdrawal under an open position', () => {
  const withdraw = (bench: Manual, amount: number) =>
    bench.give({
      type: 'wallet-adjusted',
      coin: 'USDT',
      amount: cash(-amount * 1e8),
      cause: 'withdrawal',
      flowId: `${amount}`,
      ts: ts(bench.now),
    })

  test('closes nothing; where its stops may lose more than the day has left, that is said with figures', () => {
    const bench = new Manual()
    bench.open(40, 96)
    expect([bench.risk, brief(withdraw(bench, 2_000))]).toEqual([160, ['P3 account.flow']])
    // By hand: 500 a day, four fifths of it after the first, and a fifth of that after the second: 80, where 160 are at stake.
    const facts = withdraw(bench, 6_400)
    expect(brief(facts)).toEqual(['P3 account.flow', 'P2 risk.open_past_day'])
    expect(facts.at(-1)).toMatchObject({
      data: { open: '160.00', left: '80.00' },
    })
    expect([bench.risk, bench.kernel.holds]).toEqual([160, []])
  })
})

describe('S8 a stop that a person moves', () => {
  test('S10 farther than a trade may lose is denied with figures, nearer passes', () => {
    const bench = new Manual()
    bench.open(45, 98)
    const facts = bench.give({ type: 'change-protection', instrument: ETH, stop: ticks(60), actor: 'me', ts: ts(bench.now) })
    expect(facts[0]).toMatchObject({
      type: 'order-denied',
      class: 'protective',
      rule: 'planned-loss',
      figures: { planned: '1800', limit: '200.00' },
    })
    expect(bench.stop).toBe(98)
    expect(bench.moveStop(99)).toEqual(['stop at 99'])
  })
})

describe('S9 the day', () => {
  const setup = { limits: { ...LIMITS, dayLossMax: moneyLimit(cash(100e8)) }, sizing: { type: 'fixed', lots: lots(10) } } as const

  test('S9 a reached limit is a hold at that instant: entries go, the position and its stop stay', () => {
    const bench = new Bench({ ...setup, isManual: true })
    bench.enter(1, 97)
    const resting = bench.give({
      type: 'place-orders',
      actor: 'me',
      strategy: MANUAL_OWNER,
      instrument: ETH,
      orders: [{ side: 1, kind: 'limit', limit: ticks(99), lots: lots(1), stop: ticks(98), timeInForce: 'gtc' }],
      ts: ts(bench.now),
    })
    expect(brief(resting)).toEqual(['entry buy 1 limit 99'])
    bench.prices[BTC] = 90
    expect(brief(bench.bar())).toEqual([
      'hold day-loss no-entries',
      `cancel ${ordersOf(resting)[0]?.orderId}: the day has lost 100.00 USDT of the 100.00 USDT that it may lose`,
      'P1 risk.day_loss_hit',
    ])
    expect(bench.held).toBe(10)
    expect(brief(bench.bar()), 'once').toEqual([])
  })
})

describe('S9 after a drawdown line', () => {
  test('S9 a lifted line begins a new reference: trading continues, and the next loss of its size trips it again', () => {
    const bench = new Bench({ limits: { drawdown: RISK_PROFILES.sim.limits.drawdown }, sizing: { type: 'fixed', lots: lots(50) } })
    bench.enter(1, 10)
    bench.prices[BTC] = 60
    bench.bar()
    const tripped = bench.bar()
    expect(bench.kernel.holds.map((h) => h.id)).toEqual(['breaker-red'])
    for (const order of ordersOf(tripped)) bench.give(bench.fillOf(order))
    bench.now += 2 * 86_400_000
    bench.give({ type: 'lift-hold', holdId: 'breaker-red', actor: 'admin', ts: ts(bench.now) })
    expect(bench.kernel.portfolio.watch.highWater).toBe(cash(8_000e8))
    expect(brief(bench.say(signal(1, 10)))).toEqual(['entry buy 50'])
    bench.bar()
    bench.bar()
    expect(bench.kernel.holds).toEqual([])
  })
})

test('S10 no sequence of approved entries, fills, flows and moves has more at risk than the limits allow when it is approved', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('open' as const),
      lots: fc.integer({ min: 1, max: 50 }),
      away: fc.integer({ min: 1, max: 30 }),
      side: fc.constantFrom<Side>(1, -1),
    }),
    fc.record({
      do: fc.constant('rest' as const),
      lots: fc.integer({ min: 1, max: 50 }),
      below: fc.integer({ min: 1, max: 10 }),
      away: fc.integer({ min: 1, max: 30 }),
    }),
    fc.record({ do: fc.constant('stop' as const), away: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ do: fc.constant('price' as const), by: fc.integer({ min: -4, max: 4 }) }),
    fc.record({ do: fc.constant('flow' as const), part: fc.double({ min: -0.6, max: 2, noNaN: true }) }),
    fc.record({ do: fc.constant('btc' as const), stop: fc.integer({ min: 1, max: 20 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const bench = new Manual()
      const { portfolio } = bench.kernel
      const worst = (): number => {
        let sum = 0
        // Of a symbol the worse side: what fills on one closes the other.
        for (const i of [BTC, ETH]) {
          const sides = ([1, -1] as const).map((side) => {
            const held = portfolio.positionLots(i) * side
            const stop = portfolio.stopOf(i)
            const position = held > 0 && stop !== undefined ? Math.max(0, (portfolio.mark(i) - stop) * side) * held : 0
            const entries = portfolio
              .openEntries(i)
              .filter((entry) => entry.side === side)
              .reduce((total, entry) => total + Math.abs(entry.price - (entry.stop ?? 0)) * entry.lots, 0)
            return position + entries
          })
          sum += Math.max(...sides)
        }
        return sum
      }
      for (const s of steps) {
        const price = bench.prices[ETH] as number
        const mark = portfolio.mark(ETH)
        let facts: readonly KernelFact[] = []
        switch (s.do) {
          case 'open':
            facts = bench.place({ side: s.side, lots: lots(s.lots), stop: ticks(mark - s.away * s.side) })
            break
          case 'rest':
            facts = bench.place({ kind: 'limit', lots: lots(s.lots), limit: ticks(mark - s.below), stop: ticks(mark - s.below - s.away) })
            break
          case 'stop': {
            const side = portfolio.positionLots(ETH) > 0 ? 1 : -1
            facts = bench.give({
              type: 'change-protection',
              instrument: ETH,
              stop: ticks(mark - s.away * side),
              actor: 'me',
              ts: ts(bench.now),
            })
            break
          }
          case 'price':
            bench.prices[ETH] = Math.max(40, price + s.by)
            bench.bar()
            break
          case 'flow':
            bench.give({
              type: 'wallet-adjusted',
              coin: 'USDT',
              amount: cash(Math.floor(Math.max(0, portfolio.equity) * s.part)),
              cause: s.part < 0 ? 'withdrawal' : 'deposit',
              ts: ts(bench.now),
            })
            break
          case 'btc':
            facts = bench.say(signal(1, 100 - s.stop))
            break
        }
        const approved = facts.some((fact) => fact.type === 'order-submitted' && fact.class === 'entry')
        if (approved) {
          expect(worst() * 1e8).toBeLessThanOrEqual(portfolio.lossLeft('day', bench.config.limits.dayLossMax))
          expect(portfolio.dayLoss).toBeLessThan(limitAt(bench.config.limits.dayLossMax, portfolio.equity))
        }
        for (const order of ordersOf(facts)) if (order.kind === 'market') bench.give(bench.fillOf(order))
      }
    }),
    { numRuns: 300 },
  )
})
