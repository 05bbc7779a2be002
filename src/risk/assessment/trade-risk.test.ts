/**
 * The assessment against arithmetic by hand, at the borders of its levels, and what holds for every entry.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fractionLimit } from '../../core/money-limit.ts'
import { type Side, lots, strategyId, ticks } from '../../core/units.ts'
import type { OrderIntent } from '../../trading/order.ts'
import { type Figures, I, btc, coins, costs, figures, viewOf } from '../../../test/support/kernel/risk-view.ts'
import { RESEARCH_LIMITS, type RiskLimits } from '../limits.ts'
import { plannedLossOf } from '../planned-loss.ts'
import { REASON_WEIGHTS, type RiskReasonName, levelOf, scoreOf } from './score.ts'
import { type TradeRisk, assessEntry } from './trade-risk.ts'

const limits: RiskLimits = {
  ...RESEARCH_LIMITS,
  tradeLossFractionMax: 0.02,
  dayLossMax: fractionLimit(0.05),
  positionMax: fractionLimit(1.2),
}
/** At market unless it has a limit. */
const intent = (side: Side, stop: number | undefined, more: Partial<OrderIntent> = {}): OrderIntent => ({
  strategy: strategyId('ours'),
  instrument: I,
  class: 'entry',
  side,
  kind: 'market',
  size: { lots: lots(1) },
  triggerBy: 'mark',
  stop: stop === undefined ? undefined : ticks(stop),
  timeInForce: 'gtc',
  reason: { rule: 'test', values: {} },
  ...more,
})
const assess = (view: Partial<Figures>, order: OrderIntent, quantity = 100, by = limits): TradeRisk =>
  assessEntry(order, lots(quantity), viewOf({ ...figures(), ...view }), by, costs)
const pointsOf = ({ reasons }: TradeRisk): Record<string, number> => Object.fromEntries(reasons.map(({ name, points }) => [name, points]))

