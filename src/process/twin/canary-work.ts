/**
 * One look at a canary as data, so that it can run in a thread: the running version and the new one over the same bars, and what the test says.
 */
import type { CanaryReport, CanarySide } from '../../../api/ports/twin-ports.ts'
import { CANARY_TEST, sequentialTest } from '../../backtest/twin/sequential-test.ts'
import { type TwinRun, runTwin, sumOf } from '../../backtest/twin/twin-run.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE } from '../../core/units.ts'
import type { Pinned } from '../../strategy-files/module.ts'
import { type Catalog, strategyNamed } from '../../strategy/registry.ts'
import { SIM_COSTS } from '../../venue/sim/models/costs.ts'
import type { TwinWork } from './twin-work.ts'

export interface CanaryWork extends Omit<TwinWork, 'open' | 'notes'> {
  readonly candidate: {
    readonly modules: readonly Pinned[]
    /** Parsed by the schema of its code. */
    readonly params: unknown
  }
}
/** What a look finds; who began it, and when, whoever asks knows. */
export type CanaryLook = Omit<CanaryReport, 'strategy' | 'candidate' | 'startedTs' | 'startedBy'>

const BP = 10_000

/** @returns a sentence where the code is not there any more */
export function workCanary(running: Catalog, candidate: Catalog, work: CanaryWork): CanaryLook | string {
  const [old, fresh] = [strategyNamed(running, work.definition), strategyNamed(candidate, work.definition)]
  if (!old.ok) return old.error
  if (!fresh.ok) return fresh.error
  const { strategy, ...config } = work.kernel
  const { record, from, openingCash } = work
  const run = (definition: typeof old.value, params: unknown): TwinRun =>
    runTwin(
      {
        kernel: { ...config, strategies: [{ ...strategy, definition, params }] },
        venue: { ...SIM_COSTS, leverage: config.limits.leverage, idPrefix: 'canary-' },
        openingCash,
        from,
      },
      record,
    )
  const [a, b] = [run(old.value, strategy.params), run(fresh.value, work.candidate.params)]
  const found = sequentialTest(differencesOf(a, b, openingCash))
  const isFailed = b.failure !== undefined
  const bp = (of: number | undefined): number | null => (of === undefined ? null : of * BP)
  return {
    to: work.to,
    bars: a.bars,
    verdict: isFailed ? 'roll-back' : found.verdict,
    decidedTs: isFailed || found.decidedAt === undefined ? null : (a.equity.ts[found.decidedAt] ?? null),
    count: found.count,
    least: CANARY_TEST.least,
    alpha: CANARY_TEST.alpha,
    meanBp: found.mean * BP,
    lowBp: bp(found.low),
    highBp: bp(found.high),
    running: sideOf(a),
    shadow: sideOf(b),
  }
}

const sideOf = ({ trades, denials, failure }: TwinRun): CanarySide => ({
  result: formatDecimal(sumOf(trades.map(({ trade }) => trade.pnl)), CASH_SCALE),
  trades: trades.length,
  denied: denials.filter((each) => each.class === 'entry').length,
  failure: failure ?? null,
})

/** Return of the new version less that of the running one, bar by bar. */
function differencesOf({ equity: a }: TwinRun, { equity: b }: TwinRun, openingCash: number): Float64Array {
  const differences = new Float64Array(Math.min(a.value.length, b.value.length))
  let [beforeA, beforeB] = [openingCash, openingCash]
  for (let k = 0; k < differences.length; k++) {
    const [nowA, nowB] = [a.value[k] as number, b.value[k] as number]
    differences[k] = nowB / beforeB - nowA / beforeA
    ;[beforeA, beforeB] = [nowA, nowB]
  }
  return differences
}
