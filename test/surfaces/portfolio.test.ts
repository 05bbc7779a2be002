/**
 * Accounting and notes over REST, on what a real kernel has traded and written.
 */
import { parse } from 'csv-parse/sync'
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { makeSeededSystem } from '../support/seeded-system.ts'

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
})
