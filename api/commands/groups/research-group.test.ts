/**
 * The words of `/backtest`: parameters of the strategy and models of the simulation do not mix.
 */
import { expect, test } from 'vitest'
import { RESEARCH_COMMANDS } from './research-group.ts'

test('models of the simulation are apart from the parameters of a strategy', () => {
  const backtest = RESEARCH_COMMANDS.find(({ name }) => name === 'backtest')
  const words = ['ema-cross', 'BTC', '90d', 'fast=5', 'latency=3', 'sim.latency=250ms', 'sim.maxVolumeShare=10%']
  expect(backtest?.read?.(words)).toEqual({
    what: 'ema-cross',
    symbol: 'BTC',
    range: '90d',
    params: { fast: '5', latency: '3' },
    models: { latency: '250ms', maxVolumeShare: '10%' },
  })
  expect(backtest?.args.safeParse({ what: 'ema-cross', models: { speed: '1' } }).success).toBe(false)
})
