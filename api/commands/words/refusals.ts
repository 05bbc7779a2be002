/**
 * Why the trader has refused something, where its symbol or what was asked stands beside the words already.
 */
import type { CommandOutcome } from '../../../src/kernel/trader-command.ts'
import { RISK_RULES } from '../../../src/risk/denial.ts'
import { denialWords } from '../../../src/risk/denial-sentence.ts'

export function refusalWords(outcome: CommandOutcome): string {
  if (outcome.status === 'done') return outcome.text
  const { code, figures } = outcome.refusal
  if (code === 'not-resumed') return capitalized(`${figures.why}.`)
  const rule = RISK_RULES.find((each) => each === code)
  return rule === undefined ? outcome.text : denialWords({ rule, figures })
}

/** Code and figures of a refusal, for programs. */
export const refusalOf = (outcome: CommandOutcome) => (outcome.status === 'done' ? {} : { refusal: outcome.refusal })

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
