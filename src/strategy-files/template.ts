/**
 * What `ballast strategy new` writes: a strategy that runs as it is, and its test, by the name of a template.
 */
import { gridSource, gridTest } from './templates/grid.ts'
import { multiTimeframeSource, multiTimeframeTest } from './templates/multi-timeframe.ts'
import { pairsSource, pairsTest } from './templates/pairs.ts'
import { trendSource, trendTest } from './templates/trend.ts'

export interface Template {
  /** What it shows, in a few words. */
  readonly summary: string
  /** How many symbols it trades. */
  readonly symbols: 1 | 2
  readonly source: (name: string) => string
  readonly test: (name: string) => string
}

export const DEFAULT_TEMPLATE = 'trend'

export const TEMPLATES: ReadonlyMap<string, Template> = new Map<string, Template>([
  [DEFAULT_TEMPLATE, { summary: 'one symbol, one signal a bar', symbols: 1, source: trendSource, test: trendTest }],
  ['grid', { summary: 'orders by name that rest beside each other', symbols: 1, source: gridSource, test: gridTest }],
  ['pairs', { summary: 'two symbols in one decision', symbols: 2, source: pairsSource, test: pairsTest }],
  [
    'multi-timeframe',
    {
      summary: 'direction of a higher interval, entry of the base one',
      symbols: 1,
      source: multiTimeframeSource,
      test: multiTimeframeTest,
    },
  ],
])
