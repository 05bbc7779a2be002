/**
 * Kills the trader at each moment, by name, at which it leaves something behind, also together with PostgreSQL; then compares with the exchange.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { CommandWriter } from '../../db/requests/commands.ts'
import { CRASH_POINTS } from '../support/process/crash-point.ts'
import type { TraderCommand } from '../../src/kernel/trader-command.ts'
import { BybitClient } from '../../src/venue/bybit/http/client.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'
import { isFull } from '../support/process/prove-size.ts'
import { readWire, unjournaled } from '../support/differences.ts'
import { HAND_SYMBOL, ProcessWorld, type RunningTrader, sleep } from '../support/process/process-world.ts'

type Point = (typeof CRASH_POINTS)[number]

/** One point of each state that a kill can leave behind; BALLAST_PROVE=full takes all, with and without PostgreSQL. */
const ONLY = process.env.BALLAST_CRASH_POINT
const LANES = 3
const REACHED_WITHIN_MS = 45_000
const PROVOKE_EVERY_MS = 400
/** A world is left after so many kills, or sooner: an account that has traded that fast for a while has lost too much of its day to enter again (S10). */
const KILLS_PER_WORLD = 6

interface Case {
  readonly point: Point
  readonly count: number
  readonly hasDatabaseKill: boolean
}

const CHOSEN: readonly (readonly [Point, boolean])[] = [
  ['journal.decision.in-flight', true],
  ['journal.decision.after', false],
  ['journal.bars.after', false],
  ['send.entry.in-flight', false],
  ['send.entry.after', true],
  ['send.exit.before', false],
  ['send.stop.after', false],
  ['journal.accepted.before', false],
  ['journal.fill.before', true],
  ['lookup.order.before', false],
  ['account.positions.after', false],
  ['command.complete.before', false],
  ['snapshot.in-flight', true],
  ['send.amend.in-flight', false],
  ['journal.work.after', false],
]
/** Passed once in a life, or once in a database. */
const ONCE = ['journal.load', 'journal.opening', 'snapshot']

const cases: readonly Case[] = isFull
  ? [false, true].flatMap((hasDatabaseKill) =>
      CRASH_POINTS.map((point) => ({
        point,
        // The first time lies among what a start does, the second among what follows.
        count: hasDatabaseKill && !ONCE.some((call) => point.startsWith(call)) ? 2 : 1,
        hasDatabaseKill,
      })),
    )
  : CHOSEN.map(([point, hasDatabaseKill]) => ({ point, count: 1, hasDatabaseKill }))

/** Worlds that nobody uses. One that a test has failed in is never used again. */
const idle: ProcessWorld[] = []
const made: Promise<ProcessWorld>[] = []
const waiting: ((world: ProcessWorld) => void)[] = []
const used = new Map<ProcessWorld, number>()
const tally = { kills: 0, withDatabase: 0, bareAtDeath: 0, recoveredMs: [] as number[] }

function take(): Promise<ProcessWorld> {
  const world = idle.pop()
  if (world !== undefined) return Promise.resolve(world)
  if (made.length < LANES) {
    const fresh = ProcessWorld.make()
    made.push(fresh)
    return fresh
  }
  return new Promise((resolve) => waiting.push(resolve))
}

function give(world: ProcessWorld): void {
  const next = waiting.shift()
  if (next === undefined) idle.push(world)
  else next(world)
}

async function replace(world: ProcessWorld): Promise<void> {
  await world.remove()
  give(await ProcessWorld.make())
}

afterAll(async () => {
  const { recoveredMs, kills, withDatabase, bareAtDeath } = tally
  recoveredMs.sort((a, b) => a - b)
  const at = (p: number): string =>
    ((recoveredMs[Math.min(recoveredMs.length - 1, Math.floor(p * recoveredMs.length))] ?? 0) / 1000).toFixed(1)
  process.stdout.write(
    `kills ${kills}, ${withDatabase} of them with PostgreSQL; positions without a stop at a kill: ${bareAtDeath}; books agree after: median ${at(0.5)} s, max ${at(1)} s\n`,
  )
  for (const world of idle) await world.remove()
}, 60_000)

describe.concurrent('S6: killed at a point by name, no order is lost, none doubled, no position left bare', () => {
  test.for(cases.filter((c) => ONLY === undefined || c.point.startsWith(ONLY)))(
    '$point:$count, with PostgreSQL: $hasDatabaseKill',
    { timeout: 300_000 },
    async ({ point, count, hasDatabaseKill }) => {
      let world = await take()
      try {
        if (point.startsWith('journal.opening')) {
          await world.remove()
          world = await ProcessWorld.make()
        }
        await survive(world, { point, count, hasDatabaseKill }).catch(async (thrown: unknown) => {
          if (!(thrown instanceof Spent)) throw thrown
          await world.remove()
          world = await ProcessWorld.make()
          await survive(world, { point, count, hasDatabaseKill })
        })
      } catch (thrown) {
        await replace(world)
        throw thrown
      }
      const uses = (used.get(world) ?? 0) + 1
      used.set(world, uses)
      if (uses < KILLS_PER_WORLD && !(await world.standing()).includes('gap-test')) give(world)
      else await replace(world)
    },
  )
})

