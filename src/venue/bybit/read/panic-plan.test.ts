/**
 * S7: what a panic past the trader closes, cancels and leaves alone, look by look.
 */
import { describe, expect, test } from 'vitest'
import type { PanicFill, PanicOrder, PanicPosition } from './panic-account.ts'
import { type PanicScope, type PanicView, coinPosition, panicPlan, spotSymbolsOf } from './panic-plan.ts'

const position = (symbol: string, side: 'Buy' | 'Sell', size: string): PanicPosition => ({
  symbol,
  side,
  size,
  positionIdx: 0,
  stopLoss: '',
})
const order = (part: Partial<PanicOrder>): PanicOrder => ({
  symbol: 'BTCUSDT',
  orderId: 'v1',
  orderLinkId: 'b1-abc123-1',
  side: 'Buy',
  qty: '1',
  reduceOnly: false,
  stopOrderType: '',
  ...part,
})
const fill = (part: Partial<PanicFill>): PanicFill => ({
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderLinkId: 'b1-abc123-1',
  execQty: '0.1',
  execTime: '5',
  execType: 'Trade',
  ...part,
})
const view = (part: Partial<PanicView>): PanicView => ({ positions: [], orders: [], fills: [], rules: new Map(), ...part })
const owned = (...positions: (PanicScope & { type: 'owned' })['positions'][number][]): PanicScope => ({ type: 'owned', positions })
const plan = (scope: PanicScope, part: Partial<PanicView>) => panicPlan(scope, ['b1-abc123-'], view(part))

describe('S7 panic past the trader', () => {
  test('closes what is owned, split by the largest market order, to the last unit', () => {
    const { closes } = plan(owned({ symbol: 'BTCUSDT', side: 'long', size: '2.5' }), {
      positions: [position('BTCUSDT', 'Buy', '2.5')],
      rules: new Map([['BTCUSDT', { step: '0.001', marketMax: '1.000' }]]),
    })
    expect(closes.map((c) => c.parts)).toEqual([['1', '1', '0.5']])
  })
  test('closes no more than is owned, and names the rest', () => {
    const { closes, untouched } = plan(owned({ symbol: 'BTCUSDT', side: 'long', size: '0.3' }), {
      positions: [position('BTCUSDT', 'Buy', '0.5'), position('SOLUSDT', 'Sell', '7')],
    })
    expect(closes.map((c) => c.quantity)).toEqual(['0.3'])
    expect(untouched).toEqual(['BTCUSDT long 0.2', 'SOLUSDT short 7'])
  })
  test('a position on the other side than ours is a stranger’s', () => {
    const { closes, untouched } = plan(owned({ symbol: 'BTCUSDT', side: 'long', size: '0.3' }), {
      positions: [position('BTCUSDT', 'Sell', '0.5')],
    })
    expect(closes).toEqual([])
    expect(untouched).toEqual(['BTCUSDT short 0.5'])
  })
  test('an entry that filled after the trader stopped counts, a stranger’s fill does not', () => {
    const { closes } = plan(owned(), {
      positions: [position('BTCUSDT', 'Buy', '0.6')],
      fills: [fill({ execQty: '0.2' }), fill({ execQty: '0.4', orderLinkId: 'other' })],
    })
    expect(closes.map((c) => c.quantity)).toEqual(['0.2'])
  })
  test('what this panic has closed already is owned no longer', () => {
    const { closes, untouched } = plan(owned({ symbol: 'BTCUSDT', side: 'long', size: '0.3' }), {
      positions: [position('BTCUSDT', 'Buy', '0.2')],
      fills: [fill({ side: 'Sell', execQty: '0.3', orderLinkId: 'b1-abc123-ek1x-1' })],
    })
    expect(closes).toEqual([])
    expect(untouched).toEqual(['BTCUSDT long 0.2'])
  })
  test('entries are canceled at once; stops and exits only when their position is gone', () => {
    const entry = order({ orderId: 'entry' })
    const exit = order({ orderId: 'exit', reduceOnly: true, orderLinkId: 'b1-abc123-2' })
    const stop = order({ orderId: 'stop', orderLinkId: '', parentOrderLinkId: 'b1-abc123-1', reduceOnly: true, stopOrderType: 'StopLoss' })
    const scope = owned({ symbol: 'BTCUSDT', side: 'long', size: '1' })
    const before = plan(scope, { positions: [position('BTCUSDT', 'Buy', '1')], orders: [entry, exit, stop] })
    expect([before.entries.map((o) => o.orderId), before.leftovers.map((o) => o.orderId)]).toEqual([['entry'], []])
    const after = plan(scope, { orders: [exit, stop] })
    expect(after.leftovers.map((o) => o.orderId)).toEqual(['exit', 'stop'])
  })
  test('orders of others are named and left', () => {
    const { entries, leftovers, untouched } = plan(owned(), {
      orders: [order({ orderLinkId: 'manual' }), order({ orderLinkId: 'b1-zzz999-4' })],
    })
    expect([entries, leftovers]).toEqual([[], []])
    expect(untouched).toHaveLength(2)
  })
  test('a person who chose a symbol gets all of it, whoever opened it', () => {
    const { closes, untouched } = plan(
      { type: 'chosen', symbols: ['ETHUSDT'] },
      {
        positions: [position('ETHUSDT', 'Sell', '3'), position('BTCUSDT', 'Buy', '1')],
      },
    )
    expect(closes.map((c) => [c.position.symbol, c.quantity])).toEqual([['ETHUSDT', '3']])
    expect(untouched).toEqual(['BTCUSDT long 1'])
  })
})

