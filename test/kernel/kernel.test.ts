/**
 * The kernel input by input: state, input, and the whole factBuffer that follows.
 */
import { moneyLimit } from '../../src/core/money-limit.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/core/assert.ts'
import { MINUTE_MS, type Side, cash, lots, strategyId, ticks, ts } from '../../src/core/units.ts'
import type { Hold } from '../../src/kernel/state/holds.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { SubmitOrder } from '../../src/trading/event.ts'
import { BTC, Bench, ETH, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'

describe('signals', () => {
  test('a signal becomes an order with its id, its stop and its planned loss', () => {
    const bench = new Bench()
    const facts = bench.say(signal(1, 90))
    expect(brief(facts)).toEqual(['entry buy 10'])
    const [order] = ordersOf(facts)
    expect(order).toMatchObject({ clientOrderId: 'b1-tests1-1', kind: 'market', stop: 90, triggerBy: 'mark', reduceOnly: false })
    expect(facts[0]).toMatchObject({ plannedLoss: 100e8, mark: 100, strategy: 's0' })
  })

  test.each<readonly [string, readonly (readonly [Side | 0, readonly string[]])[]]>([
    ['a signal that is already held has no effect', [[1, []]]],
    ['flat closes', [[0, ['reduce sell 10']]]],
    ['the other side closes and enters', [[-1, ['reduce sell 10', 'entry sell 10']]]],
    [
      'what is being closed is not closed twice',
      [
        [0, ['reduce sell 10']],
        [0, []],
      ],
    ],
  ])('signals: long, and %s', (_, steps) => {
    const bench = new Bench()
    bench.enter()
    for (const [side, expected] of steps) expect(brief(bench.say(signal(side)))).toEqual(expected)
  })

  test('an entry that is still open is not sent again, and flat cancels it', () => {
    const bench = new Bench()
    expect(brief(bench.say(signal(1)))).toEqual(['entry buy 10'])
    expect(brief(bench.say(signal(1)))).toEqual([])
    expect(brief(bench.say(signal(0)))).toEqual(['cancel 1: signal is flat'])
    expect(brief(bench.say(signal(0)))).toEqual([])
  })

  test('an exit above the venue’s largest market order is split', () => {
    const bench = new Bench({ sizing: { type: 'fixed', lots: lots(50) } })
    bench.enter()
    bench.outside(120)
    bench.give({ type: 'adopt-external', instrument: BTC, strategy: strategyId('s0'), stop: ticks(90), actor: 'cli', ts: ts(bench.now) })
    expect(brief(bench.say(signal(0)))).toEqual(['reduce sell 50', 'reduce sell 50', 'reduce sell 20'])
  })

  test.each(['late', 'warmup'] as const)('bars that are %s give no entries', (mode) => {
    const bench = new Bench()
    bench.signals[BTC] = signal(1)
    expect(ordersOf(bench.bar(mode))).toEqual([])
  })

  test('a late bar gives exits', () => {
    const bench = new Bench()
    bench.enter()
    bench.signals[BTC] = signal(0)
    expect(brief(bench.bar('late'))).toEqual(['reduce sell 10'])
  })
})

describe('holds', () => {
  const scopes: readonly (readonly [string, Partial<Hold>, boolean])[] = [
    ['the account', {}, true],
    ['the strategy', { scope: { type: 'strategy', strategy: strategyId('s0') } }, true],
    ['another strategy', { scope: { type: 'strategy', strategy: strategyId('s1') } }, false],
    ['the symbol', { scope: { type: 'symbol', instrument: BTC } }, true],
    ['another symbol', { scope: { type: 'symbol', instrument: ETH } }, false],
  ]
  test.each(scopes)('holds: a hold on %s', (_, hold, isDenied) => {
    const bench = new Bench()
    bench.hold(hold)
    expect(brief(bench.say(signal(1)))).toEqual([isDenied ? 'denied entry: hold' : 'entry buy 10'])
  })

  test('S2 no-entries lets the strategy’s exits pass', () => {
    const bench = new Bench()
    bench.enter()
    bench.hold()
    expect(brief(bench.say(signal(0)))).toEqual(['reduce sell 10'])
  })

  test('S2 no-orders turns strategy exits off, and a person’s close passes', () => {
    const bench = new Bench()
    bench.enter()
    bench.hold({ effect: 'no-orders', cause: 'operator' })
    expect(brief(bench.say(signal(0)))).toEqual(['denied reduce: hold'])
    const close = { type: 'close-position', instrument: BTC, lots: lots(4), actor: 'telegram:1', ts: ts(bench.now) } as const
    expect(brief(bench.give(close))).toEqual(['reduce sell 4'])
    expect(brief(bench.give({ ...close, lots: undefined }))).toEqual(['reduce sell 6'])
  })

  test('S11 a signal that came while held is dead after the lift, until it changes', () => {
    const bench = new Bench()
    bench.hold()
    bench.signals[BTC] = signal(1)
    expect(brief(bench.bar())).toEqual(['denied entry: hold'])
    expect(brief(bench.bar())).toEqual([])
    expect(brief(bench.give({ type: 'lift-hold', holdId: 'h', actor: 'cli', ts: ts(bench.now) }))).toEqual(['lift h'])
    expect(brief(bench.bar())).toEqual([])
    bench.signals[BTC] = undefined
    expect(brief(bench.bar())).toEqual([])
    bench.signals[BTC] = signal(1)
    expect(brief(bench.bar())).toEqual(['entry buy 10'])
  })

  test('S11 the other side is a fresh signal', () => {
    const bench = new Bench()
    bench.hold()
    bench.say(signal(1))
    bench.signals[BTC] = signal(1)
    bench.bar()
    bench.give({ type: 'lift-hold', holdId: 'h', actor: 'cli', ts: ts(bench.now) })
    bench.signals[BTC] = signal(-1)
    expect(brief(bench.bar())).toEqual(['entry sell 10'])
  })

  test('S1 no timer lifts a hold: long after its end it stands', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Hold['cause']>('operator', 'breaker', 'panic', 'external', 'error'),
        fc.integer({ min: 0, max: 1e10 }),
        (cause, later) => {
          const bench = new Bench()
          bench.hold({ cause, until: ts(bench.now + 1) })
          bench.give({ type: 'time-advanced', marks: [100, 100], ts: ts(bench.now + later) })
          bench.now += later
          expect(brief(bench.say(signal(1)))).toEqual(['denied entry: hold'])
          expect(bench.kernel.holds.map((h) => h.id)).toEqual(['h'])
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a strategy that is off or closing only enters nothing and still exits', () => {
    for (const mode of ['off', 'closing-only'] as const) {
      const bench = new Bench()
      bench.enter()
      bench.give({ type: 'set-strategy-mode', strategy: strategyId('s0'), mode, actor: 'cli', ts: ts(bench.now) })
      const [exit] = ordersOf(bench.say(signal(0)))
      expect(exit).toMatchObject({ side: -1, lots: 10, reduceOnly: true })
      bench.give(bench.fillOf(exit as NonNullable<typeof exit>))
      expect(brief(bench.say(signal(1)))).toEqual(['denied entry: strategy-off'])
    }
  })
})

test('S4 a symbol has one owner', () => {
  const { config } = new Bench()
  const [first, second] = config.strategies
  if (first === undefined || second === undefined) throw new Error('two strategies')
  expect(() => new Kernel({ ...config, strategies: [first, { ...second, instruments: [BTC] }] })).toThrow(InvariantError)
})

describe('what the venue reports twice, late or wrongly', () => {
  test('a fill that comes twice is booked once', () => {
    const bench = new Bench()
    const [order] = ordersOf(bench.say(signal(1)))
    if (order === undefined) throw new Error('no order')
    const fill = bench.fillOf(order)
    expect(brief(bench.give(fill))).toEqual(['trade-opened'])
    const before = bench.kernel.snapshot()
    expect(bench.give(fill)).toEqual([])
    expect(bench.kernel.snapshot()).toEqual(before)
  })

  test('a cancel that is answered after the fill changes nothing and is not odd', () => {
    const bench = new Bench()
    const order = bench.enter()
    expect(bench.canceled(order.orderId)).toEqual([])
    expect(bench.held).toBe(10)
  })

  test('a fill that raced the cancel counts', () => {
    const bench = new Bench()
    const [order] = ordersOf(bench.say(signal(1)))
    if (order === undefined) throw new Error('no order')
    bench.canceled(order.orderId)
    expect(brief(bench.give(bench.fillOf(order, 4)))).toEqual(['trade-opened'])
    expect(bench.held).toBe(4)
  })

  test('S13 a second execution of a filled order holds entries on the symbol, and exits pass', () => {
    const bench = new Bench()
    const order = bench.enter()
    expect(brief(bench.give(bench.fillOf(order)))).toEqual(['hold odd-BTCUSDT no-entries', 'P1 reconcile.mismatch'])
    expect(bench.held).toBe(10)
    expect(brief(bench.say(signal(0)))).toEqual(['reduce sell 10'])
  })

  test('S13 a fill of an order nobody knows holds entries on the symbol', () => {
    const bench = new Bench()
    const order = bench.enter()
    const stranger = { ...bench.fillOf(order), orderId: undefined, venueOrderId: 'nobody' }
    expect(brief(bench.give(stranger))).toEqual(['hold odd-BTCUSDT no-entries', 'P1 reconcile.mismatch'])
  })

  test('S6 an entry that never arrived is closed and not sent again; an exit is sent again', () => {
    const bench = new Bench()
    const [entry] = ordersOf(bench.say(signal(1)))
    if (entry === undefined) throw new Error('no order')
    const lost = {
      type: 'order-never-arrived',
      instrument: BTC,
      orderId: entry.orderId,
      venueOrderId: undefined,
      ts: ts(bench.now),
    } as const
    expect(bench.give(lost)).toEqual([])
    bench.enter()
    const [exit] = ordersOf(bench.say(signal(0)))
    expect(brief(bench.give({ ...lost, orderId: exit?.orderId }))).toEqual(['reduce sell 10'])
  })

  test('a rejected exit is P1 and puts our records in doubt, a rejected entry is P2', () => {
    const bench = new Bench()
    const reject = (id: number | undefined) =>
      brief(
        bench.give({
          type: 'order-rejected',
          instrument: BTC,
          orderId: ordersId(id),
          venueOrderId: undefined,
          code: '1',
          detail: 'no',
          ts: ts(bench.now),
        }),
      )
    const ordersId = (id: number | undefined) => bench.kernel.orders.open(BTC).find((o) => o.orderId === id)?.orderId
    expect(reject(ordersOf(bench.say(signal(1)))[0]?.orderId)).toEqual(['P2 order.rejected'])
    bench.enter()
    expect(reject(ordersOf(bench.say(signal(0)))[0]?.orderId)).toEqual(['P1 order.rejected', 'hold reconcile-BTCUSDT no-entries'])
    // Nothing to reduce: its stop was quicker, and the reading says whether that is so.
    const over = new Bench()
    over.enter()
    const exit = ordersOf(over.say(signal(0)))[0]?.orderId
    const told = over.give({
      type: 'order-rejected',
      instrument: BTC,
      orderId: over.kernel.orders.open(BTC).find((o) => o.orderId === exit)?.orderId,
      venueOrderId: undefined,
      code: '110017',
      detail: 'current position is zero',
      ts: ts(over.now),
    })
    expect(brief(told)).toEqual(['P3 order.rejected', 'hold reconcile-BTCUSDT no-entries'])
  })
})

describe('S7 panic', () => {
  const panic = (bench: Bench) => bench.give({ type: 'panic', actor: 'telegram:1', reason: 'drill', ts: ts(bench.now) })

  test('S7 holds entries first, cancels entries, then closes; the account is halted', () => {
    const bench = new Bench()
    bench.enter()
    bench.signals[ETH] = signal(1)
    bench.bar()
    expect(brief(panic(bench))).toEqual(['hold panic no-orders', 'P1 panic.started', 'cancel 2: panic by telegram:1', 'flatten sell 10'])
    expect(bench.kernel.isFlattening(BTC)).toBe(true)
    bench.signals[ETH] = undefined
    expect(brief(bench.say(signal(1)))).toEqual([])
  })

  test('S7 what fails to close is closed again, until the position is gone', () => {
    const bench = new Bench()
    bench.enter()
    const [first] = ordersOf(panic(bench))
    const again = bench.canceled(first?.orderId as NonNullable<typeof first>['orderId'])
    expect(brief(again)).toEqual(['flatten sell 10'])
    const [second] = ordersOf(again)
    expect(brief(bench.give(bench.fillOf(second as NonNullable<typeof second>)))).toEqual(['closed 0'])
    expect(bench.held).toBe(0)
  })

  test('S7 what the venue refuses to close is tried three times at once, and then each 15 s', () => {
    const bench = new Bench()
    bench.enter()
    const refuse = (facts: readonly KernelFact[]) =>
      bench.give({
        type: 'order-rejected',
        instrument: BTC,
        orderId: ordersOf(facts)[0]?.orderId,
        venueOrderId: undefined,
        code: '1',
        detail: 'no',
        ts: ts(bench.now),
      })
    const pass = (ms: number) => {
      bench.now += ms
      return bench.give({ type: 'time-advanced', marks: [100, 100], ts: ts(bench.now) })
    }
    const second = refuse(panic(bench))
    const third = refuse(second)
    expect([ordersOf(second), ordersOf(third), ordersOf(refuse(third))].map((sent) => sent.length)).toEqual([1, 1, 0])
    expect(brief(pass(14_000))).toEqual([])
    const later = pass(1_000)
    expect(brief(later)).toEqual(['flatten sell 10'])
    // While it is under way nothing is sent beside it.
    expect(brief(pass(60_000))).toEqual([])
    bench.give(bench.fillOf(ordersOf(later)[0] as SubmitOrder))
    expect([bench.held, brief(pass(60_000))]).toEqual([0, []])
  })

  test('S7 the state after it is lifted by an admin’s command only', () => {
    const bench = new Bench()
    panic(bench)
    bench.give({ type: 'time-advanced', marks: [100, 100], ts: ts(bench.now + 1e10) })
    expect(bench.kernel.isFlattening(BTC)).toBe(true)
    bench.give({ type: 'lift-hold', holdId: 'panic', actor: 'admin', ts: ts(bench.now) })
    expect(bench.kernel.isFlattening(BTC)).toBe(false)
  })
})

describe('S5 the protection clock', () => {
  test.each<readonly [number, number, readonly string[]]>([
    [0, 100, ['stop at 90']],
    [4_999, 100, ['stop at 90']],
    [5_000, 100, ['P1 position.unprotected', 'stop at 90']],
    [29_999, 100, ['P1 position.unprotected', 'stop at 90']],
    [30_000, 100, ['P1 position.unprotected', 'flatten sell 10']],
    [0, 90, ['P1 position.unprotected', 'flatten sell 10']],
    [0, 85, ['P1 position.unprotected', 'flatten sell 10']],
  ])('S5 bare for %d ms at a mark of %d', (bareMs, mark, expected) => {
    const bench = new Bench()
    bench.enter(1, 90)
    bench.give({ type: 'time-advanced', marks: [mark, 0], ts: ts(bench.now) })
    expect(brief(bench.give({ type: 'protection-missing', instrument: BTC, bareMs, ts: ts(bench.now) }))).toEqual(expected)
  })

  test('S5 an exit without an answer is not waited for: one more each 15 s, and all of them only reduce', () => {
    const bench = new Bench()
    bench.enter(1, 90)
    bench.give({ type: 'time-advanced', marks: [85, 0], ts: ts(bench.now) })
    const told = [0, 3_000, 14_999, 15_000, 18_000, 30_000, 33_000].map((bareMs) =>
      bench.give({ type: 'protection-missing', instrument: BTC, bareMs, ts: ts(bench.now) }),
    )
    expect(told.map((facts) => brief(facts).includes('flatten sell 10'))).toEqual([true, false, false, true, false, true, false])
    const exits = told.flatMap(ordersOf)
    expect(exits.map((exit) => exit.reduceOnly)).toEqual([true, true, true])
    expect(brief(bench.give(bench.fillOf(exits[0] as NonNullable<(typeof exits)[0]>)))).toEqual(['closed 0'])
    expect(bench.held).toBe(0)
  })

  test('S5 without a stop of its own a position gets one 2 % from the mark', () => {
    const bench = new Bench()
    bench.prices[BTC] = 1_000
    bench.enter(-1)
    expect(brief(bench.give({ type: 'protection-missing', instrument: BTC, bareMs: 0, ts: ts(bench.now) }))).toEqual(['stop at 1020'])
  })

  test('S5 a person’s cancel takes entries off and leaves stops', () => {
    const bench = new Bench()
    bench.enter(1, 90)
    bench.adopted({ origin: 'attached-stop', venueOrderId: 'stop', side: -1, kind: 'stop-market', trigger: ticks(90), triggerBy: 'mark' })
    expect(bench.give({ type: 'cancel-orders', orderId: undefined, actor: 'cli', ts: ts(bench.now) })).toEqual([])
  })
})

test('S8 an open entry of somebody else counts against the limits', () => {
  const bench = new Bench({ limits: { positionMax: moneyLimit(cash(1_500e8)) } })
  bench.adopted({
    origin: 'external',
    venueOrderId: 'theirs',
    clientOrderId: 'app',
    side: 1,
    kind: 'limit',
    lots: lots(6),
    limit: ticks(99),
    reduceOnly: false,
  })
  expect(brief(bench.say(signal(1)))).toEqual(['denied entry: position-notional'])
})

test('S9 a red drawdown seen twice flattens and halts, and a deposit does not heal it', () => {
  const bench = new Bench({ limits: { drawdown: { yellow: 0.01, orange: 0.02, red: 0.03, halfLifeMs: 1, cooldownMs: 1 } } })
  bench.enter()
  bench.prices[BTC] = 60
  expect(brief(bench.bar())).toEqual([])
  bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(1_000e8), cause: 'deposit', ts: ts(bench.now) })
  expect(brief(bench.bar())).toEqual(['hold breaker-red no-orders', 'P1 risk.max_drawdown_hit', 'flatten sell 10'])
  expect(brief(bench.bar())).toEqual([])
})

