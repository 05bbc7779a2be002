/**
 * Parameters that are true or false, in every strategy that has one.
 */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { flagParam } from './flag-param.ts'
import { STRATEGIES } from '../registry.ts'

test.each([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
  [undefined, true],
])('%j is %j', (given, expected) => {
  expect(flagParam(true).parse(given)).toBe(expected)
})

test.each(['', 'no', '0', 1, null])('%j is refused', (given) => {
  expect(flagParam(true).safeParse(given).success).toBe(false)
})

test('no strategy turns the word false into true, and each still lists the parameter as a boolean', () => {
  const flags = [...STRATEGIES.values()].flatMap((definition) => {
    const { properties = {} } = z.toJSONSchema(definition.params, { io: 'input' })
    return Object.entries(properties).flatMap(([name, property]) =>
      typeof property === 'object' && property.type === 'boolean' ? [{ definition, name }] : [],
    )
  })
  expect(flags.length).toBeGreaterThanOrEqual(3)
  for (const { definition, name } of flags) expect(definition.params.parse({ [name]: 'false' })).toMatchObject({ [name]: false })
})
