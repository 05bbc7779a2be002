/**
 * One event to many WebSocket clients: messages in a second, memory, and how often an event is encoded.
 * `npx tsx bench/fan-out.ts [clients] [events]`. The clients are a process of their own; the server stands on rows in memory.
 */
import { fork } from 'node:child_process'
import { loadavg } from 'node:os'
import { WebSocket } from 'ws'
import { startApi } from '../api/server.ts'
import type { FillRow } from '../src/journal/row.ts'
import { Delta } from '../api/stream/numbered.ts'
import { makeWorld } from '../test/support/command-world.ts'

const BATCH = 50

interface Crowd {
  readonly port: number
  readonly clients: number
  readonly events: number
}

async function listen({ port, clients, events }: Crowd): Promise<void> {
  let got = 0
  let subscribed = 0
  await Promise.all(
    Array.from({ length: clients }, (_, k) => {
      // A key has 20 connections: so many keys.
      const ws = new WebSocket(`ws://127.0.0.1:${port}/api/v1/ws`, ['bearer', `key${Math.floor(k / 20)}`])
      return new Promise<void>((resolve, reject) => {
        ws.on('error', reject)
        ws.on('open', () => ws.send('{"op":"subscribe","args":[{"ch":"fills"}]}'))
        ws.on('message', (data: Buffer) => {
          if (data.includes('"t":"snapshot"')) {
            subscribed += 1
            if (subscribed === clients) process.send?.('ready')
            resolve()
          } else if (data.includes('"t":"delta"')) {
            got += 1
            if (got === clients * events) process.send?.('done')
          }
        })
      })
    }),
  )
}

async function serve(clients: number, events: number): Promise<void> {
  const world = makeWorld()
  const fill = (seq: number): FillRow => ({
    seq,
    tradeId: `t${seq}`,
    orderId: seq,
    symbol: 'BTCUSDT',
    side: 1,
    price: '64000.1',
    quantity: '0.05',
    fee: '1.76',
    feeCoin: 'USDT',
    liquidity: 'taker',
    strategy: 'ema-cross',
    tradeNumber: seq,
    ts: seq,
  })
  const rows: FillRow[] = [fill(1)]
  const reads = Object.assign(Object.create(world.ports.reads) as typeof world.ports.reads, {
    fills: async ({ limit, before }: { readonly limit: number; readonly before?: number }) =>
      rows
        .filter(({ seq }) => before === undefined || seq < before)
        .slice(-limit)
        .reverse(),
  })
  const key = (id: string) => ({ id, name: id, role: 'viewer' as const, scopes: ['trade:read'], autoConfirm: false, networks: null })
  let tell = (): void => {}
  const server = await startApi(
    {
      ports: { ...world.ports, reads, wallNow: Date.now },
      runner: world.runner,
      keys: { find: async (token) => key(token), noteUse: async () => {}, over: async () => [] },
      idempotency: { begin: async () => ({ type: 'new' }), finish: async () => {}, abandon: async () => {} },
      database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
      edge: { hosts: ['127.0.0.1'], origins: [], proxies: [], hasTls: false },
      log: (text) => process.stderr.write(`${text}\n`),
    },
    {
      host: '127.0.0.1',
      port: 0,
      otherPort: '',
      onEvent: async (callback) => {
        tell = callback
        return async () => {}
      },
    },
  )
  if (!server.ok) throw new Error(server.error.sentence)
  let encoded = 0
  const { get } = Object.getOwnPropertyDescriptor(Delta.prototype, 'frame') ?? {}
  let lastFrame: unknown
  Object.defineProperty(Delta.prototype, 'frame', {
    get(this: Delta) {
      const frame: unknown = get?.call(this)
      if (frame !== lastFrame) encoded += 1
      lastFrame = frame
      return frame
    },
  })
  const before = process.memoryUsage.rss()
  const crowd = fork(import.meta.filename, ['listen'], { execArgv: ['--import', 'tsx'] })
  const told = (what: string): Promise<void> => new Promise((resolve) => crowd.on('message', (message) => message === what && resolve()))
  const ready = told('ready')
  const done = told('done')
  crowd.send({ port: server.value.port, clients, events })
  await ready
  const begun = performance.now()
  const cpu = process.cpuUsage()
  for (let at = 0; at < events; at += BATCH) {
    for (let k = 0; k < Math.min(BATCH, events - at); k += 1) rows.push(fill(rows.length + 1))
    tell()
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  await done
  const tookMs = performance.now() - begun
  const used = process.cpuUsage(cpu)
  const messages = clients * events
  process.stdout.write(
    `load ${loadavg()[0]?.toFixed(2)}: ${clients} clients, ${events} events: ${Math.round((messages / tookMs) * 1_000)} messages/s, ` +
      `${Math.round(messages / ((used.user + used.system) / 1e6))} messages per second of the server's CPU, ${(encoded / events).toFixed(2)} encodings an event, ` +
      `${Math.round((process.memoryUsage.rss() - before) / 1024 / 1024)} MB for all\n`,
  )
  crowd.kill()
  await server.value.close()
}

if (process.argv[2] === 'listen') process.once('message', (crowd) => void listen(crowd as Crowd))
else await serve(Number(process.argv[2] ?? 1_000), Number(process.argv[3] ?? 300))
