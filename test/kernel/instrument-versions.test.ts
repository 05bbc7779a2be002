/**
 * Instruments that change their steps while something is held: all that counts in them is converted, and a fold of the journal agrees.
 */
import { alertSentence } from '../../src/journal/alert-sentence.ts'
import { expect, test } from 'vitest'
import { lots, orderId, strategyId, ticks, ts } from '../../src/core/units.ts'
import type { InstrumentTerms } from '../../src/market/instrument-terms.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { BTC, Bench, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'

/** Keeps what it is given and what that led to, as a journal does. */
class Journaled extends Bench {
  readonly log: { readonly input: KernelInput; readonly facts: readonly KernelFact[] }[]

  constructor() {
    super()
    this.log = []
  }

  override give(input: KernelInput): KernelFact[] {
    const facts = super.give(input)
    // The constructor of the base gives before there is a log.
    this.log?.push({ input, facts })
    return facts
  }

  change(terms: Partial<InstrumentTerms>): KernelFact[] {
    return this.give({
      type: 'instrument-changed',
      instrument: BTC,
      status: 'trading',
      terms: { tickSize: '1', lotSize: '1', ...terms },
      ts: ts(this.now),
    })
  }

  /** A kernel that begins as this one began, restored and folded: what a start makes of the journal. */
  folded(): Kernel {
    const again = new Kernel(this.config)
    const fresh = new Bench()
    again.restore(JSON.parse(JSON.stringify(fresh.kernel.snapshot())))
    for (const { input, facts } of this.log) {
      again.foldInput(input)
      for (const fact of facts) again.foldFact(fact)
    }
    return again
  }
}

const stateOf = (kernel: Kernel): unknown => JSON.parse(JSON.stringify(kernel.snapshot()))
const summary = (facts: readonly KernelFact[]): string =>
  facts
    .flatMap((f) => (f.type === 'alert-raised' && f.alert === 'instrument.changed' ? [`${f.severity} ${alertSentence(f, 'BTCUSDT')}`] : []))
    .join()

test('finer steps: the position, its stop and its money are the same in more ticks and lots', () => {
  const bench = new Journaled()
  bench.enter(1, 90)
  bench.prices[BTC] = 110
  bench.bar()
  const { portfolio } = bench.kernel
  const before = [portfolio.equity, portfolio.costOf(BTC), portfolio.openRisk, portfolio.unrealizedOf(BTC)]
  const facts = bench.change({ tickSize: '0.1', lotSize: '0.01' })
  expect([bench.held, portfolio.stopOf(BTC), portfolio.mark(BTC)]).toEqual([1_000, 900, 1_100])
  expect([portfolio.equity, portfolio.costOf(BTC), portfolio.openRisk, portfolio.unrealizedOf(BTC)]).toEqual(before)
  expect(brief(facts)).toEqual(['P3 instrument.changed'])
  expect(summary(facts)).toContain('price 1 → 0.1, quantity 1 → 0.01')
  expect(bench.kernel.config.instruments[BTC]).toMatchObject({ priceScale: 1, quantityScale: 2 })
  bench.prices[BTC] = 1_200
  const [close] = ordersOf(bench.say(signal(0)))
  expect(close).toMatchObject({ side: -1, lots: 1_000, reduceOnly: true })
  if (close === undefined) return
  const closed = bench.give(bench.fillOf(close))
  expect(closed.find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { pnl: 200e8, quantity: 1_000, entryPrice: 1_000 } })
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
})

test.each([
  ['a long', 1, 91, 46],
  ['a short', -1, 109, 54],
] as const)('a coarser tick moves the stop of %s to the side that loses less', (_, side, stop, expected) => {
  const bench = new Journaled()
  bench.enter(side, stop)
  const facts = bench.change({ tickSize: '2' })
  expect(bench.kernel.portfolio.stopOf(BTC)).toBe(expected)
  expect(brief(facts)).toEqual([`stop at ${expected}`, 'P3 instrument.changed'])
  expect(summary(facts)).toContain(`stop ${stop} → ${expected * 2}`)
  // The strategy's own number in ticks would be another price now.
  expect(bench.kernel.runs[BTC]?.state).toEqual({ bars: 0 })
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
})

test('a stop that stands on the new steps stays where it is, and nothing is sent', () => {
  const bench = new Journaled()
  bench.enter(1, 90)
  expect(brief(bench.change({ tickSize: '2' }))).toEqual(['P3 instrument.changed'])
  expect(bench.kernel.portfolio.stopOf(BTC)).toBe(45)
})

/** The venue's own order for the target of a position. */
const targetAt = (bench: Journaled, side: 1 | -1, price: number): void => {
  bench.adopted({
    origin: 'attached-target',
    venueOrderId: 'target',
    side: side === 1 ? -1 : 1,
    kind: 'take-profit-market',
    trigger: ticks(price),
    triggerBy: 'mark',
  })
}

test.each([
  ['a long', 1, 90, 123, '10', '120'],
  ['a long, where the nearest step is the safe one', 1, 90, 122, '5', '120'],
  ['a short', -1, 110, 77, '10', '80'],
  ['a long near its target goes away from the price, not past it', 1, 90, 107, '10', '110'],
  ['a short near its target goes away from the price, not past it', -1, 110, 93, '10', '90'],
] as const)('the target that the venue holds with %s stands on the new steps', (_, side, stop, target, tickSize, expected) => {
  const bench = new Journaled()
  bench.enter(side, stop)
  targetAt(bench, side, target)
  const facts = bench.change({ tickSize })
  const asked = facts.filter((f) => f.type === 'stop-requested')
  expect(asked.map((f) => Number(f.target) * Number(tickSize))).toEqual([Number(expected)])
  expect(asked[0]).toMatchObject({ stop: undefined, cause: 'steps changed' })
  expect(summary(facts)).toContain(`target ${target} → ${expected}`)
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
})

