/**
 * S14 at the driver: what a snapshot may stand for, and that nobody waits for one that is being written.
 */
import { expect, test } from 'vitest'
import { MemoryStore } from '../../test/support/kernel/memory-journal.ts'
import { MARKET_START, makeScriptedKernel } from '../../test/support/kernel/scripted-trader.ts'
import { CASH_ONE, cash, instrumentIndex, rate, ticks, ts } from '../core/units.ts'
import type { Journal } from '../journal/journal.ts'
import { Projector } from '../journal/project.ts'
import type { RowChange } from '../journal/row.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { LiveDriver } from './live-driver.ts'
import { OrderSender } from './orders/order-sender.ts'
import type { WallClock } from '../system/wall-clock.ts'

const MINUTE_MS = 60_000

/** Time that passes when somebody sleeps, or when a test says so. */
class StandingWall implements WallClock {
  ms = 0
  nowMs = (): number => this.ms
  steadyMs = (): number => this.ms
  every = (): (() => void) => () => {}
  sleep = async (ms: number): Promise<void> => {
    this.ms += ms
  }
}

function driverOver(journal: Journal, wallClock: WallClock) {
  const kernel = makeScriptedKernel()
  const sent: string[] = []
  const sender = new OrderSender({
    venue: {
      send: async (command) => {
        sent.push(command.type)
        return { type: 'taken', venueOrderId: 'v' }
      },
      lookUp: async () => ({ ok: true, value: undefined }),
    },
    wallClock,
    now: () => ts(MARKET_START),
    onEvent: () => {},
    report: () => {},
    order: () => undefined,
    note: () => {},
    changeRefused: () => {},
    authLost: () => {},
  })
  const states: boolean[] = []
  const driver: LiveDriver = new LiveDriver({
    kernel,
    projector: new Projector(kernel),
    journal,
    wallClock,
    sender,
    databaseState: (isUp) => states.push(isUp),
    leaseLost: () => {},
    observe: () => {},
  })
  return { driver, sent, states }
}

const opening: KernelInput = {
  type: 'wallet-adjusted',
  coin: 'USDT',
  amount: cash(10_000 * CASH_ONE),
  cause: 'opening',
  ts: ts(MARKET_START),
}
/** Prices that rise, so that the strategy of the scripted kernel wants to be in. */
const bar = (n: number): KernelInput => {
  const price = ticks(600_000 + n * 500)
  const one = { ts: ts(MARKET_START + n * MINUTE_MS), open: price, high: price, low: price, close: price, volume: 1 }
  return {
    type: 'bars-closed',
    ts: ts(MARKET_START + (n + 1) * MINUTE_MS),
    mode: 'live',
    bars: [{ instrument: instrumentIndex(0), bar: one, spreadTicks: 0 }],
  }
}

test('batches continue while a snapshot is being written, and one is written at a time', async () => {
  const store = new MemoryStore()
  const journal = store.open()
  const finish: (() => void)[] = []
  const seqs: number[] = []
  const slow: Journal = {
    appendInputs: (inputs) => journal.appendInputs(inputs),
    appendFacts: (facts, changes) => journal.appendFacts(facts, changes),
    register: (wanted) => journal.register(wanted),
    load: (before) => journal.load(before),
    setAside: (seq) => journal.setAside(seq),
    saveSnapshot: (seq, state) => {
      seqs.push(seq)
      return new Promise((resolve) => {
        finish.push(() => void journal.saveSnapshot(seq, state).then(resolve))
      })
    },
  }
  const wallClock = new StandingWall()
  const { driver } = driverOver(slow, wallClock)
  await driver.begin(0)
  await driver.submit(() => [opening])
  for (let n = 0; n < 2_100; n++) await driver.submit(() => [bar(n)])
  expect(seqs).toHaveLength(1)
  wallClock.ms += 3_600_000
  const before = store.rows.length
  for (let n = 2_100; n < 6_300; n++) await driver.submit(() => [bar(n)])
  expect(store.rows.length).toBeGreaterThan(before + 4_000)
  expect(seqs, 'the first is not on disk yet').toHaveLength(1)
  finish[0]?.()
  await new Promise((resolve) => setImmediate(resolve))
  await driver.submit(() => [bar(6_300)])
  expect(seqs).toHaveLength(2)
  expect([...store.snapshots.keys()]).toEqual([seqs[0]])
})

