/**
 * A strategy that says what cannot be, now and then: everything else it leaves to the one that it is in for.
 */
import { lots, ticks } from '../../src/core/units.ts'
import type { StrategyContext, StrategyDefinition, StrategyState } from '../../src/strategy/strategy.ts'

const REASON = { rule: 'odd', values: {} }

const ODDITIES: readonly ((context: StrategyContext, state: Record<string, unknown>) => unknown)[] = [
  ({ signal }) => signal({ side: 1, strength: 1, stop: ticks(Number.NaN), reason: REASON }),
  ({ signal, bars }) => signal({ side: 1, strength: 1, stop: ticks(bars.close(0) * 0.987 + 0.25), reason: REASON }),
  ({ signal, bars }) => signal({ side: -1, strength: 1, stop: ticks(bars.close(0) - 10), reason: REASON }),
  ({ signal }) => signal({ side: 1, strength: Number.POSITIVE_INFINITY, reason: REASON }),
  ({ signal, position }) => signal({ side: 0, strength: 1, reason: { rule: 'odd', values: { position: lots(position) / 0 } } }),
  (_, state) => {
    state['count'] = 10n
  },
  (_, state) => {
    state['self'] = state
  },
  () => {
    throw new Error('odd')
  },
  async () => {},
]

export function oddNowAndThen(of: StrategyDefinition, seed: number): StrategyDefinition {
  const period = 7 + (seed % 11)
  return {
    ...of,
    init: (params) => ({ inner: of.init(params), bars: 0 }),
    onBar: (context, state) => {
      const own = state as { readonly inner: StrategyState; bars: number } & Record<string, unknown>
      own.bars += 1
      of.onBar(context, own.inner)
      if (own.bars % period === 0) return ODDITIES[(seed + own.bars / period) % ODDITIES.length]?.(context, own) as undefined
    },
  }
}
