/**
 * Strategies by name: the built-in ones, and those of the user beside them.
 */
import { nearestOf } from '../core/nearest.ts'
import { type Result, err, ok } from '../core/result.ts'
import { bollingerReversion } from './builtin/bollinger-reversion.ts'
import { dca } from './builtin/dca.ts'
import { donchianBreakout } from './builtin/donchian-breakout.ts'
import { emaCross } from './builtin/ema-cross.ts'
import { fundingCarry } from './builtin/funding-carry.ts'
import { grid } from './builtin/grid.ts'
import { macdTrend } from './builtin/macd-trend.ts'
import { webhook } from './builtin/webhook.ts'
import { ensemble } from './builtin/ensemble.ts'
import { ML, mlStrategy } from './builtin/ml/ml.ts'
import { marketMaking } from './builtin/market-making.ts'
import { momentumRotation } from './builtin/momentum-rotation.ts'
import { pairs } from './builtin/pairs.ts'
import { rsiReversion } from './builtin/rsi-reversion.ts'
import { smaCross } from './builtin/sma-cross.ts'
import { supertrend } from './builtin/supertrend.ts'
import type { ModelLine } from '../ml/champion/line-run.ts'
import type { StrategyDefinition } from './strategy.ts'

export type Catalog = ReadonlyMap<string, StrategyDefinition>

/** The built-in ones. */
export const STRATEGIES: Catalog = new Map(
  [
    smaCross,
    emaCross,
    macdTrend,
    donchianBreakout,
    supertrend,
    rsiReversion,
    bollingerReversion,
    grid,
    dca,
    fundingCarry,
    pairs,
    momentumRotation,
    marketMaking,
    ensemble,
    mlStrategy(new Map()),
    webhook,
  ].map((definition) => [definition.name, definition]),
)

/** With these lines of models for the strategy that trades them; without any the catalog is as it is. */
export const withModels = (catalog: Catalog, lines: readonly ModelLine[]): Catalog =>
  lines.length === 0 ? catalog : new Map([...catalog, [ML, mlStrategy(new Map(lines.map((line) => [line.name, line])))]])

/** The built-in ones and these, whose names are others. */
export const withStrategies = (own: readonly StrategyDefinition[]): Catalog =>
  new Map([...STRATEGIES, ...own.map((definition) => [definition.name, definition] as const)])

/** Answers a sentence where there is none of that name. */
export function strategyNamed(catalog: Catalog, name: string): Result<StrategyDefinition, string> {
  const found = catalog.get(name)
  if (found !== undefined) return ok(found)
  const near = nearestOf(name, [...catalog.keys()])
  return err(
    `There is no strategy '${name}'.${near === undefined ? '' : ` Did you mean ${near}?`} Strategies: ${[...catalog.keys()].join(', ')}.`,
  )
}
