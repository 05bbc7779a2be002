/**
 * The order path under seeded faults, in two worlds; hundreds of them, those that broke once, and each safety taken out: world.prove.ts.
 */
import { expect, test } from 'vitest'
import { proveWorlds } from './many-worlds.ts'
import { runWorld } from './world.ts'

const WORLDS = 2

test(`${WORLDS} worlds keep every promise`, () => proveWorlds(Array.from({ length: WORLDS }, (_, k) => 1 + k)), 240_000)

test('a seed repeats itself to the last event', async () => {
  const [a, b] = [await runWorld(1), await runWorld(1)]
  expect(b).toEqual(a)
  expect((await runWorld(2)).log).not.toEqual(a.log)
})
