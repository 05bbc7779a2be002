/**
 * S17: what a key opens is within its symbols and its daily notional, counted from the commands: no restart and no race opens more.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { PostgresApiKeys } from '../../db/access/api-keys.ts'
import { PostgresKeySpending } from '../../db/access/key-spending.ts'
import { CommandWriter, PostgresCommandQueue } from '../../db/requests/commands.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'
import { refusedAs } from '../support/refused-as.ts'

const made = await makeTemporaryDatabase()
afterAll(() => made?.remove())

describe.skipIf(made === undefined)('the daily notional of a key', () => {
  const { sql } = (made as NonNullable<typeof made>).database
  const keys = new PostgresApiKeys(sql, 'sim')
  const writer = new CommandWriter(sql)
  const spending = new PostgresKeySpending(sql)
  const makeKey = async (limits: object) => (await keys.create({ name: 'desk', role: 'trader', scopes: ['trade:write'], ...limits })).id
  const ask = (apiKeyId: string) =>
    writer
      .enqueueCommand(
        { name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '60' },
        { actor: `key:${apiKeyId}`, surface: 'rest', role: 'trader', requestId: 'r', apiKeyId },
      )
      .then(Number)

  test('of twelve entries at once no more pass than fit, and what is counted is there after a restart', async () => {
    const id = await makeKey({ symbols: ['BTCUSDT'], dailyNotional: '1000' })
    const commands = await Promise.all(Array.from({ length: 12 }, () => ask(id)))
    const verdicts = await Promise.all(commands.map((command) => spending.spend(command, id, 'BTCUSDT', '150')))
    expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(6)
    expect(verdicts.find((verdict) => verdict !== undefined)).toEqual({
      code: 'key-daily-notional',
      figures: { notional: '150', spent: '900', most: '1000' },
    })
    const again = new PostgresKeySpending(sql)
    expect((await again.check(id, 'BTCUSDT', '100.00000001'))?.code).toBe('key-daily-notional')
    expect(await again.check(id, 'BTCUSDT', '100')).toBeUndefined()
    expect((await keys.list()).find((key) => key.id === id)?.spentToday).toBe('900')
  })

  test('what was refused or is of yesterday does not count; what failed does, since it may have been sent', async () => {
    const id = await makeKey({ symbols: ['BTCUSDT'], dailyNotional: '100' })
    const queue = new PostgresCommandQueue(sql)
    for (const [status, left] of [
      ['refused', undefined],
      ['failed', 'key-daily-notional'],
    ] as const) {
      const command = await ask(id)
      expect(await spending.spend(command, id, 'BTCUSDT', '100')).toBeUndefined()
      await queue.complete(command, { ...refusedAs('no-price', ''), status })
      expect((await spending.check(id, 'BTCUSDT', '100'))?.code).toBe(left)
    }
    await sql`update commands set asked_at = asked_at - 86400000 where api_key_id = ${id}`
    expect(await spending.check(id, 'BTCUSDT', '100')).toBeUndefined()
  })

  test('rotation does not begin the day anew', async () => {
    const id = await makeKey({ symbols: ['BTCUSDT'], dailyNotional: '100', expiresAt: Date.now() + 60_000 })
    await spending.spend(await ask(id), id, 'BTCUSDT', '80')
    await keys.rotate(id, 0, Date.now() + 60_000)
    expect((await spending.check(id, 'BTCUSDT', '30'))?.figures.spent).toBe('80')
  })

  test.each([
    ['another symbol', { symbols: ['BTCUSDT'], dailyNotional: '100' }, 'key-symbol'],
    ['a key without symbols', { dailyNotional: '100' }, 'key-unlimited'],
    ['a key without a daily notional', { symbols: ['ETHUSDT'] }, 'key-unlimited'],
    ['another admin key', { role: 'admin', scopes: ['admin'] }, 'key-unlimited'],
    ['the key of the terminal', { name: 'admin', role: 'admin', scopes: ['admin'] }, undefined],
  ])('an entry in ETHUSDT by %s: %o is %s', async (_, limits, code) => {
    expect((await spending.check(await makeKey(limits), 'ETHUSDT', '1'))?.code).toBe(code)
  })

  test('a key that is not there opens nothing', async () => {
    expect((await spending.check('00000000', 'BTCUSDT', '1'))?.code).toBe('key-unlimited')
  })
})
