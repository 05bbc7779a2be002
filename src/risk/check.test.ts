/**
 * One row per denial, one per neighboring pair for the order of the rules, and exits that nothing denies.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDecimal } from '../core/decimal.ts'
import { RATE_ONE, type Side, cash, lots, rate, strategyId, ticks, ts } from '../core/units.ts'
import { notionalOf } from '../market/instrument.ts'
import { readTiers } from '../market/margin-tiers.ts'
import type { OrderIntent } from '../trading/order.ts'
import { checkEntry, checkExit } from './check.ts'
import { checkStopMove } from './check-loss.ts'
import { RISK_RULES, type RiskRule } from './denial.ts'
import { denialSentence } from './denial-sentence.ts'
import { type ExpectedCosts, plannedLossOf } from './planned-loss.ts'
import type { RiskLimits } from './limits.ts'
import { RISK_PROFILES } from './profiles.ts'
import { UNLIMITED, limitAt, moneyLimit } from '../core/money-limit.ts'
import { type Figures, I, btc, coins, costs, figures, viewOf } from '../../test/support/kernel/risk-view.ts'

/** A buy of 0.100 BTC at 63,999.9, stop at 63,000.0: 6,399.99 USDT at a mark of 64,000. */
const QUANTITY = lots(100)
interface Case {
  intent: { -readonly [K in keyof OrderIntent]: OrderIntent[K] }
  view: Figures
  limits: { -readonly [K in keyof RiskLimits]: RiskLimits[K] }
  costs: { -readonly [K in keyof ExpectedCosts]: ExpectedCosts[K] }
}
const approved = (): Case => ({
  intent: {
    strategy: strategyId('ours'),
    instrument: I,
    class: 'entry',
    side: 1,
    kind: 'limit',
    size: { lots: QUANTITY },
    limit: ticks(639_999),
    triggerBy: 'mark',
    stop: ticks(630_000),
    timeInForce: 'gtc',
    reason: { rule: 'test', values: {} },
  },
  view: figures(),
  limits: { ...RISK_PROFILES.sim.limits },
  costs: { ...costs },
})
const NOTIONAL = notionalOf(btc, ticks(639_999), QUANTITY, 'ceil')
const PLANNED = plannedLossOf(btc, ticks(639_999), ticks(630_000), QUANTITY, costs)
const answer = (c: Case): RiskRule | undefined => checkEntry(c.intent, QUANTITY, viewOf(c.view), c.limits, c.costs)?.rule

