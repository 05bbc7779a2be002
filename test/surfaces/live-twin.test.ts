/**
 * `compare`: the live twin in chat, at the terminal and over REST, each cause in a sentence.
 */
import { expect, test } from 'vitest'
import type { TwinDifferenceRow, TwinReport } from '../../api/ports/twin-ports.ts'
import { twinSpan } from '../../api/commands/strategies/twin-span.ts'
import { whyText } from '../../api/commands/strategies/twin-words.ts'
import { TWIN_CAUSES } from '../../src/backtest/twin/explain.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { strategyRowOf } from '../support/strategy-row.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const row = (code: string, amount: string, more: Partial<TwinDifferenceRow> = {}): TwinDifferenceRow => ({
  code,
  part: 'entry',
  symbol: 'BTCUSDT',
  side: 'long',
  ts: AT,
  trade: 12,
  amount,
  worseBp: null,
  figures: {},
  ...more,
})
const REPORT: TwinReport = {
  strategy: 'trend',
  symbols: ['BTCUSDT'],
  from: AT - 86_400_000,
  to: AT,
  bars: 1_440,
  lateBars: 3,
  live: '-12.5',
  twin: '30',
  gap: '-42.5',
  trades: { live: 4, twin: 5, paired: 4 },
  causes: [
    { code: 'missed-bar', count: 1, amount: '-40' },
    { code: 'slippage', count: 1, amount: '-2.5' },
  ],
  differences: [
    row('slippage', '-2.5', { worseBp: 1.44 }),
    row('missed-bar', '-40', { part: 'missing', trade: null, figures: { bar: AT } }),
  ],
  notes: [{ code: 'begins-later', figures: { asked: AT - 2 * 86_400_000, began: AT - 86_400_000 } }],
}
const worldWith = (twin: TwinReport) => {
  const world = makeWorld()
  const asked: unknown[] = []
  const ports = {
    ...world.ports,
    reads: { ...world.ports.reads, strategies: async () => [strategyRowOf('trend', 'BTCUSDT')] },
    twins: {
      compare: async (query: unknown) => {
        asked.push(query)
        return twin
      },
    },
  }
  return { asked, runner: new (world.runner.constructor as new (given: typeof ports) => typeof world.runner)(ports) }
}

test('compare: result of both, the gap by cause, the largest differences first, and what was left out', async () => {
  const { asked, runner } = worldWith(REPORT)
  const { reply } = await runner.runLine('compare 7d 1', by('viewer'))
  expect(asked).toEqual([{ strategy: 'trend', days: 7 }])
  expect(reply.title).toBe('trend and its twin')
  expect(reply.fields).toEqual([
    { name: 'Window', value: '2026-01-04 12:00 UTC to 2026-01-05 12:00 UTC (24 h)' },
    { name: 'Bars', value: '1440, 3 missed live' },
    { name: 'Live', value: '-12.50 USDT, 4 trades' },
    { name: 'Twin', value: '+30.00 USDT, 5 trades' },
    { name: 'Gap', value: '-42.50 USDT; 4 of the trades are in both' },
    { name: 'BTC long, twin only', value: '-40.00 USDT: the trader was away, or the bar came late' },
  ])
  expect(reply.table?.rows).toEqual([
    ['missed bar', '1', '-40.00'],
    ['slippage', '1', '-2.50'],
  ])
  expect(reply.table?.total).toEqual(['gap', '', '-42.50'])
  expect(reply.text).toBe('1 more: /compare trend 7d 2. Begins 2026-01-04 12:00 UTC, when this code and these parameters began here.')
})

test('compare: what it cannot say comes with the next step, and a stretch that is none is refused', async () => {
  const world = makeWorld()
  const { reply } = await world.runner.runLine('compare trend', by('viewer'))
  expect([reply.title, reply.text]).toEqual(['No bar has closed here yet.', 'Try again in a minute.'])
  const wrong = await world.runner.runLine('compare trend yesterday..today', by('viewer'))
  expect(wrong.reply.text ?? wrong.reply.title).toContain('7d')
})

test('a stretch of time in words', () => {
  expect(twinSpan('7d')).toEqual({ days: 7 })
  expect(twinSpan('2026-01-01..2026-01-02')).toEqual({ from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 3) })
  expect(twinSpan('2026-01-01T06:00..')).toEqual({ from: Date.UTC(2026, 0, 1, 6) })
  expect(twinSpan('..2026-01-01T06:00:00.000Z')).toEqual({ to: Date.UTC(2026, 0, 1, 6) })
})

test('every cause has a sentence of its own', () => {
  const figures = {
    live: '1',
    twin: '2',
    rule: 'open-positions',
    open: 3,
    limit: 3,
    mode: 'off',
    trade: 9,
    act: 'panic',
    outcome: 'rejected',
  }
  const sentences = TWIN_CAUSES.map((code) => whyText(row(code, '1', { figures }), AT))
  for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|NaN|\[object/)
  expect(new Set(sentences).size).toBe(TWIN_CAUSES.length)
})