describe('S7 of spot', () => {
  const SPOT = 'BTCUSDT-SPOT'
  const rule = { step: '0.000001', marketMax: '41.5', coin: 'BTC' }
  const scope = owned({ symbol: SPOT, side: 'long', size: '0.3' })
  const rules = new Map([[SPOT, rule]])
  const spot = (part: Partial<PanicView>) => plan(scope, { rules, ...part })
  const sold = (part: Partial<PanicView>) => spot(part).closes.map((c) => c.parts)

  test.each<[string, Partial<PanicView>, string[][]]>([
    ['all of ours, where there is more', { positions: [position(SPOT, 'Buy', '0.5')] }, [['0.3']]],
    ['what there is, where it is less', { positions: [position(SPOT, 'Buy', '0.299999')] }, [['0.299999']]],
    ['nothing, where nothing is there', {}, []],
    [
      'what was bought after the scope, less the fee in coins, in whole steps',
      {
        positions: [position(SPOT, 'Buy', '2')],
        fills: [fill({ symbol: SPOT, execQty: '0.1', execFee: '0.0001000001', feeCurrency: 'BTC' })],
      },
      [['0.399899']],
    ],
    [
      'a fee that was paid in money takes no coins',
      { positions: [position(SPOT, 'Buy', '2')], fills: [fill({ symbol: SPOT, execQty: '0.1', execFee: '6', feeCurrency: 'USDT' })] },
      [['0.4']],
    ],
    [
      'no more than is left of ours after a sale of ours',
      {
        positions: [position(SPOT, 'Buy', '0.4')],
        fills: [fill({ symbol: SPOT, side: 'Sell', execQty: '0.1', execFee: '6', feeCurrency: 'USDT' })],
      },
      [['0.2']],
    ],
    [
      'nothing more once it is sold, whoever’s coins are left',
      { positions: [position(SPOT, 'Buy', '0.2')], fills: [fill({ symbol: SPOT, side: 'Sell', execQty: '0.3' })] },
      [],
    ],
    [
      'nothing on account of the perpetual of the same coins',
      { positions: [position('BTCUSDT', 'Buy', '0.5'), position(SPOT, 'Buy', '0.3')], fills: [fill({ execQty: '0.2' })] },
      [['0.2'], ['0.3']],
    ],
  ])('of spot: sells %s', (_, part, parts) => {
    expect(sold(part)).toEqual(parts)
  })
  test('splits by the largest market order', () => {
    const many = new Map([[SPOT, { ...rule, marketMax: '0.2' }]])
    expect(sold({ positions: [position(SPOT, 'Buy', '0.5')], rules: many })).toEqual([['0.2', '0.1']])
  })
  test('cancels all of ours at once, stops first of all, and leaves those of others', () => {
    const stop = order({ symbol: SPOT, orderId: 'stop', side: 'Sell', stopOrderType: 'Stop' })
    const entry = order({ symbol: SPOT, orderId: 'entry' })
    const others = order({ symbol: SPOT, orderId: 'others', orderLinkId: '', side: 'Sell', stopOrderType: 'tpslOrder' })
    const { entries, leftovers, untouched } = spot({ positions: [position(SPOT, 'Buy', '0.5')], orders: [stop, entry, others] })
    expect(entries.map((o) => o.orderId)).toEqual(['stop', 'entry'])
    expect(leftovers).toEqual([])
    // The coins that are left are listed with all other coins.
    expect(untouched).toEqual(['an order on BTCUSDT-SPOT (Sell 1)'])
  })
  test('of what a person chose, coins that are ours beside it are sold as far as they are ours', () => {
    const chosen: PanicScope = { type: 'chosen', symbols: ['ETHUSDT'], owned: [{ symbol: SPOT, side: 'long', size: '0.3' }] }
    const stop = order({ symbol: SPOT, orderId: 'stop', side: 'Sell', stopOrderType: 'Stop' })
    const positions = [position('ETHUSDT', 'Sell', '2'), position(SPOT, 'Buy', '0.5')]
    const seen = plan(chosen, { positions, orders: [stop], rules: new Map([[SPOT, rule]]) })
    expect(seen.closes.map((c) => [c.position.symbol, c.quantity])).toEqual([
      ['ETHUSDT', '2'],
      [SPOT, '0.3'],
    ])
    expect(seen.entries.map((o) => o.orderId)).toEqual(['stop'])
  })
  test('coins that nobody chose keep their stop; an entry of ours goes all the same', () => {
    const stop = order({ symbol: SPOT, orderId: 'stop', side: 'Sell', stopOrderType: 'Stop' })
    const entry = order({ symbol: SPOT, orderId: 'entry' })
    const { entries, closes, untouched } = plan({ type: 'chosen', symbols: ['ETHUSDT'] }, { orders: [stop, entry] })
    expect([entries.map((o) => o.orderId), closes]).toEqual([['entry'], []])
    expect(untouched).toEqual(['an order on BTCUSDT-SPOT (Sell 1)'])
  })
  test('looks at symbols that the scope names or that we traded after it', () => {
    const fills = [fill({ symbol: 'ETHUSDT-SPOT' }), fill({ symbol: 'XRPUSDT-SPOT', orderLinkId: 'manual' }), fill({})]
    expect(spotSymbolsOf(scope, ['b1-abc123-'], fills)).toEqual([SPOT, 'ETHUSDT-SPOT'])
    expect(spotSymbolsOf({ type: 'chosen', symbols: ['BTCUSDT', SPOT] }, ['b1-abc123-'], [])).toEqual([SPOT])
  })
  test.each([
    ['0.1234567', '0.000001', '0.123456'],
    ['129.9', '10', '120'],
    ['9', '10', undefined],
    ['0', '0.1', undefined],
  ])('%s coins in steps of %s are %s', (amount, step, size) => {
    expect(coinPosition(SPOT, { ...rule, step }, [{ coin: 'BTC', amount }])?.size).toBe(size)
    expect(coinPosition(SPOT, rule, [{ coin: 'ETH', amount }])).toBeUndefined()
  })
})
