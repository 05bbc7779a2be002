/**
 * S14: what a request is answered while the database is away: within two seconds, with its code and the way past it.
 */
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { ApiEnv } from '../../api/auth.ts'
import type { DatabaseState } from '../../api/context.ts'
import { databaseDown, guardDatabase } from '../../api/database-guard.ts'
import { onError } from '../../api/problem.ts'
import { troubleOf } from '../../db/error.ts'

const SINCE = Date.UTC(2026, 0, 1, 17, 12, 49)

function makeServer() {
  const world = { since: undefined as number | undefined, waiting: new Set<() => void>(), handled: 0 }
  const database: DatabaseState = {
    downSinceMs: () => world.since,
    onDown: (callback) => {
      world.waiting.add(callback)
      return () => world.waiting.delete(callback)
    },
    troubleOf,
  }
  const logged: unknown[] = []
  const failed = onError((_, cause) => logged.push(cause))
  const app = new Hono<ApiEnv>()
  app.onError((cause, c) => {
    const trouble = database.troubleOf(cause)
    return trouble === undefined ? failed(cause, c) : failed(databaseDown(trouble, world.since, c.req.method !== 'GET'), c)
  })
  app.use(guardDatabase(database, (path) => path === '/free'))
  app.get('/free', (c) => c.text('free'))
  app.get('/hangs', () => {
    world.handled += 1
    return new Promise<Response>(() => {})
  })
  app.post('/hangs', () => new Promise<Response>(() => {}))
  app.get('/fails', () => {
    throw Object.assign(new Error('write CONNECTION_CLOSED 127.0.0.1:1'), { code: 'CONNECTION_CLOSED' })
  })
  app.get('/full', () => {
    throw new Error('Failed query', { cause: Object.assign(new Error('could not extend file'), { code: '53100' }) })
  })
  app.get('/odd', () => {
    throw new TypeError('a defect')
  })
  const call = async (path: string, method = 'GET') => {
    const response = await app.request(path, { method })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as { code: string; detail: string }) : undefined }
  }
  const lose = (): void => {
    world.since = SINCE
    for (const callback of world.waiting) callback()
  }
  return { world, call, lose, logged }
}

test('while it is away a request is not begun, and says since when, and what flattens', async () => {
  const { world, call, lose } = makeServer()
  lose()
  const answer = await call('/hangs')
  expect([answer.status, answer.body?.code, world.handled]).toEqual([503, 'database_down', 0])
  expect(answer.body?.detail).toContain('does not answer (since 17:12:49 UTC)')
  expect(answer.body?.detail).toContain('ballast panic --direct')
  expect((await call('/free')).status).toBe(200)
})

test('a request that hangs when it is lost is answered then; of a write it is said that it may have been taken', async () => {
  const { call, lose, world } = makeServer()
  const asked = [call('/hangs'), call('/hangs', 'POST')]
  await new Promise((resolve) => setTimeout(resolve, 20))
  lose()
  const [read, write] = await Promise.all(asked)
  expect([read?.status, write?.status]).toEqual([503, 503])
  expect(read?.body?.detail).not.toContain('may take this request')
  expect(write?.body?.detail).toContain('Your request may still be carried out')
  expect(world.waiting.size).toBe(0)
})

test('an error of a lost connection, or of a full disk, is no defect and leaves no stack', async () => {
  const { call, logged } = makeServer()
  expect(await call('/fails')).toMatchObject({ status: 503, body: { code: 'database_down' } })
  expect(await call('/full')).toMatchObject({ status: 503, body: { detail: expect.stringContaining('its disk is full') } })
  expect(logged).toEqual([])
  expect(await call('/odd')).toMatchObject({ status: 500, body: { code: 'internal' } })
  expect(logged).toHaveLength(1)
})
