/**
 * What a strategy may say, and what of its state comes back: each field with a value of its own that is wrong.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ticks } from '../core/units.ts'
import { checkState, keptOf, stateOf } from './kept-state.ts'
import { checkSignal } from './signal-gate.ts'
import type { Signal } from './strategy.ts'

const sound: Signal = {
  side: 1,
  strength: 1,
  limit: ticks(99),
  stop: ticks(90),
  targets: [
    { price: ticks(110), share: 0.5 },
    { price: ticks(120), share: 0.5 },
  ],
  reason: { rule: 'told', values: { a: 1, b: 'x', c: true } },
}
const answer = (over: object): string | Signal => {
  const said = (signal: Signal): Signal => checkSignal(signal, 100, said)
  try {
    return said({ ...sound, ...over })
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

test('a sound signal is itself', () => {
  expect(answer({})).toEqual(sound)
  expect(answer({ side: -1, limit: undefined, stop: ticks(101), targets: [{ price: ticks(99), share: 1 }] })).toMatchObject({ side: -1 })
})

test.each<readonly [object, RegExp]>([
  [{ side: 2 }, /^side is 2: 1, -1 or 0/],
  [{ side: undefined }, /^side is undefined/],
  [{ side: '1' }, /^side is "1"/],
  [{ strength: Number.NaN }, /^strength is NaN: from 0 to 1/],
  [{ strength: 1.01 }, /^strength is 1.01/],
  [{ stop: Number.NaN }, /^stop is NaN: a price is a whole number of ticks above 0$/],
  [{ stop: Number.POSITIVE_INFINITY }, /^stop is Infinity/],
  [{ stop: 90.5 }, /^stop is 90.5: .*ticksFromFloat/],
  [{ stop: -90 }, /^stop is -90/],
  [{ stop: 0 }, /^stop is 0/],
  [{ stop: 2 ** 53 }, /^stop is 9007199254740992/],
  [{ stop: 90n }, /^stop is 90n \(a BigInt\)/],
  [{ stop: '90' }, /^stop is "90"/],
  [{ stop: null }, /^stop is null/],
  [{ stop: ticks(100) }, /^stop is 100 ticks, on the winning side of 99 ticks for a long/],
  [{ side: -1, targets: undefined, limit: undefined }, /^stop is 90 ticks, on the winning side of 100 ticks for a short/],
  [{ limit: 99.5 }, /^limit is 99.5/],
  [{ targets: 'all' }, /^targets is "all": a list/],
  [{ targets: [7] }, /^targets\[0\] is 7/],
  [{ targets: [{ price: Number.NaN, share: 1 }] }, /^targets\[0\]\.price is NaN/],
  [{ targets: [{ price: 110, share: 5 }] }, /^targets\[0\]\.share is 5/],
  [
    {
      targets: [
        { price: 110, share: 0.7 },
        { price: 120, share: 0.7 },
      ],
    },
    /^the shares of targets sum to 1.4/,
  ],
  [{ targets: [{ price: 95, share: 1 }] }, /^targets\[0\]\.price is 95 ticks, on the losing side of 99 ticks for a long/],
  [{ reason: undefined }, /^reason is undefined/],
  [{ reason: { rule: 'operator close', values: {} } }, /^reason.rule is 'operator close', which stands for an operator's close/],
  [{ reason: { rule: 'x', values: { big: 1n } } }, /^reason.values.big is 1n/],
  [{ reason: { rule: 'x', values: { f: () => 0 } } }, /^reason.values.f is a function/],
])('%o is refused by its field', (over, problem) => {
  expect(answer(over)).toMatch(problem)
})

test('a value that JSON cannot hold is kept as text, since it is only read', () => {
  expect(answer({ reason: { rule: 'x', values: { a: Number.NaN, b: -0, c: 2 } } })).toMatchObject({
    reason: { rule: 'x', values: { a: 'NaN', b: '0', c: 2 } },
  })
})

test('the place that is reported is the strategy’s own line', () => {
  const said = (signal: Signal): Signal => checkSignal(signal, 100, said)
  const strategyOfMine = (): unknown => said({ ...sound, stop: ticks(90.5) })
  try {
    strategyOfMine()
    expect.unreachable()
  } catch (thrown) {
    expect((thrown as Error).stack?.split('\n')[1]).toMatch(/strategyOfMine/)
  }
})

describe('a state over its journal', () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '$' && key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value

  test('every number comes back as it was, NaN, Infinity and -0 among them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), plain, { noNullPrototype: true }), (state) => {
        checkState(state)
        const back = stateOf(JSON.parse(JSON.stringify(keptOf(state))))
        // toStrictEqual shows -0 from 0 and undefined from absent.
        expect(back).toStrictEqual({ ...state })
      }),
    )
  })

  const self: { me?: unknown } = {}
  self.me = self
  test.each<readonly [object, RegExp]>([
    [{ n: 1n }, /^state\.n is a bigint/],
    [{ list: [1, { f: () => 0 }] }, /^state\.list\[1\]\.f is a function/],
    [{ seen: new Map() }, /^state\.seen is a Map/],
    [{ at: new Date(0) }, /^state\.at is a Date/],
    [{ ring: new Float64Array(2) }, /^state\.ring is a Float64Array/],
    [{ key: Symbol('x') }, /^state\.key is a symbol/],
    [self, /refers to itself/],
    [{ deep: { $: 1 } }, /^state\.deep has a field named \$/],
  ])('%o is refused by the name of its field', (state, problem) => {
    expect(() => checkState(state)).toThrow(problem)
    expect(() => keptOf(state)).toThrow(problem)
  })
})
