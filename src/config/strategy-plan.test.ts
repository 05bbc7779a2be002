/**
 * Strategies, parameters and symbols of a configuration: what is wrong is said before anything starts, in words of the trade.
 */
import { plansOf } from './plans.ts'
import { expect, test } from 'vitest'
import { STRATEGIES } from '../strategy/registry.ts'

import { loadConfig } from './config.ts'
import { planOf } from './strategy-plan.ts'

test.each([
  [{ fats: 10 }, "ema-cross: there is no parameter 'fats'. Did you mean fast?"],
  [{ stopAtr: '1,5' }, 'ema-cross: parameter stopAtr must be a number, not "1,5". Write it as 1.5, without quotes.'],
  [{ fast: 0 }, 'ema-cross: parameter fast must be at least 1, not 0.'],
])('%j is refused by name', (params, problem) => {
  expect(planOf({ strategy: 'ema-cross', symbols: ['BTCUSDT'], params })).toEqual({ ok: false, error: problem })
})

function refused(strategies: readonly object[], manual: readonly string[] = []): string | undefined {
  const env = { BALLAST__STRATEGIES: JSON.stringify(strategies), BALLAST__MANUAL__SYMBOLS: JSON.stringify(manual) }
  const loaded = loadConfig({ cwd: '/nonexistent', env, flags: {}, files: [] })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const plans = plansOf(loaded.value.values, { catalog: STRATEGIES, modules: [], lines: [], broken: [] })
  return plans.ok ? undefined : plans.error.sentence
}

test('symbols in the spelling of other tools are refused with the one that is meant', () => {
  const of = (...symbols: string[]): string | undefined => refused([{ strategy: 'ema-cross', symbols }])
  expect(of('BTC/USDT:USDT')).toBe('BTC/USDT:USDT is not a valid symbol. Did you mean BTCUSDT?')
  expect(of('BYBIT:BTCUSDT.P')).toContain('Did you mean BTCUSDT?')
  expect(of('btcusdt')).toContain('Did you mean BTCUSDT?')
  expect(of('BTCUSDT', 'ETHUSDT-SPOT')).toBeUndefined()
  expect(of('BTCUSDT', '1000BONKUSDT')).toMatch(/^The simulator has no 1000BONKUSDT\./)
  expect(of('BTCUSTD')).toMatch(/^The simulator has no BTCUSTD\. Did you mean BTCUSDT\? Symbols: BTCUSDT, ETHUSDT, /)
  expect(refused([{ strategy: 'ema-cross', symbols: ['BTCUSDT'] }], ['eth-usdt'])).toContain('Did you mean ETHUSDT?')
})

test('a symbol that is twice in one strategy is said as that', () => {
  expect(refused([{ strategy: 'ema-cross', symbols: ['BTCUSDT', 'BTCUSDT'] }])).toBe('BTCUSDT is listed twice in ema-cross.')
})

test('nothing to trade by hand is nothing, and the default is that of the generated market', () => {
  const of = (env: Record<string, string>): readonly string[] => {
    const loaded = loadConfig({ cwd: '/nonexistent', env, flags: {}, files: [] })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
    const plans = plansOf(loaded.value.values, { catalog: STRATEGIES, modules: [], lines: [], broken: [] })
    if (!plans.ok) throw new Error(plans.error.sentence)
    return plans.value.manual
  }
  expect(of({})).toEqual(['XRPUSDT'])
  expect(of({ BALLAST__MANUAL__SYMBOLS: '[]' })).toEqual([])
  expect(of({ BALLAST__MANUAL__SYMBOLS: '["ADAUSDT"]' })).toEqual(['ADAUSDT'])
  expect(of({ BALLAST__BYBIT__URL: 'http://127.0.0.1:9' })).toEqual([])
})
