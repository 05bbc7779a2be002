/**
 * `universe`: which symbols of a strategy take entries and why not the others, in chat and terminal and over REST.
 */
import { expect, test } from 'vitest'
import { toStrategies } from '../../api/shapes/account-shapes.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { StrategyRow, UniverseStanding } from '../../src/journal/row.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { strategyRowOf } from '../support/strategy-row.ts'

const DAY = 86_400_000
const AT = Date.UTC(2026, 0, 5)
const standing = (verdict: string, volume: number, more: Partial<UniverseStanding> = {}): UniverseStanding => ({
  verdict,
  since: AT - DAY,
  at: AT,
  everyMs: DAY,
  measure: { isTraded: true, volume, volatility: 3.14, spreadBps: 0.5 },
  ...more,
})
const ROWS = [
  strategyRowOf('rotation', 'ADAUSDT', { universe: standing('rank', 900, { since: null }) }),
  strategyRowOf('rotation', 'BTCUSDT', { universe: standing('chosen', 2_345_678_901) }),
  strategyRowOf('rotation', 'ETHUSDT', { universe: standing('white', 1_234_567) }),
  strategyRowOf('rotation', 'SOLUSDT', { universe: standing('rank', 2_000) }),
  strategyRowOf('rotation', 'XRPUSDT', { universe: standing('unmeasured', 0, { at: AT, since: null, measure: null }) }),
  strategyRowOf('trend', 'BNBUSDT'),
]

function runnerOf(rows: readonly StrategyRow[]) {
  const { ports } = makeWorld()
  return new CommandRunner({ ...ports, reads: { ...ports.reads, strategies: async () => rows } })
}

test('universe: those that take entries come first, the others with their reason, what was measured, and when it was selected', async () => {
  const { reply } = await runnerOf(ROWS).runLine('universe', by('viewer'))
  expect(reply.title).toBe('Universe of rotation')
  expect(reply.table?.rows).toEqual([
    ['●', 'BTC', '2.3B', '3.1 %', '0.5 bp'],
    ['●', 'ETH', '1.2M', '3.1 %', '0.5 bp'],
    ['○', 'ADA', '900', '3.1 %', '0.5 bp'],
    ['○', 'SOL', '2.0k', '3.1 %', '0.5 bp'],
    ['○', 'XRP', '–', '–', '–'],
  ])
  expect(reply.fields?.slice(0, 3)).toEqual([
    { name: 'takes entries', value: 'BTC, ETH' },
    { name: 'others rank higher', value: 'ADA, SOL' },
    { name: 'not measured yet', value: 'XRP' },
  ])
  expect(reply.fields?.[3]?.value).toMatch(/^2026-01-05 .*, next /)
})

test('universe: a strategy without one, and one that is not there', async () => {
  const without = await runnerOf(ROWS).runLine('universe trend', by('viewer'))
  expect([without.reply.title, without.reply.text]).toEqual([
    'trend has no universe',
    'All its symbols take entries: BNB. A universe is set in the configuration, strategies[].universe.',
  ])
  const none = await runnerOf([]).runLine('universe', by('viewer'))
  expect(none.reply.title).toBe('No strategy has a universe')
  const wrong = await runnerOf(ROWS).runLine('universe rotatoin', by('viewer'))
  expect([wrong.reply.title, wrong.reply.buttons?.[0]?.label]).toEqual(['There is no strategy rotatoin', 'rotation'])
})

test('over REST a strategy says which of its symbols take entries, and null where it has no universe', () => {
  const [rotation, trend] = toStrategies(ROWS, [])
  expect(trend?.universe).toBeNull()
  expect(rotation?.universe?.selectedAt).toBe('2026-01-05T00:00:00.000Z')
  expect(rotation?.universe?.symbols.map(({ symbol, takesEntries, verdict, since }) => [symbol, takesEntries, verdict, since])).toEqual([
    ['ADAUSDT', false, 'rank', null],
    ['BTCUSDT', true, 'chosen', '2026-01-04T00:00:00.000Z'],
    ['ETHUSDT', true, 'white', '2026-01-04T00:00:00.000Z'],
    ['SOLUSDT', false, 'rank', '2026-01-04T00:00:00.000Z'],
    ['XRPUSDT', false, 'unmeasured', null],
  ])
  expect(rotation?.universe?.symbols[1]).toMatchObject({ volumePerDay: 2_345_678_901, volatilityPercent: 3.14, spreadBps: 0.5 })
})
