/**
 * S8: what others do on the account, fact by fact: closes, positions and stops that we did not ask for.
 */
import { describe, expect, test } from 'vitest'
import { cash, lots, orderId, rate, strategyId, ticks, ts } from '../../core/units.ts'
import { ledgerSum } from '../../portfolio/ledger.ts'
import { UNKNOWN_RESULT } from '../../trading/reading-difference.ts'
import type { KernelFact } from '../fact.ts'
import { Kernel } from '../kernel.ts'
import { BTC, Bench, brief, ordersOf, signal } from '../../../test/support/kernel/kernel-run.ts'

const OWNER = strategyId('s0')
let count = 0

/** Somebody sends a market order in the app, and it fills at the price of the bench. */
function inApp(bench: Bench, side: 1 | -1, quantity: number, fee = 0): KernelFact[] {
  const venueOrderId = `app${++count}`
  const price = ticks(bench.prices[BTC] as number)
  const head = { instrument: BTC, venueOrderId, side, lots: lots(quantity), ts: ts(bench.now) } as const
  bench.adopted({ origin: 'external', reduceOnly: false, ...head })
  return bench.give({
    type: 'order-filled',
    orderId: undefined,
    tradeId: venueOrderId,
    price,
    fee: { coin: 'USDT', amount: cash(fee), rate: rate(0) },
    liquidity: 'taker',
    isComplete: true,
    ...head,
  })
}

/** The venue shows a stop of its own: new, or moved. */
function stopAt(bench: Bench, price: number, quantity = 10): KernelFact[] {
  const known = bench.kernel.orders.open(BTC).find((o) => o.venueOrderId === 'stop')
  if (known !== undefined)
    return bench.give({
      type: 'order-amended',
      instrument: BTC,
      orderId: known.orderId,
      venueOrderId: 'stop',
      lots: lots(quantity),
      limit: undefined,
      trigger: ticks(price),
      ts: ts(bench.now),
    })
  return bench.adopted({
    origin: 'attached-stop',
    venueOrderId: 'stop',
    side: -1,
    kind: 'stop-market',
    lots: lots(quantity),
    trigger: ticks(price),
    triggerBy: 'mark',
  })
}

const adopt = (bench: Bench, stop?: number, strategy = OWNER): KernelFact[] =>
  bench.give({
    type: 'adopt-external',
    instrument: BTC,
    strategy,
    stop: stop === undefined ? undefined : ticks(stop),
    actor: 'cli',
    ts: ts(bench.now),
  })
const ignore = (bench: Bench): KernelFact[] => bench.give({ type: 'ignore-external', instrument: BTC, actor: 'cli', ts: ts(bench.now) })
/** Ours, not ours, and what the venue holds. */
const lotsOf = ({ kernel: { portfolio } }: Bench): readonly number[] => [
  portfolio.positionLots(BTC),
  portfolio.externalLots(BTC),
  portfolio.venueLots(BTC),
]

describe('S8 a reduction from outside', () => {
  test.each(['read', 'streamed'] as const)('%s: booked as the operator’s close, symbol and strategy closing-only, reported once', (how) => {
    const bench = new Bench()
    bench.enter()
    bench.prices[BTC] = 110
    const facts = how === 'read' ? bench.outside(4) : inApp(bench, -1, 6)
    expect(brief(facts)).toEqual(['hold external-close-BTCUSDT no-entries', 'hold external-close-s0 no-entries', 'P1 external.reduced'])
    expect(lotsOf(bench)).toEqual([4, 0, 4])
    expect(bench.kernel.portfolio.ledger.wallet).toBe(10_060e8)
    expect(brief(how === 'read' ? bench.outside(2) : inApp(bench, -1, 2))).toEqual([])
    const closed = how === 'read' ? bench.outside(0) : inApp(bench, -1, 2)
    expect(closed.find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { exitReason: 'operator', strategy: OWNER, pnl: 100e8 } })
    expect(brief(bench.say(signal(1)))).toEqual(['denied entry: hold'])
  })

  test('a reduction from outside that no execution shows has an unknown result: nobody is said to have closed it', () => {
    const bench = new Bench()
    bench.enter()
    const facts = bench.give({
      type: 'position-adjusted',
      instrument: BTC,
      lots: lots(0),
      price: ticks(110),
      cause: UNKNOWN_RESULT,
      ts: ts(bench.now),
    })
    expect(facts.find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { exitReason: 'unknown result', pnl: 100e8 } })
    expect(facts.find((f) => f.type === 'alert-raised')).toMatchObject({
      severity: 'P1',
      data: { isPriceUnknown: true },
    })
    // What the mark was wrong by corrects the result: it is no flow.
    bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(-30e8), cause: 'reconcile', ts: ts(bench.now) })
    const { ledger, flowsSoFar } = bench.kernel.portfolio
    expect([ledger.adjustments, flowsSoFar]).toEqual([30e8, 0])
  })

  test('entries of ours are canceled, and orders of others are not', () => {
    const bench = new Bench()
    bench.enter()
    const [entry] = ordersOf(
      bench.give({
        type: 'place-orders',
        strategy: OWNER,
        instrument: BTC,
        orders: [{ side: 1, kind: 'limit', lots: lots(5), limit: ticks(90), stop: ticks(80), timeInForce: 'gtc' }],
        actor: 'cli',
        ts: ts(bench.now),
      }),
    )
    expect(brief(inApp(bench, -1, 6))[0]).toBe(`cancel ${entry?.orderId}: closed outside`)
  })

  test('beyond flat the rest is a position that is not ours', () => {
    const bench = new Bench()
    bench.enter()
    expect(brief(inApp(bench, -1, 15))).toEqual([
      'closed 0',
      'hold external-close-BTCUSDT no-entries',
      'hold external-close-s0 no-entries',
      'P1 external.reduced',
      'hold external-BTCUSDT no-entries',
      'P1 external.position',
    ])
    expect(lotsOf(bench)).toEqual([0, -5, -5])
  })
})

