/**
 * Simple returns of several series of closes, at the times that all of them have.
 */
export interface Close {
  readonly ts: number
  /** Above zero. */
  readonly close: number
}

/** A column a series, oldest row first; each series ascending. A time that one of them lacks is left out of all. */
export function alignedReturns(series: readonly (readonly Close[])[]): Float64Array[] {
  const maps = series.map((closes) => new Map(closes.map(({ ts, close }) => [ts, close])))
  const times = (series[0] ?? []).map(({ ts }) => ts).filter((ts) => maps.every((map) => map.has(ts)))
  return maps.map((map) =>
    Float64Array.from({ length: Math.max(0, times.length - 1) }, (_, row) => {
      const before = map.get(times[row] as number) as number
      return (map.get(times[row + 1] as number) as number) / before - 1
    }),
  )
}
