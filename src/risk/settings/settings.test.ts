/**
 * Risk settings: what is taken, within which bounds, what a profile ships, and what a strategy or a symbol may have of its own.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cash, strategyId } from '../../core/units.ts'
import { fractionLimit, limitAt, moneyLimit } from '../../core/money-limit.ts'
import { PROFILE_VALUES } from '../profiles.ts'
import { scaledFraction } from '../sizing.ts'
import { conflictsOf } from './conflicts.ts'
import { type RiskSettings, rulesFor, rulesOf } from './rules.ts'
import { SETTING_KEYS, type SettingKey, settingKeyOf, settingOf } from './setting.ts'
import { compareSettings, readSetting } from './value.ts'

const coins = (n: number) => cash(Math.round(n * 1e8))
const textOf = (key: SettingKey, given: string): string | undefined => {
  const read = readSetting(key, given)
  return 'value' in read ? read.text : undefined
}
const codeOf = (key: SettingKey, given: string): string | undefined => {
  const read = readSetting(key, given)
  return 'value' in read ? undefined : read.code
}

describe('a value', () => {
  test.each<readonly [SettingKey, string, string]>([
    ['dayLoss', '5 %', '5%'],
    ['dayLoss', '5.00%', '5%'],
    ['dayLoss', '500 usdt', '500 USDT'],
    ['dayLoss', '$500', '500 USDT'],
    ['riskMax', '1.25%', '1.25%'],
    ['leverage', '3', '3x'],
    ['leverage', '3X', '3x'],
    ['collarBps', '50 bp', '50bp'],
    ['lossStreak', 'OFF', 'off'],
    ['lossStreakPause', '90min', '90min'],
    ['lossStreakPause', '48h', '2d'],
    ['reentryCooldown', '0s', '0s'],
    ['balanceScaling', 'Exponential', 'exponential'],
  ])('%s takes %s as %s', (key, given, text) => {
    expect(textOf(key, given)).toBe(text)
  })

  test.each<readonly [SettingKey, string, string]>([
    ['dayLoss', '500', 'not-a-value'],
    ['dayLoss', '', 'not-a-value'],
    ['dayLoss', '-5%', 'out-of-bounds'],
    ['dayLoss', 'NaN%', 'not-a-value'],
    ['dayLoss', '1e2%', 'not-a-value'],
    ['dayLoss', '0%', 'out-of-bounds'],
    ['dayLoss', '20.01%', 'out-of-bounds'],
    ['dayLoss', '0 USDT', 'out-of-bounds'],
    ['riskMax', '2.1%', 'out-of-bounds'],
    ['riskMax', '0.4%', 'out-of-bounds'],
    ['riskMax', '100 USDT', 'not-a-value'],
    ['leverage', '26x', 'out-of-bounds'],
    ['leverage', '0.5', 'out-of-bounds'],
    ['openPositions', '2.5', 'not-a-value'],
    ['openPositions', 'off', 'not-a-value'],
    ['staleAfter', '2', 'not-a-value'],
    ['staleAfter', '2d', 'out-of-bounds'],
    ['drawdownDecay', 'cubic', 'not-a-value'],
    ['drawdownRed', '60%', 'out-of-bounds'],
  ])('%s refuses %s: %s', (key, given, code) => {
    expect(codeOf(key, given)).toBe(code)
  })

  test('its canonical text is read as itself', () => {
    for (const values of Object.values(PROFILE_VALUES)) for (const key of SETTING_KEYS) expect(textOf(key, values[key])).toBe(values[key])
  })

  test('money never passes the hard bound of equity that a part of it has', () => {
    const read = readSetting('dayLoss', '500 USDT')
    const limit = 'value' in read && read.value.type === 'limit' ? read.value.limit : moneyLimit(cash(0))
    expect(limitAt(limit, coins(10_000))).toBe(coins(500))
    expect(limitAt(limit, coins(1_000))).toBe(coins(200))
    expect(limitAt(limit, coins(-5))).toBe(0)
  })
})

test('a name is found however it is written, and an unknown one is none', () => {
  expect(['dayLoss', 'day-loss', 'DAY_LOSS', 'dayloss'].map(settingKeyOf)).toEqual(Array(4).fill('dayLoss'))
  expect(settingKeyOf('loss')).toBeUndefined()
})

describe('profiles', () => {
  test.each(Object.entries(PROFILE_VALUES))(
    '%s ships a value within the hard bounds for every setting, and none that contradict',
    (_, values) => {
      for (const key of SETTING_KEYS) expect([key, codeOf(key, values[key])]).toEqual([key, undefined])
      expect(conflictsOf(values)).toEqual([])
    },
  )

  test.each([500, 10_000, 500_000])('with %d USDT a trade of the planned size passes the limits of the profile', (balance) => {
    for (const values of Object.values(PROFILE_VALUES)) {
      const { limits, sizing } = rulesOf(values)
      const equity = coins(balance)
      const r = sizing.type === 'risk' ? Math.min(scaledFraction(sizing.scaling, equity, equity), limits.tradeLossFractionMax) : 0
      const planned = equity * r
      const room = Math.min(planned, limitAt(limits.dayLossMax, equity) / limits.gapTestMultiple)
      // A stop 2 % away: the order must be worth Bybit's 5 USDT many times over, and fit under every limit.
      const notional = Math.min(room / 0.0213, limitAt(limits.orderMax, equity), limitAt(limits.positionMax, equity))
      expect(notional / 1e8).toBeGreaterThan(balance * 0.1)
      expect(notional).toBeLessThanOrEqual(limitAt(limits.grossMax, equity))
      expect(limitAt(limits.dayLossMax, equity)).toBeGreaterThan(room)
    }
  })

  test('no real profile is looser than the simulator’s', () => {
    for (const key of SETTING_KEYS.filter((each) => settingOf(each).stricter !== 'neither')) {
      const sim = readSetting(key, PROFILE_VALUES.sim[key])
      const live = readSetting(key, PROFILE_VALUES.live[key])
      if (!('value' in sim && 'value' in live) || sim.text === live.text) continue
      expect([key, compareSettings(key, sim.value, live.value, coins(10_000))]).toEqual([key, 'stricter'])
    }
  })
})

test.each<readonly [SettingKey, string, string, 'stricter' | 'looser']>([
  ['dayLoss', '5%', '3%', 'stricter'],
  ['dayLoss', '5%', '6%', 'looser'],
  ['dayLoss', '5%', '400 USDT', 'stricter'],
  ['dayLoss', '5%', '500 USDT', 'looser'],
  ['gapMultiple', '3', '4', 'stricter'],
  ['gapMultiple', '3', '2', 'looser'],
  ['lossStreak', 'off', '8', 'stricter'],
  ['lossStreak', '8', 'off', 'looser'],
  ['reentryCooldown', '0s', '5min', 'stricter'],
  ['dayThrottle', 'off', 'on', 'stricter'],
  ['dayThrottle', 'on', 'off', 'looser'],
  ['balanceScaling', 'linear', 'none', 'looser'],
  ['drawdownHalfLife', '1h', '2h', 'looser'],
])('%s from %s to %s is %s', (key, before, after, expected) => {
  const a = readSetting(key, before)
  const b = readSetting(key, after)
  if (!('value' in a && 'value' in b)) throw new Error('not a value')
  expect(compareSettings(key, a.value, b.value, coins(10_000))).toBe(expected)
})

test.each([
  [{ riskMin: '2%', riskMax: '1%' }, ['riskMin riskMax']],
  [{ drawdownYellow: '10%', drawdownOrange: '10%', drawdownRed: '9%' }, ['drawdownYellow drawdownOrange', 'drawdownOrange drawdownRed']],
  [{ dayLoss: '15%', weekLoss: '5%' }, []],
  [{ balanceLow: '1000 USDT', balanceHigh: '1000 USDT' }, ['balanceLow balanceHigh']],
  [{ order: '60%', position: '50%' }, []],
])('%o contradict in %o', (values, expected) => {
  expect(conflictsOf(values).map(({ key, other }) => `${key} ${other}`)).toEqual(expected)
})

describe('a strategy or a symbol of its own', () => {
  const settings = (strategies: RiskSettings['strategies'], symbols: RiskSettings['symbols']): RiskSettings => ({
    account: PROFILE_VALUES.sim,
    strategies,
    symbols,
  })

  test('of a limit the strictest counts; of the risk per trade the nearest', () => {
    const of = settings(
      { trend: { position: '50%', riskMax: '1%', collarBps: '400bp' } },
      { WIFUSDT: { position: '10%', leverage: '3x', spreadBps: '40bp' } },
    )
    const both = rulesFor(of, 'trend', 'WIFUSDT')
    expect(both.limits.positionMax).toEqual(fractionLimit(0.1))
    expect([both.limits.leverage, both.limits.collarBpsMax, both.limits.spreadBpsMax]).toEqual([3, 300, 15])
    expect(both.sizing).toMatchObject({ scaling: { rMin: 0.005, rMax: 0.01 } })
    expect(rulesFor(of, 'trend', 'BTCUSDT').limits.positionMax).toEqual(fractionLimit(0.5))
    expect(rulesFor(of, 'other', 'BTCUSDT')).toEqual(rulesOf(PROFILE_VALUES.sim))
  })

  test('its capital is a part of the account’s, in its sizes and in what it may hold', () => {
    const of = settings({ trend: { capital: '30%' } }, {})
    const half: RiskSettings = { ...of, account: { ...of.account, capital: '50%' } }
    expect(rulesFor(half, 'trend', 'BTCUSDT').sizing).toMatchObject({ capital: 0.15 })
    expect(rulesFor(half, 'trend', 'BTCUSDT').limits.grossMax).toMatchObject({ fraction: 1.5 })
    expect(
      limitAt(rulesFor(half, 'trend', 'BTCUSDT').limits.scopes?.[0]?.grossMax ?? moneyLimit(cash(0)), coins(10_000)) / 1e8,
    ).toBeCloseTo(4_500, 6)
    expect(rulesFor(half, 'other', 'BTCUSDT').sizing).toMatchObject({ capital: 0.5 })
  })

  test('what it may hold and lose stands beside the account’s limits', () => {
    const of = settings({ trend: { gross: '50%', dayLoss: '1%', openPositions: '2' } }, { WIFUSDT: { weekLoss: '100 USDT' } })
    const { limits } = rulesFor(of, 'trend', 'WIFUSDT')
    expect(limits.grossMax).toEqual(fractionLimit(3))
    expect(limits.scopes).toEqual([
      expect.objectContaining({
        strategy: strategyId('trend'),
        grossMax: fractionLimit(0.5),
        openPositionsMax: 2,
        dayLossMax: fractionLimit(0.01),
      }),
      expect.objectContaining({ strategy: undefined, weekLossMax: { cash: coins(100), fraction: 0.4 } }),
    ])
  })

  test('whatever is set for a strategy or a symbol, no limit of an entry is looser than the account’s', () => {
    const some = fc.record(
      {
        collarBps: fc.integer({ min: 1, max: 1_000 }).map((n) => `${n}bp`),
        leverage: fc.integer({ min: 1, max: 25 }).map((n) => `${n}x`),
        tradeLoss: fc.integer({ min: 5, max: 500 }).map((n) => `${n / 100}%`),
        reentryCooldown: fc.integer({ min: 0, max: 3_600 }).map((n) => `${n}s`),
        position: fc.integer({ min: 1, max: 500 }).map((n) => `${n}%`),
        order: fc.integer({ min: 1, max: 500 }).map((n) => `${n}%`),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(some, some, fc.integer({ min: 0, max: 1e6 }), (strategy, symbol, balance) => {
        const own = rulesFor(settings({ s: strategy }, { X: symbol }), 's', 'X').limits
        const { limits } = rulesOf(PROFILE_VALUES.sim)
        const equity = coins(balance)
        for (const key of ['orderMax', 'positionMax'] as const)
          expect(limitAt(own[key], equity)).toBeLessThanOrEqual(limitAt(limits[key], equity))
        expect(own.collarBpsMax).toBeLessThanOrEqual(limits.collarBpsMax)
        expect(own.leverage).toBeLessThanOrEqual(limits.leverage)
        expect(own.tradeLossFractionMax).toBeLessThanOrEqual(limits.tradeLossFractionMax)
        expect(own.reentryCooldownMs).toBeGreaterThanOrEqual(limits.reentryCooldownMs)
      }),
    )
  })
})
