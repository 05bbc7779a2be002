/**
 * The indicators by name.
 */
import { AVERAGES } from './averages/averages.ts'
import type { IndicatorEntry } from './catalog.ts'
import { OSCILLATORS } from './oscillators/oscillators.ts'

export const INDICATORS: readonly IndicatorEntry[] = [...AVERAGES, ...OSCILLATORS]

export const findIndicator = (name: string): IndicatorEntry | undefined =>
  INDICATORS.find((entry) => entry.name === name || entry.aliases.includes(name))
