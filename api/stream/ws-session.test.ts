/**
 * A connection whose client does not read, says nothing, or never signs in: what is skipped, and by which code it ends.
 */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { makeWorld } from '../../test/support/command-world.ts'
import { Feed } from './feed.ts'
import { CLOSE, LIMITS } from './protocol.ts'
import { Tickets } from './tickets.ts'
import { Session } from './ws-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

class SilentSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  code: number | undefined
  readonly frames: Record<string, unknown>[] = []
  send(frame: Buffer): void {
    this.frames.push(JSON.parse(String(frame)) as Record<string, unknown>)
  }
  close(code: number): void {
    this.code ??= code
  }
  terminate(): void {
    this.readyState = 3
  }
  say(frame: object): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false)
  }
}

async function open() {
  const world = makeWorld()
  const clock = { now: 1_000_000 }
  let equity = 10_000
  const ports = {
    ...world.ports,
    wallNow: () => clock.now,
    reads: Object.assign(Object.create(world.ports.reads) as typeof world.ports.reads, {
      equity: async () => [{ ts: equity, equity: String(equity), wallet: '1', dayPnl: '0', drawdown: 0, flows: null }],
    }),
  }
  const feed = new Feed(ports, (cause) => {
    throw cause
  })
  const key = { id: 'a', name: 'a', role: 'viewer' as const, scopes: ['account:read', 'trade:read'], autoConfirm: false, networks: null }
  const ws = new SilentSocket()
  const keys = { find: async () => key, noteUse: async () => {}, over: async () => [] }
  // Of a socket the session uses what is above, and nothing else.
  new Session(
    ws as EventEmitter as WebSocket,
    { keys, tickets: new Tickets(() => clock.now), feed, wallNow: () => clock.now },
    '127.0.0.1',
    () => true,
  )
  const settle = () => vi.advanceTimersByTimeAsync(1)
  return {
    ws,
    clock,
    world,
    settle,
    begin: async (ch: string) => {
      ws.say({ op: 'auth', token: 't' })
      ws.say({ op: 'subscribe', args: [{ ch }] })
      await settle()
    },
    /** Another value of the conflated channel, and another row of the keyed one. */
    change: async () => {
      equity += 1
      world.positions = world.positions.map((row) => ({ ...row, markPrice: String(equity) }))
      feed.tick()
      feed.wake()
      await settle()
    },
  }
}
const deltas = (ws: SilentSocket) => ws.frames.filter(({ t }) => t === 'delta')

test('a client that does not read is closed with 4008 rather than losing a change', async () => {
  const { ws, begin, change } = await open()
  await begin('positions')
  await change()
  expect(deltas(ws)).toHaveLength(1)
  ws.bufferedAmount = LIMITS.bufferMax + 1
  await change()
  expect([deltas(ws).length, ws.code]).toEqual([1, CLOSE.slow])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(ws.readyState).toBe(3)
})

test('a conflated value is skipped for a slow client, who is told how many when it reads again', async () => {
  const { ws, begin, change } = await open()
  await begin('equity')
  ws.bufferedAmount = LIMITS.conflateFrom + 1
  for (let k = 0; k < 3; k += 1) await change()
  expect([deltas(ws).length, ws.code]).toEqual([0, undefined])
  ws.bufferedAmount = 0
  await change()
  expect(deltas(ws)).toMatchObject([{ seq: 4, skipped: 3, data: { op: 'replace', value: { equity: '10004' } } }])
  await change()
  expect(deltas(ws)[1]).not.toHaveProperty('skipped')
})

test('who does not sign in within 5 s is closed with 4001; who says nothing for 45 s with 4009, after heartbeats', async () => {
  const silent = await open()
  await vi.advanceTimersByTimeAsync(LIMITS.authMs)
  expect(silent.ws.code).toBe(CLOSE.auth)
  const idle = await open()
  await idle.begin('positions')
  for (let k = 0; k < 4; k += 1) {
    idle.clock.now += LIMITS.heartbeatMs
    await vi.advanceTimersByTimeAsync(LIMITS.heartbeatMs)
  }
  expect([idle.ws.frames.filter(({ t }) => t === 'hb').map(({ n }) => n), idle.ws.code]).toEqual([[1, 2, 3], CLOSE.idle])
})

test('a ticket counts once, and 30 s', () => {
  const clock = { now: 0 }
  const tickets = new Tickets(() => clock.now)
  const key = { id: 'a', name: 'a', role: 'viewer' as const, scopes: [], autoConfirm: false, networks: null }
  const { ticket, expiresAt } = tickets.make(key)
  expect([expiresAt, tickets.redeem(ticket), tickets.redeem(ticket)]).toEqual([30_000, key, undefined])
  const late = tickets.make(key)
  clock.now = 30_000
  expect(tickets.redeem(late.ticket)).toBeUndefined()
})
