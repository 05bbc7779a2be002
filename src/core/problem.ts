/**
 * What keeps something from being done, in words for whoever asked: one sentence, and the next step.
 */

/** @example { sentence: 'Port 7707 is taken.', next: 'Set api.port to another one.' } */
export interface Problem {
  readonly sentence: string
  readonly next: string
  /** Exit code of the process that ends with it; 1 unless given (docs/commands.md). */
  readonly exitCode?: number
}
