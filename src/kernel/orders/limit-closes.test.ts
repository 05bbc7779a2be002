/**
 * Closes that wait for their price, and the panic of one symbol, input by input: the whole factBuffer that follows.
 */
import { describe, expect, test } from 'vitest'
import { type InstrumentIndex, lots, orderId, ticks, ts } from '../../core/units.ts'
import type { KernelFact } from '../fact.ts'
import { Kernel } from '../kernel.ts'
import { BTC, Bench, ETH, brief, ordersOf, signal } from '../../../test/support/kernel/kernel-run.ts'

/** Holds 10 BTC long, bought by order 1 with its stop at 90. */
class Held extends Bench {
  constructor(setup: ConstructorParameters<typeof Bench>[0] = {}) {
    super(setup)
    this.enter(1, 90)
  }
  close(limit: number | undefined, quantity?: number, instrument: InstrumentIndex = BTC): KernelFact[] {
    return this.give({
      type: 'close-position',
      instrument,
      lots: quantity === undefined ? undefined : lots(quantity),
      ...(limit === undefined ? {} : { limit: ticks(limit) }),
      actor: 'cli',
      ts: ts(this.now),
    })
  }
  panic(instrument?: InstrumentIndex): KernelFact[] {
    return this.give({ type: 'panic', ...(instrument === undefined ? {} : { instrument }), actor: 'cli', reason: 'test', ts: ts(this.now) })
  }
  later(): KernelFact[] {
    this.now += 7_000
    return this.give({ type: 'time-advanced', marks: [...this.prices], ts: ts(this.now) })
  }
  fill(facts: readonly KernelFact[], quantity?: number): KernelFact[] {
    const [command] = ordersOf(facts)
    if (command === undefined) throw new Error(`no order in ${brief(facts).join('; ')}`)
    return this.give(this.fillOf(command, quantity))
  }
}

describe('a close at a price', () => {
  test('a close at a price is one reduce-only limit order without a stop of its own, for what is held or for a part of it', () => {
    const all = new Held().close(110)
    expect(brief(all)).toEqual(['reduce sell 10 limit 110'])
    expect(ordersOf(all)[0]).toMatchObject({ reduceOnly: true, kind: 'limit', limit: 110, timeInForce: 'gtc', stop: undefined })
    expect(brief(new Held().close(110, 4))).toEqual(['reduce sell 4 limit 110'])
    expect(brief(new Held().close(110, 99))).toEqual(['reduce sell 10 limit 110'])
  })

  test('a part that fills leaves the rest waiting, and the position its stop', () => {
    const bench = new Held()
    const asked = bench.close(110)
    expect(brief(bench.fill(asked, 4))).toEqual([])
    expect([bench.held, bench.kernel.portfolio.openTrade(BTC)?.stop]).toEqual([6, 90])
    const [waiting] = bench.kernel.orders.open(BTC)
    expect([waiting?.lots, waiting?.filled, waiting?.cancelRequested]).toEqual([10, 4, false])
  })

  test('two of them fit in what is held; a third takes the place of what leaves no room', () => {
    const bench = new Held()
    bench.close(110, 5)
    expect(brief(bench.close(120, 5))).toEqual(['reduce sell 5 limit 120'])
    expect(brief(bench.close(130, 5))).toEqual(['cancel 3: another close at a price', 'reduce sell 5 limit 130'])
    expect(brief(bench.close(140))).toEqual([
      'cancel 2: another close at a price',
      'cancel 4: another close at a price',
      'reduce sell 10 limit 140',
    ])
  })

  test('S2: it holds up no close at market, which takes back what is left no room', () => {
    const whole = new Held()
    whole.close(110)
    expect(brief(whole.close(undefined))).toEqual(['cancel 2: operator close', 'reduce sell 10'])
    const half = new Held()
    half.close(110, 5)
    expect(brief(half.close(undefined, 5))).toEqual(['reduce sell 5'])
    expect(brief(half.close(undefined))).toEqual(['cancel 2: operator close', 'reduce sell 5'])
  })

  test('S2: the strategy’s own exit goes through it', () => {
    const bench = new Held()
    bench.close(110)
    expect(brief(bench.say(signal(0)))).toEqual(['cancel 2: told', 'reduce sell 10'])
  })

  test('what is being closed at market is not closed once more', () => {
    const bench = new Held()
    bench.close(undefined)
    expect(brief(bench.close(110))).toEqual(['denied reduce: exit-not-verified'])
  })

  test('a close at a price without a position is denied, on spot as spot-order', () => {
    const flat = new Held()
    flat.fill(flat.close(undefined))
    expect(brief(flat.close(110))).toEqual(['denied reduce: exit-not-verified'])
    const bench = new Bench({ isSpot: true })
    bench.enter(1, 90)
    const facts = bench.give({
      type: 'close-position',
      instrument: BTC,
      lots: undefined,
      limit: ticks(110),
      actor: 'cli',
      ts: ts(bench.now),
    })
    expect(brief(facts)).toEqual(['denied reduce: spot-order'])
  })

  test('the farthest is cut when somebody else makes the position smaller, and all go when it is flat', () => {
    const bench = new Held()
    bench.close(110, 5)
    bench.close(120, 5)
    expect(brief(bench.outside(7))).toContain('amend 3: 2 lots')
    bench.fill(bench.close(undefined, 1))
    expect(bench.kernel.orders.open(BTC).map((o) => [o.orderId, o.cancelRequested])).toEqual([
      [2, false],
      [3, true],
    ])
    const stopped = new Held()
    stopped.close(110, 5)
    stopped.outside(0)
    expect(brief(stopped.later())).toEqual(['cancel 2: nothing left to reduce'])
  })

  test('a close at a price: one that never arrived is sent again at its price, and a half at market as a half', () => {
    const lost = (bench: Held, facts: readonly KernelFact[]) => {
      const id = ordersOf(facts)[0]?.orderId
      return brief(
        bench.give({
          type: 'order-never-arrived',
          instrument: BTC,
          orderId: orderId(id as number),
          venueOrderId: undefined,
          ts: ts(bench.now),
        }),
      )
    }
    const waiting = new Held()
    expect(lost(waiting, waiting.close(110, 4))).toEqual(['reduce sell 4 limit 110'])
    const half = new Held()
    expect(lost(half, half.close(undefined, 5))).toEqual(['reduce sell 5'])
  })

  test('a close at a price: it is changed in place within what is held, and taken back by its number, not by a cancel of all entries', () => {
    const bench = new Held()
    bench.close(110, 4)
    const change = (part: { readonly lots?: number; readonly limit?: number }) =>
      brief(
        bench.give({
          type: 'change-order',
          instrument: BTC,
          orderId: orderId(2),
          ...(part.lots === undefined ? {} : { lots: lots(part.lots) }),
          ...(part.limit === undefined ? {} : { limit: ticks(part.limit) }),
          actor: 'cli',
          ts: ts(bench.now),
        }),
      )
    expect(change({ limit: 105 })).toEqual(['amend 2: at 105'])
    expect(change({ lots: 10 })).toEqual(['amend 2: 10 lots'])
    expect(change({ lots: 11 })).toEqual(['denied reduce: exit-not-verified'])
    const cancel = (id: number | undefined) =>
      brief(bench.give({ type: 'cancel-orders', orderId: id === undefined ? undefined : orderId(id), actor: 'cli', ts: ts(bench.now) }))
    expect(cancel(undefined)).toEqual([])
    expect(cancel(2)).toEqual(['cancel 2: by cli'])
  })
})