describe('S8 a position that is not ours', () => {
  test('a position that is not ours is counted, holds entries of the symbol, and is neither a trade nor equity of ours', () => {
    const bench = new Bench()
    const { portfolio } = bench.kernel
    expect(brief(inApp(bench, 1, 7, 3e8))).toEqual(['hold external-BTCUSDT no-entries', 'P1 external.position'])
    expect(lotsOf(bench)).toEqual([0, 7, 7])
    expect([portfolio.grossNotional, portfolio.openRisk, portfolio.openTrade(BTC)]).toEqual([700e8, 70e8, undefined])
    bench.prices[BTC] = 130
    bench.bar()
    expect([portfolio.equity, portfolio.marginEquity]).toEqual([9_997e8, 9_997e8])
    bench.prices[BTC] = 50
    bench.bar()
    expect([portfolio.equity, portfolio.marginEquity]).toEqual([9_997e8, 9_647e8])
    expect(portfolio.watch.drawdown).toBe(0)
    inApp(bench, -1, 7)
    expect([portfolio.ledger.wallet, portfolio.ledger.external, portfolio.ledger.trading]).toEqual([9_647e8, 353e8, 0])
    expect(portfolio.watch.drawdown, 'their loss is a flow').toBe(0)
    expect(ledgerSum(portfolio.ledger)).toBe(0)
  })

  test('panic and a breaker leave it alone', () => {
    const bench = new Bench()
    bench.enter()
    inApp(bench, 1, 7)
    const facts = bench.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(bench.now) })
    expect(ordersOf(facts).map((o) => [o.side, o.lots, o.reduceOnly])).toEqual([[-1, 10, true]])
    for (const command of ordersOf(facts)) bench.give(bench.fillOf(command))
    expect(lotsOf(bench)).toEqual([0, 7, 7])
    expect(brief(bench.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(bench.now) }))).toEqual(['P1 panic.started'])
  })

  test('beside ours: the wallet is the venue’s, the trade is ours alone', () => {
    const bench = new Bench()
    bench.enter()
    bench.prices[BTC] = 120
    inApp(bench, 1, 10)
    bench.bar()
    // The venue's average of both is 110, ours is 100.
    const [exit] = ordersOf(bench.say(signal(0)))
    expect(exit?.lots).toBe(10)
    const facts = bench.give(bench.fillOf(exit as never))
    expect(facts.find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { pnl: 200e8 } })
    const { ledger } = bench.kernel.portfolio
    expect([ledger.wallet, ledger.trading, ledger.external]).toEqual([10_100e8, -200e8, 100e8])
    inApp(bench, -1, 10)
    expect([ledger.wallet, ledger.external]).toEqual([10_200e8, 0])
    expect(lotsOf(bench)).toEqual([0, 0, 0])
  })

  test('an entry against it is denied once the symbol is free again', () => {
    const bench = new Bench()
    inApp(bench, 1, 7)
    ignore(bench)
    expect(brief(bench.say(signal(-1)))).toEqual(['denied entry: opposite-side'])
  })
})

