/**
 * Lists of strategies in files: what is read, what is refused and why, and each symbol with one owner.
 */
import { expect, test } from 'vitest'
import { STRATEGIES } from '../strategy/registry.ts'
import { ownerProblem, plansIn, readSpecs } from './strategy-list.ts'

const LIST = '[{"strategy":"ema-cross","symbols":["BTCUSDT"]}]'

test.each([
  ['a list', LIST],
  ['a configuration file', `{"profile":"live","strategies":${LIST}}`],
])('%s is read', (_, text) => {
  expect(readSpecs(text)).toEqual({ ok: true, value: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'] }] })
})

test.each([
  ['no JSON', 'ema-cross BTCUSDT', 'is not JSON'],
  ['an empty list', '[]', 'lists no strategies'],
  ['no list', '{"strategy":"ema-cross"}', 'must be a list'],
  ['no symbols', '[{"strategy":"ema-cross"}]', 'at 0.symbols must be a list'],
  ['a key that is not known', '[{"strategy":"x","symbols":["A"],"foo":1}]', 'at 0 has no key foo'],
])('%s is refused', (_, text, error) => {
  expect(readSpecs(text)).toEqual({ ok: false, error })
})

test.each([
  [
    'a strategy that is not there',
    [{ strategy: 'ema-cros', symbols: ['BTCUSDT'] }],
    expect.stringMatching(/^There is no strategy 'ema-cros'. Did you mean ema-cross\?/),
  ],
  [
    'a parameter that is out of bounds',
    [{ strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: -1 } }],
    expect.stringMatching(/^ema-cross: .*fast/),
  ],
  [
    'two of one name',
    [
      { strategy: 'ema-cross', symbols: ['BTCUSDT'] },
      { strategy: 'ema-cross', symbols: ['ETHUSDT'] },
    ],
    'Two strategies are named ema-cross.',
  ],
  [
    'a symbol with two owners',
    [
      { strategy: 'ema-cross', symbols: ['BTCUSDT'] },
      { id: 'b', strategy: 'ema-cross', symbols: ['BTCUSDT'] },
    ],
    'symbol-owned: BTCUSDT belongs to ema-cross, so b cannot trade it.',
  ],
])('%s is refused', (_, specs, sentence) => {
  expect(plansIn(specs, STRATEGIES)).toMatchObject({ ok: false, error: { sentence } })
})

test('each symbol has one owner', () => {
  expect(ownerProblem([{ id: 'a', symbols: ['X', 'X'] }])?.sentence).toBe('X is listed twice in a.')
  expect(
    ownerProblem([
      { id: 'a', symbols: ['X', 'Y'] },
      { id: 'b', symbols: ['Z'] },
    ]),
  ).toBeUndefined()
})
