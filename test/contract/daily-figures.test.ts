/**
 * Figures of a day and of the month over the tables themselves: what came and went without a trade is in neither.
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { reportDay } from '../../jobs/daily-report.ts'
import { DAY_MS, HOUR_MS } from '../../src/core/units.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
const DAY = 20_000 * DAY_MS

describe.skipIf(made === undefined)('a day on which 2,000 left and 50 were made', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  afterAll(async () => made?.remove())

  beforeEach(async () => {
    await sql`truncate equity, account, alerts, meta cascade`
    for (let hour = 0; hour < 30; hour++) {
      const isAfter = hour >= 10
      await sql`insert into equity (ts, equity, wallet, day_pnl, drawdown, flows)
        values (${DAY + hour * HOUR_MS}, ${isAfter ? 8_050 : 10_000}, 0, 0, 0, ${isAfter ? -2_000 : 0})`
    }
    await sql`insert into account (state, state_since, equity, wallet, unrealized, day_pnl, day_loss, drawdown, open_risk, gross_notional, margin_used, updated_ts)
      values ('running', 0, 8050, 8050, 0, 0, 0, 0, 0, 0, 0, ${DAY + DAY_MS + HOUR_MS})`
  })

  test('the report of the day says what was made, and apart from it what left', async () => {
    expect(await reportDay(sql)).toBe(new Date(DAY).toISOString().slice(0, 10))
    const [alert] = await sql<{ summary: string; detail: { flows: number } }[]>`select summary, detail from alerts`
    expect(alert?.summary).toContain('equity 8,050.00 (+50.00, and -2,000.00 of flows)')
    expect(alert?.detail.flows).toBe(-2_000)
  })

  test('rows of before flows were kept count none', async () => {
    await sql`update equity set flows = null`
    await reportDay(sql)
    const [alert] = await sql<{ summary: string }[]>`select summary from alerts`
    expect(alert?.summary).toContain('equity 8,050.00 (-1,950.00)')
  })
})
