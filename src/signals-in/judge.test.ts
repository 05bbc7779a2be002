/**
 * What may act: age, order and twins of a signal, and that no exit is refused for them (S15).
 */
import { describe, expect, test } from 'vitest'
import { judgeSignal, twinKey } from './judge.ts'
import { type OutsideSignal, WISHES, type Wish, isExitWish, outsideSignal } from './signal.ts'

const NOW = 1_000_000_000
const rules = { symbols: undefined, maxAgeMs: 60_000 }
const fresh = { twin: undefined, newestSentAtMs: undefined }
const signal = (wish: Wish, more: Partial<OutsideSignal> = {}): OutsideSignal =>
  outsideSignal({ symbol: 'BTCUSDT', wish, sentAtMs: NOW - 1_000, ...more })

describe('S15 an entry', () => {
  test('that is fresh may enter', () => {
    expect(judgeSignal(signal('long'), rules, fresh, NOW)).toEqual({ type: 'accepted', mayEnter: true, twin: undefined })
    expect(judgeSignal(signal('short', { sentAtMs: undefined }), rules, fresh, NOW)).toMatchObject({ type: 'accepted', mayEnter: true })
  })
  test.each([
    ['of the maximum age', NOW - 60_000, 'accepted'],
    ['older than it', NOW - 60_001, 'stale'],
    ['of a clock that is a little ahead', NOW + 60_000, 'accepted'],
    ['from the future', NOW + 60_001, 'time-ahead'],
  ])('%s', (_, sentAtMs, result) => {
    const judged = judgeSignal(signal('long', { sentAtMs }), rules, fresh, NOW)
    expect(judged.type === 'refused' ? judged.refusal.code : judged.type).toBe(result)
  })
  test('a shorter age of its own counts, a longer one does not', () => {
    const old = (maxAgeMs: number, ageMs: number) =>
      judgeSignal(signal('long', { maxAgeMs, sentAtMs: NOW - ageMs }), rules, fresh, NOW).type
    expect(old(5_000, 6_000)).toBe('refused')
    expect(old(300_000, 61_000)).toBe('refused')
  })
  test('that a newer one of the symbol has overtaken is refused', () => {
    const judged = judgeSignal(signal('long'), rules, { twin: undefined, newestSentAtMs: NOW - 900 }, NOW)
    expect(judged).toEqual({ type: 'refused', refusal: { code: 'overtaken', figures: { olderMs: 100 } } })
  })
  test('that came before is a duplicate of it', () => {
    expect(judgeSignal(signal('long'), rules, { twin: 7, newestSentAtMs: undefined }, NOW)).toEqual({ type: 'duplicate', of: 7 })
  })
})

test.each(WISHES.filter(isExitWish))('S15 %s is never refused as late, overtaken or a duplicate', (wish) => {
  const late = signal(wish, { sentAtMs: 1 })
  expect(judgeSignal(late, rules, { twin: 7, newestSentAtMs: NOW }, NOW)).toEqual({ type: 'accepted', mayEnter: false, twin: 7 })
})

test.each(['buy', 'sell'] as const)('S15 a late %s, or one that came before, only closes', (wish) => {
  expect(judgeSignal(signal(wish), rules, fresh, NOW)).toMatchObject({ type: 'accepted', mayEnter: true })
  expect(judgeSignal(signal(wish, { sentAtMs: 1 }), rules, fresh, NOW)).toMatchObject({ type: 'accepted', mayEnter: false })
  expect(judgeSignal(signal(wish), rules, { twin: 7, newestSentAtMs: undefined }, NOW)).toMatchObject({ type: 'accepted', mayEnter: false })
})

test('a symbol that the source may not name is refused, with those that it may', () => {
  const judged = judgeSignal(signal('flat', { symbol: 'ETHUSDT' }), { ...rules, symbols: ['BTCUSDT', 'SOLUSDT'] }, fresh, NOW)
  expect(judged).toEqual({
    type: 'refused',
    refusal: { code: 'symbol-not-allowed', figures: { symbol: 'ETHUSDT', allowed: 'BTCUSDT, SOLUSDT' } },
  })
})

test('twins have the same id, or without one the same wish of the same bar and order', () => {
  expect(twinKey(signal('long', { id: 'a' }))).toBe(twinKey(signal('short', { id: 'a' })))
  expect(twinKey(signal('long', { id: 'a' }))).not.toBe(twinKey(signal('long', { id: 'a', symbol: 'ETHUSDT' })))
  const bar = { barTime: '2026-01-31T11:45:00Z' }
  expect(twinKey(signal('long', { ...bar, sentAtMs: 1 }))).toBe(twinKey(signal('long', { ...bar, sentAtMs: 2 })))
  expect(twinKey(signal('long', bar))).not.toBe(twinKey(signal('short', bar)))
  expect(twinKey(signal('long', { ...bar, orderId: 'x' }))).not.toBe(twinKey(signal('long', { ...bar, orderId: 'y' })))
  expect(twinKey(signal('long', { sentAtMs: undefined }))).toBeUndefined()
})