describe('by hand', () => {
  test('0.1 BTC at 64,000, stop 2 % below, on 10,000 USDT', () => {
    const risk = assess({}, intent(1, 627_200, { targets: [{ price: ticks(665_600), share: 1 }] }))
    // 6,400 x 2 % = 128; fees 3.52 and 6,272 x 0.055 % = 3.4496; slippage 6,272 x 0.02 % = 1.2544.
    expect(risk.lossAtStop).toBe(coins(136.224))
    expect(risk.lossR).toBe(1)
    // 66,560: 256 won, less 3.52 and 6,656 x 0.055 % = 3.6608.
    expect(risk.rewardR).toBeCloseTo((256 - 3.52 - 3.6608) / 136.224, 9)
    expect(risk).toMatchObject({ marginAfter: coins(640), marginFraction: 0.064, liquidation: null, book: null })
    expect(risk.fees).toBe(coins(3.52 + 3.4496))
    // Half of a spread of 0.1 on 0.1 BTC is 0.005.
    expect(risk.slippage).toBe(coins(1.2544 + 0.005))
    expect(pointsOf(risk)).toEqual({
      // 136.224 of 200, and of 500.
      'trade-loss': 14,
      'loss-left': 5,
      margin: 1,
      liquidation: 0,
      // 35.2 + 47.04 + 0.05 for each coin, of half of 1,280.
      costs: 1,
      // 6,400 of 10,000: equity is less than the limit of 12,000.
      concentration: 6,
      correlation: 0,
    })
    expect(risk).toMatchObject({ score: 27, level: 'medium' })
  })

  test('the liquidation price of a long and of a short, and how far behind the stop it lies', () => {
    // Backing 1,000 - 3.52: (6,400 - 996.48) / (0.1 x 0.995) = 54,306.73, and (6,400 + 996.48) / (0.1 x 1.005) = 73,596.82.
    const long = assess({ equity: coins(1_000), atr: 500 }, intent(1, 608_000))
    expect(long.liquidation).toEqual({ price: 543_068, fraction: 96_932 / 640_000, ranges: 96_932 / 500 })
    // 6,493.2 behind a stop that is 3,200 away: 1 - 6,493.2 / 12,800 of 15 points.
    expect(pointsOf(long).liquidation).toBe(7)
    expect(assess({ equity: coins(1_000) }, intent(-1, 672_000)).liquidation).toEqual({
      price: 735_968,
      fraction: 95_968 / 640_000,
      ranges: null,
    })
    // 10,000 of other contracts need 50 of it: (6,450 - 996.48) / 0.0995.
    expect(assess({ equity: coins(1_000), gross: coins(10_000) }, intent(1, 627_200)).liquidation?.price).toBe(548_093)
    // A limit below the mark: 0.1 BTC bought at 63,000 has won 100 at the mark. (6,300 - (1,000 - 3.465)) / 0.0995.
    expect(assess({ equity: coins(1_000) }, intent(1, 620_000, { kind: 'limit', limit: ticks(630_000) })).liquidation?.price).toBe(533_012)
  })

  test('an addition: the whole position at the nearer stop, in planned losses of the order', () => {
    // 0.1 held from 64,000 at its stop of 63,360: 64, fees 3.52 and 6,336 x 0.075 % = 4.752. The addition has its own stop at 62,720.
    const risk = assess({ held: 100, cost: coins(6_400), stop: ticks(633_600), gross: coins(6_400) }, intent(1, 627_200))
    expect(risk.lossR).toBeCloseTo((64 + 3.52 + 4.752 + 136.224) / 136.224, 9)
    // (72.272 + 136.224) of 200 is more than all of it.
    expect(pointsOf(risk)).toMatchObject({ 'trade-loss': 20, concentration: 10 })
    expect(risk.marginAfter).toBe(coins(1_280))
  })

  test('a reversal frees the margin of what it closes, and only the new side may be liquidated', () => {
    const risk = assess({ held: -100, gross: coins(6_400), equity: coins(1_000) }, intent(1, 627_200))
    expect(risk.marginAfter).toBe(coins(640))
    // Its close costs 3.52 as well: (6,400 - 992.96) / 0.0995.
    expect(risk.liquidation?.price).toBe(543_422)
  })

  test('without a stop the margin counts as lost, and liquidation and costs in full', () => {
    const risk = assess({ equity: coins(1_000) }, intent(1, undefined))
    expect(pointsOf(risk)).toMatchObject({ 'trade-loss': 20, 'loss-left': 20, liquidation: 15, costs: 10 })
    expect(risk).toMatchObject({ lossAtStop: null, lossR: null, rewardR: null, level: 'critical' })
  })

  test('what is open beside it: unknown correlation counts as 1, by how much of equity is open', () => {
    const risk = assess({ gross: coins(2_500) }, intent(1, 627_200))
    expect(pointsOf(risk).correlation).toBe(3)
  })

  test('where no limit says, 2 % of equity is a trade and 5 % a day', () => {
    expect(pointsOf(assess({}, intent(1, 627_200), 100, RESEARCH_LIMITS))).toMatchObject({ 'trade-loss': 14, 'loss-left': 5 })
  })

  test('spot is paid in full and is never liquidated', () => {
    const risk = assess({ instrument: { ...btc, category: 'spot' }, equity: coins(6_500) }, intent(1, 627_200))
    expect(risk).toMatchObject({ marginAfter: coins(6_400), liquidation: null })
    expect(pointsOf(risk)).toMatchObject({ margin: 15, liquidation: 0 })
  })
})

