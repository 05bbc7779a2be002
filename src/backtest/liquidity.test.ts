/**
 * What the volume of bars allows and costs, over random strategies and markets: bounds that no run exceeds, and settings that change nothing.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestsOf } from '../../test/support/talker-runs.ts'
import { lotFloat } from '../market/instrument.ts'

import { type BacktestRequest, runBacktestRequest } from './backtest-run.ts'

const withVolume = (request: BacktestRequest, volumeOf: (volume: number) => number): BacktestRequest => ({
  ...request,
  series: request.series.map((each) => ({ ...each, columns: { ...each.columns, volume: each.columns.volume.map(volumeOf) } })),
})

test.each([
  ['one symbol', [] as readonly string[]],
  ['three symbols over one account', ['ETHUSDT', 'SOLUSDT-SPOT']],
])(
  'orders of a bar together fill no more than its share: %s',
  (_, others) => {
    let partial = 0
    fc.assert(
      fc.property(requestsOf(others), fc.constantFrom(0.01, 0.1, 1), (request, maxVolumeShare) => {
        const { result } = runBacktestRequest({ ...request, maxVolumeShare })
        // It throws by itself now and then.
        expect(result.failure ?? 'enough').toContain('enough')
        const filled = new Map<string, number>()
        const liquidated = new Set<string>()
        for (const { ts, instrument, lots } of result.fills) {
          const key = `${instrument} ${ts}`
          filled.set(key, (filled.get(key) ?? 0) + lots)
        }
        for (const { exitReason, instrument, exitTs } of result.trades)
          if (exitReason === 'liquidation') liquidated.add(`${instrument} ${exitTs}`)
        for (const [key, lots] of filled) {
          const [i, at] = key.split(' ').map(Number) as [number, number]
          const { columns, instrument } = request.series[i] as BacktestRequest['series'][number]
          const most = Math.floor((maxVolumeShare * (columns.volume[columns.ts.indexOf(at)] as number)) / lotFloat(instrument) + 1e-9)
          if (!liquidated.has(key)) expect(lots).toBeLessThanOrEqual(most)
          if (lots === most) partial += 1
        }
      }),
      { numRuns: 40, seed: 9 },
    )
    expect(partial).toBeGreaterThan(50)
  },
  60_000,
)

test('a share that every order fits into changes nothing', () => {
  let fills = 0
  fc.assert(
    fc.property(requestsOf(['ETHUSDT', 'SOLUSDT-SPOT']), (random) => {
      const request = withVolume(random, () => 1e9)
      const plain = runBacktestRequest(request)
      expect(runBacktestRequest({ ...request, maxVolumeShare: 1 }).result).toEqual(plain.result)
      fills += plain.result.fills.length
    }),
    { numRuns: 30, seed: 10 },
  )
  expect(fills).toBeGreaterThan(300)
}, 60_000)

test('an impact of 0 is none', () => {
  fc.assert(
    fc.property(requestsOf([]), (request) => {
      const plain = runBacktestRequest({ ...request, slippage: { type: 'none' } })
      expect(runBacktestRequest({ ...request, slippage: { type: 'impact', halfSpreadBps: 0, coefficient: 0 } }).result).toEqual(
        plain.result,
      )
    }),
    { numRuns: 30, seed: 11 },
  )
}, 60_000)
