/**
 * S7: `panic --direct` while one reading or another fails, is slow or never answers, over an exchange in memory.
 */
import { beforeEach, expect, test } from 'vitest'
import { PanicAccount } from '../venue/bybit/read/panic-account.ts'
import type { PanicScope } from '../venue/bybit/read/panic-plan.ts'
import type { RawReply, RequestParams, Transport } from '../venue/bybit/http/transport.ts'
import { type PanicDirectOutcome, panicDirect } from './panic-direct.ts'

type Trouble = 'maintenance' | 'rate' | 'no reply' | 'hangs'

/** Perpetuals by size; what is ours of them is all. */
let held: Map<string, number>
let coins: number
let closedAt: Map<string, number>
let stopOfCoins: boolean
let nowMs: number
/** What happens to a call, by the words it is about. */
let trouble: (words: string) => Trouble | undefined

beforeEach(() => {
  held = new Map([
    ['XRPUSDT', 300],
    ['ADAUSDT', 589],
    ['BNBUSDT', 2],
  ])
  coins = 0.3
  closedAt = new Map()
  stopOfCoins = true
  nowMs = 0
  trouble = () => undefined
})

const reply = (result: unknown, retCode = 0): RawReply => ({ type: 'reply', body: { retCode, retMsg: 'm', result }, limits: undefined })
const list = (rows: readonly unknown[]): RawReply => reply({ list: rows })
const sales: { orderLinkId: string; symbol: string; qty: string }[] = []
const said: string[] = []
beforeEach(() => {
  sales.length = 0
  said.length = 0
})

function answer(path: string, p: RequestParams): RawReply {
  const isSpot = p.category === 'spot'
  switch (path) {
    case '/v5/position/list':
      if (p.settleCoin !== 'USDT') return list([])
      return list([...held].filter(([, size]) => size > 0).map(([symbol, size]) => ({ symbol, side: 'Buy', size: String(size) })))
    case '/v5/order/realtime':
      if (p.orderLinkId !== undefined)
        return list([{ orderStatus: 'Filled', cumExecQty: sales.find((s) => s.orderLinkId === p.orderLinkId)?.qty }])
      return list(
        isSpot && stopOfCoins && p.orderFilter === undefined
          ? [
              {
                symbol: 'BTCUSDT',
                orderId: 'stop',
                orderLinkId: 'b1-abc123-9',
                side: 'Sell',
                qty: '0.3',
                reduceOnly: false,
                stopOrderType: 'Stop',
              },
            ]
          : [],
      )
    case '/v5/execution/list':
      return list(
        sales
          .filter((s) => (s.symbol === 'BTCUSDT') === isSpot)
          .map((s) => ({ ...s, side: 'Sell', execQty: s.qty, execTime: '9000', execType: 'Trade' })),
      )
    case '/v5/account/wallet-balance':
      return list([{ coin: [{ coin: 'BTC', walletBalance: String(coins) }] }])
    case '/v5/market/instruments-info':
      return isSpot
        ? list([{ baseCoin: 'BTC', lotSizeFilter: { basePrecision: '0.000001', maxMarketOrderQty: '10' } }])
        : list([{ symbol: p.symbol, lotSizeFilter: { qtyStep: '1', maxMktOrderQty: '10000' } }])
    case '/v5/order/cancel':
      stopOfCoins = false
      return reply({})
    case '/v5/order/create': {
      const symbol = String(p.symbol)
      sales.push({ orderLinkId: String(p.orderLinkId), symbol, qty: String(p.qty) })
      if (isSpot) coins -= Number(p.qty)
      else {
        expect(p.reduceOnly).toBe(true)
        held.set(symbol, Math.max(0, (held.get(symbol) ?? 0) - Number(p.qty)))
        closedAt.set(symbol, nowMs)
      }
      return reply({ orderId: '1' })
    }
    default:
      throw new Error(path)
  }
}

const transport: Transport = {
  call: async (_method, path, params) => {
    switch (trouble(`${path} ${String(params.category ?? '')} ${String(params.symbol ?? '')}`)) {
      case 'maintenance':
        return reply({}, 10016)
      case 'rate':
        return reply({}, 10006)
      case 'no reply':
        return { type: 'unknown', detail: 'no reply within 5000 ms' }
      case 'hangs':
        return new Promise(() => {})
      default:
        return answer(path, params)
    }
  },
  open: () => {},
  renew: () => {},
  openMore: () => {},
  close: async () => {},
}

const SCOPE: PanicScope = {
  type: 'owned',
  positions: [
    { symbol: 'XRPUSDT', side: 'long', size: '300' },
    { symbol: 'ADAUSDT', side: 'long', size: '589' },
    { symbol: 'BNBUSDT', side: 'long', size: '2' },
    { symbol: 'BTCUSDT-SPOT', side: 'long', size: '0.3' },
  ],
}

const run = (limitMs = 15_000, scope: PanicScope = SCOPE, scopeFillTs: number | undefined = 5_000): Promise<PanicDirectOutcome> =>
  panicDirect({
    account: new PanicAccount(transport, () => 0),
    scope,
    scopeFillTs,
    tag: 'abc123',
    idPrefixes: ['b1-abc123-'],
    record: () => {},
    wallClock: {
      nowMs: () => nowMs,
      steadyMs: () => nowMs,
      every: () => () => {},
      sleep: async (ms) => {
        // All answers are delivered before time advances.
        await new Promise(setImmediate)
        nowMs += ms
      },
    },
    say: (text) => said.push(text),
    limitMs,
  })

