/**
 * Orders and positions over REST, against a trader that answers: what is judged, what is asked, what is done once, and what a kill leaves behind.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import { PostgresIdempotency } from '../../../db/requests/idempotency.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'
import { caller } from '../../support/rest/rest-caller.ts'

const made = await makeSeededSystem()
afterAll(() => made?.stop())

describe.skipIf(made === undefined)('orders over REST', () => {
  const system = made as NonNullable<typeof made>
  const ask = caller(makeApp(system?.context), system?.adminToken ?? '')
  const [held] = (system?.trader.kernel.config.instruments ?? []).map(({ symbol }) => symbol)
  const path = `/positions/${held}/protection`

  const positionNow = async () => {
    const { stopLoss, markPrice } = (await ask('GET', `/positions/${held}`)).body
    return { stopLoss: String(stopLoss), markPrice: String(markPrice) }
  }
  const between = (a: string, b: string, part: number): string => (Number(a) + (Number(b) - Number(a)) * part).toFixed(1)

  test('S17 a tighter stop moves at once, a looser one asks, and a key that only takes risk off may not loosen it', async () => {
    const before = await positionNow()
    const tighter = await ask('PATCH', path, { stopLoss: between(before.stopLoss, before.markPrice, 0.1) })
    expect([tighter.status, tighter.body.command]).toEqual([expect.any(Number), 'sl'])
    expect(tighter.body.confirmation).toBeUndefined()
    const [action] = tighter.body.actions as string[]
    expect(tighter.headers.get('location')).toBe(`/api/v1/actions/${action}`)
    expect((await ask('GET', `/actions/${action}`)).body).toMatchObject({ id: action, command: 'protect', status: 'done', isOver: true })
    const looser = { stopLoss: between(before.stopLoss, before.markPrice, -0.1) }
    const asked = await ask('PATCH', path, looser)
    expect([asked.status, asked.body.status]).toEqual([202, 'confirm'])
    const { token } = await system.keys.create({ name: 'closer', role: 'trader', scopes: ['trade:read', 'trade:reduce'] })
    const refused = await ask('PATCH', path, looser, { token })
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      'forbidden_scope',
      expect.stringContaining('trade:write'),
    ])
    expect((await ask('GET', `/actions/${action}`, undefined, { token })).status).toBe(404)
  })

  test('If-Match: what has changed since it was read is not changed again, and a price that only moved is in nobody’s way', async () => {
    const read = await ask('GET', `/positions/${held}`)
    const etag = read.headers.get('etag') ?? ''
    const { markPrice, stopLoss } = await positionNow()
    await system.temporary.database.sql`update positions set mark_price = mark_price + 0.1 where symbol = ${held as string}`
    expect((await ask('GET', `/positions/${held}`)).headers.get('etag')).not.toBe(etag)
    const first = await ask('PATCH', path, { takeProfit: '5%' }, { 'If-Match': etag })
    expect(first.status).toBe(202)
    await system.temporary.database.sql`update positions set stop_price = stop_price * 0.999 where symbol = ${held as string}`
    const second = await ask('PATCH', path, { stopLoss: between(stopLoss, markPrice, 0.2) }, { 'If-Match': etag })
    expect([second.status, second.body.code]).toEqual([412, 'version_conflict'])
    await system.temporary.database
      .sql`update positions set mark_price = ${markPrice}, stop_price = ${stopLoss} where symbol = ${held as string}`
  })

  test.each([
    [{}, 'pass one of stopLoss, takeProfit and trailing'],
    [{ stopLoss: '1', takeProfit: '2' }, 'pass one of stopLoss, takeProfit and trailing'],
    [{ stopLoss: null }, 'stopLoss'],
    [{ stopLoss: 'off' }, 'use a price'],
    [{ trailing: 'x' }, 'use a distance'],
    [{ stop: '1' }, 'stop'],
  ])('protection %j is not valid, and says what is', async (body, words) => {
    const { status, body: answer } = await ask('PATCH', path, body)
    expect([status, answer.code]).toEqual([422, 'validation_failed'])
    expect(answer.detail).toContain(words)
  })

  test('an order that is not there is 404 to whoever reads, changes or cancels it', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['DELETE', undefined],
      ['PATCH', { price: '1' }],
    ] as const)
      expect((await ask(method, '/orders/ord_0000000ZZZZ', body)).body.code, method).toBe('not_found')
  })

  test('an amended order is judged by the trader first; of another version nothing is asked', async () => {
    const { sql } = system.temporary.database
    const [stop] = await sql<{ id: number }[]>`select order_id as id from orders where is_open limit 1`
    const id = (await ask('GET', '/orders?status=open&limit=500')).body.data.at(-1)?.id as string
    expect(stop).toBeDefined()
    const read = await ask('GET', `/orders/${id}`)
    const wrong = await ask('PATCH', `/orders/${id}`, { price: '1' }, { 'If-Match': '"other"' })
    expect([wrong.status, wrong.body.code]).toEqual([412, 'version_conflict'])
    const judged = await ask('PATCH', `/orders/${id}`, { quantity: '1' }, { 'If-Match': read.headers.get('etag') ?? '' })
    expect([200, 202, 409]).toContain(judged.status)
    if (judged.status === 409) expect(String(judged.body.detail)).toContain('Refused')
  })

  test('all entries are canceled after a look, and one that names no symbol of ours is refused', async () => {
    const odd = await ask('POST', '/orders:cancelAll', { symbol: 'NOPE' })
    expect([odd.status, odd.body.code]).toEqual([409, 'refused'])
    const none = await ask('POST', '/orders:cancelAll', {})
    expect([202, 409]).toContain(none.status)
  })

  test('an Idempotency-Key survives a kill: the command that was handed over is told, and not done again', async () => {
    const { sql } = system.temporary.database
    const key = { 'Idempotency-Key': 'pause-before-the-kill' }
    const body = { target: held, reason: 'kill' }
    expect((await ask('POST', '/control/pause', body, key)).status).toBe(200)
    const holds = system.trader.steps.filter((step) => step.input.type === 'add-hold').length
    // The process died after the trader had answered, and before the answer was kept.
    await sql`update idempotency set status = null, body = null where key = 'pause-before-the-kill'`
    await new PostgresIdempotency(sql).interruptPending()
    const [one, two] = await Promise.all([ask('POST', '/control/pause', body, key), ask('POST', '/control/pause', body, key)])
    const told = one.status === 200 ? one : two
    expect([told.status, told.body.status, told.headers.get('idempotency-replayed')]).toEqual([200, 'done', 'true'])
    expect(told.body.actions).toHaveLength(1)
    for (const each of [one, two]) expect([200, 409]).toContain(each.status)
    const other = await ask('POST', '/control/pause', { ...body, reason: 'other' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
    expect(system.trader.steps.filter((step) => step.input.type === 'add-hold')).toHaveLength(holds)
  })

  test('a panic that died before its card was answered is asked again: that entries were paused is not its end', async () => {
    const { sql } = system.temporary.database
    const key = { 'Idempotency-Key': 'panic-asked' }
    const first = await ask('POST', '/control/panic', {}, key)
    expect([first.status, first.body.status, first.body.actions]).toEqual([202, 'confirm', [expect.stringMatching(/^act_/)]])
    await sql`update idempotency set status = null, body = null where key = 'panic-asked'`
    await new PostgresIdempotency(sql).interruptPending()
    const again = await ask('POST', '/control/panic', {}, key)
    expect([again.status, again.body.status]).toEqual([202, 'confirm'])
  })

  test('an Idempotency-Key whose day is over does not stand for another command', async () => {
    const { sql } = system.temporary.database
    await sql`delete from idempotency where key = 'pause-before-the-kill'`
    const other = await ask('POST', '/control/pause', { target: held, reason: 'another' }, { 'Idempotency-Key': 'pause-before-the-kill' })
    expect([other.status, other.body.code]).toEqual([409, 'refused'])
    expect(other.body.detail).toContain('Nothing was sent')
  })

  test('a request that died before it had handed anything over is done by the one that comes after', async () => {
    const { sql } = system.temporary.database
    const key = { 'Idempotency-Key': 'never-begun' }
    const first = await ask('POST', `/positions/${held}/close`, { fraction: '0.5' }, key)
    expect(first.status).toBe(202)
    await sql`update idempotency set status = null, body = null where key = 'never-begun'`
    expect((await ask('POST', `/positions/${held}/close`, { fraction: '0.5' }, key)).body.code).toBe('idempotency_in_flight')
    await new PostgresIdempotency(sql).interruptPending()
    const again = await ask('POST', `/positions/${held}/close`, { fraction: '0.5' }, key)
    expect([again.status, again.body.status]).toEqual([202, 'confirm'])
  })
})
