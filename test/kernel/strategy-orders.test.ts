/**
 * Orders that a strategy names: what passes the gate, what becomes of each, what is heard, and that none is ever without a stop.
 */
import { describe, expect, test } from 'vitest'
import { lots, ticks, ts } from '../../src/core/units.ts'
import { type Entry, type MarketsContext, type StrategyDefinition, defineStrategy, z } from '../../src/strategy/sdk.ts'
import { brief } from '../support/kernel/kernel-run.ts'
import { BTC, Life, configOf } from '../support/market-life.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'

const reason = { rule: 'told', values: {} }
const entry = (part: Partial<Record<keyof Entry, unknown>> = {}): Entry =>
  ({ name: 'a', side: 1, stop: ticks(90), reason, ...part }) as Entry

/** Says what the test tells it, once, and notes what it hears. */
class Told {
  say: (context: MarketsContext) => void = () => {}
  readonly heard: string[] = []
  readonly life: Life
  private minute = 0

  constructor() {
    const definition: StrategyDefinition = defineStrategy({
      contract: 2,
      name: 'told',
      version: 1,
      summary: 'Says what it is told.',
      params: z.strictObject({}),
      protection: 'position-stop',
      givesStop: true,
      warmup: () => 0,
      init: () => ({}),
      onFill: (_, { name, type, side, lots: quantity }) => {
        this.heard.push(`${type} ${name ?? '-'} ${side * quantity}`)
      },
      onOrderEnd: (_, { name, how, filled, rule }) => {
        this.heard.push(`${name} ${how} ${filled}${rule === undefined ? '' : ` ${rule}`}`)
      },
      onBar: (context) => this.say(context),
    })
    this.life = new Life(configOf(definition))
    this.bar()
  }

  bar(price = 100, say: (context: MarketsContext) => void = () => {}, mode: 'live' | 'late' = 'live'): string[] {
    return brief(this.facts(price, say, mode))
  }

  facts(price: number, say: (context: MarketsContext) => void, mode: 'live' | 'late' = 'live'): KernelFact[] {
    this.say = say
    const facts = this.life.bars(this.minute++, [price, 50], mode)
    this.say = () => {}
    return facts.filter(({ type }) => type !== 'strategy-state' && type !== 'equity-sampled')
  }

  /** The venue takes all that was sent and fills what is at market. */
  take(facts: readonly KernelFact[]): void {
    for (const fact of facts) {
      if (fact.type !== 'order-submitted') continue
      const { command } = fact
      this.life.give({
        type: 'order-accepted',
        instrument: command.instrument,
        orderId: command.orderId,
        venueOrderId: `v${command.orderId}`,
        ts: this.life.kernel.now,
      })
      if (command.kind === 'market') this.life.fill([fact])
    }
  }

  /** Bought at 100 with a stop at 90. */
  hold(): this {
    this.take(this.facts(100, ({ enter }) => enter(entry({ name: 'first' }))))
    this.bar()
    this.heard.length = 0
    return this
  }

  get mode(): string | undefined {
    return this.life.kernel.runs[0]?.mode
  }
}

