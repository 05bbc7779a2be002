/**
 * Random scripts of markets, people and repeated events through the kernel and the matching engine; what must hold after each step.
 * Never a script by hand: a failure prints its seed and shrinks.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cash, instrumentIndex, lots, strategyId, ts } from '../../src/core/units.ts'
import type { KernelFact } from '../../src/kernel/event.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { KernelSnapshot } from '../../src/kernel/snapshot.ts'
import { notionalOf } from '../../src/market/instrument.ts'
import { ledgerSum } from '../../src/portfolio/ledger.ts'
import { LIMITS, type LogEntry, WiredKernel, fold, wiredConfig } from '../support/wired-kernel.ts'

type Step =
  | { readonly type: 'minutes'; readonly count: number; readonly shake: number }
  | { readonly type: 'pause' | 'resume' | 'panic' | 'lift-panic' | 'cancel' | 'repeat' | 'bare' | 'deposit' | 'tick' }
  | { readonly type: 'close'; readonly symbol: 0 | 1; readonly part: number }
  | { readonly type: 'mode'; readonly mode: 'running' | 'closing-only' | 'off' }

const symbol = fc.constantFrom<0 | 1>(0, 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('minutes' as const),
      count: fc.integer({ min: 1, max: 12 }),
      shake: fc.constantFrom(0.0005, 0.002, 0.01),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('pause', 'resume', 'cancel', 'repeat', 'bare', 'deposit', 'tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('panic', 'lift-panic' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('close' as const), symbol, part: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('mode' as const), mode: fc.constantFrom('running', 'closing-only', 'off' as const) }),
  },
)
const script = fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.array(step, { minLength: 3, maxLength: 25 }))

function play(wired: WiredKernel, steps: readonly Step[]): void {
  const actor = 'cli'
  for (const s of steps) {
    const at = ts(wired.now)
    switch (s.type) {
      case 'minutes':
        for (let k = 0; k < s.count; k++) wired.minute(s.shake)
        break
      case 'pause':
        wired.give({
          type: 'add-hold',
          hold: {
            id: 'p',
            scope: { type: 'account' },
            effect: 'no-entries',
            cause: 'operator',
            actor,
            reason: '',
            since: at,
            until: ts(at + 1),
          },
          ts: at,
        })
        break
      case 'resume':
        wired.give({ type: 'lift-hold', holdId: 'p', actor, ts: at })
        break
      case 'panic':
        wired.give({ type: 'panic', actor, reason: '', ts: at })
        break
      case 'lift-panic':
        for (const holdId of ['panic', 'breaker-red', 'breaker-orange']) wired.give({ type: 'lift-hold', holdId, actor, ts: at })
        break
      case 'cancel':
        wired.give({ type: 'cancel-orders', orderId: undefined, actor, ts: at })
        break
      case 'deposit':
        wired.venue.deposit(cash(500e8), 'USDT', at, (event) => wired.give(event))
        break
      case 'tick':
        wired.now += 7_000
        wired.give({ type: 'time-advanced', marks: wired.marks(), ts: ts(wired.now) })
        break
      case 'bare':
        wired.give({ type: 'protection-missing', instrument: instrumentIndex(0), bareMs: 6_000, ts: at })
        break
      case 'repeat':
        for (const { input } of wired.log.slice(-6))
          if (input.type.startsWith('order-') && input.type !== 'order-adopted') wired.give(input)
        break
      case 'close':
        wired.give({ type: 'close-position', instrument: instrumentIndex(s.symbol), lots: lots(s.part), actor, ts: at })
        break
      case 'mode':
        wired.give({ type: 'set-strategy-mode', strategy: strategyId('sma'), mode: s.mode, actor, ts: at })
        break
    }
  }
}

const plain = (kernel: Kernel): unknown => JSON.parse(JSON.stringify(kernel.snapshot()))
const RUNS = { numRuns: 60 }

test('fold(whole log) and fold(snapshot, tail) are the state that was lived through', () => {
  fc.assert(
    fc.property(script, fc.double({ min: 0, max: 1, noNaN: true }), ([seed, steps], cut) => {
      const wired = new WiredKernel(seed)
      const stops: { at: number; state: string }[] = []
      wired.check = () => void stops.push({ at: wired.log.length, state: JSON.stringify(wired.kernel.snapshot()) })
      play(wired, steps)
      const lived = plain(wired.kernel)
      expect(plain(fold(new Kernel(wiredConfig()), wired.log))).toEqual(lived)
      const stop = stops[Math.floor(cut * (stops.length - 1))]
      if (stop === undefined) return
      const restored = new Kernel(wiredConfig())
      restored.restore(JSON.parse(stop.state) as KernelSnapshot)
      expect(plain(fold(restored, wired.log.slice(stop.at)))).toEqual(lived)
    }),
    RUNS,
  )
}, 60_000)

test('replay decides the same facts again', () => {
  fc.assert(
    fc.property(script, ([seed, steps]) => {
      const wired = new WiredKernel(seed)
      play(wired, steps)
      const again = new Kernel(wiredConfig())
      const facts = structuredClone(wired.log).map(({ input }): LogEntry => {
        again.outbox.reset()
        again.apply(input)
        return { input, facts: structuredClone(Array.from({ length: again.outbox.count }, (_, k) => again.outbox.at(k))) }
      })
      expect(facts.map((entry) => entry.facts)).toEqual(wired.log.map((entry) => entry.facts))
      expect(plain(again)).toEqual(plain(wired.kernel))
    }),
    RUNS,
  )
}, 60_000)

test('after each step: the ledger sums to zero, limits hold in the worst case (S8), and nothing but a command loosens (S1)', () => {
  fc.assert(
    fc.property(script, ([seed, steps]) => {
      const wired = new WiredKernel(seed)
      const { kernel } = wired
      let holds = new Set<string>()
      wired.check = ({ input, facts }) => {
        expect(ledgerSum(kernel.portfolio.ledger)).toBe(0)
        for (const fact of facts) if (fact.type === 'order-submitted' && fact.class === 'entry') expectWithinLimits(kernel, fact)
        const now = new Set(kernel.holds.map((hold) => hold.id))
        for (const id of holds) if (!now.has(id)) expect(input).toMatchObject({ type: 'lift-hold', holdId: id })
        holds = now
      }
      play(wired, steps)
      // A last print fills what waits for a price; then both sides must agree.
      wired.minute(0)
      expect(kernel.portfolio.positions.map((p) => p.lots)).toEqual(wired.venue.positions.map((p) => p.lots))
      expect(kernel.portfolio.ledger.wallet).toBe(wired.venue.ledger.wallet)
    }),
    RUNS,
  )
}, 60_000)

function expectWithinLimits(kernel: Kernel, { command }: Extract<KernelFact, { readonly type: 'order-submitted' }>): void {
  const { portfolio, config } = kernel
  const i = command.instrument
  const held = portfolio.positionLots(i) * command.side
  const worst = lots(Math.max(0, held) + portfolio.openEntryLots(i, command.side))
  const instrument = portfolio.instrument(i)
  expect(worst).toBeGreaterThanOrEqual(command.lots)
  expect(notionalOf(instrument, portfolio.mark(i), worst, 'ceil')).toBeLessThanOrEqual(LIMITS.positionNotionalMax)
  expect(portfolio.grossNotional).toBeLessThanOrEqual(LIMITS.accountNotionalMax)
  expect(portfolio.grossNotional / config.limits.leverage).toBeLessThanOrEqual(portfolio.equity)
}

test('the scripts reach what they are to test: fills, denials, holds, panics, closed trades', () => {
  const seen = new Set<string>()
  for (const [seed, steps] of fc.sample(script, { numRuns: 60, seed: 7 })) {
    const wired = new WiredKernel(seed)
    wired.check = ({ input, facts }) => {
      seen.add(input.type)
      for (const fact of facts) seen.add(fact.type)
    }
    play(wired, steps)
  }
  for (const type of [
    'order-filled',
    'order-adopted',
    'order-canceled',
    'order-denied',
    'hold-added',
    'hold-lifted',
    'trade-closed',
    'stop-requested',
    'cancel-requested',
    'panic',
  ])
    expect([...seen]).toContain(type)
})