describe('S8 /adopt', () => {
  test('gives an owner and a stop at once, at the mark of that moment', () => {
    const bench = new Bench()
    inApp(bench, 1, 7)
    bench.prices[BTC] = 130
    bench.bar()
    expect(brief(adopt(bench, 120))).toEqual(['external-adopted', 'stop at 120', 'lift external-BTCUSDT', 'trade-opened'])
    expect(lotsOf(bench)).toEqual([7, 0, 7])
    const openTrade = bench.kernel.portfolio.openTrade(BTC)
    expect([openTrade?.strategy, openTrade?.stop, openTrade?.entryNotional]).toEqual([OWNER, 120, 910e8])
    bench.prices[BTC] = 140
    const [exit] = ordersOf(bench.say(signal(0)))
    expect(bench.give(bench.fillOf(exit as never)).find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { pnl: 70e8 } })
    // Bought at 100 and sold at 140: the wallet got all of it, the trade what came after the adoption.
    const { ledger } = bench.kernel.portfolio
    expect([ledger.wallet, ledger.trading, ledger.external]).toEqual([10_280e8, -70e8, -210e8])
  })

  test('/adopt without a stop sets the default one; its order number is not used again', () => {
    const bench = new Bench()
    inApp(bench, -1, 7)
    const facts = adopt(bench)
    expect(brief(facts)).toContain('stop at 102')
    const fact = facts.find((f) => f.type === 'external-adopted')
    expect(bench.kernel.orders.peekOrderId()).toBe(orderId((fact?.type === 'external-adopted' ? fact.orderId : 0) + 1))
  })

  test.each([
    ['a stop that would trigger now', 100, OWNER, 'denied protective: stop-side'],
    ['another owner than the symbol’s', 90, strategyId('s1'), 'denied protective: symbol-owned'],
  ] as const)('/adopt is refused for %s', (_name, stop, strategy, expected) => {
    const bench = new Bench()
    inApp(bench, 1, 7)
    expect(brief(adopt(bench, stop, strategy))).toEqual([expected])
    expect(lotsOf(bench)).toEqual([0, 7, 7])
    expect(bench.kernel.holds).toHaveLength(1)
  })

  test('/adopt is refused where there is nothing', () => {
    expect(brief(adopt(new Bench(), 90))).toEqual(['denied protective: exit-not-verified'])
  })
})

test('S8 /ignore: entries continue, more of it holds nothing, and it survives a restart', () => {
  const bench = new Bench()
  inApp(bench, 1, 7)
  expect(brief(ignore(bench))).toEqual(['external-ignored', 'lift external-BTCUSDT'])
  expect(brief(inApp(bench, 1, 1))).toEqual([])
  const again = new Kernel(bench.config)
  again.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
  expect([again.portfolio.externalLots(BTC), again.portfolio.isExternalIgnored(BTC), again.holds]).toEqual([8, true, []])
  expect(brief(bench.say(signal(1, 90)))).toEqual(['entry buy 10'])
  // Once it is gone, the next one is news again.
  inApp(bench, -1, 8)
  expect(brief(inApp(bench, 1, 2))).toEqual(['hold external-BTCUSDT no-entries', 'cancel 3: external position', 'P1 external.position'])
})

