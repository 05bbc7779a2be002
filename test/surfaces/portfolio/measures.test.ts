/**
 * `measures` over a database of hours: last equity of each hour, flows left out, strategies and symbols by their closed trades.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { bookOf, reportOf } from '../../../api/commands/reports/measures-report.ts'
import { PostgresReads } from '../../../db/reads/reads.ts'
import type { AccountRow } from '../../../src/journal/row.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'
import { type TemporaryDatabase, makeTemporaryDatabase } from '../../support/process/temporary-database.ts'

const HOUR = 3_600_000
const HOURS = 900
const START = Date.UTC(2026, 0, 5)
const NOW = START + HOURS * HOUR
let temporary: TemporaryDatabase | undefined

/** Up 0.2 % and back in turn; the hour after the 450th starts with a deposit of as much again, and the last hour falls by 10 %. */
const equityAt = (hour: number): number => {
  const base = 1_000 * (hour % 2 === 1 ? 1.002 : 1) * (hour === HOURS ? 0.9 : 1)
  return hour > 450 ? base * 2 : base
}

beforeAll(async () => {
  temporary = await makeTemporaryDatabase()
  if (temporary === undefined) return
  const { sql } = temporary.database
  for (let hour = 0; hour < HOURS; hour += 1) {
    const flows = hour > 450 ? 1_000 : 0
    await sql`insert into equity (ts, equity, wallet, day_pnl, drawdown, flows) values
      (${START + hour * HOUR - 60_000}, ${String(equityAt(hour) * 0.5)}, '1', '0', 0, ${String(flows)}),
      (${START + hour * HOUR}, ${String(equityAt(hour))}, '1', '0', 0, ${String(flows)})`
  }
  await sql`insert into trades (number, strategy, symbol, side, entry_ts, entry_price, exit_ts, exit_price, quantity, fee, funding, pnl, entry_order_id, mae, mfe, is_open) values
    (1, 'ema-cross', 'BTCUSDT', 1, 0, 1, ${NOW - 200 * HOUR + 5}, 1, 1, 0, 0, 200, 1, 0, 0, false),
    (2, 'ema-cross', 'ETHUSDT', 1, 0, 1, ${NOW - 100 * HOUR + 5}, 1, 1, 0, 0, -304, 2, 0, 0, false),
    (3, 'grid', 'ETHUSDT', 1, 0, 1, ${NOW - 100 * HOUR + 6}, 1, 1, 0, 0, 101, 3, 0, 0, false),
    (4, 'grid', 'ETHUSDT', 1, 0, 1, null, null, 1, 0, 0, 5000, 4, 0, 0, true)`
}, 60_000)
afterAll(async () => {
  await temporary?.remove()
}, 30_000)

async function portsOf(database: TemporaryDatabase['database']): Promise<CommandPorts> {
  const { ports } = makeWorld()
  const account = { ...((await ports.reads.account()) as AccountRow), updatedTs: NOW, equity: String(equityAt(HOURS)) }
  const reads = Object.assign(new PostgresReads(database), {
    account: async () => account,
    strategies: ports.reads.strategies,
    positions: async () => [
      { ...position, quantity: '0.01', markPrice: '60000', externalQuantity: '0.01' },
      { ...position, symbol: 'ETHUSDT', strategy: 'grid', quantity: '-0.2', markPrice: '3000' },
    ],
  })
  // Candles named by their start, so that the close of hour h counts from h + 1 on: twice the account's moves.
  const candles: CommandPorts['candles'] = async (symbol, interval, bars) =>
    symbol === 'BTCUSDT' && interval === '1h'
      ? Array.from({ length: bars }, (_, k) => {
          const hour = HOURS - bars + k + 1
          const close = hour % 2 === 0 ? 100 : 100.4
          return { ts: START + (hour - 1) * HOUR, open: 1, high: 1, low: 1, close }
        })
      : undefined
  return { ...ports, reads, candles }
}

