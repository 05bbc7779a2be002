/**
 * Which state of its life a strategy is shown in.
 */
import { expect, test } from 'vitest'
import { strategyRowOf } from '../../test/support/strategy-row.ts'
import type { HoldRow, StrategyRow } from './row.ts'
import { type LifeState, strategyLife } from './strategy-life.ts'

const row = (over: Partial<StrategyRow> = {}): StrategyRow => strategyRowOf('trend', 'BTCUSDT', { definition: 'ema-cross', ...over })
const hold = (scope: string, effect = 'no-entries'): HoldRow => ({
  holdId: scope,
  scope,
  effect,
  cause: 'operator',
  actor: 'telegram:1',
  reason: 'news',
  since: 1,
  until: null,
})
const eth = (over: Partial<StrategyRow> = {}): StrategyRow => row({ symbol: 'ETHUSDT', ...over })

test.each<[string, readonly StrategyRow[], readonly HoldRow[], LifeState, string]>([
  ['has decided', [row()], [], 'running', ''],
  ['has not decided yet', [row({ lastDecisionTs: null })], [], 'created', 'has not decided yet'],
  ['one symbol of two has decided', [row(), eth({ lastDecisionTs: null })], [], 'running', ''],
  ['the symbol with most bars to go counts', [row({ barsMissing: 3 }), eth({ barsMissing: 12 })], [], 'warming', '12 more bars'],
  ['one bar', [row({ barsMissing: 1, lastDecisionTs: null })], [], 'warming', '1 more bar'],
  ['the account', [row()], [hold('account')], 'paused', 'entries of the account on hold by telegram:1: news'],
  ['itself', [row()], [hold('strategy:trend')], 'paused', 'entries of this strategy on hold by telegram:1: news'],
  [
    'both',
    [row()],
    [hold('strategy:trend'), hold('account', 'no-orders')],
    'paused',
    'orders of the account on hold by telegram:1: news; entries of this strategy on hold by telegram:1: news',
  ],
  ['another strategy', [row()], [hold('strategy:trend-2'), hold('symbol:XRPUSDT')], 'running', ''],
  ['its only symbol', [row()], [hold('symbol:BTCUSDT')], 'paused', 'entries of BTCUSDT on hold by telegram:1: news'],
  ['one symbol of two', [row(), eth()], [hold('symbol:ETHUSDT')], 'running', 'entries of ETHUSDT on hold by telegram:1: news'],
  [
    'warming and held',
    [row({ barsMissing: 2 })],
    [hold('account')],
    'warming',
    '2 more bars; entries of the account on hold by telegram:1: news',
  ],
  ['switched off, whatever holds it', [row({ mode: 'off', modeCause: 'by cli:1' })], [hold('account')], 'off', 'by cli:1'],
  ['closing only', [row({ mode: 'closing-only', modeCause: 'by cli:1', barsMissing: 5 })], [], 'closing-only', 'by cli:1'],
  ['errored', [row({ mode: 'errored', modeCause: 'it threw', lastDecisionTs: null })], [], 'errored', 'it threw'],
])('%s: %#', (_name, own, holds, state, why) => {
  expect(strategyLife(own, holds)).toEqual({ state, why, barsMissing: Math.max(...own.map(({ barsMissing }) => barsMissing)) })
})
