/**
 * A universe in the kernel: a symbol that is out takes no entries, keeps what it holds, and everything is the same after a restart.
 */
import { expect, test } from 'vitest'
import { MINUTE_MS, strategyId, ticks, ts } from '../../src/core/units.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { StrategyDefinition } from '../../src/strategy/sdk.ts'
import { defineStrategy, z } from '../../src/strategy/sdk.ts'
import type { Measure, UniverseRules } from '../../src/strategy/universe/universe.ts'
import { ordersOf } from '../support/kernel/kernel-run.ts'
import { BTC, ETH, Life, START, configOf } from '../support/market-life.ts'

const RULES: UniverseRules = {
  take: 1,
  by: 'volume',
  overMs: 60 * MINUTE_MS,
  everyMs: 60 * MINUTE_MS,
  white: [],
  black: [],
  cooldownMs: 0,
}
const base = {
  warmup: () => 0,
  params: z.strictObject({}),
  protection: 'position-stop',
  givesStop: true,
  version: 1,
  summary: 'x',
} as const

/** Long above 100, flat at 100, short below; a stop a tenth away. */
const byLevel = defineStrategy({
  ...base,
  name: 'level',
  init: () => ({}),
  onBar({ bars, signal }) {
    const close = bars.close(0)
    const side = close > 100 ? 1 : close < 100 ? -1 : 0
    const stop = side === 0 ? undefined : ticks(Math.round(close * (1 - side / 10)))
    signal({ side, strength: 1, ...(stop === undefined ? {} : { stop }), reason: { rule: 'level', values: {} } })
  },
})
/** Rests a buy in each market that it may, and one in all others. */
const resting = (seen: string[]): StrategyDefinition =>
  defineStrategy({
    ...base,
    contract: 2,
    name: 'resting',
    init: () => ({ n: 0 }),
    onBar({ markets }, state) {
      state.n += 1
      seen.push(markets.map(({ isSelected }) => (isSelected ? 'in' : 'out')).join(' '))
      for (const { name, enter, orders, position } of markets)
        if (orders.length === 0 && position === 0)
          enter({ name: `${name}-${state.n}`, side: 1, limit: ticks(90), stop: ticks(80), reason: { rule: 'rest', values: {} } })
    },
  }) as StrategyDefinition

const lifeOf = (definition: StrategyDefinition, rules: UniverseRules | undefined = RULES) => {
  const config = configOf(definition)
  return new Life({ ...config, strategies: config.strategies.map((each) => ({ ...each, universe: rules })) })
}
const measure = (volume: number): Measure => ({ isTraded: true, isOld: true, volume, volatility: 3, spreadBps: undefined })
/** Turnover of BTC and of ETH. */
const select = (life: Life, btc: number, eth: number): KernelFact[] => {
  const { kernel } = life
  const [strategy] = kernel.config.strategies
  if (strategy === undefined) throw new Error('no strategy')
  return life.give(kernel.universes.select(strategy, ['BTCUSDT', 'ETHUSDT'], [measure(btc), measure(eth)], kernel.now))
}
const denied = (facts: readonly KernelFact[]) =>
  facts.flatMap((fact) => (fact.type === 'order-denied' ? [[fact.instrument, fact.rule, fact.figures.verdict]] : []))
const entered = (facts: readonly KernelFact[]) => ordersOf(facts).map(({ instrument }) => instrument)

test('before the first selection no symbol takes entries', () => {
  const life = lifeOf(byLevel as StrategyDefinition)
  const facts = life.bars(0, [110, 110])
  expect([entered(facts), denied(facts)]).toEqual([
    [],
    [
      [BTC, 'universe', 'unmeasured'],
      [ETH, 'universe', 'unmeasured'],
    ],
  ])
})

test('without a universe all symbols take entries', () => {
  const life = new Life(configOf(byLevel as StrategyDefinition))
  expect(entered(life.bars(0, [110, 110]))).toEqual([BTC, ETH])
})

