/**
 * Models of a run in words: what each means, what is refused, and how an impact goes with other slippage.
 */
import { expect, test } from 'vitest'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { type ModelWords, readModelSettings, riskWith, withImpact } from './model-settings.ts'

test.each<readonly [ModelWords, object]>([
  [{}, {}],
  [{ slippageImpact: '0.8' }, { impact: 0.8 }],
  [{ slippageImpact: '0' }, {}],
  [{ maxVolumeShare: '10%' }, { maxVolumeShare: 0.1 }],
  [{ maxVolumeShare: '2.5 %' }, { maxVolumeShare: 0.025 }],
  [{ maxVolumeShare: '0.1' }, { maxVolumeShare: 0.1 }],
  [{ latency: '250ms' }, { latencyMs: 250 }],
  [{ latency: '2s' }, { latencyMs: 2_000 }],
  [{ latency: '0' }, {}],
  [
    { margin: 'isolated', leverage: '12.5' },
    { marginMode: 'isolated', leverage: 12.5 },
  ],
  [{ liquidation: 'stepwise' }, { liquidation: 'stepwise' }],
])('%o', (words, settings) => {
  expect(readModelSettings(words)).toEqual({ ok: true, value: settings })
})

test.each<readonly [ModelWords, keyof ModelWords]>([
  [{ slippageImpact: '-1' }, 'slippageImpact'],
  [{ slippageImpact: '11' }, 'slippageImpact'],
  [{ maxVolumeShare: '0' }, 'maxVolumeShare'],
  [{ maxVolumeShare: '10' }, 'maxVolumeShare'],
  [{ maxVolumeShare: 'all' }, 'maxVolumeShare'],
  [{ latency: '250' }, 'latency'],
  [{ latency: '61m' }, 'latency'],
  [{ margin: 'both' }, 'margin'],
  [{ leverage: '0.5' }, 'leverage'],
  [{ leverage: '101' }, 'leverage'],
  [{ liquidation: 'half' }, 'liquidation'],
])('%o is refused', (words, key) => {
  expect(readModelSettings(words)).toMatchObject({ ok: false, error: { key } })
})

test('an impact takes fixed slippage as half its spread, and does not go with ticks', () => {
  expect(withImpact({ type: 'none' }, 1)).toEqual({ type: 'impact', halfSpreadBps: 0, coefficient: 1 })
  expect(withImpact({ type: 'fixed', bps: 2 }, 1)).toEqual({ type: 'impact', halfSpreadBps: 2, coefficient: 1 })
  expect(withImpact({ type: 'ticks', ticks: 1 }, 1)).toBeUndefined()
  expect(withImpact({ type: 'ticks', ticks: 1 }, undefined)).toEqual({ type: 'ticks', ticks: 1 })
})

test('margin and leverage change the limits, and nothing else does', () => {
  const { research } = RISK_PROFILES
  expect(riskWith(research, { latencyMs: 1 })).toBe(research)
  expect(riskWith(research, { marginMode: 'isolated' }).limits).toEqual({ ...research.limits, marginMode: 'isolated' })
  expect(riskWith(research, { leverage: 5 }).limits).toEqual({ ...research.limits, leverage: 5 })
})
