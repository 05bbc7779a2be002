/**
 * A strategy over two symbols and three intervals, for parity, worlds and benchmarks: the one that has risen more is sold, the other bought.
 * Simple on purpose: it reads every interval of both symbols and trades often.
 */
import { type MarketsContext, defineStrategy, ticksFromFloat, z } from '../../src/strategy/sdk.ts'

const params = z.strictObject({
  /** Names of the two longer intervals. */
  middle: z.string().default('15m'),
  long: z.string().default('1h'),
  band: z.coerce.number().positive().default(0.002),
  stop: z.coerce.number().positive().default(0.02),
})
type Params = z.infer<typeof params>

interface State extends Params {
  /** What it holds of the first: 1, -1 or 0. */
  side: number
  calls: number
}

export const twoMarkets = defineStrategy<Params, State>({
  contract: 2,
  name: 'two-markets',
  version: 1,
  summary: 'Sells what has risen more than its mean, buys the other.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['first', 'second'],
  history: () => 3,
  intervals: (p) => ({ [p.middle]: 2, [p.long]: 3 }),
  warmup: () => 0,
  init: (p) => ({ ...p, side: 0, calls: 0 }),
  onBar(context, state) {
    state.calls += 1
    if (!context.hasClosed(state.middle)) return
    const spread = lead(context, state, 'first') - lead(context, state, 'second')
    const side = spread > state.band ? -1 : spread < -state.band ? 1 : spread * state.side < 0 ? state.side : 0
    if (side === state.side) return
    state.side = side
    const reason = { rule: side === 0 ? 'back at the mean' : 'apart', values: { spread } }
    for (const [k, market] of context.markets.entries()) {
      const of = k === 0 ? side : -side
      if (of !== 1 && of !== -1) market.signal({ side: 0, strength: 1, reason })
      else
        market.signal({
          side: of,
          strength: 1,
          stop: ticksFromFloat(market.bars.close(0) * (1 - of * state.stop), of === 1 ? 'floor' : 'ceil'),
          reason,
        })
    }
  },
})

/** How far a market stands above the mean of its longer bars, as a part of it. */
function lead(context: MarketsContext, { long, middle }: State, name: string): number {
  const market = context.market(name)
  const hours = market.higher(long)
  const mean = (hours.close(0) + hours.close(1) + hours.close(2) + market.bars.close(2)) / 4
  return market.higher(middle).close(0) / mean - 1
}