test('a symbol that leaves keeps its position and is closed by its strategy, and the next one enters on a signal of after', () => {
  const life = lifeOf(byLevel as StrategyDefinition)
  life.bars(0, [100, 100])
  select(life, 2, 1)
  const first = life.bars(1, [110, 110])
  expect([entered(first), denied(first)]).toEqual([[BTC], [[ETH, 'universe', 'rank']]])
  life.fill(first)
  expect(ordersOf(select(life, 1, 2))).toEqual([])
  expect(life.kernel.portfolio.positionLots(BTC)).toBe(3)
  expect(life.kernel.portfolio.stopOf(BTC)).toBe(99)
  // The signal of ETH came while it was out: it is dead until it changes (S11).
  expect(entered(life.bars(2, [111, 111]))).toEqual([])
  expect(entered(life.bars(3, [111, 95]))).toEqual([ETH])
  const exit = ordersOf(life.bars(4, [100, 95]))
  expect(exit.map(({ instrument, reduceOnly }) => [instrument, reduceOnly])).toEqual([[BTC, true]])
  life.fill(exit.length === 0 ? [] : (life.rows.at(-1)?.facts ?? []))
  expect(denied(life.bars(5, [120, 95]))).toEqual([[BTC, 'universe', 'rank']])
})

test('entries of a symbol that leaves are canceled, those of one that stays are not', () => {
  const seen: string[] = []
  const life = lifeOf(resting(seen))
  life.bars(0, [100, 100])
  select(life, 2, 1)
  expect(entered(life.bars(1, [100, 100]))).toEqual([BTC])
  expect(select(life, 3, 1).filter(({ type }) => type === 'cancel-requested')).toEqual([])
  const left = select(life, 1, 2)
  expect(left.filter(({ type }) => type === 'cancel-requested')).toMatchObject([{ instrument: BTC }])
  life.bars(2, [100, 100])
  expect(seen).toEqual(['out out', 'in out', 'out in'])
})

test('a candidate without the bars that are read is not shown until it has them, and the others trade meanwhile', () => {
  const seen: string[] = []
  const reader = (log: string[]) =>
    defineStrategy({
      ...base,
      contract: 2,
      name: 'reader',
      init: () => ({}),
      history: () => 3,
      onBar({ markets }) {
        log.push(markets.map(({ name, bars }) => `${name} ${bars.close(2)}`).join(', '))
      },
    }) as StrategyDefinition
  const life = lifeOf(reader(seen))
  for (const minute of [0, 1, 2, 3]) life.bars(minute, [100 + minute, minute < 2 ? undefined : 50])
  life.bars(4, [104, 51])
  expect(seen).toEqual(['BTCUSDT 100', 'BTCUSDT 101', 'BTCUSDT 102, ETHUSDT 50'])
  const whole: string[] = []
  const without = new Life(configOf(reader(whole)))
  for (const minute of [0, 1, 2, 3, 4]) without.bars(minute, [100, minute < 2 ? undefined : 50])
  expect(whole).toEqual(['BTCUSDT 100, ETHUSDT 50'])
})

test('one that leaves stays out for its cooldown, and one that was never in has none', () => {
  const life = lifeOf(byLevel as StrategyDefinition, { ...RULES, cooldownMs: 2 * MINUTE_MS })
  life.bars(0, [100, 100])
  select(life, 2, 1)
  const verdicts = () => life.kernel.universes.of(strategyId('s'))?.members.map(({ verdict }) => verdict)
  life.bars(1, [100, 100])
  select(life, 1, 2)
  expect(verdicts()).toEqual(['rank', 'chosen'])
  life.bars(2, [100, 100])
  select(life, 3, 1)
  expect(verdicts()).toEqual(['cooldown', 'chosen'])
  life.bars(3, [100, 100])
  select(life, 3, 1)
  expect(verdicts()).toEqual(['chosen', 'rank'])
})

test('folded from the journal or restored from a snapshot, the selection is what it was', () => {
  const life = lifeOf(byLevel as StrategyDefinition)
  life.bars(0, [100, 100])
  select(life, 2, 1)
  life.fill(life.bars(1, [110, 110]))
  select(life, 1, 2)
  const plain = JSON.parse(JSON.stringify(life.kernel.snapshot()))
  const restored = new Kernel(life.config)
  restored.restore(plain)
  const folded = new Kernel(life.config)
  for (const { input, facts } of life.rows) {
    folded.foldInput(input)
    for (const fact of facts) folded.foldFact(fact)
  }
  const of = (kernel: Kernel) => JSON.parse(JSON.stringify(kernel.universes.snapshot()))
  expect(of(restored)).toEqual(plain.universes)
  expect(of(folded)).toEqual(plain.universes)
  expect(plain.universes[0].at).toBe(ts(START + 2 * MINUTE_MS))
})
