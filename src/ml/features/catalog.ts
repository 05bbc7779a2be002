/**
 * The feature functions by name: our own, and every indicator.
 */
import { findIndicator } from '../../indicators/registry.ts'
import type { FeatureFunction } from './feature-function.ts'
import { INDICATOR_FEATURES } from './functions/indicators.ts'
import { OTHER_FEATURES } from './functions/others.ts'
import { PRICE_FEATURES } from './functions/prices.ts'

export const FEATURE_FUNCTIONS: readonly FeatureFunction[] = [...PRICE_FEATURES, ...OTHER_FEATURES, ...INDICATOR_FEATURES]

/** Indicators are found by their aliases too. */
export const findFeatureFunction = (name: string): FeatureFunction | undefined =>
  FEATURE_FUNCTIONS.find((each) => each.name === name) ?? FEATURE_FUNCTIONS.find((each) => each.name === (findIndicator(name)?.name ?? ''))