test('a decision that could not be journaled is neither sent nor part of a snapshot', async () => {
  const store = new MemoryStore()
  const journal = store.open()
  let isFailing = false
  const torn: Journal = {
    appendInputs: (inputs) => journal.appendInputs(inputs),
    appendFacts: async (facts, changes) =>
      isFailing && facts.some((f) => f.fact.type === 'order-submitted')
        ? { ok: false, error: { type: 'unavailable', detail: 'gone' } }
        : journal.appendFacts(facts, changes),
    register: (wanted) => journal.register(wanted),
    load: (before) => journal.load(before),
    setAside: (seq) => journal.setAside(seq),
    saveSnapshot: (seq, state) => journal.saveSnapshot(seq, state),
  }
  const wallClock = new StandingWall()
  const { driver, sent, states } = driverOver(torn, wallClock)
  await driver.begin(0)
  await driver.submit(() => [opening])
  isFailing = true
  wallClock.sleep = async (ms) => {
    wallClock.ms += ms
    // The operator stops the trader while it waits for the database.
    void driver.stop()
  }
  for (let n = 0; n < 10; n++) driver.post(() => [bar(n)])
  await driver.whenIdle()
  await driver.stop()
  await driver.snapshot()
  expect(states).toEqual([false])
  expect(sent).toEqual([])
  expect(store.rows.some((row) => row.kind === 'fact' && row.fact.type === 'order-submitted')).toBe(false)
  expect(store.snapshots.size).toBe(0)
})

test('a driver that has stopped is idle, whatever is still posted: a trader that lost its lease must end', async () => {
  const store = new MemoryStore()
  const { driver } = driverOver(store.open(), new StandingWall())
  await driver.begin(0)
  await driver.submit(() => [opening])
  await driver.stop()
  const before = store.rows.length
  driver.post(() => [bar(0)])
  await driver.whenIdle()
  expect(store.rows.length).toBe(before)
})

test('a fill that is reported twice in one batch has the row of the first, as a rebuild gives it', async () => {
  const store = new MemoryStore()
  const journal = store.open()
  const written: RowChange[] = []
  let order: KernelFact | undefined
  const watched: Journal = {
    appendInputs: (inputs) => journal.appendInputs(inputs),
    appendFacts: (facts, changes) => {
      written.push(...changes)
      order ??= facts.find(({ fact }) => fact.type === 'order-submitted')?.fact
      return journal.appendFacts(facts, changes)
    },
    register: (wanted) => journal.register(wanted),
    load: (before) => journal.load(before),
    setAside: (seq) => journal.setAside(seq),
    saveSnapshot: (seq, state) => journal.saveSnapshot(seq, state),
  }
  const { driver } = driverOver(watched, new StandingWall())
  await driver.begin(0)
  await driver.submit(() => [opening])
  for (let n = 0; order === undefined && n < 500; n++) await driver.submit(() => [bar(n)])
  if (order?.type !== 'order-submitted') throw new Error('no order')
  const { orderId, side, lots: quantity } = order.command
  const fill: KernelInput = {
    type: 'order-filled',
    instrument: instrumentIndex(0),
    orderId,
    venueOrderId: 'v1',
    tradeId: 'x1',
    side,
    price: ticks(600_000),
    lots: quantity,
    fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
    liquidity: 'taker',
    isComplete: true,
    ts: ts(MARKET_START + 600 * MINUTE_MS),
  }
  const first = await driver.submit(() => [fill, fill])
  const fills = written.flatMap((change) => ('table' in change && change.table === 'fills' ? [change.row.seq] : []))
  const booked = store.rows.find((row) => row.kind === 'input' && row.input.type === 'order-filled')
  expect([fills.length, fills[0]]).toEqual([1, booked?.seq])
  expect(first).toBeGreaterThan(0)
})

test('what is posted while a start decides what a crash left undecided is written after all of it', async () => {
  const store = new MemoryStore()
  const journal = store.open()
  const undecided = [bar(0), bar(1), bar(2)]
  await journal.appendInputs([opening])
  await journal.appendInputs(undecided)
  let underWay = 0
  let isOverlapping = false
  const oneAtATime = async <T>(write: () => Promise<T>): Promise<T> => {
    underWay += 1
    isOverlapping ||= underWay > 1
    await new Promise((resolve) => setImmediate(resolve))
    const written = await write()
    underWay -= 1
    return written
  }
  const slow: Journal = {
    appendInputs: (inputs) => oneAtATime(() => journal.appendInputs(inputs)),
    appendFacts: (facts, changes) => oneAtATime(() => journal.appendFacts(facts, changes)),
    register: (wanted) => journal.register(wanted),
    load: (before) => journal.load(before),
    setAside: (seq) => journal.setAside(seq),
    saveSnapshot: (seq, state) => journal.saveSnapshot(seq, state),
  }
  const { driver } = driverOver(slow, new StandingWall())
  let posted: number | undefined
  await driver.alone(async () => {
    await driver.begin(4)
    for (const [k, input] of [opening, ...undecided].entries()) {
      await driver.finish([{ seq: k + 1, input }])
      // An order that the decision sent is answered at once.
      if (k === 0) void driver.submit(() => [bar(3)]).then((seq) => (posted = seq))
    }
  })
  expect(posted).toBeUndefined()
  await driver.whenIdle()
  expect(isOverlapping).toBe(false)
  const answered = store.rows.flatMap((row) => (row.kind === 'fact' && row.causeSeq <= 4 ? [row.seq] : []))
  const written = store.rows.flatMap((row) => (row.kind === 'input' ? [row.seq] : []))
  expect(answered.length).toBeGreaterThan(0)
  expect(written.at(-1)).toBeGreaterThan(Math.max(...answered))
})
