/**
 * S12 as a table: what is read of the account, on live and elsewhere, and the findings that follow.
 */
import type { ConditionsReading, KeyCondition, SymbolCondition } from '../../venue/port/conditions.ts'
import { describe, expect, test } from 'vitest'
import { rate } from '../../core/units.ts'
import { FINDING_CODES, type Wanted, findingsOf } from './preconditions.ts'

const DAY_MS = 86_400_000
const NOW = 1_790_000_000_000
const read = <T>(value: T) => ({ type: 'read', value }) as const
const failed = (type: 'auth' | 'venue-down', code: string) => ({ type: 'failed', error: { type, code, detail: 'said' } }) as const

const key: KeyCondition = {
  isReadOnly: false,
  mayTrade: true,
  mayTradeSpot: true,
  mayWithdraw: false,
  mayTransfer: false,
  isBoundToIp: true,
  expiresAtMs: NOW + 90 * DAY_MS,
}
const btc: SymbolCondition = { symbol: 'BTCUSDT', isHedge: false, isHeld: false, leverage: 3, isReduceOnly: false, autoAddsMargin: false }
const good: ConditionsReading = {
  key: read(key),
  marginMode: read('REGULAR_MARGIN'),
  symbols: read([btc]),
  borrowed: read([]),
  fees: read([{ symbol: 'BTCUSDT', takerRate: rate(5_500_000) }]),
  spotFees: { type: 'absent' },
  dcp: read({ isOn: false, windowSec: 0 }),
  spotDcp: read({ isOn: false, windowSec: 0 }),
}
const wanted: Wanted = {
  isLive: true,
  isObserving: false,
  leverageOf: () => 3,
  marginMode: 'cross',
  takerRate: rate(5_500_000),
  spotTakerRate: rate(10_000_000),
  spotSymbols: [],
  wallMs: NOW,
  skewMs: 20,
  before: undefined,
}

const brief = (reading: Partial<ConditionsReading>, over: Partial<Wanted> = {}): string[] =>
  findingsOf({ ...good, ...reading }, { ...wanted, ...over }).map(
    (f) => `${f.code}${f.symbol === undefined ? '' : ` ${f.symbol}`} ${f.effect} ${f.severity}`,
  )
const withKey = (part: Partial<KeyCondition>): Partial<ConditionsReading> => ({ key: read({ ...key, ...part }) })
const withSymbol = (part: Partial<SymbolCondition>): Partial<ConditionsReading> => ({ symbols: read([{ ...btc, ...part }]) })

