/**
 * What each strategy costs the trader, as it is reported with its health: how long it decides, and what memory it keeps.
 */
import { z } from 'zod'

/** Name of the component that it is reported as. */
export const STRATEGY_LOAD = 'strategies'

const shape = z.array(
  z.object({
    strategy: z.string(),
    /** Decisions that the times are of, the last ones; a decision for several symbols is one. */
    decisions: z.number(),
    /** Milliseconds of a steady clock, to a thousandth. */
    p50Ms: z.number(),
    p99Ms: z.number(),
    mostMs: z.number(),
    /** Megabytes, estimated; null until strategies have taken enough to look. */
    keptMb: z.number().nullable(),
  }),
)
export type StrategyLoad = z.infer<typeof shape>[number]

export const loadDetail = (loads: readonly StrategyLoad[]): string => JSON.stringify(loads)

/** Empty where nothing was reported yet. */
export function readLoads(health: readonly { readonly part: string; readonly detail: string }[]): readonly StrategyLoad[] {
  const detail = health.find(({ part }) => part === STRATEGY_LOAD)?.detail
  if (detail === undefined || !detail.startsWith('[')) return []
  const read = shape.safeParse(JSON.parse(detail))
  return read.success ? read.data : []
}

/** `p50 0.021 ms, p99 0.4 ms, most 3.1 ms of 512 decisions; keeps about 1.2 MB` */
export function loadText({ decisions, p50Ms, p99Ms, mostMs, keptMb }: StrategyLoad): string {
  const times = `p50 ${p50Ms} ms, p99 ${p99Ms} ms, most ${mostMs} ms of ${decisions} ${decisions === 1 ? 'decision' : 'decisions'}`
  return keptMb === null ? times : `${times}; keeps about ${keptMb} MB`
}

/** Of all strategies in one line. */
export function loadsText(loads: readonly StrategyLoad[]): string {
  const [slowest] = [...loads].sort((a, b) => b.p99Ms - a.p99Ms)
  return slowest === undefined ? 'none has decided yet' : `slowest ${slowest.strategy}: ${loadText(slowest)}`
}
