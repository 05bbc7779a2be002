/**
 * Bars that are passed over against bars that are walked: the same run with and without, over random strategies, orders and markets.
 */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { requestsOf } from '../../test/support/talker-runs.ts'
import { Matcher } from '../venue/sim/matcher.ts'
import { runFigures } from './backtest-run.ts'
import { QuietSpan } from './quiet-span.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('quiet bars', () => {
  test('a run that passes over them is the run that walks each of them, to the last unit', () => {
    let fills = 0
    let passed = 0
    fc.assert(
      fc.property(requestsOf([]), (request) => {
        const play = vi.spyOn(QuietSpan.prototype, 'play')
        const { result } = runFigures(request)
        for (const { value } of play.mock.results) passed += Number(value)
        play.mockReturnValue(0)
        const calm = vi.spyOn(Matcher.prototype, 'calmPrices').mockReturnValue(undefined)
        const walked = runFigures(request).result
        play.mockRestore()
        calm.mockRestore()
        expect(result).toEqual(walked)
        fills += result.fills.length
      }),
      { numRuns: 150, seed: 5 },
    )
    // Else it would show nothing.
    expect(fills).toBeGreaterThan(1_000)
    expect(passed).toBeGreaterThan(10_000)
  }, 60_000)

  test('single bars are passed over where several symbols share the account', () => {
    let fills = 0
    fc.assert(
      fc.property(requestsOf(['ETHUSDT', 'SOLUSDT-SPOT']), (request) => {
        const { result } = runFigures(request)
        const calm = vi.spyOn(Matcher.prototype, 'calmPrices').mockReturnValue(undefined)
        const walked = runFigures(request).result
        calm.mockRestore()
        expect(result).toEqual(walked)
        fills += result.fills.length
      }),
      { numRuns: 100, seed: 6 },
    )
    expect(fills).toBeGreaterThan(1_000)
  }, 60_000)
})
