/**
 * A kernel that an instrument joins is the kernel that was made with all of them and given the same snapshot: same decisions, same state.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { MINUTE_MS, instrumentIndex, ts } from '../../src/core/units.ts'
import type { KernelConfig, StrategyConfig } from '../../src/kernel/config.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { planOf } from '../../src/config/strategy-plan.ts'
import { strategiesOf } from '../../src/trader/kernel-config.ts'
import { BTC, ETH, Life, START, barOf, configOf } from '../support/market-life.ts'
import { ordersOf } from '../support/kernel/kernel-run.ts'
import { twoMarkets } from '../support/two-markets.ts'

const both = configOf(twoMarkets)
const ofSpot = (config: KernelConfig): KernelConfig => ({
  ...config,
  instruments: config.instruments.map((each, at) =>
    at === 0 ? each : makeInstrument({ index: each.index, venue: 'sim', symbol: 'ETHUSDT-SPOT', tickSize: '1', lotSize: '1' }),
  ),
})
const strategiesOn = (config: KernelConfig, symbols: readonly string[]): readonly StrategyConfig[] => {
  const plans = symbols.map((symbol) => {
    const plan = planOf({
      id: symbol.toLowerCase(),
      strategy: 'donchian-breakout',
      symbols: [symbol],
      params: { entry: 3, exit: 3, atr: 3, stopAtr: 4 },
    })
    if (!plan.ok) throw new Error(plan.error)
    return plan.value
  })
  return strategiesOf({ plans, manual: [] }, config.instruments, MINUTE_MS).strategies
}

const walk = (random: Random, count: number): number[] => {
  let price = 10_000
  return Array.from({ length: count }, () => {
    price += random.below(201) - 100
    return price
  })
}
const give = (kernel: Kernel, input: KernelInput): KernelFact[] => {
  kernel.factBuffer.reset()
  kernel.apply(input)
  return Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('an instrument that joins: the kernel decides and books from then on as one that began with it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 30 }), fc.boolean(), (seed, joinsAt, isSpot) => {
      const config = isSpot ? ofSpot(both) : both
      const [first, second] = config.instruments
      if (first === undefined || second === undefined) throw new Error('two instruments are expected')
      const random = new Random(seed)
      const prices = [walk(random, 60), walk(random, 60)]
      const life = new Life({
        ...config,
        instruments: [first],
        strategies: strategiesOn({ ...config, instruments: [first] }, [first.symbol]),
      })
      for (let minute = 0; minute < joinsAt; minute++) life.fill(life.bars(minute, [prices[0]?.[minute]]))
      const { kernel } = life
      const [run] = kernel.runs
      const list = { strategies: strategiesOn(config, [first.symbol, second.symbol]), manual: [] }
      const began = new Kernel({ ...config, strategies: strategiesOn(config, [first.symbol]) })
      began.restore(plain(kernel.snapshot()) as ReturnType<Kernel['snapshot']>)
      for (const row of rowsOf(prices[0] ?? [], joinsAt)) {
        began.bars[BTC]?.push(row.bar)
        began.bars[BTC]?.reveal()
      }
      kernel.addInstruments([second])
      expect(plain(kernel.snapshot())).toEqual(plain(began.snapshot()))

      for (const each of [kernel, began]) each.useStrategies(list)
      const inputs: KernelInput[] = [
        {
          type: 'strategies-changed',
          owners: list.strategies.map(({ id }) => id),
          added: list.strategies.slice(1).map(({ id }) => id),
          changed: [],
          removed: [],
          actor: 'test',
          ts: kernel.now,
        },
        {
          type: 'bars-closed',
          ts: ts(START + joinsAt * MINUTE_MS),
          mode: 'late',
          bars: rowsOf(prices[1] ?? [], joinsAt).map((row) => ({ ...row, instrument: ETH })),
        },
      ]
      for (const input of inputs) expect(plain(life.give(input))).toEqual(plain(give(began, input)))
      expect(kernel.runs[0]).toBe(run)
      for (let minute = joinsAt; minute < 60; minute++) {
        const bars = [0, 1].map((at) => barOf(at, minute, prices[at]?.[minute] as number))
        const facts = life.give({ type: 'bars-closed', ts: ts(START + (minute + 1) * MINUTE_MS), mode: 'live', bars })
        expect(plain(facts)).toEqual(
          plain(give(began, { type: 'bars-closed', ts: ts(START + (minute + 1) * MINUTE_MS), mode: 'live', bars })),
        )
        const filled = life.rows.length
        life.fill(facts)
        for (const { input } of life.rows.slice(filled)) give(began, input)
        if (ordersOf(facts).length > 0) expect(plain(kernel.snapshot())).toEqual(plain(began.snapshot()))
      }
      expect(plain(kernel.snapshot())).toEqual(plain(began.snapshot()))
    }),
    { numRuns: 30 },
  )
})

const rowsOf = (prices: readonly number[], count: number) => prices.slice(0, count).map((price, minute) => barOf(0, minute, price))

test('an instrument joins with the number that follows, and with no other', () => {
  const kernel = new Kernel(both)
  const third = makeInstrument({ index: instrumentIndex(3), venue: 'sim', symbol: 'SOLUSDT', tickSize: '1', lotSize: '1' })
  expect(() => kernel.addInstruments([third])).toThrow('SOLUSDT has number 3')
})
