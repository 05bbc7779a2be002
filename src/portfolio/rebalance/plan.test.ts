/**
 * Plans of a rebalance: an example computed by hand, each reason, and what holds for any portfolio.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cash, instrumentIndex, lots, rate, ticks } from '../../core/units.ts'
import { type Instrument, formatQuantity, leastLots, makeInstrument, notionalOf } from '../../market/instrument.ts'
import { type RebalanceAsset, type RebalancePlan, type RebalanceRules, distanceOf, planRebalance } from './plan.ts'
import { lotsOfWeight, wholeWeights } from './weight.ts'

const USDT = 1e8
const instrument = (symbol: string, lotSize: string, quantityMin = lotSize): Instrument =>
  makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol, tickSize: '0.01', lotSize, quantityMin, notionalMin: '5' })
const BTC = instrument('BTCUSDT', '0.001')
const ETH = instrument('ETHUSDT', '0.01')
/** 0.055 % and 1 bp. */
const COST = rate(6_500_000)
const asset = (of: Instrument, held: number, mark: number, target: number, over: Partial<RebalanceAsset> = {}): RebalanceAsset => ({
  instrument: of,
  held: lots(held),
  mark: ticks(mark * 100),
  target,
  isLocked: false,
  most: undefined,
  costRate: COST,
  ...over,
})
const RULES: RebalanceRules = { band: 50_000, tradeMin: cash(0), turnoverMax: undefined, costMax: undefined }
const told = (assets: readonly RebalanceAsset[], plan: RebalancePlan): string[] =>
  plan.orders.map(
    ({ asset: at, isReduction, side, lots: size }) =>
      `${isReduction ? 'reduce' : 'add'} ${side === 1 ? 'buy' : 'sell'} ${formatQuantity((assets[at] as RebalanceAsset).instrument, size)}`,
  )

describe('by hand', () => {
  // Equity 10,000. BTC 25 % -> 50 %, ETH 50 % -> 30 %. Without cost: buy 0.05 BTC, sell 0.8 ETH, cost 4,500 x 0.065 % = 2.925.
  // On 9,997.075: ETH 2,999.1225 / 2,500 = 1.1996 -> 1.19, BTC 4,998.5375 / 50,000 = 0.09997 -> 0.099.
  const assets = [asset(BTC, 50, 50_000, 500_000), asset(ETH, 200, 2_500, 300_000)]

  test('the reduction comes first, and the cost is taken off before weights are sized', () => {
    const plan = planRebalance(assets, RULES, cash(10_000 * USDT))
    expect(told(assets, plan)).toEqual(['reduce sell 0.81', 'add buy 0.049'])
    // 0.81 x 2,500 = 2,025; 0.049 x 50,000 = 2,450; 0.065 % of each.
    expect([plan.traded, plan.cost, plan.equityAfter]).toEqual([4_475 * USDT, 2.90875 * USDT, 9_997.09125 * USDT])
    expect(plan.leftOut).toEqual([])
  })

  test('inside the band nothing is done; at the band neither, a millionth beyond it something is', () => {
    const near = [asset(BTC, 50, 50_000, 300_000)]
    expect(planRebalance(near, RULES, cash(10_000 * USDT)).orders).toEqual([])
    expect(planRebalance(near, { ...RULES, band: 49_999 }, cash(10_000 * USDT)).orders).toHaveLength(1)
  })

  test('a position that turns is closed first and opened on the other side after', () => {
    const turned = [asset(BTC, 50, 50_000, -100_000)]
    const plan = planRebalance(turned, RULES, cash(10_000 * USDT))
    // -10 % of 9,997.725 at most: 0.0199 BTC, cut to 0.019.
    expect(told(turned, plan)).toEqual(['reduce sell 0.05', 'add sell 0.019'])
    expect(plan.after).toEqual([-19])
  })

  test.each<[string, Partial<RebalanceAsset>, Partial<RebalanceRules>, string[], string]>([
    ['belongs to somebody', { isLocked: true }, {}, [], 'locked'],
    ['has no price', { mark: ticks(0) }, {}, [], 'no-price'],
    ['is below the minimum of the exchange', { instrument: instrument('BTCUSDT', '0.001', '0.2') }, {}, [], 'below-minimum'],
    ['is below the least trade', {}, { tradeMin: cash(2_501 * USDT) }, [], 'minimum-trade'],
    ['is cut by turnover', {}, { turnoverMax: cash(1_000 * USDT) }, ['add buy 0.02'], 'turnover-cap'],
    // 1 USDT pays 1,538.46 of notional: 0.03 BTC.
    ['is cut by cost', {}, { costMax: cash(USDT) }, ['add buy 0.03'], 'cost-cap'],
    ['is more than was confirmed', { most: { buy: lots(7), sell: lots(0) } }, {}, ['add buy 0.007'], 'not-approved'],
    ['is less than a lot', { instrument: instrument('BTCUSDT', '0.1'), held: lots(0), target: 499_000 }, {}, [], 'less-than-a-lot'],
  ])('what %s is left out, and the reason is named', (_, over, rules, orders, reason) => {
    const one = [asset(BTC, 50, 50_000, 500_000, over)]
    const plan = planRebalance(one, { ...RULES, ...rules }, cash(10_000 * USDT))
    expect(told(one, plan)).toEqual(orders)
    expect(plan.leftOut).toEqual([{ asset: 0, reason }])
  })

  test('a whole position is closed however small it is: no minimum keeps a rest', () => {
    const dust = [asset(instrument('BTCUSDT', '0.001', '1'), 1, 50_000, 0)]
    const plan = planRebalance(dust, { ...RULES, band: 0, tradeMin: cash(1_000 * USDT) }, cash(10_000 * USDT))
    expect(told(dust, plan)).toEqual(['reduce sell 0.001'])
  })

  test('what was confirmed holds for a close as well: the rest is not opened on the other side', () => {
    const turned = [asset(BTC, 50, 50_000, -100_000, { most: { buy: lots(0), sell: lots(40) } })]
    const plan = planRebalance(turned, RULES, cash(10_000 * USDT))
    expect(told(turned, plan)).toEqual(['reduce sell 0.04'])
  })

  test('weights of an allocation are cut down, so that they never sum to more than 1', () => {
    expect(wholeWeights([1 / 3, 1 / 3, 1 / 3])).toEqual([333_333, 333_333, 333_333])
    expect(wholeWeights([0.1, 0.2, 0.7])).toEqual([100_000, 200_000, 700_000])
  })
})

