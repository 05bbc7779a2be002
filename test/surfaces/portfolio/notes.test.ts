/**
 * Notes and tags: written by who may, kept apart from each other, shown where the trade is, and on the record.
 */
import { expect, test } from 'vitest'
import type { TradeRow } from '../../../src/journal/row.ts'
import { type World, by, makeWorld } from '../../support/command-world.ts'

const trade: TradeRow = {
  number: 12,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  side: 1,
  entryTs: 1_000,
  entryPrice: '64000',
  exitTs: 61_000,
  exitPrice: '64100',
  quantity: '0.05',
  fee: '3.5',
  funding: '0',
  pnl: '1.5',
  resultR: '0.03',
  exitReason: 'signal',
  entryOrderId: 7,
  mae: '1',
  mfe: '6',
  isOpen: false,
}
function world(): World {
  const made = makeWorld()
  made.trades = [trade]
  return made
}

test('a note and tags are written, shown with the trade, in the list and by why, and audited', async () => {
  const made = world()
  await made.runner.runLine('note 12 late entry, chased it', by('operator'))
  await made.runner.runLine('tag #12 #Breakout, late late', by('operator'))
  expect(made.notes.get(12)).toEqual({ tradeNumber: 12, note: 'late entry, chased it', tags: ['breakout', 'late'] })
  for (const line of ['trade 12', 'why 12'])
    expect((await made.runner.runLine(line, by('viewer'))).reply.fields).toEqual(
      expect.arrayContaining([
        { name: 'Tags', value: 'breakout, late' },
        { name: 'Note', value: 'late entry, chased it' },
      ]),
    )
  expect((await made.runner.runLine('trades', by('viewer'))).reply.text).toBe('#12 [breakout] [late] late entry, chased it')
  expect(
    made.audit
      .filter(({ command, decision }) => (command === 'note' || command === 'tag') && decision !== 'begun')
      .map(({ command, decision, actor }) => [command, decision, actor]),
  ).toEqual([
    ['note', 'done', 'telegram:1'],
    ['tag', 'done', 'telegram:1'],
  ])
  expect(made.sent).toEqual([])
})

test('off takes one off and leaves the other', async () => {
  const made = world()
  await made.runner.runLine('note 12 text', by('operator'))
  await made.runner.runLine('tag 12 a', by('operator'))
  await made.runner.runLine('note 12 off', by('operator'))
  expect(made.notes.get(12)).toEqual({ tradeNumber: 12, note: '', tags: ['a'] })
  await made.runner.runLine('tag 12 off', by('operator'))
  expect(made.notes.get(12)?.tags).toEqual([])
})

test.each([
  ['note 13 text', 'operator', 'refused'],
  ['note 12 text', 'viewer', 'forbidden'],
  ['tag 12 <b>', 'operator', 'invalid'],
  [`tag 12 ${Array.from({ length: 11 }, (_, at) => `t${at}`).join(',')}`, 'operator', 'invalid'],
  [`note 12 ${'x'.repeat(401)}`, 'operator', 'invalid'],
] as const)('%s by a %s is %s', async (line, role, status) => {
  const made = world()
  expect((await made.runner.runLine(line, by(role))).status).toBe(status)
  expect(made.notes.size).toBe(0)
})
