/**
 * Each reason that the journal can hold is found under its own code, and what it does not hold is unexplained.
 */
import { expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, orderId, strategyId, ticks, tradeNumber, ts } from '../../core/units.ts'
import type { OrderDenied } from '../../kernel/fact.ts'
import type { Hold } from '../../kernel/state/holds.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { compareTwin } from './compare.ts'
import { type Both, whyNotLive, whyNotTwin, whyOtherExit } from './explain.ts'
import type { LiveRecord, LiveTrade } from './live-record.ts'

const STRATEGY = strategyId('trend')
const BTC = instrumentIndex(0)
const MINUTE = 60_000
const AT = ts(100 * MINUTE)

const EMPTY: LiveRecord = {
  strategy: STRATEGY,
  series: [{ bars: [], late: new Set(), fundings: [] }],
  begunTs: undefined,
  identity: undefined,
  termsTs: undefined,
  closed: [],
  entries: new Map(),
  denials: [],
  holds: [],
  modes: [],
  hands: [],
  lost: [],
  settings: [],
  universes: [],
}
const denial = (rule: OrderDenied['rule'], figures: OrderDenied['figures'] = {}): OrderDenied => ({
  type: 'order-denied',
  strategy: STRATEGY,
  instrument: BTC,
  class: 'entry',
  side: 1,
  rule,
  figures,
  reason: { rule: 'up', values: {} },
  ts: AT,
})
const hold: Hold = {
  id: 'pause',
  scope: { type: 'account' },
  effect: 'no-entries',
  cause: 'operator',
  actor: 'telegram:1',
  reason: 'lunch',
  since: ts(90 * MINUTE),
}
const trade = (
  decided: number,
  exit: number,
  more: { side?: Side; reason?: string; byHand?: boolean; open?: boolean } = {},
): LiveTrade => ({
  trade: {
    number: tradeNumber(7),
    side: more.side ?? 1,
    instrument: BTC,
    strategy: STRATEGY,
    entryTs: ts(decided * MINUTE),
    entryPrice: ticks(1_000),
    exitTs: ts(exit * MINUTE),
    exitPrice: ticks(1_010),
    quantity: lots(5),
    fee: cash(0),
    funding: cash(0),
    pnl: cash(0),
    entryOrderId: orderId(1),
    exitReason: more.open === true ? 'open' : (more.reason ?? 'signal'),
    open: more.open === true,
    mae: cash(0),
    mfe: cash(0),
  },
  decidedTs: ts(decided * MINUTE),
  isByHand: more.byHand === true,
  ordered: lots(5),
})
const both = (record: Partial<LiveRecord>, more: Partial<Both> = {}): Both => ({
  record: { ...EMPTY, ...record },
  live: [],
  twin: [],
  twinDenials: [],
  from: ts(50 * MINUTE),
  decidesTogether: false,
  intervalMs: MINUTE,
  ...more,
})
const hand = (act: string, at: number) => ({ instrument: BTC, act, actor: 'telegram:1', ts: ts(at * MINUTE) })

test.each<readonly [string, Both]>([
  ['unexplained', both({})],
  ['denied', both({ denials: [denial('margin')] })],
  ['hold', both({ denials: [denial('hold')] })],
  ['mode', both({ denials: [denial('strategy-off', { mode: 'closing-only' })] })],
  ['universe', both({ denials: [denial('universe', { verdict: 'rank' })] })],
  ['missed-bar', both({ denials: [denial('stale-data', { problem: 'late-bar' })] })],
  ['missed-bar', both({ series: [{ bars: [], late: new Set([AT]), fundings: [] }] })],
  ['mode', both({ modes: [{ what: 'closing-only', from: ts(80 * MINUTE), to: undefined }] })],
  ['unexplained', both({ modes: [{ what: 'off', from: ts(80 * MINUTE), to: ts(99 * MINUTE) }] })],
  ['hold', both({ holds: [{ what: hold, from: hold.since, to: undefined }] })],
  ['unexplained', both({ holds: [{ what: hold, from: hold.since, to: ts(95 * MINUTE) }] })],
  ['not-filled', both({ lost: [{ instrument: BTC, side: 1, decidedTs: AT, outcome: 'rejected', detail: '110007' }] })],
  [
    'hand',
    both({ lost: [{ instrument: BTC, side: 1, decidedTs: AT, outcome: 'canceled', detail: '' }], hands: [hand('cancel-orders', 100.5)] }),
  ],
  ['carried-in', both({}, { live: [trade(40, 120)] })],
  ['knock-on', both({}, { live: [trade(60, 120)] })],
  ['hand', both({}, { live: [trade(60, 120, { byHand: true })] })],
  ['unexplained', both({}, { live: [trade(60, 90)] })],
])('an entry of the twin alone: %s', (code, given) => {
  expect(whyNotLive(given, BTC, 1, AT).code).toBe(code)
})

