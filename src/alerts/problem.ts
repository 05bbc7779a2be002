/**
 * All alerts of one key as one: from the first until it is over.
 */
export const PROBLEM_STATES = ['open', 'acked', 'over'] as const
export type ProblemState = (typeof PROBLEM_STATES)[number]

/** Alerts of one key as one. Times are wall-clock ms. */
export interface AlertProblem {
  readonly id: number
  readonly key: string
  readonly type: string
  readonly severity: string
  readonly symbol: string | null
  readonly summary: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
  readonly status: ProblemState
  readonly ackedBy: string | null
  readonly ackedAt: number | null
  readonly endedBy: string | null
  readonly endedAt: number | null
}
