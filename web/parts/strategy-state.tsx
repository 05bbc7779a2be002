/**
 * The state of a strategy: by a sign, a word and a color.
 */
import type { Strategy } from '../data/types.ts'

const isWell = (state: string): boolean => state === 'running'

export const StrategyState = ({ strategy: { state, stateCause } }: { readonly strategy: Strategy }) => (
  <span class={isWell(state) ? 'won' : 'warned'}>
    {isWell(state) ? '▶' : '⏸'} {state}
    {stateCause === '' ? null : <span class="quiet"> {stateCause}</span>}
  </span>
)