describe('measures of a running Ballast', () => {
  test('the account: hourly closes, a deposit is no gain, and beta is against BTC as it stood', async ({ skip }) => {
    if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
    const book = await bookOf(await portsOf(temporary.database))
    if (book === undefined) throw new Error('no book')
    const { measures, judgement, exposure, series, notes } = reportOf(book, { type: 'portfolio' })
    // 31 days of hours, and the row that they start from.
    expect(measures.returns).toBe(31 * 24)
    expect(series.ts[0]).toBe(NOW - 31 * 24 * HOUR)
    // The worst hour is the last: from 2,004 to 1,800. The others fall by 2 in 1,002.
    expect(measures.maxDrawdown).toBeCloseTo(1 - 0.9 / 1.002, 12)
    expect(measures.currentDrawdown).toBeCloseTo(1 - 0.9 / 1.002, 12)
    expect(measures.var.historical[95]).toBeCloseTo(1 - 1 / 1.002, 12)
    // All hours but the last move half as much as BTC; that one fell by 10.18 % instead of 0.2 %: 0.5005 + 0.0998 x 0.00398 / (744 x 0.00399^2).
    expect(measures.beta).toBeCloseTo(0.5341, 3)
    // 0.02 BTC, of which 0.01 is somebody else's, and -0.2 ETH: 1,200 and -600.
    expect(exposure).toEqual({
      gross: 1_800,
      net: 600,
      hhi: expect.closeTo(5 / 9, 12) as number,
      effectiveSymbols: expect.closeTo(1.8, 12) as number,
    })
    // 10.2 % is past the orange line of the account at 10 %.
    expect(judgement.level).toBe('high')
    expect(judgement.reasons[0]?.measure).toBe('currentDrawdown')
    expect(notes).toEqual([])
  })

  test('candles that begin late: beta rests on the hours that they cover, and that is told', async ({ skip }) => {
    if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
    const ports = await portsOf(temporary.database)
    const lately = (hours: number): CommandPorts => ({
      ...ports,
      candles: async (...asked) => (await ports.candles(...asked))?.slice(-hours),
    })
    const of = async (hours: number) => {
      const book = await bookOf(lately(hours))
      if (book === undefined) throw new Error('no book')
      return reportOf(book, { type: 'portfolio' })
    }
    const late = await of(101)
    expect(late.notes).toEqual(['Beta rests on the last 100 returns, for which the exchange gave BTCUSDT candles.'])
    // 0.5005 + 0.0998 x 0.00398 / (100 x 0.00399^2).
    expect(late.measures.beta).toBeCloseTo(0.75, 2)
    const never = await of(10)
    expect(never.measures.beta).toBeNull()
    expect(never.notes).toEqual(['Beta is unknown: the exchange gave BTCUSDT candles for 9 of these returns.'])
  })

  test('a strategy and a symbol: what their closed trades made of the account', async ({ skip }) => {
    if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
    const book = await bookOf(await portsOf(temporary.database))
    if (book === undefined) throw new Error('no book')
    // ema-cross wins 200 of 2,000 and loses 304 of 2,000, both at the even hours before: 0.152.
    expect(reportOf(book, { type: 'strategy', name: 'ema-cross' }).measures.maxDrawdown).toBeCloseTo(0.152, 9)
    // In ETH together: -304 + 101.
    expect(reportOf(book, { type: 'symbol', name: 'ETHUSDT' }).measures.maxDrawdown).toBeCloseTo(0.1015, 9)
    const grid = reportOf(book, { type: 'strategy', name: 'grid' })
    expect(grid.measures.maxDrawdown).toBe(0)
    expect(grid.exposure).toMatchObject({ gross: 600, net: -600, hhi: 1 })
    const idle = reportOf(book, { type: 'strategy', name: 'nobody' })
    expect(idle).toMatchObject({ judgement: { level: null }, measures: { maxDrawdown: null } })
    expect(idle.notes[0]).toBe('No trade was closed in this time: only what is open is measured.')
  })

  test('the card names level, reasons and parts, and a strategy that is not there is asked back', async ({ skip }) => {
    if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
    const runner = new CommandRunner(await portsOf(temporary.database))
    const { reply } = await runner.runLine('measures', by('viewer'))
    const fields = Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
    expect(fields).toMatchObject({
      'Risk level': 'HIGH',
      Because: 'current drawdown 10.2 %, high from 10.0 %',
      HHI: '0.56, as 1.8 equal positions',
    })
    // BTC won once: 10 % of one hour in 744 is a volatility of 34 % a year.
    expect(reply.table?.rows).toEqual([
      ['ema-cross', 'critical', '15.2 %'],
      ['grid', 'low', '0.0 %'],
      ['BTC', 'medium', '0.0 %'],
      ['ETH', 'high', '10.2 %'],
    ])
    const unknown = await runner.runLine('measures nosuch', by('viewer'))
    expect(unknown.reply.title).toBe('Ballast does not trade nosuch.')
  })
})