/** What breaks each rule, in the documented order. */
const BREAKS: readonly (readonly [RiskRule, (c: Case) => void])[] = [
  [
    'symbol-owned',
    (c) => {
      c.view.owner = strategyId('another')
    },
  ],
  [
    'opposite-side',
    (c) => {
      c.view.external = c.intent.side === 1 ? -1 : 1
    },
  ],
  [
    'spot-long-only',
    (c) => {
      c.view.instrument = { ...c.view.instrument, category: 'spot' }
      c.intent.side = -1
      c.view.external = -c.view.external
    },
  ],
  [
    'instrument-status',
    (c) => {
      c.view.instrument = { ...c.view.instrument, status: 'delivering' }
    },
  ],
  [
    'stale-data',
    (c) => {
      c.view.markTs = ts(c.view.now - c.limits.staleAfterMs - 1)
    },
  ],
  [
    'spread',
    (c) => {
      c.limits.spreadBpsMax = 0.01
    },
  ],
  [
    'quantity',
    (c) => {
      c.view.instrument = { ...c.view.instrument, lotsMin: lots(QUANTITY + 1) }
    },
  ],
  [
    'notional-min',
    (c) => {
      c.view.instrument = { ...c.view.instrument, notionalMin: cash(NOTIONAL + 1) }
    },
  ],
  [
    'price-collar',
    (c) => {
      c.limits.collarBpsMax = 0.001
    },
  ],
  [
    'stop-missing',
    (c) => {
      c.intent.stop = undefined
    },
  ],
  [
    'stop-side',
    (c) => {
      c.intent.stop = ticks(639_999)
    },
  ],
  [
    'stop-too-near',
    (c) => {
      c.view.atr = 4 * 640_000
    },
  ],
  [
    'stop-beyond-liquidation',
    (c) => {
      c.costs.maintenanceRate = rate(2 * RATE_ONE)
    },
  ],
  [
    'account-cap',
    (c) => {
      c.limits.grossMax = moneyLimit(cash(NOTIONAL - 1))
    },
  ],
  [
    'order-notional',
    (c) => {
      c.limits.orderMax = moneyLimit(cash(NOTIONAL - 1))
    },
  ],
  [
    'position-notional',
    (c) => {
      c.limits.positionMax = moneyLimit(cash(NOTIONAL - 1))
    },
  ],
  [
    'risk-limit',
    (c) => {
      const terms = { valueMax: '6000', maintenanceRate: '0.005', deduction: '0', leverageMax: 10 }
      c.view.instrument = { ...c.view.instrument, tiers: readTiers([terms]) ?? [] }
    },
  ],
  [
    'net-exposure',
    (c) => {
      c.limits.netMax = moneyLimit(cash(NOTIONAL - 1))
    },
  ],
  [
    'open-positions',
    (c) => {
      c.limits.openPositionsMax = 1
    },
  ],
  [
    'correlated',
    (c) => {
      c.limits.correlatedMax = moneyLimit(cash(NOTIONAL - 1))
    },
  ],
  [
    'margin',
    (c) => {
      c.view.leverage = 0.5
    },
  ],
  [
    'planned-loss',
    (c) => {
      c.limits.tradeLossFractionMax = 0.0001
    },
  ],
  [
    'day-loss',
    (c) => {
      c.view.dayLoss = limitAt(c.limits.dayLossMax, c.view.equity)
    },
  ],
  [
    'week-loss',
    (c) => {
      c.view.weekLoss = limitAt(c.limits.weekLossMax, c.view.equity)
    },
  ],
  [
    'gap-test',
    (c) => {
      c.limits.gapTestMultiple = 1_000
    },
  ],
  [
    'order-rate',
    (c) => {
      c.view.lastSecond = c.limits.ordersPerSecondMax
    },
  ],
  [
    'duplicate',
    (c) => {
      c.view.lastEntry = ts(c.view.now - 1)
    },
  ],
  [
    'reentry-cooldown',
    (c) => {
      c.limits.reentryCooldownMs = 1
      c.view.lastExit = c.view.now
    },
  ],
  [
    'var',
    (c) => {
      c.view.returns = new Float64Array(100).fill(-0.01)
      c.limits.varMax = moneyLimit(coins(63))
    },
  ],
  [
    'cvar',
    (c) => {
      c.view.returns = new Float64Array(100).fill(-0.01)
      c.limits.cvarMax = moneyLimit(coins(63))
    },
  ],
]

test('an order within all limits is approved', () => {
  expect(answer(approved())).toBeUndefined()
})

test('the rows are the documented rules, in the documented order', () => {
  const elsewhere: readonly RiskRule[] = ['hold', 'strategy-off', 'universe', 'exit-not-verified', 'execution', 'spot-order', 'no-size']
  expect(BREAKS.map(([rule]) => rule)).toEqual(RISK_RULES.filter((rule) => !elsewhere.includes(rule)))
})

test.each(BREAKS)('%s denies', (rule, breakIt) => {
  const c = approved()
  breakIt(c)
  expect(answer(c)).toBe(rule)
})

// A missing stop has no side: this pair alone cannot be broken at once.
const PAIRS = BREAKS.slice(1).flatMap(([rule, breakIt], k) => {
  const [before, breakBefore] = BREAKS[k] as (typeof BREAKS)[number]
  return before === 'stop-missing' ? [] : [[before, rule, breakBefore, breakIt] as const]
})
test.each(PAIRS)('%s comes before %s', (before, _rule, breakBefore, breakIt) => {
  const c = approved()
  breakIt(c)
  breakBefore(c)
  expect(answer(c)).toBe(before)
})

describe('at the limit itself an order passes', () => {
  test.each<readonly [string, (c: Case) => void]>([
    [
      'stale data',
      (c) => {
        c.view.markTs = ts(c.view.now - c.limits.staleAfterMs)
      },
    ],
    [
      'least quantity',
      (c) => {
        c.view.instrument = { ...btc, lotsMin: QUANTITY }
      },
    ],
    [
      'largest quantity',
      (c) => {
        c.view.instrument = { ...btc, lotsMax: QUANTITY }
      },
    ],
    [
      'least notional',
      (c) => {
        c.view.instrument = { ...btc, notionalMin: NOTIONAL }
      },
    ],
    [
      'account cap',
      (c) => {
        c.limits.grossMax = moneyLimit(NOTIONAL)
      },
    ],
    [
      'order notional',
      (c) => {
        c.limits.orderMax = moneyLimit(NOTIONAL)
      },
    ],
    [
      'position notional at the mark',
      (c) => {
        c.limits.positionMax = moneyLimit(coins(6_400))
      },
    ],
    [
      'gap test',
      (c) => {
        c.limits.dayLossMax = moneyLimit(cash(PLANNED * c.limits.gapTestMultiple))
      },
    ],
    [
      'order rate',
      (c) => {
        c.view.lastSecond = c.limits.ordersPerSecondMax - 1
      },
    ],
    [
      'duplicate window',
      (c) => {
        c.view.lastEntry = ts(c.view.now - c.limits.duplicateWindowMs)
      },
    ],
  ])('at the limit itself an order passes: %s', (_, change) => {
    const c = approved()
    change(c)
    expect(answer(c)).toBeUndefined()
  })
})

