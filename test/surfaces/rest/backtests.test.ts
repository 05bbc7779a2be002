/**
 * What a backtest through the queue leaves, over REST: its page, its trades and its equity, and what is answered where they are not here.
 */
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import type { Backtest } from '../../../api/ports/ports.ts'
import { readBacktestPage, readBacktestRows, writeBacktestFiles } from '../../../jobs/backtest-files.ts'
import { type BacktestAnswer, runBacktestJob } from '../../../jobs/backtest-run.ts'
import { importFiles } from '../../../src/market/candles/import.ts'
import { openStore } from '../../../src/market/candles/store.ts'
import { STRATEGIES } from '../../../src/strategy/registry.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'
import { ROOT } from '../../support/repository.ts'
import { caller } from '../../support/rest/rest-caller.ts'

const dir = mkdtempSync(join(tmpdir(), 'ballast-backtests-'))
const ID = 'bt_0123456789'
const store = openStore(join(dir, 'candles'))
const files = [join(ROOT, 'test/fixtures/candles/bybit-BTCUSDT-5m.csv')]
const imported = await importFiles(store, { files, venue: 'bybit', symbol: 'BTCUSDT', wishes: {} })
if (!imported.ok) throw new Error(imported.error.sentence)
const spec = { strategy: 'ema-cross', symbol: 'BTCUSDT', params: {} }
const result = runBacktestJob(
  join(dir, 'candles'),
  STRATEGIES,
  spec,
  () => true,
  (left) => writeBacktestFiles(join(dir, 'backtests'), ID, left),
) as BacktestAnswer
const row: Backtest = {
  id: ID,
  spec,
  status: 'done',
  progress: 1,
  result: { ...result },
  error: null,
  actor: 'key:1',
  createdAt: 1,
  finishedAt: 2,
}
const made = await makeSeededSystem({ bars: 5 })
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await made?.stop()
})

test.skipIf(made === undefined)('page, figures, trades by page and equity are those of the run', async () => {
  const system = made as NonNullable<typeof made>
  const rows: readonly Backtest[] = [row, { ...row, id: 'bt_9999999999' }, { ...row, id: 'bt_1111111111', status: 'running', result: null }]
  const backtests = {
    ...system.context.ports.backtests,
    find: async (id: string) => rows.find((each) => each.id === id),
    page: (id: string) => readBacktestPage(join(dir, 'backtests'), id),
    runRows: (id: string) => readBacktestRows(join(dir, 'backtests'), id),
  }
  const app = makeApp({ ...system.context, ports: { ...system.context.ports, backtests } })
  const call = caller(app, system.adminToken)
  const page = await app.request(`http://127.0.0.1/api/v1/backtests/${ID}/report.html`, {
    headers: { Authorization: `Bearer ${system.adminToken}` },
  })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts;/)
  expect(await page.text()).toContain('ema-cross on BTCUSDT')
  expect((await call('GET', `/backtests/${ID}/report.json`)).body).toMatchObject({ fingerprint: result.fingerprint })

  type Trade = { readonly number: number; readonly pnl: string; readonly exitTime: string }
  const trades: Trade[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await call('GET', `/backtests/${ID}/trades?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)
    const answer = body as { readonly data: readonly Trade[]; readonly nextCursor: string | null }
    trades.push(...answer.data)
    cursor = answer.nextCursor
  }
  const numbers = trades.map(({ number }) => number)
  expect(numbers.length).toBeGreaterThan(7)
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a))
  const { data: equity } = (await call('GET', `/backtests/${ID}/equity`)).body as { readonly data: readonly { readonly equity: string }[] }
  const gained = trades.reduce((sum, { pnl }) => sum + Number(pnl), 0)
  expect(Number(equity.at(-1)?.equity)).toBeCloseTo(10_000 + gained, 6)

  for (const [id, said] of [
    ['bt_9999999999', 'are not on this machine'],
    ['bt_1111111111', 'has no result: it is running'],
    ['bt_5555555555', 'There is no backtest'],
    ['..%2Fcandles', 'There is no backtest'],
  ])
    for (const part of ['report.html', 'trades', 'equity'])
      expect(await call('GET', `/backtests/${id}/${part}`)).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining(said ?? '') },
      })
})

test('files are kept of the newest 200, whole or not at all, and of no other name', () => {
  const root = join(dir, 'many')
  const left = { html: '<p>', trades: [], equity: [] }
  const idOf = (k: number) => `bt_${k.toString(16).padStart(10, '0')}`
  for (let k = 0; k < 203; k += 1) {
    writeBacktestFiles(root, idOf(k), left)
    utimesSync(join(root, idOf(k)), k + 1, k + 1)
  }
  writeBacktestFiles(root, idOf(203), { ...left, html: '<p>newest' })
  expect(readdirSync(root)).toHaveLength(200)
  expect([readBacktestPage(root, idOf(0)), readBacktestPage(root, idOf(203))]).toEqual([undefined, '<p>newest'])
  expect(readBacktestRows(root, idOf(202))).toEqual({ trades: [], equity: [] })
  expect(readBacktestPage(root, '../many/bt_00000000cb')).toBeUndefined()
})
