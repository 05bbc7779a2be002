/**
 * The checks of a strategy find what they are there for, each in a strategy that breaks just that; the built-in ones pass.
 */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Random } from '../core/random.ts'
import { MINUTE_MS, ticks } from '../core/units.ts'
import { btc as instrument } from '../../test/support/kernel/risk-view.ts'
import { STRATEGIES } from '../strategy/registry.ts'
import { type StrategyContext, type StrategyDefinition, defineStrategy } from '../strategy/strategy.ts'
import { checkStrategy, walkColumns } from './strategy-check.ts'

const series = { instrument, intervalMs: MINUTE_MS, columns: walkColumns(new Random(3), 4_000, 1_735_689_600_000) }

const strategy = (
  onBar: (context: StrategyContext, state: { seen: number; more: unknown }) => void,
  more: () => unknown = () => 0,
): StrategyDefinition =>
  defineStrategy({
    name: 'subject',
    version: 1,
    summary: 'Breaks one thing.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 1,
    init: () => ({ seen: 0, more: more() }),
    onBar,
  })
const say = ({ bars, signal }: StrategyContext, side: 1 | -1 | 0 = 1): void =>
  signal({ side, strength: 1, ...(side === 0 ? {} : { stop: ticks(bars.close(0) - side * 50) }), reason: { rule: 'r', values: {} } })
const flaws = (definition: StrategyDefinition): string[] =>
  checkStrategy(definition, definition.params.parse({}), series).checks.flatMap(({ flaw }) => (flaw === undefined ? [] : [flaw]))

/** Where the defaults look at more than these candles have. */
const SHORTER: Readonly<Record<string, object>> = { 'momentum-rotation': { interval: '15m', lookback: 8, every: 2 } }

/** They say nothing by themselves: one is led from outside, the other has no model. */
const LED: readonly string[] = ['webhook', 'ml']

test.each([...STRATEGIES.values()].filter(({ name }) => !LED.includes(name)))(
  '$name passes, and says something',
  (definition) => {
    const { checks, signals } = checkStrategy(definition, definition.params.parse(SHORTER[definition.name] ?? {}), series)
    expect(checks.filter((check) => check.flaw !== undefined)).toEqual([])
    expect(checks).toHaveLength(7)
    expect(signals).toBeGreaterThan(5)
  },
  60_000,
)

test.each(LED)('%s, which is led, passes, and says nothing', (name) => {
  const definition = STRATEGIES.get(name) as StrategyDefinition
  const { checks, signals } = checkStrategy(definition, definition.params.parse({}), series)
  expect([checks.filter((check) => check.flaw !== undefined), signals]).toEqual([[], 0])
})

test('an error names what and where', () => {
  const flaw = flaws(
    strategy(({ bars }) => {
      bars.close(-1)
    }),
  )
  expect(flaw).toEqual([
    expect.stringMatching(/RangeError: a bar 1 bars ahead was requested: future bars do not exist at .*strategy-check\.test\.ts/),
  ])
})

test.each([
  [
    'a stop on the wrong side',
    ({ bars, signal }: StrategyContext) =>
      signal({ side: 1, strength: 1, stop: ticks(bars.close(0) + 5), reason: { rule: 'r', values: {} } }),
    /stop is \d+ ticks, on the winning side of \d+ ticks for a long at .*strategy-check\.test\.ts/,
  ],
  [
    'a strength above one',
    (c: StrategyContext) => c.signal({ side: 1, strength: 2, reason: { rule: 'r', values: {} } }),
    /strength is 2: from 0 to 1 at .*strategy-check\.test\.ts/,
  ],
  [
    'no reason',
    (c: StrategyContext) => c.signal({ side: 0, strength: 1, reason: { rule: '', values: {} } }),
    /bar 1: its reason has no rule/,
  ],
  [
    'targets for more than all',
    (c: StrategyContext) =>
      c.signal({
        side: 1,
        strength: 1,
        targets: [0.6, 0.6].map((share) => ({ price: ticks(c.bars.close(0) + 9), share })),
        reason: { rule: 'r', values: {} },
      }),
    /the shares of targets sum to 1\.2/,
  ],
  [
    'a target on the wrong side',
    (c: StrategyContext) =>
      c.signal({ side: -1, strength: 1, targets: [{ price: ticks(c.bars.close(0) + 9), share: 1 }], reason: { rule: 'r', values: {} } }),
    /targets\[0\]\.price is \d+ ticks, on the losing side of \d+ ticks for a short/,
  ],
])('%s is found', (_name, onBar, flaw) => {
  expect(flaws(strategy(onBar))).toEqual([expect.stringMatching(flaw)])
})

test('chance is found', () => {
  const dice = new Random(1)
  expect(flaws(strategy((context) => dice.next() < 0.5 && say(context))).length).toBeGreaterThan(0)
})

test('a state that the journal cannot keep is found', () => {
  const found = flaws(
    strategy(
      (context, state) => {
        if (state.more instanceof Map) state.more.set(context.bars.count, true)
        if (state.more instanceof Map && state.more.size % 7 === 0) say(context)
      },
      () => new Map(),
    ),
  )
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/state\.more is a Map: a state is made of plain objects/)
})

test('what it remembers beyond its warm-up is counted: bars since it began are all, an average of its length is nothing', () => {
  const recursiveOf = (definition: StrategyDefinition) => checkStrategy(definition, definition.params.parse({}), series).recursive
  const counts = strategy((context, state) => {
    state.seen += 1
    if (state.seen % 7 === 0) say(context)
  })
  // Of bars 2,001 to 4,000 every seventh: 286 where it began with the first, 285 others where it began with bar 2,000.
  expect(recursiveOf(counts)).toEqual({ warmupBars: 1, signals: 571, differing: 571 })
  expect(recursiveOf(strategy((context) => context.bars.close(0) > context.bars.open(0) && say(context)))).toMatchObject({ differing: 0 })
  expect(recursiveOf(STRATEGIES.get('sma-cross') as StrategyDefinition)).toMatchObject({ warmupBars: 50, differing: 0 })
  expect(recursiveOf(STRATEGIES.get('pairs') as StrategyDefinition)).toBeUndefined()
})

test('a variable outside the state is found', () => {
  let bars = 0
  const outside = strategy((context, state) => {
    if (state.seen === 0) bars = 0
    state.seen += 1
    bars += 1
    if (bars % 10 === 0) say(context)
  })
  expect(flaws(outside)).toEqual([expect.stringMatching(/^bar 20\d\d: /)])
})

test('an error that only a position reaches is found, with the strategy that throws it', () => {
  const trap = strategy((context) => {
    if (context.position !== 0) throw new Error('a branch that no rehearsal reaches')
    say(context)
  })
  expect(flaws(trap)).toEqual([expect.stringMatching(/^it stops: subject: Error: a branch that no rehearsal reaches/)])
})
