/**
 * Alerts in the pure part: which are meant by words, what counts as one problem, and who is told when.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChatStanding, type Standing, muteOf, verdictOf } from './attention.ts'
import { ALERT_TYPES, type AlertFacts, CATALOGUE, actionsOf, kindOf, problemKey } from './catalogue.ts'
import { type AlertFilter, TOPICS, filterText, matches, parseFilter, silences } from './filter.ts'
import { ruleAfter } from './price-rule.ts'
import { channelsTold, readSubscription } from './subscriptions.ts'
import { nextTimeOfDay, quietUntil, readQuiet } from './quiet.ts'

const alert = (type: string, severity: string, more: Partial<AlertFacts> = {}): AlertFacts => ({
  type,
  severity,
  symbol: null,
  detail: {},
  ...more,
})
const filterOf = (text: string): AlertFilter => {
  const filter = parseFilter(text.split(' '))
  if (!filter.ok) throw new Error(filter.error)
  return filter.value
}

describe('the catalogue', () => {
  test.each(ALERT_TYPES)('%s has words, severities in order, and an end that exists', (type) => {
    const { severities, when, next, endedBy } = CATALOGUE[type]
    expect([...severities].sort()).toEqual([...severities])
    expect(when.length).toBeGreaterThan(8)
    expect(next.length).toBeGreaterThan(4)
    if (endedBy !== undefined) expect(kindOf(endedBy)?.isProblem).toBe(false)
  })

  test('every type is found by one topic at most, and every P1 that may come has a button', () => {
    for (const type of ALERT_TYPES) {
      const topics = Object.entries(TOPICS).filter(
        ([name, patterns]) => name !== 'fills' && patterns.some((p) => type.startsWith(p.slice(0, -1))),
      )
      expect(topics.length, type).toBeLessThanOrEqual(1)
      if (CATALOGUE[type].severities[0] === 'P1') expect(actionsOf({ type, symbol: 'BTCUSDT' }).length, type).toBeGreaterThan(0)
    }
  })

  test('a symbol is put into the buttons, and what needs one is left out without', () => {
    expect(actionsOf({ type: 'position.unprotected', symbol: 'BTCUSDT' })).toEqual([
      { label: 'Close BTCUSDT', line: '/close BTCUSDT', isRisky: true },
      { label: 'BTCUSDT', line: '/positions BTCUSDT' },
    ])
    expect(actionsOf({ type: 'liquidation.near', symbol: null }).map(({ line }) => line)).toEqual(['/positions', '/risk'])
  })

  test('one problem is: of a symbol, a strategy, a source, a limit, a chat', () => {
    expect(problemKey(alert('ip_ban', 'P1'))).toBe('ip_ban/')
    expect(problemKey(alert('order.rejected', 'P2', { symbol: 'ETHUSDT' }))).toBe('order.rejected/ETHUSDT')
    expect(problemKey(alert('strategy.error', 'P2', { symbol: 'ETHUSDT', detail: { strategy: 'grid' } }))).toBe('strategy.error/grid')
    expect(problemKey(alert('signal.stale', 'P3', { detail: { source: 'tv' } }))).toBe('signal.stale/tv')
    expect(problemKey(alert('risk.limit_near', 'P3', { detail: { key: 'gross' } }))).toBe('risk.limit_near/gross')
    expect(problemKey(alert('chat.refused', 'P2', { detail: { channel: 'telegram:-1' } }))).toBe('chat.refused/telegram:-1')
  })
})

describe('the words of a filter', () => {
  const exit = alert('exit.filled', 'P4', { symbol: 'BTCUSDT', detail: { strategy: 'grid', pnl: '-50.00' } })
  test.each([
    ['fills', true],
    ['entries', false],
    ['exits sym:BTC minpnl:50', true],
    ['exits minpnl:50.01', false],
    ['fills sym:ETH', false],
    ['fills sym:ETH sym:btcusdt', true],
    ['strategy:grid', true],
    ['strategy:grid2', false],
    ['sev:P3', false],
    ['P4', true],
    ['type:exit.* sev:P4', true],
    ['signals exits', true],
    ['all', true],
  ])('%s of an exit of BTC that lost 50: %s', (text, isMeant) => expect(matches(filterOf(text), exit)).toBe(isMeant))

  test('what has no result is left out where a least result is asked', () =>
    expect(matches(filterOf('fills minpnl:0'), alert('entry.filled', 'P4', { symbol: 'BTCUSDT' }))).toBe(false))

  test.each([
    ['fils', 'Did you mean fills?'],
    ['type:exit.fill', 'Did you mean exit.filled?'],
    ['sev:P9', 'P1, P2'],
    ['minpnl:x', 'an amount such as 50'],
    ['colour:red', 'type, sev, sym'],
  ])('%s is refused with what would be right', (text, hint) => {
    const filter = parseFilter([text])
    expect(filter.ok ? '' : filter.error).toContain(hint)
  })

  test('a filter is read back as it is written', () => {
    const word = fc.constantFrom(
      'fills',
      'risk',
      'system',
      'type:exit.*',
      'ip_ban',
      'sev:P2',
      'sym:BTC',
      'strategy:grid',
      'minpnl:50',
      'all',
    )
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const filter = filterOf(words.join(' '))
        expect(filterOf(filterText(filter))).toEqual(filter)
      }),
    )
  })

  test('a silence covers what is milder than it names, and a P1 only by its name', () => {
    expect(silences(filterOf('type:exchange.*'), alert('exchange.down', 'P1'))).toBe(false)
    expect(silences(filterOf('type:exchange.*'), alert('exchange.down', 'P2'))).toBe(true)
    expect(silences(filterOf('type:exchange.* sev:P1'), alert('exchange.down', 'P1'))).toBe(true)
    expect(silences(filterOf('sev:P3'), alert('exchange.down', 'P2'))).toBe(false)
    expect(silences(filterOf('sev:P3'), alert('exit.filled', 'P4'))).toBe(true)
  })
})

describe('who is told', () => {
  const fills = { channel: 'telegram:1', filter: filterOf('fills sym:BTC') }
  const fill = alert('exit.filled', 'P4', { symbol: 'BTCUSDT' })
  test('a chat that has asked is told of that, and of what is urgent where it is told by default', () => {
    expect(channelsTold(fill, ['telegram:1', 'telegram:2'], [fills])).toEqual(['telegram:2', 'telegram:1'])
    expect(channelsTold(alert('exit.filled', 'P4', { symbol: 'ETHUSDT' }), ['telegram:1', 'telegram:2'], [fills])).toEqual(['telegram:2'])
    expect(channelsTold(alert('clock.skew', 'P2'), ['telegram:1'], [fills])).toEqual(['telegram:1'])
    expect(channelsTold(alert('clock.skew', 'P2'), [], [fills])).toEqual([])
    // What a topic has asked for is not told in its chat as well.
    const topic = { ...fills, channel: 'telegram:2/7' }
    expect(channelsTold(fill, ['telegram:2'], [topic])).toEqual(['telegram:2/7'])
  })

  test('no chat is told twice, whatever it has asked for', () => {
    const channel = fc.constantFrom('telegram:1', 'telegram:2', 'discord:3')
    const asked = fc.record({ channel, filter: fc.constantFrom(filterOf('all'), filterOf('fills'), filterOf('sev:P2')) })
    fc.assert(
      fc.property(fc.uniqueArray(channel), fc.array(asked), (defaults, list) => {
        const told = channelsTold(fill, defaults, list)
        expect(new Set(told).size).toBe(told.length)
      }),
    )
  })

  test.each([
    ['telegram:-100123/77 signals sev:P3', true],
    ['discord:#trades fills', true],
    ['telegram:123', true],
    ['trades fills', false],
    ['telegram:123 fils', false],
  ])('%s is a route: %s', (text, isRight) => expect(readSubscription(text).ok).toBe(isRight))
})

describe('a price alert', () => {
  const range = (low: number, high: number, close = high) => ({ low, high, close })
  test.each([
    ['above', [range(60, 69)], false, true],
    ['above', [range(60, 70, 65)], true, true],
    ['above', [range(60, 71)], true, false],
    ['above', [range(69, 71), range(60, 72)], true, false],
    ['below', [range(69, 80)], true, true],
    ['below', [range(71, 80)], false, true],
  ] as const)('%s 70 after %j: fired %s, armed %s', (side, ranges, hasFired, isArmed) =>
    expect(ruleAfter({ what: 'BTCUSDT', side, level: '70', isArmed: true }, ranges)).toEqual({ hasFired, isArmed }),
  )

  test('one that has fired waits until the price was back', () => {
    const fired = { what: 'BTCUSDT', side: 'above' as const, level: '70', isArmed: false }
    expect(ruleAfter(fired, [range(71, 75)])).toEqual({ hasFired: false, isArmed: false })
    expect(ruleAfter(fired, [range(60, 75, 65), range(65, 70)])).toEqual({ hasFired: true, isArmed: false })
  })
})

describe('quiet hours', () => {
  const at = (text: string): number => Date.parse(text)
  const night = readQuiet('22:00-07:00', 'Europe/Vienna')
  test.each([
    ['2026-01-05T20:59:00Z', undefined],
    ['2026-01-05T21:00:00Z', '2026-01-06T06:00:00.000Z'],
    ['2026-01-06T05:59:59Z', '2026-01-06T06:00:00.000Z'],
    ['2026-01-06T06:00:00Z', undefined],
    // The night in which summer time begins has 8 hours.
    ['2026-03-28T22:00:00Z', '2026-03-29T05:00:00.000Z'],
    ['2026-10-24T21:00:00Z', '2026-10-25T06:00:00.000Z'],
  ])('22:00-07:00 in Vienna at %s', (now, end) => {
    const until = night === undefined ? undefined : quietUntil(night, at(now))
    expect(until === undefined ? undefined : new Date(until).toISOString()).toBe(end)
  })

  test('what is no span is refused', () => {
    for (const text of ['22-7', '25:00-07:00', '22:00', '22:00-22:00', '22:00-07:00-08:00']) expect(readQuiet(text, 'UTC')).toBeUndefined()
    expect(readQuiet('22:00-07:00', 'Mars/Base')).toBeUndefined()
  })

  test('the next 07:05 is within a day and an hour, and it is 07:05 there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2026-01-01'), max: at('2027-01-01') }),
        fc.constantFrom('UTC', 'Europe/Vienna', 'America/New_York'),
        (now, zone) => {
          const next = nextTimeOfDay(now, 425, zone)
          expect(next - now).toBeGreaterThan(0)
          expect(next - now).toBeLessThanOrEqual(25 * 3_600_000)
          expect(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(next)).toBe('07:05')
        },
      ),
    )
  })
})

describe('who is told when', () => {
  const standing: Standing = {
    nowMs: 1_000_000,
    silences: [],
    open: new Set(),
    isHalted: false,
    levelOf: () => undefined,
    digestMs: 9_000_000,
  }
  const chat: ChatStanding = { quiet: undefined, lately: 0, toldMs: () => undefined }
  const always = { from: 0, to: 1_439, zone: 'UTC' }

  test('P1 is told whatever stands against it but a silence of P1', () => {
    const levels = ['on', 'silent', 'digest', 'off', undefined] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...ALERT_TYPES),
        fc.constantFrom(...levels),
        fc.boolean(),
        fc.nat(100),
        (type, level, isHalted, lately) => {
          const p1 = alert(type, 'P1', { symbol: 'BTCUSDT' })
          const all = {
            ...standing,
            levelOf: () => level,
            isHalted,
            open: new Set(ALERT_TYPES),
            silences: [{ id: 1, filter: filterOf('all'), until: 2e6 }],
          }
          expect(muteOf(p1, all)).toBeUndefined()
          expect(verdictOf(p1, all, { quiet: always, lately, toldMs: () => 999_999 })).toEqual({ type: 'tell', isSilent: false })
          expect(muteOf(p1, { ...all, silences: [{ id: 4, filter: filterOf('sev:P1'), until: 2e6 }] })).toBe('silence 4')
          expect(muteOf(p1, { ...all, silences: [{ id: 4, filter: filterOf('sev:P1'), until: 1e6 }] })).toBeUndefined()
        },
      ),
    )
  })

  test('P3 waits for the end of quiet hours; P2 does not', () => {
    const quiet = { ...chat, quiet: always }
    expect(verdictOf(alert('rate_limit.near', 'P3'), standing, quiet)).toMatchObject({
      type: 'hold',
      why: 'quiet hours',
      untilMs: 86_340_000,
    })
    expect(verdictOf(alert('clock.skew', 'P2'), standing, quiet).type).toBe('tell')
  })

  test('the same problem again within two minutes is counted; another is told, and so is each trade', () => {
    const told = { ...chat, toldMs: (key: string) => (key === 'order.rejected/BTCUSDT' ? 950_000 : undefined) }
    expect(verdictOf(alert('order.rejected', 'P2', { symbol: 'BTCUSDT' }), standing, told)).toEqual({
      type: 'hold',
      untilMs: 1_070_000,
      why: 'the same again',
    })
    expect(verdictOf(alert('order.rejected', 'P2', { symbol: 'ETHUSDT' }), standing, told).type).toBe('tell')
    expect(verdictOf(alert('exit.filled', 'P4'), standing, { ...chat, toldMs: () => 999_999 }).type).toBe('tell')
  })

  test('the twenty-first message of a minute waits for the digest of the storm', () => {
    expect(verdictOf(alert('exit.filled', 'P4'), standing, { ...chat, lately: 19 }).type).toBe('tell')
    expect(verdictOf(alert('exit.filled', 'P4'), standing, { ...chat, lately: 20 })).toMatchObject({ type: 'hold', untilMs: 1_060_000 })
    // The end of an outage that was told is told, whatever else goes on; at night it waits for the morning.
    expect(verdictOf(alert('discord.back', 'P3'), standing, { ...chat, lately: 40 }).type).toBe('tell')
    expect(verdictOf(alert('discord.back', 'P3'), standing, { ...chat, quiet: always }).type).toBe('hold')
  })

  test('what follows from an exchange that is down is muted, and strategies once all is halted', () => {
    const down = { ...standing, open: new Set(['exchange.down']) }
    expect(muteOf(alert('rate_limit.near', 'P3'), down)).toBe('follows from exchange.down')
    expect(muteOf(alert('exit.filled', 'P4'), down)).toBeUndefined()
    expect(muteOf(alert('signal.rejected', 'P3'), { ...standing, isHalted: true })).toBe('all is halted')
    expect(muteOf(alert('strategy.error', 'P2'), { ...standing, isHalted: true })).toBeUndefined()
  })

  test('the configuration says how loud a type is, of exits by their reason', () => {
    const levelOf: Standing['levelOf'] = (type, reason) =>
      type === 'exit.filled' ? (reason === 'stop' ? 'on' : 'off') : type === 'entry.filled' ? 'digest' : undefined
    const set = { ...standing, levelOf }
    expect(muteOf(alert('exit.filled', 'P4', { detail: { exitReason: 'target' } }), set)).toBe('off in the configuration')
    expect(verdictOf(alert('exit.filled', 'P3', { detail: { exitReason: 'stop' } }), set, chat)).toEqual({ type: 'tell', isSilent: false })
    expect(verdictOf(alert('entry.filled', 'P4'), set, chat)).toEqual({ type: 'hold', untilMs: 9_000_000, why: 'digest' })
    expect(verdictOf(alert('algorithm.ended', 'P4'), set, chat)).toEqual({ type: 'tell', isSilent: true })
  })
})
