/**
 * One line of what is well and what is not, as `init` and `doctor` say it, and how findings of the exchange become such lines.
 */
import type { Problem } from '../core/problem.ts'

import type { Finding } from '../trader/safety/preconditions.ts'

/** fail: Ballast does not start, or opens nothing. warn: it does, and somebody should know. */
export type CheckStatus = 'ok' | 'warn' | 'fail'

export interface CheckLine {
  readonly name: string
  readonly status: CheckStatus
  readonly detail: string
  /** What the reader can do; empty where all is well. */
  readonly next: string
}

export const well = (name: string, detail: string): CheckLine => ({ name, status: 'ok', detail, next: '' })
export const warned = (name: string, detail: string, next: string): CheckLine => ({ name, status: 'warn', detail, next })
export const failed = (name: string, detail: string, next: string): CheckLine => ({ name, status: 'fail', detail, next })
export const problem = (name: string, { sentence, next }: Problem): CheckLine => failed(name, sentence, next)

export const checkOf = (name: string, { effect, sentence, next }: Finding): CheckLine => ({
  name,
  status: effect === 'warn' ? 'warn' : 'fail',
  detail: sentence,
  next,
})
