/**
 * One installation as its parts see it: what is configured, where its files lie, and which strategies there are.
 */
import type { LoadedStrategies } from '../strategy-files/load.ts'
import type { DataPaths } from '../system/paths.ts'
import type { Config } from './sections/config-schema.ts'

export interface Installation {
  readonly config: Config
  readonly paths: DataPaths
  readonly liveStatement: string | undefined
  /** Built-in ones and the user's. */
  readonly strategies: LoadedStrategies
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}
