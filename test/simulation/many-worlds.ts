/**
 * Worlds one after the other, counted, and the story of the first that broke a promise.
 */
import { expect } from 'vitest'
import { type Outcome, runWorld } from './world.ts'

const LINES_SHOWN = Number(process.env.BALLAST_SIM_LINES ?? 60)

const replayOf = (seed: number): string => `BALLAST_SIM_SEED=${seed} npm run prove -- test/simulation`
const story = ({ seed, broken, atMs, log }: Outcome): string =>
  [...log.slice(-LINES_SHOWN), `${broken?.stack}`, `seed ${seed} at ${atMs} ms; see it again with: ${replayOf(seed)}`].join('\n')

/** @throws AssertionError with the story of the first broken world; with many worlds also where nothing happened in them. */
export async function proveWorlds(seeds: readonly number[]): Promise<void> {
  const sum = { worlds: 0, lives: 0, orders: 0, executions: 0, faults: 0, broken: 0 }
  const broken: Outcome[] = []
  for (const seed of seeds) {
    const outcome = await runWorld(seed)
    sum.worlds += 1
    sum.lives += outcome.lives
    sum.orders += outcome.orders
    sum.executions += outcome.executions
    sum.faults += outcome.faultsFired
    if (outcome.broken === undefined) continue
    sum.broken += 1
    broken.push(outcome)
    process.stderr.write(`${outcome.broken.message}: ${replayOf(seed)}\n`)
  }
  process.stderr.write(`simulation: ${JSON.stringify(sum)}\n`)
  expect(broken.slice(0, 1).map(story)).toEqual([])
  // Worlds in which nothing happens prove nothing.
  if (seeds.length < 10) return
  expect(sum.executions).toBeGreaterThan(seeds.length * 10)
  expect(sum.faults).toBeGreaterThan(seeds.length * 20)
  expect(sum.lives).toBeGreaterThan(seeds.length)
}