test('limits count the position plus worst-case open entries of the side', () => {
  const c = approved()
  c.limits.positionMax = moneyLimit(coins(12_000))
  c.view.held = 50
  c.view.openBuys = 37
  expect(answer(c)).toBeUndefined()
  c.view.openBuys = 38
  expect(answer(c)).toBe('position-notional')
  c.view.held = -50
  expect(answer(c)).toBeUndefined()
})

describe('S10 the whole position that results is judged', () => {
  const held = (c: Case, stop: number): void => {
    c.view.held = 100
    c.view.stop = ticks(stop)
    c.view.cost = coins(6_400)
    c.limits.positionMax = moneyLimit(coins(1e6))
  }

  test('S10 a second entry adds to what the first may lose: one trade and one limit', () => {
    const c = approved()
    held(c, 630_000)
    expect(answer(c)).toBe('planned-loss')
    c.limits.tradeLossFractionMax = 1
    expect(checkEntry(c.intent, QUANTITY, viewOf(c.view), c.limits, c.costs)).toMatchObject({
      rule: 'gap-test',
      // 100 to the stop, 3.465 of fee and 1.26 of slippage for what is held; the entry as it stands alone.
      figures: { planned: formatDecimal(coins(104.725) + PLANNED, 8), openRisk: '0' },
    })
  })

  test('S10 a stop that is nearer counts for what is held, and a farther one is not believed', () => {
    const c = approved()
    held(c, 639_000)
    expect(answer(c)).toBeUndefined()
    c.view.stop = ticks(600_000)
    expect(answer(c), 'the entry’s own stop is nearer').toBe('planned-loss')
  })

  test('S10 a stop in profit risks what it may give back of the day, and nothing of the trade', () => {
    const c = approved()
    held(c, 635_000)
    c.view.cost = coins(6_000)
    expect(answer(c)).toBeUndefined()
    c.limits.dayLossMax = moneyLimit(cash(3 * (PLANNED + coins(54))))
    expect(answer(c)).toBe('gap-test')
  })

  test('S10 what all others may lose is subtracted from the day first', () => {
    const c = approved()
    c.limits.dayLossMax = moneyLimit(cash(PLANNED * c.limits.gapTestMultiple))
    expect(answer(c)).toBeUndefined()
    c.view.entriesElsewhere = [{ side: 1, lots: lots(1), price: ticks(640_000), stop: ticks(639_000) }]
    expect(answer(c)).toBe('gap-test')
  })

  test('S10 the fifth of five equal entries is denied, with what the four may lose', () => {
    const c = approved()
    // Room for the fourth, three times over beside three others, and not for the fifth beside four.
    c.limits.dayLossMax = moneyLimit(cash(PLANNED * 6.5))
    c.limits.openPositionsMax = 50
    const others = (count: number) =>
      Array.from({ length: count }, () => ({ side: 1 as const, lots: QUANTITY, price: ticks(639_999), stop: ticks(630_000) }))
    for (const admitted of [0, 1, 2, 3]) {
      c.view.entriesElsewhere = others(admitted)
      expect([admitted, answer(c)]).toEqual([admitted, undefined])
    }
    c.view.entriesElsewhere = others(4)
    expect(checkEntry(c.intent, QUANTITY, viewOf(c.view), c.limits, c.costs)).toMatchObject({
      rule: 'gap-test',
      figures: { planned: formatDecimal(PLANNED, 8), multiple: 3, openRisk: formatDecimal(cash(4 * PLANNED), 8) },
    })
  })

  test('S10 an entry that rests in the symbol counts with the next one', () => {
    const c = approved()
    c.view.entries = [{ side: 1, lots: QUANTITY, price: ticks(639_999), stop: ticks(630_000) }]
    expect(answer(c)).toBe('planned-loss')
    c.view.entries = [{ side: -1, lots: QUANTITY, price: ticks(639_999), stop: ticks(650_000) }]
    expect(answer(c), 'of a pair on two sides one lives').toBeUndefined()
  })
})

