/**
 * `pnl` over a table of more trades than any page holds: the sums are those of all of them.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import { PostgresReads } from '../../../db/reads/reads.ts'
import type { FillRow, PositionRow, TradeRow } from '../../../src/journal/row.ts'
import { by, makeWorld } from '../../support/command-world.ts'
import { type TemporaryDatabase, makeTemporaryDatabase } from '../../support/process/temporary-database.ts'

const TRADES = 10_535
const DAY_MS = 86_400_000
/** Market time of the account in {@link makeWorld}. */
const NOW = 100_000
let temporary: TemporaryDatabase | undefined

beforeAll(async () => {
  temporary = await makeTemporaryDatabase()
  if (temporary === undefined) return
  const { sql } = temporary.database
  // Every third loses 1, the others win 2; a fee of 0.1 each; the first 10,000 of BTCUSDT, within the last second.
  await sql`
    insert into trades (number, strategy, symbol, side, entry_ts, entry_price, exit_ts, exit_price, quantity, fee, funding, pnl, entry_order_id, mae, mfe, is_open)
    select n, 'ema-cross', case when n <= 10000 then 'BTCUSDT' else 'ETHUSDT' end, 1, 0, 100, ${NOW}::bigint - mod(n, 1000), 101, 1, 0.1, -0.01,
      case when mod(n, 3) = 0 then -1 else 2 end, n, 0, 0, false
    from generate_series(1, ${TRADES}::int) n`
  await sql`insert into trades (number, strategy, symbol, side, entry_ts, entry_price, quantity, fee, funding, pnl, entry_order_id, mae, mfe, is_open)
    values (20000, 'ema-cross', 'BTCUSDT', 1, 0, 100, 1, 5, 0, 500, 20000, 0, 0, true)`
  await sql`insert into equity (ts, equity, wallet, day_pnl, drawdown)
    select n * 10, case when n = 6000 then 900 when n = 3000 then 1100 else 1000 end, 1000, 0, 0 from generate_series(1, 7000) n`
}, 60_000)
afterAll(async () => {
  await temporary?.remove()
}, 30_000)

test('sums all trades, in one and in groups, and finds the deepest fall of all of the equity', async ({ skip }) => {
  if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
  const world = makeWorld()
  const runner = new CommandRunner({
    ...world.ports,
    reads: Object.assign(new PostgresReads(temporary.database), { account: world.ports.reads.account }),
  })
  // By hand: 10,535 / 3 = 3,511 losers; 7,024 x 2 - 3,511 = 10,537.
  const { reply } = await runner.runLine('pnl all sym', by('viewer'))
  const fields = Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
  expect(fields).toMatchObject({
    Net: '+10,537.00 USDT in 10535 closed trades',
    Fees: '1,053.50 USDT',
    // Each trade has cost -0.01: it received.
    Funding: '+105.35 USDT',
    Won: '7024 of 10535 (67 %)',
    'Profit factor': '4.00',
    // From 1,100 down to 900.
    'Max drawdown': '18.18 %',
  })
  // Of the last 535 (10,001 to 10,535) 178 lose: 357 x 2 - 178 = 536.
  expect(reply.table?.rows).toEqual([
    ['BTC', '10000', '+10,001.00'],
    ['ETH', '535', '+536.00'],
  ])
  expect(reply.table?.total).toEqual(['Total', '10535', '+10,537.00'])
}, 30_000)

test('a curve for a picture is thinned, with its ends', async ({ skip }) => {
  if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
  const { curve } = await new PostgresReads(temporary.database).equityShape({ from: 0, to: DAY_MS, points: 100 })
  expect(curve.length).toBeLessThanOrEqual(102)
  expect([curve[0]?.ts, curve.at(-1)?.ts]).toEqual([10, 70_000])
})

test('open counts marks, closed parts, the fees of entries and funding, so that all of it is what equity moved by', async () => {
  const world = makeWorld()
  const [held] = world.positions
  world.positions = [{ ...(held as PositionRow), quantity: '0.03', entryPrice: '64000', markPrice: '64250', tradeNumber: 12 }]
  const fill = { orderId: 1, symbol: 'BTCUSDT', feeCoin: 'USDT' }
  world.fills = [
    { ...fill, side: 1, quantity: '0.05', price: '64000', fee: '1.76' },
    { ...fill, side: -1, quantity: '0.02', price: '64100', fee: '0.705' },
  ] as FillRow[]
  const trade = { number: 12, symbol: 'BTCUSDT', fee: '2.465', funding: '-0.1' } as TradeRow
  const reads = {
    ...world.ports.reads,
    trades: async ({ isOpen }: { readonly isOpen?: boolean | undefined }) => (isOpen === true ? [trade] : []),
  }
  const { reply } = await new CommandRunner({ ...world.ports, reads }).runLine('pnl all', by('viewer'))
  // By hand: 0.02 x 100 + 0.03 x 250 - 2.465 - 0.1 = 6.935.
  expect(reply.fields).toContainEqual({ name: 'Open', value: '+6.94 USDT, including fees paid' })
  expect(reply.fields).toContainEqual({ name: 'Together', value: '+6.94 USDT' })
})

test.each([
  ['0.69', '96.46', '0.01'],
  ['96.46', '0.69', '139.80'],
  ['1', '0', '– (no loss)'],
])('won %s and lost %s: profit factor %s', async (gain, loss, expected) => {
  const world = makeWorld()
  const sum = { key: '', count: 2, wins: 1, net: '0', fee: '0', funding: '0', gain, loss }
  const { reply } = await new CommandRunner({ ...world.ports, reads: { ...world.ports.reads, tradeSums: async () => [sum] } }).runLine(
    'pnl',
    by('viewer'),
  )
  expect(reply.fields).toContainEqual({ name: 'Profit factor', value: expected })
})
