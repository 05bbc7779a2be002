/**
 * From what asks for an order to the order's request, inside one process: a bar's frame, fifty bars of one instant, an exit that ended early.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase } from '../db/client.ts'
import { startEmbedded } from '../db/embedded/embedded.ts'
import { PostgresJournal } from '../db/journal/journal.ts'
import { acquireLease } from '../db/journal/lease.ts'
import { planOf } from '../src/config/strategy-plan.ts'
import type { SubmitOrder } from '../src/trading/event.ts'
import type { Journal } from '../src/journal/journal.ts'
import { openStore } from '../src/market/candles/store.ts'
import type { Transport } from '../src/venue/bybit/http/transport.ts'
import { generatedCandles } from '../test/support/generated-candles.ts'
import { type LockstepCase, tradeLive } from '../test/support/kernel/lockstep.ts'
import { MemoryStore } from '../test/support/kernel/memory-journal.ts'
import { OrderFlow } from './order-flow.ts'

const BARS = 600
/** Slow enough that the exchange's limit of 10 orders a second, which the budget keeps, is not what is measured. */
const PACE_MS = 120
const MINUTE_MS = 60_000

const dataDir = mkdtempSync(join(tmpdir(), 'ballast-latency-'))
openStore(join(dataDir, 'candles')).append({
  venue: 'bybit',
  symbol: 'BTCUSDT',
  interval: '1m',
  kind: 'last',
  intervalMs: MINUTE_MS,
  tickSize: '0.1',
  lotSize: '0.001',
  source: 'generated',
  columns: generatedCandles({ seed: 3, bars: BARS, first: Date.parse('2026-01-05T00:00:00Z'), intervalMs: MINUTE_MS, price: 640_000 }),
})
const plan = planOf({ strategy: 'donchian-breakout', symbols: ['BTCUSDT'], params: { entry: 2, exit: 1, stopAtr: 6 } })
if (!plan.ok) throw new Error(plan.error)
const given: LockstepCase = {
  dataDir,
  symbols: ['BTCUSDT'],
  interval: '1m',
  intervalMs: MINUTE_MS,
  plans: [plan.value],
  openingCash: '10000',
  paceMs: PACE_MS,
}

