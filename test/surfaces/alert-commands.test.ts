/**
 * Commands about alerts: what is open, who has seen it, silences, quiet hours and samples, for each role and kind of chat.
 */
import { describe, expect, test } from 'vitest'
import { sampleOf } from '../../api/commands/alerts/samples.ts'
import { ALERT_TYPES, CATALOGUE } from '../../src/alerts/catalogue.ts'
import type { Actor, Role } from '../../api/commands/command.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { type MemoryAlerts, problemOf } from '../support/memory-alerts.ts'

const inGroup: Partial<Actor> = { chat: '-100', topic: '7', isPrivateChat: false }
const inPrivate: Partial<Actor> = { chat: '1', isPrivateChat: true, name: 'ann' }

function worldWith(problems: Parameters<typeof problemOf>[0][] = []) {
  const world = makeWorld()
  const alerts = world.ports.alerts as MemoryAlerts
  alerts.list = problems.map((more, k) => problemOf({ id: k + 1, ...more }))
  const run = (line: string, role: Role = 'operator', over: Partial<Actor> = inPrivate) => world.runner.runLine(line, by(role, over))
  return { world, alerts, run }
}

describe('open alerts', () => {
  test('each is shown with its number, age, count and what to do; nothing open is good news', async () => {
    const { run, world } = worldWith([
      { type: 'position.unprotected', symbol: 'BTCUSDT', summary: 'BTCUSDT is unprotected', count: 3, firstAt: 910_000, lastAt: 990_000 },
      { type: 'clock.skew', severity: 'P2', status: 'acked', ackedBy: '@bob', ackedAt: 940_000, lastAt: 940_000 },
    ])
    const { reply } = await run('/alerts', 'viewer')
    expect(reply.title).toBe('2 alerts are open')
    expect(reply.fields).toEqual([
      {
        name: 'P1 #1 position.unprotected',
        value:
          'BTCUSDT is unprotected\n10 s ago, 3 times in 80 s\nBallast sets it again and closes after 30 s; close it yourself if you cannot wait: /close BTC',
      },
      { name: 'P2 #2 clock.skew', value: 'Bybit refuses this address.\n60 s ago, seen by @bob, 60 s ago' },
    ])
    expect(reply.buttons.map(({ label }) => label)).toEqual(['Acknowledge all', 'History'])
    ;(world.ports.alerts as MemoryAlerts).list = []
    expect((await run('/alerts')).reply).toMatchObject({ title: 'No alert is open', tone: 'ok' })
  })

  test('the first who acknowledges is named; a viewer may not', async () => {
    const { run, alerts } = worldWith([{}, {}])
    expect((await run('/ack 1', 'viewer')).status).toBe('forbidden')
    expect((await run('/ack #1')).reply.title).toBe('Acknowledged #1')
    expect((await run('/ack 1', 'admin', { name: 'bob' })).reply.title).toBe('#1 is acknowledged already, by @ann')
    expect((await run('/ack all')).reply.title).toBe('Acknowledged #2')
    expect((await run('/ack all')).reply.title).toBe('No alert waits to be acknowledged')
    expect((await run('/ack 9')).status).toBe('refused')
    expect((await run('/resolve 2')).reply.title).toBe('#2 is over')
    expect((await run('/resolve 2')).status).toBe('refused')
    expect(alerts.list.map(({ status }) => status)).toEqual(['acked', 'over'])
  })

  test.each([
    '/ack',
    '/ack x',
    '/ack 0',
    '/ack 1.5',
    '/resolve all',
    '/silence',
    '/silence ip_ban',
    '/silence ip_ban soon',
    '/unsilence x',
    '/alerts nonsense',
  ])('%s is answered with what would be right', async (line) => {
    const { status, reply } = await worldWith().run(line, 'admin')
    expect(status).toBe('invalid')
    expect(reply.text).toMatch(/Example: \//)
  })
})

describe('silences', () => {
  test('for a time, with a reason, listed, and ended before its time', async () => {
    const { run } = worldWith()
    const { reply } = await run('/silence sym:DOGE sev:P3 for 2h delisting is known')
    expect(reply.title).toContain('Silenced until')
    expect(reply.fields[0]).toEqual({ name: '#1 sev:P3 sym:DOGE', value: 'P3 and milder, 2 h more\nby @ann: delisting is known' })
    expect((await run('/silences')).reply.fields).toHaveLength(1)
    expect((await run('/unsilence 1')).reply.title).toBe('Silence #1 has ended')
    expect((await run('/unsilence 1')).status).toBe('refused')
    expect((await run('/silences')).reply.title).toBe('Nothing is silenced')
  })

  test('P1 by an admin alone, and for an hour at most', async () => {
    const { run } = worldWith()
    expect((await run('/silence ip_ban sev:P1 30min', 'trader')).status).toBe('forbidden')
    expect((await run('/silence ip_ban sev:P1 61min', 'admin')).reply.text).toBe('P1 alerts are silenced for 60 min at most.')
    expect((await run('/silence ip_ban sev:P1 1h', 'admin')).status).toBe('done')
    expect((await run('/silence all 31d', 'admin')).reply.text).toBe('Alerts are silenced for 30 d at most.')
  })

  test('a word that means nothing is refused with the nearest', async () =>
    expect((await worldWith().run('/silence exchange.dwn 1h')).reply.text).toContain('Did you mean exchange.down?'))
})

describe('quiet hours', () => {
  test('everybody sets those of a private chat, an operator those of a group, an admin those of another chat', async () => {
    const { run, alerts } = worldWith()
    expect((await run('/quiet 22:00-07:00 Europe/Vienna', 'viewer')).reply.title).toBe(
      'telegram:1: quiet from 22:00 to 07:00 (Europe/Vienna)',
    )
    expect((await run('/quiet 22:00-07:00', 'viewer', inGroup)).status).toBe('refused')
    expect((await run('/quiet 22:00-07:00', 'operator', inGroup)).status).toBe('done')
    expect(await alerts.quiet('telegram:-100/7')).toEqual({ from: 1_320, to: 420, zone: 'UTC' })
    expect((await run('/quiet off to=discord:#trades', 'operator')).status).toBe('refused')
    expect((await run('/quiet off to=discord:#trades', 'admin')).status).toBe('done')
    expect(await alerts.quiet('discord:#trades')).toBeNull()
    expect((await run('/quiet', 'viewer')).reply.title).toContain('22:00 to 07:00')
  })

  test.each(['/quiet 22-7', '/quiet 22:00-07:00 Mars/Base', '/quiet tonight'])('%s changes nothing', async (line) =>
    expect((await worldWith().run(line)).status).toBe('refused'),
  )

  test('at the terminal the chat is named', async () => {
    const { run } = worldWith()
    expect((await run('quiet 22:00-07:00', 'admin', { surface: 'cli', chat: undefined })).reply.text).toContain('to=telegram:123456')
    expect((await run('quiet 22:00-07:00 to=nowhere', 'admin', { surface: 'cli' })).status).toBe('invalid')
  })
})

describe('subscriptions', () => {
  test('a chat or topic subscribes, sees its own, and ends it', async () => {
    const { run, alerts } = worldWith()
    const made = await run('/subscribe fills sym:BTC minpnl:50', 'operator', inGroup)
    expect(made.reply.title).toBe('telegram:-100/7 receives fills sym:BTC minpnl:50')
    await run('/subscribe risk', 'operator')
    expect((await run('/subscriptions', 'viewer', inGroup)).reply.fields).toEqual([
      { name: '#1 fills sym:BTC minpnl:50', value: 'telegram:-100/7, by telegram:1' },
    ])
    expect((await run('/subscriptions', 'admin')).reply.fields).toHaveLength(2)
    expect((await run('/unsubscribe 1', 'operator')).status).toBe('refused')
    expect((await run('/unsubscribe 1', 'operator', inGroup)).status).toBe('done')
    expect((await run('/unsubscribe all', 'operator')).reply.title).toBe('The subscription has ended')
    expect(await alerts.subscriptions()).toEqual([])
  })

  test('another chat is an admin’s to say, at the terminal too', async () => {
    const { run, alerts } = worldWith()
    expect((await run('/subscribe signals to=telegram:-100/8', 'trader')).status).toBe('refused')
    expect((await run('subscribe signals to telegram:-100/8', 'admin', { surface: 'cli', chat: undefined })).status).toBe('done')
    expect((await alerts.subscriptions())[0]?.channel).toBe('telegram:-100/8')
    expect((await run('unsubscribe 1', 'admin', { surface: 'cli', chat: undefined })).status).toBe('done')
    expect((await run('subscribe signals', 'admin', { surface: 'cli', chat: undefined })).reply.title).toBe('Name the chat')
  })

  test.each(['/subscribe', '/subscribe fills to=nowhere', '/unsubscribe x'])('%s is answered with what would be right', async (line) =>
    expect((await worldWith().run(line, 'admin')).status).toBe('invalid'),
  )

  test('a word that means nothing subscribes to nothing', async () => {
    const { run, alerts } = worldWith()
    expect((await run('/subscribe fils')).reply.text).toContain('Did you mean fills?')
    expect(await alerts.subscriptions()).toEqual([])
  })
})

describe('price alerts', () => {
  const worldAt = (close: number) => {
    const made = worldWith()
    Object.assign(made.world.ports, { candles: async () => [{ ts: 60_000, open: close, high: close, low: close, close }] })
    return made
  }

  test('set in the chat that asks, listed, and removed', async () => {
    const { run, world } = worldAt(64_000)
    const { reply } = await run('/alert BTC above 70,000', 'viewer', inGroup)
    expect(reply.title).toBe('Told when BTCUSDT is above 70,000')
    expect((await run('/alert pnl below -200 once', 'viewer')).reply.title).toBe('Told when pnl is below -200')
    expect(await world.ports.prices.list()).toMatchObject([
      { what: 'BTCUSDT', side: 'above', level: '70000', isOnce: false, seenTs: 60_000, channel: 'telegram:-100/7' },
      { what: 'pnl', side: 'below', level: '-200', isOnce: true, channel: 'telegram:1' },
    ])
    expect((await run('/alert list')).reply.fields.map(({ name }) => name)).toEqual(['#1 BTCUSDT above 70,000', '#2 pnl below -200'])
    expect((await run('/alert del 1', 'viewer')).status).toBe('refused')
    expect((await run('/alert del 1', 'viewer', inGroup)).status).toBe('done')
    expect((await run('/alert del 1')).status).toBe('refused')
  })

  test.each([
    ['/alert BTC above 60000', 'BTCUSDT is above 60,000 already'],
    ['/alert pnl below -10', 'pnl is below -10 already'],
    ['/alert BTC above', 'Not set'],
  ])('%s is refused: %s', async (line, title) => {
    const { status, reply } = await worldAt(64_000).run(line)
    expect([status, reply.title]).toEqual(['refused', title])
  })

  test.each(['/alert BTC near 70000', '/alert BTC above much', '/alert BTC above 1 twice', '/alert del x'])(
    '%s is not understood',
    async (line) => expect((await worldAt(64_000).run(line)).status).toBe('invalid'),
  )
})

describe('samples', () => {
  test('one of each type is raised in its own words, with every severity that it may have', async () => {
    const { run, alerts } = worldWith()
    for (const type of ALERT_TYPES)
      for (const severity of CATALOGUE[type].severities) expect((await run(`/alerts test ${type} ${severity}`)).status, type).toBe('done')
    expect(new Set(alerts.samples.map(({ type }) => type)).size).toBe(ALERT_TYPES.length)
    for (const { summary } of alerts.samples) expect(summary).toMatch(/^TEST: .{10,}/)
  })

  test('the words of a sample are the sentence, not the code', () => {
    for (const type of ALERT_TYPES) expect(sampleOf(type).summary).not.toBe(type)
  })

  test('an unknown type offers the nearest, a severity that it never has is refused, a viewer may not', async () => {
    const { run } = worldWith()
    expect((await run('/alerts test exchange.dwn')).reply.buttons[0]?.label).toBe('Test exchange.down')
    expect((await run('/alerts test ip_ban P3')).reply.text).toBe('It may be P1.')
    expect((await run('/alerts test ip_ban', 'viewer')).status).toBe('forbidden')
  })
})