test('S18 a strategy that throws is stopped alone: its entry is canceled, its position stays, the other trades on', () => {
  const bench = new Bench()
  bench.enter(1, 90)
  bench.signals[ETH] = signal(1)
  const facts = bench.say(new Error('boom'))
  expect(brief(facts)).toEqual(['s0 errored', 'P2 strategy.error', 'entry buy 10'])
  expect(bench.held).toBe(10)
  expect(brief(bench.say(signal(0)))).toEqual([])
})

test('S10 risk sizing denies what is below the least quantity instead of rounding up', () => {
  const scaling = { type: 'constant', r: 0.0005 } as const
  const bench = new Bench({ sizing: { type: 'risk', scaling, decay: { type: 'none' }, isThrottled: false } })
  expect(brief(bench.say(signal(1, 90)))).toEqual(['denied entry: no-size'])
  expect(brief(bench.say(signal(1)))).toEqual(['denied entry: stop-missing'])
})

test('an entry is canceled once its time is over', () => {
  const bench = new Bench()
  const [order] = ordersOf(bench.say(signal(1)))
  const open = bench.kernel.orders.open(BTC)[0]
  expect(open?.orderId).toBe(order?.orderId)
  bench.kernel.restore({
    ...bench.kernel.snapshot(),
    orders: { ...bench.kernel.orders.state(), open: [{ ...(open as NonNullable<typeof open>), expiresAt: ts(bench.now + MINUTE_MS) }] },
  })
  const advance = (ms: number) => brief(bench.give({ type: 'time-advanced', marks: [0, 0], ts: ts(bench.now + ms) }))
  expect(advance(MINUTE_MS - 1)).toEqual([])
  expect(advance(MINUTE_MS)).toEqual(['cancel 1: expired'])
  expect(advance(MINUTE_MS + 1)).toEqual([])
})

