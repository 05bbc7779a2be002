/**
 * Alerts, rules, routes, silences, webhooks and sources of signals over REST, against a database: made, listed, changed and ended.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../../api/app.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 20 })
afterAll(() => made?.stop())

type Row = Readonly<Record<string, unknown>>
interface Body {
  readonly code?: string
  readonly instance?: string
  readonly detail?: string
  readonly data: readonly Row[]
  readonly confirmation: { readonly id: string }
  readonly reply: { readonly title: string; readonly fields: readonly { readonly name: string; readonly value: string }[] }
}

describe.skipIf(made === undefined)('alerting over REST', () => {
  const system = made as NonNullable<typeof made>
  const app = makeApp(system?.context)
  const call = async (method: string, path: string, body?: object, token = system.adminToken) => {
    const response = await app.request(`http://127.0.0.1/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Body }
  }
  const confirmed = async (method: string, path: string, body?: object) => {
    const asked = await call(method, path, body)
    expect(asked.status, JSON.stringify(asked.body)).toBe(202)
    return call('POST', `/confirmations/${asked.body.confirmation.id}`, { decision: 'yes' })
  }

  test('a rule is set, listed and removed; a level that is passed already, and an unknown number, are refused', async () => {
    expect((await call('POST', '/alert-rules', { what: 'equity', side: 'above', level: '900000' })).status).toBe(200)
    const { data } = (await call('GET', '/alert-rules')).body
    expect(data).toMatchObject([{ what: 'equity', side: 'above', level: '900000', once: false, isArmed: true, channel: null }])
    expect((await call('POST', '/alert-rules', { what: 'equity', side: 'below', level: '900000' })).status).toBe(409)
    expect((await call('POST', '/alert-rules', { what: 'equity', side: 'over', level: '1' })).status).toBe(422)
    expect((await call('DELETE', `/alert-rules/${data[0]?.number}`)).status).toBe(200)
    expect((await call('GET', '/alert-rules')).body.data).toEqual([])
    expect(await call('DELETE', `/alert-rules/${data[0]?.number}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('a route is made for a chat by an admin alone, and another key sees only its end', async () => {
    const { token } = await system.keys.create({ name: 'desk', role: 'operator', scopes: ['alerts:read', 'alerts:write'] })
    const sent = { to: 'telegram:-100123/77', filter: 'fills sym:BTC' }
    expect((await call('POST', '/routes', sent, token)).status).toBe(409)
    expect((await call('POST', '/routes', sent)).status).toBe(200)
    const [row] = (await call('GET', '/routes')).body.data
    expect(row).toMatchObject({ channel: sent.to, filter: sent.filter, origin: 'command' })
    expect((await call('GET', '/routes', undefined, token)).body.data[0]?.channel).toBe('telegram:…3/77')
    expect(await call('POST', '/routes', { ...sent, filter: 'fils' })).toMatchObject({ status: 409 })
    expect((await call('DELETE', `/routes/${row?.number}`)).status).toBe(200)
    expect((await call('DELETE', `/routes/${row?.number}`)).status).toBe(404)
  })

  test('a sample is raised, acknowledged and resolved by paths that end in a verb', async () => {
    expect((await call('POST', '/alerts:test', { type: 'clock.skew' })).status).toBe(200)
    expect((await call('POST', '/alerts:test', { type: 'clock.skwe' })).status).toBe(409)
    await system.temporary.database.sql`
      insert into alert_problems (key, type, severity, summary, detail, first_at, last_at, first_alert_id, last_alert_id)
      values ('key.expiring/', 'key.expiring', 'P3', 'The key ends in 7 days.', '{}', 1, 1, 1, 1)`
    const [open] = (await call('GET', '/alerts/open')).body.data
    expect((await call('POST', `/alerts/${open?.number}:ack`)).body.reply.title).toBe(`Acknowledged #${open?.number}`)
    expect((await call('GET', '/alerts/open')).body.data[0]).toMatchObject({ status: 'acked' })
    expect((await call('POST', `/alerts/${open?.number}:resolve`)).status).toBe(200)
    const none = await call('POST', '/alerts/99:ack')
    expect([none.status, none.body.instance]).toEqual([404, '/api/v1/alerts/99:ack'])
    expect((await call('POST', '/alerts/7/ack')).status).toBe(404)
  })

  test('a silence stands until it is ended', async () => {
    expect((await call('POST', '/silences', { filter: 'rate_limit.near', for: '2h', reason: 'known' })).status).toBe(200)
    const [row] = (await call('GET', '/silences')).body.data
    expect(row).toMatchObject({ filter: 'type:rate_limit.near', reason: 'known' })
    expect((await call('DELETE', `/silences/${row?.number}`)).status).toBe(200)
    expect((await call('DELETE', `/silences/${row?.number}`)).status).toBe(404)
  })

  test('a webhook is made, changed by PATCH after a card, tried, replayed, rotated and removed', async () => {
    const first = await confirmed('POST', '/webhooks', { name: 'ops', url: 'https://example.org/hook/ONE', what: 'sev:P2' })
    expect(first.body.reply.fields[0]?.value).toMatch(/^whsec_/)
    expect((await call('PATCH', '/webhooks/ops', {})).status).toBe(409)
    expect((await call('PATCH', '/webhooks/none', { what: 'fills' })).status).toBe(404)
    expect((await call('PATCH', '/webhooks/ops', { preset: 'slack' })).status).toBe(422)
    expect((await confirmed('PATCH', '/webhooks/ops', { url: 'https://example.com/other/TWO', what: 'fills' })).status).toBe(200)
    expect((await call('GET', '/webhooks')).body.data).toMatchObject([{ name: 'ops', url: 'https://example.com/…/TWO', filter: 'fills' }])
    expect((await confirmed('PATCH', '/webhooks/ops', { what: 'sev:P1' })).status).toBe(200)
    expect((await call('GET', '/webhooks')).body.data).toMatchObject([{ url: 'https://example.com/…/TWO', filter: 'sev:P1' }])
    expect((await call('POST', '/webhooks/ops:test')).status).toBe(200)
    const [message] = (await call('GET', '/webhooks/ops/deliveries')).body.data
    expect((await call('POST', `/webhooks/ops/deliveries/${message?.number}:replay`)).status).toBe(200)
    expect((await call('GET', '/webhooks/ops/deliveries')).body.data.map(({ messageId }) => messageId)).toEqual([
      message?.messageId,
      message?.messageId,
    ])
    expect((await call('POST', '/webhooks/ops/deliveries/999:replay')).status).toBe(404)
    expect((await call('GET', '/webhooks/none/deliveries')).status).toBe(404)
    const rotated = await confirmed('POST', '/webhooks/ops:rotate', { overlap: '1h' })
    expect(rotated.body.reply.fields[0]?.value).not.toBe(first.body.reply.fields[0]?.value)
    expect((await confirmed('DELETE', '/webhooks/ops')).status).toBe(200)
    expect((await call('GET', '/webhooks')).body.data).toEqual([])
    const kept = JSON.stringify(await system.temporary.database.sql`select * from audit`)
    expect(kept).not.toMatch(/hook\/ONE|other\/TWO|whsec_/)
  })
})
