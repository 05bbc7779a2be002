/**
 * The built-in strategies by name.
 * Never finds a strategy by reflection or by a string that is not in this map.
 */
import { donchianBreakout } from './donchian-breakout.ts'
import { emaCross } from './ema-cross.ts'
import { rsiReversion } from './rsi-reversion.ts'
import { smaCross } from './sma-cross.ts'
import type { StrategyDefinition } from './strategy.ts'

export const STRATEGIES: ReadonlyMap<string, StrategyDefinition> = new Map(
  [smaCross, emaCross, donchianBreakout, rsiReversion].map((definition) => [definition.name, definition]),
)
