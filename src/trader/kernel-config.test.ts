/**
 * What the kernel is given of a plan: the identity of a strategy says all that its state depends on.
 */
import { expect, test } from 'vitest'
import { instrumentIndex } from '../core/units.ts'
import { makeInstrument } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { kernelConfigOf } from './kernel-config.ts'
import { planOf } from '../config/strategy-plan.ts'

const BTC = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })

function identityOf(intervalMs: number, params: Readonly<Record<string, unknown>> = {}): string | undefined {
  const plan = planOf({ strategy: 'ema-cross', symbols: ['BTCUSDT'], params })
  if (!plan.ok) throw new Error(plan.error)
  const given = { profile: 'sim', tag: 'tests1', intervalMs, risk: RISK_PROFILES.sim, plans: [plan.value], manual: [] }
  return kernelConfigOf(given, [BTC]).strategies[0]?.identity
}

test('a strategy is another one with other parameters, and with bars of another length', () => {
  expect(identityOf(60_000)).toBe(identityOf(60_000))
  expect(identityOf(900_000)).not.toBe(identityOf(60_000))
  expect(identityOf(60_000, { fast: 5 })).not.toBe(identityOf(60_000))
})
