/**
 * Kills the trader's process at random moments while the exchange runs on, and compares books with the exchange after each restart.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { isFull } from '../support/process/prove-size.ts'
import { readWire } from '../support/differences.ts'
import { ProcessWorld, sleep } from '../support/process/process-world.ts'

const KILLS = Number(process.env.BALLAST_TEST_KILLS ?? (isFull ? 25 : 4))
const SEED = Number(process.env.BALLAST_TEST_SEED ?? '1')

let world: ProcessWorld

beforeAll(async () => {
  world = await ProcessWorld.make()
}, 120_000)

afterAll(() => world?.remove(), 60_000)

test(
  `S6: ${KILLS} kills at random moments lose no order, double none, and leave positions equal to the exchange's`,
  async () => {
    const random = new Random(SEED)
    let trader = world.trader()
    await trader.ready
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(1_000 + random.below(4_000))
      trader.process.kill('SIGKILL')
      await Promise.race([trader.ended, sleep(300)])
      trader = world.trader()
      await trader.ready
      await world.agree(`kill ${kill + 1}, seed ${SEED}`)
    }
    const { executions } = await readWire(world.simUrl)
    expect(executions.filter((e) => e.execType === 'Trade').length).toBeGreaterThan(KILLS)
  },
  60_000 + KILLS * 45_000,
)
