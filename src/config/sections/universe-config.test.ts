/**
 * A universe as it is written: what it means, and the sentence where it cannot be meant.
 */
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/units.ts'
import { counting } from '../strategy-changes.ts'
import { configSchema } from './config-schema.ts'
import { type PlanSpec, planOf } from '../strategy-plan.ts'
import { type UniverseSpec, universeAmong } from './universe-config.ts'

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
const planned = (universe: UniverseSpec, more: Partial<PlanSpec> = {}) =>
  planOf({ strategy: 'momentum-rotation', symbols: SYMBOLS, universe, ...more })

test('what is left out of a universe: by volume of a week, each day, nothing else', () => {
  const plan = planned({ take: 2 })
  expect(plan.ok && plan.value.universe).toEqual({
    take: 2,
    by: 'volume',
    overMs: 7 * DAY_MS,
    everyMs: DAY_MS,
    white: [],
    black: [],
    cooldownMs: 0,
  })
})

test('spans become milliseconds', () => {
  const plan = planned({ take: 1, over: '36h', every: '4h', minAge: '30d', cooldown: '2d' })
  expect(plan.ok && plan.value.universe).toMatchObject({
    overMs: 36 * HOUR_MS,
    everyMs: 4 * HOUR_MS,
    minAgeMs: 30 * DAY_MS,
    cooldownMs: 2 * DAY_MS,
  })
})

test.each<[UniverseSpec, Partial<PlanSpec>, string]>([
  [{ take: 1, black: ['XRPUSDT'] }, {}, 'momentum-rotation: XRPUSDT is in a list of its universe, and not in its symbols.'],
  [{ take: 2, white: ['BTCUSDT'], black: ['BTCUSDT'] }, {}, 'momentum-rotation: BTCUSDT is in both lists of its universe.'],
  [{ take: 1, white: ['BTCUSDT', 'ETHUSDT'] }, {}, 'momentum-rotation: its universe takes 1, and 2 symbols are on the white list.'],
  [
    { take: 1, minVolatility: 5, maxVolatility: 4 },
    {},
    'momentum-rotation: minVolatility of its universe is above maxVolatility (5 and 4).',
  ],
  [
    { take: 1 },
    { strategy: 'pairs', symbols: ['BTCUSDT', 'ETHUSDT'] },
    'pairs: its symbols have roles (left, right), so there is nothing to select among: leave out universe.',
  ],
])('a universe that cannot be: %j %j', (universe, more, sentence) => {
  expect(planned(universe, more)).toEqual({ ok: false, error: sentence })
})

test.each([
  [{ take: 0 }, 'take'],
  [{}, 'take'],
  [{ take: 1, every: '10m' }, 'every'],
  [{ take: 1, over: 'a week' }, 'over'],
  [{ take: 1, by: 'luck' }, 'by'],
  [{ take: 1, often: '1d' }, 'often'],
])('a configuration with the universe %j is refused at its key', (universe, key) => {
  const parsed = configSchema.safeParse({ strategies: [{ strategy: 'ema-cross', symbols: SYMBOLS, universe }] })
  expect(JSON.stringify(parsed.error?.issues)).toContain(`"${key}"`)
})

test('a strategy that is changed while Ballast runs keeps its universe, without the symbols that it has lost', () => {
  const universe = { take: 1, white: ['BTCUSDT'], black: ['SOLUSDT'] }
  const spec = { strategy: 'ema-cross', symbols: ['BTCUSDT', 'ETHUSDT'], universe: universeAmong(universe, ['BTCUSDT', 'ETHUSDT']) }
  const counted = counting(configSchema.parse({}), [{ id: 'ema-cross', spec, actor: 'test', atMs: 0 }])
  expect(counted.strategies?.find(({ strategy }) => strategy === 'ema-cross')?.universe).toEqual({
    take: 1,
    white: ['BTCUSDT'],
    black: [],
  })
})
