/**
 * What is said of a strategy that shall trade an account of the exchange and that no gate has passed.
 */
import { lastGate } from './trial-count.ts'
import { readTrials } from './trial-ledger.ts'

/** Profiles whose orders go to an account at the exchange that somebody watches. */
const ASKING: readonly string[] = ['demo', 'live']

/** A sentence a strategy; none on other profiles. `file` is the trial ledger. */
export function gateDoubts(
  profile: string,
  file: string,
  plans: readonly { readonly id: string; readonly definition: { readonly name: string } }[],
): string[] {
  if (!ASKING.includes(profile)) return []
  const { entries } = readTrials(file)
  return plans.flatMap(({ id, definition: { name } }) => {
    const verdict = lastGate(entries, name)
    if (verdict === 'pass') return []
    const what = verdict === 'refuse' ? 'the gate refused it when it was asked last' : 'no gate was asked'
    return [`${id}: ${what}, so that what it earned may be luck. Ask on this machine: ballast gate ${name} --grid …`]
  })
}