const portfolio = fc.record({
  equity: fc.integer({ min: 1_000, max: 1_000_000 }).map((n) => cash(n * USDT)),
  band: fc.integer({ min: 2_000, max: 100_000 }),
  tradeMin: fc.integer({ min: 0, max: 200 }).map((n) => cash(n * USDT)),
  turnover: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined }),
  cost: fc.option(fc.double({ min: 0, max: 0.002, noNaN: true }), { nil: undefined }),
  assets: fc.array(
    fc.record({
      mark: fc.integer({ min: 100, max: 10_000_000 }),
      lotSize: fc.constantFrom('0.001', '0.01', '1', '10'),
      quantityMin: fc.constantFrom('10', '50'),
      hasMin: fc.boolean(),
      weight: fc.integer({ min: -400_000, max: 900_000 }),
      target: fc.integer({ min: -300_000, max: 600_000 }),
      isLocked: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 8 },
  ),
})
type Drawn = typeof portfolio extends fc.Arbitrary<infer T> ? T : never

function made({ equity, assets, band, tradeMin, turnover, cost }: Drawn) {
  const list = assets.map(({ mark, lotSize, hasMin, quantityMin, weight, target, isLocked }) => {
    const of = instrument('XUSDT', lotSize, hasMin ? quantityMin : lotSize)
    return asset(of, lotsOfWeight(of, ticks(mark), weight, equity), mark / 100, target, { mark: ticks(mark), isLocked })
  })
  const part = (share: number | undefined) => (share === undefined ? undefined : cash(Math.floor(equity * share)))
  return { equity, list, rules: { band, tradeMin, turnoverMax: part(turnover), costMax: part(cost) } }
}

