/**
 * Parameters of the strategy, and what it knows from bar to bar: plain data.
 */
import { z } from 'zod'
import type { Atr } from '../../../indicators/bands/atr.ts'
import type { LineRunState } from '../../../ml/champion/line-run.ts'
import { flagParam } from '../flag-param.ts'
import type { PerMarket } from '../per-market.ts'

export const params = z.strictObject({
  model: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is the name of a line of models: small letters, digits and -')
    .default('main')
    .describe('name of the line of models whose champion it trades'),
  costBps: z.coerce.number().min(0).max(1000).default(11).describe('costs of getting in and out in basis points'),
  margin: z.coerce.number().min(0).max(100).default(1.5).describe('how many times its costs the expected move has to be at an entry'),
  leaveBps: z.coerce
    .number()
    .min(-1000)
    .max(1000)
    .default(0)
    .describe('expected move in the direction of the position in basis points, below which it leaves'),
  atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
  stopAtr: z.coerce.number().positive().max(50).default(4).describe('distance of the stop in ATRs'),
  maxBars: z.coerce.number().int().min(0).max(100_000).default(576).describe('bars after which it leaves, 0 for never'),
  maxDrift: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('share of the importance that may lie in drifted features while it takes entries'),
  calm: z.coerce.number().int().min(0).max(10_000).default(12).describe('bars without entries after a row unlike those of the training'),
  short: flagParam(true).describe('allow short positions'),
})
export type MlParams = z.infer<typeof params>

export type AsideCode = 'no-model' | 'no-side' | 'expired' | 'drift' | 'outlier'

/** Plain data. */
export interface Aside {
  readonly code: AsideCode
  /** Market time at which it began, ms. */
  readonly since: number
  readonly values: Readonly<Record<string, number | string>>
}

export interface MarketState {
  readonly atr: Atr
  /** Open instant of the newest bar that it has seen, and the newest settlement. */
  seenTs: number
  fundedTs: number
  prediction: number | null
  expectedBps: number | null
  /** Of the newest row, mean squared standardized feature. */
  distance: number | null
}

export interface State {
  readonly params: MlParams
  readonly markets: PerMarket<MarketState>
  /** Why it takes no entries. */
  aside: Aside | null
  /** Bars since the newest row that was unlike the training; absent: there was none. */
  sinceOutlier?: number
  memory: { readonly symbols: readonly string[]; readonly run: LineRunState } | null
}
