/**
 * A kernel that is given another list of strategies in place is the kernel that a start with that list would make of the same journal.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlanSpec, planOf } from '../../config/strategy-plan.ts'
import { MINUTE_MS, instrumentIndex, ts } from '../../core/units.ts'
import { Random } from '../../core/random.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import type { KernelInput } from '../../kernel/input.ts'
import { Kernel } from '../../kernel/kernel.ts'
import type { Bar } from '../../market/bars.ts'
import { Life, START, barOf, configOf } from '../../../test/support/market-life.ts'
import { twoMarkets } from '../../../test/support/two-markets.ts'
import { ordersOf } from '../../../test/support/kernel/kernel-run.ts'
import { strategiesOf } from '../kernel-config.ts'
import { StartHistory, giveUpChanged, ownersChange, startsOf } from './strategy-start.ts'

const CATALOG = new Map([['two-markets', twoMarkets]])
const donchian = (id: string, entry: number, symbols: readonly string[]): PlanSpec => ({
  id,
  strategy: 'donchian-breakout',
  symbols,
  params: { entry, exit: entry, atr: 3, stopAtr: 4 },
})
const LISTS: readonly (readonly PlanSpec[])[] = [
  [],
  [donchian('a', 3, ['BTCUSDT'])],
  [donchian('a', 3, ['BTCUSDT', 'ETHUSDT'])],
  [donchian('a', 4, ['BTCUSDT'])],
  [donchian('a', 3, ['BTCUSDT']), donchian('b', 5, ['ETHUSDT'])],
  [{ ...donchian('b', 5, ['ETHUSDT']), execution: 'twap:5m' }],
  [{ strategy: 'two-markets', symbols: ['BTCUSDT', 'ETHUSDT'], params: { middle: '2m', long: '3m', band: 0.0002 } }],
]
const base = configOf(twoMarkets)
const listOf = (specs: readonly PlanSpec[], manual: readonly string[]) => {
  const plans = specs.map((spec) => {
    const plan = spec.strategy === 'two-markets' ? planOf(spec, CATALOG) : planOf(spec)
    if (!plan.ok) throw new Error(plan.error)
    return plan.value
  })
  return strategiesOf({ plans, manual }, base.instruments, MINUTE_MS)
}

const walk = (seed: number, count: number): number[][] => {
  const random = new Random(seed)
  let [btc, eth] = [10_000, 5_000]
  return Array.from({ length: count }, () => {
    btc += random.below(201) - 100
    eth += random.below(101) - 50
    return [btc, eth]
  })
}
const WARM = 30
const AFTER = 25
const give = (kernel: Kernel, input: KernelInput): KernelFact[] => {
  kernel.factBuffer.reset()
  kernel.apply(input)
  return Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('in place or by a start: the same decisions and the same state from then on', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(LISTS.length - 1),
      fc.nat(LISTS.length - 1),
      fc.boolean(),
      fc.integer({ min: 1, max: 1e6 }),
      async (from, to, isOff, seed) => {
        const [first, second] = [listOf(LISTS[from] ?? [], []), listOf(LISTS[to] ?? [], [])]
        const prices = walk(seed, WARM + AFTER)
        const life = new Life({ ...base, ...first })
        const now = () => life.kernel.now
        for (const input of ownersChange(life.kernel, now())) life.give(input)
        const rowsOf = (i: number, until: number): Bar[] =>
          prices.slice(0, until).map((each, minute) => barOf(i, minute, each[i] as number).bar)
        const ports = {
          kernel: life.kernel,
          venue: { candles: async (i: number) => ({ ok: true, value: rowsOf(i, WARM) }) as const },
          now,
          log: () => {},
        }
        for (const input of startsOf(life.kernel, first.strategies, await StartHistory.read(ports, first.strategies), now)) life.give(input)
        for (let minute = 0; minute < WARM; minute++) life.fill(life.bars(minute, prices[minute] ?? []))
        const [one] = first.strategies
        if (isOff && one !== undefined) life.give({ type: 'set-strategy-mode', strategy: one.id, mode: 'off', actor: 'test', ts: now() })

        // What a start makes of the snapshot, told what the trader tells it.
        const started = new Kernel({ ...base, ...second })
        started.restore(plain(life.kernel.snapshot()) as ReturnType<Kernel['snapshot']>)
        // Bars are not kept with the state: a start reads those that are asked for back, and these are all of them.
        for (const { index } of base.instruments) started.bars[index]?.clear()
        for (const { index } of base.instruments)
          for (const bar of rowsOf(index, WARM)) {
            started.bars[index]?.push(bar)
            started.bars[index]?.reveal()
          }
        giveUpChanged(started)
        const change = ownersChange(started, now())
        for (const input of change) give(started, input)
        const again = { ...ports, kernel: started }
        for (const input of startsOf(started, second.strategies, await StartHistory.read(again, second.strategies), now))
          give(started, input)

        const history = await StartHistory.read(ports, second.strategies)
        life.kernel.useStrategies(second)
        const owners = life.kernel.ownersToTell()
        expect(change.map((each) => each.owners)).toEqual(owners === undefined ? change.map((each) => each.owners) : [owners])
        for (const input of change) life.give(input)
        for (const input of startsOf(life.kernel, second.strategies, history, now)) life.give(input)

        expect(plain(life.kernel.snapshot())).toEqual(plain(started.snapshot()))
        for (let minute = WARM; minute < WARM + AFTER; minute++) {
          const bars = prices[minute]?.map((price, i) => barOf(i, minute, price)) ?? []
          const input: KernelInput = { type: 'bars-closed', ts: ts(START + (minute + 1) * MINUTE_MS), mode: 'live', bars }
          const facts = life.give(input)
          expect(plain(facts)).toEqual(plain(give(started, input)))
          const filled = life.rows.length
          life.fill(facts)
          for (const { input: fill } of life.rows.slice(filled)) give(started, fill as KernelInput)
          if (ordersOf(facts).length > 0) expect(plain(life.kernel.snapshot())).toEqual(plain(started.snapshot()))
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('the same list again leaves each run what it is', () => {
  const list = listOf(LISTS[4] ?? [], [])
  const kernel = new Kernel({ ...base, ...list })
  const before = [...kernel.runs]
  kernel.useStrategies(listOf(LISTS[4] ?? [], []))
  expect(kernel.runs.map((run, i) => run === before[i])).toEqual([true, true])
  kernel.useStrategies(listOf(LISTS[1] ?? [], ['ETHUSDT']))
  expect([kernel.runs[0] === before[0], kernel.runs[1]]).toEqual([true, undefined])
  // Ownership is what the journal has said, and it has said nothing of it yet.
  expect([kernel.portfolio.ownerOf(instrumentIndex(1)), kernel.ownersToTell()]).toEqual(['b', ['a', 'manual']])
})
