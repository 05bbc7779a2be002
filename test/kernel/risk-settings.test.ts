/**
 * Limits that are set while the kernel runs, and the breakers on what a day, a week and trades in a row have lost.
 */
import { describe, expect, test } from 'vitest'
import { DAY_MS, cash, instrumentIndex, lots, strategyId, ts } from '../../src/core/units.ts'
import { limitAt } from '../../src/core/money-limit.ts'
import { PROFILE_VALUES } from '../../src/risk/profiles.ts'
import type { RiskSettings } from '../../src/risk/settings/rules.ts'
import type { SettingKey } from '../../src/risk/settings/setting.ts'
import { BTC, Bench, ETH, type Setup, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'
import { lossWhy } from '../../src/trader/commands/resume-breaker.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { SettingTarget } from '../../src/kernel/state/effective-limits.ts'

const S0 = strategyId('s0')
/** Wide enough that only what a test sets binds. */
const settings = (own: Partial<RiskSettings> = {}): RiskSettings => ({
  account: {
    ...PROFILE_VALUES.sim,
    dayLoss: '20%',
    gapMultiple: '1',
    weekLoss: '40%',
    lossStreak: 'off',
    drawdownYellow: '40%',
    drawdownOrange: '45%',
    drawdownRed: '50%',
    collarBps: '1000bp',
    staleAfter: '1h',
  },
  strategies: {},
  symbols: {},
  ...own,
})

class SettingsBench extends Bench {
  constructor(setup: Setup = {}) {
    super({ settings: settings(), sizing: { type: 'fixed', lots: lots(10) }, ...setup })
  }
  set(key: SettingKey, text: string | undefined, target: SettingTarget = { type: 'account' }): KernelFact[] {
    return this.give({
      type: 'change-risk-setting',
      setting: { target, key, text, actor: 'me', since: ts(this.now) },
      ts: ts(this.now),
    })
  }
  /** BTC opens 10 at the price and closes at another: a trade with that result in coins. */
  trade(result: number): KernelFact[] {
    this.prices[BTC] = 100
    const [entry] = ordersOf(this.say(signal(1, 90)))
    if (entry === undefined) throw new Error('the entry was denied')
    this.give(this.fillOf(entry))
    this.prices[BTC] = 100 + result / 10
    const facts = this.say(signal(0))
    const [exit] = ordersOf(facts)
    if (exit === undefined) throw new Error('no exit was sent')
    return [...this.give(this.fillOf(exit)), ...this.bar()]
  }
  get holdIds(): string[] {
    return this.kernel.holds.map(({ id }) => id)
  }
  /** As a start finds it: from the snapshot that the journal keeps. */
  restored(): Kernel {
    const kernel = new Kernel(this.config)
    kernel.restore(JSON.parse(JSON.stringify(this.kernel.snapshot())))
    return kernel
  }
}

describe('S1 a setting that is changed while it runs', () => {
  test('counts for the next entry, and is the configuration’s again when it is reset', () => {
    const bench = new SettingsBench()
    const facts = bench.set('position', '5%')
    expect(facts).toMatchObject([{ type: 'risk-setting-changed', setting: { key: 'position', text: '5%', actor: 'me' } }])
    bench.prices[BTC] = 100
    expect(brief(bench.say(signal(1, 90)))).toEqual(['denied entry: position-notional'])
    bench.set('position', undefined)
    expect(brief(bench.say(signal(1, 90)))).toEqual(['entry buy 10'])
  })

  test('of a symbol or a strategy leaves the others as they are', () => {
    const bench = new SettingsBench()
    bench.set('position', '5%', { type: 'symbol', symbol: 'BTCUSDT' })
    bench.set('openPositions', '1', { type: 'strategy', strategy: strategyId('s1') })
    bench.prices[BTC] = 100
    bench.prices[ETH] = 100
    bench.signals[BTC] = signal(1, 90)
    bench.signals[ETH] = signal(1, 90)
    expect(brief(bench.bar())).toEqual(['denied entry: position-notional', 'entry buy 10'])
  })

  test('is there after a restart, from a snapshot and from facts alone', () => {
    const bench = new SettingsBench()
    const [changed] = bench.set('gross', '50%')
    expect(bench.restored().limits.account).toEqual(bench.kernel.limits.account)
    const replayed = new Kernel(bench.config)
    replayed.foldFact(changed as KernelFact)
    expect(replayed.limits.account).toEqual(bench.kernel.limits.account)
    expect(limitAt(replayed.limits.account.grossMax, cash(10_000e8))).toBe(5_000e8)
  })

  test('leverage of a symbol is what its margin is computed with, and never more than the exchange allows', () => {
    const bench = new SettingsBench()
    bench.set('leverage', '2x', { type: 'symbol', symbol: 'BTCUSDT' })
    expect([BTC, ETH].map((i) => bench.kernel.limits.leverageOf(i))).toEqual([2, 10])
    bench.prices[BTC] = 100
    const [entry] = ordersOf(bench.say(signal(1, 90)))
    if (entry === undefined) throw new Error('the entry was denied')
    bench.give(bench.fillOf(entry))
    expect(bench.kernel.portfolio.marginUsed).toBe(500e8)
  })
})

describe('S9 what was lost', () => {
  test('a week: entries are held when it has lost its limit, though no day has', () => {
    const bench = new SettingsBench({ settings: settings({ account: { ...settings().account, weekLoss: '7%' } }) })
    // A Monday, so that the calendar's week does not end meanwhile.
    bench.now += ((8 - new Date(bench.now).getUTCDay()) % 7) * DAY_MS
    bench.bar()
    for (let day = 0; day < 2; day++) {
      bench.trade(-240)
      expect(bench.holdIds).toEqual([])
      bench.now += DAY_MS
      bench.bar()
    }
    bench.trade(-240)
    expect(bench.holdIds).toEqual(['week-loss'])
    const [hold] = bench.kernel.holds
    if (hold === undefined) throw new Error('nothing is held')
    expect(lossWhy(bench.kernel, hold)).toMatch(/^the weekly loss is 720\.00 USDT of 700\.00 USDT/)
    bench.now += 8 * DAY_MS
    bench.bar()
    expect(lossWhy(bench.kernel, hold)).toBeUndefined()
  })

  test('a strategy: it alone is held, its entries are canceled, and the account trades on', () => {
    const bench = new SettingsBench({ settings: settings({ strategies: { s0: { dayLoss: '1%' } } }) })
    expect(brief(bench.trade(-120)).filter((each) => each.startsWith('P1'))).toEqual(['P1 risk.day_loss_hit'])
    expect(bench.kernel.holds).toMatchObject([
      { id: 'day-loss-s0', scope: { type: 'strategy', strategy: S0 }, effect: 'no-entries', cause: 'breaker' },
    ])
    bench.prices[ETH] = 100
    bench.signals[ETH] = signal(1, 90)
    expect(brief(bench.bar())).toEqual(['entry buy 10'])
    bench.signals[ETH] = undefined
    bench.prices[BTC] = 100
    expect(brief(bench.say(signal(1, 90)))).toEqual(['denied entry: hold'])
  })

  test('a symbol: a position whose loss would pass it is denied before it is opened', () => {
    const bench = new SettingsBench({ settings: settings({ symbols: { BTCUSDT: { dayLoss: '1%' } } }) })
    bench.trade(-60)
    bench.prices[BTC] = 100
    const facts = bench.say(signal(1, 95))
    // 50 at the stop, and 40 are left of 100.
    expect(facts.find(({ type }) => type === 'order-denied')).toMatchObject({
      rule: 'gap-test',
      figures: { of: 'BTCUSDT', dayLossLeft: '40' },
    })
  })

  test('a streak: entries are held after so many losing trades, whatever they lost, and a resume counts anew', () => {
    const bench = new SettingsBench({ settings: settings({ account: { ...settings().account, lossStreak: '3' } }) })
    bench.trade(-10)
    bench.trade(-10)
    bench.trade(10)
    bench.trade(-10)
    bench.trade(-10)
    expect(bench.holdIds).toEqual([])
    bench.trade(-10)
    expect(bench.kernel.holds).toMatchObject([{ id: 'loss-streak', until: bench.now + 4 * 3_600_000 }])
    expect(bench.restored().portfolio.results.streakOf({ type: 'account' })).toBe(3)
    bench.give({ type: 'lift-hold', holdId: 'loss-streak', actor: 'me', ts: ts(bench.now) })
    bench.bar()
    expect(bench.holdIds).toEqual([])
    bench.trade(-10)
    expect(bench.holdIds).toEqual([])
  })
})

describe('S9 how orders are treated', () => {
  test('rejected orders: entries are held after so many within ten minutes, and counted anew after a resume', () => {
    const bench = new SettingsBench({ settings: settings({ account: { ...settings().account, rejectStorm: '3' } }) })
    const reject = (code: string): void => {
      const [entry] = ordersOf(bench.say(signal(1, 90)))
      if (entry === undefined) throw new Error('the entry was denied')
      const { instrument, orderId } = entry
      bench.give({ type: 'order-rejected', instrument, orderId, venueOrderId: undefined, code, detail: 'no', ts: ts(bench.now) })
    }
    reject('110007')
    reject('110017')
    bench.now += 600_000
    reject('110007')
    reject('110007')
    bench.bar()
    expect(bench.holdIds).toEqual([])
    reject('110007')
    expect(brief(bench.bar())).toContain('P2 risk.execution_storm')
    expect(bench.kernel.holds).toMatchObject([{ id: 'reject-storm', effect: 'no-entries', until: bench.now + 1_800_000 }])
    bench.give({ type: 'lift-hold', holdId: 'reject-storm', actor: 'me', ts: ts(bench.now) })
    bench.bar()
    expect(bench.holdIds).toEqual([])
  })

  test('slippage: a symbol is held after five fills that cost more than they may, the others trade on', () => {
    const bench = new SettingsBench({ settings: settings({ account: { ...settings().account, slippageStorm: '150bp' } }) })
    for (let fill = 0; fill < 3; fill++) {
      bench.prices[BTC] = 100
      const [entry] = ordersOf(bench.say(signal(1, 90)))
      if (entry === undefined) throw new Error('the entry was denied')
      // Decided at 100, filled at 102: 200 bp.
      bench.prices[BTC] = 102
      bench.give(bench.fillOf(entry))
      bench.prices[BTC] = 100
      const [exit] = ordersOf(bench.say(signal(0)))
      if (exit === undefined) throw new Error('no exit was sent')
      bench.prices[BTC] = 98
      bench.give(bench.fillOf(exit))
      bench.prices[BTC] = 100
      bench.bar()
    }
    expect(bench.kernel.holds).toMatchObject([{ id: 'slippage-storm-BTCUSDT', scope: { type: 'symbol', instrument: BTC } }])
    bench.signals[ETH] = signal(1, 90)
    expect(brief(bench.bar())).toEqual(['entry buy 10'])
  })
})

test('no entry in a symbol before its cooldown is over; in another one at once', () => {
  const bench = new SettingsBench()
  bench.set('reentryCooldown', '5min')
  bench.trade(10)
  bench.prices[BTC] = 100
  expect(brief(bench.say(signal(1, 90)))).toEqual(['denied entry: reentry-cooldown'])
  bench.prices[ETH] = 100
  bench.signals[ETH] = signal(1, 90)
  expect(brief(bench.bar())).toEqual(['entry buy 10'])
  bench.signals[ETH] = undefined
  for (let minute = 0; minute < 5; minute++) bench.bar()
  expect(brief(bench.say(signal(1, 90)))).toEqual(['entry buy 10'])
})

test('a position that others hold counts in the net limit (S8)', () => {
  const bench = new SettingsBench()
  bench.set('net', '15%')
  bench.prices[BTC] = 100
  bench.prices[ETH] = 100
  bench.bar()
  bench.signals[BTC] = signal(1, 90)
  bench.signals[ETH] = signal(1, 90)
  // 1,000 each: one fits into 1,500, both do not; a short of the other does.
  expect(brief(bench.bar())).toEqual(['entry buy 10', 'denied entry: net-exposure'])
  bench.signals[BTC] = undefined
  bench.signals[ETH] = signal(-1, 110)
  expect(brief(bench.bar())).toEqual(['entry sell 10'])
  expect(bench.kernel.portfolio.exposure(undefined)).toEqual({ gross: 2_000e8, netLong: 1_000e8, netShort: 1_000e8 })
  expect(bench.kernel.portfolio.symbolsAtStake()).toEqual([instrumentIndex(0), instrumentIndex(1)])
})