describe('S7: a panic of one symbol', () => {
  test('a panic of one symbol: its entries and waiting orders are canceled, its position is closed, and nothing else is touched', () => {
    const bench = new Held({ isManual: true })
    bench.close(110, 5)
    const other = bench.give({
      type: 'place-orders',
      strategy: bench.kernel.portfolio.ownerOrExternal(ETH),
      instrument: ETH,
      orders: [{ side: 1, kind: 'market', lots: lots(10), timeInForce: 'gtc', stop: ticks(90) }],
      actor: 'cli',
      ts: ts(bench.now),
    })
    bench.fill(other)
    expect(brief(bench.panic(BTC))).toEqual([
      'hold panic-BTCUSDT no-orders',
      'P1 panic.started',
      'cancel 2: panic by cli',
      'flatten sell 10',
    ])
    expect(bench.kernel.portfolio.positionLots(ETH)).toBe(10)
    expect([bench.kernel.isFlattening(BTC), bench.kernel.isFlattening(ETH)]).toEqual([true, false])
  })

  test('the other symbol trades on; this one opens nothing until the hold is lifted', () => {
    const bench = new Held()
    bench.fill(bench.panic(BTC))
    bench.signals[ETH] = signal(1, 90)
    const facts = bench.say(signal(1, 90))
    expect(brief(facts)).toEqual(['denied entry: hold', 'entry buy 10'])
    expect(ordersOf(facts).map((command) => command.instrument)).toEqual([ETH])
    bench.signals[ETH] = undefined
    bench.say(undefined)
    bench.give({ type: 'lift-hold', holdId: 'panic-BTCUSDT', actor: 'admin', ts: ts(bench.now) })
    expect(brief(bench.say(signal(1, 90)))).toEqual(['entry buy 10'])
  })

  test('an entry of it that fills after the panic is closed at once, one of another symbol is kept', () => {
    const bench = new Bench()
    const btc = bench.say(signal(1, 90))
    bench.signals[ETH] = signal(1, 90)
    const eth = bench.bar()
    bench.signals[ETH] = undefined
    const panicked = bench.give({ type: 'panic', instrument: BTC, actor: 'cli', reason: '', ts: ts(bench.now) })
    expect(brief(panicked)).toEqual(['hold panic-BTCUSDT no-orders', 'P1 panic.started', 'cancel 1: panic by cli'])
    const filled = (facts: readonly KernelFact[]) => {
      const [command] = ordersOf(facts)
      return command === undefined ? [] : brief(bench.give(bench.fillOf(command)))
    }
    expect(filled(btc)).toEqual(['trade-opened', 'flatten sell 10'])
    expect(filled(eth)).toEqual(['trade-opened'])
  })

  test('a close of it that fails is tried again, also after a restart', () => {
    const bench = new Held()
    const [first] = ordersOf(bench.panic(BTC))
    const restarted = new Kernel(bench.config)
    restarted.restore(bench.kernel.snapshot())
    for (const kernel of [bench.kernel, restarted]) {
      kernel.factBuffer.reset()
      kernel.apply({
        type: 'order-rejected',
        instrument: BTC,
        orderId: orderId(first?.orderId as number),
        venueOrderId: undefined,
        code: '10001',
        detail: 'busy',
        ts: ts(bench.now),
      })
      const facts = Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
      expect(brief(facts)).toContain('flatten sell 10')
    }
  })

  test('a panic of one symbol without a position halts the symbol and closes nothing', () => {
    const bench = new Bench()
    expect(brief(bench.give({ type: 'panic', instrument: ETH, actor: 'cli', reason: '', ts: ts(bench.now) }))).toEqual([
      'hold panic-ETHUSDT no-orders',
      'P1 panic.started',
    ])
  })

  test('a panic of all after it closes the rest', () => {
    const bench = new Held()
    bench.fill(bench.panic(BTC))
    expect(brief(bench.panic())).toEqual(['hold panic no-orders', 'P1 panic.started'])
  })
})
