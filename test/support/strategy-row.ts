/**
 * A row of a strategy that runs and has decided, with what a test says otherwise.
 */
import type { StrategyRow } from '../../src/journal/row.ts'

export const strategyRowOf = (strategy: string, symbol: string, over: Partial<StrategyRow> = {}): StrategyRow => ({
  strategy,
  symbol,
  definition: strategy,
  version: 1,
  mode: 'running',
  modeCause: '',
  lastSignalTs: null,
  barsMissing: 0,
  lastDecisionTs: 60_000,
  params: {},
  changedBy: null,
  changedAt: null,
  universe: null,
  report: null,
  ...over,
})
