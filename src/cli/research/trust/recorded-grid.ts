/**
 * The runs of a grid, each recorded by rows, as the tests of trust read them.
 */
import type { RunRecord } from '../../../backtest/trust/run-record.ts'
import { instantsOf } from '../../../backtest/trust/rows.ts'
import type { Output } from '../../ui/output.ts'
import { type GridPlan, runGrid } from '../grid-run.ts'

export interface RecordedGrid {
  /** By combination; undefined where the run failed. */
  readonly runs: readonly (RunRecord | undefined)[]
  /** ms UTC, of equal distance. */
  readonly instants: Float64Array
  readonly stepMs: number
}

export async function recordGrid(out: Output, grid: GridPlan, stepMs: number): Promise<RecordedGrid> {
  const instants = instantsOf(grid.series, stepMs)
  const { outcomes } = await runGrid(out, { ...grid, plan: { ...grid.plan, instants } })
  return { runs: outcomes.map((outcome) => (outcome.type === 'run' ? outcome.record : undefined)), instants, stepMs }
}

/** `fast=5 slow=20`: of the parameters those that the grid varies. */
export const paramsText = (grid: GridPlan, at: number | undefined): string =>
  at === undefined ? 'none' : grid.axes.map(({ name }) => `${name}=${String(grid.params[at]?.[name])}`).join(' ')