test.each<readonly [string, Both, LiveTrade]>([
  ['hand', both({}), trade(100, 110, { byHand: true })],
  ['hand', both({ hands: [hand('outside-signal', 100)] }), trade(100, 110)],
  ['twin-denied', both({}, { twinDenials: [denial('margin')] }), trade(100, 110)],
  ['knock-on', both({}, { twin: [trade(90, 105)] }), trade(100, 110)],
  ['unexplained', both({}), trade(100, 110)],
])('an entry of the account alone: %s', (code, given, live) => {
  expect(whyNotTwin(given, live).code).toBe(code)
})

test.each<readonly [string | undefined, Both, LiveTrade, LiveTrade]>([
  [undefined, both({}), trade(100, 110), trade(100, 110)],
  [undefined, both({}), trade(100, 111, { reason: 'stop' }), trade(100, 110, { reason: 'stop' })],
  ['trigger', both({}), trade(100, 130, { reason: 'stop' }), trade(100, 110, { reason: 'stop' })],
  ['trigger', both({}), trade(100, 110), trade(100, 105, { reason: 'take-profit' })],
  ['hand', both({ hands: [hand('close-position', 105)] }), trade(100, 105, { reason: 'operator' }), trade(100, 110)],
  ['hand', both({ hands: [hand('change-protection', 104)] }), trade(100, 105, { reason: 'stop' }), trade(100, 110)],
  ['flattened', both({}), trade(100, 105, { reason: 'flatten' }), trade(100, 110)],
  ['exchange', both({}), trade(100, 105, { reason: 'liquidation' }), trade(100, 110)],
  ['missed-bar', both({ series: [{ bars: [], late: new Set([110 * MINUTE]), fundings: [] }] }), trade(100, 130), trade(100, 110)],
  ['unexplained', both({}), trade(100, 130), trade(100, 110)],
  ['unexplained', both({}), trade(100, 130, { open: true }), trade(100, 110)],
])('a pair that ended otherwise: %s', (code, given, live, twin) => {
  expect(whyOtherExit(given, live, twin)?.code).toBe(code)
})

test('a strategy that decides for its symbols together follows from a trade of another symbol that one side has alone', () => {
  const other = trade(60, 120)
  const elsewhere = { ...other, trade: { ...other.trade, instrument: instrumentIndex(1) } }
  const together = { decidesTogether: true }
  expect(whyNotLive(both({}, { ...together, live: [elsewhere] }), BTC, 1, AT)).toEqual({ code: 'knock-on', figures: { trade: 7 } })
  expect(whyNotTwin(both({}, { ...together, twin: [elsewhere] }), trade(100, 110))).toEqual({
    code: 'knock-on',
    figures: { since: 60 * MINUTE },
  })
  // Both have it, or each symbol decides on its own: then it explains nothing.
  expect(whyNotLive(both({}, { ...together, live: [elsewhere], twin: [elsewhere] }), BTC, 1, AT).code).toBe('unexplained')
  expect(whyNotLive(both({}, { live: [elsewhere] }), BTC, 1, AT).code).toBe('unexplained')
})

test('the same decision some seconds after the close is slippage with its delay; an exit after a knock-on is one too', () => {
  const compared = (live: LiveTrade, twin: LiveTrade, more: readonly LiveTrade[] = []) =>
    compareTwin({
      record: EMPTY,
      instruments: [makeInstrument({ index: BTC, venue: 'v', symbol: 'BTCUSDT', tickSize: '1', lotSize: '1' })],
      live: [...more, live],
      twin: [twin],
      twinDenials: [],
      from: ts(0),
      to: ts(200 * MINUTE),
      intervalMs: MINUTE,
      decidesTogether: false,
    }).differences
  const priced = (of: LiveTrade, entry: number, exit: number): LiveTrade => ({
    ...of,
    trade: { ...of.trade, entryPrice: ticks(entry), exitPrice: ticks(exit), pnl: cash((exit - entry) * 5e8) },
  })
  const late = { ...trade(100, 110), decidedTs: ts(100 * MINUTE + 14_000) }
  expect(compared(priced(late, 1_001, 1_010), priced(trade(100, 110), 1_000, 1_010))).toMatchObject([
    { part: 'entry', code: 'slippage', figures: { lateMs: 14_000 } },
  ])
  const before = priced(trade(95, 102), 1_000, 1_000)
  expect(
    compared(priced(trade(103, 130), 1_001, 1_020), priced(trade(100, 110), 1_000, 1_010), [before]).map(({ part, code }) => [part, code]),
  ).toEqual(
    expect.arrayContaining([
      ['entry', 'knock-on'],
      ['exit', 'knock-on'],
    ]),
  )
})