const ROWS: readonly (readonly [
  string,
  Partial<ConditionsReading>,
  Partial<Wanted>,
  live: readonly string[],
  elsewhere: readonly string[],
])[] = [
  ['all is well', {}, {}, [], []],
  ['a right to withdraw', withKey({ mayWithdraw: true }), {}, ['key.has_withdraw refuse P1'], ['key.has_withdraw warn P3']],
  ['a right to transfer', withKey({ mayTransfer: true }), {}, ['key.has_transfer refuse P1'], ['key.has_transfer warn P3']],
  [
    'a right gained while we ran',
    withKey({ mayWithdraw: true }),
    { before: new Set() },
    ['key.has_withdraw refuse P1'],
    ['key.has_withdraw warn P1'],
  ],
  [
    'a right that was known',
    withKey({ mayWithdraw: true }),
    { before: new Set(['key.has_withdraw']) },
    ['key.has_withdraw refuse P1'],
    ['key.has_withdraw warn P3'],
  ],
  ['a read-only key', withKey({ isReadOnly: true, mayTrade: false }), {}, ['key.read_only refuse P1'], ['key.read_only refuse P1']],
  ['no right to trade', withKey({ mayTrade: false }), {}, ['key.no_trade refuse P1'], ['key.no_trade refuse P1']],
  ['no right for spot, where none is traded', withKey({ mayTradeSpot: false }), {}, [], []],
  [
    'no right for spot',
    withKey({ mayTradeSpot: false }),
    { spotSymbols: ['BTCUSDT-SPOT'] },
    ['key.no_spot refuse P1'],
    ['key.no_spot refuse P1'],
  ],
  [
    'dearer spot',
    { spotFees: read([{ symbol: 'BTCUSDT-SPOT', takerRate: rate(10_000_001) }]) },
    {},
    ['fee.unexpected hold P2'],
    ['fee.unexpected warn P3'],
  ],
  ['spot as risk counts it', { spotFees: read([{ symbol: 'BTCUSDT-SPOT', takerRate: rate(10_000_000) }]) }, {}, [], []],
  ['no address', withKey({ isBoundToIp: false }), {}, ['key.no_ip hold P2'], ['key.no_ip warn P3']],
  ['two weeks left', withKey({ expiresAtMs: NOW + 14 * DAY_MS }), {}, [], []],
  ['less than two weeks', withKey({ expiresAtMs: NOW + 14 * DAY_MS - 1 }), {}, ['key.expiring warn P3'], ['key.expiring warn P3']],
  ['the last day', withKey({ expiresAtMs: NOW + 1_000 }), {}, ['key.expiring warn P1'], ['key.expiring warn P1']],
  ['a key without end', withKey({ expiresAtMs: undefined }), {}, [], []],
  ['a key that is not accepted', { key: failed('auth', '33004') }, {}, ['key.invalid refuse P1'], ['key.invalid refuse P1']],
  ['another region', { key: failed('auth', '10024') }, {}, ['account.region refuse P1'], ['account.region refuse P1']],
  ['rights that cannot be read', { key: failed('venue-down', 'no-reply') }, {}, ['account.unread hold P2'], ['account.unread warn P3']],
  ['isolated margin', { marginMode: read('ISOLATED_MARGIN') }, {}, ['account.margin_mode hold P2'], ['account.margin_mode hold P2']],
  ['cross margin where isolated is set', {}, { marginMode: 'isolated' }, ['account.margin_mode hold P2'], ['account.margin_mode hold P2']],
  ['isolated margin as it is set', { marginMode: read('ISOLATED_MARGIN') }, { marginMode: 'isolated' }, [], []],
  [
    'the margin mode of before a setting was changed',
    {},
    { marginMode: 'isolated', isMarginModeOwn: true },
    ['account.margin_mode_pending hold P4'],
    ['account.margin_mode_pending hold P4'],
  ],
  ['a loan', { borrowed: read([{ coin: 'BTC', amount: '0.1' }]) }, {}, ['account.borrowed hold P2'], ['account.borrowed hold P2']],
  [
    'dearer fees than risk counts with',
    { fees: read([{ symbol: 'BTCUSDT', takerRate: rate(6_000_000) }]) },
    {},
    ['fee.unexpected hold P2'],
    ['fee.unexpected warn P3'],
  ],
  ['cheaper fees', { fees: read([{ symbol: 'BTCUSDT', takerRate: rate(2_000_000) }]) }, {}, [], []],
  ['fees that cannot be read', { fees: failed('venue-down', 'no-reply') }, {}, ['account.unread warn P3'], ['account.unread warn P3']],
  ['an environment without fees and DCP', { fees: { type: 'absent' }, dcp: { type: 'absent' } }, {}, [], []],
  ['hedge mode', withSymbol({ isHedge: true }), {}, ['account.position_mode BTCUSDT hold P1'], ['account.position_mode BTCUSDT hold P1']],
  [
    'another leverage in a position',
    withSymbol({ leverage: 50, isHeld: true }),
    {},
    ['account.leverage BTCUSDT hold P2'],
    ['account.leverage BTCUSDT hold P2'],
  ],
  [
    'the leverage of before a setting was changed, in a position',
    withSymbol({ leverage: 50, isHeld: true }),
    { leverageSet: () => 50 },
    ['account.leverage_pending BTCUSDT hold P4'],
    ['account.leverage_pending BTCUSDT hold P4'],
  ],
  ['reduce-only', withSymbol({ isReduceOnly: true }), {}, ['account.reduce_only BTCUSDT hold P2'], ['account.reduce_only BTCUSDT hold P2']],
  [
    'auto-add margin',
    withSymbol({ autoAddsMargin: true }),
    {},
    ['account.auto_add_margin BTCUSDT hold P2'],
    ['account.auto_add_margin BTCUSDT hold P2'],
  ],
  ['half a second of skew', {}, { skewMs: 501 }, ['clock.skew warn P2'], ['clock.skew warn P2']],
  ['a second ahead', {}, { skewMs: 950 }, ['clock.skew refuse P2'], ['clock.skew refuse P2']],
  ['far behind', {}, { skewMs: -4_100 }, ['clock.skew refuse P2'], ['clock.skew refuse P2']],
]

describe('S12 findings', () => {
  test.each(ROWS)('findings: %s', (_, reading, over, live, elsewhere) => {
    expect(brief(reading, over)).toEqual(live)
    expect(brief(reading, { ...over, isLive: false })).toEqual(elsewhere)
  })

  test('each code is reached, and says what to do in a sentence of its own', () => {
    const all = [...ROWS.map(([, reading, over]) => [reading, over] as const), [{}, { isObserving: true }] as const].flatMap(
      ([reading, over]) => findingsOf({ ...good, ...reading }, { ...wanted, ...over }),
    )
    expect([...new Set(all.map((f) => f.code))].sort()).toEqual([...FINDING_CODES].sort())
    for (const finding of all) {
      expect(finding.sentence).toMatch(/\.$/)
      expect(finding.next).toMatch(/\.$/)
    }
  })
})

test('who only looks needs a key that can only look, and nothing that trading needs', () => {
  const look = (part: Partial<KeyCondition>): string[] =>
    brief(
      { ...withKey(part), ...withSymbol({ isHedge: true, leverage: 50 }), marginMode: read('ISOLATED_MARGIN') },
      { isObserving: true, isLive: false },
    )
  expect(look({ isReadOnly: true, mayTrade: false, isBoundToIp: false })).toEqual([])
  expect(look({})).toEqual(['key.can_trade warn P3'])
  expect(look({ isReadOnly: true, mayWithdraw: true })).toEqual(['key.has_withdraw refuse P1'])
  expect(look({ isReadOnly: true, expiresAtMs: NOW + 3 * DAY_MS })).toEqual(['key.expiring warn P3'])
  expect(look({ mayTransfer: true })).toEqual(['key.has_transfer refuse P1'])
})

test.each([
  [14, undefined],
  [13.9, 14],
  [7, 14],
  [6.9, 7],
  [1, 7],
  [0.9, 1],
  [-1, 1],
])('a key that ends in %d days is at the stage of %s, and each is reported', (days, stage) => {
  const found = findingsOf({ ...good, ...withKey({ expiresAtMs: NOW + days * DAY_MS }) }, wanted)
  expect(found.map((finding) => finding.stage)).toEqual(stage === undefined ? [] : [stage])
})
