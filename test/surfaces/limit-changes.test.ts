/**
 * `limits changes`: who changed which risk setting, from what to what; at the terminal, in chat and over REST the same rows.
 */
import { describe, expect, test } from 'vitest'
import { shownChange } from '../../api/commands/groups/limit-changes.ts'
import type { RiskChange } from '../../api/ports/ports.ts'
import { by, makeWorld } from '../support/command-world.ts'

const change = (over: Partial<RiskChange>): RiskChange => ({
  seq: 1,
  ts: 900_000,
  target: 'account',
  key: 'dayLoss',
  from: null,
  to: '3%',
  actor: '@ann',
  surface: 'telegram',
  until: null,
  ...over,
})

describe('changes of risk settings', () => {
  test('newest first, with the value before and after, the person, the time and the way', async () => {
    const world = makeWorld()
    world.riskChanges = [
      change({ seq: 3, from: '4%', to: null, actor: 'timer', surface: null }),
      change({ seq: 2, key: 'position', target: 'symbol BTCUSDT', to: '10%', actor: 'key grafana', surface: 'rest', until: 1_900_000 }),
      change({ seq: 1 }),
    ]
    const { reply } = await world.runner.runLine('limits changes', by('viewer'))
    expect(reply.fields.map(({ name, value }) => [name, value.split('\n')[0]])).toEqual([
      ['dayLoss', '4% → 5% (configuration)'],
      ['position of BTC', expect.stringMatching(/^not set → 10%, until /)],
      ['dayLoss', '5% (configuration) → 3%'],
    ])
    expect(reply.fields.map(({ value }) => value.split('\n')[1])).toEqual([
      expect.stringMatching(/by timer \(its time was over\)$/),
      expect.stringMatching(/by key grafana \(REST\)$/),
      expect.stringMatching(/by @ann \(Telegram\)$/),
    ])
  })

  test('as many as asked for, and where the older ones are', async () => {
    const world = makeWorld()
    world.riskChanges = [3, 2, 1].map((seq) => change({ seq }))
    const { reply } = await world.runner.runLine('limits changes 2', by('viewer'))
    expect(reply.fields).toHaveLength(2)
    expect(reply.text).toContain('/limits changes 4')
    expect((await world.runner.runLine('limits changes 0', by('viewer'))).reply.text).toContain('use a number from 1 to 50')
  })

  test('nothing was changed', async () => {
    expect((await makeWorld().runner.runLine('limits changes', by('viewer'))).reply.title).toBe('Risk settings: no changes')
  })

  test('a value that nothing was set for is none, of a strategy that is not configured too', () => {
    const { riskSettings } = makeWorld().ports.system
    expect(shownChange(change({ target: 'strategy gone', key: 'gross', to: null, from: '50%' }), riskSettings)).toMatchObject({
      from: '50%',
      to: null,
    })
  })
})
