/**
 * Hot keys and risk limits over REST: what is set at once, asked, refused by a code, and held back by If-Match; and the reason of a request, on
 * record and with the entry that it was for.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import { hotKeyOf } from '../../../api/commands/groups/set-command.ts'
import { makeWorld } from '../../support/command-world.ts'
import { type Answer, caller } from '../../support/rest/rest-caller.ts'

let world = makeWorld()
let ask = callerOf(world)
beforeEach(() => {
  world = makeWorld()
  ask = callerOf(world)
})

function callerOf({ ports, runner }: ReturnType<typeof makeWorld>) {
  const key = { id: 'a', name: 'desk', role: 'admin' as const, scopes: ['admin'], autoConfirm: false, networks: null }
  const app = makeApp({
    ports,
    runner,
    keys: { find: async () => key, noteUse: async () => {}, over: async () => [] },
    idempotency: { begin: async () => ({ type: 'new' }), finish: async () => {}, abandon: async () => {} },
    database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
    edge: { hosts: ['127.0.0.1'], origins: [], proxies: [], hasTls: false },
    log: (text) => {
      throw new Error(text)
    },
  })
  return caller(app, 'key')
}

/** As the trader judges it. */
const judge = (change: 'stricter' | 'looser', from: string, to: string): void => {
  const figures = Object.entries({ change, from, to }).map(([name, value]) => ({ name, value }))
  world.preview = { status: 'done', text: '', figures }
}
/** As the trader's row says after it was set. */
const keep = (value: string | null): void => {
  world.riskSettings = [{ target: 'account', key: 'dayLoss', value, actor: '@ann', since: 0, until: null }]
}
const dayLoss = async () => (await ask('GET', '/config?key=risk.dayLoss')).body.data[0]
const yes = ({ body }: Answer) => ask('POST', `/confirmations/${(body.confirmation as { id: string }).id}`, { decision: 'yes' })

describe('PATCH /config', () => {
  test('S1 a stricter value is set at once, a looser one and the way back after a yes', async () => {
    judge('stricter', '5%', '3%')
    const stricter = await ask('PATCH', '/config', { key: 'risk.dayLoss', value: '3%', because: 'a bad week' })
    expect([stricter.status, stricter.body.command]).toEqual([200, 'set'])
    judge('looser', '3%', '4%')
    const looser = await ask('PATCH', '/config', { key: 'risk.symbols.BTCUSDT.dayLoss', value: '4%', for: '4h' })
    expect([looser.status, world.sent.length]).toEqual([202, 1])
    expect((await yes(looser)).status).toBe(200)
    expect((await yes(await ask('PATCH', '/config', { key: 'risk.dayLoss', value: null }))).status).toBe(200)
    expect(world.sent).toEqual([
      { name: 'set-limit', key: 'dayLoss', scope: { type: 'account' }, value: '3%' },
      { name: 'set-limit', key: 'dayLoss', scope: { type: 'symbol', symbol: 'BTCUSDT' }, value: '4%', forMs: 14_400_000 },
      { name: 'set-limit', key: 'dayLoss', scope: { type: 'account' } },
    ])
    expect(world.audit.find(({ decision }) => decision === 'done')).toMatchObject({
      command: 'set',
      args: { key: 'risk.dayLoss', because: 'a bad week' },
    })
  })

  test('what is set is the value that counts, with who set it, in GET /config and its schema', async () => {
    expect(await dayLoss()).toMatchObject({ value: '5%', origin: 'default', isHot: true })
    keep('3%')
    expect(await dayLoss()).toMatchObject({ value: '3%', origin: expect.stringMatching(/^set by @ann/) })
    const { data } = (await ask('GET', '/config/schema')).body
    expect(data.find(({ key }) => key === 'risk.dayLoss')).toMatchObject({ isHot: true, origin: expect.stringMatching(/^set by @ann/) })
    expect(data.find(({ key }) => key === 'telegram.token')).toEqual({
      key: 'telegram.token',
      env: 'BALLAST__TELEGRAM__TOKEN',
      allowed: 'a token',
      origin: 'file c.json',
      isSecret: true,
      isHot: false,
    })
    keep(null)
    expect(await dayLoss()).toMatchObject({ value: '5%', origin: 'default' })
  })

  test.each([
    ['api.port', 9_000, 'needs-restart'],
    ['telegram.token', '12345:SECRET', 'needs-restart'],
    ['risk.symbols.BTCUSDT.dayThrottle', 'off', 'unknown-key'],
    ['manual.symbols', 'ADAUSDT', 'needs-reload'],
    ['api.prot', 9_000, 'unknown-key'],
  ])('%s = %s is refused by %s with the key, and no record has the value', async (key, value, code) => {
    const { status, body } = await ask('PATCH', '/config', { key, value })
    expect([status, body.code, body.refusal]).toEqual([409, 'refused', { code, figures: { key } }])
    expect(`${JSON.stringify(world.audit)} ${JSON.stringify(body)}`).not.toContain('SECRET')
    expect(world.sent).toEqual([])
  })

  test.each([{ key: 'risk.dayLoss' }, { key: 'risk.dayLoss', value: ['3%'] }, { value: '3%' }, { key: 'a', value: '', more: 1 }])(
    'the body %j is not valid',
    async (body) => expect((await ask('PATCH', '/config', body)).status).toBe(422),
  )
})

