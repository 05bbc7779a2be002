/**
 * What a feature is made by: a named function over bars with a version, parameters and outputs, and one incremental state.
 * The version belongs to the meaning: another formula under the same name would change models that were trained on the old one.
 */
import type { IndicatorBar, IndicatorParam, IndicatorParams } from '../../indicators/catalog.ts'
import type { FundingRates } from '../../market/funding-rates.ts'

/** What a function may look at when a bar of its interval closes. */
export interface FeatureInput {
  readonly bar: IndicatorBar
  /** Ms UTC; all that is known here was known at this instant. */
  readonly closeTs: number
  /** The bar of the other symbol that closed at the same instant; undefined where none did. */
  readonly other: IndicatorBar | undefined
  /** Settled funding of the symbol. */
  readonly funding: FundingRates
}

export interface FeatureRun {
  /** Plain data that the step changes in place. */
  readonly state: object
  /** Writes one value an output into `out`, NaN while not ready. */
  readonly step: (input: FeatureInput, out: Float64Array) => void
}

export interface FeatureFunction {
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly params: readonly IndicatorParam[]
  readonly outputs: readonly string[]
  /** `other`: compares with a second symbol; `funding`: reads funding rates. */
  readonly needs?: 'other' | 'funding'
  readonly conflict?: (params: IndicatorParams) => string | undefined
  /** @param kept the `state` of a run with the same parameters, or a copy of it */
  readonly start: (params: IndicatorParams, kept?: object) => FeatureRun
}
