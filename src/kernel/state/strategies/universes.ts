/**
 * Which symbols of a strategy with a universe may take entries, as it was selected last. Exits and stops never ask here.
 */
import { type InstrumentIndex, type StrategyId, type Ts, ts } from '../../../core/units.ts'
import { type Measure, type UniverseRules, type Verdict, isIn, selectUniverse } from '../../../strategy/universe/universe.ts'
import type { StrategyConfig } from '../../config.ts'
import type { UniverseSelected } from '../../input.ts'
import type { StrategyRun } from './strategy-run.ts'

/** A symbol of a universe, since when it is in or out, and what it measured last. */
export interface Membership {
  readonly instrument: InstrumentIndex
  readonly verdict: Verdict
  readonly since: Ts
  readonly measure: Measure
}
export interface UniverseState {
  readonly strategy: StrategyId
  readonly rules: UniverseRules
  /** When it was selected last. */
  readonly at: Ts
  readonly members: readonly Membership[]
}

export class Universes {
  private states: readonly UniverseState[] = []

  of(strategy: StrategyId): UniverseState | undefined {
    return this.states.find((state) => state.strategy === strategy)
  }

  /** Why a symbol takes no entries, `unmeasured` before the first selection; undefined where it does. */
  outOf({ strategy, universe, instrument }: StrategyRun): Verdict | 'unmeasured' | undefined {
    if (universe === undefined) return undefined
    const verdict = this.of(strategy)?.members.find((member) => member.instrument === instrument.index)?.verdict ?? 'unmeasured'
    return verdict !== 'unmeasured' && isIn(verdict) ? undefined : verdict
  }

  /** Selects by what was measured of the strategy's symbols, in their order. */
  select({ id, instruments, universe }: StrategyConfig, names: readonly string[], measures: readonly Measure[], now: Ts): UniverseSelected {
    if (universe === undefined) throw new Error(`${id} has no universe`)
    const before = this.of(id)?.members ?? []
    const candidates = measures.map((measure, k) => {
      const member = before.find(({ instrument }) => instrument === instruments[k])
      return { ...measure, symbol: names[k] ?? '', wasIn: member === undefined ? undefined : isIn(member.verdict), since: member?.since }
    })
    const verdicts = selectUniverse(universe, candidates, now)
    const rows = instruments.flatMap((instrument, k) => {
      const [verdict, measure] = [verdicts[k], measures[k]]
      return verdict === undefined || measure === undefined ? [] : [{ instrument, verdict, measure }]
    })
    return { type: 'universe-selected', strategy: id, rules: universe, rows, ts: now }
  }

  /** Books a selection. Answers the symbols that were in until now and are out. */
  selectSymbols({ strategy, rules, rows, ts: at }: UniverseSelected): readonly InstrumentIndex[] {
    const before = this.of(strategy)?.members ?? []
    const members = rows.map(({ instrument, verdict, measure }): Membership => {
      const was = before.find((member) => member.instrument === instrument)
      // Out from the first selection on is not a leaving: no cooldown follows.
      const since = was === undefined ? (isIn(verdict) ? at : NEVER) : isIn(was.verdict) === isIn(verdict) ? was.since : at
      return { instrument, verdict, since, measure }
    })
    this.states = [...this.states.filter((state) => state.strategy !== strategy), { strategy, rules, at, members }]
    return members
      .filter(({ instrument, verdict }) => !isIn(verdict) && before.some((was) => was.instrument === instrument && isIn(was.verdict)))
      .map(({ instrument }) => instrument)
  }

  snapshot(): readonly UniverseState[] {
    return this.states
  }

  restore(from: readonly UniverseState[]): void {
    this.states = from
  }
}

const NEVER = ts(0)
