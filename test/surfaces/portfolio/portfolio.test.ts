/**
 * Accounting and notes over REST, on what a real kernel has traded and written.
 */
import { z } from 'zod'
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'

const made = await makeSeededSystem()
afterAll(() => made?.stop())
type Body = Readonly<Record<string, unknown>>
const jsonOf = async (response: Response): Promise<Body> => (await response.json()) as Body
const cents = (text: string): bigint => BigInt(Math.round(Number(text) * 1e8))

describe.skipIf(made === undefined)('portfolio', () => {
  const system = made as NonNullable<typeof made>
  const app = makeApp(system?.context)
  const call = (path: string, init: RequestInit = {}) =>
    app.request(`http://127.0.0.1/api/v1${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${system.adminToken}`, ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    })
  const rowsOf = async (what: string, query = ''): Promise<Record<string, string>[]> => {
    const response = await call(`/export/${what}?${query}`)
    expect(response.headers.get('content-type')).toContain('text/csv')
    return parse(await response.text(), { columns: true, record_delimiter: '\r\n' })
  }

  test('the ledger ends where the account stands, and each entry sums to zero', async () => {
    expect(await (await call('/ledger/check')).json()).toMatchObject({ isRight: true, sum: '0' })
    const rows = await rowsOf('ledger')
    expect(rows.length).toBeGreaterThan(10)
    const sums = new Map<string, bigint>()
    for (const { entry = '', amount = '' } of rows) sums.set(entry, (sums.get(entry) ?? 0n) + cents(amount))
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true)
    expect(rows.at(-1)?.wallet_after).toBe((await jsonOf(await call('/ledger/check'))).account)
  })

  test('lots of both methods and closed trades agree: gain of flat symbols is the trades’ result without funding', async () => {
    const [fifo, average, trades] = await Promise.all([rowsOf('lots', 'method=fifo'), rowsOf('lots', 'method=average'), rowsOf('trades')])
    const closed = new Set(trades.map(({ trade }) => trade))
    const gain = (rows: Record<string, string>[]): bigint =>
      rows.filter(({ trade }) => closed.has(trade)).reduce((sum, row) => sum + cents(row.gain ?? ''), 0n)
    const results = trades.reduce((sum, row) => sum + cents(row.pnl ?? '') - cents(row.funding_received ?? ''), 0n)
    expect(trades.length).toBeGreaterThan(0)
    expect(gain(average)).toBe(gain(fifo))
    expect(gain(average)).toBe(results)
  })

  test('a note over REST is in the row of the trade and in the export', async () => {
    const [trade] = await rowsOf('trades')
    const number = trade?.trade ?? ''
    const written = await call(`/trades/${number}/note`, { method: 'PUT', body: JSON.stringify({ note: 'a, "b"', tags: ['one', 'two'] }) })
    expect(written.status).toBe(200)
    expect(await (await call(`/trades/${number}`)).json()).toMatchObject({ note: 'a, "b"', tags: ['one', 'two'] })
    expect((await rowsOf('trades'))[0]).toMatchObject({ note: 'a, "b"', tags: 'one two' })
    expect((await call('/trades/999999/note', { method: 'PUT', body: '{}' })).status).toBe(404)
  })

  test('a rebalance of a strategy’s symbol is refused with its owner, and a bad weight with its place', async () => {
    const plan = (body: object) => call('/rebalance/preview', { method: 'POST', body: JSON.stringify(body) })
    const [row] = await system.ports.reads.strategies()
    const owned = await plan({ weights: `${row?.symbol}=0.1` })
    expect([owned.status, (await jsonOf(owned)).detail]).toEqual([409, expect.stringContaining('(symbol-owned)')])
    const bad = await plan({ weights: 'BTC=much' })
    expect([bad.status, (await jsonOf(bad)).errors]).toEqual([422, [expect.objectContaining({ pointer: '/weights' })]])
  })

  test('results over REST: days sum to the account’s, groups to the trades’, and what is asked wrongly names its place', async () => {
    const periods = (await jsonOf(await call('/periods?unit=month&n=2'))).data as {
      result: string
      fees: string
      endEquity: string
      flows: string
    }[]
    const performance = await jsonOf(await call('/performance'))
    const whole = performance.account as { result: string; timeWeighted: number }
    expect(periods.reduce((sum, row) => sum + cents(row.result), 0n)).toBe(cents(whole.result))
    const groups = performance.symbols as { result: string; trades: number }[]
    const trades = await rowsOf('trades')
    expect(groups.reduce((sum, row) => sum + cents(row.result), 0n)).toBe(trades.reduce((sum, row) => sum + cents(row.pnl ?? ''), 0n))
    expect(groups.reduce((sum, row) => sum + row.trades, 0)).toBe(trades.length)
    const exposure = (await jsonOf(await call('/exposure'))) as { gross: number; sides: { gross: number }[] }
    expect(exposure.sides.reduce((sum, side) => sum + side.gross, 0)).toBeCloseTo(exposure.gross, 6)
    expect((await call('/funding?period=7d')).status).toBe(200)
    for (const path of [
      '/periods?unit=day&n=91',
      '/periods?unit=year',
      '/performance?period=45d',
      '/funding?period=x',
      '/allocator?method=x',
    ])
      expect([path, (await call(path)).status]).toEqual([path, 422])
  })

  test('capital over REST: planned as data, asked, and what the trader refuses is not said to be moved', async () => {
    const names = new Set((await system.ports.reads.strategies()).map(({ strategy }) => strategy))
    const post = (path: string, body: object, key: string) =>
      app.request(`http://127.0.0.1/api/v1${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { Authorization: `Bearer ${system.adminToken}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      })
    const plan = z
      .object({ obstacle: z.string().nullable(), strategies: z.array(z.object({ next: z.number() })) })
      .parse(await jsonOf(await call('/allocator?method=equal')))
    expect([plan.obstacle, plan.strategies.length]).toEqual([null, names.size])
    expect(plan.strategies.reduce((sum, { next }) => sum + next, 0)).toBeLessThanOrEqual(1 + 1e-9)
    const asked = (await jsonOf(await post('/allocator', { method: 'equal' }, 'alloc-1'))) as { confirmation?: { id: string } }
    const done = await jsonOf(await post(`/confirmations/${asked.confirmation?.id}`, { decision: 'yes' }, 'alloc-2'))
    // The scripted trader runs on fixed limits.
    expect([done.status, done.detail]).toEqual([409, expect.stringContaining('This trader has no limits that can be set.')])
    expect(await system.ports.reads.riskSettings()).toEqual([])
  })
})
