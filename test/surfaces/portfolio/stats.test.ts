/**
 * `stats` over trades in a database: sums, streaks, means and exits, counted by hand.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import { PostgresReads } from '../../../db/reads/reads.ts'
import { by, makeWorld } from '../../support/command-world.ts'
import { type TemporaryDatabase, makeTemporaryDatabase } from '../../support/process/temporary-database.ts'

const DAY_MS = 86_400_000
let temporary: TemporaryDatabase | undefined

beforeAll(async () => {
  temporary = await makeTemporaryDatabase()
  if (temporary === undefined) return
  const { sql } = temporary.database
  // In order of their exits: +30, +10, 0, -20, -5, -15, +40; each is held for an hour, with a planned loss of 20.
  const pnls = [30, 10, 0, -20, -5, -15, 40]
  for (const [k, pnl] of pnls.entries())
    await sql`insert into trades (number, strategy, symbol, side, entry_ts, entry_price, exit_ts, exit_price, quantity, fee, funding, pnl, result_r, exit_reason, entry_order_id, mae, mfe, is_open) values
      (${10 - k}, ${k < 4 ? 'ema-cross' : 'grid'}, ${k % 2 === 0 ? 'BTCUSDT' : 'ETHUSDT'}, 1, ${(k + 1) * 1_000 - 3_600_000}, 1, ${(k + 1) * 1_000}, 1, 1, 1, 0.5, ${pnl}, ${pnl / 20},
       ${pnl < 0 ? 'stop' : 'signal'}, ${k}, 4, 9, false)`
  await sql`insert into trades (number, strategy, symbol, side, entry_ts, entry_price, exit_ts, exit_price, quantity, fee, funding, pnl, entry_order_id, mae, mfe, is_open) values
    (20, 'grid', 'BTCUSDT', 1, 0, 1, null, null, 1, 0, 0, 900, 20, 0, 0, true),
    (21, 'grid', 'BTCUSDT', 1, 0, 1, ${-40 * DAY_MS}, 1, 1, 0, 0, -900, 21, 0, 0, false)`
}, 60_000)
afterAll(async () => {
  await temporary?.remove()
}, 30_000)

const fieldsOf = async (line: string, database: TemporaryDatabase['database']) => {
  const world = makeWorld()
  const reads = Object.assign(new PostgresReads(database), { account: world.ports.reads.account, strategies: world.ports.reads.strategies })
  const { reply } = await new CommandRunner({ ...world.ports, reads }).runLine(line, by('viewer'))
  return { reply, fields: Object.fromEntries(reply.fields.map(({ name, value }) => [name, value])) }
}

test('all closed trades of the period: by hand', async ({ skip }) => {
  if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
  const { reply, fields } = await fieldsOf('stats 30d', temporary.database)
  expect(fields).toMatchObject({
    // 80 won and 40 lost in seven, one of them nothing.
    Net: '+40.00 USDT in 7 closed trades',
    Won: '3 of 7 (43 %)',
    'Profit factor': '2.00',
    // 40 / 7, and (40 / 20) / 7 of R.
    Expectancy: '+5.71 USDT a trade, 0.29 R',
    // 80 / 3 over 40 / 3.
    Payoff: '2.00',
    Average: 'won +26.67, lost 13.33 USDT',
    'Best, worst': '+40.00, -20.00 USDT',
    // +30, +10; then a nothing that ends it; then -20, -5, -15.
    Streaks: '2 won, 3 lost',
    Held: '60 min on average',
    'On the way': 'MAE 4.00, MFE 9.00 USDT on average',
    // Squares from the mean 5.714: 590.8 + 18.4 + 32.7 + 661.2 + 114.8 + 429.1 + 1175.5 = 3021.4; over 6, its root is 22.44; 5.714 / 22.44 x sqrt(7).
    SQN: '0.67',
    Costs: 'fees 7.00, funding +3.50 USDT',
  })
  expect(reply.table?.rows).toEqual([
    ['signal', '4', '+80.00'],
    ['stop', '3', '-40.00'],
  ])
  expect(reply.table?.total).toEqual(['Total', '7', '+40.00'])
})

test('of a strategy, of a symbol, and of a time without trades', async ({ skip }) => {
  if (temporary === undefined) return skip('the packaged PostgreSQL cannot run here')
  const { database } = temporary
  expect((await fieldsOf('stats all ema-cross', database)).fields.Net).toBe('+20.00 USDT in 4 closed trades')
  // 30 + 0 - 5 + 40.
  expect((await fieldsOf('stats all BTC', database)).fields.Net).toBe('+65.00 USDT in 4 closed trades')
  expect((await fieldsOf('stats 2020-01-01..2020-02-01', database)).reply.text).toBe('No trade was closed in this time.')
  expect((await fieldsOf('stats 45d', database)).reply.text).toContain('use 1d, 7d, 30d')
})
