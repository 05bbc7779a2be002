/**
 * Figures and times of the page are those of chat and terminal.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { time as chatTime } from '../../api/commands/words/format.ts'
import { inZone } from '../../api/commands/words/zone.ts'
import { session } from './api.ts'
import { age, dayPercent, distance, gaugesOf, time } from './show.ts'

const ACCOUNT = {
  equity: '9958.13345332',
  dayPnl: '-41.86654668',
  dayLossLeft: '458.13345332',
  drawdown: 0.025,
  grossNotional: '17199.556',
  marginUsed: '1719.9556',
  limits: {
    dayLossMax: '500',
    weekLoss: '250',
    weekLossLeft: '750',
    grossMax: '29874.4',
    net: '-2987.44',
    netMax: '29874.4',
    openPositions: 2,
    openPositionsMax: 20,
    lossStreak: 15,
    lossStreakMax: 15,
    drawdownOrange: 0.1,
  },
}

describe('times', () => {
  afterEach(() => session.set('asking'))
  test.each(['UTC', 'Europe/Vienna', 'Asia/Kolkata'])('a time in %s reads as it does in chat', (zone) => {
    session.set({
      id: 's',
      actor: 'telegram:1',
      name: 'ann',
      role: 'admin',
      csrf: 'c',
      expiresAt: '2026-02-01T00:00:00.000Z',
      profile: 'sim',
      zone,
    })
    for (const [at, now] of [
      ['2026-01-05T14:02:07.000Z', '2026-01-05T15:00:00.000Z'],
      ['2026-01-05T23:30:00.000Z', '2026-01-06T00:30:00.000Z'],
      ['2025-07-01T08:00:00.000Z', '2026-01-06T00:30:00.000Z'],
    ] as const)
      expect(time(at, now)).toBe(inZone(zone, () => chatTime(Date.parse(at), Date.parse(now))))
  })
  test('what has no time is a dash', () => {
    expect([time(null, '2026-01-05T15:00:00.000Z'), age(null, '2026-01-05T15:00:00.000Z')]).toEqual(['–', '–'])
  })
  test('an age is counted to the market’s clock', () => {
    expect(age('2026-01-05T14:00:00.000Z', '2026-01-05T17:20:00.000Z')).toBe('3 h 20 min')
  })
})

describe('figures', () => {
  test('the day is a part of the equity that it began with', () => {
    // 100 of 10,000 at the start, and not of the 9,900 that are left.
    expect([dayPercent('9900', '-100'), dayPercent('10150', '150'), dayPercent('100', '100')]).toEqual(['-1.00 %', '+1.50 %', '–'])
  })
  test('a distance has its sign, seen from the price', () => {
    expect([distance('98', '100'), distance('100.5', '100')]).toEqual(['-2.00 %', '+0.50 %'])
  })
  test('a gauge has what is used, the limit, and what is left, without a digit lost', () => {
    const gauges = gaugesOf(ACCOUNT)
    const of = (name: string) => gauges.find((gauge) => gauge.name === name)
    expect(of('Day loss')).toEqual({
      name: 'Day loss',
      used: '41.86654668',
      most: '500',
      unit: 'USDT',
      part: 0.083733,
      left: '458.13345332',
    })
    expect(of('Week loss')).toMatchObject({ used: '250', most: '1000', part: 0.25, left: '750' })
    expect(of('Net exposure')).toMatchObject({ used: '2987.44', part: 0.1, left: '26886.96' })
    expect(of('Losses in a row')).toMatchObject({ part: 1, left: '0' })
    expect(of('Drawdown')).toMatchObject({ used: '2.5', most: '10', unit: '%', part: 0.25, left: '7.5' })
  })
  test('a day that won has used nothing of its limit', () => {
    expect(gaugesOf({ ...ACCOUNT, dayPnl: '104.34', dayLossLeft: '500' })[0]).toMatchObject({
      name: 'Day loss',
      used: '0',
      most: '500',
      part: 0,
    })
  })
  test('a limit that does not count here has no gauge', () => {
    expect(gaugesOf({ ...ACCOUNT, limits: null }).map(({ name }) => name)).toEqual(['Day loss', 'Margin'])
    expect(gaugesOf({ ...ACCOUNT, limits: { ...ACCOUNT.limits, lossStreakMax: null } }).map(({ name }) => name)).not.toContain(
      'Losses in a row',
    )
  })
})
