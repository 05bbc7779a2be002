/**
 * `/strategy NAME canary`: a new version as a shadow. Who may do what, what is asked, and that promotion goes the way of any other change.
 */
import { expect, test } from 'vitest'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { Canaries, CanaryReport } from '../../api/ports/twin-ports.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { NO_CANARIES } from '../support/no-twin.ts'
import { strategyRowOf } from '../support/strategy-row.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const REPORT: CanaryReport = {
  strategy: 'trend',
  candidate: { params: { fast: '9' }, codeHash: null },
  startedTs: AT - 86_400_000,
  startedBy: 'telegram:1',
  to: AT,
  bars: 1_440,
  verdict: 'promote',
  decidedTs: AT - 60_000,
  count: 412,
  least: 100,
  alpha: 0.05,
  meanBp: 0.31,
  lowBp: 0.012,
  highBp: 0.608,
  running: { result: '-3.5', trades: 4, denied: 0, failure: null },
  shadow: { result: '12', trades: 6, denied: 2, failure: null },
}

function worldWith(canaries: Partial<Canaries>, profile?: 'live') {
  const world = makeWorld(profile)
  const calls: unknown[][] = []
  const noted =
    <T>(name: string, answer: T) =>
    async (...given: unknown[]) => {
      calls.push([name, ...given])
      return answer
    }
  const ports = {
    ...world.ports,
    reads: { ...world.ports.reads, strategies: async () => [strategyRowOf('trend', 'BTCUSDT')] },
    canaries: {
      ...NO_CANARIES,
      start: noted('start', { params: { fast: '9' }, codeHash: null }),
      end: noted('end', true),
      ...canaries,
    },
  }
  return { world, calls, runner: new CommandRunner(ports) }
}

test('its state, readable by who only looks: both results, the edge with its bounds, the verdict', async () => {
  const { runner } = worldWith({ find: async () => REPORT })
  const { reply } = await runner.runLine('strategy trend canary', by('viewer'))
  expect(reply.title).toBe('Canary of trend: promote')
  expect(reply.fields).toEqual([
    { name: 'New', value: 'fast=9' },
    { name: 'Since', value: '2026-01-04 12:00 UTC (24 h), 1440 bars' },
    { name: 'Running', value: '-3.50 USDT, 4 trades' },
    { name: 'New version', value: '+12.00 USDT, 6 trades, 2 denied' },
    { name: 'Differ', value: 'on 412 bars' },
    { name: 'Edge', value: '+0.310 bp a bar, surely +0.012 to +0.608' },
    { name: 'Decided', value: '11:59:00 UTC' },
  ])
  expect(reply.text).toContain('at most 5 % of cases, however often you look')
})

test('an admin begins and ends one at once, since no order can come of it; nobody else does', async () => {
  const { runner, calls, world } = worldWith({})
  expect((await runner.runLine('strategy trend canary start fast=9', by('trader'))).reply.tone).not.toBe('ok')
  expect(calls).toEqual([])
  const begun = await runner.runLine('strategy trend canary start fast=9', by('admin'))
  expect(begun.reply.title).toBe('The canary of trend has begun')
  expect(calls).toEqual([['start', 'trend', { fast: '9' }, 'telegram:1']])
  const ended = await runner.runLine('strategy trend canary rollback', by('admin'))
  expect(ended.reply.title).toBe('The canary of trend is stopped')
  expect(calls.at(-1)).toEqual(['end', 'trend'])
  expect(world.sent).toEqual([])
})

test('promotion asks, and sends nothing before it is answered', async () => {
  const { runner, calls, world } = worldWith({ find: async () => REPORT, candidate: async () => REPORT.candidate })
  world.preview = { status: 'done', text: 'trend: fast 12 to 9.', keys: ['seen-1'] }
  const asked = await runner.runLine('strategy trend canary promote', by('admin'))
  expect(asked.reply.title).toBe('Promote the canary of trend?')
  expect(asked.reply.fields.slice(0, 2)).toEqual([
    { name: 'Test says', value: 'promote: it earns more' },
    { name: 'New', value: 'fast=9' },
  ])
  expect(asked.reply.text).toContain('fast 12 to 9')
  expect(asked.confirmation).toBeDefined()
  expect([calls, world.sent]).toEqual([[], []])
})

test('without one, and with one whose file has changed since, it says what to do', async () => {
  const none = await worldWith({}).runner.runLine('strategy trend canary promote', by('admin'))
  expect([none.status, none.reply.title]).toEqual(['refused', 'trend has no canary'])
  const changed = { problem: 'refused' as const, sentence: 'trend.ts has changed since the canary began.', next: 'Begin it again.' }
  const stale = await worldWith({ candidate: async () => changed }).runner.runLine('strategy trend canary promote', by('admin'))
  expect([stale.status, stale.reply.title, stale.reply.text]).toEqual(['refused', changed.sentence, changed.next])
  const wrong = await worldWith({}).runner.runLine('strategy trend canary begin', by('admin'))
  expect(wrong.reply.text ?? wrong.reply.title).toContain('start')
})
