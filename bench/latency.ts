/**
 * From the frame that closes a bar to the order's request, inside one process: parse, journal, decide, journal, send.
 * Never counts the network or the exchange: it stops the clock when the request is handed to the client.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase } from '../db/client.ts'
import { startEmbedded } from '../db/embedded.ts'
import { PostgresJournal } from '../db/journal.ts'
import { acquireLease } from '../db/lease.ts'
import { planOf } from '../src/app/strategy-plan.ts'
import type { Journal } from '../src/journal/journal.ts'
import { openStore } from '../src/market/candles/store.ts'
import type { Transport } from '../src/venue/bybit/transport.ts'
import { generatedCandles } from '../test/support/generated-candles.ts'
import { type LockstepCase, tradeLive } from '../test/support/lockstep.ts'
import { MemoryStore } from '../test/support/memory-journal.ts'

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
    close: () => transport.close(),
  })
}

async function measure(name: string, journal: Journal): Promise<void> {
  const delays: number[] = []
  await tradeLive(given, journal, timed(delays))
  const warm = delays.slice(20).sort((a, b) => a - b)
  const at = (p: number): string => (warm[Math.min(warm.length - 1, Math.floor(p * warm.length))] ?? Number.NaN).toFixed(2)
  console.log(`${name.padEnd(28)} ${String(warm.length).padStart(5)} orders   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`)
}

console.log(
  `${new Date().toISOString()}  ${cpus()[0]?.model ?? ''} x ${cpus().length}  load ${loadavg()[0]?.toFixed(2)}  node ${process.version}`,
)
await measure('journal in memory (floor)', new MemoryStore().open())
const server = await startEmbedded({ dataDir })
if (!server.ok) throw new Error(server.error.sentence)
const database = await connectDatabase({ url: server.value.url, max: 4 })
if (!database.ok) throw new Error(database.error.sentence)
const lease = await acquireLease(database.value.sql)
if (!lease.ok) throw new Error(lease.error.detail)
await measure('journal on PostgreSQL, fsync', new PostgresJournal(database.value.sql, lease.value))
await database.value.close()
await server.value.stop()
rmSync(dataDir, { recursive: true, force: true })
process.exit(0)
