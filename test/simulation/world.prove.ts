/**
 * The order path under seeded faults: hundreds of worlds, each checked after each step; and each safety taken out, which they must notice.
 */
import { expect, test } from 'vitest'
import { isFull } from '../support/process/prove-size.ts'
import { proveWorlds } from './many-worlds.ts'
import { MUTATIONS } from './mutations.ts'
import { type Outcome, runWorld } from './world.ts'

const ONE = process.env.BALLAST_SIM_SEED
const WORLDS = Number(process.env.BALLAST_SIM_SEEDS ?? (isFull ? 2_000 : 250))
const FIRST = Number(process.env.BALLAST_SIM_FIRST ?? 1)
/** Worlds that a safety may stay out of before somebody must notice. */
const MUTANT_SEEDS = 40

test(
  ONE === undefined ? `${WORLDS} worlds keep every promise` : `world ${ONE} keeps every promise`,
  () => proveWorlds(ONE === undefined ? Array.from({ length: WORLDS }, (_, k) => FIRST + k) : [Number(ONE)]),
  Math.max(240_000, WORLDS * 4_000),
)

test.skipIf(ONE !== undefined).each(MUTATIONS)(
  'it is noticed when $name',
  async ({ mutation, from = 1 }) => {
    let noticed: Outcome | undefined
    for (let seed = from; seed < from + MUTANT_SEEDS && noticed?.broken === undefined; seed++) noticed = await runWorld(seed, mutation)
    expect(noticed?.broken?.name).toBe('Broken')
  },
  120_000,
)
