/**
 * Alerts from their table to the messages of chats, in a real database: counted, grouped, silenced, held back, told again, settled.
 */
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { alertCard, digestCard, openCard } from '../../bots/alert-card.ts'
import { PostgresPriceRules } from '../../db/alerting/price-rules.ts'
import { PriceWatch } from '../../src/process/alerts/price-watch.ts'
import { PostgresWebhooks } from '../../db/alerting/webhooks.ts'
import { PostgresAlerts } from '../../db/alerting/alert-rows.ts'
import { chatMoves, messagesToSettle, refusingChats, tellElsewhere } from '../../db/alerting/chats.ts'
import { type DeskPorts, routeAlerts } from '../../db/alerting/desk.ts'
import { upkeepAlerts } from '../../db/alerting/upkeep.ts'
import { raiseAccepted, raiseRefusal } from '../../db/alerts.ts'
import { PostgresDeliveries } from '../../db/deliveries.ts'
import { sampleOf } from '../../api/commands/alerts/samples.ts'
import { parseFilter } from '../../src/alerts/filter.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
afterAll(() => made?.remove())
const NOW = Date.UTC(2026, 0, 5, 12, 0)

describe.skipIf(made === undefined)('alerts in the database', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  let now = NOW
  const rows = new PostgresAlerts(sql, () => now)
  const webhooks = new PostgresWebhooks(sql, {
    keyFile: join(made?.dataDir ?? '', 'keys'),
    mode: 'sim',
    urlProblem: () => undefined,
    idOf: (id) => `alr_${id}`,
    wallNow: () => now,
  })
  const outbox = new PostgresDeliveries(sql, ['telegram', 'discord'])
  let channels: readonly string[] = ['telegram:1']

  beforeEach(async () => {
    now = NOW
    channels = ['telegram:1']
    await sql`delete from deliveries`
    await sql`delete from alerts`
    await sql`delete from alert_problems`
    await sql`delete from alert_silences`
    await sql`delete from chat_quiet`
    await sql`insert into meta (key, value) values ('alerts-routed', '0') on conflict (key) do update set value = '0'`
  })

  const raise = async (type: string, severity: string, more: { symbol?: string; detail?: object; at?: number } = {}): Promise<void> => {
    await sql`
      insert into alerts (seq, type, severity, symbol, summary, detail, ts, created_at)
      values (null, ${type}, ${severity}, ${more.symbol ?? null}, ${`${type} happened`}, ${JSON.stringify(more.detail ?? {})}::text::jsonb, ${now}, ${more.at ?? now})`
  }
  const desk: DeskPorts = {
    settings: { levelOf: () => undefined, quiet: undefined, digestMin: 425, zone: 'UTC' },
    webhooks,
    channelsOf: () => channels,
    card: (alert, problem, isSilent) => alertCard(alert, '⚙️ SIM', { problem, isSilent }),
    wallNow: () => now,
  }
  const route = async (): Promise<void> => {
    while (await routeAlerts(sql, desk)) {
      // The next page.
    }
  }
  const upkeep = (admins: readonly string[] = []) =>
    upkeepAlerts(sql, {
      digestCard: (held) => digestCard('⚙️ SIM', held),
      openCard: (problems, isEscalated) => openCard('⚙️ SIM', problems, isEscalated),
      channelsOf: () => channels,
      escalation: async () => admins,
      wallNow: () => now,
    })
  const waiting = async (channel = 'telegram:1') =>
    sql<{ title: string; status: string; severity: string; why: string | null }[]>`
      select payload->>'title' as title, status, severity, last_error as why from deliveries where channel = ${channel} order by id`

  test('three rejections of a symbol are one problem: told once, the others follow as one card', async () => {
    await raise('order.rejected', 'P2', { symbol: 'BTCUSDT' })
    await route()
    now += 10_000
    await raise('order.rejected', 'P2', { symbol: 'BTCUSDT' })
    await raise('order.rejected', 'P2', { symbol: 'BTCUSDT' })
    await raise('order.rejected', 'P2', { symbol: 'ETHUSDT' })
    await route()
    expect((await waiting()).map(({ status }) => status)).toEqual(['pending', 'held', 'held', 'pending'])
    expect((await rows.problems()).map(({ key, count }) => [key, count])).toEqual([
      ['order.rejected/ETHUSDT', 1],
      ['order.rejected/BTCUSDT', 3],
    ])
    now += 120_000
    await upkeep()
    const last = (await waiting()).at(-1)
    expect(last).toMatchObject({ title: '2 alerts in one', status: 'pending', severity: 'P2' })
    expect((await waiting()).filter(({ status }) => status === 'dropped')).toHaveLength(2)
  })

  test('an alert is put once into each chat, whoever routes it and however often', async () => {
    channels = ['telegram:1', 'discord:2', 'telegram:1']
    await raise('ip_ban', 'P1')
    await Promise.all([route(), route(), route()])
    expect(await waiting()).toHaveLength(1)
    expect(await waiting('discord:2')).toHaveLength(1)
    expect((await rows.problems())[0]).toMatchObject({ count: 1, status: 'open' })
  })

  test('what is over ends what it ends, and is told', async () => {
    await raise('exchange.down', 'P2')
    await route()
    await raise('exchange.back', 'P4')
    await route()
    expect(await rows.problems()).toEqual([])
    expect((await rows.past(5))[0]).toMatchObject({ type: 'exchange.down', status: 'over', endedBy: 'exchange.back' })
    expect(await waiting()).toHaveLength(2)
  })

  test('a silence keeps alerts out of the chats and in the lists; a P1 passes it unless it is named', async () => {
    const filter = parseFilter(['type:exchange.*'])
    if (!filter.ok) throw new Error(filter.error)
    const { id } = await rows.silence(filter.value, now + 60_000, '', 'cli')
    await raise('exchange.down', 'P2')
    await raise('exchange.country_refused', 'P1')
    await route()
    expect((await waiting()).map(({ severity }) => severity)).toEqual(['P1'])
    expect(await rows.problems()).toHaveLength(2)
    expect([await rows.unsilence(id), await rows.unsilence(id)]).toEqual([true, false])
    await raise('exchange.maintenance', 'P1')
    await route()
    expect(await waiting()).toHaveLength(2)
  })

  test('quiet hours of a chat hold P3 back until their end, then all in one card', async () => {
    await rows.setQuiet('telegram:1', { from: 11 * 60, to: 13 * 60, zone: 'UTC' }, 'cli')
    await raise('rate_limit.near', 'P3')
    await raise('report.daily', 'P4')
    await raise('clock.skew', 'P2')
    await route()
    expect((await waiting()).map(({ status, why }) => [status, why])).toEqual([
      ['held', 'quiet hours'],
      ['held', 'quiet hours'],
      ['pending', null],
    ])
    now = NOW + 3_600_000 - 1
    await upkeep()
    expect((await waiting()).filter(({ status }) => status === 'held')).toHaveLength(2)
    now = NOW + 3_600_000
    await upkeep()
    expect((await waiting()).at(-1)?.title).toBe('2 alerts in one')
    await upkeep()
    expect((await waiting()).filter(({ title }) => title === '2 alerts in one')).toHaveLength(1)
  })

  test('a storm of 100 messages in a minute is 20 and one card', async () => {
    for (let k = 0; k < 100; k++) await raise('exit.filled', 'P4', { symbol: 'BTCUSDT' })
    await raise('ip_ban', 'P1')
    await route()
    const all = await waiting()
    expect(all.filter(({ status, severity }) => status === 'pending' && severity === 'P4')).toHaveLength(20)
    expect(all.filter(({ severity }) => severity === 'P1')).toHaveLength(1)
    now += 60_000
    await upkeep()
    expect((await waiting()).at(-1)?.title).toBe('80 alerts in one')
  })

  test('a P1 that nobody acknowledges goes to others after 5 minutes and is repeated each 10; acknowledged, it is quiet', async () => {
    await raise('ip_ban', 'P1')
    await route()
    now = NOW + 299_000
    await upkeep(['telegram:1', 'discord:user:2'])
    expect(await waiting('discord:user:2')).toEqual([])
    now = NOW + 300_000
    await upkeep(['telegram:1', 'discord:user:2'])
    await upkeep(['telegram:1', 'discord:user:2'])
    expect((await waiting('discord:user:2')).map(({ title }) => title)).toEqual(['🚨 A P1 alert is not acknowledged'])
    expect(await waiting()).toHaveLength(1)
    for (const minutes of [10, 15, 20, 29]) {
      now = NOW + minutes * 60_000
      await upkeep()
    }
    expect(await waiting()).toHaveLength(3)
    const [problem] = await rows.problems()
    expect(await rows.acknowledge(problem?.id, '@ann')).toHaveLength(1)
    expect(await rows.acknowledge(problem?.id, '@bob')).toHaveLength(0)
    now = NOW + 3_600_000
    await upkeep()
    expect(await waiting()).toHaveLength(3)
    expect((await rows.problems())[0]).toMatchObject({ status: 'acked', ackedBy: '@ann' })
  })

  test('an acknowledged problem that gets worse is open again', async () => {
    await raise('exchange.down', 'P2')
    await route()
    await rows.acknowledge(undefined, '@ann')
    await raise('exchange.down', 'P2')
    await route()
    expect((await rows.problems())[0]).toMatchObject({ status: 'acked', count: 2 })
    await raise('exchange.down', 'P1')
    await route()
    expect((await rows.problems())[0]).toMatchObject({ status: 'open', severity: 'P1', count: 3 })
  })

  test('what is not told again is over by itself, a P1 only once it is acknowledged', async () => {
    await raise('rate_limit.near', 'P3')
    await raise('clock.skew', 'P2')
    await raise('ip_ban', 'P1')
    await route()
    const open = async () => (await rows.problems()).map(({ type }) => type).sort()
    now = NOW + 4 * 3_600_000 + 1
    await upkeep()
    expect(await open()).toEqual(['clock.skew', 'ip_ban'])
    now = NOW + 30 * 86_400_000
    await upkeep()
    expect(await open()).toEqual(['ip_ban'])
    await rows.acknowledge(undefined, '@ann')
    now += 86_400_001
    await upkeep()
    expect(await open()).toEqual([])
  })

  test('messages of a problem are named to be changed once it is acknowledged, and again when it is over', async () => {
    await raise('order.rejected', 'P2', { symbol: 'BTCUSDT' })
    await raise('order.rejected', 'P2', { symbol: 'ETHUSDT' })
    await route()
    for (const { id } of await outbox.pending('telegram:1', 10)) await outbox.sent(id, `m${id}`)
    const problem = (await rows.problems()).find(({ symbol }) => symbol === 'BTCUSDT')
    expect(await messagesToSettle(sql)).toEqual([])
    await rows.acknowledge(problem?.id, '@ann')
    const [due] = await messagesToSettle(sql)
    expect(due?.messages.map(({ channel, messageRef }) => [channel, messageRef.startsWith('m')])).toEqual([['telegram:1', true]])
    await due?.done()
    expect(await messagesToSettle(sql)).toEqual([])
    await rows.resolve(problem?.id ?? 0, '@ann')
    expect(await messagesToSettle(sql)).toHaveLength(1)
  })

  test('a subscription is kept once, and only its chat ends it', async () => {
    const filter = parseFilter(['fills', 'sym:BTC'])
    if (!filter.ok) throw new Error(filter.error)
    const ids = await Promise.all([1, 2, 3].map(() => rows.subscribe('telegram:1', filter.value, 'cli')))
    expect(new Set(ids).size).toBe(1)
    expect((await rows.subscriptions()).map(({ channel, filter: kept }) => [channel, kept])).toEqual([['telegram:1', filter.value]])
    expect([await rows.unsubscribe('telegram:2', ids[0]), await rows.unsubscribe('telegram:1', ids[0])]).toEqual([0, 1])
  })

  test('a price alert fires once for each crossing, whoever looks, over restarts, and is gone where it was for once', async () => {
    const rules = new PostgresPriceRules(sql)
    let high = 69_000
    let minute = 2
    const candles = async () => [{ ts: minute * 60_000, open: high, high, low: high, close: high }]
    const watch = () => new PriceWatch(rules, candles, { account: async () => undefined })
    const base = { what: 'BTCUSDT', side: 'above' as const, level: '70000', seenTs: 60_000, channel: 'telegram:9', actor: 'cli' }
    const id = await rules.add({ ...base, isOnce: false })
    await rules.add({ ...base, isOnce: true })
    const fired = async () =>
      (await sql<{ detail: { rule: number; chat: string } }[]>`select detail from alerts where type = 'user.price_alert' order by id`).map(
        ({ detail }) => detail,
      )
    for (const price of [69_000, 70_000, 70_500, 69_999, 71_000]) {
      high = price
      minute += 1
      await Promise.all([watch().look(), watch().look()])
    }
    const all = await fired()
    expect(all.filter(({ rule }) => rule === id)).toHaveLength(2)
    expect(all.filter(({ rule }) => rule !== id)).toHaveLength(1)
    expect(all[0]?.chat).toBe('telegram:9')
    expect(await rules.list()).toHaveLength(1)
    expect([await rules.remove(id), await rules.remove(id)]).toEqual([true, false])
  })

  test('a sample passes silences and quiet hours, says TEST, and opens no problem', async () => {
    await rows.setQuiet('telegram:1', { from: 0, to: 1_439, zone: 'UTC' }, 'cli')
    const sample = sampleOf('rate_limit.near')
    await rows.raiseSample({ ...sample, summary: `TEST: ${sample.summary}` })
    await route()
    expect((await waiting()).map(({ title, status }) => [title.includes('TEST: '), status])).toEqual([[true, 'pending']])
    expect(await rows.problems()).toEqual([])
  })

  test('urgent ones are read first, refused ones after their time, and a chat that refuses is reported once', async () => {
    for (let k = 0; k < 60; k++) await raise('exit.filled', 'P4')
    await raise('ip_ban', 'P1')
    await route()
    const [first] = await outbox.pending('telegram:1', 50)
    expect(first?.severity).toBe('P1')
    await outbox.setAside(first?.id ?? 0, 0, '403')
    await tellElsewhere(sql, first?.alertId ?? 0, 'telegram:1', ['discord:user:2', 'telegram:3'])
    await tellElsewhere(sql, first?.alertId ?? 0, 'telegram:1', ['discord:user:2'])
    expect(await waiting('discord:user:2')).toHaveLength(1)
    await outbox.dueChannels()
    expect((await outbox.pending('telegram:1', 1))[0]?.id).toBe(first?.id)
    await Promise.all([raiseRefusal(sql, 'telegram:1', '403', now), raiseRefusal(sql, 'telegram:1', '403', now)])
    await route()
    expect(await refusingChats(sql)).toEqual(['telegram:1'])
    await raiseAccepted(sql, 'telegram:1', now)
    await route()
    expect(await refusingChats(sql)).toEqual([])
  })

  test('a chat with a new address has what waits there, once', async () => {
    channels = ['telegram:-4', 'telegram:-1004']
    await raise('ip_ban', 'P1')
    await route()
    channels = ['telegram:-4']
    await raise('clock.skew', 'P2')
    await route()
    await outbox.move('telegram:-4', 'telegram:-1004')
    expect((await waiting('telegram:-1004')).map(({ severity }) => severity).sort()).toEqual(['P1', 'P2'])
    expect((await waiting('telegram:-4')).map(({ status }) => status)).toEqual(['dropped'])
    expect((await chatMoves(sql)).get('telegram:-4')).toBe('telegram:-1004')
  })
})