test('a target on the new steps stays, and the stop keeps its place when only the target moves', () => {
  const bench = new Journaled()
  bench.enter(1, 90)
  targetAt(bench, 1, 120)
  expect(brief(bench.change({ tickSize: '10' }))).toEqual(['P3 instrument.changed'])
})

test('a resting entry whose nearest step is the safe one is moved all the same: the venue holds the old price', () => {
  const bench = new Journaled()
  const [entry] = ordersOf(
    bench.give({
      type: 'place-orders',
      strategy: strategyId('s0'),
      instrument: BTC,
      orders: [{ side: 1, kind: 'limit', lots: lots(3), limit: ticks(96), stop: ticks(90), timeInForce: 'gtc' }],
      actor: 'cli',
      ts: ts(bench.now),
    }),
  )
  if (entry === undefined) throw new Error('the entry was denied')
  bench.accepted(entry)
  expect(brief(bench.change({ tickSize: '5' }))).toEqual([`amend ${entry.orderId}: at 19`, 'P3 instrument.changed'])
})

test('a resting entry between two new steps is moved to the one that pays less', () => {
  const bench = new Journaled()
  const [entry] = ordersOf(
    bench.give({
      type: 'place-orders',
      strategy: strategyId('s0'),
      instrument: BTC,
      orders: [{ side: 1, kind: 'limit', lots: lots(3), limit: ticks(95), stop: ticks(90), timeInForce: 'gtc' }],
      actor: 'cli',
      ts: ts(bench.now),
    }),
  )
  if (entry === undefined) throw new Error('the entry was denied')
  bench.accepted(entry)
  expect(brief(bench.change({ tickSize: '2' }))).toEqual([`amend ${entry.orderId}: at 47`, 'P3 instrument.changed'])
  expect(bench.kernel.orders.open(BTC)).toMatchObject([{ limit: 48, lots: 3, stop: 45 }])
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
})

test('a position that is no whole number of the new lot: what is whole is counted at the same average, and it is said', () => {
  const bench = new Journaled()
  bench.enter()
  const facts = bench.change({ lotSize: '4' })
  const { portfolio } = bench.kernel
  expect([bench.held, portfolio.costOf(BTC)]).toEqual([2, 800e8])
  expect(summary(facts)).toContain('The position of 10 is not a multiple of the new step: 8 is tracked and can be closed')
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
})

test('a snapshot after the change is read in its steps by a kernel that begins in the old ones', () => {
  const bench = new Journaled()
  bench.enter(1, 90)
  bench.change({ tickSize: '0.5', lotSize: '0.1' })
  const again = new Kernel(bench.config)
  again.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
  expect([again.portfolio.positionLots(BTC), again.portfolio.stopOf(BTC), again.portfolio.equity]).toEqual([
    100,
    180,
    bench.kernel.portfolio.equity,
  ])
  expect(again.config.instruments[BTC]).toMatchObject({ tick: 5, priceScale: 1 })
  // The configuration that it was made with is nobody's to change.
  expect(bench.config.instruments[BTC]).toMatchObject({ tick: 1, priceScale: 0 })
})

test('changed limits are taken over at once, and the steps stay', () => {
  const bench = new Journaled()
  const facts = bench.change({ quantityMin: '20', quantityMarketMax: '50' })
  expect(brief(facts)).toEqual(['P4 instrument.changed'])
  expect(summary(facts)).toBe('P4 Bybit changed smallest order of BTCUSDT, effective immediately.')
  expect(brief(bench.say(signal(1)))).toEqual(['denied entry: quantity'])
  expect(bench.kernel.orders.find(BTC, orderId(1), undefined)).toBeUndefined()
})

test('margin tiers come by the journal, judge from then on, and a fold and a snapshot know them', () => {
  const bench = new Journaled()
  const tiers = [
    { valueMax: '500', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
    { valueMax: '1000000', maintenanceRate: '0.3', deduction: '147.5', leverageMax: 50 },
  ]
  // Read for the first time they change nothing that was known: nothing is reported of them.
  expect(summary(bench.change({ tiers }))).not.toContain('margin tiers')
  const instrument = bench.kernel.config.instruments[BTC]
  expect(instrument?.tiers.map(({ rate }) => rate)).toEqual([0.005, 0.3])
  expect(stateOf(bench.folded())).toEqual(stateOf(bench.kernel))
  const again = new Kernel(bench.config)
  again.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
  expect(again.config.instruments[BTC]).toEqual(instrument)
  expect(again.config.instruments[BTC]?.tiers).toHaveLength(2)
  // Other tiers than before.
  expect(summary(bench.change({ tiers: [{ ...tiers[0], maintenanceRate: '0.004' } as (typeof tiers)[number]] }))).toContain('margin tiers')
  // Where the listing names none, the last ones count.
  bench.change({})
  expect(bench.kernel.config.instruments[BTC]?.tiers.map(({ rate }) => rate)).toEqual([0.004])
})
