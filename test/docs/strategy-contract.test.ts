/**
 * The strategies that docs/strategy-contract.md shows work as they stand, and what it says of them holds.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkStrategy, walkColumns } from '../../src/backtest/strategy-check.ts'
import { Random } from '../../src/core/random.ts'
import { MINUTE_MS, instrumentIndex } from '../../src/core/units.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { compileStrategies } from '../../src/strategy-files/compile.ts'
import { importStrategies } from '../../src/strategy-files/module.ts'
import type { Catalog } from '../../src/strategy/registry.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { signalsOf } from '../../src/strategy/strategy-harness.ts'
import { backtestFixture } from '../support/fixture-backtest.ts'
import { textOf } from '../support/repository.ts'

const shown = [...textOf('docs/strategy-contract.md').matchAll(/```ts\n\/\/ strategies\/([a-z-]+)\.ts\n([\s\S]*?)```/g)].map(
  ([, name = '', source = '']) => ({
    name,
    source,
  }),
)

let cwd: string
let catalog: Catalog
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'contract-'))
  mkdirSync(join(cwd, 'strategies'))
  for (const { name, source } of shown) writeFileSync(join(cwd, 'strategies', `${name}.ts`), source)
  const { modules, broken } = await compileStrategies(join(cwd, 'strategies'), join(cwd, 'compiled'))
  expect(broken).toEqual([])
  const imported = await importStrategies(modules)
  if (!imported.ok) throw new Error(imported.error.sentence)
  catalog = imported.value
}, 60_000)
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const definitionOf = (name: string): StrategyDefinition => catalog.get(name) as StrategyDefinition

test('the page shows what it speaks of', () => {
  expect(shown.map(({ name }) => name)).toEqual(['rise-one', 'rise-two', 'stronger', 'steps'])
})

test.each(shown)('$name keeps what every strategy must keep', ({ name }) => {
  const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'walk', symbol: 'TESTUSDT', tickSize: '0.01', lotSize: '0.001' })
  const columns = walkColumns(new Random(7), 6_000, Date.UTC(2025, 0, 1))
  const definition = definitionOf(name)
  const { checks, signals } = checkStrategy(definition, definition.params.parse({}), { instrument, intervalMs: MINUTE_MS, columns })
  expect(checks.filter(({ flaw }) => flaw !== undefined)).toEqual([])
  expect(signals).toBeGreaterThan(0)
})

test('orders of steps in its test are as the page says', () => {
  const said = signalsOf(definitionOf('steps'), { levels: 2 }, [[100, 100, 100, 100]]).at(-1)
  expect(said?.orders?.map((order) => order.does === 'enter' && [order.name, order.limit])).toEqual([
    ['buy-1-1', 99.6],
    ['buy-1-2', 99.2],
  ])
})

test('a strategy that moved over trades as before, to the fingerprint', async () => {
  const one = await backtestFixture(definitionOf('rise-one'), {}, ['ETHUSDT'])
  const two = await backtestFixture(definitionOf('rise-two'), {}, ['ETHUSDT'])
  expect(one.result.trades.length).toBeGreaterThan(5)
  expect(two.fingerprint).toBe(one.fingerprint)
})

test('one strategy of three symbols trades them in one backtest', async () => {
  const { result } = await backtestFixture(definitionOf('stronger'), {}, ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'])
  expect(new Set(result.trades.map(({ instrument }) => instrument)).size).toBeGreaterThan(1)
})

test('orders by name: buys in steps, sells halves at limits, gives up after a time', async () => {
  const { result } = await backtestFixture(definitionOf('steps'), {}, ['ETHUSDT'])
  expect(result.failure).toBeUndefined()
  expect(result.fills.filter(({ side }) => side === 1).length).toBeGreaterThan(10)
  expect(new Set(result.trades.map(({ exitReason }) => exitReason))).toEqual(new Set(['signal', 'stop']))
  expect(result.trades.some(({ entryTs, exitTs }) => exitTs - entryTs >= 60 * 300_000)).toBe(true)
})
