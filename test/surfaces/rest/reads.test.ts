/**
 * Reads over REST: tags and 304, cursors, queries, the market, the configuration, and what the log may not say.
 */
import { expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import type { SignalSource } from '../../../api/ports/signal-ports.ts'
import { toCursor } from '../../../api/page.ts'
import { fallsOf } from '../../../api/routes/account-routes.ts'
import { RecentLog } from '../../../src/process/recent-log.ts'
import { ok } from '../../../src/core/result.ts'
import { instrumentIndex } from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { makeWorld } from '../../support/command-world.ts'
import { memoryMarket } from '../../support/rest/memory-market.ts'
import { caller } from '../../support/rest/rest-caller.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')

function make() {
  const world = makeWorld()
  world.now = NOW
  const state = { isDown: false }
  const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol, k) =>
    makeInstrument({ index: instrumentIndex(k), venue: 'sim', symbol, tickSize: '0.1', lotSize: '0.001', quantityMin: '0.002' }),
  )
  const ports = {
    ...world.ports,
    market: memoryMarket(
      () => NOW,
      () => state.isDown,
    ),
    portfolio: { ...world.ports.portfolio, instruments: async () => ok(instruments) },
  }
  const key = { id: 'a', name: 'admin', role: 'admin' as const, scopes: ['admin'], autoConfirm: false, networks: null }
  const app = makeApp({
    ports,
    runner: world.runner,
    keys: { find: async () => key, noteUse: async () => {}, over: async () => [] },
    idempotency: { begin: async () => ({ type: 'new' }), finish: async () => {}, abandon: async () => {} },
    database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
    edge: { hosts: ['127.0.0.1'], origins: [], proxies: [], hasTls: false },
    log: (text) => {
      throw new Error(text)
    },
  })
  return { world, state, ask: caller(app, 'key') }
}

test('fields leaves of each row of a list what was asked for, with a tag of its own, and names what there is where a name is wrong', async () => {
  const { ask } = make()
  const all = await ask('GET', '/positions')
  const some = await ask('GET', '/positions?fields=symbol,quantity')
  expect(some.body.data).toEqual(all.body.data.map(({ symbol, quantity }) => ({ symbol, quantity })))
  expect(some.body).toMatchObject({ nextCursor: all.body.nextCursor, hasMore: all.body.hasMore })
  expect(some.headers.get('etag')).not.toBe(all.headers.get('etag'))
  expect((await ask('GET', '/positions?fields=symbol&limit=1')).status).toBe(422)
  for (const wrong of ['sybmol', '', 'symbol,', 'symbol,constructor']) {
    const { status, body } = await ask('GET', `/positions?fields=${wrong}`)
    expect([status, String(body.detail).includes('use some of id, '), wrong]).toEqual([422, true, wrong])
  }
  // What is no list has no fields to choose.
  expect(await ask('GET', '/status?fields=state')).toMatchObject({ status: 422, body: { detail: expect.stringContaining('no such key') } })
})

test('an answer has a tag, who has it gets 304 without a body, and another answer has another', async () => {
  const { world, ask } = make()
  const first = await ask('GET', '/positions')
  const etag = first.headers.get('etag') ?? ''
  expect([first.headers.get('content-type'), first.headers.get('cache-control')]).toEqual(['application/json', 'private, no-cache'])
  for (const seen of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await ask('GET', '/positions', undefined, { 'If-None-Match': seen })
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, {}, etag])
  }
  world.positions = world.positions.map((row) => ({ ...row, markPrice: '1' }))
  const other = await ask('GET', '/positions', undefined, { 'If-None-Match': etag })
  expect([other.status, other.headers.get('etag') === etag]).toEqual([200, false])
})

test('a cursor that was changed in any letter is refused, and so is one that was cut', async () => {
  const { ask } = make()
  const right = toCursor(123_456)
  expect((await ask('GET', `/fills?cursor=${right}`)).status).toBe(200)
  for (let at = 0; at < right.length; at += 1) {
    const spoilt = `${right.slice(0, at)}${right[at] === 'A' ? 'B' : 'A'}${right.slice(at + 1)}`
    const { status, body } = await ask('GET', `/fills?cursor=${spoilt}`)
    expect([spoilt, status, body.code]).toEqual([spoilt, 422, 'validation_failed'])
    expect((await ask('GET', `/fills?cursor=${right.slice(0, at)}`)).status).toBe(422)
  }
})