test('a limit that the market fills at once is judged at the market: its stop lies on the losing side of both', () => {
  const c = approved()
  c.intent.limit = ticks(650_000)
  c.intent.stop = ticks(645_000)
  expect(answer(c)).toBe('stop-side')
  c.intent.stop = ticks(635_000)
  expect(answer(c)).toBeUndefined()
  // A stop entry fills at its trigger, beyond the market of now.
  Object.assign(c.intent, { kind: 'stop-market', limit: undefined, trigger: ticks(650_000), stop: ticks(645_000) })
  expect(answer(c)).toBeUndefined()
})

describe('a reversal', () => {
  test('what the same signal closes is not counted against the new position', () => {
    const c = approved()
    c.view.held = -100
    c.view.gross = coins(6_400)
    c.limits.grossMax = moneyLimit(NOTIONAL)
    c.view.leverage = 1
    c.view.equity = coins(6_500)
    c.limits.tradeLossFractionMax = 1
    expect(answer(c)).toBeUndefined()
    c.view.held = 0
    expect(answer(c)).toBe('account-cap')
  })
})

describe('S10 moving a stop', () => {
  const move = (stop: number, over: Partial<Figures> = {}, limits = RISK_PROFILES.sim.limits) => {
    const view = { ...figures(), held: 100, stop: ticks(630_000), cost: coins(6_400), ...over }
    return checkStopMove(viewOf(view), I, ticks(stop), limits, costs)?.rule
  }
  test.each([
    ['nearer always passes, whatever the day has lost', 635_000, { dayLoss: coins(10_000) }, undefined],
    ['a little farther passes', 628_000, {}, undefined],
    ['farther than one trade may lose is denied', 600_000, {}, 'planned-loss'],
    ['farther than the day has left is denied', 625_000, { dayLoss: coins(200) }, 'gap-test'],
    ['farther on a day that is over is denied', 629_000, { dayLoss: coins(500) }, 'day-loss'],
    ['farther than the account lives is denied', 300_000, { equity: coins(3_400) }, 'stop-beyond-liquidation'],
    ['a first stop is judged like a farther one', 600_000, { stop: undefined }, 'planned-loss'],
  ] as const)('S10 %s', (_, stop, over, expected) => {
    expect(move(stop, over)).toBe(expected)
  })
})

test('the order price is judged at the kernel’s mark: without one nothing is approved', () => {
  const c = approved()
  c.view.mark = 0
  expect(answer(c)).toBe('stale-data')
})

test('S10 the planned loss is stop distance, both fees and expected stop slippage, each rounded against us', () => {
  // 0.100 BTC from 64,000.0 to 63,000.0: 100 + 3.52 + 3.465 + 1.26 USDT.
  expect(plannedLossOf(btc, ticks(640_000), ticks(630_000), QUANTITY, costs)).toBe(coins(100 + 3.52 + 3.465 + 1.26))
  // A short to 65,000.0: 100 + 3.52 + 3.575 + 1.3 USDT.
  expect(plannedLossOf(btc, ticks(640_000), ticks(650_000), QUANTITY, costs)).toBe(coins(100 + 3.52 + 3.575 + 1.3))
})

describe('S2 exits', () => {
  const exit = (side: Side): OrderIntent => ({ ...approved().intent, class: 'reduce', side, kind: 'market' })

  test('S2 a verified reduction is approved whatever else the account looks like', () => {
    const held = fc.integer({ min: -1e6, max: 1e6 }).filter((n) => n !== 0)
    const money = fc.integer({ min: -1e15, max: 1e15 })
    fc.assert(
      fc.property(
        held,
        fc.double({ min: 0, max: 1, noNaN: true }),
        money,
        money,
        fc.integer({ min: 0, max: 1e9 }),
        (position, part, equity, gross, age) => {
          const view = figures()
          Object.assign(view, {
            held: position,
            equity,
            gross,
            dayLoss: gross,
            mark: 0,
            spread: 1e6,
            lastSecond: 1e6,
            lastMinute: 1e6,
            lastEntry: view.now,
          })
          view.markTs = ts(view.now - age)
          view.owner = strategyId('another')
          const quantity = lots(Math.max(1, Math.floor(Math.abs(position) * part)))
          expect(checkExit(exit(position > 0 ? -1 : 1), quantity, viewOf(view))).toBeUndefined()
        },
      ),
    )
  })

  test.each([
    ['flat', 0, -1, 1],
    ['the same side', 10, 1, 5],
    ['more than is held', 10, -1, 11],
    ['nothing', 10, -1, 0],
  ] as const)('an exit of %s is not verified', (_, held, side, quantity) => {
    expect(checkExit(exit(side), lots(quantity), viewOf({ ...figures(), held }))?.rule).toBe('exit-not-verified')
  })
})