async function survive(world: ProcessWorld, { point, count, hasDatabaseKill }: Case): Promise<void> {
  const doomed = world.trader({ BALLAST_CRASH_AT: `${point}:${count}` })
  await reach(world, point, doomed)
  const { signal } = await doomed.ended
  expect(signal, doomed.said()).toBe('SIGKILL')
  expect(doomed.said()).toContain(`killed at ${point}`)
  tally.kills += 1
  expect(await unjournaled(world.database.sql, world.simUrl), 'sent before they were in the journal').toEqual([])
  const isStopTakenAway = point.startsWith('send.stop') || point.startsWith('journal.request')
  if (!isStopTakenAway) {
    const bare = await world.bare()
    tally.bareAtDeath += bare.length
    expect(bare, 'positions without a stop at the moment of the kill').toEqual([])
  }
  if (hasDatabaseKill) {
    await world.killDatabase()
    await world.startDatabase()
    tally.withDatabase += 1
  }
  await clearFaults(world)
  const startedMs = performance.now()
  const next = world.trader()
  await next.ready
  await world.agree(`${point}:${count}`)
  tally.recoveredMs.push(performance.now() - startedMs)
  expect(next.process.exitCode).toBeNull()
  next.process.kill('SIGKILL')
  await next.ended
}

/** The losses of the day leave this world no room for an entry, so that nothing happens in it any more. Nobody was killed: another is taken, once. */
class Spent extends Error {}

/** Waits for the trader's end, and brings about what makes it pass the point where the market alone does not. */
async function reach(world: ProcessWorld, point: Point, doomed: RunningTrader): Promise<void> {
  const provoke = provocationOf(world, point, doomed)
  let hasEnded = false
  void doomed.ended.then(() => {
    hasEnded = true
  })
  const limit = performance.now() + REACHED_WITHIN_MS
  while (!hasEnded) {
    if (performance.now() > limit) {
      const standing = await world.standing()
      const text = `${point} was not reached within ${REACHED_WITHIN_MS / 1000} s: ${standing} ${doomed.said()}`
      throw standing.includes('gap-test') ? new Spent(text) : new Error(text)
    }
    await provoke()
    await Promise.race([doomed.ended, sleep(PROVOKE_EVERY_MS)])
  }
}

function provocationOf(world: ProcessWorld, point: Point, doomed: RunningTrader): () => Promise<void> {
  let isReady = false
  void doomed.ready.then(
    () => {
      isReady = true
    },
    () => undefined,
  )
  const once = (run: () => Promise<void>): (() => Promise<void>) => {
    let isDone = false
    return async () => {
      if (!isReady || isDone) return
      isDone = true
      await run()
    }
  }
  if (point.startsWith('snapshot'))
    return once(async () => {
      doomed.process.kill('SIGTERM')
    })
  if (point.startsWith('lookup')) return once(() => setFault(world, { type: 'drop-reply-after', way: 'reset' }))
  if (point.startsWith('send.stop') || point.startsWith('journal.request')) return () => removeStops(world)
  if (point.startsWith('journal.command') || point.startsWith('command.complete')) return () => closeAll(world)
  if (point.startsWith('send.amend') || point.startsWith('journal.work')) return () => chase(world)
  if (point.startsWith('send.cancel')) {
    const delay = once(() => setFault(world, { type: 'delay-reply', ms: 1_500 }))
    return async () => {
      await delay()
      if (isReady) await ask(world, { name: 'cancel' })
    }
  }
  return async () => {}
}

async function ask(world: ProcessWorld, command: TraderCommand): Promise<void> {
  await new CommandWriter(world.database.sql).enqueueCommand(command, {
    actor: 'cli',
    surface: 'cli',
    role: 'admin',
    requestId: 'crash-points',
  })
}

/** An order that follows the price: denied while one is under way. */
const chase = (world: ProcessWorld): Promise<void> =>
  ask(world, { name: 'open', symbol: HAND_SYMBOL, side: 'long', notional: '20', stop: '4%', execution: 'chase:500bp:30m' })

async function closeAll(world: ProcessWorld): Promise<void> {
  const { positions } = await readWire(world.simUrl)
  for (const { symbol, size } of positions) if (Number(size) !== 0) await ask(world, { name: 'close', symbol })
}

/** As a hand in the exchange's own app would. */
async function removeStops(world: ProcessWorld): Promise<void> {
  const client = new BybitClient({
    credentials: { key: SIM_KEY, secret: SIM_SECRET },
    restUrl: world.simUrl,
    publicStreamUrl: `${world.simUrl}/v5/public/linear`.replace('http', 'ws'),
    privateStreamUrl: `${world.simUrl}/v5/private`.replace('http', 'ws'),
    timeoutMs: 2_000,
    recvWindowMs: 5_000,
  })
  for (const { symbol, size } of (await readWire(world.simUrl)).positions)
    if (Number(size) !== 0)
      await client.call('POST', '/v5/position/trading-stop', {
        category: 'linear',
        symbol,
        tpslMode: 'Full',
        positionIdx: 0,
        stopLoss: '0',
      })
  await client.close()
}

async function setFault(world: ProcessWorld, effect: Readonly<Record<string, unknown>>): Promise<void> {
  const rules = [{ match: { path: '/v5/order/create' }, when: {}, effect }]
  const reply = await fetch(`${world.simUrl}/_sim/faults`, { method: 'POST', body: JSON.stringify({ seed: 1, rules }) })
  expect(reply.status, await reply.text()).toBe(200)
}

const clearFaults = async (world: ProcessWorld): Promise<void> => {
  await fetch(`${world.simUrl}/_sim/faults`, { method: 'DELETE' })
}
