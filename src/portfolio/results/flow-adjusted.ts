/**
 * A curve of equity as it would be without money that came and went: each step is what trading made of the equity before it.
 */

export interface EquityPoint {
  readonly equity: number
  /** What has come in so far without being a result; undefined where it was not kept. */
  readonly flows: number | undefined
}

/** Decimal texts of a row as numbers. */
export const numbersOf = ({ equity, flows }: { readonly equity: string; readonly flows: string | null }): EquityPoint => ({
  equity: Number(equity),
  flows: flows === null ? undefined : Number(flows),
})

/** Begins at the first equity; a step of x % is one of x %, whatever came in meanwhile. */
export function withoutFlows(points: readonly EquityPoint[]): Float64Array {
  const curve = new Float64Array(points.length)
  points.forEach((point, k) => {
    const before = points[k - 1]
    if (before === undefined) {
      curve[k] = point.equity
      return
    }
    const flow = point.flows === undefined || before.flows === undefined ? 0 : point.flows - before.flows
    // What came in is what the step began with: nobody made it.
    const base = before.equity + flow
    curve[k] = base > 0 ? ((curve[k - 1] as number) * point.equity) / base : point.equity
  })
  return curve
}
