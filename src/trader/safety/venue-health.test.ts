/**
 * Alerts while the exchange refuses everything because of the rate limit: none at first, and after ten seconds an alarm if an exit waits.
 */
import { expect, test } from 'vitest'
import { ts } from '../../core/units.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
import { VenueHealth } from './venue-health.ts'

const TOO_FAST = { type: 'retry-after' as const, code: '10006', detail: 'Too many visits', waitMs: 1_000 }

function world(bench: Bench) {
  let nowMs = 0
  const alerts: string[] = []
  const health: string[] = []
  const venueHealth = new VenueHealth({
    kernel: bench.kernel,
    wallClock: { nowMs: () => nowMs, steadyMs: () => nowMs, sleep: async () => {}, every: () => () => {} },
    health: { report: (part, status) => health.push(`${part} ${status}`) },
    notice: (alert, severity, _, summary) => alerts.push(`${severity} ${alert}: ${summary}`),
    hasSecondWay: true,
    maintenance: async () => ({ ok: true, value: undefined }),
    clockRefused: () => {},
    checkAccount: () => {},
    checkListing: () => {},
  })
  return {
    alerts,
    health,
    answer: (error: typeof TOO_FAST | undefined, atMs: number) => {
      nowMs = atMs
      venueHealth.onResult(error)
    },
  }
}

/** Long ten BTC, whose exit was sent and has had no answer. */
function held(): Bench {
  const bench = new Bench()
  bench.enter(1, 90)
  bench.give({ type: 'close-position', instrument: BTC, lots: undefined, actor: 'cli', ts: ts(bench.now) })
  return bench
}

test('10006 for more than ten seconds with an exit waiting is an alarm, and its end is reported', () => {
  const { alerts, health, answer } = world(held())
  answer(TOO_FAST, 0)
  answer(TOO_FAST, 9_000)
  expect(alerts).toEqual([expect.stringMatching(/^P3 rate_limit\.near/)])
  answer(TOO_FAST, 11_000)
  expect(alerts[1]).toMatch(
    /^P1 exchange\.down: Bybit has refused every request for 11 s \(10006 Too many visits\), and the exit #\d+ of BTCUSDT is waiting/,
  )
  answer(TOO_FAST, 20_000)
  expect([alerts.length, health]).toEqual([2, ['exchange down']])
  answer(undefined, 21_000)
  expect([alerts[2], health[1]]).toEqual(['P4 exchange.back: Bybit answers again.', 'exchange ok'])
})

test('an answer between begins the ten seconds again', () => {
  const { alerts, answer } = world(held())
  answer(TOO_FAST, 0)
  answer(undefined, 8_000)
  answer(TOO_FAST, 9_000)
  answer(TOO_FAST, 18_000)
  expect(alerts).toHaveLength(1)
})

test('without an exit that waits it is reported all the same: an alarm with a position, an error without', () => {
  const flat = world(new Bench())
  flat.answer(TOO_FAST, 0)
  flat.answer(TOO_FAST, 12_000)
  expect(flat.alerts[1]).toBe(
    'P2 exchange.down: Bybit has refused every request for 12 s (10006 Too many visits). Ballast cannot read or send anything meanwhile. Another program with this address or key may be the cause.',
  )
  const bench = new Bench()
  bench.enter(1, 90)
  const long = world(bench)
  long.answer(TOO_FAST, 0)
  long.answer(TOO_FAST, 12_000)
  expect([long.alerts[1], long.health]).toEqual([expect.stringMatching(/^P1 exchange\.down: .*positions are open/), ['exchange down']])
})
