/**
 * Holds: which one decides, what the account is called, and who may lift what.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrumentIndex, strategyId, ts } from '../../core/units.ts'
import { HOLD_CAUSES, type Hold, holdOn, liftRule, tradingState } from './holds.ts'

const hold = (part: Partial<Hold>): Hold => ({
  id: 'h',
  scope: { type: 'account' },
  effect: 'no-entries',
  cause: 'operator',
  actor: 'a',
  reason: '',
  since: ts(0),
  ...part,
})

test.each<readonly [string, readonly Partial<Hold>[]]>([
  ['running', []],
  ['running', [{ scope: { type: 'symbol', instrument: instrumentIndex(0) }, effect: 'no-orders' }]],
  ['paused', [{}]],
  ['reducing', [{ cause: 'breaker' }]],
  ['reducing', [{}, { cause: 'stale' }]],
  ['reducing', [{ cause: 'stale' }, {}]],
  ['halted', [{}, { cause: 'panic', effect: 'no-orders' }]],
  ['halted', [{ cause: 'panic', effect: 'no-orders' }, { cause: 'stale' }]],
])('%s with %o', (expected, holds) => {
  expect(tradingState(holds.map(hold))).toBe(expected)
})

test('of all that cover an order the strictest decides, in whatever order they came', () => {
  const any = fc.record({
    scope: fc.constantFrom<Hold['scope']>(
      { type: 'account' },
      { type: 'strategy', strategy: strategyId('s') },
      { type: 'symbol', instrument: instrumentIndex(1) },
    ),
    effect: fc.constantFrom<Hold['effect']>('no-entries', 'no-orders'),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), (list) => {
      const holds = list.map(hold)
      const covering = holds.filter((h) => h.scope.type !== 'strategy')
      const expected = covering.length === 0 ? undefined : covering.some((h) => h.effect === 'no-orders') ? 'no-orders' : 'no-entries'
      expect(holdOn(holds, strategyId('another'), instrumentIndex(1))?.effect).toBe(expected)
    }),
  )
})

describe('S1 who lifts what', () => {
  test.each(HOLD_CAUSES)('S1 every no-orders hold is an admin’s: %s', (cause) => {
    expect(liftRule(hold({ cause, effect: 'no-orders' }), ts(0))).toMatchObject({ liftable: true, adminOnly: true })
  })
  test.each<readonly [Hold['cause'], number, boolean]>([
    ['operator', 0, true],
    ['external', 0, true],
    ['error', 0, true],
    ['stale', 1e9, false],
    ['reconcile', 1e9, false],
  ])('S1 no-entries of cause %s at %d with an end at 100: liftable %s', (cause, now, liftable) => {
    expect(liftRule(hold({ cause, until: ts(100) }), ts(now))).toMatchObject({ liftable, adminOnly: false })
  })
  test.each([
    ['a drawdown line in its cooldown', 'breaker-orange', 100, 99, { liftable: false, adminOnly: true }],
    ['a drawdown line after it', 'breaker-red', 100, 100, { liftable: true, adminOnly: true }],
    ['the loss of a day, which has none', 'day-loss', undefined, 0, { liftable: true, adminOnly: false }],
    ['a losing streak in its pause', 'loss-streak', 100, 99, { liftable: false, adminOnly: false }],
    ['a losing streak of a strategy after it', 'loss-streak-ema-cross', 100, 100, { liftable: true, adminOnly: false }],
  ] as const)('S9 %s', (_, id, until, now, expected) => {
    const end = until === undefined ? {} : { until: ts(until) }
    expect(liftRule(hold({ id, cause: 'breaker', ...end }), ts(now))).toMatchObject(expected)
  })
})
