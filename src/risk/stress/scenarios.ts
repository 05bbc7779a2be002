/**
 * The scenarios of a stress test: how far each position moves, and what is paid besides; each formula stands here and in docs/measures.md.
 */
import { normalQuantile } from '../../portfolio/results/statistics.ts'

export const SCENARIO_NAMES = ['btc-crash', 'btc-rally', 'vol-double', 'correlation-one', 'funding-spike', 'outage'] as const
export type ScenarioName = (typeof SCENARIO_NAMES)[number]

/** A position as a scenario sees it. */
export interface Exposed {
  /** Quantity times mark, signed, in the settlement coin. */
  readonly notional: number
  readonly isSpot: boolean
  readonly beta: number
  readonly dayVolatility: number
}

export interface Shock {
  /** Change of each position's price, as a fraction: -0.2 is a fall of 20 %. */
  readonly moves: readonly number[]
  /** Paid besides, in the settlement coin. */
  readonly cost: number
  /** Whether stops fill at their prices on the way. */
  readonly doStopsHold: boolean
}

export const SHOCKS = {
  /** Of BTC. */
  btcMove: 0.2,
  /** One-sided confidence of a day's move. */
  confidence: 0.99,
  volatilityMultiple: 2,
  /** A settlement, against each position: the most that Bybit's BTC, ETH, SOL, BNB and ADA perpetuals charged from September 2025 to July 2026 was 0.56 %. */
  fundingRate: 0.005,
  fundingSettlements: 3,
  outageHours: 4,
} as const

/** 2.326 deviations. */
const Z = -normalQuantile(1 - SHOCKS.confidence)

export function shockOf(name: ScenarioName, positions: readonly Exposed[], correlation: readonly (readonly number[])[]): Shock {
  const moving = (move: (position: Exposed, at: number) => number, doStopsHold = true): Shock => ({
    moves: positions.map((position, at) => Math.max(-1, move(position, at))),
    cost: 0,
    doStopsHold,
  })
  const against = ({ notional }: Exposed): number => -Math.sign(notional)
  switch (name) {
    case 'btc-crash':
      return moving(({ beta }) => -SHOCKS.btcMove * beta)
    case 'btc-rally':
      return moving(({ beta }) => SHOCKS.btcMove * beta)
    case 'vol-double': {
      const moves = likeliestMoves(positions, correlation, Z * SHOCKS.volatilityMultiple)
      return moving((_, at) => moves[at] as number)
    }
    case 'correlation-one':
      return moving((position) => against(position) * Z * position.dayVolatility)
    case 'funding-spike': {
      const held = positions.reduce((sum, { notional, isSpot }) => sum + (isSpot ? 0 : Math.abs(notional)), 0)
      return { moves: positions.map(() => 0), cost: held * SHOCKS.fundingRate * SHOCKS.fundingSettlements, doStopsHold: true }
    }
    case 'outage': {
      const share = Math.sqrt(SHOCKS.outageHours / 24)
      return moving((position) => against(position) * Z * SHOCKS.volatilityMultiple * position.dayVolatility * share, false)
    }
  }
}

/** The likeliest moves among those that cost `deviations` of the book's result: -deviations x covariance x notionals / deviation of the book. */
function likeliestMoves(positions: readonly Exposed[], correlation: readonly (readonly number[])[], deviations: number): number[] {
  const marginal = positions.map((a, i) =>
    positions.reduce((sum, b, j) => sum + (correlation[i]?.[j] ?? 0) * a.dayVolatility * b.dayVolatility * b.notional, 0),
  )
  const variance = positions.reduce((sum, { notional }, i) => sum + notional * (marginal[i] as number), 0)
  return marginal.map((value) => (variance > 0 ? (-deviations * value) / Math.sqrt(variance) : 0))
}
