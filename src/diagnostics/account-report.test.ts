/**
 * The look at the account against the simulator's server, and what is said of it: every state of the key and the modes.
 */
import { type IncomingHttpHeaders, createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { serveExchange } from '../venue/sim/bybit-server/serve-exchange.ts'
import { accountReport } from './account-report.ts'
import { type AccountProbe, probeAccount } from './account-probe.ts'
import type { KeyedProfile } from '../config/exchange-access.ts'

const KEY = 'a-key-of-the-test'
const SECRET = 'a-secret-of-the-test'
let exchange: Awaited<ReturnType<typeof serveExchange>>
beforeEach(async () => {
  exchange = await serveExchange({ port: 0, key: KEY, secret: SECRET, seed: 3 })
})
afterEach(() => exchange.close())

const urlOf = (port: number): string => `http://127.0.0.1:${port}`

const look = (profile: KeyedProfile, key = KEY, symbols = ['BTCUSDT', 'ETHUSDT'], port = exchange.port) =>
  probeAccount({
    access: {
      key,
      secret: SECRET,
      restUrl: urlOf(port),
      publicStreamUrl: 'ws://127.0.0.1:1',
      privateStreamUrl: 'ws://127.0.0.1:1',
      tradeStreamUrl: undefined,
      simUrl: undefined,
    },
    profile,
    symbols,
    risk: RISK_PROFILES[profile],
    intervalMs: 60_000,
  })

async function seen(profile: KeyedProfile, key = KEY): Promise<AccountProbe> {
  const found = await look(profile, key)
  if (!found.ok) throw new Error(found.error.sentence)
  return found.value
}

async function change(by: object): Promise<void> {
  const reply = await fetch(`${urlOf(exchange.port)}/_sim/account`, { method: 'POST', body: JSON.stringify(by) })
  if (!reply.ok) throw new Error(await reply.text())
}

test('a good key on a good account: every line is well and has its figure', async () => {
  await change({ spotTrade: [], deadlineDay: 80, ips: ['192.0.2.7'] })
  const found = await seen('live')
  const lines = accountReport(found)
  expect(lines.filter((line) => line.status !== 'ok' || line.next !== '')).toEqual([])
  const details = Object.fromEntries(lines.map(({ name, detail }) => [name, detail]))
  expect(details).toMatchObject({
    exchange: expect.stringContaining(urlOf(exchange.port)),
    'key permissions': 'contract orders and positions; no withdrawals, no transfers',
    'key IP address': 'restricted to an IP address',
    'key expiry': expect.stringMatching(/^expires \d{4}-\d\d-\d\d, in (79|80) days$/),
    'position mode': 'one-way: BTCUSDT, ETHUSDT',
    'margin mode': 'cross margin',
    loans: 'nothing borrowed',
    fees: 'taker 0.0550 %',
    clock: expect.stringContaining(' ms off the exchange'),
  })
  expect(found.wallet).toBe(10_000 * 1e8)
  expect(found.positions).toBe(0)
})

test.each<[what: string, change: object, profile: KeyedProfile, line: string, status: 'ok' | 'warn' | 'fail', text: string]>([
  ['may withdraw', { wallet: ['Withdraw'] }, 'live', 'key permissions', 'fail', 'withdraw'],
  ['may withdraw, demo', { wallet: ['Withdraw'] }, 'demo', 'key permissions', 'warn', 'withdraw'],
  ['may withdraw, observe', { wallet: ['Withdraw'], readOnly: 1 }, 'observe', 'key permissions', 'fail', 'withdraw'],
  ['may transfer', { wallet: ['AccountTransfer'] }, 'live', 'key permissions', 'fail', 'transfer'],
  ['read-only', { readOnly: 1 }, 'demo', 'key permissions', 'fail', 'read-only'],
  ['can trade, observe', {}, 'observe', 'key permissions', 'warn', 'can trade'],
  ['no positions', { contractTrade: ['Order'] }, 'testnet', 'key permissions', 'fail', 'lacks'],
  ['not bound, live', { ips: [] }, 'live', 'key IP address', 'fail', 'not restricted'],
  ['not bound, demo', { ips: [] }, 'demo', 'key IP address', 'warn', 'not restricted'],
  ['expires', { deadlineDay: 3 }, 'live', 'key expiry', 'warn', 'expires in'],
  ['hedge', { positionMode: 'hedge' }, 'live', 'position mode', 'fail', 'hedge mode'],
  [
    'isolated',
    { marginMode: 'ISOLATED_MARGIN' },
    'live',
    'margin mode',
    'ok',
    'isolated margin; the trader sets cross margin at its start',
  ],
  ['a loan', { borrowAmount: '5' }, 'live', 'loans', 'fail', 'borrowed'],
  ['dear, live', { takerFeeRate: '0.001' }, 'live', 'fees', 'fail', '0.1000 %'],
  ['dear, demo', { takerFeeRate: '0.001' }, 'demo', 'fees', 'warn', '0.1000 %'],
])('%s', async (_, by, profile, name, status, text) => {
  await change(by)
  const lines = accountReport(await seen(profile)).filter((line) => line.name === name)
  expect(lines.map((line) => line.status)).toContain(status)
  expect(lines.map((line) => line.detail).join(' ')).toContain(text)
  expect(lines.every((line) => line.status === 'ok' || line.next !== '')).toBe(true)
})

test('observe: modes are shown and judge nothing', async () => {
  await change({ readOnly: 1, positionMode: 'hedge', marginMode: 'ISOLATED_MARGIN', ips: [] })
  const lines = accountReport(await seen('observe'))
  expect(lines.every((line) => line.status === 'ok')).toBe(true)
  const details = lines.map((line) => line.detail)
  expect(details).toContain('hedge: BTCUSDT, ETHUSDT')
  expect(details).toContain('isolated margin')
  expect(details).toContain('not restricted to an IP address')
})

test('a key that the exchange refuses is one line, and neither key nor secret is in what was seen', async () => {
  const found = await seen('demo', 'another-key-of-the-test')
  const lines = accountReport(found)
  expect(lines.find((line) => line.name === 'key permissions')).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('rejected the API key'),
  })
  expect(lines.some((line) => line.name === 'key IP address')).toBe(false)
  expect(JSON.stringify({ findings: found.findings, lines })).not.toMatch(/another-key|a-secret/)
})