describe('risk checks on spot', () => {
  const spot = (): Case => {
    const c = approved()
    c.view.instrument = { ...c.view.instrument, category: 'spot' }
    return c
  }

  test('spot is paid in full, whatever the leverage: contracts take their margin beside it', () => {
    const needed = (c: Case): string | undefined =>
      checkEntry(c.intent, QUANTITY, viewOf(c.view), c.limits, c.costs)?.figures.needed as string
    const c = spot()
    c.view.leverage = 10
    c.limits.tradeLossFractionMax = 1
    c.limits.dayLossMax = moneyLimit(coins(500))
    expect(answer(c)).toBeUndefined()
    // 6,399.99 for the coins and 0.1 % of fee: one cent too little.
    c.view.equity = coins(6_406.38)
    expect([answer(c), needed(c)]).toEqual(['margin', '6406.38999'])
    c.view.equity = coins(6_406.39)
    expect(answer(c)).toBeUndefined()
    // 1,000 of contracts at 10x and 200 of coins.
    c.view.gross = coins(1_200)
    c.view.spot = coins(200)
    expect([answer(c), needed(c)]).toEqual(['margin', '6706.38999'])
  })

  test('must fit into one market order with what is held and asked for: its stop is one', () => {
    const c = spot()
    c.view.instrument = { ...c.view.instrument, lotsMarketMax: lots(QUANTITY + 50) }
    c.view.held = 30
    c.view.openBuys = 20
    expect(answer(c)).toBeUndefined()
    c.view.held = 31
    expect(answer(c)).toBe('quantity')
  })

  test('spot keeps no maintenance margin', () => {
    const c = spot()
    c.costs.maintenanceRate = rate(2 * RATE_ONE)
    expect(answer(c)).toBeUndefined()
    c.view.gross = coins(3_000)
    c.view.spot = coins(3_000)
    c.view.equity = coins(20_000)
    expect(answer(c)).toBeUndefined()
    c.view.gross = coins(13_000)
    expect(answer(c)).toBe('stop-beyond-liquidation')
  })
})

describe('isolated margin', () => {
  const isolated = (leverage: number, stop: number): Case => {
    const c = approved()
    c.limits = { ...c.limits, marginMode: 'isolated', tradeLossFractionMax: 1, dayLossMax: UNLIMITED, weekLossMax: UNLIMITED }
    c.view.leverage = leverage
    c.intent.stop = ticks(stop)
    return c
  }

  // At 25x and 0.5 %: 63,999.9 x (1 - 1/25) / (1 - 0.005) = 61,748.647.
  test.each([
    [617_488, undefined],
    [617_480, 'stop-beyond-liquidation'],
    [600_000, 'stop-beyond-liquidation'],
  ] as const)('a stop at %s ticks, where 25x is liquidated at 617,486.5', (stop, rule) => {
    expect(answer(isolated(25, stop))).toBe(rule)
  })

  test('less leverage stands a farther stop, and cross margin stands it with all of the account', () => {
    expect(answer(isolated(5, 600_000))).toBeUndefined()
    const cross = isolated(25, 600_000)
    cross.limits.marginMode = 'cross'
    expect(answer(cross)).toBeUndefined()
  })

  test('the denial names both prices', () => {
    const c = isolated(25, 600_000)
    const denial = checkEntry(c.intent, QUANTITY, viewOf(c.view), c.limits, c.costs)
    expect(denial?.figures).toEqual({ stop: '60000', liquidation: '61748.7', leverage: 25 })
    expect(denialSentence('BTCUSDT', denial as never)).toContain('liquidated at 61,748.7, before its stop at 60,000 ')
  })

  test('a stop is not moved beyond the liquidation price of the position', () => {
    const c = isolated(25, 0)
    c.view.held = 100
    c.view.cost = NOTIONAL
    c.view.stop = ticks(630_000)
    const move = (stop: number) => checkStopMove(viewOf(c.view), I, ticks(stop), c.limits, c.costs)?.rule
    expect([move(617_488), move(617_480)]).toEqual([undefined, 'stop-beyond-liquidation'])
  })
})