const READINGS: readonly (readonly [name: string, words: RegExp])[] = [
  ['positions', /position\/list/],
  ['orders', /order\/realtime linear/],
  ['orders of spot', /order\/realtime spot/],
  ['all orders', /order\/realtime/],
  ['executions', /execution\/list linear/],
  ['executions of spot', /execution\/list spot/],
  ['all executions', /execution\/list/],
  ['the wallet', /wallet-balance/],
  ['instruments', /instruments-info/],
  ['instruments of spot', /instruments-info spot/],
  ['positions and orders', /position\/list|order\/realtime linear/],
  ['everything', /position|realtime|execution|wallet|instruments/],
]
const TROUBLES: readonly Trouble[] = ['maintenance', 'rate', 'no reply', 'hangs']

test.each(READINGS.flatMap(([name, words]) => TROUBLES.map((how) => [name, how, words] as const)))(
  'S7 each perpetual is closed once within five seconds while the reading of %s fails: %s',
  async (_, how, words) => {
    trouble = (call) => (words.test(call) ? how : undefined)
    await run()
    expect([...held.values()]).toEqual([0, 0, 0])
    expect(sales.filter((s) => s.symbol !== 'BTCUSDT').map((s) => s.symbol)).toEqual(['XRPUSDT', 'ADAUSDT', 'BNBUSDT'])
    expect(Math.max(...closedAt.values())).toBeLessThanOrEqual(5_000)
  },
)

test.each([
  ['the wallet', /wallet-balance/],
  ['the steps', /instruments-info spot/],
  ['orders of spot', /order\/realtime spot/],
])('S7 coins stay, with their stop, and are named as left while the reading of %s fails', async (_, words) => {
  trouble = (call) => (words.test(call) ? 'maintenance' : undefined)
  const outcome = await run()
  expect(outcome.isFlat).toBe(false)
  expect(outcome.sentence).toMatch(/^NOT FLAT: BTCUSDT-SPOT 0\.3 left \(.* cannot be read \(10016 m\)\)\./)
  expect([coins, stopOfCoins]).toEqual([0.3, true])
})

test('S7 what was closed blindly is verified as soon as it can be read, and not closed again', async () => {
  trouble = (call) => (nowMs < 9_000 && /position\/list/.test(call) ? 'maintenance' : undefined)
  const outcome = await run(20_000)
  expect(outcome).toMatchObject({ isFlat: true, ordersSent: 4 })
  expect(outcome.elapsedMs).toBeGreaterThan(9_000)
})

test('S7 nothing that was read before the last close makes it flat', async () => {
  trouble = (call) => (sales.length > 0 && /position\/list/.test(call) ? 'maintenance' : undefined)
  const outcome = await run()
  expect(outcome).toMatchObject({ isFlat: false, ordersSent: 4 })
  expect(outcome.sentence).toContain('positions cannot be read any more (10016 m)')
})

test('S7 one symbol in maintenance hides no other, and is the one that is named', async () => {
  trouble = (call) => (/order\/create linear ADAUSDT/.test(call) ? 'maintenance' : undefined)
  const outcome = await run()
  expect(held).toEqual(
    new Map([
      ['XRPUSDT', 0],
      ['ADAUSDT', 589],
      ['BNBUSDT', 0],
    ]),
  )
  expect(outcome.isFlat).toBe(false)
  expect(outcome.sentence).toMatch(/^NOT FLAT: ADAUSDT 589 left \(10016 m\)/)
  expect(outcome.sentence).not.toContain('XRPUSDT')
})

test('S7 a line that stays the same is said again each 15 s, a new one at once', async () => {
  trouble = (call) => (/position\/list/.test(call) ? 'maintenance' : undefined)
  await run(40_000)
  const waiting = said.filter((line) => line.startsWith('NOT FLAT'))
  expect(new Set(waiting).size).toBeGreaterThan(1)
  for (const line of new Set(waiting)) expect(waiting.filter((other) => other === line).length).toBeLessThanOrEqual(3)
})

test('S7 a close that was sent again and again is reported once, with how often', async () => {
  trouble = (call) => (/position\/list|order\/create linear ADAUSDT/.test(call) ? 'no reply' : undefined)
  const { sentence, ordersSent } = await run()
  expect(sentence).toContain(`close of ADAUSDT 589 sent ${ordersSent - 3} times and not verified`)
  expect(sentence.match(/ADAUSDT/g)).toHaveLength(1)
})

test('S7 a close that hangs holds up one lane of five', async () => {
  held = new Map(Array.from({ length: 8 }, (_, at) => [`P${at}USDT`, 1]))
  const scope: PanicScope = { type: 'owned', positions: [...held.keys()].map((symbol) => ({ symbol, side: 'long', size: '1' })) }
  let isHung = false
  trouble = (call) => {
    if (isHung || !/order\/create/.test(call)) return undefined
    isHung = true
    return 'hangs'
  }
  await Promise.race([run(15_000, scope), new Promise((resolve) => setTimeout(resolve, 300))])
  expect([...held.values()].filter((size) => size > 0)).toHaveLength(1)
})

test('S7 an entry that may have filled after scope.json was written keeps it from being flat while executions cannot be read', async () => {
  held.set('SOLUSDT', 5)
  trouble = (call) => (/execution\/list linear/.test(call) ? 'maintenance' : undefined)
  const outcome = await run()
  expect(outcome.isFlat).toBe(false)
  expect(outcome.sentence).toContain('SOLUSDT 5 may belong to Ballast')
  expect(held.get('SOLUSDT')).toBe(5)
})