/** Notes when a bar's frame came and when the first order after it left. */
function timed(delays: number[]): (transport: Transport) => Transport {
  let closedAtMs: number | undefined
  return (transport) => ({
    call: (method, path, params) => {
      if (path === '/v5/order/create' && closedAtMs !== undefined) {
        delays.push(performance.now() - closedAtMs)
        closedAtMs = undefined
      }
      return transport.call(method, path, params)
    },
    open: (topics, handlers) =>
      transport.open(topics, {
        ...handlers,
        frame: (stream, frame) => {
          if (JSON.stringify(frame).includes('"confirm":true')) closedAtMs = performance.now()
          handlers.frame(stream, frame)
        },
      }),
    renew: (topics) => transport.renew(topics),
    openMore: (topics) => transport.openMore(topics),
    close: () => transport.close(),
  })
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function print(name: string, delays: readonly number[]): void {
  const sorted = [...delays].sort((a, b) => a - b)
  const at = (p: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN).toFixed(2).padStart(7)
  console.log(`${name.padEnd(62)} ${String(sorted.length).padStart(5)} orders   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`)
}

async function measure(name: string, journal: Journal): Promise<void> {
  const delays: number[] = []
  await tradeLive(given, journal, timed(delays))
  print(`a bar's frame to its order, ${name}`, delays.slice(20))
}

const BURST = 50
const BURSTS = 60

/** As many symbols close at the same instant, and each sends an order: all given at once, or each when the one before has been decided. */
async function burst(name: string, journal: Journal, lastSeq: number, isBatched: boolean): Promise<void> {
  const delays: number[] = []
  let startedAt = 0
  const flow = new OrderFlow({
    journal,
    symbols: BURST,
    onSend: (command) => {
      if (command.type === 'submit-order') delays.push(performance.now() - startedAt)
    },
  })
  await flow.begin(lastSeq)
  for (let round = 0; round < BURSTS; round++) {
    let done = 0
    flow.onOrderDone = () => {
      done += 1
    }
    startedAt = performance.now()
    if (isBatched) for (let k = 0; k < BURST; k++) flow.driver.post(() => [flow.bar(k)])
    else for (let k = 0; k < BURST; k++) await flow.driver.submit(() => [flow.bar(k)])
    while (done < BURST) await sleep(5)
    await sleep(30)
  }
  throwProblems(flow)
  print(`${BURST} bars of an instant, ${isBatched ? 'together' : 'one by one'}, ${name}`, delays.slice(10 * BURST))
}

/** While a panic closes positions, an exit ends unfilled at the exchange: from the event to the exit after it. */
async function exitAgain(name: string, journal: Journal, lastSeq: number): Promise<void> {
  const symbols = 300
  const exits = new Map<number, SubmitOrder>()
  const delays: number[] = []
  let cameAt: number | undefined
  const flow = new OrderFlow({
    journal,
    symbols,
    onSend: (command) => {
      if (command.type !== 'submit-order' || !command.reduceOnly) return
      exits.set(command.instrument, command)
      if (cameAt !== undefined) delays.push(performance.now() - cameAt)
      cameAt = undefined
    },
  })
  await flow.begin(lastSeq)
  let done = 0
  flow.onOrderDone = () => {
    done += 1
  }
  for (let k = 0; k < symbols; k++) flow.driver.post(() => [flow.bar(k)])
  while (done < symbols) await sleep(20)
  flow.isFilling = false
  flow.driver.post(() => [{ type: 'panic', actor: 'bench', reason: 'bench', ts: flow.now(0) }])
  while (exits.size < symbols) await sleep(20)
  await sleep(500)
  for (const { instrument, orderId } of [...exits.values()]) {
    cameAt = performance.now()
    flow.give({ type: 'order-canceled', instrument, orderId, venueOrderId: undefined, cause: 'bench', ts: flow.now(0) })
    do await sleep(20)
    while (cameAt !== undefined)
  }
  print(`an exit ended, to the exit after it, ${name}`, delays.slice(20))
}

function throwProblems(flow: OrderFlow): void {
  const problems = flow.problems()
  if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '))
}

console.log(
  `${new Date().toISOString()}  ${cpus()[0]?.model ?? ''} x ${cpus().length}  load ${loadavg()[0]?.toFixed(2)}  node ${process.version}`,
)
const IN_MEMORY = 'journal in memory (floor)'
const ON_POSTGRES = 'PostgreSQL, fsync'
await measure(IN_MEMORY, new MemoryStore().open())
const server = await startEmbedded({ dataDir })
if (!server.ok) throw new Error(server.error.sentence)
const connected = await connectDatabase({ url: server.value.url, max: 4 })
if (!connected.ok) throw new Error(connected.error.sentence)
const { sql } = connected.value

/** Each run takes the lease again, and with it a journal that knows where it stands. */
async function journalOnPostgres(): Promise<{ readonly journal: Journal; readonly lastSeq: number }> {
  const lease = await acquireLease(sql)
  if (!lease.ok) throw new Error(lease.error.detail)
  return { journal: new PostgresJournal(sql, lease.value), lastSeq: lease.value.seq }
}

await measure(ON_POSTGRES, (await journalOnPostgres()).journal)
await sql`truncate journal, snapshots, orders, decisions, fills, positions, trades, equity, strategies, holds, account`
for (const isBatched of [true, false]) {
  await burst(IN_MEMORY, new MemoryStore().open(), 0, isBatched)
  const { journal, lastSeq } = await journalOnPostgres()
  await burst(ON_POSTGRES, journal, lastSeq, isBatched)
  await sql`truncate journal, snapshots, orders, decisions, fills, positions, trades, equity, strategies, holds, account`
}
await exitAgain(IN_MEMORY, new MemoryStore().open(), 0)
const last = await journalOnPostgres()
await exitAgain(ON_POSTGRES, last.journal, last.lastSeq)
await connected.value.close()
await server.value.stop()
rmSync(dataDir, { recursive: true, force: true })
process.exit(0)
