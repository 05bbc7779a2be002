/**
 * A strategy that does what funding, mark and spread say, for parity and recovery: simple on purpose, it trades at almost each settlement.
 */
import { defineStrategy, ticksFromFloat, z } from '../../src/strategy/sdk.ts'

const params = z.strictObject({ stop: z.coerce.number().positive().default(0.03) })

interface State {
  readonly stop: number
  /** Instant of the settlement that it has acted on. */
  at: number
  /** What it saw, so that the same can be shown to have been seen elsewhere. */
  seen: (readonly [now: number, market: string, at: number | null, rate: number | null, mark: number])[]
}

export const rateFollower = defineStrategy<z.infer<typeof params>, State>({
  contract: 2,
  name: 'rate-follower',
  version: 1,
  summary: 'Takes the side that the last settlement paid, anew at each settlement.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 0,
  init: ({ stop }) => ({ stop, at: 0, seen: [] }),
  onBar({ markets, now }, state) {
    const newest = Math.max(...markets.map(({ funding }) => funding?.at ?? 0))
    if (newest === state.at) return
    state.at = newest
    for (const { name, bars, funding, mark, signal, position, spreadBps } of markets) {
      state.seen.push([now, name, funding?.at ?? null, funding?.rate ?? null, mark])
      if (funding === undefined) continue
      const side = funding.rate > 0.00005 ? -1 : 1
      if (position * side > 0) signal({ side: 0, strength: 1, reason: { rule: 'paid', values: { rate: funding.rate } } })
      else {
        const stop = ticksFromFloat(bars.close(0) * (1 - side * state.stop), side === 1 ? 'floor' : 'ceil')
        signal({ side, strength: 1, stop, reason: { rule: 'rate', values: { rate: funding.rate, spread: spreadBps ?? 0 } } })
      }
    }
  },
})
