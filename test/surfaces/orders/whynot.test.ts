/**
 * `whynot`: refusals in groups, newest first, with their sentence and what would have been sent; and the assessment in `why`.
 */
import { expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { DecisionQuery } from '../../../api/ports/ports.ts'
import type { DecisionRow } from '../../../src/journal/row.ts'
import { by, makeWorld } from '../../support/command-world.ts'

const AT = Date.UTC(2026, 0, 5, 10)
const denied = (seq: number, rule: string, detail: object, more: Partial<DecisionRow> = {}): DecisionRow => ({
  seq,
  kind: 'denial',
  orderId: null,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  class: 'entry',
  side: 1,
  rule,
  detail: { reason: { rule: 'cross', values: {} }, ...detail },
  ts: AT + seq * 60_000,
  ...more,
})
const wanted = { quantity: '0.1', price: '64000', stop: '62720' }
const spread = (bps: string) => ({ figures: { spreadBps: bps, limitBps: 8 }, wanted })
/** Newest first, as they are read. */
const ROWS: readonly DecisionRow[] = [
  denied(9, 'spread', spread('12.50')),
  denied(8, 'hold', { figures: { by: 'telegram:1', reason: 'news', price: '3000', quantity: '2' } }, { symbol: 'ETHUSDT', side: -1 }),
  denied(7, 'spread', spread('9.00')),
  denied(5, 'exit-not-verified', { figures: {} }, { class: 'reduce', side: -1, strategy: 'manual' }),
  denied(4, 'spread', spread('9.10')),
  denied(2, 'rule-of-tomorrow', { figures: { odd: { nested: true } } }),
]

function worldOf(rows: readonly DecisionRow[]) {
  const world = makeWorld()
  const asked: DecisionQuery[] = []
  const decisions = async (query: DecisionQuery) => {
    asked.push(query)
    return rows.slice(0, query.limit)
  }
  return { asked, runner: new CommandRunner({ ...world.ports, reads: { ...world.ports.reads, decisions } }) }
}

test('the same rule on the same side is told once, with its newest figures, how often, and since when', async () => {
  const { runner, asked } = worldOf(ROWS)
  const { reply } = await runner.runLine('whynot', by('viewer'))
  expect(asked).toEqual([{ kind: 'denial', limit: 500 }])
  expect(reply.title).toBe('Refused')
  expect(reply.fields).toEqual([
    {
      name: 'BTC long, ema-cross',
      value:
        'the spread is 12.50 bp, more than 8 bp (spread).\nBuy 0.1 @ 64,000, stop 62,720\n3 times, 2026-01-05 10:04 UTC to 2026-01-05 10:09 UTC',
    },
    {
      name: 'ETH short, ema-cross',
      value: 'entries were put on hold by telegram:1 (news); /resume allows them again (hold).\nSell 2 @ 3,000\n2026-01-05 10:08 UTC',
    },
    { name: 'BTC reduce, manual', value: 'there is no position to close (exit-not-verified).\n2026-01-05 10:05 UTC' },
    { name: 'BTC long, ema-cross', value: 'refused (rule-of-tomorrow).\n2026-01-05 10:02 UTC' },
  ])
})

test('fewer groups when a number is given, a strategy or a symbol by name, and nothing at all', async () => {
  const { runner, asked } = worldOf(ROWS)
  const two = await runner.runLine('whynot 2', by('viewer'))
  expect([two.reply.fields.length, two.reply.text]).toEqual([2, '2 more: /whynot 4.'])
  await runner.runLine('whynot BTC 3', by('viewer'))
  await runner.runLine('whynot EMA-cross', by('viewer'))
  await runner.runLine('whynot manual', by('viewer'))
  expect(asked.slice(1)).toEqual([
    { kind: 'denial', limit: 500, symbol: 'BTCUSDT' },
    { kind: 'denial', limit: 500, strategy: 'ema-cross' },
    { kind: 'denial', limit: 500, strategy: 'manual' },
  ])
  const none = await worldOf([]).runner.runLine('whynot', by('viewer'))
  expect([none.reply.tone, none.reply.text]).toEqual(['ok', 'No entry was refused.'])
})

test.each([
  ['whynot NOPE', 'Ballast does not trade NOPE.'],
  ['whynot 21', 'use a number from 1 to 20|<=20'],
  ['whynot BTC 1 more', 'accepts [sym|strategy] [n]'],
])('%s is answered in words', async (line, words) => {
  const { reply } = await worldOf(ROWS).runner.runLine(line, by('viewer'))
  const text = `${reply.title} ${reply.text}`
  expect(
    words.split('|<').some((each) => text.includes(each)),
    text,
  ).toBe(true)
})

test('why shows the assessment that was kept with the order, and nothing of orders of before it was kept', async () => {
  const kept = {
    score: 27,
    level: 'medium',
    reasons: [{ name: 'trade-loss', weight: 20, points: 14 }],
    quantity: '0.1',
    lossAtStop: '136.224',
    lossR: 1,
    rewardR: null,
    marginAfter: '640',
    marginFraction: 0.064,
    liquidationPrice: null,
    liquidationFraction: null,
    liquidationRanges: null,
    fees: '6.97',
    slippage: '1.26',
    marginalVar95: '157.8',
    var95After: '157.8',
    correlation: null,
  }
  const entry = denied(1, '', { risk: kept }, { kind: 'order', rule: null, orderId: 7 })
  const { reply } = await worldOf([entry]).runner.runLine('why ord_00000000007', by('viewer'))
  const fields = Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
  expect(fields).toMatchObject({
    'Risk then': '27 of 100, medium: loss of the trade 14/20',
    'After it': 'margin 640.00 USDT (6.4 % of equity), liquidation not by this symbol alone',
    'VaR 95': '+157.80 USDT a day, to 157.80',
  })
  const before = await worldOf([denied(1, '', {}, { kind: 'order', rule: null, orderId: 7 })]).runner.runLine(
    'why ord_00000000007',
    by('viewer'),
  )
  expect(before.reply.fields.map(({ name }) => name)).not.toContain('Risk then')
})
