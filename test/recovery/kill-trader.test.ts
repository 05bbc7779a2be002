/**
 * Kills the trader's process at random moments while the exchange runs on, and compares books with the exchange after each restart.
 * Never looks inside the trader: it reads the exchange's own state and the tables that the API reads.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, connectDatabase } from '../../db/client.ts'
import { type EmbeddedServer, startEmbedded } from '../../db/embedded.ts'
import { Random } from '../../src/core/random.ts'

const KILLS = Number(process.env.BALLAST_TEST_KILLS ?? '4')
const SEED = Number(process.env.BALLAST_TEST_SEED ?? '1')
const ENTRY = join(import.meta.dirname, '../../dist/main.js')
const SIM_PORT = 18_190
const SIM = `http://127.0.0.1:${SIM_PORT}`

interface Wire {
  readonly orders: readonly {
    readonly orderId: string
    readonly orderLinkId: string
    readonly symbol: string
    readonly orderStatus: string
  }[]
  readonly executions: readonly { readonly execId: string; readonly symbol: string; readonly execQty: string; readonly execType: string }[]
  readonly positions: readonly { readonly symbol: string; readonly side: string; readonly size: string; readonly stopLoss: string }[]
}

let dataDir = ''
let server: EmbeddedServer
let database: Database
const children: ChildProcess[] = []

function role(name: 'trader' | 'simulator'): Promise<ChildProcess> {
  const child = fork(ENTRY, ['--role', name, '--data-dir', dataDir, '--config', join(dataDir, 'config.json')], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, DATABASE_URL: server.url },
  })
  children.push(child)
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('message', (message: { readonly type: string }) => {
      if (message.type === 'ready') resolve(child)
    })
    child.on('exit', (code) => reject(new Error(`${name} ended with ${code}: ${said.slice(-2_000)}`)))
  })
}

beforeAll(async () => {
  expect(existsSync(ENTRY), 'dist/main.js is missing: run node build.mjs').toBe(true)
  dataDir = mkdtempSync(join(tmpdir(), 'ballast-kill-'))
  const started = await startEmbedded({ dataDir })
  if (!started.ok) throw new Error(started.error.sentence)
  server = started.value
  writeFileSync(
    join(dataDir, 'config.json'),
    JSON.stringify({
      sim: { port: SIM_PORT, speed: 240, seed: 7 },
      // Quick ones: an order every second or so of wall time, so that kills fall among orders in flight.
      strategies: [
        { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 4, stopAtr: 4, targetAtr: 4 } },
        { strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 3, exit: 2, stopAtr: 5 } },
        { strategy: 'ema-cross', id: 'ema-sol', symbols: ['SOLUSDT'], params: { fast: 1, slow: 3, stopAtr: 5, targetAtr: 5 } },
      ],
    }),
  )
  const connected = await connectDatabase({ url: server.url, max: 2 })
  if (!connected.ok) throw new Error(connected.error.sentence)
  database = connected.value
  await role('simulator')
}, 120_000)

afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await database?.close()
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

test(
  `S6: ${KILLS} kills at random moments lose no order, double none, and leave positions equal to the exchange's`,
  async () => {
    const random = new Random(SEED)
    let trader = await role('trader')
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(1_000 + random.below(4_000))
      const gone = new Promise((resolve) => trader.once('exit', resolve))
      trader.removeAllListeners('exit')
      trader.kill('SIGKILL')
      await Promise.race([gone, sleep(300)])
      trader = await role('trader')
      await agree(`kill ${kill + 1}, seed ${SEED}`)
    }
    const wire = await readWire()
    expect(wire.executions.filter((e) => e.execType === 'Trade').length).toBeGreaterThan(KILLS)
    trader.removeAllListeners('exit')
    trader.kill('SIGTERM')
  },
  60_000 + KILLS * 45_000,
)

/** The market runs on, so the two sides are read until they agree; a difference that stays is a failure. */
async function agree(what: string): Promise<void> {
  let problems: string[] = []
  const limit = performance.now() + 30_000
  while (performance.now() < limit) {
    problems = await differences()
    if (problems.length === 0) return
    await sleep(250)
  }
  throw new Error(`${what}: ${problems.slice(0, 10).join('; ')}`)
}

async function differences(): Promise<string[]> {
  const { sql } = database
  const wire = await readWire()
  const orders = await sql<
    { clientOrderId: string; status: string; origin: string }[]
  >`select client_order_id as "clientOrderId", status, origin from orders`
  const fills = await sql<{ tradeId: string }[]>`select trade_id as "tradeId" from fills`
  const positions = await sql<
    { symbol: string; quantity: string; stopPrice: string | null }[]
  >`select symbol, quantity::text as quantity, stop_price::text as "stopPrice" from positions`
  const problems: string[] = []

  const theirs = wire.orders.map((o) => o.orderLinkId).filter((id) => id.startsWith('b1-'))
  if (new Set(theirs).size !== theirs.length) problems.push('an orderLinkId stands twice at the exchange')
  const ours = new Map(orders.filter((o) => o.origin === 'ours').map((o) => [o.clientOrderId, o.status]))
  for (const id of theirs) if (!ours.has(id)) problems.push(`the exchange has ${id}, we do not`)
  const there = new Set(theirs)
  for (const [id, status] of ours)
    if (!there.has(id) && status !== 'never-arrived' && status !== 'rejected')
      problems.push(`we have ${id} (${status}), the exchange does not`)

  const executed = new Set(wire.executions.filter((e) => e.execType === 'Trade').map((e) => e.execId))
  const booked = fills.map((f) => f.tradeId)
  if (new Set(booked).size !== booked.length) problems.push('a fill is booked twice')
  for (const id of executed) if (!booked.includes(id)) problems.push(`execution ${id} is not booked`)
  for (const id of booked) if (!executed.has(id)) problems.push(`fill ${id} is not at the exchange`)

  for (const position of wire.positions) {
    const signed = (position.side === 'Sell' ? -1 : 1) * Number(position.size)
    const own = Number(positions.find((p) => p.symbol === position.symbol)?.quantity ?? 0)
    if (signed !== own) problems.push(`${position.symbol}: ${signed} at the exchange, ${own} here`)
    if (signed !== 0 && Number(position.stopLoss) === 0) problems.push(`${position.symbol} has no stop`)
  }
  return problems
}

const readWire = async (): Promise<Wire> => (await (await fetch(`${SIM}/_sim/state`)).json()) as Wire
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
