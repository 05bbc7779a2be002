/**
 * HiGHS for linear programs: compiled to WebAssembly, loaded once, and from then on a plain function.
 */
import { createRequire } from 'node:module'
import { err, ok } from '../core/result.ts'
import type { LinearSolver } from '../portfolio/allocation/min-cvar.ts'

/** The tightest that HiGHS takes. */
const TOLERANCE = 1e-10

export async function loadLinearSolver(): Promise<LinearSolver> {
  // The types of the package are those of its CommonJS build.
  const { default: load } = createRequire(import.meta.url)('highs') as typeof import('highs')
  const highs = await load()
  return (program) => {
    const { Status, Columns } = highs.solve(program, {
      primal_feasibility_tolerance: TOLERANCE,
      dual_feasibility_tolerance: TOLERANCE,
    })
    if (Status !== 'Optimal') return err(`the linear program is ${Status.toLowerCase()}`)
    return ok(Object.fromEntries(Object.entries(Columns).map(([name, column]) => [name, 'Primal' in column ? column.Primal : Number.NaN])))
  }
}