test.each([
  ['/equity?to=', 'to: use an instant by RFC 3339'],
  ['/equity?to=1893456000', 'to: use an instant by RFC 3339'],
  ['/equity?from=0x10', 'from: use an instant by RFC 3339'],
  ['/equity?from=2027-06-01', 'from: use an instant by RFC 3339'],
  ['/equity?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to has to be later than from'],
  ['/trades?symbl=BTCUSDT', 'symbl: no such key; use limit, cursor, symbol, strategy, status'],
  ['/trades?from=2026-01-01T00:00:00Z', 'from: no such key'],
  ['/status?x=1', 'this route takes no query'],
  ['/trades?symbol=doge', 'does not trade doge. Traded: BTCUSDT'],
  ['/trades?limit=1e2', 'limit: use a whole number from 1 to 500'],
  ['/trades?limit=5&limit=6', 'limit: use a whole number'],
  ['/events?types=nothing', 'use some of order-submitted'],
  ['/events?since_id=x', 'use the id of an event such as evt_'],
  ['/periods?unit=week&n=60', 'at most 90 days, 52 weeks or 36 months'],
  ['/candles?symbol=BTC&interval=7m', 'interval: use 1m, 3m'],
  ['/orderbook/BTC?depth=9000', 'depth: use a whole number from 1 to 200'],
  ['/fills?orderId=7', 'use the id of an order such as ord_'],
])('GET %s is 422, and says what is right', async (path, words) => {
  const { status, body } = await make().ask('GET', path)
  expect([status, body.code]).toEqual([422, 'validation_failed'])
  expect(body.detail).toContain(words)
})

test('a symbol is asked for as people write it', async () => {
  const { ask } = make()
  for (const symbol of ['BTCUSDT', 'btc', 'BTC/USDT']) {
    expect((await ask('GET', `/positions?symbol=${encodeURIComponent(symbol)}`)).body.data, symbol).toHaveLength(1)
    expect((await ask('GET', `/positions/${encodeURIComponent(symbol)}`)).status, symbol).toBe(200)
  }
})

test('a body that is not sent as JSON does nothing, and says how to send it', async () => {
  const { world, ask } = make()
  const answer = await ask(
    'POST',
    '/control/pause',
    { target: 'BTCUSDT' },
    { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '20' },
  )
  expect([answer.status, answer.body.code, world.sent]).toEqual([415, 'unsupported_media_type', []])
  expect(answer.body.detail).toContain('Content-Type: application/json')
})

