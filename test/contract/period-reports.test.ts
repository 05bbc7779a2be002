/**
 * Sums of days over the tables themselves: equity without its flows, fees and funding of the ledger, trades; and periods of the allocator.
 */
import { PostgresReads } from '../../db/reads/reads.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AllocatorRows } from '../../db/reads/allocator.ts'
import { PostgresReports } from '../../db/reads/reports.ts'
import { resultOf } from '../../api/commands/reports/periods.ts'
import { DAY_MS, HOUR_MS } from '../../src/core/units.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
const DAY = 20_000 * DAY_MS

describe.skipIf(made === undefined)('two days of records', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  const reports = new PostgresReports(sql)
  afterAll(async () => made?.remove())

  beforeAll(async () => {
    // Records begin at 06:00 of the first day: 10,000, +1 % by noon, then 2,000 come in, then -1 % to midnight. The second day makes 100.
    const rows: [number, number, number][] = [
      [6, 10_000, 0],
      [12, 10_100, 0],
      [18, 12_100, 2_000],
      [24, 11_979, 2_000],
      [36, 12_079, 2_000],
    ]
    for (const [hour, equity, flows] of rows)
      await sql`insert into equity (ts, equity, wallet, day_pnl, drawdown, flows) values (${DAY + hour * HOUR_MS}, ${equity}, 0, 0, 0, ${flows})`
    // Balances after each entry: fees and funding that were paid are above zero.
    const entries: [number, string, string | null, string, string][] = [
      [6, 'opening', null, '0', '0'],
      [7, '', 'BTCUSDT', '3', '0'],
      [8, '', 'BTCUSDT', '3', '1.5'],
      [24, '', 'BTCUSDT', '3', '1'],
      [30, '', 'ETHUSDT', '4.25', '1'],
      [32, '', 'ETHUSDT', '4.25', '1.75'],
    ]
    for (const [at, [hour, cause, symbol, fees, funding]] of entries.entries())
      await sql`insert into ledger (seq, type, reference, symbol, cause, wallet, capital, trading, fees, funding, external, flows, unexplained, adjustments, ts)
        values (${at + 1}, 'x', '', ${symbol}, ${cause}, 0, 0, 0, ${fees}, ${funding}, 0, 0, 0, 0, ${DAY + hour * HOUR_MS})`
    for (const [number, hour, pnl] of [
      [1, 9, 5],
      [2, 24, -3],
      [3, 30, 7],
    ] as const)
      await sql`insert into trades (number, strategy, symbol, side, entry_ts, entry_price, exit_ts, exit_price, quantity, fee, funding, pnl, entry_order_id, mae, mfe, is_open)
        values (${number}, 'a', 'BTCUSDT', 1, ${DAY}, 1, ${DAY + hour * HOUR_MS}, 1, 1, 0, 0, ${pnl}, 1, 0, 0, false)`
  })

  test('what each day brought, by hand', async () => {
    const bounds = [DAY - DAY_MS, DAY, DAY + DAY_MS, DAY + 1.5 * DAY_MS]
    const [before, first, second] = (await reports.periods(bounds)).map(resultOf)
    expect(before).toMatchObject({ result: null, timeWeighted: null, moneyWeighted: null, trades: 0 })
    // Fees 3; funding paid 1.5 and received 0.5. Midnight belongs to the day that ends.
    expect(first).toMatchObject({ from: DAY + 6 * HOUR_MS, result: '-21', flows: '2000', trades: 2, wins: 1, fees: '3', funding: '-1.0' })
    // 1.01, then 12,100 / (10,100 + 2,000), then 0.99.
    expect(first?.timeWeighted).toBeCloseTo(1.01 * 0.99 - 1, 12)
    // 10,000 g + 2,000 g^(1/3) = 11,979 from 06:00, the flow seen at 18:00 of 18 hours: scipy.optimize.brentq.
    expect(first?.moneyWeighted).toBeCloseTo(-0.0019686691686938707, 12)
    expect(second).toMatchObject({ result: '100', flows: '0', trades: 1, fees: '1.25', funding: '-0.75' })
    expect(second?.timeWeighted).toBeCloseTo(100 / 11_979, 12)
    expect(second?.moneyWeighted).toBeCloseTo(100 / 11_979, 12)
  })

  test('funding by symbol, paid and received apart', async () => {
    expect(await reports.funding(DAY, DAY + 2 * DAY_MS)).toEqual([
      { symbol: 'BTCUSDT', settlements: 2, paid: '1.5', received: '0.5', lastTs: DAY + DAY_MS },
      { symbol: 'ETHUSDT', settlements: 1, paid: '0.75', received: '0', lastTs: DAY + 32 * HOUR_MS },
    ])
    expect(await reports.funding(DAY + DAY_MS, DAY + 2 * DAY_MS)).toMatchObject([{ symbol: 'ETHUSDT' }])
  })

  test('capital of strategies over time, from the facts of the journal', async () => {
    const setting = (key: string, target: object, text?: string) => ({
      target,
      key,
      ...(text === undefined ? {} : { text }),
      actor: 'me',
      since: 1,
    })
    const facts = [
      setting('capital', { type: 'strategy', strategy: 'a' }, '40%'),
      setting('capital', { type: 'account' }, '90%'),
      setting('gross', { type: 'strategy', strategy: 'a' }, '50%'),
      setting('capital', { type: 'strategy', strategy: 'a' }),
    ]
    for (const [at, fact] of facts.entries())
      await sql`insert into journal (seq, kind, type, version, ts, payload, epoch)
        values (${at + 1}, 'fact', 'risk-setting-changed', 1, ${DAY + at}, ${JSON.stringify({ type: 'risk-setting-changed', setting: fact, ts: DAY + at })}::text::jsonb, 1)`
    expect(await reports.capitalChanges()).toEqual([
      { ts: DAY, strategy: 'a', text: '40%' },
      { ts: DAY + 3, strategy: 'a', text: null },
    ])
    await sql`update journal set cause_seq = 77 where seq = 4`
    await sql`insert into commands (name, args, actor, surface, role, request_id, status, outcome)
      values ('set-limit', '{}', 'me', 'telegram', 'admin', 'r', 'done', '{"seq": 77}')`
    const changes = await new PostgresReads({ sql, db: made?.database.db } as ConstructorParameters<typeof PostgresReads>[0]).riskChanges({
      limit: 2,
    })
    expect(changes).toEqual([
      { seq: 4, ts: DAY + 3, target: 'strategy a', key: 'capital', from: '40%', to: null, actor: 'me', surface: 'telegram', until: null },
      { seq: 3, ts: DAY + 2, target: 'strategy a', key: 'gross', from: null, to: '50%', actor: 'me', surface: null, until: null },
    ])
  })

  test('a period of the allocator is claimed once, and another one again', async () => {
    const rows = new AllocatorRows(sql)
    const claims = await Promise.all([rows.claim(DAY), rows.claim(DAY), rows.claim(DAY)])
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect([await rows.claim(DAY), await rows.claim(DAY + DAY_MS)]).toEqual([false, true])
    await rows.report('allocator.moved', 'Capital by erc: a 100% → 50%.', { done: [] }, DAY)
    expect(await sql`select type, severity, summary, ts from alerts`).toMatchObject([
      { type: 'allocator.moved', severity: 'P4', summary: 'Capital by erc: a 100% → 50%.', ts: DAY },
    ])
  })
})
