/**
 * Limits that are nearly used up: once on the way up, again after hysteresis, and the same after a restart.
 */
import { expect, test } from 'vitest'
import { moneyLimit } from '../../core/money-limit.ts'
import { cash } from '../../core/units.ts'
import { BTC, Bench, type Setup } from '../../../test/support/kernel/kernel-run.ts'
import type { KernelFact } from '../fact.ts'
import type { KernelInput } from '../input.ts'
import { Kernel } from '../kernel.ts'

class Watched extends Bench {
  readonly log: { readonly input: KernelInput; readonly facts: readonly KernelFact[] }[]
  constructor(limits: NonNullable<Setup['limits']>) {
    super({ limits })
    this.log = []
  }
  override give(input: KernelInput): KernelFact[] {
    const facts = super.give(input)
    this.log?.push({ input, facts })
    return facts
  }
  /** What the next bar tells at the price. */
  at(price: number): string[] {
    this.prices[BTC] = price
    return this.bar().flatMap((fact) => {
      if (fact.type !== 'alert-raised' || fact.alert !== 'risk.limit_near') return []
      const { key, used, limit } = fact.data as { key: string; used: string; limit: string }
      return [`${fact.severity} ${key} ${used}/${limit}`]
    })
  }
  folded(): Kernel {
    const again = new Kernel(this.config)
    again.restore(JSON.parse(JSON.stringify(new Bench().kernel.snapshot())))
    for (const { input, facts } of this.log) {
      again.foldInput(input)
      for (const fact of facts) again.foldFact(fact)
    }
    return again
  }
}

const lossOf = (limit: number): Watched => {
  const bench = new Watched({ dayLossMax: moneyLimit(cash(limit * 1e8)) })
  bench.enter(1, 99)
  return bench
}
/** At which the position has lost that part of 100. */
const priceAt = (bench: Watched, part: number): number => 100 - (100 * part) / bench.held

test('an alert at 80 % of the limit, once, and again only after less than 70 % of it was used', () => {
  const bench = lossOf(100)
  expect(bench.held).toBe(10)
  const raised = [0.7, 0.8, 0.7, 0.9, 0.8, 0.6, 0.8, 0.5].map((part) => bench.at(priceAt(bench, part)))
  expect(raised).toEqual([[], ['P2 dayLoss 80.00/100.00'], [], [], [], [], ['P2 dayLoss 80.00/100.00'], []])
})

test('a limit that is reached at once has its own alert, and no other beside it', () => {
  const bench = lossOf(100)
  expect(bench.at(priceAt(bench, 1.2))).toEqual([])
  expect(bench.kernel.holds.map(({ id }) => id)).toEqual(['day-loss'])
})

test('a restart repeats no alert: a snapshot and a fold of the journal know which were raised', () => {
  const bench = lossOf(100)
  expect(bench.at(priceAt(bench, 0.9))).toHaveLength(1)
  const known = bench.kernel.snapshot().nearLimits
  expect(known).toEqual(['dayLoss'])
  expect(bench.folded().snapshot().nearLimits).toEqual(known)
  expect(bench.at(priceAt(bench, 0.5))).toEqual([])
  expect(bench.folded().snapshot().nearLimits).toEqual([])
})

test('value of all positions: the alert has what is open and the limit', () => {
  const bench = new Watched({ grossMax: moneyLimit(cash(1_400e8)), dayLossMax: moneyLimit(cash(9_000e8)) })
  bench.enter(1, 99)
  const value = bench.held * 100
  expect(value).toBe(1_000)
  expect([bench.at(111), bench.at(112), bench.at(120)]).toEqual([[], ['P3 gross 1120.00/1400.00'], []])
})

test('no alert where nothing is limited', () => {
  const bench = new Watched({})
  bench.enter(1, 10)
  expect([bench.at(50), bench.at(20)]).toEqual([[], []])
})
