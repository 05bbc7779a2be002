/**
 * What doctor asks of others: the chats and the queue in each state, and the database where it is not there.
 */
import { type Server, createServer } from 'node:http'
import { type Socket, createServer as createTcpServer } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CheckLine } from './check-line.ts'
import { loadConfig } from '../config/config.ts'
import { databaseChecks, discordCheck, partCheck, queueCheck, telegramCheck } from './dependency-checks.ts'
import { pathsOf } from '../system/paths.ts'

const TOKEN = '7654321:a-fake-token-of-the-test-for-loopback'
/** Nothing listens there. */
const NOBODY = '127.0.0.1:1'
let root = ''
let web: Server | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outside-'))
})
afterEach(() => {
  web?.closeAllConnections()
  web?.close()
  web = undefined
  rmSync(root, { recursive: true, force: true })
})

function config(env: Readonly<Record<string, string>>) {
  const loaded = loadConfig({ env, cwd: root })
  if (!loaded.ok) throw new Error(loaded.error.map((each) => each.sentence).join('\n'))
  return loaded.value.values
}

const portOf = (server: { address(): unknown }): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0
}

/** A chat's API that knows one path. */
async function serve(path: string, status: number, body: object): Promise<string> {
  const server = createServer((request, response) => {
    const isKnown = request.url === path
    response.writeHead(isKnown ? status : 404, { 'content-type': 'application/json' }).end(JSON.stringify(isKnown ? body : {}))
  })
  web = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${portOf(server)}`
}

function silentAbout(check: CheckLine, secret: string): CheckLine {
  expect(JSON.stringify(check)).not.toContain(secret)
  return check
}

describe('telegram', () => {
  const of = async (env: Readonly<Record<string, string>>): Promise<CheckLine> =>
    silentAbout(await telegramCheck(config(env), pathsOf(root)), TOKEN)
  test('telegram: off: nobody is asked', async () => {
    const apiRoot = await serve('/', 200, {})
    let asked = 0
    web?.on('request', () => {
      asked += 1
    })
    expect(await of({ BALLAST__TELEGRAM__API_ROOT: apiRoot })).toMatchObject({ status: 'ok', detail: expect.stringContaining('off') })
    expect(asked).toBe(0)
  })
  test.each([
    ['known, from the file', 200, 'ok', '@ballast_bot answers'],
    ['not known', 401, 'fail', 'rejected this token'],
    ['in trouble', 502, 'warn', '502'],
  ] as const)('telegram: %s', async (_, httpStatus, status, detail) => {
    const apiRoot = await serve(`/bot${TOKEN}/getMe`, httpStatus, { ok: true, result: { username: 'ballast_bot' } })
    writeFileSync(join(root, 'telegram.token'), `${TOKEN}\n`, { mode: 0o600 })
    expect(await of({ BALLAST__TELEGRAM__API_ROOT: apiRoot })).toMatchObject({ status, detail: expect.stringContaining(detail) })
  })
  test('telegram: nobody there', async () => {
    expect(await of({ BALLAST__TELEGRAM__API_ROOT: `http://${NOBODY}`, BALLAST__TELEGRAM__TOKEN: TOKEN })).toMatchObject({ status: 'warn' })
  })
})

describe('discord', () => {
  const of = async (env: Readonly<Record<string, string>>): Promise<CheckLine> =>
    silentAbout(await discordCheck(config(env), pathsOf(root)), TOKEN)
  test('discord: off', async () => expect(await of({})).toMatchObject({ status: 'ok', detail: expect.stringContaining('off') }))
  test.each([
    ['known', 200, 'ok', 'ballast answers'],
    ['not known', 401, 'fail', 'rejected this token'],
  ] as const)('discord: %s', async (_, httpStatus, status, detail) => {
    const apiRoot = await serve(
      '/v10/users/@me',
      httpStatus,
      httpStatus === 200 ? { id: '1', username: 'ballast' } : { message: 'no', code: 0 },
    )
    const env = { BALLAST__DISCORD__API_ROOT: apiRoot, BALLAST__DISCORD__TOKEN: TOKEN }
    expect(await of(env)).toMatchObject({ status, detail: expect.stringContaining(detail) })
  })
})

describe('queue', () => {
  test('queue: in the database', async () => expect(await queueCheck(config({}))).toMatchObject({ status: 'ok' }))
  test('queue: nobody there: a sentence without the password', async () => {
    const check = await queueCheck(config({ REDIS_URL: `redis://:hidden-password@${NOBODY}` }))
    expect(silentAbout(check, 'hidden')).toMatchObject({ status: 'fail', detail: expect.stringContaining('ECONNREFUSED') })
  })
  test('queue: answers', async () => {
    const sockets: Socket[] = []
    // Enough of its protocol: PING is answered, all else is taken.
    const redis = createTcpServer((socket) => {
      sockets.push(socket)
      socket.on('data', (chunk) => {
        for (const command of chunk.toString().split(/(?=^\*)/m)) {
          if (/^info/im.test(command)) socket.write('$14\r\nredis_mode:one\r\n')
          else socket.write(/^ping/im.test(command) ? '+PONG\r\n' : '+OK\r\n')
        }
      })
    })
    await new Promise<void>((resolve) => redis.listen(0, '127.0.0.1', resolve))
    try {
      expect(await queueCheck(config({ REDIS_URL: `redis://127.0.0.1:${portOf(redis)}` }))).toMatchObject({
        status: 'ok',
        detail: 'Redis answers',
      })
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => redis.close(resolve))
    }
  })
})

describe('database', () => {
  const of = (env: Readonly<Record<string, string>>) => databaseChecks(config(env), pathsOf(root))
  test('packaged: whether it has been made, and on which port', async () => {
    expect(await of({})).toEqual([expect.objectContaining({ status: 'ok', detail: expect.stringContaining('first start') })])
    writeFileSync(join(root, 'pg.port'), '45123')
    expect(await of({})).toEqual([expect.objectContaining({ status: 'ok', detail: expect.stringContaining('port 45123') })])
  })
  test('DATABASE_URL that nobody answers: a sentence without the password', async () => {
    const [check] = await of({ DATABASE_URL: `postgres://me:hidden-password@${NOBODY}/ballast` })
    expect(check).toMatchObject({ status: 'fail', detail: expect.stringContaining('does not answer') })
    expect(JSON.stringify(check)).not.toContain('hidden')
  })
})

test.each([
  ['trader', 'ok', 'ok'],
  ['account', 'warn', 'warn'],
  ['account', 'down', 'fail'],
  ['telegram', 'down', 'warn'],
] as const)('a part that runs: %s %s is %s', (part, status, expected) => {
  expect(partCheck({ part, status, detail: 'why', updatedAt: 0 })).toMatchObject({ status: expected, detail: `${part}: why` })
})
