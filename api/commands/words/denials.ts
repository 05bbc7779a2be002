/**
 * Refused orders from their decisions: the sentence, the figures, and what would have been sent.
 */
import { z } from 'zod'
import type { DecisionRow } from '../../../src/journal/row.ts'
import { RISK_RULES, type RiskFigures } from '../../../src/risk/denial.ts'
import { denialSentence } from '../../../src/risk/denial-sentence.ts'
import { MANUAL_OWNER } from '../../../src/trading/manual-owner.ts'
import type { DecisionQuery } from '../../ports/ports.ts'
import type { CommandContext } from '../command.ts'
import type { Reply } from '../reply.ts'
import { scopeOf } from '../scope.ts'

const Figures = z.record(z.string(), z.union([z.string(), z.number()]))
const Wanted = z.object({ quantity: z.string().optional(), price: z.string(), stop: z.string().nullable().optional() })
const Detail = z.object({ figures: Figures.catch({}), wanted: Wanted.optional().catch(undefined) })
const Rule = z.enum(RISK_RULES)

export interface Denial {
  readonly row: DecisionRow
  readonly rule: string
  readonly figures: RiskFigures
  /** One sentence with the figures that decided. */
  readonly text: string
  /** Decimal texts; undefined where it came to no price. */
  readonly wanted: z.infer<typeof Wanted> | undefined
}

export function denialOf(row: DecisionRow): Denial {
  const { figures, wanted } = Detail.parse(row.detail)
  const rule = Rule.safeParse(row.rule)
  return {
    row,
    rule: row.rule ?? '',
    figures,
    // A rule of another version is named as it is.
    text: rule.success ? denialSentence(row.symbol, { rule: rule.data, figures }) : `${row.symbol}: refused (${row.rule}).`,
    // What a hold denied says it in its figures.
    wanted: wanted ?? Wanted.safeParse(figures).data,
  }
}

/** Whose refusals: everybody's, a strategy's (`manual` for entries by hand), or those in a symbol. */
export async function refusedScope(
  context: Pick<CommandContext, 'ports'>,
  what: string | undefined,
): Promise<{ readonly name: string; readonly query: Pick<DecisionQuery, 'symbol' | 'strategy'> } | { readonly problem: Reply }> {
  if (what === undefined) return { name: '', query: {} }
  if (what.toLowerCase() === MANUAL_OWNER) return { name: MANUAL_OWNER, query: { strategy: MANUAL_OWNER } }
  const scope = await scopeOf(context, what, '/whynot {}')
  if ('problem' in scope) return scope
  return scope.type === 'portfolio' ? { name: '', query: {} } : { name: scope.name, query: { [scope.type]: scope.name } }
}

export interface DenialGroup {
  /** Newest first. */
  readonly newest: Denial
  readonly count: number
  readonly firstTs: number
}

/** The same rule on the same side of a symbol, for the same strategy, is one idea that was refused again. Newest first, as the rows. */
export function groupsOf(rows: readonly DecisionRow[]): DenialGroup[] {
  const groups = new Map<string, { newest: Denial; count: number; firstTs: number }>()
  for (const row of rows) {
    const key = [row.strategy, row.symbol, row.class, row.side, row.rule].join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { newest: denialOf(row), count: 1, firstTs: row.ts })
    else {
      group.count += 1
      group.firstTs = row.ts
    }
  }
  return [...groups.values()]
}
