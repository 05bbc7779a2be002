/**
 * Equity that grows old: by the minute, then by the hour, then by the day, and the results of periods stay what they were.
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { PostgresReports } from '../../db/reads/reports.ts'
import { thinEquity } from '../../jobs/thin-equity.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/units.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
const START = 20_000 * DAY_MS
const DAYS = 6

describe.skipIf(made === undefined)('six days of equity, a row every ten minutes', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  afterAll(async () => made?.remove())

  beforeEach(async () => {
    await sql`truncate equity cascade`
    // A deposit of 1,000 at 01:30 of the second day.
    const flowTs = START + DAY_MS + 90 * MINUTE_MS
    await sql`insert into equity (ts, equity, wallet, day_pnl, drawdown, flows)
      select ts, 10000 + 300 * sin(ts::float8 / ${HOUR_MS * 3}::float8) + case when ts >= ${flowTs} then 1000 else 0 end, 0, 0, 0,
        case when ts >= ${flowTs} then 1000 else 0 end
      from generate_series(${START}::bigint, ${START + DAYS * DAY_MS}::bigint, ${10 * MINUTE_MS}::bigint) as ts`
  })
  const rowsOf = async (day: number): Promise<number> =>
    (
      await sql<
        { n: number }[]
      >`select count(*)::int as n from equity where ts > ${START + day * DAY_MS} and ts <= ${START + (day + 1) * DAY_MS}`
    )[0]?.n ?? 0
  const growths = async (): Promise<readonly (number | null)[]> => {
    const bounds = Array.from({ length: DAYS + 1 }, (_, day) => START + day * DAY_MS)
    return (await new PostgresReports(sql).periods(bounds)).map(({ growth }) => growth)
  }

  test('what is old is thinned, what is new is not, and each day has made what it made', async () => {
    const before = await growths()
    expect(await thinEquity(sql, { minuteDays: 2, hourDays: 4 })).toBeGreaterThan(0)
    // The last two days whole, two by the hour, two by the day; beside the deposit its row and the one before it stay.
    expect(await Promise.all([0, 1, 2, 3, 4, 5].map(rowsOf))).toEqual([1, 3, 24, 24, 144, 144])
    const after = await growths()
    for (const [day, growth] of after.entries()) expect(growth).toBeCloseTo(before[day] as number, 12)
    expect(await thinEquity(sql, { minuteDays: 2, hourDays: 4 })).toBe(0)
  })

  test('the first row stays: records begin there', async () => {
    await thinEquity(sql, { minuteDays: 2, hourDays: 2 })
    expect((await sql<{ ts: number }[]>`select min(ts) as ts from equity`)[0]?.ts).toBe(START)
  })

  test('nothing is taken off before it is old', async () => {
    expect(await thinEquity(sql, { minuteDays: 90, hourDays: 730 })).toBe(0)
  })
})