describe('S8 a stop that moves', () => {
  const entered = (): Bench => {
    const bench = new Bench()
    bench.enter(1, 90)
    expect(brief(stopAt(bench, 90))).toEqual([])
    return bench
  }
  const move = (bench: Bench, stop: number): KernelFact[] =>
    bench.give({ type: 'change-protection', instrument: BTC, stop: ticks(stop), actor: 'cli', ts: ts(bench.now) })

  test('tightened in the app it counts from then on', () => {
    const bench = entered()
    expect(brief(stopAt(bench, 95))).toEqual(['stop-adopted', 'P3 stop.moved_outside'])
    expect(bench.kernel.portfolio.openTrade(BTC)?.stop).toBe(95)
  })

  test('loosened in the app it is set back, with an alert', () => {
    const bench = entered()
    expect(brief(stopAt(bench, 80))).toEqual(['P2 stop.moved_outside', 'stop at 90'])
    expect(brief(stopAt(bench, 90)), 'the venue has set it back').toEqual([])
  })

  test('loosened while the price is through the one that is meant, the position is closed', () => {
    const bench = entered()
    bench.prices[BTC] = 89
    bench.bar()
    expect(brief(stopAt(bench, 80))).toEqual(['P2 stop.moved_outside', 'P1 position.unprotected', 'flatten sell 10'])
  })

  test('moved by us it is neither, however late the venue shows it', () => {
    const bench = entered()
    expect(brief(move(bench, 85))).toEqual(['stop at 85'])
    expect(brief(move(bench, 92))).toEqual(['stop at 92'])
    expect(brief(stopAt(bench, 85))).toEqual([])
    expect(brief(stopAt(bench, 92))).toEqual([])
    expect(bench.kernel.portfolio.openTrade(BTC)?.stop).toBe(92)
    expect(brief(stopAt(bench, 85)), 'this time it was not us').toEqual(['P2 stop.moved_outside', 'stop at 92'])
  })

  test('resized with the position it is neither', () => {
    const bench = entered()
    inApp(bench, -1, 4)
    expect(brief(stopAt(bench, 90, 6))).toEqual([])
  })

  test('removed in the app it is set again, and that is said once', () => {
    const bench = entered()
    const missing = (bareMs: number): string[] =>
      brief(bench.give({ type: 'protection-missing', instrument: BTC, bareMs, ts: ts(bench.now) }))
    const id = bench.kernel.orders.open(BTC).find((o) => o.venueOrderId === 'stop')?.orderId
    bench.give({ type: 'order-canceled', instrument: BTC, orderId: id, venueOrderId: 'stop', cause: 'CancelByUser', ts: ts(bench.now) })
    expect(missing(800)).toEqual(['P2 stop.moved_outside', 'stop at 90'])
    expect(missing(3_400)).toEqual(['stop at 90'])
    expect(missing(6_000)).toEqual(['P1 position.unprotected', 'stop at 90'])
  })

  test('a stop that moves: one for a part of the position is theirs', () => {
    const bench = entered()
    const part = bench.adopted({
      origin: 'attached-stop',
      venueOrderId: 'part',
      side: -1,
      kind: 'stop-market',
      lots: lots(3),
      trigger: ticks(97),
    })
    expect(brief(part)).toEqual([])
    expect(bench.kernel.portfolio.openTrade(BTC)?.stop).toBe(90)
  })
})

test('S8 an open order of somebody else is reported and left alone', () => {
  const bench = new Bench()
  const facts = bench.adopted({
    origin: 'external',
    venueOrderId: 'theirs',
    clientOrderId: 'app',
    side: 1,
    kind: 'limit',
    lots: lots(6),
    limit: ticks(99),
    reduceOnly: false,
  })
  expect(brief(facts)).toEqual(['P4 external.order'])
  expect(bench.kernel.portfolio.openEntryLots(BTC, 1)).toBe(6)
  expect(brief(bench.give({ type: 'cancel-orders', orderId: undefined, actor: 'cli', ts: ts(bench.now) }))).toEqual([])
})

describe('a symbol that stops trading', () => {
  const change = (bench: Bench, status: 'trading' | 'closed' | 'delivering'): KernelFact[] =>
    bench.give({ type: 'instrument-changed', instrument: BTC, status, ts: ts(bench.now) })

  test('takes no entries, loses those that are open, and lets exits pass (S2)', () => {
    const bench = new Bench()
    bench.enter()
    expect(brief(change(bench, 'delivering'))).toEqual(['P2 symbol.delisting'])
    expect(brief(bench.say(signal(0)))).toEqual(['reduce sell 10'])
    const other = new Bench()
    change(other, 'closed')
    expect(brief(other.say(signal(1)))).toEqual(['denied entry: instrument-status'])
    expect(brief(change(other, 'trading'))).toEqual(['P3 instrument.changed'])
    expect(brief(other.say(signal(1)))).toEqual(['entry buy 10'])
  })

  test('a symbol that stops trading is known after a restart', () => {
    const bench = new Bench()
    change(bench, 'closed')
    const again = new Kernel(bench.config)
    again.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
    expect(again.portfolio.instrumentStatus(BTC)).toBe('closed')
  })
})

test('S8 a symbol that ends on the exchange closes what is held as delisted: no hand, no hold', () => {
  const bench = new Bench()
  bench.enter(1, 90)
  const settled = { instrument: BTC, venueOrderId: 'delivery-1', side: -1 as const, lots: lots(10), ts: ts(bench.now) }
  const adopted = bench.adopted({ ...settled, origin: 'delivery' })
  const closed = bench.give({
    ...settled,
    type: 'order-filled',
    orderId: undefined,
    tradeId: 'd1',
    price: ticks(100),
    fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
    liquidity: 'taker',
    isComplete: true,
  })
  expect(brief(adopted)).toEqual(['P2 symbol.delisted'])
  expect(closed.find((fact) => fact.type === 'trade-closed')).toMatchObject({ trade: { exitReason: 'delisted' } })
  expect([bench.held, bench.kernel.holds]).toEqual([0, []])
})
