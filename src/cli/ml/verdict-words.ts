/**
 * A verdict in one part of a sentence.
 */
import type { Verdict } from '../../ml/evaluation/verdict.ts'
import { formatPercent, formatRatio } from '../ui/format.ts'

/** As `accepted: AUC 0.5412, chance of luck 0.30 %`. */
export function verdictWords(verdict: Verdict | null): string {
  if (verdict === null) return 'not judged'
  const { accepted, score, pValue } = verdict
  const word = accepted ? 'accepted' : 'refused'
  if (score === null) return `${word}: nothing can be told`
  return `${word}: ${score.name === 'auc' ? 'AUC' : 'rank correlation'} ${formatRatio(score.mean, 4)}, chance of luck ${formatPercent(pValue)}`
}