describe('S18 a strategy that hung', () => {
  test('a strategy that hung is stopped alone, keeps its position, and runs again only when a person says so', () => {
    const bench = new Bench()
    const { kernel } = bench
    const strategy = kernel.config.strategies[0]?.id
    if (strategy === undefined) throw new Error('the bench has a strategy')
    kernel.factBuffer.reset()
    kernel.apply({ type: 'strategy-hung', strategy, ts: ts(1) })
    const facts = Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
    expect(facts.filter((f) => f.type === 'strategy-mode-changed')).toMatchObject([{ strategy, mode: 'errored' }])
    expect(facts.filter((f) => f.type === 'alert-raised')).toMatchObject([{ alert: 'strategy.error', severity: 'P2' }])
    const modes = kernel.runs.flatMap((run) => (run === undefined ? [] : [[run.strategy === strategy, run.mode]]))
    expect(modes.every(([isHung, mode]) => mode === (isHung === true ? 'errored' : 'running'))).toBe(true)
    kernel.apply({ type: 'set-strategy-mode', strategy, mode: 'running', actor: 'test', ts: ts(2) })
    expect(kernel.runs.find((run) => run?.strategy === strategy)?.mode).toBe('running')
  })

  test.each([
    [{}, 'it did not return for two seconds and was stopped'],
    [{ how: 'crashed' }, 'the trader ended twice in a row while it decided'],
    [{ how: 'aborted' }, 'the trader was aborted while it decided, as Node.js does when memory runs out'],
    [
      { how: 'memory', keptMb: 260, limitMb: 256 },
      'it keeps 260 MB of memory, more than the 256 MB that a strategy may (strategyMemoryMb)',
    ],
  ] as const)('S18 one that ended the trader, or would have, is stopped with what it did: %j', (how, cause) => {
    const { kernel } = new Bench()
    const strategy = kernel.config.strategies[0]?.id
    if (strategy === undefined) throw new Error('the bench has a strategy')
    kernel.factBuffer.reset()
    kernel.apply({ type: 'strategy-hung', strategy, ...how, ts: ts(1) })
    const facts = Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
    expect(facts.filter((f) => f.type === 'strategy-mode-changed')).toMatchObject([{ strategy, mode: 'errored', cause }])
  })
})
