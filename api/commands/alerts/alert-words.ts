/**
 * Open problems and what stands around them, in words.
 */
import type { AlertProblem } from '../../../src/alerts/problem.ts'
import { kindOf } from '../../../src/alerts/catalogue.ts'
import { duration } from '../words/format.ts'
import { type Field, field, untrusted } from '../reply.ts'

const stateText = ({ status, ackedBy, endedBy, endedAt, ackedAt }: AlertProblem, now: number): string[] => {
  if (status === 'acked') return [`seen by ${untrusted(ackedBy ?? '')}, ${duration(now - (ackedAt ?? now))} ago`]
  return status === 'over' ? [`over: ${untrusted(endedBy ?? '')}, ${duration(now - (endedAt ?? now))} ago`] : []
}

/** `P1 #7 position.unprotected`, what happened, its age, count and state, and what to do. */
export function problemField(problem: AlertProblem, now: number): Field {
  const { id, severity, type, summary, count, firstAt, lastAt, status } = problem
  const age = [
    `${duration(now - lastAt)} ago`,
    ...(count > 1 ? [`${count} times in ${duration(Math.max(1_000, lastAt - firstAt))}`] : []),
    ...stateText(problem, now),
  ].join(', ')
  const next = kindOf(type)?.next.replaceAll('`', '')
  return field(
    `${severity} #${id} ${type}`,
    [untrusted(summary), age, ...(status === 'open' && next !== undefined ? [next] : [])].join('\n'),
  )
}
