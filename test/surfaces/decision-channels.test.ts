/**
 * The channels `signals` and `decisions`: what each shows of what was journaled, and that new ones follow in order.
 */
import { expect, test } from 'vitest'
import type { ApiKey } from '../../api/auth.ts'
import { type ChannelName, channelOf } from '../../api/stream/channels.ts'
import { Feed } from '../../api/stream/feed.ts'
import type { Change, Numbered } from '../../api/stream/numbered.ts'
import type { DecisionRow } from '../../src/journal/row.ts'
import { makeWorld } from '../support/command-world.ts'

const order = (seq: number, over: Partial<DecisionRow> = {}): DecisionRow => ({
  seq,
  kind: 'order',
  orderId: seq,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  class: 'entry',
  side: 1,
  rule: null,
  detail: { reason: { rule: 'cross up', values: { fast: 1.5 } }, quantity: '0.1' },
  ts: 1_000 * seq,
  ...over,
})
const denial = (seq: number, over: Partial<DecisionRow> = {}): DecisionRow =>
  order(seq, {
    kind: 'denial',
    orderId: null,
    rule: 'stop-missing',
    detail: { reason: { rule: 'cross up', values: {} }, figures: {} },
    ...over,
  })

/** Rows as the database gives them: newest first, a page below `before`. */
type Told = readonly [ChannelName, { readonly seq: number; readonly data: Change }]
const admin: ApiKey = { id: '1', name: 'a', role: 'admin', scopes: ['admin'], autoConfirm: false, networks: null }

function feedOf(rows: DecisionRow[]) {
  const { ports } = makeWorld()
  const decisions: (typeof ports.reads)['decisions'] = async ({ limit, before, class: of, exceptStrategy }) =>
    rows
      .filter(({ seq }) => before === undefined || seq < before)
      .filter((row) => (of === undefined || row.class === of) && row.strategy !== exceptStrategy)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit)
  const feed = new Feed({ ...ports, reads: { ...ports.reads, decisions } }, (cause) => {
    throw cause
  })
  const told: Told[] = []
  const open = async (ch: ChannelName): Promise<Numbered> => {
    const asked = channelOf({ ch })
    const channel = typeof asked === 'string' ? asked : await feed.open(asked, admin)
    if (typeof channel === 'string') throw new Error(channel)
    channel.listen(({ channel: { name } }, delta) => told.push([name, JSON.parse(String(delta.frame)) as Told[1]]))
    return channel
  }
  return { feed, told, open }
}
const numberOf = ({ id }: { readonly id: string }): number => Number(id.replace('evt_', ''))
const idsOf = (channel: Numbered): unknown[] => (channel.snapshot() as readonly { id: string }[]).map(numberOf)

test('signals are entries of strategies, sent or denied; decisions are all, exits and those by hand among them', async () => {
  const rows = [order(1), order(2, { class: 'exit', side: -1 }), order(3, { strategy: 'manual' }), denial(4)]
  const { open } = feedOf(rows)
  const [signals, decisions] = [await open('signals'), await open('decisions')]
  expect([idsOf(signals), idsOf(decisions)]).toEqual([
    [1, 4],
    [1, 2, 3, 4],
  ])
  expect(signals.snapshot()).toMatchObject([
    {
      kind: 'order',
      orderId: expect.stringMatching(/^ord_0*1$/),
      strategy: 'ema-cross',
      symbol: 'BTCUSDT',
      side: 'buy',
      rule: null,
      detail: rows[0]?.detail,
      why: null,
    },
    { kind: 'denial', orderId: null, rule: 'stop-missing', detail: rows[3]?.detail, why: expect.stringMatching(/^BTCUSDT: /) },
  ])
})

test('what is decided later is appended, numbered, oldest first, and only where it belongs', async () => {
  const rows = [order(1)]
  const { feed, told, open } = feedOf(rows)
  await open('signals')
  await open('decisions')
  rows.push(order(2, { class: 'exit' }), denial(3), order(4))
  feed.wake()
  const seen = (name: ChannelName): unknown[] =>
    told.flatMap(([channel, { seq, data }]) =>
      channel === name && data.op === 'append' ? [[seq, numberOf(data.value as { id: string })]] : [],
    )
  await expect.poll(() => seen('decisions').length).toBe(3)
  expect(seen('decisions')).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
  ])
  expect(seen('signals')).toEqual([
    [1, 3],
    [2, 4],
  ])
})
