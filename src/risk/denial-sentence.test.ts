/**
 * Denials as an operator reads them: each rule has its sentence, with its figures and its name.
 */
import { expect, test } from 'vitest'
import { RISK_RULES, type RiskDenial } from './denial.ts'
import { denialSentence } from './denial-sentence.ts'

const CASES: readonly (readonly [RiskDenial, string])[] = [
  [
    { rule: 'hold', figures: { hold: 'pause', cause: 'person', by: '@ann', reason: 'lunch' } },
    'XRPUSDT: entries were put on hold by @ann (lunch); /resume allows them again (hold).',
  ],
  [
    { rule: 'hold', figures: { hold: 'stale', cause: 'stale', by: 'trader', reason: 'no prices for 9 s' } },
    'XRPUSDT: entries are on hold: no prices for 9 s (hold).',
  ],
  [
    { rule: 'notional-min', figures: { notional: '1.2', min: '5' } },
    'XRPUSDT: order value 1.2 USDT is below Bybit’s minimum of 5 USDT (notional-min).',
  ],
  [
    { rule: 'planned-loss', figures: { planned: '212.48013377', limit: '200.00' } },
    'XRPUSDT: planned loss 212.48 USDT at the stop is above the limit of 200.00 USDT per trade (planned-loss).',
  ],
  [
    { rule: 'order-notional', figures: { notional: '3000.0012', limit: '3000.001' } },
    'XRPUSDT: order value 3,000.0012 USDT is above the limit of 3,000.001 USDT per order (order-notional).',
  ],
  [
    { rule: 'opposite-side', figures: { symbol: 'XRPUSDT', held: '-10', next: 'close it first' } },
    'XRPUSDT: a position of -10 is open on the other side: close it first (opposite-side).',
  ],
  [
    { rule: 'opposite-side', figures: { symbol: 'XRPUSDT', worked: '#9', next: 'cancel it first' } },
    'XRPUSDT: the execution algorithm #9 is running on the other side: cancel it first (opposite-side).',
  ],
  [{ rule: 'stale-data', figures: { ageMs: 9_400, limitMs: 5_000 } }, 'XRPUSDT: the last price is 9 s old, more than 5 s (stale-data).'],
  [
    { rule: 'execution', figures: { problem: 'another order is being worked on this symbol' } },
    'XRPUSDT: another order is being worked on this symbol (execution).',
  ],
]

test.each(CASES)('%j', (denial, sentence) => {
  expect(denialSentence('XRPUSDT', denial)).toBe(sentence)
})

test('each rule has a sentence of its own that ends with its name', () => {
  const sentences = RISK_RULES.map((rule) => denialSentence('BTCUSDT', { rule, figures: {} }).replace(/\(.*\)\.$/, ''))
  expect(new Set(sentences).size).toBe(RISK_RULES.length)
  for (const rule of RISK_RULES) expect(denialSentence('BTCUSDT', { rule, figures: {} })).toContain(`(${rule}).`)
})
