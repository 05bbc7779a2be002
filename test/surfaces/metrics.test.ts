/**
 * What Prometheus reads: with a key that may, in its format, and the figures of the tables.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { FAMILIES } from '../../api/metrics/families.ts'
import { ROOT, textOf } from '../support/repository.ts'
import { type SeededSystem, makeSeededSystem } from '../support/kernel/seeded-system.ts'

const PROMTOOL = '/usr/bin/promtool'
let system: SeededSystem | undefined
beforeAll(async () => {
  system = await makeSeededSystem()
}, 60_000)
afterAll(() => system?.stop())

const made = (): SeededSystem => system as SeededSystem
const scrape = (token: string | undefined) =>
  makeApp(made().context).request('http://127.0.0.1/metrics', token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })
const figureOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('S17 it is never open: no key 401, a key without the scope 403, one for metrics reads nothing else', async () => {
  const { keys, context } = made()
  const make = async (scopes: readonly ('report:read' | 'metrics:read')[]) =>
    (
      await keys.create({
        name: scopes.join(),
        role: 'viewer',
        scopes,
        expiresAt: null,
        networks: null,
        symbols: null,
        dailyNotional: null,
        autoConfirm: false,
      })
    ).token
  const metrics = await make(['metrics:read'])
  expect((await scrape(undefined)).status).toBe(401)
  expect((await scrape(await make(['report:read']))).status).toBe(403)
  expect((await scrape(metrics)).status).toBe(200)
  const other = await makeApp(context).request('http://127.0.0.1/api/v1/positions', { headers: { Authorization: `Bearer ${metrics}` } })
  expect(other.status).toBe(403)
})

test('figures are those of the tables, counters are counters, and each family of the page is there', async () => {
  const { adminToken, ports, temporary } = made()
  const { sql } = temporary.database
  const text = await (await scrape(adminToken)).text()
  const account = await ports.reads.account()
  expect(figureOf(text, 'ballast_equity_usdt')).toBe(Number(account?.equity))
  expect(figureOf(text, `ballast_trading_state{state="${account?.state}"}`)).toBe(1)
  const [filled] = await sql<{ count: number }[]>`select count(*)::int as count from orders where status = 'filled'`
  expect(figureOf(text, 'ballast_orders_total{status="filled"}')).toBe(filled?.count)
  const [last] = await sql<{ seq: number }[]>`select max(seq) as seq from journal`
  expect(figureOf(text, 'ballast_journal_last_seq')).toBe(last?.seq)
  for (const { name, type } of Object.values(FAMILIES)) expect(text).toContain(`# TYPE ${name} ${type}`)
  for (const { symbol, strategy } of await ports.reads.positions())
    expect(figureOf(text, `ballast_position_protected{symbol="${symbol}",strategy="${strategy}"}`)).toBe(1)
})

test('what is closed is not shown as it was, and requests are counted by the pattern of their route', async () => {
  const { adminToken, context, temporary } = made()
  const { sql } = temporary.database
  const app = makeApp(context)
  const headers = { Authorization: `Bearer ${adminToken}` }
  await app.request('http://127.0.0.1/api/v1/orders/ord_0000000002A', { headers })
  const read = async () => (await app.request('http://127.0.0.1/metrics', { headers })).text()
  const [held] = await sql<{ symbol: string }[]>`select symbol from positions where quantity <> 0 limit 1`
  expect(await read()).toContain(`ballast_position_value_usdt{symbol="${held?.symbol}"`)
  const before = await sql`select * from positions where symbol = ${held?.symbol ?? ''}`
  await sql`update positions set quantity = 0 where symbol = ${held?.symbol ?? ''}`
  const after = await read()
  expect(after).not.toContain(`ballast_position_value_usdt{symbol="${held?.symbol}"`)
  expect(after).toMatch(/ballast_http_request_seconds_count\{method="GET",route="\/api\/v1\/orders\/:id",status="\d+"\} 1/)
  expect(after).not.toContain('ord_0000000002A')
  await sql`update positions set quantity = ${before[0]?.['quantity'] as string} where symbol = ${held?.symbol ?? ''}`
})

test('rules and the dashboard of deploy/ name families that are there', () => {
  const known = new Set(
    Object.values(FAMILIES).flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  )
  for (const file of ['deploy/prometheus/ballast.rules.yml', 'deploy/grafana/ballast-overview.json']) {
    const named = textOf(file).match(/\bballast_[a-z_]+/g) ?? []
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  }
})

test.skipIf(!existsSync(PROMTOOL))(
  'Prometheus’ own checker finds nothing to say of the metrics, the rules and the configuration',
  async () => {
    const text = await (await scrape(made().adminToken)).text()
    const metrics = spawnSync(PROMTOOL, ['check', 'metrics'], { input: text, encoding: 'utf8' })
    expect([metrics.status, metrics.stderr]).toEqual([0, ''])
    const rules = spawnSync(PROMTOOL, ['check', 'rules', join(ROOT, 'deploy/prometheus/ballast.rules.yml')], { encoding: 'utf8' })
    expect([rules.status, rules.stderr]).toEqual([0, ''])
    // Whether the file with the token is there is not ours to say.
    const config = spawnSync(PROMTOOL, ['check', 'config', '--syntax-only', join(ROOT, 'deploy/prometheus/prometheus.yml')], {
      encoding: 'utf8',
    })
    expect([config.status, config.stderr]).toEqual([0, ''])
  },
)