describe('for any portfolio', () => {
  test('caps hold, quantities are whole lots above the minimum, and reductions come first', () => {
    fc.assert(
      fc.property(portfolio, (drawn) => {
        const { equity, list, rules } = made(drawn)
        const plan = planRebalance(list, rules, equity)
        let traded = 0
        let cost = 0
        const held = list.map((each) => each.held as number)
        plan.orders.forEach((order, at) => {
          const { instrument: of, mark, isLocked } = list[order.asset] as RebalanceAsset
          expect(isLocked).toBe(false)
          expect(Number.isInteger(order.lots) && order.lots > 0).toBe(true)
          const before = held[order.asset] as number
          const next = before + order.side * order.lots
          held[order.asset] = next
          if (order.isReduction) {
            expect(before * order.side).toBeLessThan(0)
            expect(next === 0 || Math.sign(next) === Math.sign(before)).toBe(true)
            expect(plan.orders.slice(0, at).every((o) => o.isReduction)).toBe(true)
          } else {
            expect(before * order.side).toBeGreaterThanOrEqual(0)
            expect(order.lots).toBeGreaterThanOrEqual(leastLots(of, mark))
          }
          const notional = notionalOf(of, mark, order.lots, 'ceil')
          if (!(order.isReduction && next === 0)) expect(notional).toBeGreaterThanOrEqual(rules.tradeMin)
          traded += notional
          cost += Math.ceil((notional * 6.5) / 10_000)
        })
        expect(plan.after).toEqual(held)
        expect(plan.traded).toBe(traded)
        expect(Math.abs(plan.cost - cost)).toBeLessThanOrEqual(plan.orders.length)
        if (rules.turnoverMax !== undefined) expect(traded).toBeLessThanOrEqual(rules.turnoverMax)
        if (rules.costMax !== undefined) expect(plan.cost).toBeLessThanOrEqual(rules.costMax)
      }),
      { numRuns: 500 },
    )
  })

  test('after the plan each weight is inside its band, or its reason is named and true', () => {
    fc.assert(
      fc.property(portfolio, (drawn) => {
        const { equity, list, rules } = made(drawn)
        const plan = planRebalance(list, rules, equity)
        for (const [at, each] of list.entries()) {
          const reason = plan.leftOut.find((left) => left.asset === at)?.reason
          const distance = distanceOf(each, lots(plan.after[at] as number), plan.equityAfter)
          if (reason === undefined) expect(distance).toBeLessThanOrEqual(rules.band)
          const lotWeight = (notionalOf(each.instrument, each.mark, lots(1), 'ceil') / plan.equityAfter) * 1e6
          const missing = (distance / 1e6) * plan.equityAfter
          const least = Math.max(
            notionalOf(each.instrument, each.mark, leastLots(each.instrument, each.mark), 'ceil'),
            notionalOf(each.instrument, each.mark, each.instrument.lotsMin, 'ceil'),
          )
          const lotMoney = notionalOf(each.instrument, each.mark, lots(1), 'ceil')
          if (reason === 'locked') expect(each.isLocked).toBe(true)
          // The weights were sized on an equity up to one order's cost lower: a millionth part of a percent of slack.
          if (reason === 'less-than-a-lot') expect(distance).toBeLessThan(lotWeight + 2_000)
          if (reason === 'below-minimum') expect(missing).toBeLessThan(least + lotMoney + equity * 0.002)
          if (reason === 'minimum-trade') expect(missing).toBeLessThan(rules.tradeMin + lotMoney + equity * 0.002)
          if (reason === 'turnover-cap') {
            const room = (rules.turnoverMax as number) - plan.traded
            expect(room).toBeLessThan(Math.max(least, rules.tradeMin) + lotMoney)
          }
          if (reason === 'cost-cap') {
            const room = ((rules.costMax as number) - plan.cost) / 0.00065
            expect(room).toBeLessThan(Math.max(least, rules.tradeMin) + lotMoney + 1e5)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a plan of a plan is empty: what was left out stays left out for the same reason', () => {
    fc.assert(
      fc.property(portfolio, (drawn) => {
        const { equity, list, rules } = made(drawn)
        const plan = planRebalance(list, rules, equity)
        const again = planRebalance(
          list.map((each, at) => ({ ...each, held: lots(plan.after[at] as number) })),
          {
            ...rules,
            turnoverMax: rules.turnoverMax === undefined ? undefined : cash(rules.turnoverMax - plan.traded),
            costMax: rules.costMax === undefined ? undefined : cash(rules.costMax - plan.cost),
          },
          plan.equityAfter,
        )
        expect(again.orders).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
