/**
 * A list of strategies with their symbols, as a file of its own or out of a configuration file, and who owns which symbol.
 */
import { issueWords } from '../core/issue-words.ts'
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import type { Catalog } from '../strategy/registry.ts'
import { strategiesSchema } from './sections/config-schema.ts'
import { type PlanSpec, type StrategyPlan, planOf } from './strategy-plan.ts'

/** The list in a JSON text: an array, or an object that has it as `strategies`. The error is the end of a sentence about the text. */
export function readSpecs(text: string): Result<readonly PlanSpec[], string> {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return err('is not JSON')
  }
  const list: unknown = typeof read === 'object' && read !== null && 'strategies' in read ? read.strategies : read
  const parsed = strategiesSchema.safeParse(list)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue === undefined || issue.path.length === 0 ? '' : `at ${issue.path.join('.')} `
    return err(`${place}${issue === undefined ? 'is invalid' : issueWords(issue)}`)
  }
  return parsed.data.length === 0 ? err('lists no strategies') : ok(parsed.data)
}

/** Plans with parameters that their schemas have passed, each symbol with one owner. */
export function plansIn(specs: readonly PlanSpec[], catalog: Catalog): Result<readonly StrategyPlan[], Omit<Problem, 'exitCode'>> {
  const plans: StrategyPlan[] = []
  for (const spec of specs) {
    const plan = planOf(spec, catalog)
    if (!plan.ok) return err({ sentence: plan.error, next: 'Fix the list of strategies.' })
    const { id } = plan.value
    if (plans.some((each) => each.id === id))
      return err({ sentence: `Two strategies are named ${id}.`, next: 'Give one of them an id of its own.' })
    plans.push(plan.value)
  }
  const problem = ownerProblem(plans)
  return problem === undefined ? ok(plans) : err(problem)
}

/** Why a symbol cannot have the owners that are planned; undefined where each has one. */
export function ownerProblem(plans: readonly Pick<StrategyPlan, 'id' | 'symbols'>[]): Omit<Problem, 'exitCode'> | undefined {
  const owners = new Map<string, string>()
  for (const { id, symbols } of plans)
    for (const symbol of symbols) {
      const owner = owners.get(symbol)
      if (owner === id && symbols.indexOf(symbol) !== symbols.lastIndexOf(symbol))
        return { sentence: `${symbol} is listed twice in ${id}.`, next: 'List each symbol once.' }
      if (owner !== undefined)
        return {
          sentence: `symbol-owned: ${symbol} belongs to ${owner}, so ${id} cannot trade it.`,
          next: 'Give each symbol to one strategy.',
        }
      owners.set(symbol, id)
    }
  return undefined
}