describe('the gate', () => {
  test.each<readonly [string, Partial<Record<keyof Entry, unknown>>, RegExp]>([
    ['no stop', { stop: undefined }, /stop is undefined: a price is a whole number of ticks/],
    ['half a tick', { stop: 90.5 }, /stop is 90.5: a price is a whole number/],
    ['a stop on the winning side', { stop: 101 }, /stop is 101 ticks, on the winning side of 100 ticks for a long/],
    ['a stop above the limit', { limit: 80, stop: 85 }, /on the winning side of 80 ticks/],
    ['a stop between market and a limit beyond it', { limit: 110, stop: 105 }, /on the winning side of 100 ticks/],
    ['no side', { side: 0 }, /side is 0: 1 or -1/],
    ['a trigger that is reached', { trigger: 99 }, /trigger is 99 ticks, already reached at 100 ticks by a buy/],
    ['a strength above all', { strength: 1.5 }, /strength is 1.5: above 0, at most 1/],
    ['a strength that is none', { strength: Number.NaN }, /strength is NaN/],
    ['a name with a space', { name: 'a b' }, /name is "a b": letters, digits/],
    ['no reason', { reason: undefined }, /reason is undefined: \{ rule: text/],
    ['post-only at market', { postOnly: true }, /postOnly is for an entry at a limit/],
    ['half a bar', { bars: 0.5 }, /bars is 0.5: a whole number from 1/],
    ['two ends', { bars: 1, until: 5 }, /ends after bars or at an instant, not both/],
    [
      'shares beyond all',
      {
        targets: [
          { price: 110, share: 0.7 },
          { price: 120, share: 0.7 },
        ],
      },
      /the shares of targets sum to 1.4/,
    ],
  ])('%s stops the strategy with the line, and nothing is sent', (_, part, says) => {
    const told = new Told()
    expect(told.bar(100, ({ enter }) => enter(entry(part)))).toEqual(['s errored', 'P2 strategy.error'])
    expect(told.life.kernel.runs[0]?.modeCause).toMatch(says)
    expect(told.life.kernel.runs[0]?.modeCause).toContain('strategy-orders.test.ts')
  })

  test('a name that is open, a move of nothing, an exit at a limit without a name', () => {
    const cause = (...says: ((context: MarketsContext) => void)[]): string | undefined => {
      const told = new Told()
      for (const say of says) told.take(told.facts(100, say))
      return told.life.kernel.runs[0]?.modeCause
    }
    const limit = entry({ limit: 95 })
    expect(
      cause(
        ({ enter }) => enter(limit),
        ({ enter }) => enter(limit),
      ),
    ).toMatch(/an order named "a" is open/)
    expect(cause(({ enter }) => [enter(limit), enter(limit)])).toMatch(/an order named "a" is open/)
    expect(cause(({ protect }) => protect({}))).toMatch(/needs a stop, a target or a trail/)
    expect(cause(({ change }) => change('a', {}))).toMatch(/a change needs a limit or a trigger/)
    expect(cause(({ exit }) => exit({ limit: ticks(99), reason }))).toMatch(/an exit at a limit needs a name/)
    expect(cause(({ enter }) => Array.from({ length: 201 }, (_, k) => enter(entry({ name: `n${k}`, limit: 95 }))))).toMatch(
      /more than 100 orders/,
    )
  })
})

describe('entries', () => {
  test.each<readonly [string, Partial<Record<keyof Entry, unknown>>, string]>([
    ['at market', {}, 'entry buy 3'],
    ['at a limit', { limit: 95 }, 'entry buy 3 limit 95'],
    ['at a stop', { trigger: 105 }, 'entry buy 3 stop-market 105'],
    ['at a stop with a limit', { trigger: 105, limit: 106 }, 'entry buy 3 stop-limit 105/106'],
    ['a part of the size', { strength: 0.4 }, 'entry buy 1'],
  ])('%s', (_, part, sent) => {
    const told = new Told()
    const facts = told.facts(100, ({ enter }) => enter(entry(part)))
    expect(brief(facts)).toEqual([sent])
    expect(facts[0]).toMatchObject({ name: 'a', command: { stop: 90 }, reason: { values: { order: 'a' } } })
  })

  test('several of a kind stand side by side; what a later one brings never moves the stop away', () => {
    const told = new Told().hold()
    expect(told.bar(100, ({ enter }) => [1, 2, 3].map((k) => enter(entry({ name: `g${k}`, limit: 100 - 2 * k, stop: 80 }))))).toEqual([
      'entry buy 3 limit 98',
      'entry buy 3 limit 96',
      'entry buy 3 limit 94',
    ])
    expect(told.life.kernel.orders.open(BTC).map(({ stop }) => stop)).toEqual([90, 90, 90])
  })

  test('against what is held or may be entered only as a pair, of which one lives', () => {
    expect(new Told().hold().bar(100, ({ enter }) => enter(entry({ name: 'b', side: -1, stop: 110 })))).toEqual([
      'denied entry: opposite-side',
    ])
    const both = (pair: object) => {
      const told = new Told()
      const facts = told.facts(100, ({ enter }) => {
        enter(entry({ limit: 95 }))
        enter(entry({ name: 'b', side: -1, limit: 105, stop: 115, ...pair }))
      })
      told.take(facts)
      return { told, facts }
    }
    expect(brief(both({}).facts)).toEqual(['entry buy 3 limit 95', 'denied entry: opposite-side'])
    const { told, facts } = both({ pairedWith: 'a' })
    expect(brief(facts)).toEqual(['entry buy 3 limit 95', 'entry sell 3 limit 105'])
    const { kernel } = told.life
    kernel.factBuffer.reset()
    told.life.fill(facts.slice(0, 1))
    expect(kernel.orders.open(BTC).map(({ name, cancelRequested }) => [name, cancelRequested])).toEqual([['b', true]])
  })

  test('a hold, a bar that came late and risk deny it, and it hears which', () => {
    const told = new Told()
    told.life.give({
      type: 'add-hold',
      hold: { id: 'h', scope: { type: 'account' }, effect: 'no-entries', cause: 'operator', actor: 'cli', reason: '', since: ts(0) },
      ts: told.life.kernel.now,
    })
    expect(told.bar(100, ({ enter }) => enter(entry()))).toEqual(['denied entry: hold'])
    told.life.give({ type: 'lift-hold', holdId: 'h', actor: 'cli', ts: told.life.kernel.now })
    expect(told.bar(100, ({ enter }) => enter(entry({ name: 'b' })), 'late')).toEqual(['denied entry: stale-data'])
    expect(told.bar(100, ({ enter }) => enter(entry({ name: 'c', strength: 0.1 })))).toEqual(['denied entry: quantity'])
    told.bar()
    expect(told.heard).toEqual(['a denied 0 hold', 'b denied 0 stale-data', 'c denied 0 quantity'])
  })

  test('ends after its bars, or at an instant at the first close from then on', () => {
    const told = new Told()
    const { now } = told.life.kernel
    told.take(
      told.facts(100, ({ enter }) => [enter(entry({ limit: 95, bars: 2 })), enter(entry({ name: 'b', limit: 94, until: now + 61_000 }))]),
    )
    expect(told.bar()).toEqual(['cancel 2: expired'])
    expect(told.bar()).toEqual(['cancel 1: expired'])
    told.life.give({ type: 'order-canceled', instrument: BTC, orderId: undefined, venueOrderId: 'v1', cause: '', ts: told.life.kernel.now })
    told.bar()
    expect(told.heard).toEqual(['a expired 0'])
  })
})

describe('what stands', () => {
  test('is changed within risk, canceled, and shown', () => {
    const told = new Told()
    told.take(told.facts(100, ({ enter }) => enter(entry({ limit: 95 }))))
    expect(told.bar(100, ({ change }) => change('a', { limit: ticks(97) }))).toEqual(
      ['amend 1'].map((text) => expect.stringContaining(text)),
    )
    let seen: unknown
    told.bar(100, ({ orders, trade }) => {
      seen = [orders, trade]
    })
    expect(seen).toEqual([
      [{ name: 'a', type: 'entry', side: 1, lots: 3, filled: 0, limit: 95, trigger: undefined, stop: 90, isEnding: false }],
      undefined,
    ])
    // It would stand beyond its own stop.
    expect(told.bar(100, ({ change }) => change('a', { limit: ticks(89) }))).toEqual(['denied entry: stop-side'])
    expect(told.bar(100, ({ cancel }) => cancel('a'))).toEqual(['cancel 1: by its strategy'])
    expect(told.bar(100, ({ cancel }) => cancel('gone'))).toEqual([])
    expect(told.mode).toBe('running')
  })

  test('a position is made smaller at market and at limits, and never turned', () => {
    const told = new Told().hold()
    expect(told.bar(100, ({ exit }) => exit({ share: 0.5, reason }))).toEqual(['reduce sell 1'])
    const again = new Told().hold()
    expect(
      again.bar(100, ({ exit }) => {
        exit({ name: 'x', share: 0.4, limit: ticks(110), reason })
        exit({ name: 'y', share: 0.4, limit: ticks(120), reason })
      }),
    ).toEqual(['reduce sell 1 limit 110', 'reduce sell 1 limit 120'])
    expect(new Told().bar(100, ({ exit }) => exit({ reason }))).toEqual(['denied reduce: exit-not-verified'])
  })

  test('its stop is moved, never removed; what stands already asks for nothing', () => {
    const told = new Told().hold()
    expect(told.bar(100, ({ protect }) => protect({ stop: ticks(95) }))).toEqual(['stop at 95'])
    expect(told.bar(100, ({ protect }) => protect({ stop: ticks(95) }))).toEqual([])
    expect(told.bar(100, ({ protect }) => protect({ stop: ticks(101) }))).toEqual(['denied protective: stop-side'])
    expect(told.life.kernel.portfolio.stopOf(BTC)).toBe(95)
  })

  test('its trade is shown from flat to flat, in bars of the clock', () => {
    const told = new Told().hold()
    let seen: MarketsContext['trade']
    told.bar(104, ({ trade }) => {
      seen = trade
    })
    expect(seen).toMatchObject({ side: 1, lots: 3, price: 100, stop: 90, bars: 2, fees: 0, unrealized: 12 })
    told.take(told.facts(104, ({ exit }) => exit({ reason })))
    told.bar(104, ({ trade }) => {
      seen = trade
    })
    expect(seen).toBeUndefined()
    expect(told.heard).toEqual(['exit - -3'])
  })
})

test('what takes risk off is sent first, in whatever order it was said', () => {
  const told = new Told().hold()
  const said = told.bar(100, ({ enter, exit, protect }) => {
    enter(entry({ name: 'b', limit: 95 }))
    exit({ share: 0.4, reason })
    protect({ stop: ticks(92) })
  })
  expect(said).toEqual(['stop at 92', 'reduce sell 1', 'entry buy 3 limit 95'])
})

test('what was not heard before the end is heard after it, once', () => {
  const told = new Told()
  const facts = told.facts(100, ({ enter }) => enter(entry()))
  told.take(facts)
  const snapshot = told.life.kernel.snapshot()
  told.life.restart(told.life.rows.length, snapshot)
  told.bar()
  told.life.restart(0, undefined)
  told.bar()
  expect(told.heard).toEqual(['entry a 3', 'a filled 3'])
  expect(lots(told.life.kernel.portfolio.positionLots(BTC))).toBe(3)
})