describe('If-Match', () => {
  test.each([
    ['/config', 'PATCH', '/config', { key: 'risk.dayLoss', value: '2%' }],
    ['/risk/limits', 'PUT', '/risk/limits/weekLoss', { value: '2%' }],
  ] as const)(
    'of GET %s: %s %s is 412 where a limit has changed since it was read, and counts where none has',
    async (read, method, path, body) => {
      judge('stricter', '5%', '2%')
      const tag = (await ask('GET', read)).headers.get('etag') ?? ''
      expect((await ask(method, path, body, { 'If-Match': tag })).status).toBe(200)
      keep('3%')
      const late = await ask(method, path, body, { 'If-Match': tag })
      expect([late.status, late.body.code, world.sent.length]).toEqual([412, 'version_conflict', 1])
      const fresh = (await ask('GET', read)).headers.get('etag') ?? ''
      expect((await ask(method, path, body, { 'If-Match': fresh })).status).toBe(200)
      expect((await ask(method, path, body)).status).toBe(200)
    },
  )
})

describe('because', () => {
  test('an entry keeps it through its card; a close and a line have it on record; too long a one is not valid', async () => {
    world.preview = { status: 'done', text: '' }
    const entry = { side: 'long', symbol: 'BTC', size: '$100', sl: '2%', because: 'breakout of the hour' }
    await yes(await ask('POST', '/orders', entry, { 'Idempotency-Key': 'one' }))
    expect(world.sent).toMatchObject([{ name: 'open', asked: { by: 'desk', because: entry.because } }])
    await ask('POST', '/positions/BTCUSDT/close', { because: 'the news' }, { 'Idempotency-Key': 'two' })
    await ask('POST', '/commands', { line: 'pause', because: 'a look at the feed' })
    await ask('POST', '/strategies/ema-cross:off', { because: 'it drifts' })
    const reasons = world.audit.map(({ args }) => args.because)
    for (const reason of ['the news', 'a look at the feed', 'it drifts']) expect(reasons).toContain(reason)
    expect((await ask('POST', '/commands', { line: 'pause', because: 'x'.repeat(201) })).status).toBe(422)
  })
})

test('hot are the risk settings, each of what it may be set for', () => {
  expect(hotKeyOf('risk.dayLoss')).toEqual({ setting: 'dayLoss' })
  expect(hotKeyOf('risk.symbols.WIFUSDT.position')).toEqual({ setting: 'position', target: 'WIFUSDT' })
  expect(hotKeyOf('risk.strategies.ema-cross.capital')).toEqual({ setting: 'capital', target: 'ema-cross' })
  for (const key of ['risk', 'risk.symbols', 'risk.symbols.WIFUSDT', 'risk.day', 'dayLoss', 'api.dayLoss', 'risk.symbols.A.position.x'])
    expect(hotKeyOf(key)).toBeUndefined()
})
