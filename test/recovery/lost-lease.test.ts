/**
 * S6: a trader that another has taken the account from ends by itself, also while it still starts, so that whoever watches it can act.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessWorld, sleep } from '../support/process/process-world.ts'

const ENDED_WITHIN_MS = 15_000

let world: ProcessWorld

beforeAll(async () => {
  world = await ProcessWorld.make()
}, 120_000)

afterAll(() => world?.remove(), 60_000)

const passLease = async (): Promise<void> => {
  await world.database.sql`update lease set epoch = epoch + 1`
}

async function slowReadings(ms: number | undefined): Promise<void> {
  const rules = [{ match: { path: '/v5/position/list' }, when: {}, effect: { type: 'delay-reply', ms } }]
  await fetch(
    `${world.simUrl}/_sim/faults`,
    ms === undefined ? { method: 'DELETE' } : { method: 'POST', body: JSON.stringify({ seed: 1, rules }) },
  )
}

test('while it trades', async () => {
  const trader = world.trader()
  await trader.ready
  await passLease()
  const ended = await Promise.race([trader.ended, sleep(ENDED_WITHIN_MS)])
  expect(ended, trader.said()).toEqual({ code: 1, signal: null })
}, 60_000)

test('while it starts', async () => {
  await slowReadings(3_000)
  const trader = world.trader()
  // Its first append shows that it holds the lease; the reading of the account then takes three seconds.
  const [before] = await world.database.sql<{ epoch: number }[]>`select epoch from lease`
  for (let epoch = before?.epoch; epoch === before?.epoch; ) {
    await sleep(20)
    epoch = (await world.database.sql<{ epoch: number }[]>`select epoch from lease`)[0]?.epoch
  }
  await sleep(500)
  await passLease()
  const ended = await Promise.race([trader.ended, sleep(ENDED_WITHIN_MS)])
  await slowReadings(undefined)
  expect(ended, trader.said()).toEqual({ code: 1, signal: null })
}, 60_000)
