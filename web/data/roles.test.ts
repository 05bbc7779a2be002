/**
 * Buttons are for those whose role is enough, for the command and for its action.
 */
import { expect, test } from 'vitest'
import { mayRun } from './roles.ts'

const strategy = { role: 'viewer', rolesByAction: { on: 'trader', off: 'operator' } } as const

test('an action needs its own role, the rest what the command needs', () => {
  expect([
    mayRun('viewer', strategy, ['ema-cross']),
    mayRun('viewer', strategy, ['ema-cross', 'off']),
    mayRun('operator', strategy, ['off']),
  ]).toEqual([true, false, true])
  expect([mayRun('operator', strategy, ['on']), mayRun('trader', strategy, ['on'])]).toEqual([false, true])
})
test('what the registry does not know is offered to nobody, what anybody may to everybody', () => {
  expect([mayRun('admin', undefined), mayRun('viewer', { role: 'any', rolesByAction: {} })]).toEqual([false, true])
})
test('a word that is called like something of each object is no action', () => {
  expect(mayRun('viewer', strategy, ['constructor'])).toBe(true)
})