describe('the score', () => {
  test('weights add up to 100', () => {
    expect(Object.values(REASON_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBe(100)
  })
  test.each([
    [0, 'low'],
    [24, 'low'],
    [25, 'medium'],
    [49, 'medium'],
    [50, 'high'],
    [74, 'high'],
    [75, 'critical'],
    [100, 'critical'],
  ])('%i is %s', (score, level) => {
    expect(levelOf(score)).toBe(level)
  })
  test('parts are bounded, and what is not a number counts in full', () => {
    const names = Object.keys(REASON_WEIGHTS) as RiskReasonName[]
    const all = (part: number) => Object.fromEntries(names.map((name) => [name, part])) as Record<RiskReasonName, number>
    expect([all(-1), all(0), all(0.5), all(1), all(7), all(Number.NaN)].map((parts) => scoreOf(parts).score)).toEqual([
      0, 0, 51, 100, 100, 100,
    ])
  })
})

describe('for every entry', () => {
  const entry = fc.record({
    side: fc.constantFrom<Side>(1, -1),
    stopFraction: fc.double({ min: 0.002, max: 0.2, noNaN: true }),
    equity: fc.integer({ min: 100, max: 1_000_000 }),
    held: fc.integer({ min: -500, max: 500 }),
    gross: fc.integer({ min: 0, max: 200_000 }),
    spread: fc.integer({ min: 0, max: 500 }),
    atr: fc.integer({ min: 0, max: 20_000 }),
    quantity: fc.integer({ min: 1, max: 50_000 }),
  })
  const viewFigures = (e: { equity: number; held: number; gross: number; spread: number; atr: number }): Partial<Figures> => ({
    equity: coins(e.equity),
    held: e.held,
    cost: coins(Math.abs(e.held) * 64),
    gross: coins(e.gross + Math.abs(e.held) * 64),
    spread: e.spread,
    atr: e.atr,
  })
  const stopAt = (side: Side, fraction: number): number => Math.round(640_000 * (1 - side * fraction))

  test('reasons add up to the score, each within its weight, and a larger quantity lowers none of them', () => {
    fc.assert(
      fc.property(entry, fc.integer({ min: 1, max: 50_000 }), (e, more) => {
        const order = intent(e.side, stopAt(e.side, e.stopFraction))
        const risk = assess(viewFigures(e), order, e.quantity)
        const larger = assess(viewFigures(e), order, e.quantity + more)
        expect(risk.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(risk.score)
        risk.reasons.forEach(({ name, weight, points }, at) => {
          expect(points).toBeGreaterThanOrEqual(0)
          expect(points).toBeLessThanOrEqual(weight)
          expect(larger.reasons[at]?.name).toBe(name)
          expect(larger.reasons[at]?.points).toBeGreaterThanOrEqual(points)
        })
        expect(larger.marginAfter).toBeGreaterThanOrEqual(risk.marginAfter)
      }),
    )
  })

  test('a nearer stop at the same planned loss is a larger order: margin, costs and concentration never count less', () => {
    fc.assert(
      fc.property(entry, fc.double({ min: 0.1, max: 0.95, noNaN: true }), (e, nearer) => {
        const far = stopAt(e.side, e.stopFraction)
        const near = stopAt(e.side, e.stopFraction * nearer)
        const budget = plannedLossOf(btc, ticks(640_000), ticks(far), lots(e.quantity), costs)
        const size = Math.floor((budget / plannedLossOf(btc, ticks(640_000), ticks(near), lots(1_000_000), costs)) * 1_000_000)
        fc.pre(near !== far && size >= e.quantity)
        const [a, b] = [assess(viewFigures(e), intent(e.side, far), e.quantity), assess(viewFigures(e), intent(e.side, near), size)]
        for (const name of ['margin', 'costs', 'concentration'] as const)
          expect(pointsOf(b)[name]).toBeGreaterThanOrEqual(pointsOf(a)[name] ?? 0)
      }),
    )
  })

  test('the liquidation price lies on the losing side of the mark, and equity there is the maintenance margin within a tick', () => {
    fc.assert(
      fc.property(entry, (e) => {
        const risk = assess(
          { ...viewFigures(e), held: 0, cost: coins(0), gross: coins(e.gross) },
          intent(e.side, stopAt(e.side, e.stopFraction)),
          e.quantity,
        )
        if (risk.liquidation === null) return
        const { price } = risk.liquidation
        expect((640_000 - price) * e.side).toBeGreaterThanOrEqual(0)
        if (price === 640_000) return
        const coinsHeld = e.quantity / 1_000
        const left = (at: number): number =>
          e.equity - coinsHeld * 64_000 * 0.00055 + e.side * coinsHeld * (at / 10 - 64_000) - 0.005 * (coinsHeld * (at / 10) + e.gross)
        expect(left(price)).toBeGreaterThan(-1e-6)
        expect(left(price - e.side)).toBeLessThan(1e-6)
      }),
    )
  })

  test('ten times the money is the same score, to a point of each rounding', () => {
    fc.assert(
      fc.property(entry, (e) => {
        const order = intent(e.side, stopAt(e.side, e.stopFraction))
        const ten = { ...e, equity: e.equity * 10, held: e.held * 10, gross: e.gross * 10 }
        const [a, b] = [assess(viewFigures(e), order, e.quantity), assess(viewFigures(ten), order, e.quantity * 10)]
        for (const [at, { points }] of a.reasons.entries()) expect(Math.abs((b.reasons[at]?.points ?? 0) - points)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