test('candles: pages ascend from an instant and meet without a gap or a twin; the newest come first otherwise', async () => {
  const { ask } = make()
  const from = '2026-03-01T10:00:00.000Z'
  const to = '2026-03-01T10:10:00.000Z'
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer: Awaited<ReturnType<typeof ask>> = await ask(
      'GET',
      `/candles?symbol=BTC&interval=1m&limit=3&from=${from}&to=${to}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    expect(answer.headers.get('cache-control')).toContain('immutable')
    seen.push(...answer.body.data.map((row) => String(row.ts)))
    cursor = answer.body.nextCursor as string | null
  }
  expect(seen).toEqual(Array.from({ length: 10 }, (_, k) => new Date(Date.parse(from) + k * 60_000).toISOString()))
  const newest = await ask('GET', '/candles?symbol=BTC&interval=1m&limit=2')
  expect(newest.body.data.map((row) => row.ts)).toEqual(['2026-03-01T11:59:00.000Z', '2026-03-01T11:58:00.000Z'])
  const older = await ask('GET', `/candles?symbol=BTC&interval=1m&limit=2&cursor=${String(newest.body.nextCursor)}`)
  expect(older.body.data.map((row) => row.ts)).toEqual(['2026-03-01T11:57:00.000Z', '2026-03-01T11:56:00.000Z'])
})

test('the market: steps of an instrument, tickers of all, a book, rates; 503 while the exchange cannot be asked', async () => {
  const { state, ask } = make()
  expect((await ask('GET', '/instruments/btc')).body).toMatchObject({
    symbol: 'BTCUSDT',
    tickSize: '0.1',
    quantityStep: '0.001',
    minQuantity: '0.002',
  })
  expect((await ask('GET', '/tickers')).body.data.map((row) => row.symbol)).toEqual(['BTCUSDT', 'ETHUSDT'])
  expect((await ask('GET', '/orderbook/BTC?depth=2')).body).toMatchObject({
    bids: [{ price: '63999' }, { price: '63998' }],
    asks: [{ price: '64001' }, { price: '64002' }],
  })
  const rates = await ask('GET', '/funding/BTC?from=2026-02-28T00:00:00Z&to=2026-03-01T00:00:00Z')
  expect(rates.body.data.map((row) => row.ts)).toEqual(['2026-02-28T16:00:00.000Z', '2026-02-28T08:00:00.000Z', '2026-02-28T00:00:00.000Z'])
  state.isDown = true
  for (const path of ['/tickers', '/orderbook/BTC', '/candles?symbol=BTC', '/funding/BTC']) {
    const { status, body } = await ask('GET', path)
    expect([path, status, body.code, body.retryable]).toEqual([path, 503, 'exchange_unavailable', true])
  }
})

test('the configuration has its origins, and no secret', async () => {
  const { ask } = make()
  const all = await ask('GET', '/config')
  expect(all.body.data.slice(0, 2)).toEqual([
    { key: 'api.port', value: 8080, origin: 'default', isSecret: false, isHot: false },
    { key: 'telegram.token', value: '•••', origin: 'file c.json', isSecret: true, isHot: false },
  ])
  expect((await ask('GET', '/config?key=api')).body.data).toHaveLength(1)
  expect((await ask('GET', '/config?key=nothing')).status).toBe(404)
})

test('the log that others see has no token in it, and only so many lines', async () => {
  const log = new RecentLog(() => NOW)
  log.note(
    'warn',
    'tk_sim_0badc0de_aaaaaaaaaaaaaaaaaaaaaaaa and 123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA at postgres://u:p@h/d, whsec_abc=',
  )
  expect(log.last()[0]?.text).toBe('••• and ••• at postgres://•••h/d, •••')
  for (let k = 0; k < 3_000; k += 1) log.note('info', String(k))
  expect([log.last().length, log.last().at(-1)?.id]).toEqual([2_000, 3_001])
  const { world, ask } = make()
  world.log = [...log.last().slice(-2)]
  expect((await ask('GET', '/logs?limit=1')).body.data).toEqual([
    { id: '3001', ts: '2026-03-01T12:00:00.000Z', level: 'info', text: '2999' },
  ])
  expect((await ask('GET', '/logs?level=error')).body.data).toEqual([])
})

test('falls of equity: from a peak until it was back, the deepest first, the last one perhaps not over', () => {
  const ts = Float64Array.from([0, 1, 2, 3, 4, 5, 6], (day) => day * 86_400_000)
  const falls = fallsOf({ ts, equity: Float64Array.from([100, 90, 100, 110, 55, 66, 60]) })
  expect(falls).toEqual([
    { depth: 0.5, peakAt: '1970-01-04T00:00:00.000Z', bottomAt: '1970-01-05T00:00:00.000Z', recoveredAt: null },
    {
      depth: expect.closeTo(0.1, 10),
      peakAt: '1970-01-01T00:00:00.000Z',
      bottomAt: '1970-01-02T00:00:00.000Z',
      recoveredAt: '1970-01-03T00:00:00.000Z',
    },
  ])
})

const SOURCE: SignalSource = {
  id: 'a1b2c3d4e5f6',
  name: 'desk',
  format: 'line',
  strategy: 'webhook',
  market: 'linear',
  symbols: ['BTCUSDT'],
  mode: 'trade',
  side: null,
  stop: '2%',
  maxAgeMs: 60_000,
  notionalMax: '5000',
  networks: null,
  expectEveryMs: null,
  createdAt: 0,
  oldUntil: null,
  lastAt: null,
}

test('a body is tried on a source: what it would do, or why not, and nothing is sent', async () => {
  const { world, ask } = make()
  world.sources = [SOURCE]
  const tried = (body: string) => ask('POST', `/signal-sources/${SOURCE.name}:test`, { body })
  const good = await tried('long BTC 1% sl=2%')
  expect([good.status, JSON.stringify(good.body.reply)]).toEqual([200, expect.stringContaining('BTCUSDT')])
  const bad = await tried('long {{ticker}}')
  expect(JSON.stringify(bad.body)).toContain('was not filled in')
  expect((await ask('POST', '/signal-sources/none:test', { body: 'long BTC' })).body.status).not.toBe('done')
  expect((await tried('')).status).toBe(422)
  expect(world.sent).toEqual([])
})
