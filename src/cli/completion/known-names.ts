/**
 * Symbols and strategies of the configuration, as Tab offers them.
 */
import { environment, loadConfig } from '../../config/config.ts'
import { configuredStrategies, configuredSymbols } from '../../config/plans.ts'
import type { Known } from './candidates.ts'

/** None where the configuration cannot be read: completing is no place to say so. */
export function knownNames(): Known {
  const loaded = loadConfig({ env: environment(), flags: {}, files: undefined })
  if (!loaded.ok) return { sym: [], strategy: [] }
  const { values } = loaded.value
  return { sym: [...new Set(configuredSymbols(values))], strategy: [...new Set(configuredStrategies(values))] }
}
