/**
 * What comes by itself: scheduled reports, the silence of a source of signals, and the ping to a service outside.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { PostgresReportSchedules } from '../../db/alerting/report-schedules.ts'
import { nextReport } from '../../src/alerts/report-time.ts'
import { DeadMan } from '../../src/process/alerts/dead-man.ts'
import { ReportSender } from '../../src/process/alerts/report-sender.ts'
import { SourceWatch } from '../../src/process/alerts/source-watch.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 5 })
afterAll(() => made?.stop())
const at = (text: string): number => Date.parse(text)

describe('when a report is due', () => {
  test.each([
    ['daily', 'Europe/Vienna', '2026-03-28T07:30:00Z', '2026-03-29T06:00:00Z'],
    ['daily', 'UTC', '2026-03-28T07:30:00Z', '2026-03-28T08:00:00Z'],
    ['weekly', 'UTC', '2026-03-28T07:30:00Z', '2026-03-30T08:00:00Z'],
    ['weekly', 'Pacific/Auckland', '2026-03-28T07:30:00Z', '2026-03-29T19:00:00Z'],
    ['monthly', 'UTC', '2026-01-31T09:00:00Z', '2026-02-01T08:00:00Z'],
    ['monthly', 'UTC', '2026-02-01T08:00:00Z', '2026-03-01T08:00:00Z'],
  ] as const)('%s at 08:00 in %s after %s is at %s', (period, zone, now, due) => {
    expect(new Date(nextReport(at(now), period, 480, zone)).toISOString()).toBe(new Date(at(due)).toISOString())
  })
})

describe('/report', () => {
  test('now, on a schedule in the zone of who asks, and off again; a viewer schedules nothing', async () => {
    const world = makeWorld()
    world.now = at('2026-03-28T07:30:00Z')
    const chat = { chat: '5', isPrivateChat: true }
    expect((await world.runner.runLine('/report weekly', by('viewer', chat))).reply.title).toBe('Report of a week')
    expect((await world.runner.runLine('/report daily at 08:00', by('viewer', chat))).status).toBe('forbidden')
    await world.runner.runLine('/tz vienna', by('operator', chat))
    const set = await world.runner.runLine('/report daily at 08:00', by('operator', chat))
    expect([set.reply.title, set.reply.text]).toEqual([
      'The daily report comes each day at 08:00 (Europe/Vienna)',
      'The next one: 2026-03-29 08:00 UTC+2.',
    ])
    expect((await world.runner.runLine('/report list', by('viewer', chat))).reply.fields).toMatchObject([{ name: 'telegram:5' }])
    expect((await world.runner.runLine('/report daily off', by('operator', chat))).reply.title).toBe('No daily report any more')
    expect((await world.runner.runLine('/report daily at 25:00', by('operator', chat))).status).toBe('invalid')
    expect((await world.runner.runLine('report daily at 08:00', by('admin', { surface: 'cli' }))).reply.title).toBe('Name the chat')
  })
})

describe('times in the zone of who asks', () => {
  test('of one person and not of another, on every card; off is UTC again', async () => {
    const world = makeWorld()
    world.holds = []
    expect((await world.runner.runLine('/status', by('viewer'))).reply.fields.find(({ name }) => name === 'As of')?.value).toContain(
      '00:01:40 UTC',
    )
    const set = await world.runner.runLine('/tz Asia/Kolkata', by('viewer'))
    expect(set.reply.title).toBe('Times are in Asia/Kolkata now')
    const asOf = async (id: string) =>
      (await world.runner.runLine('/status', by('viewer', { id }))).reply.fields.find(({ name }) => name === 'As of')?.value
    expect([await asOf('telegram:1'), await asOf('telegram:2')]).toEqual([
      expect.stringContaining('05:31:40 UTC+5:30'),
      expect.stringContaining('00:01:40 UTC'),
    ])
    await world.runner.runLine('/tz off', by('viewer'))
    expect(await asOf('telegram:1')).toContain('00:01:40 UTC')
    expect((await world.runner.runLine('/tz Middle-earth', by('viewer'))).status).toBe('invalid')
  })

  test('while the zones cannot be read, everybody is answered in UTC', async () => {
    const world = makeWorld()
    const runner = new CommandRunner({ ...world.ports, zones: { of: () => Promise.reject(new Error('away')), set: async () => {} } })
    expect((await runner.runLine('/status', by('viewer'))).status).toBe('done')
  })
})

describe.skipIf(made === undefined)('on PostgreSQL', () => {
  const system = made as NonNullable<typeof made>
  const { sql } = system.temporary.database
  const rows = new PostgresReportSchedules(sql)
  beforeEach(async () => {
    await sql`delete from report_schedules`
    await sql`delete from deliveries`
    await sql`delete from alerts where type in ('source.silent', 'source.back')`
  })

  test('a report that is due is put into the outbox once, by whoever looks, and the next is a day later', async () => {
    const now = Date.now()
    await rows.put({
      channel: 'telegram:5',
      period: 'daily',
      minute: 480,
      zone: 'Europe/Vienna',
      actor: '@ann',
      dueAt: now - 3 * 86_400_000,
    })
    await rows.put({ channel: 'discord:9', period: 'weekly', minute: 480, zone: 'UTC', actor: '@ann', dueAt: now + 60_000 })
    const senders = [new ReportSender(rows, system.ports), new ReportSender(rows, system.ports)]
    await Promise.all(senders.map((sender) => sender.look()))
    await Promise.all(senders.map((sender) => sender.look()))
    const told = await sql<
      { channel: string; title: string; badge: string }[]
    >`select channel, payload->>'title' as title, payload->>'badge' as badge from deliveries`
    expect(told).toEqual([{ channel: 'telegram:5', title: 'Report of a day', badge: '⚙️ SIM' }])
    const [next] = (await rows.list()).filter(({ channel }) => channel === 'telegram:5')
    expect(next?.dueAt).toBe(nextReport(now, 'daily', 480, 'Europe/Vienna'))
  })

  test('a source that is silent beyond what is expected is told once, and once more when it sends', async () => {
    const { sources } = system.ports.signals
    const common = {
      format: 'line',
      strategy: 'webhook',
      market: 'linear',
      symbols: null,
      mode: 'paper',
      side: null,
      stop: null,
      maxAgeMs: 60_000,
      notionalMax: null,
      networks: null,
    } as const
    await sources.create({ ...common, name: 'hourly', expectEveryMs: 3_600_000 }, 'ann')
    await sources.create({ ...common, name: 'seldom', expectEveryMs: null }, 'ann')
    let now = Date.now()
    const watch = new SourceWatch(sql, () => now)
    const told = async () => {
      await Promise.all([watch.look(), new SourceWatch(sql, () => now).look()])
      return (await sql<{ summary: string }[]>`select summary from alerts where type in ('source.silent', 'source.back') order by id`).map(
        ({ summary }) => summary,
      )
    }
    expect(await told()).toEqual([])
    now += 3_700_000
    const silent = 'The source hourly has sent nothing yet; it is expected every 60 min. Look at its sender.'
    expect([await told(), await told()]).toEqual([[silent], [silent]])
    now += 1_000
    const [source] = await sql<{ id: string }[]>`select id from signal_sources where name = 'hourly'`
    await sql`insert into signals (source_id, verdict, body, received_at) values (${source?.id ?? ''}, 'paper', 'long BTC', ${now})`
    expect(await told()).toEqual([silent, 'The source hourly sends again.'])
    now += 2 * 3_600_000
    expect((await told()).at(-1)).toBe('The source hourly last sent 2 h ago; it is expected every 60 min. Look at its sender.')
  })
})

describe('the ping to a service outside', () => {
  test('S14 once a minute while the trader reports, not while it is silent or nothing can be known, and never to this machine unasked', async () => {
    let pings = 0
    const server = createServer((_request, response) => {
      pings += 1
      response.statusCode = pings === 2 ? 404 : 200
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-uuid`
    let steady = 0
    let age: number | undefined | Error = 500
    const said: string[] = []
    const make = (allowed: readonly string[]): DeadMan =>
      new DeadMan({
        url,
        allowed,
        traderAgeMs: async () => {
          if (age instanceof Error) throw age
          return age
        },
        report: async (status, detail) => {
          said.push(`${status} ${detail}`)
        },
        steadyMs: () => steady,
      })
    const deadMan = make(['127.0.0.1'])
    await deadMan.look()
    await deadMan.look()
    expect(pings).toBe(1)
    for (const silent of [20_000, undefined]) {
      steady += 60_000
      age = silent
      await deadMan.look()
    }
    age = new Error('away')
    await expect(deadMan.look()).rejects.toThrow('away')
    expect(pings).toBe(1)
    age = 500
    await deadMan.look()
    expect(pings).toBe(2)
    await make([]).look()
    expect(pings).toBe(2)
    expect(said.map((line) => line.split(' ')[0])).toEqual(['ok', 'warn', 'warn'])
    expect(said.join()).not.toContain('secret-uuid')
    server.close()
  })
})
