/**
 * `strategy show`: the parameters as the schema has them.
 */
import { expect, test } from 'vitest'
import { WEBHOOK } from '../../strategy/builtin/webhook.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { CliError } from '../exit.ts'
import { checkSymbols } from '../research/chosen-strategy.ts'
import { paramsOf } from '../../strategy/params.ts'

test.each([...STRATEGIES.values()])('$name: each default that is shown is what an empty configuration gives', (definition) => {
  const shown = Object.fromEntries(paramsOf(definition).map((p) => [p.name, p.default]))
  expect(shown).toEqual(definition.params.parse({}))
})

const isChoice = (range: string): boolean => range.includes(', ')

test.each([...STRATEGIES.values()])('$name: each choice that is shown is taken, and no other word', (definition) => {
  for (const { name, range } of paramsOf(definition).filter((p) => isChoice(p.range))) {
    for (const word of range.split(', ')) expect(definition.params.safeParse({ [name]: word }).success).toBe(true)
    expect(definition.params.safeParse({ [name]: 'sideways' }).success).toBe(false)
  }
})

test.each([...STRATEGIES.values()])('$name: each range that is shown is the one that is enforced', (definition) => {
  const numbers = paramsOf(definition).filter((p) => p.range !== 'true or false' && !isChoice(p.range) && typeof p.default !== 'string')
  // What one trades comes from outside, and it has nothing to set.
  if (definition.name !== WEBHOOK) expect(numbers.length).toBeGreaterThan(0)
  for (const { name, range } of numbers) {
    const top = /to (\d+)/.exec(range)?.[1]
    expect(top, `${name}: ${range}`).toBeDefined()
    const issues = definition.params.safeParse({ [name]: Number(top) + 1 }).error?.issues ?? []
    expect(issues.some((issue) => issue.path[0] === name)).toBe(true)
    const within = definition.params.safeParse({ [name]: Number(top) }).error?.issues ?? []
    expect(within.some((issue) => issue.path[0] === name)).toBe(false)
  }
})

test.each([
  ['pairs', ['BTCUSDT', 'ETHUSDT'], undefined],
  ['pairs', ['BTCUSDT'], 'pairs needs 2 symbols (left, right), not 1.'],
  ['grid', ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'], undefined],
  ['ema-cross', ['BTCUSDT', 'ETHUSDT'], undefined],
  ['funding-carry', ['BTCUSDT-SPOT', 'BTCUSDT'], undefined],
  ['funding-carry', ['BTCUSDT', 'BTCUSDT-SPOT'], "funding-carry takes a spot pair (BTCUSDT-SPOT) for 'spot', and BTCUSDT is none."],
] as const)('%s over %j', (name, symbols, sentence) => {
  const check = (): void => checkSymbols(STRATEGIES.get(name) as StrategyDefinition, symbols)
  if (sentence === undefined) expect(check).not.toThrow()
  else {
    const example = name === 'pairs' ? 'BTCUSDT ETHUSDT' : 'BTCUSDT-SPOT BTCUSDT'
    expect(check).toThrow(new CliError(2, sentence, `Name them in the order of these roles: ballast backtest ${name} ${example}`))
  }
})