test('a refusal that quotes the key, as Bybit’s for a wrong signature does, is reported without it', async () => {
  const quoting = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url?.startsWith('/v5/user/query-api') === true) {
      response.end(JSON.stringify({ retCode: 10004, retMsg: `error sign! origin_string[17000${KEY}5000${SECRET}] of ${KEY}`, result: {} }))
      return
    }
    void fetch(urlOf(exchange.port) + request.url, { headers: passedOn(request.headers) }).then(async (reply) =>
      response.end(await reply.text()),
    )
  })
  await new Promise<void>((resolve) => quoting.listen(0, '127.0.0.1', resolve))
  try {
    const address = quoting.address()
    const found = await look('demo', KEY, ['BTCUSDT'], typeof address === 'object' && address !== null ? address.port : 0)
    if (!found.ok) throw new Error(found.error.sentence)
    const told = found.value.findings.find(({ code }) => code === 'key.invalid')?.sentence
    expect(told).toContain('origin_string[…] of •••')
    expect(JSON.stringify(accountReport(found.value))).not.toMatch(/a-key|a-secret/)
  } finally {
    quoting.closeAllConnections()
    quoting.close()
  }
})

/** Those that sign. */
const passedOn = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (/^x-bapi/i.test(name) && typeof value === 'string' ? [[name, value]] : [])),
  )

test('nobody answers, and a symbol that is not listed', async () => {
  const unlisted = await look('demo', KEY, ['NOPEUSDT'])
  expect(unlisted).toMatchObject({ ok: false, error: { exitCode: 3, sentence: expect.stringContaining('NOPEUSDT') } })
  const silent = await look('demo', KEY, ['BTCUSDT'], 1)
  expect(silent).toMatchObject({ ok: false, error: { exitCode: 5, sentence: expect.stringContaining('does not answer') } })
})
