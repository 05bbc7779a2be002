/**
 * The risk level: each line reached and not reached, the worst wins, and nothing known is no level. Exposure and contribution by hand.
 */
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { exposureOf } from './concentration.ts'
import { contributionOf } from './contribution.ts'
import { measuresOf } from './measures.ts'
import { type Judged, type RiskLevel, riskLevelOf } from './risk-level.ts'

/** 20 returns of which nothing is known, so that a test says what is. */
const nothing = { ...measuresOf({ ts: new Float64Array(0), equity: new Float64Array(0) }, { periodsPerYear: 365 }), returns: 20 }
const tails = (value: number) => ({ 95: null, 99: value })

describe('the risk level', () => {
  test('nothing known: no level', () => {
    expect(riskLevelOf({ measures: nothing, periodsPerDay: 1 })).toEqual({ level: null, reasons: [], judged: [] })
  })

  test('too few returns: not low, but what is seen already counts', () => {
    const of = (currentDrawdown: number) => riskLevelOf({ measures: { ...nothing, returns: 19, currentDrawdown }, periodsPerDay: 1 }).level
    expect([of(0), of(0.2)]).toEqual([null, 'critical'])
  })

  const rows: readonly (readonly [Judged, number, RiskLevel])[] = [
    ['currentDrawdown', 0.0499, 'low'],
    ['currentDrawdown', 0.05, 'medium'],
    ['currentDrawdown', 0.1, 'high'],
    ['currentDrawdown', 0.15, 'critical'],
    ['maxDrawdown', 0.0999, 'low'],
    ['maxDrawdown', 0.1, 'medium'],
    ['maxDrawdown', 0.2, 'high'],
    ['maxDrawdown', 0.35, 'critical'],
    ['ulcerIndex', 0.0499, 'low'],
    ['ulcerIndex', 0.05, 'medium'],
    ['ulcerIndex', 0.2, 'critical'],
    ['volatility', 0.29, 'low'],
    ['volatility', 0.3, 'medium'],
    ['volatility', 1, 'critical'],
    ['beta', -1.1, 'low'],
    ['beta', -1.2, 'medium'],
    ['beta', 2.5, 'high'],
    ['beta', 9, 'high'],
  ]
  test.each(rows)('%s %d is %s', (measure, value, level) => {
    const judgement = riskLevelOf({ measures: { ...nothing, [measure]: value }, periodsPerDay: 1 })
    expect(judgement.level).toBe(level)
    expect(judgement.judged).toEqual([measure])
    expect(judgement.reasons.map((reason) => [reason.measure, reason.level])).toEqual(level === 'low' ? [] : [[measure, level]])
  })

  test('hourly value at risk counts as that of a day, by the root of time, and the worst method counts', () => {
    const measures = { ...nothing, var: { historical: tails(0.005), gaussian: tails(0.0125), cornishFisher: { 95: null, 99: null } } }
    // 0.0125 x sqrt(24) = 0.0612.
    expect(riskLevelOf({ measures, periodsPerDay: 24 })).toMatchObject({
      level: 'high',
      reasons: [{ measure: 'dayVar99', line: 0.06, value: expect.closeTo(0.061237, 6) as number }],
    })
    expect(riskLevelOf({ measures, periodsPerDay: 1 }).level).toBe('low')
  })

  test('consistency is a reason below 25, and never more than medium', () => {
    const of = (score: number) =>
      riskLevelOf({ measures: { ...nothing, consistency: { ...nothing.consistency, score } }, periodsPerDay: 1 }).level
    expect([of(0), of(24.9), of(25)]).toEqual(['medium', 'medium', 'low'])
  })

  test('one symbol is concentrated only where it is a part of the account that counts', () => {
    const of = (notional: number) =>
      riskLevelOf({ measures: nothing, periodsPerDay: 1, exposure: exposureOf([notional]), equity: 1_000 }).reasons.map((r) => r.measure)
    expect(of(200)).toEqual([])
    expect(of(300)).toEqual(['concentration'])
    expect(of(1_600)).toEqual(['leverage', 'concentration'])
  })

  test('the worst reason is the level and stands first; the lines of the account count where it has some', () => {
    const measures = { ...nothing, maxDrawdown: 0.22, currentDrawdown: 0.06 }
    const usual = riskLevelOf({ measures, periodsPerDay: 1 })
    expect(usual.reasons.map(({ measure, level }) => `${measure} ${level}`)).toEqual(['maxDrawdown high', 'currentDrawdown medium'])
    expect(riskLevelOf({ measures, periodsPerDay: 1, drawdown: { orange: 0.03, red: 0.05 } }).level).toBe('critical')
    expect(riskLevelOf({ measures: { ...measures, maxDrawdown: 0 }, periodsPerDay: 1, drawdown: { orange: 0.3, red: 0.5 } }).level).toBe(
      'low',
    )
  })
})

test('exposure: long and short, and as many equal symbols as would be as concentrated', () => {
  expect(exposureOf([300, -100, 0])).toEqual({ gross: 400, net: 200, hhi: 0.625, effectiveSymbols: 1.6 })
  expect(exposureOf([0])).toEqual({ gross: 0, net: 0, hhi: null, effectiveSymbols: null })
})

test('a strategy is what its closed trades made of the account: a deposit is no gain of it', () => {
  const ts = Float64Array.from([0, 1, 2, 3].map((day) => day * DAY_MS))
  // 1,000 is paid in on the second day; a trade that ends at a close belongs to the period that ends there.
  const account = { ts, equity: Float64Array.from([1_000, 1_050, 2_000, 1_900]) }
  const results = [
    { ts: DAY_MS, pnl: 50 },
    { ts: DAY_MS + 1, pnl: -21 },
    { ts: 3 * DAY_MS, pnl: -100 },
    { ts: 3 * DAY_MS + 1, pnl: 7_000 },
    { ts: -5, pnl: 7_000 },
  ]
  const { equity } = contributionOf(account, results)
  expect([...equity].map((value) => Number(value.toFixed(6)))).toEqual([1_000, 1_050, 1_029, 977.55])
})
