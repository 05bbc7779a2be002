/**
 * Order events through live driver, journal and projections on PostgreSQL: 1,000 a second for half a minute, and as many as it takes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sql, connectDatabase } from '../db/client.ts'
import { startEmbedded } from '../db/embedded/embedded.ts'
import { PostgresJournal } from '../db/journal/journal.ts'
import { acquireLease } from '../db/journal/lease.ts'
import type { Journal } from '../src/journal/journal.ts'
import { EVENTS_PER_ORDER, OrderFlow } from './order-flow.ts'

const SYMBOLS = 50
const RATE = 1_000
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? '30')
const WARM_SECONDS = 3
const TICK_MS = 5
/** Orders under way at once when it is asked how many go through. */
const SATURATED = [8, 32, SYMBOLS]
const SATURATED_SECONDS = 10

interface Tally {
  appends: number
  rows: number
}

/** Counts what goes to the database. */
function counted(journal: Journal, tally: Tally): Journal {
  return {
    register: (wanted) => journal.register(wanted),
    appendInputs: (inputs) => {
      tally.appends += 1
      tally.rows += inputs.length
      return journal.appendInputs(inputs)
    },
    appendFacts: (facts, changes) => {
      tally.appends += 1
      tally.rows += facts.length
      return journal.appendFacts(facts, changes)
    },
    saveSnapshot: (seq, state) => journal.saveSnapshot(seq, state),
    load: (before) => journal.load(before),
    setAside: (seq) => journal.setAside(seq),
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const percentile = (sorted: readonly number[], p: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN).toFixed(1)
const latencyText = (ms: readonly number[]): string => {
  const sorted = [...ms].sort((a, b) => a - b)
  return `p50 ${percentile(sorted, 0.5)} ms   p99 ${percentile(sorted, 0.99)} ms   max ${percentile(sorted, 1)} ms`
}

async function sizes(sql: Sql): Promise<{ readonly journal: number; readonly wal: number; readonly rows: number }> {
  const [row] = await sql<{ journal: number; wal: number; rows: number }[]>`
    select pg_total_relation_size('journal') as journal, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as wal, (select count(*) from journal) as rows`
  if (row === undefined) throw new Error('no sizes')
  return row
}

/** Open loop: bars come by the clock, whatever became of those before. */
async function atRate(flow: OrderFlow, seconds: number, tally: Tally, sql: Sql): Promise<void> {
  const barsPerSecond = RATE / EVENTS_PER_ORDER
  let given = 0
  let deepest = 0
  const run = async (forSeconds: number): Promise<void> => {
    const start = performance.now()
    const before = given
    while (performance.now() - start < forSeconds * 1_000) {
      const due = before + Math.floor(((performance.now() - start) / 1_000) * barsPerSecond)
      for (; given < due; given++) {
        const symbol = given % SYMBOLS
        flow.driver.post(() => [flow.bar(symbol)])
      }
      await sleep(TICK_MS)
      deepest = Math.max(deepest, flow.driver.depth)
    }
  }
  await run(WARM_SECONDS)
  await drain(flow)
  const from = { events: flow.events, orders: flow.orders, cpu: process.cpuUsage(), appends: tally.appends, rows: tally.rows }
  const sizesBefore = await sizes(sql)
  flow.latenciesMs.length = 0
  deepest = 0
  const start = performance.now()
  await run(seconds)
  const offeredMs = performance.now() - start
  const inTime = flow.events - from.events
  await drain(flow)
  const cpu = process.cpuUsage(from.cpu)
  const after = await sizes(sql)
  const events = flow.events - from.events
  const rows = tally.rows - from.rows
  console.log(
    `offered ${RATE}/s for ${seconds} s   done ${((inTime / offeredMs) * 1_000).toFixed(0)}/s   events ${events}   orders ${flow.orders - from.orders}   backlog at most ${deepest}`,
  )
  console.log(`event to commit              ${latencyText(flow.latenciesMs)}`)
  console.log(
    `rows ${rows} (${(rows / events).toFixed(2)} an event), ${(rows / (tally.appends - from.appends)).toFixed(1)} a commit, ${((tally.appends - from.appends) / seconds).toFixed(0)} commits/s   ` +
      `journal ${((after.journal - sizesBefore.journal) / events).toFixed(0)} B an event, WAL ${((after.wal - sizesBefore.wal) / events).toFixed(0)} B   ` +
      `this process ${((cpu.user + cpu.system) / 10_000 / (offeredMs / 1_000)).toFixed(0)} % of a core`,
  )
}

/** Closed loop: as soon as an order is done the next bar of its symbol comes. */
async function saturated(flow: OrderFlow, under: number, tally: Tally): Promise<{ readonly rate: number; readonly rowsPerAppend: number }> {
  let isOver = false
  flow.onOrderDone = (symbol) => {
    if (!isOver) flow.driver.post(() => [flow.bar(symbol)])
  }
  for (let k = 0; k < under; k++) flow.driver.post(() => [flow.bar(k)])
  await sleep(1_000)
  const from = { ...tally, events: flow.events, cpu: process.cpuUsage() }
  flow.latenciesMs.length = 0
  const start = performance.now()
  await sleep(SATURATED_SECONDS * 1_000)
  const elapsedMs = performance.now() - start
  const events = flow.events - from.events
  const rowsPerAppend = (tally.rows - from.rows) / (tally.appends - from.appends)
  const cpu = process.cpuUsage(from.cpu)
  const latency = latencyText(flow.latenciesMs)
  isOver = true
  await drain(flow)
  flow.onOrderDone = () => {}
  const eventRate = (events / elapsedMs) * 1_000
  console.log(
    `${String(under).padStart(3)} orders under way   ${eventRate.toFixed(0).padStart(6)} events/s   ${latency}   ${rowsPerAppend.toFixed(1)} rows a commit   this process ${((cpu.user + cpu.system) / 10 / elapsedMs).toFixed(0)} % of a core`,
  )
  return { rate: eventRate, rowsPerAppend }
}

async function drain(flow: OrderFlow): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet++) {
    await flow.driver.whenIdle()
    await sleep(20)
  }
}

