/**
 * S13, S14: alerts about a trader, a database or a queue that is down.
 */
import { expect, test } from 'vitest'
import type { AlertPair, InstallationAlert } from '../../../db/alerts.ts'
import { OutageWatch } from './outage-watch.ts'

const START_MS = Date.UTC(2026, 0, 1, 17, 12, 0)

function makeWatch() {
  const told: string[] = []
  const parts: string[] = []
  const thaws: (() => void)[] = []
  const last = new Map<string, string>()
  const world = {
    wallMs: START_MS,
    steadyMs: 0,
    /** Wall-clock ms of the trader's last report. */
    reported: undefined as number | undefined,
    hasDatabase: true,
    isFrozen: false,
    hasQueue: true,
    told,
    parts,
  }
  const watch = new OutageWatch({
    traderAgeMs: async () => {
      if (world.isFrozen) await new Promise<void>((resolve) => thaws.push(resolve))
      if (!world.hasDatabase) throw new Error('connect ECONNREFUSED')
      return world.reported === undefined ? undefined : world.wallMs - world.reported
    },
    queueIsUp: async () => world.hasQueue,
    // As the table does it: of a pair, the same is not reported twice.
    alert: async ({ type, summary }: InstallationAlert, [down, back]: AlertPair) => {
      if ((last.get(down) ?? back) === type) return
      last.set(down, type)
      told.push(`${type}: ${summary}`)
    },
    report: async (part, status) => void parts.push(`${part} ${status}`),
    queueName: 'Redis',
    exchange: 'Bybit',
    wallMs: () => world.wallMs,
    steadyMs: () => world.steadyMs,
    log: () => {},
  })
  /** Checks every two seconds for the given time; a trader that runs reports. */
  const pass = async (seconds: number, isRunning: boolean): Promise<void> => {
    for (let k = 0; k < seconds / 2; k++) {
      world.wallMs += 2_000
      world.steadyMs += 2_000
      if (isRunning) world.reported = world.wallMs
      const looked = watch.look()
      if (!world.isFrozen) await looked
    }
  }
  const thaw = async (): Promise<void> => {
    world.isFrozen = false
    for (const resolve of thaws.splice(0)) resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { world, thaw, pass }
}

test('a trader that is silent for more than ten seconds is reported once, with the time and what flattens, and once when it is back', async () => {
  const { world, pass } = makeWatch()
  await pass(20, true)
  expect(world.told).toEqual([])
  await pass(8, false)
  expect(world.told).toEqual([])
  await pass(60, false)
  expect(world.told).toEqual([
    'trader.down: The trader has not been running since 17:12:20 UTC; stops stay at Bybit. To flatten: `ballast panic --direct`.',
  ])
  await pass(60, true)
  expect(world.told.slice(1)).toEqual(['trader.back: The trader is running again.'])
  await pass(60, false)
  expect(world.told).toHaveLength(3)
})

test('a trader that is being started has its time, and one that never comes is reported', async () => {
  const { world, pass } = makeWatch()
  world.reported = START_MS - 3_600_000
  await pass(28, false)
  expect(world.told).toEqual([])
  await pass(10, false)
  expect(world.told).toHaveLength(1)
  expect(world.told[0]).toContain('has not been running since 16:12:00 UTC')
})

test('a clock that was set makes no outage', async () => {
  const { world, pass } = makeWatch()
  await pass(20, true)
  world.wallMs += 3_600_000
  await pass(2, false)
  await pass(20, true)
  expect(world.told).toEqual([])
})

test('S14 the database was away: reported when it can be written, and a trader that waited for it is not called down at once', async () => {
  const { world, pass } = makeWatch()
  await pass(20, true)
  world.hasDatabase = false
  await pass(40, false)
  expect(world.told).toEqual([])
  world.hasDatabase = true
  await pass(2, false)
  await pass(20, true)
  expect(world.told).toEqual([
    'database.down: The database did not answer from 17:12:22 UTC on. No orders were sent in that time; stops stayed at Bybit.',
    'database.back: The database answers again, after 40 s.',
  ])
})

test('S14 a frozen database, which refuses nothing, is away as well', async () => {
  const { world, thaw, pass } = makeWatch()
  await pass(20, true)
  world.isFrozen = true
  await pass(40, false)
  await thaw()
  await pass(20, true)
  expect(world.told.map((line) => line.split(':')[0])).toEqual(['database.down', 'database.back'])
})

test('S14 a queue that is away is a part that is down, reported once; trading continues', async () => {
  const { world, pass } = makeWatch()
  await pass(10, true)
  world.hasQueue = false
  await pass(4, true)
  expect(world.told).toEqual([])
  expect(world.parts.at(-1)).toBe('queue down')
  await pass(20, true)
  world.hasQueue = true
  await pass(10, true)
  expect(world.told.map((line) => line.split(':')[0])).toEqual(['queue.down', 'queue.back'])
  expect(world.parts.at(-1)).toBe('queue ok')
})