/** Rows a second of a plain insert of the same payloads, one statement and one commit for each `batch` of them. */
async function floorRate(sql: Sql, batch: number): Promise<number> {
  await sql`create table if not exists bench_floor (seq bigint primary key, kind text not null, type text not null, version smallint not null, cause_seq bigint, ts bigint not null, payload jsonb not null, epoch bigint not null)`
  await sql`truncate bench_floor`
  const rows = await sql<{ payload: string }[]>`select payload::text as payload from journal order by seq desc limit 60000`
  const documents: string[] = []
  for (let k = 0; k + batch <= rows.length; k += batch)
    documents.push(
      `[${rows
        .slice(k, k + batch)
        .map((r) => r.payload)
        .join(',')}]`,
    )
  let seq = 0
  const start = performance.now()
  let done = 0
  for (const document of documents) {
    await sql.unsafe(
      `insert into bench_floor select $1::bigint + r.at, 'input', coalesce(r.doc ->> 'type', ''), 1, null, coalesce((r.doc ->> 'ts')::bigint, 0), r.doc, 1
       from jsonb_array_elements($2::text::jsonb) with ordinality as r(doc, at)`,
      [seq, document],
      { prepare: true },
    )
    seq += batch
    done += batch
    if (performance.now() - start > 8_000) break
  }
  return (done / (performance.now() - start)) * 1_000
}

console.log(
  `${new Date().toISOString()}  ${cpus()[0]?.model ?? ''} x ${cpus().length}  load ${loadavg()[0]?.toFixed(2)}  node ${process.version}`,
)
const dataDir = mkdtempSync(join(tmpdir(), 'ballast-order-events-'))
const server = await startEmbedded({ dataDir })
if (!server.ok) throw new Error(server.error.sentence)
const database = await connectDatabase({ url: server.value.url, max: 4 })
if (!database.ok) throw new Error(database.error.sentence)
const { sql } = database.value
const lease = await acquireLease(sql)
if (!lease.ok) throw new Error(lease.error.detail)
const tally: Tally = { appends: 0, rows: 0 }
const flow = new OrderFlow({ journal: counted(new PostgresJournal(sql, lease.value), tally), symbols: SYMBOLS })
await flow.begin(lease.value.seq)
await atRate(flow, SECONDS, tally, sql)
for (const under of SATURATED) {
  const { rate, rowsPerAppend } = await saturated(flow, under, tally)
  const batch = Math.max(1, Math.round(rowsPerAppend))
  const floor = await floorRate(sql, batch)
  const [{ rows, events }] = [{ rows: tally.rows, events: flow.events }]
  const floorEvents = floor / (rows / events)
  console.log(
    `    floor, ${batch} rows a commit   ${floorEvents.toFixed(0)} events/s as bare rows (${floor.toFixed(0)} rows/s)   ratio 1/${(floorEvents / rate).toFixed(1)}`,
  )
}
const problems = flow.problems()
if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '))
await database.value.close()
await server.value.stop()
rmSync(dataDir, { recursive: true, force: true })
process.exit(0)
